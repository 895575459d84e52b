//! Memory that a request has reserved: it grows before the request allocates.

use crate::deadline::Deadline;
use crate::governor::{Busy, Permit};
use crate::platform::Platform;
use letterbox_engine::Pipeline;

/// Shares of memory that a request holds.
pub(crate) struct Permits {
    /// Share for a file whose header is being read.
    pub(crate) opening: Permit,
    /// Share for a plan, and then for its answer.
    pub(crate) memory: Permit,
}

/// Start of a request, and the milliseconds that it has waited for memory.
pub(crate) struct Waits {
    pub(crate) started: f64,
    pub(crate) waiting_ms: f64,
}

/// Bytes that are needed next, and the part of them in our own memory, not in that of guests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    pub(crate) bytes: u64,
    pub(crate) own: u64,
}

impl Need {
    /// Returns the need of a pipeline's next call.
    pub(crate) fn of(pipeline: &Pipeline<'_>) -> Need {
        Need {
            bytes: pipeline.memory_bytes(),
            own: pipeline.own_bytes(),
        }
    }

    /// Returns the need beside so many bytes of our own memory.
    pub(crate) fn beside(self, held: u64) -> Need {
        Need {
            bytes: self.bytes.saturating_add(held),
            own: self.own.saturating_add(held),
        }
    }
}

/// Waits until the request holds as many bytes as are needed; returns the milliseconds waited.
pub(crate) async fn reserve<P: Platform>(
    platform: &P,
    shares: &mut Permits,
    need: Need,
    deadline: &mut Deadline,
) -> Result<f64, Busy> {
    // An unknown header, or a small picture, fits into the bytes that were taken at first.
    if need.bytes <= shares.memory.bytes().max(shares.opening.bytes()) {
        return Ok(0.0);
    }
    let waited_ms = take(platform, &mut shares.memory, need.bytes, deadline).await?;
    platform.guests().make_room(need.own);
    shares.opening.shrink(0); // it is in the plan now
    Ok(waited_ms)
}

/// Waits until a share has `bytes` bytes; returns the milliseconds waited.
pub(crate) async fn take<P: Platform>(
    platform: &P,
    share: &mut Permit,
    bytes: u64,
    deadline: &mut Deadline,
) -> Result<f64, Busy> {
    let asked = platform.now_ms();
    let turn = platform.across(share.grow(bytes, asked));
    deadline.before(platform, turn).await.ok_or(Busy)?;
    Ok(platform.now_ms() - asked)
}

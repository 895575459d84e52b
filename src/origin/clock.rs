//! Whose time is it? A source has a limit of its own, and pays for its own time only.
//!
//! On a busy processor the source's answer waits in the platform's queue behind the work of other requests, and so does every alarm. So time is
//! counted in short slices, each with an alarm: however late that rings, a slice counts as its own length. A source that is slow is counted in
//! full, for then the alarms are on time.

use std::future::Future;
use std::pin::pin;

use super::error::Error;
use crate::deadline::{Deadline, GRACE_MS};
use crate::platform::{Platform, before};

/// Milliseconds of a slice.
const SLICE_MS: u32 = 200;

/// The time that a source has taken by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    total_ms: u32,
    own_ms: f64,
}

impl Clock {
    /// A clock that stands at zero; `total_ms` is the whole time that the request has.
    pub(super) fn new(total_ms: u32) -> Clock {
        Clock {
            total_ms,
            own_ms: 0.0,
        }
    }

    /// The result of `work`, if it comes before the deadline and takes no more than `limit_ms` of the source's own time.
    ///
    /// # Errors
    /// [`Error::Timeout`] where the source took the time, [`Error::Crowded`] where we did.
    pub(super) async fn before<P: Platform, T>(
        &mut self,
        platform: &P,
        deadline: &mut Deadline,
        limit_ms: u32,
        work: impl Future<Output = T>,
    ) -> Result<T, Error> {
        let own_ms = &mut self.own_ms;
        let counted = async {
            let mut work = pin!(work);
            let mut left_ms = limit_ms;
            while left_ms > 0 {
                let slice_ms = left_ms.min(SLICE_MS);
                let started = platform.now_ms();
                let came = before(&mut platform.sleep(slice_ms), work.as_mut()).await;
                *own_ms += (platform.now_ms() - started).clamp(0.0, slice_ms.into());
                if came.is_some() {
                    return came;
                }
                left_ms -= slice_ms;
            }
            before(&mut platform.sleep(GRACE_MS), work).await
        };
        match deadline.before(platform, counted).await {
            Some(came) => came.ok_or(Error::Timeout),
            None => Err(self.late()),
        }
    }

    /// Why a connection has broken off: the platform cuts it when the time is over, and may be seen to have done so before our alarm rings.
    pub(super) fn broken(
        self,
        platform: &impl Platform,
        deadline: &Deadline,
        otherwise: Error,
    ) -> Error {
        if deadline.is_over(platform) {
            self.late()
        } else {
            otherwise
        }
    }

    /// Whose fault it is that the time is over.
    fn late(self) -> Error {
        if self.own_ms * 2.0 < f64::from(self.total_ms) {
            Error::Crowded
        } else {
            Error::Timeout
        }
    }
}

//! Clock of a source's own time: a source has a time limit of its own, and only its own time
//! counts.
//!
//! On a busy processor the source's answer waits in the platform's queue behind the work of other
//! requests, and so does every alarm. So time is counted in short slices, each with an alarm:
//! however late the alarm rings, a slice counts as its nominal length. The time of a slow source is
//! counted in full, because the alarms are then on time.

use std::future::Future;
use std::pin::pin;

use super::error::Error;
use crate::deadline::{Deadline, GRACE_MS};
use crate::platform::{Platform, before};

/// Milliseconds of a slice.
const SLICE_MS: u32 = 200;

/// Time that a source itself has taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    total_ms: u32,
    own_ms: f64,
}

impl Clock {
    /// Creates a clock at zero; `total_ms` is the total time of the request.
    pub(super) fn new(total_ms: u32) -> Clock {
        Clock {
            total_ms,
            own_ms: 0.0,
        }
    }

    /// Returns the result of `work`, if it comes before the deadline and takes no more than
    /// `limit_ms` of the source's own time.
    ///
    /// # Errors
    /// [`Error::Timeout`] if the source took the time, [`Error::Crowded`] if this instance did.
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

    /// Returns the error for a broken connection. The platform cuts the connection at the deadline,
    /// and the cut may become visible before our alarm rings.
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

    /// Returns the error for an expired time, by who took most of it.
    fn late(self) -> Error {
        if self.own_ms * 2.0 < f64::from(self.total_ms) {
            Error::Crowded
        } else {
            Error::Timeout
        }
    }
}

//! The one point in time at which a request has to be over.
//!
//! Everything that a request waits for is waited for with its [`Deadline`]: the origin's answer, every hop to the source, every piece of the
//! body, its turn, another request's answer. So the limit holds for the sum of all of them, and who waits holds no memory after it.

use std::future::Future;
use std::pin::pin;

use crate::platform::{Alarm, Platform, before};

/// Milliseconds after the deadline for what has arrived and was not looked at yet: with a busy processor an answer and the alarm are often
/// there together. A fixed number, however late the alarm rings.
pub const GRACE_MS: u32 = 200;

/// Milliseconds after the deadline at which a request that still holds memory has been ended by the platform. Between the two lies only the
/// processor time of a picture whose last byte came in time.
pub const LAPSE_MS: u32 = 20_000;

/// When a request has to be over, and the alarm that says so.
pub struct Deadline {
    alarm: Option<Alarm>,
    rung: bool,
    due_ms: f64,
}

impl Deadline {
    /// A deadline so many milliseconds from now.
    pub fn after(platform: &impl Platform, milliseconds: u32) -> Deadline {
        Deadline {
            alarm: None,
            rung: false,
            due_ms: platform.now_ms() + f64::from(milliseconds),
        }
    }

    /// When what the request holds is taken for lost, in milliseconds since the epoch.
    pub fn lapses_ms(&self) -> f64 {
        self.due_ms + f64::from(LAPSE_MS)
    }

    /// Whether the time has come, grace not included.
    pub fn is_over(&self, platform: &impl Platform) -> bool {
        platform.now_ms() >= self.due_ms
    }

    /// Milliseconds that are left, grace included.
    pub fn left_ms(&self, platform: &impl Platform) -> u32 {
        (self.due_ms + f64::from(GRACE_MS) - platform.now_ms()).max(0.0) as u32
    }

    /// The result of `work`, or `None` where it is not there in time.
    pub async fn before<P: Platform, T>(
        &mut self,
        platform: &P,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let mut work = pin!(work);
        if !self.rung {
            // Set at the first wait: an alarm counts from when it is first looked at.
            let left_ms = (self.due_ms - platform.now_ms()).max(0.0) as u32;
            let alarm = self.alarm.get_or_insert_with(|| platform.sleep(left_ms));
            if let Some(value) = before(alarm, work.as_mut()).await {
                return Some(value);
            }
            self.rung = true;
        }
        let left_ms = self.left_ms(platform).min(GRACE_MS);
        before(&mut platform.sleep(left_ms), work).await
    }
}

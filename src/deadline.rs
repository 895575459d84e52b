//! Deadline of a request.
//!
//! A request waits for everything with its [`Deadline`]: the origin's answer, every hop to the
//! source, every piece of the body, its turn, another request's answer. So the limit holds for the
//! sum of all waits, and no waiting request holds memory after it.

use std::future::Future;
use std::pin::pin;

use crate::platform::{Alarm, Platform, before};

/// Grace period in milliseconds after the deadline, for events that have arrived and were not
/// polled yet: on a busy processor an answer and the alarm often become ready together. The period
/// is fixed, however late the alarm rings.
pub const GRACE_MS: u32 = 200;

/// Milliseconds after the deadline at which the platform has ended any request that still holds
/// memory. Between the two there is only the processor time of a picture whose last byte came in
/// time.
pub const LAPSE_MS: u32 = 20_000;

/// Point in time at which a request has to be over, with its alarm.
pub struct Deadline {
    alarm: Option<Alarm>,
    rung: bool,
    due_ms: f64,
}

impl Deadline {
    /// Creates a deadline `milliseconds` from now.
    pub fn after(platform: &impl Platform, milliseconds: u32) -> Deadline {
        Deadline {
            alarm: None,
            rung: false,
            due_ms: platform.now_ms() + f64::from(milliseconds),
        }
    }

    /// Returns the time at which the request's memory is taken for lost, in milliseconds since the
    /// epoch.
    pub fn lapses_ms(&self) -> f64 {
        self.due_ms + f64::from(LAPSE_MS)
    }

    /// Whether the deadline has passed, without the grace period.
    pub fn is_over(&self, platform: &impl Platform) -> bool {
        platform.now_ms() >= self.due_ms
    }

    /// Returns the milliseconds that are left, with the grace period.
    pub fn left_ms(&self, platform: &impl Platform) -> u32 {
        (self.due_ms + f64::from(GRACE_MS) - platform.now_ms()).max(0.0) as u32
    }

    /// Returns the result of `work`, or `None` if it is not ready in time.
    pub async fn before<P: Platform, T>(
        &mut self,
        platform: &P,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let mut work = pin!(work);
        if !self.rung {
            // The alarm is created at the first wait, because an alarm counts from its first poll.
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

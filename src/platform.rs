//! What letterbox needs from the place where it runs. One implementation a platform, and nothing else in it.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use http::Response;
use url::Url;

use crate::answer::Kept;
use letterbox_engine::guest::{Guests, NoGuests};

/// A network or storage failure; the platform's own words go to its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreachable;

/// Why there is no next piece of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupted {
    /// The connection; the platform's own words go to its log.
    Broken,
    /// The memory of this instance.
    OutOfMemory,
}

/// The platform has no memory for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

/// Where a finished answer is kept.
#[derive(Debug)]
pub enum Keeping<K> {
    /// Where it was made: its bytes count as this instance's memory until they are dropped.
    Here(K),
    /// Outside of it.
    Elsewhere(K),
}

/// Something that is over when this is dropped.
pub type Guard = Box<dyn Any>;

/// Completes when its time has come, or something is done.
pub type Alarm = Pin<Box<dyn Future<Output = ()>>>;

/// The outside world as one request sees it.
#[allow(
    async_fn_in_trait,
    reason = "every platform is single-threaded per request; no future needs to be Send"
)]
pub trait Platform {
    /// The body of an answer from the network or the cache.
    type Body;

    /// A finished answer's bytes where they are sent from.
    type Bytes: 'static;

    /// Fetches one hop with GET and this Accept; redirects are answers. No header of the client's request is passed on but CDN-Loop, with
    /// this deployment at its end (`Request::cdn_loop_onward`). What has not ended after `within_ms`, body included, is cut.
    async fn fetch(
        &self,
        url: &Url,
        accept: &str,
        within_ms: u32,
    ) -> Result<Response<Self::Body>, Unreachable>;

    /// Asks the origin that is bound to the platform, a bucket or static assets; `None` where there is none.
    async fn bound_origin(
        &self,
        path_and_query: &str,
    ) -> Result<Option<Response<Self::Body>>, Unreachable>;

    /// The next chunk of a body, content decoding undone; `None` at its end.
    async fn next_chunk(&self, body: &mut Self::Body) -> Result<Option<Vec<u8>>, Interrupted>;

    /// Moves a finished answer to where it is sent from.
    fn keep(&self, bytes: Vec<u8>) -> Result<Keeping<Self::Bytes>, NoRoom>;

    /// A stored answer.
    async fn cache_get(&self, key: &Url) -> Option<Response<Self::Body>>;

    /// Stores an answer; one without bytes is empty. A failure to store is not the client's concern. `until_stored` is dropped when it is done,
    /// and then the future completes. Nobody has to await that, where the platform can do it after the reply has left.
    fn cache_put(
        &self,
        key: &Url,
        answer: Response<Option<Kept<Self::Bytes>>>,
        until_stored: Option<Guard>,
    ) -> Alarm;

    /// Completes after that many milliseconds. The future owns what it needs.
    fn sleep(&self, milliseconds: u32) -> Alarm;

    /// The codecs beside ours.
    fn guests(&self) -> &dyn Guests {
        &NoGuests
    }

    /// Whether this client may cause as much work as a new answer takes; where nobody counts, it may.
    async fn admits(&self) -> bool {
        true
    }

    /// Awaits what another request of this instance completes, where the platform makes a difference.
    async fn across<T>(&self, work: impl Future<Output = T>) -> T {
        work.await
    }

    /// Milliseconds since the Unix epoch.
    fn now_ms(&self) -> f64;

    /// Writes one line to the log.
    fn log(&self, line: &str);
}

/// `work`'s result, or `None` if the alarm rings first.
pub(crate) async fn before<T>(alarm: &mut Alarm, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|cx| {
        if let Poll::Ready(value) = work.as_mut().poll(cx) {
            return Poll::Ready(Some(value));
        }
        alarm.as_mut().poll(cx).map(|()| None)
    })
    .await
}

//! Interface to the platform: everything that the service needs from the place where it runs. Each
//! platform has one implementation, with nothing else in it.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use http::{HeaderMap, Response};
use url::Url;

use crate::answer::Kept;
use crate::metrics::Point;
use crate::part::Part;
use letterbox_engine::guest::{Guests, NoGuests};

/// Network or storage failure; the platform's own message goes to its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreachable;

/// Reason why there is no next piece of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupted {
    /// The connection broke; the platform's own message goes to its log.
    Broken,
    /// The memory of this instance is full.
    OutOfMemory,
}

/// Error: the platform has no memory for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

/// Place where a finished answer is kept.
#[derive(Debug)]
pub enum Keeping<K> {
    /// The instance's memory: the bytes count there until they are dropped.
    Here(K),
    /// Memory outside of the instance.
    Elsewhere(K),
}

/// Value whose drop signals the end of something.
pub type Guard = Box<dyn Any>;

/// Future that completes at a time, or when some work is done.
pub type Alarm = Pin<Box<dyn Future<Output = ()>>>;

/// Outside world of one request.
#[allow(
    async_fn_in_trait,
    reason = "every platform is single-threaded per request; no future needs to be Send"
)]
pub trait Platform {
    /// Body of an answer from the network or the cache.
    type Body;

    /// Bytes of a finished answer, in the place that they are sent from.
    type Bytes: 'static;

    /// Fetches one hop with GET and these header fields; redirects are returned as answers. No
    /// header field of the client's request is forwarded except CDN-Loop, with this deployment
    /// added (`Request::cdn_loop_onward`). A fetch that has not ended after `within_ms`, body
    /// included, is cut.
    async fn fetch(
        &self,
        url: &Url,
        fields: &HeaderMap,
        within_ms: u32,
    ) -> Result<Response<Self::Body>, Unreachable>;

    /// Asks the origin bound to the platform, a bucket or static assets, for a file or a part of
    /// it; `None` if there is none.
    async fn bound_origin(
        &self,
        path_and_query: &str,
        part: Option<Part>,
    ) -> Result<Option<Response<Self::Body>>, Unreachable>;

    /// Returns the next chunk of a body, content decoding undone; `None` at its end.
    async fn next_chunk(&self, body: &mut Self::Body) -> Result<Option<Vec<u8>>, Interrupted>;

    /// Moves a finished answer to the place that it is sent from.
    fn keep(&self, bytes: Vec<u8>) -> Result<Keeping<Self::Bytes>, NoRoom>;

    /// Returns a stored answer.
    async fn cache_get(&self, key: &Url) -> Option<Response<Self::Body>>;

    /// Stores an answer; an answer without bytes is stored empty. Failures are not reported to the
    /// client. When the answer is stored, `until_stored` is dropped and the future completes. The
    /// caller need not await the future if the platform can store after the reply has left.
    fn cache_put(
        &self,
        key: &Url,
        answer: Response<Option<Kept<Self::Bytes>>>,
        until_stored: Option<Guard>,
    ) -> Alarm;

    /// Returns a future that completes after `milliseconds`. The future owns what it needs.
    fn sleep(&self, milliseconds: u32) -> Alarm;

    /// Returns the guest codecs.
    fn guests(&self) -> &dyn Guests {
        &NoGuests
    }

    /// Returns the font of texts that name none; `None` where there is none, or no memory for it.
    fn font(&self) -> Option<Vec<u8>> {
        None
    }

    /// Whether the rate limit allows this client the work of a new answer; always, without a rate
    /// limit.
    async fn admits(&self) -> bool {
        true
    }

    /// Awaits work that another request of this instance completes, where the platform treats such
    /// work differently.
    async fn across<T>(&self, work: impl Future<Output = T>) -> T {
        work.await
    }

    /// Returns the milliseconds since the Unix epoch.
    fn now_ms(&self) -> f64;

    /// Writes one line to the log.
    fn log(&self, line: &str);

    /// Writes the data point of a request, where there is a dataset for points.
    fn measure(&self, _point: &dyn Fn() -> Point) {}
}

/// Returns the result of `work`, or `None` if the alarm rings first.
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

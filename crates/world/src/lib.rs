//! The service on a platform in memory: routes instead of a network, a map instead of a cache, and
//! a record of all accesses. A crate of its own, so that the service is compiled for this platform
//! once, and not in each test program.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use http::{HeaderMap, Method, Response, StatusCode};
use letterbox::answer::Kept;
use letterbox::config::Config;
use letterbox::instance::Instance;
use letterbox::metrics::Point;
use letterbox::part::Part;
use letterbox::platform::{Alarm, Guard, Interrupted, Keeping, NoRoom, Platform, Unreachable};
use letterbox::reply::Body;
use letterbox::request::Request;
use letterbox::serve::{Reply, serve};
use letterbox::url::hints::Hints;
use letterbox_engine::guest::{Decoded, Encoding, Fault, Guests};
use letterbox_engine::transform::{Format, FormatSet};
use url::Url;

/// Behaviour of a URL.
#[derive(Clone)]
pub enum Route {
    /// Status, header fields and body.
    Answer(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Sends the header and half of the body, then breaks the connection.
    Broken(Vec<u8>),
    /// Sends everything, but not at the first poll.
    Late(Vec<u8>),
    /// Never sends anything.
    Silent,
    /// Sends another route's answer after so many milliseconds; only where a test moves the clock.
    After(u32, Box<Route>),
    /// Sends no header; the platform cuts the connection after so many milliseconds. Only where a
    /// test moves the clock.
    Cut(u32),
    /// Sends these bytes, then one byte after an interval of so many milliseconds, which grows by
    /// so many each time, for ever; only where a test moves the clock.
    Drip(Vec<u8>, f64, f64),
}

/// Returns the answer with a file.
pub fn file(content_type: &str, body: impl Into<Vec<u8>>) -> Route {
    Route::Answer(
        200,
        vec![("content-type", content_type.to_owned())],
        body.into(),
    )
}

/// Returns an answer with a status, and a body that nobody must see.
pub fn status(status: u16) -> Route {
    Route::Answer(status, vec![], b"the origin's words".to_vec())
}

/// Returns a redirect.
pub fn redirect(to: &str) -> Route {
    Route::Answer(302, vec![("location", to.to_owned())], vec![])
}

/// Request that advances when it is polled.
pub type Running<'w, T> = Pin<Box<dyn Future<Output = T> + 'w>>;

/// Body of an answer.
#[derive(Default)]
pub struct Chunks {
    /// Remaining chunks, the last one first; `Err` breaks the connection.
    left: Vec<Result<Vec<u8>, Unreachable>>,
    /// Milliseconds to the byte after the chunks, and the increment for each that follows.
    drip: Option<(f64, f64)>,
}

impl From<Vec<u8>> for Chunks {
    fn from(body: Vec<u8>) -> Chunks {
        Chunks {
            left: vec![Ok(body)],
            drip: None,
        }
    }
}

/// The platform, and all that a test says of it or looks up in it.
#[derive(Default)]
pub struct World {
    /// Settings.
    pub vars: Vec<(&'static str, &'static str)>,
    /// The network, by URL.
    pub routes: HashMap<String, Route>,
    /// Bound origin by path, if there is one.
    pub bound: Option<HashMap<String, Route>>,
    /// URLs that have been fetched, in order.
    pub fetched: RefCell<Vec<String>>,
    /// Header fields of those that were fetched from the network, in order.
    pub sent: RefCell<Vec<HeaderMap>>,
    /// The cache.
    pub stored: RefCell<HashMap<String, Response<Vec<u8>>>>,
    /// The log.
    pub lines: RefCell<Vec<String>>,
    /// Data points of requests.
    pub points: RefCell<Vec<Point>>,
    /// State that requests share.
    pub instance: Instance<Rc<Vec<u8>>>,
    /// Place where finished answers are kept.
    pub room: Cell<Room>,
    /// Current time in milliseconds since the epoch.
    pub now_ms: Rc<Cell<f64>>,
    /// Whether the rate limit refuses requests.
    pub refuses: Cell<bool>,
    /// Identifier of the request, if it is not the usual one.
    pub id: RefCell<String>,
    /// Accept.
    pub accept: RefCell<Option<String>>,
    /// User-Agent.
    pub user_agent: RefCell<Option<String>>,
    /// Codecs beside the module.
    pub guests: Fakes,
    /// If-None-Match.
    pub if_none_match: RefCell<Option<String>>,
    /// If-Modified-Since.
    pub if_modified_since: RefCell<Option<String>>,
    /// Range.
    pub range: RefCell<Option<String>>,
    /// If-Range.
    pub if_range: RefCell<Option<String>>,
    /// Client hints.
    pub hints: RefCell<Hints>,
    /// CDN-Loop.
    pub cdn_loop: RefCell<Option<String>>,
    /// Sec-Fetch-Site.
    pub sec_fetch_site: RefCell<Option<String>>,
    /// Sec-Fetch-Dest.
    pub sec_fetch_dest: RefCell<Option<String>>,
    /// Whether a test polls requests itself: the clock stands still, and the header and each chunk
    /// of a body take one poll.
    pub stepping: Rc<Cell<bool>>,
    /// Whether a test moves `now_ms` itself; alarms then follow that clock.
    pub timed: Rc<Cell<bool>>,
}

/// Guest codecs that write the name of their format instead of a picture, and decode nothing.
#[derive(Default)]
pub struct Fakes(pub Cell<FormatSet>);

impl Guests for Fakes {
    fn offer(&self) -> FormatSet {
        self.0.get()
    }

    fn encode(&self, encoding: &Encoding, _: &[u8]) -> Result<Vec<u8>, Fault> {
        Ok(encoding.format.name().as_bytes().to_vec())
    }

    fn decode(&self, _: Format, _: &[u8], _: u64) -> Result<Decoded, Fault> {
        Err(Fault::Refused)
    }
}

/// Place where this platform keeps a finished answer.
#[derive(Clone, Copy, Default)]
pub enum Room {
    /// Outside of the module's memory.
    #[default]
    Elsewhere,
    /// In the module's memory.
    Here,
    /// Nowhere.
    None,
}

/// A reply with its body read to the end.
pub struct Got {
    /// Status.
    pub status: u16,
    /// Header fields.
    pub headers: http::HeaderMap,
    /// Body.
    pub body: Vec<u8>,
    /// Whether the body was passed on from another server.
    pub passed: bool,
}

impl Got {
    /// Returns a header field, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Returns the body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// Returns the status and the code of an error.
    pub fn error(&self) -> (u16, String) {
        (
            self.status,
            self.json()["error"].as_str().expect("a code").to_owned(),
        )
    }
}

impl World {
    /// Creates a deployment that takes sources from images.example.com.
    pub fn production() -> World {
        World {
            vars: vec![("ALLOWED_SOURCES", "images.example.com")],
            ..World::default()
        }
    }

    /// Adds a route.
    pub fn route(mut self, url: &str, route: Route) -> World {
        self.routes.insert(url.to_owned(), route);
        self
    }

    /// Answers a GET.
    pub fn get(&self, url: &str) -> Got {
        self.send(Method::GET, url)
    }

    /// Answers a request of any method.
    pub fn send(&self, method: Method, url: &str) -> Got {
        pollster::block_on(self.answered(method, url))
    }

    /// Runs a request that advances when it is polled. The future is boxed here, because a test
    /// program that polled it itself would compile all of the service.
    pub fn answer<'w>(&'w self, method: Method, url: &'w str) -> Running<'w, Got> {
        Box::pin(self.answered(method, url))
    }

    async fn answered(&self, method: Method, url: &str) -> Got {
        let (head, body) = self.replied(method, url).await.into_parts();
        let passed = matches!(body, Body::Passed(_));
        let body = match body {
            Body::Empty => Vec::new(),
            Body::Text(text) => text.into_bytes(),
            Body::Kept(kept) => kept.bytes().to_vec(),
            Body::Passed(chunks) => chunks.left.into_iter().rev().flatten().flatten().collect(),
        };
        Got {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
            passed,
        }
    }

    /// Returns the reply as the platform gets it; boxed as [`World::answer`] is.
    pub fn reply<'w>(&'w self, method: Method, url: &'w str) -> Running<'w, Reply<World>> {
        Box::pin(self.replied(method, url))
    }

    async fn replied(&self, method: Method, url: &str) -> Reply<World> {
        let config = Config::of_deployment(self.vars.iter().copied(), self.bound.is_some());
        let request = Request {
            method,
            url: Url::parse(url).expect("a URL"),
            id: match self.id.borrow().as_str() {
                "" => "request-1".to_owned(),
                id => id.to_owned(),
            },
            accept: self.accept.borrow().clone(),
            user_agent: self.user_agent.borrow().clone(),
            if_none_match: self.if_none_match.borrow().clone(),
            if_modified_since: self.if_modified_since.borrow().clone(),
            range: self.range.borrow().clone(),
            if_range: self.if_range.borrow().clone(),
            hints: self.hints.borrow().clone(),
            cdn_loop: self.cdn_loop.borrow().clone(),
            sec_fetch_site: self.sec_fetch_site.borrow().clone(),
            sec_fetch_dest: self.sec_fetch_dest.borrow().clone(),
        };
        serve(self, &self.instance, &config, &request).await
    }

    /// Returns how often something has been fetched.
    pub fn fetches(&self) -> usize {
        self.fetched.borrow().len()
    }
}

/// Returns a part of a file.
fn cut(part: Part, fields: &[(&'static str, String)], body: &[u8]) -> Route {
    let (mut fields, length) = (fields.to_vec(), body.len());
    let Some((first, count)) = part.within(length as u64) else {
        return Route::Answer(
            416,
            vec![("content-range", format!("bytes */{length}"))],
            vec![],
        );
    };
    let last = first + count - 1;
    fields.push(("content-range", format!("bytes {first}-{last}/{length}")));
    Route::Answer(206, fields, body[first as usize..=last as usize].to_vec())
}

fn answer(route: &Route) -> Response<Chunks> {
    let (status, headers, mut chunks) = match route {
        Route::Silent | Route::After(..) | Route::Cut(_) => (504, vec![], vec![]),
        Route::Drip(start, ..) => (200, vec![], vec![Ok(start.clone())]),
        Route::Late(body) => (200, vec![], vec![Ok(body.clone())]),
        Route::Broken(body) => (
            200,
            vec![],
            vec![Err(Unreachable), Ok(body[..body.len() / 2].to_vec())],
        ),
        Route::Answer(status, headers, body) => {
            let chunks = body
                .chunks(1000)
                .map(|chunk| Ok(chunk.to_vec()))
                .rev()
                .collect();
            (*status, headers.clone(), chunks)
        }
    };
    chunks.shrink_to_fit();
    let drip = match route {
        Route::Drip(_, every_ms, more_ms) => Some((*every_ms, *more_ms)),
        _ => None,
    };
    let left = chunks;
    let mut answer = Response::new(Chunks { left, drip });
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
    for (name, value) in headers {
        answer
            .headers_mut()
            .append(name, value.into_bytes().try_into().expect("a header value"));
    }
    answer
}

/// Completes after it has been polled `polls` times without success.
async fn later(mut polls: u32) {
    poll_fn(|_| match polls {
        0 => Poll::Ready(()),
        _ => {
            polls -= 1;
            Poll::Pending
        }
    })
    .await;
}

impl Platform for World {
    type Body = Chunks;
    type Bytes = Rc<Vec<u8>>;

    async fn fetch(
        &self,
        url: &Url,
        fields: &HeaderMap,
        _: u32,
    ) -> Result<Response<Chunks>, Unreachable> {
        self.fetched.borrow_mut().push(url.to_string());
        self.sent.borrow_mut().push(fields.clone());
        later(u32::from(self.stepping.get())).await;
        match self.routes.get(url.as_str()) {
            None => Err(Unreachable),
            Some(Route::Silent) => pending().await,
            Some(Route::Cut(milliseconds)) => {
                self.sleep(*milliseconds).await;
                Err(Unreachable)
            }
            Some(Route::After(milliseconds, route)) => {
                self.sleep(*milliseconds).await;
                Ok(answer(route))
            }
            Some(route @ Route::Late(_)) => {
                later(1).await;
                Ok(answer(route))
            }
            Some(route) => Ok(answer(route)),
        }
    }

    async fn bound_origin(
        &self,
        path_and_query: &str,
        part: Option<Part>,
    ) -> Result<Option<Response<Chunks>>, Unreachable> {
        let Some(bound) = &self.bound else {
            return Ok(None);
        };
        self.fetched.borrow_mut().push(path_and_query.to_owned());
        // A bucket ignores the query.
        let path = path_and_query.split('?').next().unwrap_or_default();
        let missing = &status(404);
        Ok(Some(match (part, bound.get(path)) {
            (Some(part), Some(Route::Answer(200, fields, body))) => {
                answer(&cut(part, fields, body))
            }
            (_, route) => answer(route.unwrap_or(missing)),
        }))
    }

    async fn next_chunk(&self, body: &mut Chunks) -> Result<Option<Vec<u8>>, Interrupted> {
        later(u32::from(self.stepping.get())).await;
        if let (true, Some((every_ms, more_ms))) = (body.left.is_empty(), &mut body.drip) {
            *every_ms += *more_ms;
            self.sleep(*every_ms as u32).await;
            return Ok(Some(vec![0]));
        }
        body.left.pop().transpose().map_err(|_| Interrupted::Broken)
    }

    fn keep(&self, bytes: Vec<u8>) -> Result<Keeping<Rc<Vec<u8>>>, NoRoom> {
        match self.room.get() {
            Room::Elsewhere => Ok(Keeping::Elsewhere(Rc::new(bytes))),
            Room::Here => Ok(Keeping::Here(Rc::new(bytes))),
            Room::None => Err(NoRoom),
        }
    }

    async fn cache_get(&self, key: &Url) -> Option<Response<Chunks>> {
        let stored = self.stored.borrow();
        let entry = stored.get(key.as_str())?;
        let number = |name: &str| {
            let value = entry.headers()[name].to_str().expect("ASCII");
            let digits = value.trim_start_matches("public, max-age=");
            digits.parse::<f64>().expect("a number")
        };
        let forgotten = number("x-letterbox-stored") + number("cache-control");
        let kept = self.now_ms.get() / 1000.0 < forgotten;
        kept.then(|| entry.clone().map(Chunks::from))
    }

    fn cache_put(
        &self,
        key: &Url,
        answer: Response<Option<Kept<Rc<Vec<u8>>>>>,
        _: Option<Guard>,
    ) -> Alarm {
        let bytes = |kept: Option<Kept<Rc<Vec<u8>>>>| kept.map(|kept| kept.bytes().to_vec());
        let answer = answer.map(|kept| bytes(kept).unwrap_or_default());
        self.stored.borrow_mut().insert(key.to_string(), answer);
        Box::pin(std::future::ready(()))
    }

    /// Returns an alarm. Time passes only while something else is awaited for ever, or where the
    /// test moves the clock.
    fn sleep(&self, milliseconds: u32) -> Alarm {
        let (stepping, timed) = (self.stepping.clone(), self.timed.clone());
        let now_ms = self.now_ms.clone();
        let due_ms = now_ms.get() + f64::from(milliseconds);
        Box::pin(poll_fn(move |_| {
            let rings = match timed.get() {
                true => now_ms.get() >= due_ms,
                false => !stepping.get(),
            };
            if rings {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        }))
    }

    fn guests(&self) -> &dyn Guests {
        &self.guests
    }

    fn font(&self) -> Option<Vec<u8>> {
        std::fs::read(letterbox_testkit::root().join("fonts/NotoSans-SemiBold.ttf")).ok()
    }

    async fn admits(&self) -> bool {
        !self.refuses.get()
    }

    fn now_ms(&self) -> f64 {
        self.now_ms.get()
    }

    fn log(&self, line: &str) {
        self.lines.borrow_mut().push(line.to_owned());
    }

    fn measure(&self, point: &dyn Fn() -> Point) {
        self.points.borrow_mut().push(point());
    }
}

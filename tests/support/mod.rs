//! A platform in memory: routes instead of a network, a map instead of a cache, and a record of what was touched.
#![allow(dead_code, reason = "each test program uses a part of it")]

pub(crate) mod dice;
pub(crate) mod png;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use http::{Method, Response, StatusCode};
use letterbox::config::Config;
use letterbox::flight::Flights;
use letterbox::governor::Governor;
use letterbox::image::guest::{Decoded, Encoding, Fault, Guests, Offer};
use letterbox::platform::{Alarm, Platform, Unreachable};
use letterbox::reply::Body;
use letterbox::request::Request;
use letterbox::serve::serve;
use letterbox::transform::Format;
use url::Url;

/// What a URL answers.
#[derive(Clone)]
pub(crate) enum Route {
    Answer(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// The header comes, half of the body comes, then the connection breaks.
    Broken(Vec<u8>),
    /// Everything, but not at the first look.
    Late(Vec<u8>),
    /// Never anything.
    Silent,
}

pub(crate) fn file(content_type: &str, body: impl Into<Vec<u8>>) -> Route {
    Route::Answer(
        200,
        vec![("content-type", content_type.to_owned())],
        body.into(),
    )
}

pub(crate) fn status(status: u16) -> Route {
    Route::Answer(status, vec![], b"the origin's words".to_vec())
}

pub(crate) fn redirect(to: &str) -> Route {
    Route::Answer(302, vec![("location", to.to_owned())], vec![])
}

/// Chunks still to come, the last one first; `Err` breaks the connection.
pub(crate) type Chunks = Vec<Result<Vec<u8>, Unreachable>>;

#[derive(Default)]
pub(crate) struct World {
    pub(crate) vars: Vec<(&'static str, &'static str)>,
    pub(crate) routes: HashMap<String, Route>,
    /// The bound origin, by path, if there is one.
    pub(crate) bound: Option<HashMap<String, Route>>,
    pub(crate) fetched: RefCell<Vec<String>>,
    pub(crate) stored: RefCell<HashMap<String, Response<Vec<u8>>>>,
    pub(crate) lines: RefCell<Vec<String>>,
    pub(crate) governor: Governor,
    pub(crate) flights: Flights,
    /// Milliseconds since the epoch.
    pub(crate) now_ms: Cell<f64>,
    /// A rate limit that says no.
    pub(crate) refuses: Cell<bool>,
    /// What the client says of itself.
    pub(crate) accept: RefCell<Option<String>>,
    pub(crate) user_agent: RefCell<Option<String>>,
    pub(crate) guests: Fakes,
    pub(crate) if_none_match: RefCell<Option<String>>,
    pub(crate) cdn_loop: RefCell<Option<String>>,
    /// Where a test polls requests itself: time stands still, and the header and each chunk of a body are one poll away.
    pub(crate) stepping: Rc<Cell<bool>>,
}

/// Guests that write their format's name and no picture, and read nothing.
#[derive(Default)]
pub(crate) struct Fakes(pub(crate) Cell<Offer>);

impl Guests for Fakes {
    fn offer(&self) -> Offer {
        self.0.get()
    }

    fn encode(&self, encoding: &Encoding, _: &[u8]) -> Result<Vec<u8>, Fault> {
        Ok(encoding.format.name().as_bytes().to_vec())
    }

    fn decode(&self, _: Format, _: &[u8], _: u64) -> Result<Decoded, Fault> {
        Err(Fault::Refused)
    }
}

/// A reply with its body read to the end.
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("ASCII"))
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// Status and code of an error.
    pub(crate) fn error(&self) -> (u16, String) {
        (
            self.status,
            self.json()["error"].as_str().expect("a code").to_owned(),
        )
    }
}

impl World {
    pub(crate) fn production() -> World {
        World {
            vars: vec![("ALLOWED_SOURCES", "images.example.com")],
            ..World::default()
        }
    }

    pub(crate) fn route(mut self, url: &str, route: Route) -> World {
        self.routes.insert(url.to_owned(), route);
        self
    }

    pub(crate) fn get(&self, url: &str) -> Got {
        self.send(Method::GET, url)
    }

    pub(crate) fn send(&self, method: Method, url: &str) -> Got {
        pollster::block_on(self.answer(method, url))
    }

    /// A request that goes on when it is polled.
    pub(crate) async fn answer(&self, method: Method, url: &str) -> Got {
        let config = Config::from_pairs(self.vars.iter().copied());
        let request = Request {
            method,
            url: Url::parse(url).expect("a URL"),
            id: "request-1".to_owned(),
            accept: self.accept.borrow().clone(),
            user_agent: self.user_agent.borrow().clone(),
            if_none_match: self.if_none_match.borrow().clone(),
            cdn_loop: self.cdn_loop.borrow().clone(),
        };
        let (head, body) = serve(self, &config, &request).await.into_parts();
        let body = match body {
            Body::Empty => Vec::new(),
            Body::Bytes(bytes) => bytes,
            Body::Passed(chunks) => chunks.into_iter().rev().flatten().flatten().collect(),
        };
        Got {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        }
    }

    pub(crate) fn fetches(&self) -> usize {
        self.fetched.borrow().len()
    }
}

fn answer(route: &Route) -> Response<Chunks> {
    let (status, headers, mut chunks) = match route {
        Route::Silent => (504, vec![], vec![]),
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
    let mut answer = Response::new(chunks);
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
    for (name, value) in headers {
        answer
            .headers_mut()
            .append(name, value.parse().expect("a header value"));
    }
    answer
}

/// Completes when it has been polled that many times in vain.
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

    async fn fetch(&self, url: &Url, _: &str) -> Result<Response<Chunks>, Unreachable> {
        self.fetched.borrow_mut().push(url.to_string());
        later(u32::from(self.stepping.get())).await;
        match self.routes.get(url.as_str()) {
            None => Err(Unreachable),
            Some(Route::Silent) => pending().await,
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
    ) -> Result<Option<Response<Chunks>>, Unreachable> {
        let Some(bound) = &self.bound else {
            return Ok(None);
        };
        self.fetched.borrow_mut().push(path_and_query.to_owned());
        Ok(Some(answer(
            bound.get(path_and_query).unwrap_or(&status(404)),
        )))
    }

    async fn next_chunk(&self, body: &mut Chunks) -> Result<Option<Vec<u8>>, Unreachable> {
        later(u32::from(self.stepping.get())).await;
        body.pop().transpose()
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
        kept.then(|| entry.clone().map(|body| vec![Ok(body)]))
    }

    fn cache_put(&self, key: &Url, answer: Response<Vec<u8>>) {
        self.stored.borrow_mut().insert(key.to_string(), answer);
    }

    /// Time passes only while something else is awaited for ever.
    fn sleep(&self, _: u32) -> Alarm {
        let stepping = self.stepping.clone();
        Box::pin(poll_fn(move |_| match stepping.get() {
            true => Poll::Pending,
            false => Poll::Ready(()),
        }))
    }

    fn governor(&self) -> &Governor {
        &self.governor
    }

    fn flights(&self) -> &Flights {
        &self.flights
    }

    fn guests(&self) -> &dyn Guests {
        &self.guests
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
}

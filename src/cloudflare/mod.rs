//! Cloudflare Workers: the only folder that names the platform's crate.

mod answers;
mod engine;
mod font;
mod guests;
mod settings;
mod stream;

use std::cell::Cell;
use std::future::Future;
use std::net::Ipv6Addr;
use std::pin::pin;
use std::sync::{Arc, LazyLock, OnceLock};
use std::task::{self, Poll, Wake, Waker};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use url::Url;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::js_sys::{self, Function, Promise, Reflect, Uint8Array};
use worker::send::SendWrapper;
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::{JsFuture, future_to_promise};
use worker::web_sys;
use worker::{
    AbortController, AnalyticsEngineDataPointBuilder, Cache, Context, Delay, EncodeBody, Env,
    Fetch, Headers, RequestInit, RequestRedirect, ResponseBody, ResponseBuilder, event,
};

use crate::answer::Kept;
use crate::config::{self, Config, SETTINGS};
use crate::instance::Instance;
use crate::metrics::Point;
use crate::part::Part;
use crate::platform::{Alarm, Guard, Interrupted, Keeping, NoRoom, Platform, Unreachable};
use crate::reply::Body;
use crate::request::Request;
use crate::serve::serve;
use crate::url::hints::Hints;
use letterbox_engine::guest::Guests;
use stream::Pieces;

/// Allocator of the module. The module's memory never shrinks, so freed ranges have to be usable
/// for later blocks.
#[global_allocator]
static HEAP: letterbox_heap::Heap = letterbox_heap::Heap::new();

#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

#[event(fetch)]
async fn fetch(
    request: worker::Request,
    env: Env,
    context: Context,
) -> worker::Result<worker::Response> {
    // State of a module instance; an isolate has one module instance at a time.
    static INSTANCE: LazyLock<Instance<answers::Bytes>> = LazyLock::new(Instance::new);
    static CONFIG: OnceLock<Result<Config, config::Error>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| read_config(&env));
    let asked = Request {
        method: method(&request),
        url: request.url()?,
        id: request_id(request.headers()),
        if_none_match: field(request.headers(), "if-none-match"),
        if_modified_since: field(request.headers(), "if-modified-since"),
        range: field(request.headers(), "range"),
        if_range: field(request.headers(), "if-range"),
        accept: field(request.headers(), "accept"),
        user_agent: field(request.headers(), "user-agent"),
        hints: Hints {
            width: field(request.headers(), "sec-ch-width"),
            dpr: field(request.headers(), "sec-ch-dpr"),
            viewport_width: field(request.headers(), "sec-ch-viewport-width"),
            save_data: field(request.headers(), "save-data"),
        },
        cdn_loop: field(request.headers(), "cdn-loop"),
        sec_fetch_site: field(request.headers(), "sec-fetch-site"),
        sec_fetch_dest: field(request.headers(), "sec-fetch-dest"),
    };
    let client = client(request.headers());
    let workers = Workers {
        env,
        context,
        client,
        cdn_loop: asked.cdn_loop_onward(),
    };
    let reply = serve(&workers, &INSTANCE, config, &asked).await;
    let (head, body) = reply.into_parts();
    let headers = to_js(&head.headers)?;
    let packed = matches!(&body, Body::Passed(incoming) if incoming.packed);
    let body = match body {
        Body::Kept(kept) => {
            return Ok(answers::reply(
                kept,
                head.status,
                &headers,
                &workers.context,
            )?);
        }
        Body::Empty => ResponseBody::Empty,
        Body::Text(text) => ResponseBody::Body(text.into_bytes()),
        Body::Passed(incoming) => incoming.into_passed(head.status),
    };
    let reply = ResponseBuilder::new()
        .with_status(head.status.as_u16())
        .with_headers(headers);
    let encoding = if packed {
        EncodeBody::Manual
    } else {
        EncodeBody::Automatic
    };
    Ok(reply.with_encode_body(encoding).body(body))
}

/// Returns the method as the client wrote it: the platform crate's own type reads every unknown one
/// as GET.
fn method(request: &worker::Request) -> http::Method {
    request
        .inner()
        .method()
        .parse()
        .unwrap_or(http::Method::TRACE) // refused like any other
}

/// The platform as one request sees it.
struct Workers {
    env: Env,
    context: Context,
    /// Identity that the rate limit counts.
    client: String,
    /// CDN-Loop of our fetches.
    cdn_loop: String,
}

/// Body of an answer, with a guard that aborts the rest of the fetch.
struct Incoming {
    body: ResponseBody,
    pieces: Option<Pieces>,
    /// Set if the bytes are compressed as Content-Encoding says, and must not be compressed again.
    packed: bool,
    /// Content coding that the platform has not undone.
    coding: Option<&'static str>,
    abort: AbortOnDrop,
}

impl Incoming {
    fn new(body: ResponseBody, abort: AbortOnDrop) -> Incoming {
        Incoming {
            body,
            pieces: None,
            packed: false,
            coding: None,
            abort,
        }
    }

    /// Returns the body for a reply: the platform streams it without the module, for as long as the
    /// fetch was allowed.
    fn into_passed(self, status: StatusCode) -> ResponseBody {
        self.abort.disarm();
        let bodiless = matches!(
            status,
            StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
        );
        if bodiless {
            ResponseBody::Empty
        } else {
            self.body
        }
    }
}

/// Guard that aborts a fetch when nobody waits for it any more.
struct AbortOnDrop(Cell<Option<AbortController>>);

impl AbortOnDrop {
    fn disarm(&self) {
        self.0.take();
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = self.0.take() {
            controller.abort();
        }
    }
}

impl Platform for Workers {
    type Body = Incoming;

    type Bytes = answers::Bytes;

    async fn fetch(
        &self,
        url: &Url,
        fields: &HeaderMap,
        within_ms: u32,
    ) -> Result<Response<Incoming>, Unreachable> {
        let headers = to_js(fields).map_err(unreachable)?;
        headers
            .set("CDN-Loop", &self.cdn_loop)
            .map_err(unreachable)?;
        let mut init = RequestInit::new();
        init.with_headers(headers)
            .with_redirect(RequestRedirect::Manual);
        let request = worker::Request::new_with_init(url.as_str(), &init).map_err(unreachable)?;
        let controller = AbortController::default();
        let signal = either(&controller.signal(), &timeout(within_ms)).into();
        let abort = AbortOnDrop(Cell::new(Some(controller)));
        let answer = Fetch::Request(request)
            .send_with_signal(&signal)
            .await
            .map_err(unreachable)?;
        from_js(answer, abort)
    }

    async fn bound_origin(
        &self,
        path_and_query: &str,
        part: Option<Part>,
    ) -> Result<Option<Response<Incoming>>, Unreachable> {
        if let Ok(bucket) = self.env.bucket("ORIGIN_BUCKET") {
            return from_bucket(&bucket, path_and_query, part)
                .await
                .map(Some)
                .map_err(unreachable);
        }
        let Ok(assets) = self.env.assets("ASSETS") else {
            return Ok(None);
        };
        let url = format!("https://assets.local{path_and_query}");
        let answer = assets.fetch(url, None).await.map_err(unreachable)?;
        from_js(answer, AbortOnDrop(Cell::new(None))).map(Some)
    }

    async fn next_chunk(&self, incoming: &mut Incoming) -> Result<Option<Vec<u8>>, Interrupted> {
        if incoming.pieces.is_none() {
            let ResponseBody::Stream(stream) = &incoming.body else {
                return Ok(None);
            };
            let pieces = match incoming.coding {
                Some(coding) => {
                    stream::decoded(stream, coding).and_then(|decoded| Pieces::of(&decoded))
                }
                None => Pieces::of(stream),
            };
            incoming.pieces = Some(pieces.map_err(broken)?);
        }
        let Some(pieces) = &mut incoming.pieces else {
            return Ok(None);
        };
        match pieces.next().await.map_err(broken)? {
            Some(piece) => fallible_copy(&piece).map(Some),
            None => Ok(None),
        }
    }

    fn keep(&self, bytes: Vec<u8>) -> Result<Keeping<answers::Bytes>, NoRoom> {
        answers::keep(bytes)
    }

    async fn cache_get(&self, key: &Url) -> Option<Response<Incoming>> {
        let stored = Cache::default().get(key.as_str(), false).await.ok()??;
        from_js(stored, AbortOnDrop(Cell::new(None))).ok()
    }

    fn cache_put(
        &self,
        key: &Url,
        answer: Response<Option<Kept<answers::Bytes>>>,
        until_stored: Option<Guard>,
    ) -> Alarm {
        let key = key.to_string();
        let (head, kept) = answer.into_parts();
        let stored = to_js(&head.headers).and_then(|headers| match kept {
            Some(kept) => Ok(answers::reply(kept, head.status, &headers, &self.context)?),
            None => Ok(ResponseBuilder::new()
                .with_status(head.status.as_u16())
                .with_headers(headers)
                .empty()),
        });
        let done = future_to_promise(async move {
            let put = match stored {
                Ok(stored) => Cache::default().put(key, stored).await,
                Err(error) => Err(error),
            };
            drop(until_stored);
            if let Err(error) = put {
                worker::console_error!("cache put: {error}");
            }
            Ok(JsValue::UNDEFINED)
        });
        let ended = JsFuture::from(done.clone());
        self.context.wait_until(async { drop(ended.await) });
        Box::pin(async { drop(JsFuture::from(done).await) })
    }

    fn sleep(&self, milliseconds: u32) -> Alarm {
        Box::pin(Delay::from(Duration::from_millis(milliseconds.into())))
    }

    fn guests(&self) -> &dyn Guests {
        &guests::Beside
    }

    fn font(&self) -> Option<Vec<u8>> {
        font::font()
    }

    async fn admits(&self) -> bool {
        let Ok(limiter) = self.env.rate_limiter("RATE_LIMITER") else {
            return true;
        };
        match limiter.limit(self.client.clone()).await {
            Ok(outcome) => outcome.success,
            Err(error) => {
                worker::console_error!("rate limit: {error}");
                true // a limiter that is down is no reason to be down too
            }
        }
    }

    /// Awaits work of another request. A request must not use what belongs to another one, so no
    /// future may be polled while another request runs, which waking from there would cause. Only
    /// promises are carried over: the other request settles the promise, and this request continues
    /// from it.
    async fn across<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut waker = Waker::noop().clone();
        let mut called = None;
        loop {
            if let Poll::Ready(value) = work.as_mut().poll(&mut task::Context::from_waker(&waker)) {
                return value;
            }
            if let Some(called) = called {
                let _ = JsFuture::from(called).await;
            }
            let (call, promise) = Call::new();
            waker = Waker::from(Arc::new(call));
            called = Some(promise);
        }
    }

    fn now_ms(&self) -> f64 {
        js_sys::Date::now()
    }

    fn log(&self, line: &str) {
        worker::console_log!("{line}");
    }

    fn measure(&self, point: &dyn Fn() -> Point) {
        let Ok(dataset) = self.env.analytics_engine("METRICS") else {
            return;
        };
        let Point {
            host,
            words,
            numbers,
        } = point();
        let point = AnalyticsEngineDataPointBuilder::new()
            .indexes([host.as_str()])
            .blobs(words)
            .doubles(numbers)
            .build();
        if let Err(error) = dataset.write_data_point(&point) {
            worker::console_error!("metrics: {error}");
        }
    }
}

/// Waker that settles a promise.
struct Call(SendWrapper<Option<Function>>);

impl Call {
    fn new() -> (Call, Promise) {
        let mut settle = None;
        let promise = Promise::new(&mut |resolve, _| settle = Some(resolve));
        (Call(SendWrapper::new(settle)), promise)
    }
}

impl Wake for Call {
    fn wake(self: Arc<Self>) {
        if let Some(settle) = &*self.0 {
            let _ = settle.call0(&JsValue::UNDEFINED); // settling does not throw
        }
    }
}

/// Fetches the object of the bucket under the path without its first slash; 404 if there is none.
async fn from_bucket(
    bucket: &worker::Bucket,
    path_and_query: &str,
    part: Option<Part>,
) -> worker::Result<Response<Incoming>> {
    let path = path_and_query
        .split('?')
        .next()
        .unwrap_or_default()
        .trim_start_matches('/');
    let key = js_sys::decode_uri_component(path)
        .map(String::from)
        .unwrap_or_default();
    if key.is_empty() {
        return not_found();
    }
    // Which part there is, only the length of the object tells.
    let length = match part {
        Some(_) => bucket.head(&key).await?.map(|object| object.size()),
        None => None,
    };
    let span = part.zip(length).map(|(part, length)| part.within(length));
    let object = match span {
        Some(None) => return Ok(beyond(length.unwrap_or(0))),
        Some(Some((offset, length))) => {
            let range = worker::Range::OffsetWithLength { offset, length };
            bucket.get(key).range(range).execute().await?
        }
        None => bucket.get(key).execute().await?,
    };
    let Some(object) = object else {
        return not_found();
    };
    let Some(body) = object.body() else {
        return not_found();
    };
    let mut incoming = Incoming::new(body.response_body()?, AbortOnDrop(Cell::new(None)));
    incoming.packed = true; // a bucket keeps what it was given
    let stored = object.http_metadata();
    incoming.coding = stored.content_encoding.as_deref().and_then(stream::coding);
    let mut answer = Response::new(incoming);
    for (name, value) in [
        (header::CONTENT_TYPE, stored.content_type),
        (header::CONTENT_LANGUAGE, stored.content_language),
        (header::CONTENT_DISPOSITION, stored.content_disposition),
        (header::CONTENT_ENCODING, stored.content_encoding),
        (header::CACHE_CONTROL, stored.cache_control),
        (header::ETAG, Some(object.http_etag())),
        (header::LAST_MODIFIED, Some(uploaded(&object))),
        (header::ACCEPT_RANGES, Some("bytes".to_owned())),
    ] {
        if let Some(value) = value.and_then(|value| value.parse().ok()) {
            answer.headers_mut().insert(name, value);
        }
    }
    if let Some((first, count)) = span.flatten() {
        *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
        let (last, length) = (first + count - 1, object.size());
        let range = format!("bytes {first}-{last}/{length}").parse();
        let range = range.ok().map(|range| (header::CONTENT_RANGE, range));
        answer.headers_mut().extend(range);
    }
    Ok(answer)
}

/// Returns the time of an object as an HTTP date.
fn uploaded(object: &worker::Object) -> String {
    let millis = JsValue::from_f64(object.uploaded().as_millis() as f64);
    js_sys::Date::new(&millis).to_utc_string().into()
}

/// Answers that an object of so many bytes has not the part that is asked for.
fn beyond(length: u64) -> Response<Incoming> {
    let incoming = Incoming::new(ResponseBody::Empty, AbortOnDrop(Cell::new(None)));
    let mut answer = Response::new(incoming);
    *answer.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    let range = format!("bytes */{length}").parse();
    let range = range.ok().map(|range| (header::CONTENT_RANGE, range));
    answer.headers_mut().extend(range);
    answer
}

fn not_found() -> worker::Result<Response<Incoming>> {
    let body = ResponseBody::Body(b"not found\n".to_vec());
    let mut answer = Response::new(Incoming::new(body, AbortOnDrop(Cell::new(None))));
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer.headers_mut().insert(
        "content-type",
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    Ok(answer)
}

fn from_js(
    answer: worker::Response,
    abort: AbortOnDrop,
) -> Result<Response<Incoming>, Unreachable> {
    let status = StatusCode::from_u16(answer.status_code()).map_err(unreachable)?;
    let headers = header_map(answer.headers());
    let (_, body) = answer.into_parts();
    let mut incoming = Incoming::new(body, abort);
    // The platform undoes the common ones by itself.
    let coding = headers.get(header::CONTENT_ENCODING);
    let coding = coding.and_then(|coding| coding.to_str().ok());
    let coding = coding.filter(|coding| !coding.trim().eq_ignore_ascii_case("gzip"));
    incoming.coding = coding.and_then(stream::coding);
    let mut answer = Response::new(incoming);
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}

/// Returns the valid header fields; an invalid field of a source is not the service's failure. A
/// value beyond ASCII is encoded as UTF-8 again: the runtime has decoded it as UTF-8, and has
/// replaced every other byte by U+FFFD (workerd issue 6927), irrecoverably.
fn header_map(headers: &Headers) -> HeaderMap {
    let valid = |(name, value): (String, String)| {
        Some((
            name.parse::<HeaderName>().ok()?,
            HeaderValue::from_bytes(value.as_bytes()).ok()?,
        ))
    };
    let mut map = HeaderMap::new();
    headers
        .entries()
        .filter_map(valid)
        .for_each(|(name, value): (HeaderName, HeaderValue)| {
            map.append(name, value);
        });
    map
}

fn to_js(headers: &HeaderMap) -> worker::Result<Headers> {
    let to = Headers::new();
    for (name, value) in headers {
        to.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
    }
    Ok(to)
}

/// Logs a failure; the caller only needs to know that there was one.
fn unreachable(error: impl std::fmt::Display) -> Unreachable {
    worker::console_error!("{error}");
    Unreachable
}

/// Logs an exception of JavaScript while a body is read.
fn broken(error: JsValue) -> Interrupted {
    let Unreachable = unreachable(worker::Error::from(error));
    Interrupted::Broken
}

/// Copies a piece into the module's memory, which may be full.
fn fallible_copy(piece: &Uint8Array) -> Result<Vec<u8>, Interrupted> {
    let length = piece.length() as usize;
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(length)
        .map_err(|_| Interrupted::OutOfMemory)?;
    bytes.resize(length, 0);
    piece.copy_to(&mut bytes);
    Ok(bytes)
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = AbortSignal)]
    fn timeout(milliseconds: u32) -> web_sys::AbortSignal;

    #[wasm_bindgen(js_namespace = AbortSignal, js_name = any)]
    fn any_of(signals: &js_sys::Array) -> web_sys::AbortSignal;
}

/// Returns a signal that aborts with the first of two.
fn either(one: &web_sys::AbortSignal, other: &web_sys::AbortSignal) -> web_sys::AbortSignal {
    any_of(&js_sys::Array::of2(one, other))
}

/// Reads the deployment's variables: strings, or the values that wrangler makes of numbers and
/// switches.
fn read_config(env: &Env) -> Result<Config, config::Error> {
    let text = |value: JsValue| {
        value
            .as_string()
            .or_else(|| value.as_f64().map(|n| n.to_string()))
            .or_else(|| value.as_bool().map(|b| b.to_string()))
    };
    let pairs: Vec<(&str, String)> = SETTINGS
        .iter()
        .filter_map(|setting| {
            Some((
                setting.name,
                Reflect::get(env, &JsValue::from_str(setting.name)).ok()?,
            ))
        })
        .filter(|(_, value)| !value.is_undefined() && !value.is_null())
        .map(|(name, value)| {
            (
                name,
                text(value).unwrap_or_else(|| "(not a text)".to_owned()),
            )
        })
        .collect();
    let is_bound = ["ORIGIN_BUCKET", "ASSETS"].iter().any(|name| {
        let bound = Reflect::get(env, &JsValue::from_str(name));
        bound.is_ok_and(|bound| bound.is_object())
    });
    let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
    Config::of_deployment(pairs, is_bound)
}

/// Returns a header field; the values of all lines.
fn field(headers: &Headers, name: &str) -> Option<String> {
    headers.get(name).ok().flatten()
}

/// Returns the client's address; for IPv6 the /64 network, because one client has all of it.
fn client(headers: &Headers) -> String {
    let address = field(headers, "cf-connecting-ip").unwrap_or_default();
    match address.parse::<Ipv6Addr>() {
        Ok(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).to_string(),
        Err(_) => address,
    }
}

/// Returns the platform's own identifier of the request, or a random one.
fn request_id(headers: &Headers) -> String {
    let ray = field(headers, "cf-ray");
    let plain =
        |id: &String| id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    ray.filter(plain)
        .unwrap_or_else(|| format!("{:016x}", (js_sys::Math::random() * 2f64.powi(53)) as u64))
}

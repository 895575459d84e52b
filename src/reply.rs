//! The header fields and the body of every reply, errors included.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, AGE, ALLOW, CACHE_CONTROL,
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName,
    RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::json;

use crate::answer::Kept;
use crate::cache::conditional;
use crate::cache::entry::{Age, Entry};
use crate::cache::freshness::Lifetime;
use crate::cache::status::Status;
use crate::error::Error;
use crate::url::ignored as ignored_names;
use letterbox_engine::Output;
use letterbox_engine::Size;

/// A reply's body.
#[derive(Debug)]
pub enum Body<B, K> {
    /// None.
    Empty,
    /// A few words of our own.
    Text(String),
    /// A finished answer.
    Kept(Kept<K>),
    /// Somebody else's, passed on as it comes.
    Passed(B),
}

const X_CACHE: HeaderName = HeaderName::from_static("x-cache");
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");
const CACHE_TAG: HeaderName = HeaderName::from_static("cache-tag");
const IGNORED: HeaderName = HeaderName::from_static("x-letterbox-ignored");
const ALLOWED_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// Fields of every reply of our own, by name and value.
const OWN: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // An image is data: nothing in it may run, whatever it pretends to be. Browsers centre one that is opened by itself with inline styles.
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    ),
    // Images are for every page, and so is what they say of themselves.
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "cross-origin",
    ),
    (HeaderName::from_static("timing-allow-origin"), "*"),
];

/// The fields that a script of any page may read, by name: not every browser takes an asterisk here.
const EXPOSED: &str = "Age, Cache-Status, Cache-Tag, Content-Length, ETag, Retry-After, Server-Timing, X-Cache, \
                       X-Image-Result-Format, X-Image-Result-Size, X-Image-Source-Format, X-Image-Source-Size, \
                       X-Letterbox-Ignored";

/// The fields that a script of any page may send: all, since none of them has a say in more than the format. An asterisk does not stand for
/// Authorization, and older browsers know names only.
const SENDABLE: HeaderValue = HeaderValue::from_static(
    "*, Accept, Authorization, Cache-Control, If-None-Match, Pragma, Range, X-Requested-With",
);

/// A transformed image, as it is stored: without a word about this one request.
pub fn image(output: &Output, cache_control: &str, etag: HeaderValue) -> Response<()> {
    let mut reply = own(StatusCode::OK, output.content_type, cache_control);
    let headers = reply.headers_mut();
    headers.insert(CONTENT_LENGTH, output.body.len().into());
    headers.insert(ETAG, etag);
    reply
}

/// "You have it already": the same without the image (RFC 9110, section 15.4.5).
pub fn not_modified(cache_control: &str, etag: HeaderValue) -> Response<()> {
    let mut reply = own(StatusCode::NOT_MODIFIED, "", cache_control);
    reply.headers_mut().remove(CONTENT_TYPE);
    reply.headers_mut().insert(ETAG, etag);
    reply
}

/// "There is no such image", as it is stored; what the client gets is made of the status.
pub fn absence(status: StatusCode) -> Response<()> {
    own(status, "text/plain", &Lifetime::ABSENCE.cache_control())
}

/// Marks an answer with its source, for purging.
pub fn tag(reply: &mut HeaderMap, source_tag: HeaderValue) {
    reply.insert(CACHE_TAG, source_tag);
}

/// Says that another Accept may get another answer (RFC 9110, section 12.5.5).
pub fn vary(reply: &mut HeaderMap) {
    reply.insert(VARY, HeaderValue::from_static("Accept"));
}

/// Says what the cache did.
pub fn cached(reply: &mut HeaderMap, status: Status) {
    reply.insert(CACHE_STATUS, status.value());
    let word = match status {
        Status::Hit { .. } => "HIT",
        Status::Stale { .. } => "STALE",
        Status::Miss { .. } | Status::Refreshed { .. } => "MISS",
        Status::Bypass | Status::Here(_) => return,
    };
    reply.insert(X_CACHE, HeaderValue::from_static(word));
}

/// A stored answer. One that is stale is good for a minute, then the source is asked again.
pub fn stored<B, K>(entry: Entry<B>) -> Response<Body<B, K>> {
    let Entry { answer, age } = entry;
    let mut reply = answer.map(Body::Passed);
    mark_own(reply.headers_mut()); // which may be more than when it was stored
    aged(reply.headers_mut(), age);
    reply
}

/// Says that a reply has been stored for so long.
pub fn aged(headers: &mut HeaderMap, age: Age) {
    let ttl_secs = age.ttl_secs();
    if age.is_fresh() {
        headers.insert(AGE, age.secs.into());
        cached(headers, Status::Hit { ttl_secs });
    } else {
        headers.insert(
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=60"),
        );
        cached(headers, Status::Stale { ttl_secs });
    }
}

/// Leaves out what the client has already: a 200 becomes a 304 where its If-None-Match says so.
pub fn condition<B, K>(reply: &mut Response<Body<B, K>>, if_none_match: Option<&str>) {
    let known = conditional::has(if_none_match, reply.headers().get(ETAG));
    if known && reply.status() == StatusCode::OK {
        *reply.status_mut() = StatusCode::NOT_MODIFIED;
        *reply.body_mut() = Body::Empty;
        for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING] {
            reply.headers_mut().remove(name);
        }
    }
}

/// Says which parameters had no effect; for development.
pub fn ignored(reply: &mut HeaderMap, query: &str) {
    let names = ignored_names(query).and_then(|names| HeaderValue::try_from(names).ok());
    reply.extend(names.map(|names| (IGNORED, names)));
}

/// The origin's own answer, as it is; only type sniffing is switched off. Who may read it is the origin's to say.
pub fn passed<B, K>(answer: Response<B>) -> Response<Body<B, K>> {
    let mut reply = answer.map(Body::Passed);
    reply
        .headers_mut()
        .entry(X_CONTENT_TYPE_OPTIONS)
        .or_insert(HeaderValue::from_static("nosniff"));
    // Caches on the way to the origin have said what they did.
    let status = Status::Bypass.value();
    reply.headers_mut().append(CACHE_STATUS, status);
    reply
}

/// An error, as JSON (RFC 9457 in spirit: a code for programs, a sentence for people).
pub fn error<B, K>(error: &Error, request_id: &str) -> Response<Body<B, K>> {
    // Only what the source itself says is worth a minute; everything else may be mended by the next request.
    let cache_control = if error.code() == "source-not-found" {
        "public, max-age=60"
    } else {
        "no-store"
    };
    let body = json!({ "error": error.code(), "message": error.public_message(), "request_id": request_id });
    let body = body.to_string();
    let mut reply = own(error.status(), "application/problem+json", cache_control);
    reply
        .headers_mut()
        .insert(CONTENT_LENGTH, body.len().into());
    if let Some(secs) = error.retry_after_secs() {
        reply.headers_mut().insert(RETRY_AFTER, secs.into());
    }
    if error.status() == StatusCode::METHOD_NOT_ALLOWED {
        reply.headers_mut().insert(ALLOW, ALLOWED_METHODS);
    }
    cached(reply.headers_mut(), Status::Here(error.code()));
    reply.map(|()| Body::Text(body))
}

/// The answer to OPTIONS: images are for every page.
pub fn options<B, K>() -> Response<Body<B, K>> {
    let mut reply = own(StatusCode::NO_CONTENT, "", "public, max-age=86400");
    reply.headers_mut().remove(CONTENT_TYPE);
    reply.headers_mut().insert(ALLOW, ALLOWED_METHODS);
    reply
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS);
    reply
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_HEADERS, SENDABLE);
    reply
        .headers_mut()
        .insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    cached(reply.headers_mut(), Status::Here("options"));
    reply.map(|()| Body::Empty)
}

/// What development wants to know: where the time went, what became what.
pub fn explain(reply: &mut HeaderMap, output: &Output, fetch_ms: f64) {
    let spent = output.spent;
    let timing = format!(
        "fetch;dur={fetch_ms:.1}, decode;dur={:.1}, resize;dur={:.1}, encode;dur={:.1}",
        spent.decode_ms, spent.resize_ms, spent.encode_ms
    );
    let size = |Size { width, height }| format!("{width}x{height}");
    for (name, value) in [
        ("server-timing", timing),
        (
            "x-image-source-format",
            output.plan.header.format.name().to_owned(),
        ),
        ("x-image-source-size", size(output.plan.header.upright())),
        ("x-image-result-format", output.name().to_owned()),
        ("x-image-result-size", size(output.plan.canvas)),
    ] {
        reply.insert(
            HeaderName::from_static(name),
            HeaderValue::from_str(&value).expect("digits and ASCII words"),
        );
    }
}

/// A reply of our own.
fn own(status: StatusCode, content_type: &'static str, cache_control: &str) -> Response<()> {
    let mut reply = Response::new(());
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_str(cache_control).expect("words and digits"),
    );
    mark_own(headers);
    reply
}

fn mark_own(headers: &mut HeaderMap) {
    for (name, value) in OWN {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_sends_the_same_fields_when_the_module_has_crashed() {
        let entry = include_str!("worker.mjs");
        for (name, value) in OWN {
            let written = [
                format!("'{name}': '{value}'"),
                format!("'{name}': \"{value}\""),
            ];
            assert!(
                written.iter().any(|line| entry.contains(line)),
                "{name}: {value}"
            );
        }
    }
}

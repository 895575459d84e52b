//! Fetching a source: one hop at a time, each checked by the rules, within limits of time and
//! bytes.

pub mod absent;
mod clock;
pub mod credentials;
mod error;
mod path;
pub mod rules;
mod sigv4;

use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use url::Url;

use crate::deadline::{Deadline, GRACE_MS};
use crate::part::Part;
use crate::platform::{Interrupted, Platform};
use clock::Clock;
use credentials::Credentials;
pub use error::Error;
use rules::{Asker, Refusal, Rules};

/// Milliseconds by which the platform's time limit exceeds ours.
const BEHIND_MS: u32 = 250 - GRACE_MS;

/// Limits on the time and redirects of a fetch.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Most redirects that are followed.
    pub redirects: u32,
    /// Milliseconds until the header of each hop.
    pub head_ms: u32,
    /// Milliseconds of the whole request, waiting included.
    pub total_ms: u32,
}

/// A source whose header has come, and whose body comes in chunks.
pub struct Download<'p, P: Platform> {
    platform: &'p P,
    /// Header fields of every hop's answer, the final one last.
    pub headers: Vec<HeaderMap>,
    body: P::Body,
    clock: Clock,
}

/// Opens an absolute URL for a client, following redirects. Credentials are sent to the host of the
/// URL alone, and not to that host either once a redirect has led elsewhere.
///
/// # Errors
/// The refusal of the rules before anything is fetched; otherwise the failure on the way to a 200.
pub async fn open<'p, P: Platform>(
    platform: &'p P,
    rules: &Rules,
    credentials: &Credentials,
    timeouts: &Timeouts,
    deadline: &mut Deadline,
    asker: &Asker<'_>,
    url: &Url,
) -> Result<Download<'p, P>, Error> {
    check(url, asker, rules)?;
    let mut clock = Clock::new(timeouts.total_ms);
    let (first, mut is_at_home) = (url.origin(), true);
    let mut url = url.clone();
    let mut headers = Vec::new();
    for _ in 0..=timeouts.redirects {
        is_at_home &= url.origin() == first;
        let (sent, secrets) = match is_at_home {
            true => credentials.of(&url, (platform.now_ms() / 1000.0) as u64),
            false => (url.clone(), HeaderMap::new()),
        };
        let fields = fields("image/*", secrets);
        let answer = hop(platform, timeouts, deadline, &mut clock, &sent, &fields).await?;
        headers.push(answer.headers().clone());
        if !answer.status().is_redirection() || answer.status() == StatusCode::NOT_MODIFIED {
            return download(platform, answer, headers, clock);
        }
        url = next_hop(&url, answer.headers()).ok_or(Error::RedirectRefused)?;
        check(&url, asker, rules).map_err(|_| Error::RedirectRefused)?;
    }
    Err(Error::TooManyRedirects)
}

/// Opens a path on the origin that is bound to the platform (a bucket, static assets).
///
/// # Errors
/// As [`open`]; a redirect counts as a status without an image.
pub async fn open_bound<'p, P: Platform>(
    platform: &'p P,
    timeouts: &Timeouts,
    deadline: &mut Deadline,
    path: &str,
) -> Result<Download<'p, P>, Error> {
    let clock = Clock::new(timeouts.total_ms);
    let answer = ask_bound(platform, timeouts, deadline, path, None)
        .await?
        .ok_or(Error::NoOrigin)?;
    let headers = vec![answer.headers().clone()];
    download(platform, answer, headers, clock)
}

/// Checks a source's URL by the rules, for a client and without fetching anything.
///
/// # Errors
/// [`Error::Malformed`], [`Error::NotAllowed`] or [`Error::Private`].
pub fn check(url: &Url, asker: &Asker<'_>, rules: &Rules) -> Result<(), Error> {
    rules::check(url, rules)?;
    Ok(rules::check_asker(url, asker, rules)?)
}

/// Returns the header fields of a fetch.
fn fields(accept: &'static str, secrets: HeaderMap) -> HeaderMap {
    let mut fields = HeaderMap::new();
    let agent = concat!("letterbox/", env!("CARGO_PKG_VERSION"));
    fields.insert(header::ACCEPT, HeaderValue::from_static(accept));
    fields.insert(header::USER_AGENT, HeaderValue::from_static(agent));
    fields.extend(secrets); // each in the place of ours
    fields
}

/// Returns the target of a redirect. From https to http of the same host is https: the connection
/// stays as it was asked for. Bytes beyond ASCII are percent-encoded one by one, as browsers
/// do: a Location is UTF-8 or Latin-1, and its server recognises its own bytes. A Location with
/// bytes that the platform has lost (U+FFFD) has no target.
fn next_hop(from: &Url, headers: &HeaderMap) -> Option<Url> {
    const LOST: [u8; 3] = [0xef, 0xbf, 0xbd];
    let location = headers.get(header::LOCATION)?;
    if location
        .as_bytes()
        .windows(LOST.len())
        .any(|bytes| bytes == LOST)
    {
        return None;
    }
    let mut text = String::with_capacity(location.len());
    for &byte in location.as_bytes() {
        if byte.is_ascii() {
            text.push(char::from(byte));
        } else {
            text += &format!("%{byte:02X}");
        }
    }
    let mut to = from.join(&text).ok()?;
    let is_plain = from.scheme() == "https" && to.scheme() == "http" && to.port().is_none();
    if is_plain && from.port().is_none() && from.host() == to.host() {
        to.set_scheme("https").ok()?;
    }
    Some(to)
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        match refusal {
            Refusal::Malformed(expected) => Error::Malformed(expected),
            Refusal::NotAllowed => Error::NotAllowed,
            Refusal::Private => Error::Private,
        }
    }
}

/// Fetches one hop from the origin itself, for its own files or a part of one; every answer is
/// passed on.
///
/// # Errors
/// The path is refused if some servers would resolve it to outside of the origin's base. Also fails
/// if there is no answer.
pub async fn ask<P: Platform>(
    platform: &P,
    rules: &Rules,
    credentials: &Credentials,
    timeouts: &Timeouts,
    deadline: &mut Deadline,
    url: &Url,
    part: Option<Part>,
) -> Result<Response<P::Body>, Error> {
    rules::check(url, rules)?;
    let mut clock = Clock::new(timeouts.total_ms);
    let (sent, secrets) = credentials.of(url, (platform.now_ms() / 1000.0) as u64);
    let mut fields = fields("*/*", secrets);
    let range = part.and_then(|part| HeaderValue::try_from(part.range()).ok());
    fields.extend(range.map(|range| (header::RANGE, range)));
    hop(platform, timeouts, deadline, &mut clock, &sent, &fields).await
}

/// Fetches one hop from the origin that is bound to the platform; `None` if there is none.
///
/// # Errors
/// Fails only if there is no answer.
pub async fn ask_bound<P: Platform>(
    platform: &P,
    timeouts: &Timeouts,
    deadline: &mut Deadline,
    path_and_query: &str,
    part: Option<Part>,
) -> Result<Option<Response<P::Body>>, Error> {
    let mut clock = Clock::new(timeouts.total_ms);
    let answer = platform.bound_origin(path_and_query, part);
    let answer = clock.before(platform, deadline, timeouts.head_ms, answer);
    answer.await?.map_err(|_| Error::Unreachable)
}

impl<P: Platform> Download<'_, P> {
    /// Returns the bytes of the body, if the header tells: under a content encoding, Content-Length
    /// is another number.
    pub fn length(&self) -> Option<u64> {
        let last = self.headers.last()?;
        let length = last.get(header::CONTENT_LENGTH)?.to_str().ok()?;
        let packed = last.contains_key(header::CONTENT_ENCODING);
        length.parse().ok().filter(|_| !packed)
    }

    /// Returns the next chunk of the body, content decoding undone; `None` at its end.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::OutOfMemory`], or an error for the expired time.
    pub async fn next(&mut self, deadline: &mut Deadline) -> Result<Option<Vec<u8>>, Error> {
        let Download {
            platform,
            body,
            clock,
            ..
        } = self;
        let chunk = platform.next_chunk(body);
        let chunk = clock.before(*platform, deadline, u32::MAX, chunk).await?;
        chunk.map_err(|interrupted| match interrupted {
            Interrupted::Broken => clock.broken(*platform, deadline, Error::Truncated),
            Interrupted::OutOfMemory => Error::OutOfMemory,
        })
    }
}

async fn hop<P: Platform>(
    platform: &P,
    timeouts: &Timeouts,
    deadline: &mut Deadline,
    clock: &mut Clock,
    url: &Url,
    fields: &HeaderMap,
) -> Result<Response<P::Body>, Error> {
    // The platform's own limit is longer than ours, and applies to bodies that are passed on.
    let within_ms = deadline.left_ms(platform) + BEHIND_MS;
    let answer = platform.fetch(url, fields, within_ms);
    let answer = clock.before(platform, deadline, timeouts.head_ms, answer);
    let answer = answer.await?;
    answer.map_err(|_| clock.broken(platform, deadline, Error::Unreachable))
}

fn download<P: Platform>(
    platform: &P,
    answer: Response<P::Body>,
    headers: Vec<HeaderMap>,
    clock: Clock,
) -> Result<Download<'_, P>, Error> {
    let (head, body) = answer.into_parts();
    match head.status {
        StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => Ok(Download {
            platform,
            headers,
            body,
            clock,
        }),
        status @ (StatusCode::NOT_FOUND | StatusCode::GONE) => Err(Error::NotFound(status)),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Error::Denied),
        StatusCode::TOO_MANY_REQUESTS => Err(Error::Busy(retry_after_secs(&head.headers))),
        status => Err(Error::Status(status)),
    }
}

/// Returns the source's Retry-After in seconds, clamped; half a minute if it is a date or missing.
fn retry_after_secs(headers: &HeaderMap) -> u32 {
    let wish = headers
        .get(header::RETRY_AFTER)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse().ok());
    wish.unwrap_or(30).clamp(1, 3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_of_any_bytes_is_followed_as_they_are() {
        let from = Url::parse("https://o.example/a/b").expect("a URL");
        let next = |location: &[u8]| {
            let mut headers = HeaderMap::new();
            let value = http::HeaderValue::from_bytes(location).expect("a field's value");
            headers.insert(header::LOCATION, value);
            next_hop(&from, &headers).map(String::from)
        };
        let at = |path: &str| Some(format!("https://o.example{path}"));
        assert_eq!(next("/café.jpg?ü".as_bytes()), at("/caf%C3%A9.jpg?%C3%BC"));
        assert_eq!(next(b"/caf\xe9.jpg?\xfc"), at("/caf%E9.jpg?%FC"));
        assert_eq!(next("日本.jpg".as_bytes()), at("/a/%E6%97%A5%E6%9C%AC.jpg"));
        assert_eq!(next(b"/caf%C3%A9%20.jpg"), at("/caf%C3%A9%20.jpg"));
        assert_eq!(
            next("https://bücher.example/ü".as_bytes()).as_deref(),
            Some("https://xn--bcher-kva.example/%C3%BC")
        );
        assert_eq!(next(b"https://b\xfccher.example/"), None);
        assert_eq!(next(b"https://"), None);
        assert_eq!(next("/caf\u{fffd}.jpg".as_bytes()), None);
        assert_eq!(next(b"http://o.example/x"), at("/x"));
        assert_eq!(next(b"http://o.example:80/x"), at("/x"));
        for other in ["http://o.example:8080/x", "http://p.example/x"] {
            assert_eq!(next(other.as_bytes()).as_deref(), Some(other));
        }
    }
}

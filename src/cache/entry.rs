//! Stored form of an answer, and its age when it is found again.
//!
//! The platform's cache drops an entry when its `max-age` is over. An answer is stored for longer
//! than it is fresh, because a stale answer is better than an error while its source is down. So
//! the entry has fields of its own for the time of storage and the freshness, and the client's
//! Cache-Control is computed from those.

use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderName, HeaderValue, Response};

use super::freshness::Lifetime;

const STORED: HeaderName = HeaderName::from_static("x-letterbox-stored");
const FRESH: HeaderName = HeaderName::from_static("x-letterbox-fresh");

/// A stored answer, in the form in which it was sent.
#[derive(Debug)]
pub struct Entry<B> {
    /// The answer.
    pub answer: Response<B>,
    /// Age of the entry.
    pub age: Age,
}

/// Age and freshness of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    /// Seconds since the answer was stored.
    pub secs: u64,
    /// Seconds for which the answer is fresh.
    pub fresh_secs: u32,
}

impl Age {
    /// Returns the seconds for which the answer stays fresh; negative if it is stale.
    pub fn ttl_secs(self) -> i64 {
        i64::from(self.fresh_secs) - i64::try_from(self.secs).unwrap_or(i64::MAX)
    }

    /// Whether the answer may be served without validation.
    pub fn is_fresh(self) -> bool {
        self.ttl_secs() > 0
    }
}

impl<B> Entry<B> {
    /// Reads an entry from the cache; `None` if the response was not stored by [`seal`].
    pub fn open(mut stored: Response<B>, now_secs: u64) -> Option<Entry<B>> {
        let headers = stored.headers_mut();
        let (stored_secs, fresh_secs) = (number(headers, STORED)?, number(headers, FRESH)?);
        headers.remove(STORED);
        headers.remove(FRESH);
        let fresh_secs = u32::try_from(fresh_secs).ok()?;
        let lifetime = Lifetime {
            fresh_secs,
            stale_secs: 0,
        };
        headers.insert(CACHE_CONTROL, value(lifetime.cache_control()));
        Some(Entry {
            answer: stored,
            age: Age {
                secs: now_secs.saturating_sub(stored_secs),
                fresh_secs,
            },
        })
    }
}

/// Adds the fields that [`Entry::open`] reads to an answer.
pub fn seal<B>(answer: &mut Response<B>, lifetime: Lifetime, now_secs: u64) {
    let headers = answer.headers_mut();
    headers.insert(STORED, value(now_secs.to_string()));
    headers.insert(FRESH, value(lifetime.fresh_secs.to_string()));
    let kept = format!("public, max-age={}", lifetime.kept_secs());
    headers.insert(CACHE_CONTROL, value(kept));
}

fn number(headers: &HeaderMap, name: HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("words and digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_kept_for_longer_than_it_is_fresh_and_the_client_is_not_told() {
        let lifetime = Lifetime {
            fresh_secs: 60,
            stale_secs: 40,
        };
        let mut stored = Response::new("body");
        stored
            .headers_mut()
            .insert("etag", value("\"1\"".to_owned()));
        seal(&mut stored, lifetime, 1000);
        assert_eq!(stored.headers()[CACHE_CONTROL], "public, max-age=100");
        for (now, fresh) in [
            (999, true),
            (1000, true),
            (1059, true),
            (1060, false),
            (1099, false),
        ] {
            let entry = Entry::open(stored.clone(), now).expect("an entry");
            assert_eq!(entry.age.is_fresh(), fresh, "{now}");
            assert_eq!(entry.age.secs, u64::saturating_sub(now, 1000));
            assert_eq!(entry.answer.headers()[CACHE_CONTROL], "public, max-age=60");
            assert_eq!(entry.answer.headers().len(), 2);
        }
        assert!(Entry::open(Response::new(()), 0).is_none());
    }
}

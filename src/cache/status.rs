//! Cache status of a reply, for the Cache-Status field (RFC 9211).

use std::fmt;

use http::HeaderValue;

/// Handling of a request by the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The answer came from the cache.
    Hit {
        /// Seconds for which the answer stays fresh.
        ttl_secs: i64,
    },
    /// The answer came from the cache although it is stale, because the source is down.
    Stale {
        /// Seconds for which the answer stays fresh: a negative number.
        ttl_secs: i64,
    },
    /// Nothing was stored under the key.
    Miss {
        /// Whether the answer is stored now.
        stored: bool,
        /// Whether the request was coalesced with another one.
        collapsed: bool,
    },
    /// The stored answer was no longer fresh.
    Refreshed {
        /// Whether the answer is stored now.
        stored: bool,
        /// Whether the request was coalesced with another one.
        collapsed: bool,
    },
    /// The cache was not asked: the answer is the origin's own.
    Bypass,
    /// The reply involves neither cache nor origin: an error, with its code, or the answer to
    /// OPTIONS.
    Here(&'static str),
}

impl Status {
    /// Returns the value of the Cache-Status field.
    pub fn value(self) -> HeaderValue {
        HeaderValue::try_from(self.to_string()).expect("ASCII words")
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let forwarded = |f: &mut fmt::Formatter<'_>, why, stored, collapsed| {
            let stored = if stored { "; stored" } else { "" };
            let collapsed = if collapsed { "; collapsed" } else { "" };
            write!(f, "; fwd={why}{stored}{collapsed}")
        };
        f.write_str("letterbox")?;
        match *self {
            Status::Hit { ttl_secs } => write!(f, "; hit; ttl={ttl_secs}"),
            Status::Stale { ttl_secs } => write!(f, "; hit; ttl={ttl_secs}; detail=stale-if-error"),
            Status::Miss { stored, collapsed } => forwarded(f, "uri-miss", stored, collapsed),
            Status::Refreshed { stored, collapsed } => forwarded(f, "stale", stored, collapsed),
            Status::Bypass => f.write_str("; fwd=bypass"),
            Status::Here(what) => write!(f, "; detail={what}"),
        }
    }
}

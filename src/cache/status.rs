//! What the cache did, as every reply says it (RFC 9211).

use std::fmt;

use http::HeaderValue;

/// What became of a request, seen from the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Answered from the cache.
    Hit {
        /// Seconds for which the answer stays fresh.
        ttl_secs: i64,
    },
    /// Answered from the cache although no longer fresh, because the source is down.
    Stale {
        /// Seconds for which the answer stays fresh: a negative number.
        ttl_secs: i64,
    },
    /// Nothing was stored under the key.
    Miss {
        /// Whether the answer is stored now.
        stored: bool,
        /// Whether another request's work was waited for.
        collapsed: bool,
    },
    /// What was stored was no longer fresh.
    Refreshed {
        /// Whether the answer is stored now.
        stored: bool,
        /// Whether another request's work was waited for.
        collapsed: bool,
    },
    /// The cache was not asked: the origin's own answer.
    Bypass,
    /// Neither cache nor origin has a say: an error, under its code, or the answer to OPTIONS.
    Here(&'static str),
}

impl Status {
    /// The field's value.
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

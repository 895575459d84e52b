//! What is asked of the service, as far as it counts.

use http::Method;
use url::Url;

/// Our name in CDN-Loop (RFC 8586).
pub const CDN_ID: &str = "letterbox";

/// What a request is to us. Its header decides whether an answer is sent, and in which format where that is left open (`f=auto`); nothing
/// else of an answer depends on it.
#[derive(Clone, Debug)]
pub struct Request {
    /// GET, HEAD or OPTIONS; others are refused.
    pub method: Method,
    /// The whole URL.
    pub url: Url,
    /// A name for logs and error bodies.
    pub id: String,
    /// If-None-Match: what the client has already.
    pub if_none_match: Option<String>,
    /// Accept: which formats the client takes; of several lines, all values.
    pub accept: Option<String>,
    /// User-Agent: who it is.
    pub user_agent: Option<String>,
    /// CDN-Loop: whom the request came through (RFC 8586).
    pub cdn_loop: Option<String>,
}

impl Request {
    /// Whether a source, or the origin, has led back to us.
    pub fn came_through_us(&self) -> bool {
        let through = self.cdn_loop.as_deref().unwrap_or_default();
        through.split(',').any(|cdn| {
            let id = cdn.split(';').next().unwrap_or_default();
            id.trim().eq_ignore_ascii_case(CDN_ID)
        })
    }
}

//! Why there is no source.

use std::fmt;

use http::StatusCode;

/// Why there is no source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The URL's form: what was expected of it.
    Malformed(&'static str),
    /// Not on the deployment's list.
    NotAllowed,
    /// In development: a host of this network, for a page of another site.
    Private,
    /// `s` is a path and there is no origin to find it on.
    NoOrigin,
    /// 404 or 410.
    NotFound(StatusCode),
    /// 401 or 403.
    Denied,
    /// 429, with its Retry-After in seconds.
    Busy(u32),
    /// Any other status that carries no image.
    Status(StatusCode),
    /// A redirect to where the rules do not let us go, or to nowhere.
    RedirectRefused,
    /// More hops than allowed.
    TooManyRedirects,
    /// No connection, no TLS, no answer.
    Unreachable,
    /// Out of time.
    Timeout,
    /// Out of time, most of which went to other requests of ours.
    Crowded,
    /// No memory for a piece of the body.
    OutOfMemory,
    /// The body broke off.
    Truncated,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Malformed(expected) => write!(f, "s is not {expected}"),
            Error::NotAllowed => {
                f.write_str("the source's host or path is not on this deployment's ALLOWED_SOURCES")
            }
            Error::Private => f.write_str(
                "s is on this machine or network, and a page of another site asks for it (Sec-Fetch-Site): \
                 open the URL by itself, or set ORIGIN to the source's server",
            ),
            Error::NoOrigin => {
                f.write_str("s is a path, and this deployment has no origin: give an absolute URL")
            }
            Error::NotFound(status) => write!(f, "the source answered {}", status.as_u16()),
            Error::Denied => f.write_str("the source refused to hand out the image"),
            Error::Busy(_) => f.write_str("the source asks to slow down: try again later"),
            Error::Status(status) => write!(
                f,
                "the source answered {} instead of an image",
                status.as_u16()
            ),
            Error::RedirectRefused => {
                f.write_str("the source redirects to where this deployment does not go, or to no address that can be read")
            }
            Error::TooManyRedirects => f.write_str("the source redirects too often"),
            Error::Unreachable => f.write_str("the source cannot be reached"),
            Error::Timeout => f.write_str("the source took too long"),
            Error::Crowded | Error::OutOfMemory => {
                f.write_str("the service is busy with other images: try again")
            }
            Error::Truncated => f.write_str("the source's answer broke off"),
        }
    }
}

//! Errors of fetching a source.

use std::fmt;

use http::StatusCode;

/// Reason why there is no source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The URL has a wrong form; the text says what was expected.
    Malformed(&'static str),
    /// The source is not on the deployment's list.
    NotAllowed,
    /// In development: the host is in the local network, and a page of another site asks.
    Private,
    /// `s` is a path, and there is no origin.
    NoOrigin,
    /// The source answered 404 or 410.
    NotFound(StatusCode),
    /// The source answered 401 or 403.
    Denied,
    /// The source answered 429; with its Retry-After in seconds.
    Busy(u32),
    /// The source answered with any other status that carries no image.
    Status(StatusCode),
    /// A redirect leads to a URL that the rules refuse, or to none.
    RedirectRefused,
    /// There were more redirects than allowed.
    TooManyRedirects,
    /// There was no connection, no TLS, or no answer.
    Unreachable,
    /// The source took too long.
    Timeout,
    /// The time ran out, most of it taken by other requests of this instance.
    Crowded,
    /// There is no memory for a piece of the body.
    OutOfMemory,
    /// The body was truncated.
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

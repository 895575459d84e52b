//! All errors of a request, and the only place that maps them to HTTP.

use std::fmt;

use http::StatusCode;

use crate::{config, dialect, governor, origin, url};
use letterbox_engine as engine;

/// Failure of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The deployment's configuration; nothing is served until it is fixed.
    NotConfigured(config::Error),
    /// A method other than GET, HEAD and OPTIONS.
    MethodNotAllowed,
    /// The request has no `s`, and there is no origin that could answer without it.
    MissingSource,
    /// The request's parameters are wrong.
    Url(url::Error),
    /// The request's dialect refuses it.
    Dialect(dialect::Refusal),
    /// The source, or the way to it, failed.
    Origin(origin::Error),
    /// The image cannot be transformed.
    Image(engine::Error),
    /// An overlay failed: the parameter that gives it, and its failure.
    Overlay(&'static str, Box<Error>),
    /// Other requests hold the memory.
    Busy,
    /// The request comes from this service itself.
    Loop,
    /// The client causes too much work.
    RateLimited,
}

impl Error {
    /// Returns the status code (RFC 9110, section 15).
    pub fn status(&self) -> StatusCode {
        use engine::Error as I;
        use origin::Error as O;
        match self {
            Error::MissingSource | Error::Url(url::Error::Bad { .. } | url::Error::Twice(_)) => {
                StatusCode::BAD_REQUEST
            }
            Error::Overlay(_, error) => error.status(),
            Error::Url(url::Error::TooLong) => StatusCode::URI_TOO_LONG,
            Error::Url(url::Error::BadSignature(_) | url::Error::Expired) => StatusCode::FORBIDDEN,
            Error::Dialect(refusal) => refusal.status,
            Error::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Error::Loop => StatusCode::LOOP_DETECTED,
            Error::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Error::NotConfigured(_) | Error::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Error::Origin(error) => match error {
                O::Malformed(_) | O::NoOrigin => StatusCode::BAD_REQUEST,
                O::NotAllowed | O::Private => StatusCode::FORBIDDEN,
                O::NotFound(status) => *status,
                O::Busy(_) | O::Crowded | O::OutOfMemory => StatusCode::SERVICE_UNAVAILABLE,
                O::Timeout => StatusCode::GATEWAY_TIMEOUT,
                O::Denied
                | O::Status(_)
                | O::RedirectRefused
                | O::TooManyRedirects
                | O::Unreachable
                | O::Truncated => StatusCode::BAD_GATEWAY,
            },
            Error::Image(error) => match error {
                I::Unsupported(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                I::Corrupt(_)
                | I::OverBudget { .. }
                | I::Starved { .. }
                | I::TooManyPixels { .. }
                | I::NoSuchPage { .. }
                | I::TooManyFrames { .. }
                | I::Outgrown { .. }
                | I::OutputTooLarge { .. }
                | I::Larger { .. }
                | I::Outside
                | I::Text(_) => StatusCode::UNPROCESSABLE_ENTITY,
                I::SourceTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
                I::OutOfMemory => StatusCode::SERVICE_UNAVAILABLE,
                I::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    /// Returns the error of a picture that this parameter lays over the answer. A lack of room is
    /// nobody's fault.
    pub(crate) fn of_overlay(self, param: &'static str) -> Error {
        match self {
            Error::Busy | Error::Image(engine::Error::OutOfMemory) => self,
            error => Error::Overlay(param, Box::new(error)),
        }
    }

    /// Returns the stable code for programs.
    pub fn code(&self) -> &'static str {
        use engine::Error as I;
        use engine::TextError as T;
        use origin::Error as O;
        match self {
            Error::NotConfigured(_) => "not-configured",
            Error::MethodNotAllowed => "method-not-allowed",
            Error::MissingSource => "missing-source",
            Error::Overlay(_, error) => error.code(),
            Error::Busy => "busy",
            Error::Loop => "loop-detected",
            Error::RateLimited => "rate-limited",
            Error::Dialect(refusal) => refusal.code,
            Error::Url(url::Error::TooLong) => "uri-too-long",
            Error::Url(url::Error::BadSignature(_)) => "bad-signature",
            Error::Url(url::Error::Expired) => "expired",
            Error::Url(_) | Error::Origin(O::Malformed(_) | O::NoOrigin) => "bad-parameter",
            Error::Origin(error) => match error {
                O::NotAllowed | O::Private => "source-not-allowed",
                O::NotFound(_) => "source-not-found",
                O::Denied => "origin-denied",
                O::Busy(_) => "origin-busy",
                O::Crowded | O::OutOfMemory => "busy",
                O::RedirectRefused => "redirect-refused",
                O::TooManyRedirects => "too-many-redirects",
                O::Timeout => "origin-timeout",
                O::Truncated => "origin-truncated",
                O::Unreachable => "origin-unreachable",
                O::Malformed(_) | O::NoOrigin | O::Status(_) => "origin-error",
            },
            Error::Image(error) => match error {
                I::Unsupported(_) => "unsupported-format",
                I::Corrupt(_) => "corrupt-image",
                I::SourceTooLarge(_) => "source-too-large",
                I::OverBudget { .. }
                | I::Starved { .. }
                | I::TooManyPixels { .. }
                | I::TooManyFrames { .. }
                | I::Outgrown { .. }
                | I::OutputTooLarge { .. } => "image-too-large",
                I::Larger { .. } => "answer-too-large",
                I::NoSuchPage { .. } => "no-such-page",
                I::Outside | I::Text(T::Unseen) => "overlay-outside",
                I::Text(T::NoGlyph(_)) => "no-glyph",
                I::Text(_) => "bad-font",
                I::OutOfMemory => "busy",
                I::Internal(_) => "internal",
            },
        }
    }

    /// Returns the sentence for people, which never contains the source's URL or a library's own
    /// message.
    pub fn public_message(&self) -> String {
        match self {
            Error::NotConfigured(error) => {
                format!("this deployment is not configured: {}", error.public_message())
            }
            Error::MethodNotAllowed => "only GET, HEAD and OPTIONS are answered".to_owned(),
            Error::MissingSource => {
                "s is missing: expected the URL of an image, for example ?s=https://images.example.com/photo.jpg".to_owned()
            }
            Error::Url(error) => error.to_string(),
            Error::Dialect(refusal) => refusal.message.clone(),
            Error::Origin(error) => error.to_string(),
            Error::Image(error) => error.to_string(),
            Error::Overlay(param, error) => {
                let message = error.public_message();
                match message.strip_prefix("s is ") {
                    Some(rest) => format!("{param} is {rest}"),
                    None => format!("{param}: {message}"),
                }
            }
            Error::Loop => {
                "this request has come through this deployment already, or through too many others: a source or the origin leads back here".to_owned()
            }
            Error::RateLimited => "too many new images were asked for: those that exist are still answered, new ones in a minute".to_owned(),
            // Both errors mean the same to the caller, so they share one sentence.
            Error::Busy => engine::Error::OutOfMemory.to_string(),
        }
    }

    /// Returns the facts that a dialect tells the error with.
    pub fn failure<'f>(&self, message: &'f str, request_id: &'f str) -> dialect::Failure<'f> {
        let own = match self {
            Error::Dialect(refusal) => refusal.own,
            _ => "",
        };
        let cause = match self {
            Error::Overlay(_, error) => error,
            error => error,
        };
        let of_source = match cause {
            Error::Origin(origin::Error::NotFound(status) | origin::Error::Status(status)) => {
                Some(*status)
            }
            Error::Origin(origin::Error::Denied) => Some(StatusCode::FORBIDDEN),
            Error::Origin(origin::Error::Busy(_)) => Some(StatusCode::TOO_MANY_REQUESTS),
            _ => None,
        };
        dialect::Failure {
            status: self.status(),
            code: self.code(),
            own,
            message,
            of_source,
            request_id,
        }
    }

    /// Returns the seconds after which a retry makes sense (RFC 9110, section 10.2.3).
    pub fn retry_after_secs(&self) -> Option<u32> {
        match self {
            Error::Origin(origin::Error::Busy(secs)) => Some(*secs),
            Error::Busy | Error::Image(engine::Error::OutOfMemory) => Some(1),
            Error::Overlay(_, error) => error.retry_after_secs(),
            Error::RateLimited => Some(60),
            _ => None,
        }
    }

    /// Whether the error is temporary, so that a stale answer is better (RFC 5861, section 4).
    pub fn is_passing(&self) -> bool {
        use origin::Error as O;
        match self {
            Error::Busy | Error::RateLimited | Error::Image(engine::Error::OutOfMemory) => true,
            Error::Overlay(_, error) => error.is_passing(),
            Error::Origin(O::Status(status)) => status.is_server_error(),
            Error::Origin(error) => {
                matches!(
                    error,
                    O::Unreachable | O::Timeout | O::Truncated | O::Busy(_)
                )
            }
            _ => false,
        }
    }

    /// Whether another picture, or the source itself, may be the answer in place of the error: all
    /// that goes wrong with a source that was asked for rightly. A fallback has what is laid over
    /// it in common with the picture that failed.
    pub fn has_fallback(&self) -> bool {
        matches!(
            self,
            Error::Origin(_) | Error::Image(_) | Error::Busy | Error::RateLimited
        )
    }

    /// Whether the error is about this moment and this client, and not about the source.
    pub fn is_momentary(&self) -> bool {
        matches!(
            self,
            Error::Busy
                | Error::RateLimited
                | Error::Image(engine::Error::OutOfMemory | engine::Error::Internal(_))
        )
    }

    /// Returns the detail that only the log shows.
    pub fn private_detail(&self) -> Option<&str> {
        match self {
            Error::Image(engine::Error::Internal(detail)) => Some(detail),
            Error::Overlay(_, error) => error.private_detail(),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.public_message())
    }
}

impl std::error::Error for Error {}

impl From<config::Error> for Error {
    fn from(error: config::Error) -> Error {
        Error::NotConfigured(error)
    }
}

impl From<url::Error> for Error {
    fn from(error: url::Error) -> Error {
        Error::Url(error)
    }
}

impl From<dialect::Refusal> for Error {
    fn from(refusal: dialect::Refusal) -> Error {
        Error::Dialect(refusal)
    }
}

impl From<origin::Error> for Error {
    fn from(error: origin::Error) -> Error {
        match error {
            origin::Error::Crowded => Error::Busy,
            origin::Error::OutOfMemory => engine::Error::OutOfMemory.into(),
            error => Error::Origin(error),
        }
    }
}

impl From<governor::Busy> for Error {
    fn from(_: governor::Busy) -> Error {
        Error::Busy
    }
}

impl From<engine::Error> for Error {
    fn from(error: engine::Error) -> Error {
        Error::Image(error)
    }
}

//! Errors of a request, by parameter.

use std::fmt;

use letterbox_engine::transform::Format;

use crate::url::param::{self, PARAMS};

/// Longest URL of a request, in bytes.
pub(crate) const MAX_URL_BYTES: usize = 8192;

/// Error in a request's URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The URL of the request is longer than 8 KiB.
    TooLong,
    /// A value cannot be parsed.
    Bad {
        /// Canonical name of the parameter.
        param: &'static str,
        /// The invalid text, if it may be quoted.
        value: Option<String>,
        /// Description of valid values.
        expected: String,
    },
    /// A parameter is given twice, possibly under two names.
    Twice(&'static str),
    /// The signature is missing, or not one for this URL.
    BadSignature(Flaw),
    /// The time in `exp` has passed.
    Expired,
}

/// Defect of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The signature is missing, and the deployment requires one.
    Missing,
    /// The URL is of a dialect whose service signs none, or whose key is not configured.
    Dialect,
    /// There is a signature, but no key to verify it.
    NoKeys,
    /// A parameter, quoted, is unknown, so the signature cannot cover it.
    Unknown(String),
    /// The text is no signature, or not in the canonical spelling.
    Malformed,
    /// The signature belongs to another request or to another key.
    Mismatch,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Missing => f.write_str("sig is missing: this deployment answers signed URLs only"),
            Flaw::Dialect => f.write_str(
                "this deployment answers signed URLs only, and this URL has no signature of its dialect",
            ),
            Flaw::NoKeys => f.write_str("sig cannot be verified: this deployment has no SIGNING_KEYS"),
            Flaw::Unknown(name) => write!(f, "{name} is no parameter that a signed URL may have"),
            Flaw::Malformed => f.write_str("sig is not 43 characters of base64url without padding"),
            Flaw::Mismatch => f.write_str(
                "sig does not belong to this URL: it was made with another key, or something was changed afterwards",
            ),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::TooLong => write!(f, "the URL is longer than {MAX_URL_BYTES} bytes"),
            Error::Bad {
                param,
                value: Some(value),
                expected,
            } => write!(f, "{param}={value} is not {expected}"),
            Error::Bad {
                param,
                value: None,
                expected,
            } => write!(f, "{param} is not {expected}"),
            Error::Twice(param) => write!(
                f,
                "{param} is given twice: expected one value, under one of its names"
            ),
            Error::BadSignature(flaw) => flaw.fmt(f),
            Error::Expired => f.write_str("exp has passed: this URL is no longer good"),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// Creates the error for a value that this parameter does not accept.
    pub(crate) fn bad(row: usize, text: &str) -> Error {
        let param = &PARAMS[row];
        Error::Bad {
            param: param.name,
            value: param.quotable.then(|| quote(text)),
            expected: param.expected(),
        }
    }

    /// Creates the error for a format that this deployment has no codec for.
    pub fn without(format: Format) -> Error {
        let row = &PARAMS[param::row("f")];
        Error::Bad {
            param: row.name,
            value: Some(format.name().to_owned()),
            expected: format!(
                "{}: this deployment has no {}",
                without(&row.expected(), format.name()),
                format.name().to_uppercase()
            ),
        }
    }
}

/// Removes a word from a list such as `a, b or c`.
pub(crate) fn without(list: &str, word: &str) -> String {
    let words = list
        .split([',', ' '])
        .filter(|w| !["", "or", word].contains(w));
    let mut words: Vec<_> = words.collect();
    match words.pop() {
        Some(last) if !words.is_empty() => format!("{} or {last}", words.join(", ")),
        last => last.unwrap_or_default().to_owned(),
    }
}

/// Shortens a caller's text and makes it printable.
pub(crate) fn quote(text: &str) -> String {
    let short: String = text
        .chars()
        .take(40)
        .flat_map(char::escape_default)
        .collect();
    if text.chars().count() > 40 {
        format!("{short:.120}...")
    } else {
        short
    }
}

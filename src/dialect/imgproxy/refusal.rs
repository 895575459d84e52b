//! Refusals of imgproxy, to which an option that cannot be read is a 404.

use http::StatusCode;

use crate::dialect::call::Refusal;

/// Refuses what cannot be read.
pub(super) fn invalid(message: impl std::fmt::Display) -> Refusal {
    Refusal::bad("", format!("Invalid URL: {message}")).with_status(StatusCode::NOT_FOUND)
}

/// Refuses what has no equal here, in words of ours.
pub(super) fn unequalled(what: &'static str) -> Refusal {
    Refusal::unequalled("", what).with_status(StatusCode::NOT_FOUND)
}

/// Refuses an option that has no equal here.
pub(super) fn unsupported(option: &str) -> Refusal {
    Refusal::unsupported("", option).with_status(StatusCode::NOT_FOUND)
}

/// Refuses a gravity.
pub(super) fn gravities(bad: &impl Fn(&str) -> Refusal, args: &[&str]) -> Refusal {
    match args.first() {
        Some(&"obj" | &"objw") => unequalled("gravity by objects"),
        _ => bad("a gravity such as ce, no, soea or fp:0.5:0.5"),
    }
}

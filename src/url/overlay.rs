//! Values of the parameters of overlays: the pictures that are laid over an answer.

use std::num::{NonZeroU8, NonZeroU16};

use crate::url::source::Source;
use crate::url::value;
use letterbox_engine::transform::{Length, MOST_OVERLAYS};

/// Canonical names of the parameters that give the pictures.
pub(crate) const NAMES: [&str; MOST_OVERLAYS] = ["wm", "wmb", "wmc"];

/// Word for no picture.
pub(in crate::url) const NONE: &str = "none";

/// A picture as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::url) enum Wanted {
    /// Its source.
    Source(Source),
    /// Its name in `OVERLAYS`.
    Named(String),
}

/// Parses a picture, of which none is `Some(None)`.
pub(in crate::url) fn wanted(text: &str) -> Option<Option<Wanted>> {
    if text == NONE {
        return Some(None);
    }
    let source = Source::parse(text).map(Wanted::Source);
    source
        .or_else(|| value::token(text).map(Wanted::Named))
        .map(Some)
}

/// Parses percent of opacity.
pub(in crate::url) fn opacity(text: &str) -> Option<NonZeroU8> {
    let percent = value::whole(text).filter(|&percent| percent <= 100)?;
    NonZeroU8::new(percent as u8)
}

/// Parses a share of the answer, of which none is `Some(None)`.
pub(in crate::url) fn scale(text: &str) -> Option<Option<NonZeroU16>> {
    if text == NONE {
        return Some(None);
    }
    match value::length(text, 1)? {
        Length::Share(share) => NonZeroU16::new(share).map(Some),
        Length::Px(_) => None,
    }
}

/// Writes a share of the answer.
pub(in crate::url) fn write_scale(share: NonZeroU16) -> String {
    value::write_length(Length::Share(share.get()))
}

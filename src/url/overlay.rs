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

/// Shares of the answer's width and height.
type Shares = (Option<NonZeroU16>, Option<NonZeroU16>);

/// Parses shares of the answer's width and height: one for both, or two, of which one may be none.
pub(in crate::url) fn scale(text: &str) -> Option<Shares> {
    let share = |text: &str| match text {
        NONE => Some(None),
        _ => match value::length(text, 1)? {
            Length::Share(share) => NonZeroU16::new(share).map(Some),
            Length::Px(_) => None,
        },
    };
    let (across, down) = text.split_once(',').unwrap_or((text, text));
    Some((share(across)?, share(down)?))
}

/// Writes shares of the answer; `None` for none.
pub(in crate::url) fn write_scale((across, down): Shares) -> Option<String> {
    let write = |share: Option<NonZeroU16>| match share {
        Some(share) => value::write_length(Length::Share(share.get())),
        None => NONE.to_owned(),
    };
    (across.is_some() || down.is_some()).then(|| match across == down {
        true => write(across),
        false => format!("{},{}", write(across), write(down)),
    })
}

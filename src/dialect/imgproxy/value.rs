//! Values of options.

use std::num::NonZeroU16;

use sha2::{Digest, Sha256};

use crate::dialect::call::{UNASKED, number};
use crate::dialect::colour;
use crate::url::value;
use letterbox_engine::transform::{Colour, Format};

pub(super) fn least(pixels: Option<u64>) -> Option<NonZeroU16> {
    pixels.and_then(|pixels| NonZeroU16::new(u16::try_from(pixels).unwrap_or(u16::MAX)))
}

pub(super) fn percent(text: Option<&str>) -> Option<u8> {
    let number = number(text?)?;
    u8::try_from(number).ok().filter(|number| *number <= 100)
}

pub(super) fn format(text: &str) -> Option<Format> {
    Some(match text {
        "jpg" | "jpeg" => Format::Jpeg,
        "png" => Format::Png,
        "webp" => Format::WebP,
        "avif" => Format::Avif,
        "gif" => Format::Gif,
        _ => return None,
    })
}

/// Returns a cache buster as a version; texts that a version cannot have become their hash.
pub(super) fn token(text: &str) -> String {
    value::token(text).unwrap_or_else(|| {
        let hash = Sha256::digest(text);
        hash[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    })
}

pub(super) fn background(args: &[&str]) -> Option<Colour> {
    match args {
        [""] | [] => Some(UNASKED.background),
        [hex] => colour::css(hex),
        [r, g, b] => {
            let channel = |text| u8::try_from(number(text)?).ok();
            let (r, g, b) = (channel(r)?, channel(g)?, channel(b)?);
            Some(Colour { r, g, b, a: 255 })
        }
        _ => None,
    }
}

//! Parses and writes the values of parameters of a text. Parsing is as strict as in `value`.

use std::num::NonZeroU8;

use crate::url::source::Source;
use crate::url::value::{self, decimal, whole, write_decimal};
use letterbox_engine::transform::{Length, Shadow, Text, Third};
use letterbox_engine::{MOST_CHARS, is_simple};

/// Most pixels of an em.
const MOST_SIZE: u32 = 2000;

/// Most pixels of a shadow's shifts and of its blur.
const MOST_SHADOW: u64 = 100;

/// Parses the words of a text, of which none is `Some(None)`. Characters stay as they are given,
/// without normalisation: those that combine with others are refused, and so are scripts that are
/// not set character by character. A line feed, or a carriage return with or without one, ends a
/// line.
pub(super) fn words(text: &str) -> Option<Option<String>> {
    if text.is_empty() {
        return Some(None);
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_set = |char| char == '\n' || is_simple(char);
    let is_seen = |char: char| !char.is_whitespace() && !is_unseen(char);
    let is_good = text.chars().all(is_set)
        && text.chars().any(is_seen)
        && text.chars().take(MOST_CHARS + 1).count() <= MOST_CHARS;
    is_good.then_some(Some(text))
}

/// Whether a character has no shape of its own: soft hyphens, and what joins or parts words.
fn is_unseen(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// Parses the length of an em.
pub(super) fn size(text: &str) -> Option<Length> {
    let size = value::length(text, 1)?;
    let fits = !matches!(size, Length::Px(pixels) if pixels > MOST_SIZE);
    fits.then_some(size)
}

/// Parses a distance from an edge, up to half of the side. No share is no pixel.
pub(super) fn margin(text: &str) -> Option<Length> {
    let length = value::length(text, 0)?;
    let fits = !matches!(length, Length::Share(5001..));
    fits.then(|| length.unless(0).unwrap_or(Length::Px(0)))
}

/// Writes a length that is not this one.
pub(super) fn write_length(length: Length, default: Length) -> Option<String> {
    (length != default).then(|| value::write_length(length))
}

const SIDES: [(&str, Third); 3] = [
    ("left", Third::Start),
    ("center", Third::Middle),
    ("right", Third::End),
];

/// Parses the side that lines stand at.
pub(super) fn align(text: &str) -> Option<Third> {
    SIDES
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, side)| *side)
}

pub(super) fn write_align(align: Third) -> String {
    let name = SIDES.iter().find(|(_, side)| *side == align);
    name.map_or("", |(name, _)| name).to_owned()
}

/// Parses the distance of baselines, 0.5 to 3 ems.
pub(super) fn leading(text: &str) -> Option<u16> {
    let hundredths = decimal(text, 2)?;
    (50..=300)
        .contains(&hundredths)
        .then_some(hundredths as u16)
}

pub(super) fn write_leading(hundredths: u16) -> Option<String> {
    (hundredths != Text::NONE.leading).then(|| write_decimal(hundredths.into(), 2))
}

/// Parses a number of lines, of which none is `Some(None)`.
pub(super) fn lines(text: &str) -> Option<Option<NonZeroU8>> {
    if text == "all" {
        return Some(None);
    }
    let lines = whole(text).filter(|lines| *lines <= 100)?;
    NonZeroU8::new(lines as u8).map(Some)
}

/// Parses what is done with a text that is too long: whether it becomes smaller.
pub(super) fn shrink(text: &str) -> Option<bool> {
    match text {
        "shrink" => Some(true),
        "ellipsis" => Some(false),
        _ => None,
    }
}

/// Parses a shadow, of which none is `Some(None)`; nothing is a mild one.
pub(super) fn shadow(text: &str) -> Option<Option<Shadow>> {
    match text {
        "none" => return Some(None),
        "" | "mild" => return Some(Some(Shadow::MILD)),
        _ => {}
    }
    let mut parts = text.split(',');
    let mut shift = || {
        let text = parts.next()?;
        let digits = text.strip_prefix('-');
        let pixels = whole(digits.unwrap_or(text)).filter(|pixels| *pixels <= MOST_SHADOW)?;
        match (digits, pixels) {
            (Some(_), 0) => None,
            (Some(_), pixels) => Some(-(pixels as i16)),
            (None, pixels) => Some(pixels as i16),
        }
    };
    let (x, y) = (shift()?, shift()?);
    let blur = match parts.next() {
        Some(text) => whole(text).filter(|pixels| *pixels <= MOST_SHADOW)?,
        None => 0,
    };
    let colour = match parts.next() {
        Some(text) => value::colour(text)?,
        None => Shadow::MILD.colour,
    };
    parts.next().is_none().then_some(Some(Shadow {
        x,
        y,
        blur: blur as u8,
        colour,
    }))
}

pub(super) fn write_shadow(shadow: Shadow) -> String {
    let Shadow { x, y, blur, colour } = shadow;
    format!("{x},{y},{blur},{}", value::write_colour(colour))
}

/// Parses the path of a font on the origin, of which none is `Some(None)`.
pub(super) fn font(text: &str) -> Option<Option<Source>> {
    if text == "none" {
        return Some(None);
    }
    let source = Source::parse(text)?;
    let Source::OnOrigin(path) = &source else {
        return None;
    };
    let path = path.to_ascii_lowercase();
    let is_font = [".ttf", ".otf", ".ttc"]
        .iter()
        .any(|end| path.ends_with(end));
    is_font.then_some(Some(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_as_they_are_and_ends_of_lines_are_line_feeds() {
        let read = |text: &str| words(text).flatten();
        for text in [
            "Año nuevo",
            " a  b ",
            "a\nb",
            "1 + 1 = 2 & 100%",
            "Ωραία",
            "日本語",
        ] {
            assert_eq!(read(text).as_deref(), Some(text));
        }
        assert_eq!(read("a\r\nb\rc").as_deref(), Some("a\nb\nc"));
        assert_eq!(words(""), Some(None));
        for text in [
            " ",
            "\n",
            "\u{ad}\u{a0}",
            "a\tb",
            "n\u{303}",
            "שלום",
            "नमस्ते",
            "\u{fffd}",
        ] {
            assert_eq!(words(text), None, "{text:?}");
        }
        assert!(words(&"é".repeat(MOST_CHARS)).is_some());
        assert_eq!(words(&"é".repeat(MOST_CHARS + 1)), None);
    }
}

//! Reasons why a text cannot be drawn.

use std::fmt;

/// Why a text cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no font that this crate reads; the words say what they are instead.
    Foreign(&'static str),
    /// A part of the font that is needed is missing or breaks off; the words name the part.
    Damaged(&'static str),
    /// The font has no glyph for a character.
    NoGlyph(char),
    /// A glyph or the whole text needs more work than the limits of this crate allow.
    TooComplex,
    /// Nothing of the text lies on the canvas.
    Unseen,
    /// The allocator refused.
    OutOfMemory,
}

impl fmt::Display for Error {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Foreign(what) => write!(to, "expected a TrueType or OpenType font, not {what}"),
            Error::Damaged(part) => write!(to, "the font is damaged in {part}"),
            Error::NoGlyph(char) => {
                write!(
                    to,
                    "the font has no glyph for {char:?} (U+{:04X})",
                    *char as u32
                )
            }
            Error::TooComplex => write!(to, "the outlines of the text have too many points"),
            Error::Unseen => write!(to, "nothing of the text lies on the picture"),
            Error::OutOfMemory => write!(to, "no memory is left for the text"),
        }
    }
}

impl std::error::Error for Error {}

/// Returns an empty list with room for this many items.
pub(crate) fn room<T>(count: usize) -> Result<Vec<T>, Error> {
    let mut list = Vec::new();
    list.try_reserve_exact(count)
        .map_err(|_| Error::OutOfMemory)?;
    Ok(list)
}

/// Returns this many copies of a value.
pub(crate) fn filled<T: Clone>(count: usize, value: T) -> Result<Vec<T>, Error> {
    let mut list = room(count)?;
    list.resize(count, value);
    Ok(list)
}

//! Text as coverage of pixels, in fonts that nobody trusts.
//!
//! * [`Font`] reads TrueType and OpenType: `glyf` or `CFF ` outlines, `cmap` formats 4 and 12,
//!   kerning by `GPOS` pairs or `kern`. Of a variable font, the default instance is drawn.
//! * [`Lines`] breaks a text where Unicode lets it, aligns the lines, and makes a text that is too
//!   long smaller, or ends it with an ellipsis.
//! * [`Drawing`] measures the outlines, says how much memory they take, and draws them as a
//!   [`Mask`]: the exact area of each pixel that is covered, without hinting.
//! * Characters become glyphs one by one, from left to right: no ligatures, no marks, no shaping.
//!   [`is_simple`] says whether that is how a character is written.
//! * Glyphs cost no more than a bound, in points, parts and steps of their programs; a text no more
//!   than [`MOST_CHARS`] characters and a bound of work. No input makes this crate panic.
#![forbid(unsafe_code)]
#![warn(missing_debug_implementations)]

mod breaks;
mod bytes;
mod cff;
mod cmap;
mod coverage;
mod error;
mod font;
mod glyf;
mod kerning;
mod layout;
mod mask;
mod pen;
mod script;

pub use coverage::{Coverage, Edge};
pub use error::Error;
pub use font::Font;
pub use layout::{Align, LINES_BYTES, Lines, MOST_CHARS, Placed, Style};
pub use mask::{Drawing, Mask, Window};
pub use script::is_simple;

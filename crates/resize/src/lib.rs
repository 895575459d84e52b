//! Resamples an image row by row: source rows are pushed in, result rows come out, and between them lies one window of taps.
//!
//! * Memory depends on the width of a row and on the scale, not on the source's height; all of it is allocated by
//!   [`Resizer::new`], and [`Resizer::peak_bytes`] says beforehand how much that is.
//! * Reduces and enlarges, each axis by itself, from a window that may cut through pixels.
//! * Alpha is premultiplied before and divided after, so that the colour of transparent pixels does not bleed.
//! * It does not panic on any input.
//!
//! ```
//! use letterbox_resize::{Axis, Channels, Resizer, Settings};
//!
//! let mut resizer = Resizer::new(&Settings::new(Axis::whole(300, 100), Axis::whole(200, 67), Channels::Rgb))?;
//! let mut rows = 0;
//! for _ in 0..200 {
//!     resizer.push(&[128; 300 * 3])?;
//!     while let Some(row) = resizer.next_row() {
//!         assert_eq!(row, [128; 100 * 3]);
//!         rows += 1;
//!     }
//! }
//! assert_eq!(rows, 67);
//! # Ok::<(), letterbox_resize::Error>(())
//! ```
//!
//! # How
//! The convolution is separable: first downwards, at source width, then across. Both are sums of products of samples and
//! 16-bit weights, and the whole design serves one instruction, which multiplies eight pairs of 16-bit numbers and adds
//! neighbours (`i32x4.dot_i16x8_s`). It wants pairs of taps side by side and the same weights in every lane:
//!
//! 1. **Pairs.** Two source rows are interleaved when they arrive; a load that widens (`v128.load8x8_u`) then makes operands of
//!    them at no cost. An odd tap has a partner that weighs nothing.
//! 2. **Tiles.** The ring of rows is laid out in columns of 32 samples, so that all taps of a column are neighbours in memory.
//! 3. **16 bits between.** What has been filtered downwards keeps bits behind the binary point, and what was overshot, so that only
//!    results are rounded. It costs nothing: turning twice as many bytes takes longer, not having to widen them takes less long.
//! 4. **Turned rows.** Eight finished rows are transposed, filtered "downwards" along their columns by the same kind of loop, and
//!    transposed back. That is cheap beside the filter itself, fills every lane for any number of channels, and reads a weight
//!    once for eight rows.
#![no_std]
#![warn(missing_debug_implementations)]

extern crate alloc;

mod across;
mod alpha;
mod down;
mod filter;
mod lanes;
mod light;
mod resizer;
mod weights;

pub use filter::Filter;
pub use resizer::Resizer;

/// What a pixel consists of; a byte each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// Lightness.
    Grey,
    /// Lightness and alpha.
    GreyAlpha,
    /// Red, green and blue.
    Rgb,
    /// Red, green, blue and alpha.
    Rgba,
}

impl Channels {
    /// Bytes of a pixel.
    pub fn count(self) -> usize {
        match self {
            Channels::Grey => 1,
            Channels::GreyAlpha => 2,
            Channels::Rgb => 3,
            Channels::Rgba => 4,
        }
    }

    fn alpha(self) -> bool {
        matches!(self, Channels::GreyAlpha | Channels::Rgba)
    }
}

/// One direction of a resampling: a window of the source's pixels, and how many pixels it becomes.
///
/// The window may cut through pixels and may reach beyond the source by up to three quarters of a result pixel, so that the centre
/// of every result pixel lies on the source or close to it. Taps beyond the source are left out and the others weigh accordingly more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Pixels that the source has.
    pub source: u32,
    /// Where the window begins, in source pixels.
    pub start: f64,
    /// How many source pixels the window covers.
    pub length: f64,
    /// Pixels of the result.
    pub result: u32,
}

impl Axis {
    /// A window of the whole source.
    ///
    /// ```
    /// use letterbox_resize::Axis;
    ///
    /// // 4,000 samples become 300; and so does the middle of them.
    /// let whole = Axis::whole(4000, 300);
    /// let middle = Axis { start: 1000.5, length: 1999.0, ..whole };
    /// assert_eq!((middle.source, middle.result), (4000, 300));
    /// ```
    pub fn whole(source: u32, result: u32) -> Axis {
        Axis {
            source,
            start: 0.0,
            length: f64::from(source),
            result,
        }
    }
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The columns.
    pub horizontal: Axis,
    /// The rows.
    pub vertical: Axis,
    /// What a pixel consists of.
    pub channels: Channels,
    /// How neighbours are weighed.
    pub filter: Filter,
    /// Whether the light that sRGB codes mean is blended, and not the codes: a fine pattern of black and white is then as bright
    /// when it has become grey. Costs time and memory; the default is `false`.
    pub linear_light: bool,
}

impl Settings {
    /// Settings with the default filter.
    ///
    /// ```
    /// use letterbox_resize::{Axis, Channels, Filter, Settings};
    ///
    /// let settings = Settings::new(Axis::whole(640, 64), Axis::whole(480, 48), Channels::Rgba);
    /// assert_eq!(settings.filter, Filter::Lanczos3);
    /// let soft = Settings { filter: Filter::Triangle, linear_light: true, ..settings };
    /// assert_ne!(soft, settings);
    /// ```
    pub fn new(horizontal: Axis, vertical: Axis, channels: Channels) -> Settings {
        Settings {
            horizontal,
            vertical,
            channels,
            filter: Filter::default(),
            linear_light: false,
        }
    }
}

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A window that no result can be made of; the text says why.
    Geometry(&'static str),
    /// The allocator refused.
    OutOfMemory,
    /// A row of another length than the source's.
    RowLength {
        /// Bytes of the row.
        found: usize,
        /// Bytes that a row of the source has.
        expected: usize,
    },
    /// A row was pushed or skipped while finished rows waited to be taken.
    RowsWait,
    /// A row that the result needs was to be skipped.
    RowNeeded,
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Error::Geometry(what) => f.write_str(what),
            Error::OutOfMemory => f.write_str("not enough memory"),
            Error::RowLength { found, expected } => {
                write!(f, "a row of {found} bytes, where rows have {expected}")
            }
            Error::RowsWait => f.write_str("finished rows wait to be taken"),
            Error::RowNeeded => f.write_str("a row that the result needs cannot be skipped"),
        }
    }
}

impl core::error::Error for Error {}

/// A vector of defaults that the allocator may refuse.
fn zeroes<T: Clone>(zero: T, length: usize) -> Result<alloc::vec::Vec<T>, Error> {
    let mut buffer = alloc::vec::Vec::new();
    buffer
        .try_reserve_exact(length)
        .map_err(|_| Error::OutOfMemory)?;
    buffer.resize(length, zero);
    Ok(buffer)
}

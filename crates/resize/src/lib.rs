//! Resamples an image row by row: source rows are pushed in, result rows come out, and only one
//! window of taps is held in between.
//!
//! * Memory depends on the width of a row and on the scale, not on the source's height. All memory
//!   is allocated by [`Resizer::new`], and [`Resizer::peak_bytes`] returns the amount beforehand.
//! * The resizer reduces and enlarges, each axis independently, from a window that may cut through
//!   pixels.
//! * Alpha is premultiplied before and divided after, so that the colour of transparent pixels does
//!   not bleed.
//! * No input makes the resizer panic.
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
//! The convolution is separable: first downwards, at source width, then across. Both are sums of
//! products of samples and 16-bit weights. The design serves one instruction, which multiplies
//! eight pairs of 16-bit numbers and adds neighbours (`i32x4.dot_i16x8_s`). This instruction needs
//! pairs of taps side by side and the same weights in every lane:
//!
//! 1. **Pairs.** Two source rows are interleaved when they arrive; a load that widens
//!    (`v128.load8x8_u`) then makes operands of them at no cost. An odd tap gets a partner of
//!    weight zero.
//! 2. **Tiles.** The ring of rows is laid out in columns of 32 samples, so that all taps of a
//!    column are neighbours in memory.
//! 3. **16 bits in between.** Samples that have been filtered downwards keep fractional bits and
//!    overshoot, so that only results are rounded. The cost is nil: twice as many bytes have to be
//!    transposed, but need not be widened.
//! 4. **Transposed rows.** Eight finished rows are transposed, filtered "downwards" along their
//!    columns by the same kind of loop, and transposed back. Transposition is cheap compared with
//!    the filter, fills every lane for any number of channels, and lets one load of a weight serve
//!    eight rows.
#![no_std]
#![warn(missing_debug_implementations)]

extern crate alloc;

mod across;
mod alpha;
mod block;
mod buffer;
mod down;
mod error;
mod filter;
mod lanes;
mod light;
mod resizer;
mod settings;
mod weights;

pub use error::Error;
pub use filter::Filter;
pub use resizer::Resizer;
pub use settings::{Axis, Channels, Settings};

//! A PNG decoder that works row by row. Bytes are pushed in as they arrive. Rows are handed to a
//! sink as soon as four of them are complete, because four are made faster together; long rows are
//! handed on one at a time.
//!
//! * Every colour type and depth is converted to grey, grey and alpha, RGB or RGBA of 8 bits: 16
//!   bits lose their lower byte, fewer than 8 are scaled, a palette is looked up, and `tRNS`
//!   becomes alpha.
//! * The decoder holds the window of inflate with four rows, five unfiltered rows and one row of
//!   the output: [`Decoder::peak_bytes`]. Neither the file nor the image is ever whole in memory.
//!   All memory is allocated when the first pixels arrive, and a failed allocation is an error.
//! * Chunks are skipped unless pixels depend on them. The checksums of `IHDR`, `PLTE` and `IDAT`
//!   are verified. A `tRNS` that has a wrong checksum, or that comes before its palette, is ignored
//!   ([`transparency`]).
//! * The picture is complete with its last row. Later image data and chunks are ignored, and need
//!   not be there. Whether they conform to the standard, the checksum of the zlib stream included,
//!   is only checked on request: [`Decoder::verifying`].
//! * Interlaced files are refused: their rows come in seven passes, so they need the whole image in
//!   memory.
//! * No input makes the decoder panic.
//!
//! ```
//! # let mut file = Vec::new();
//! # let mut encoder = png::Encoder::new(&mut file, 3, 2);
//! # encoder.set_color(png::ColorType::Rgb);
//! # encoder.write_header()?.write_image_data(&[7; 18])?;
//! use letterbox_png::{Decoder, Error};
//!
//! let mut decoder = Decoder::new();
//! let mut rows = 0;
//! for bytes in file.chunks(10) {
//!     decoder.push(bytes, &mut |row: &[u8]| {
//!         assert_eq!(row, [7; 9]);
//!         rows += 1;
//!         Ok::<(), Error>(())
//!     })?;
//! }
//! decoder.finish()?;
//! assert_eq!(rows, 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![warn(missing_debug_implementations)]

mod checksum;
mod decoder;
mod error;
mod expand;
mod header;
mod lanes;
mod unfilter;
mod window;

pub use checksum::{checksum, checksum_of_parts};
pub use decoder::Decoder;
pub use error::Error;
pub use header::{Colour, Header, transparency};

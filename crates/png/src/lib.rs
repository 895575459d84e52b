//! Decodes PNG row by row: bytes are pushed in as they arrive, and rows are handed to a sink as soon as four of them are complete, which are
//! quicker made together; or one, where rows are long.
//!
//! * Every colour type and depth comes out as grey, grey and alpha, RGB or RGBA of 8 bits: 16 bits lose their lower byte, fewer
//!   than 8 are scaled, a palette is looked up, and `tRNS` becomes alpha.
//! * Held are the window of inflate with four rows, five rows as they are coded and one as it comes out: [`Decoder::peak_bytes`]. Neither the
//!   file nor the image is ever whole in memory. All of it is allocated when the first pixels arrive, and fallibly.
//! * Chunks are skipped unless pixels depend on them; the checksums of `IHDR`, `PLTE` and `IDAT` are verified, and a `tRNS` whose
//!   checksum is wrong, or that stands in front of its palette, is none ([`transparency`]).
//! * The picture is complete with its last row. What stands behind that is ignored, be it image data or other chunks, and need not be there.
//!   Whether it is as the standard has it, the checksum of the zlib stream included, is only looked at where that is asked for:
//!   [`Decoder::verifying`].
//! * Interlaced files are refused: their rows come seven times, so they need the whole image.
//! * It does not panic on any input.
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

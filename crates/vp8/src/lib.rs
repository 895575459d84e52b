//! Decodes VP8 key frames (RFC 6386), the content of lossy WebP files (RFC 9649), to rows of pixels
//! or rows of the coded planes.
//!
//! * The caller provides the whole frame in a slice; the decoder holds two rows of macroblocks. All
//!   memory except a row of pixels is allocated by [`Decoder::new`], and a failed allocation is an
//!   error: [`Decoder::peak_bytes`].
//! * Pixels are those of libwebp: chrominance is interpolated ("fancy upsampling"), and converted
//!   in libwebp's fixed point.
//! * A truncated frame is refused when its rows reach the end of the data; any other damage is
//!   decoded and shown.
//! * No input makes the decoder panic.
//!
//! ```
//! # let file = include_bytes!("../tests/files/usual-67x45.webp");
//! # let frame = &file[20..];
//! use letterbox_vp8::{Decoder, Error};
//!
//! let decoder = Decoder::new(frame)?;
//! assert_eq!((decoder.header().width, decoder.header().height), (67, 45));
//! let mut rows = 0;
//! decoder.rgb(|row| {
//!     assert_eq!(row.len(), 3 * 67);
//!     rows += 1;
//!     Ok::<(), Error>(())
//! })?;
//! assert_eq!(rows, 45);
//! # Ok::<(), Error>(())
//! ```
#![deny(unsafe_code)]
#![warn(missing_debug_implementations)]

mod bits;
mod block;
mod decoder;
mod error;
mod filter;
mod header;
mod lanes;
mod modes;
mod pixels;
mod predict;
mod tables;
mod tokens;
mod transform;

pub use decoder::Decoder;
pub use error::Error;
pub use header::Header;
pub use pixels::to_rgb;

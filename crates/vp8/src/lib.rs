//! Decodes VP8 key frames (RFC 6386), which lossy WebP files are made of (RFC 9649): rows come out, of pixels or of the planes that are coded.
//!
//! * The frame is whole, in a slice of the caller's; between it and the rows lie two rows of macroblocks. All of that is allocated by
//!   [`Decoder::new`], but for a row of pixels, and fallibly: [`Decoder::peak_bytes`].
//! * Pixels are those of libwebp: chrominance is interpolated ("fancy upsampling"), and converted in its fixed point.
//! * A frame that breaks off is refused when its rows get there; whatever else is wrong in it is shown.
//! * It does not panic on any input.
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

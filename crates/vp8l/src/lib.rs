//! Decodes VP8L (RFC 9649, sections 3 to 7), the content of lossless WebP files and of the alpha of
//! lossy ones, to rows of pixels.
//!
//! * The caller provides the whole stream in a slice. The decoder holds a window, because copies
//!   reach back 1,048,456 pixels at most: 4 MiB and two rows, or the whole picture if that is
//!   smaller. Further memory is needed for codes and tiles, whose size the stream decides.
//! * All memory is allocated by [`Decoder::new`], and a failed allocation is an error.
//!   [`peak_bytes`] returns the amount beforehand, without decoding pixels and in a few kilobytes.
//! * Pixels are those of libwebp. A truncated stream is refused when its rows reach the end of the
//!   data.
//! * No input makes the decoder panic.
//!
//! ```
//! # let file = include_bytes!("../tests/files/photo-75x51.webp");
//! # let stream = &file[20..];
//! use letterbox_vp8l::{Decoder, Shape, peak_bytes};
//!
//! let shape = Shape::of(stream)?;
//! assert_eq!((shape.width, shape.height), (75, 51));
//! assert!(peak_bytes(stream, shape, 1 << 20)? < 1 << 18);
//! let mut decoder = Decoder::new(stream, shape)?;
//! let mut rows = 0;
//! while let Some(row) = decoder.row()? {
//!     assert_eq!(row.len(), 75);
//!     assert!(row.iter().all(|argb| argb >> 24 == 255));
//!     rows += 1;
//! }
//! assert_eq!(rows, 51);
//! # Ok::<(), letterbox_vp8l::Error>(())
//! ```
#![forbid(unsafe_code)]

mod bits;
mod buffer;
mod code;
mod decoder;
mod error;
mod image;
mod predict;
mod shape;
mod survey;
mod transform;

pub use decoder::Decoder;
pub use error::Error;
pub use shape::Shape;
pub use survey::peak_bytes;

//! Decodes VP8L (RFC 9649, sections 3 to 7), which lossless WebP files are made of, and the alpha of lossy ones: rows come out, of pixels.
//!
//! * The stream is whole, in a slice of the caller's. Between it and the rows lies a window: copies reach back 1,048,456 pixels at most, so
//!   it takes 4 MiB and two rows, or the picture where that is smaller. The rest is codes and tiles, which the stream decides.
//! * All of that is allocated by [`Decoder::new`], fallibly, and [`peak_bytes`] tells beforehand how much it is, without pixels and in
//!   a few kilobytes.
//! * Pixels are those of libwebp. A stream that breaks off is refused when its rows get there.
//! * It does not panic on any input.
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

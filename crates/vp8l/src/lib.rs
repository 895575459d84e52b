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
mod code;
mod decoder;
mod image;
mod predict;
mod shape;
mod survey;
mod transform;

pub use decoder::Decoder;
pub use shape::Shape;
pub use survey::peak_bytes;

use core::fmt;

/// Why there are no more rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// No stream of VP8L, or a damaged one; the text says what is wrong.
    Corrupt(&'static str),
    /// The stream ends before the picture does.
    Truncated,
    /// The allocator refused.
    OutOfMemory,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Corrupt(what) => what,
            Error::Truncated => "the VP8L stream breaks off",
            Error::OutOfMemory => "not enough memory for the window of this VP8L stream",
        })
    }
}

impl std::error::Error for Error {}

/// As many of a value.
fn filled<T: Clone>(count: usize, value: T) -> Result<Vec<T>, Error> {
    let mut list = reserved(count)?;
    list.resize(count, value);
    Ok(list)
}

/// Room for as many.
fn reserved<T>(count: usize) -> Result<Vec<T>, Error> {
    let mut list = Vec::new();
    list.try_reserve_exact(count)
        .map_err(|_| Error::OutOfMemory)?;
    Ok(list)
}

//! Decodes VP8 key frames (RFC 6386), which lossy WebP files are made of (RFC 9649): rows come out, of pixels or of the planes that are coded, and
//! between them and the file lie two rows of macroblocks.
#![deny(unsafe_code)]

mod bits;
mod decoder;
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
pub use header::Header;
pub use pixels::to_rgb;

use core::fmt;

/// Why there are no more rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// No key frame, or a damaged one; the text says what is wrong.
    Corrupt(&'static str),
    /// The frame ends before the picture does.
    Truncated,
    /// The allocator refused.
    OutOfMemory,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Corrupt(what) => what,
            Error::Truncated => "the VP8 frame breaks off",
            Error::OutOfMemory => "not enough memory for the rows of this VP8 frame",
        })
    }
}

impl std::error::Error for Error {}

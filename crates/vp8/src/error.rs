//! Errors of the decoder.

use core::fmt;

/// Reason why there are no more rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Not a key frame, or a damaged one; the text says what is wrong.
    Corrupt(&'static str),
    /// The frame ends before the picture does.
    Truncated,
    /// The allocator failed.
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

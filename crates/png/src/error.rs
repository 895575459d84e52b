//! Errors of the decoder.

use core::fmt;

/// Reason why there are no more rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Not a PNG, or a damaged one; the text says what is wrong.
    Corrupt(&'static str),
    /// The file ends before the picture does.
    Truncated,
    /// The file is interlaced: its rows come in seven passes.
    Interlaced,
    /// The allocator failed.
    OutOfMemory,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Corrupt(what) => what,
            Error::Truncated => "the PNG breaks off",
            Error::Interlaced => "an interlaced PNG cannot be decoded row by row",
            Error::OutOfMemory => "not enough memory for the rows of this PNG",
        })
    }
}

impl std::error::Error for Error {}

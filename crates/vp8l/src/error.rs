//! Errors of the decoder.

use core::fmt;

/// Reason why there are no more rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Not a VP8L stream, or a damaged one; the text says what is wrong.
    Corrupt(&'static str),
    /// The stream ends before the picture does.
    Truncated,
    /// The allocator failed.
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

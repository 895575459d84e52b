//! Errors of inflate.

use core::fmt;

/// Reason why there is no more output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The stream is damaged.
    Corrupt,
    /// The allocator failed.
    OutOfMemory,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Corrupt => "the compressed data is damaged",
            Error::OutOfMemory => "not enough memory to inflate",
        })
    }
}

impl core::error::Error for Error {}

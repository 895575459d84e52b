//! Errors of the resizer.

/// Reason why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A window that has no possible result; the text says why.
    Geometry(&'static str),
    /// The allocator failed.
    OutOfMemory,
    /// A row whose length differs from that of the source's rows.
    RowLength {
        /// Bytes of the row.
        found: usize,
        /// Bytes that a row of the source has.
        expected: usize,
    },
    /// A row was pushed or skipped while finished rows waited to be taken.
    RowsWait,
    /// A row that the result needs cannot be skipped.
    RowNeeded,
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Error::Geometry(what) => f.write_str(what),
            Error::OutOfMemory => f.write_str("not enough memory"),
            Error::RowLength { found, expected } => {
                write!(f, "a row of {found} bytes, where rows have {expected}")
            }
            Error::RowsWait => f.write_str("finished rows wait to be taken"),
            Error::RowNeeded => f.write_str("a row that the result needs cannot be skipped"),
        }
    }
}

impl core::error::Error for Error {}

//! Number of rows that are processed together.

/// Rows that are filtered at once.
pub(crate) const ROWS: usize = 8;

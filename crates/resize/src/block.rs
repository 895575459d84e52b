//! Rows that are worked on together.

/// Rows that are filtered at once.
pub(crate) const ROWS: usize = 8;

//! Buffers whose allocation may fail.

use crate::error::Error;

/// Allocates a list of `count` copies of a value.
pub(crate) fn filled<T: Clone>(count: usize, value: T) -> Result<Vec<T>, Error> {
    let mut list = reserved(count)?;
    list.resize(count, value);
    Ok(list)
}

/// Allocates an empty list with capacity for `count` elements.
pub(crate) fn reserved<T>(count: usize) -> Result<Vec<T>, Error> {
    let mut list = Vec::new();
    list.try_reserve_exact(count)
        .map_err(|_| Error::OutOfMemory)?;
    Ok(list)
}

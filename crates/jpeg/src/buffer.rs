//! Buffers whose allocation may fail.

use alloc::vec::Vec;

use crate::error::Error;

/// Creates a list of `count` equal elements.
pub(crate) fn filled<T: Clone>(value: T, count: usize) -> Result<Vec<T>, Error> {
    let mut list = Vec::new();
    list.try_reserve_exact(count)
        .map_err(|_| Error::OutOfMemory)?;
    list.resize(count, value);
    Ok(list)
}

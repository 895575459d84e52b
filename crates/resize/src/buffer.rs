//! Buffers whose allocation may fail.

use crate::error::Error;

/// Allocates a vector of `length` copies of `zero`, or returns an error if the allocator fails.
pub(crate) fn zeroes<T: Clone>(zero: T, length: usize) -> Result<alloc::vec::Vec<T>, Error> {
    let mut buffer = alloc::vec::Vec::new();
    buffer
        .try_reserve_exact(length)
        .map_err(|_| Error::OutOfMemory)?;
    buffer.resize(length, zero);
    Ok(buffer)
}

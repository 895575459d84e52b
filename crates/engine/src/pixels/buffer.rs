//! Buffers whose allocation may fail. Every buffer that grows with a picture or its file comes from
//! here.

use crate::error::Error;

/// Returns an empty buffer with a capacity of this many bytes, or an error where the allocator
/// refuses.
pub(crate) fn reserved(bytes: u64) -> Result<Vec<u8>, Error> {
    let bytes = usize::try_from(bytes).map_err(|_| Error::OutOfMemory)?;
    let mut buffer = Vec::new();
    buffer
        .try_reserve_exact(bytes)
        .map_err(|_| Error::OutOfMemory)?;
    Ok(buffer)
}

/// Returns this many zero bytes, or an error where the allocator refuses.
pub(crate) fn zeroes(bytes: u64) -> Result<Vec<u8>, Error> {
    let mut buffer = reserved(bytes)?;
    buffer.resize(bytes as usize, 0);
    Ok(buffer)
}

/// Zeroes of another type than bytes.
///
/// # Errors
/// [`Error::OutOfMemory`] where the allocator refuses.
pub(crate) fn zeroes_of<T: Copy + Default>(count: usize) -> Result<Vec<T>, Error> {
    let mut buffer = Vec::new();
    buffer
        .try_reserve_exact(count)
        .map_err(|_| Error::OutOfMemory)?;
    buffer.resize(count, T::default());
    Ok(buffer)
}

/// Appends bytes to a buffer that grows by a quarter. Only a file's buffer has a size that is not
/// known beforehand.
pub(crate) fn append(buffer: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Error> {
    if buffer.capacity() - buffer.len() < bytes.len() {
        let more = bytes.len().max(buffer.len() / 4);
        buffer
            .try_reserve_exact(more)
            .map_err(|_| Error::OutOfMemory)?;
    }
    buffer.extend_from_slice(bytes);
    Ok(())
}

/// Peak size of a growing buffer of unknown final length: the old buffer plus the new one of 1.25
/// times its size.
pub(crate) const fn growing(bytes: u64) -> u64 {
    bytes * 9 / 4
}

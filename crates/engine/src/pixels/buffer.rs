//! Buffers whose allocation may fail. Every buffer that grows with a picture or its file comes from here.

use crate::error::Error;

/// An empty list of bytes with room for so many, or an error where the allocator refuses.
pub(crate) fn reserved(bytes: u64) -> Result<Vec<u8>, Error> {
    let bytes = usize::try_from(bytes).map_err(|_| Error::OutOfMemory)?;
    let mut buffer = Vec::new();
    buffer
        .try_reserve_exact(bytes)
        .map_err(|_| Error::OutOfMemory)?;
    Ok(buffer)
}

/// That many zero bytes, or an error where the allocator refuses.
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

/// Appends, growing by a quarter: a file's buffer is the one thing whose size is not known beforehand.
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

/// What a file holds while it grows and nobody has said how far: as much again, and the quarter that it grows by.
pub(crate) const fn growing(bytes: u64) -> u64 {
    bytes * 9 / 4
}

//! Buffers whose allocation may fail. Every buffer that grows with a picture or its file comes from
//! here.

use crate::error::Error;

/// Makes room for this many more items and no others, or returns an error where the allocator
/// refuses.
pub(crate) fn reserve<T>(list: &mut Vec<T>, more: usize) -> Result<(), Error> {
    list.try_reserve_exact(more).map_err(|_| Error::OutOfMemory)
}

/// Returns an empty list with room for this many items, or an error where the allocator refuses.
pub(crate) fn room<T>(count: usize) -> Result<Vec<T>, Error> {
    let mut list = Vec::new();
    reserve(&mut list, count)?;
    Ok(list)
}

/// Returns this many copies of a value, or an error where the allocator refuses.
pub(crate) fn filled<T: Clone>(count: usize, value: T) -> Result<Vec<T>, Error> {
    let mut list = room(count)?;
    list.resize(count, value);
    Ok(list)
}

/// Returns an empty buffer with a capacity of this many bytes, or an error where the allocator
/// refuses.
pub(crate) fn reserved(bytes: u64) -> Result<Vec<u8>, Error> {
    room(usize::try_from(bytes).map_err(|_| Error::OutOfMemory)?)
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
    filled(count, T::default())
}

/// Appends bytes to a buffer that grows by a quarter. Only a file's buffer has a size that is not
/// known beforehand.
pub(crate) fn append(buffer: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Error> {
    if buffer.capacity() - buffer.len() < bytes.len() {
        let more = bytes.len().max(buffer.len() / 4);
        reserve(buffer, more)?;
    }
    buffer.extend_from_slice(bytes);
    Ok(())
}

/// Peak size of a growing buffer of unknown final length: the old buffer plus the new one of 1.25
/// times its size.
pub(crate) const fn growing(bytes: u64) -> u64 {
    bytes * 9 / 4
}

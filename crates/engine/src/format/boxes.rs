//! Boxes of the ISO base media file format (ISO/IEC 14496-12), in files that are in memory as a
//! whole.

use std::ops::Range;

/// Returns the type and the content's place of a box that begins at `at` and ends by `end`.
pub(crate) fn part(bytes: &[u8], at: usize, end: usize) -> Option<([u8; 4], Range<usize>)> {
    let kind = *bytes.get(at.checked_add(4)?..end)?.first_chunk()?;
    let (head, length) = match number(bytes, at, 4)? {
        0 => return None, // up to the end of the file, wherever that is
        1 => (16, number(bytes, at + 8, 8)?),
        length => (8, length),
    };
    let after = at.checked_add(usize::try_from(length).ok()?)?;
    (at + head <= after && after <= end).then_some((kind, at + head..after))
}

/// Reads a big-endian number of at most eight bytes.
pub(crate) fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    let number = bytes
        .iter()
        .fold(0u64, |sum, &byte| sum << 8 | u64::from(byte));
    (length <= 8).then_some(number)
}

/// Reader of consecutive numbers.
pub(crate) struct Numbers<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
}

impl Numbers<'_> {
    pub(crate) fn next(&mut self, length: u64) -> Option<u64> {
        let number = number(self.bytes, self.at, usize::try_from(length).ok()?)?;
        self.at += length as usize;
        Some(number)
    }
}

//! Boxes of the ISO base media file format (ISO/IEC 14496-12), in files that are here whole.

use std::ops::Range;

/// A box that begins here and ends by `end`: its type, and where its content is.
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

/// A number of at most eight bytes.
pub(crate) fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    let number = bytes
        .iter()
        .fold(0u64, |sum, &byte| sum << 8 | u64::from(byte));
    (length <= 8).then_some(number)
}

/// Numbers one behind the other.
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

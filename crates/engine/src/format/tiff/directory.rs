//! The first directory of a file, in both byte orders (TIFF 6.0, section 2), and BigTIFF, whose
//! numbers are twice as long.
//!
//! Entries are read in place. Nothing is copied, and a value beyond the bytes is `None`.

use crate::header::cursor::Stop;

/// Maximum number of entries, above what any writer makes. A file that declares more is refused.
const MOST_ENTRIES: u64 = 4096;

/// The first directory.
#[derive(Clone, Copy)]
pub(crate) struct Directory<'a> {
    file: Bytes<'a>,
    big: bool,
    entries: &'a [u8],
}

/// A file with its byte order.
#[derive(Clone, Copy)]
struct Bytes<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> Bytes<'a> {
    fn slice(&self, at: u64, length: u64) -> Option<&'a [u8]> {
        let start = usize::try_from(at).ok()?;
        let end = usize::try_from(at.checked_add(length)?).ok()?;
        self.bytes.get(start..end)
    }

    fn number(&self, at: u64, length: u64) -> Option<u64> {
        let bytes = self.slice(at, length)?.iter();
        let join = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
        Some(if self.big_endian {
            bytes.fold(0, join)
        } else {
            bytes.rev().fold(0, join)
        })
    }
}

impl<'a> Directory<'a> {
    /// # Errors
    /// [`Stop::NeedMore`] where the bytes end before the directory does.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Directory<'a>, Stop> {
        let (big_endian, big) = match bytes.get(..4).ok_or(Stop::NeedMore)? {
            b"II*\0" => (false, false),
            b"MM\0*" => (true, false),
            b"II+\0" => (false, true),
            b"MM\0+" => (true, true),
            _ => return Err(Stop::Corrupt("the TIFF header is damaged")),
        };
        let file = Bytes { bytes, big_endian };
        let number = |at, length| file.number(at, length).ok_or(Stop::NeedMore);
        // BigTIFF declares the length of its numbers. Only one length is defined so far.
        if big && number(4, 4)? != if big_endian { 0x0008_0000 } else { 8 } {
            return Err(Stop::Corrupt("the TIFF header is damaged"));
        }
        let (start, count_bytes, entry_bytes) = if big {
            (number(8, 8)?, 8, 20)
        } else {
            (number(4, 4)?, 2, 12)
        };
        let count = number(start, count_bytes)?;
        if count > MOST_ENTRIES {
            return Err(Stop::Corrupt("the TIFF directory is too long"));
        }
        let entries = file
            .slice(start + count_bytes, count * entry_bytes)
            .ok_or(Stop::NeedMore)?;
        Ok(Directory { file, big, entries })
    }

    /// Opens the directory of a file whose header has been read.
    pub(crate) fn reopen(file: &'a [u8]) -> Option<Directory<'a>> {
        Directory::open(file).ok()
    }

    /// Returns the values of a tag. Of several entries with that tag the first counts. An entry
    /// without values is `None`.
    pub(crate) fn values(&self, tag: u16) -> Option<Values<'a>> {
        let entry_bytes = if self.big { 20 } else { 12 };
        let (count_bytes, capacity) = if self.big { (8, 8) } else { (4, 4) };
        let entry = self.entries.chunks_exact(entry_bytes).find(|entry| {
            let entry = Bytes {
                bytes: entry,
                ..self.file
            };
            entry.number(0, 2) == Some(tag.into())
        })?;
        let field = Bytes {
            bytes: entry,
            ..self.file
        };
        let kind = field.number(2, 2)?;
        let count = field.number(4, count_bytes)?;
        let value_bytes = match kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16..=18 => 8,
            _ => return None,
        };
        let inside = count.checked_mul(value_bytes)? <= capacity;
        let (place, at) = if inside {
            (field, 4 + count_bytes)
        } else {
            (self.file, field.number(4 + count_bytes, capacity)?)
        };
        (count > 0).then_some(Values {
            place,
            at,
            value_bytes,
            whole: matches!(kind, 1 | 3 | 4 | 13 | 16 | 18),
            count,
        })
    }

    /// Returns the bytes of the file from an offset on, at most `most`.
    pub(crate) fn part(&self, at: u64, most: u64) -> Option<&'a [u8]> {
        let all = self.file.bytes.len() as u64;
        self.file.slice(at, most.min(all.checked_sub(at)?))
    }

    /// Whether numbers have their most significant byte first.
    pub(crate) fn big_endian(&self) -> bool {
        self.file.big_endian
    }

    /// Returns the length of the file, as far as the bytes are here.
    pub(crate) fn file_bytes(&self) -> u64 {
        self.file.bytes.len() as u64
    }
}

/// Values of a tag.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    place: Bytes<'a>,
    at: u64,
    value_bytes: u64,
    /// Whether the values are unsigned whole numbers.
    pub(crate) whole: bool,
    pub(crate) count: u64,
}

impl<'a> Values<'a> {
    /// Returns one of the values, if it is a whole number.
    pub(crate) fn get(&self, index: u64) -> Option<u64> {
        if !self.whole || index >= self.count {
            return None;
        }
        let at = self.at.checked_add(index.checked_mul(self.value_bytes)?)?;
        self.place.number(at, self.value_bytes)
    }

    /// Returns one of the values, if it is a fraction of two whole numbers, or a whole number.
    pub(crate) fn ratio(&self, index: u64) -> Option<f32> {
        if self.whole {
            return self.get(index).map(|number| number as f32);
        }
        if index >= self.count || self.value_bytes != 8 {
            return None;
        }
        let at = self.at.checked_add(index.checked_mul(8)?)?;
        let (numerator, denominator) = (self.place.number(at, 4)?, self.place.number(at + 4, 4)?);
        (denominator > 0).then(|| numerator as f32 / denominator as f32)
    }

    /// Returns all values as stored in the file.
    pub(crate) fn bytes(&self) -> Option<&'a [u8]> {
        let length = self.count.checked_mul(self.value_bytes)?;
        self.place.slice(self.at, length)
    }
}

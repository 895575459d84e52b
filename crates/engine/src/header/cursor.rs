//! Reader of numbers from bytes that may not all be here yet.

/// Reason why parsing stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The bytes end before the header does.
    NeedMore,
    /// The header contradicts itself.
    Corrupt(&'static str),
    /// The header is sound, but names a feature that is not read.
    Unsupported(&'static str),
}

/// A position in a byte slice. Every read moves the position, or asks for more bytes.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    big_endian: bool,
}

impl<'a> Cursor<'a> {
    pub(crate) fn big_endian(bytes: &'a [u8]) -> Self {
        Cursor {
            bytes,
            at: 0,
            big_endian: true,
        }
    }

    pub(crate) fn little_endian(bytes: &'a [u8]) -> Self {
        Cursor {
            bytes,
            at: 0,
            big_endian: false,
        }
    }

    pub(crate) fn seek(mut self, at: usize) -> Self {
        self.at = at;
        self
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn skip(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Stop> {
        let end = self.at.checked_add(count).ok_or(Stop::NeedMore)?;
        let taken = self.bytes.get(self.at..end).ok_or(Stop::NeedMore)?;
        self.at = end;
        Ok(taken)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Stop> {
        Ok(self.take(1)?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Stop> {
        let [a, b] = self.array()?;
        Ok(if self.big_endian {
            u16::from_be_bytes([a, b])
        } else {
            u16::from_le_bytes([a, b])
        })
    }

    pub(crate) fn u24(&mut self) -> Result<u32, Stop> {
        let [a, b, c] = self.array()?;
        Ok(if self.big_endian {
            u32::from_be_bytes([0, a, b, c])
        } else {
            u32::from_le_bytes([a, b, c, 0])
        })
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Stop> {
        let bytes = self.array()?;
        Ok(if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }
}

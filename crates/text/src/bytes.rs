//! Numbers at places of a font's bytes, which may not be there.

/// A part of a font. Every read is checked, and numbers are big-endian.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'f>(pub(crate) &'f [u8]);

impl<'f> Bytes<'f> {
    pub(crate) fn u8(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    pub(crate) fn u16(self, at: usize) -> Option<u16> {
        let bytes = self.0.get(at..at.checked_add(2)?)?;
        Some(u16::from_be_bytes(bytes.try_into().ok()?))
    }

    pub(crate) fn i16(self, at: usize) -> Option<i16> {
        self.u16(at).map(|value| value as i16)
    }

    pub(crate) fn u32(self, at: usize) -> Option<u32> {
        let bytes = self.0.get(at..at.checked_add(4)?)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    }

    /// The part behind a place.
    pub(crate) fn from(self, at: usize) -> Option<Bytes<'f>> {
        self.0.get(at..).map(Bytes)
    }

    /// The part between two places.
    pub(crate) fn between(self, from: usize, to: usize) -> Option<Bytes<'f>> {
        self.0.get(from..to).map(Bytes)
    }

    /// The part behind an offset of 16 bits that stands at a place; `None` where the offset is 0.
    pub(crate) fn behind(self, at: usize) -> Option<Bytes<'f>> {
        match self.u16(at)? {
            0 => None,
            offset => self.from(offset.into()),
        }
    }

    pub(crate) fn len(self) -> usize {
        self.0.len()
    }
}

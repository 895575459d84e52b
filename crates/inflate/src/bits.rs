//! Buffer of bits that have been read and not used, lowest first.

/// Buffer of up to 63 bits. Above the valid bits there may already be bits of the next byte, which
/// the next fill puts there again.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bits {
    pub(crate) held: u64,
    pub(crate) count: u32,
}

impl Bits {
    /// Fills the buffer to at least 56 bits, or with all of the input.
    pub(crate) fn fill_slowly(&mut self, input: &mut &[u8]) {
        while self.count < 56
            && let Some((&byte, rest)) = input.split_first()
        {
            self.held |= u64::from(byte) << self.count;
            self.count += 8;
            *input = rest;
        }
    }

    /// Takes `count` bits, at most 32, if they are there.
    pub(crate) fn take(&mut self, count: u32) -> Option<u32> {
        if self.count < count {
            return None;
        }
        let bits = self.peek(count);
        self.skip(count.into());
        Some(bits)
    }

    pub(crate) fn peek(&self, count: u32) -> u32 {
        (self.held & ((1 << count) - 1)) as u32
    }

    /// Drops bits that are there; only the lowest six bits of `count` are used.
    #[inline(always)]
    pub(crate) fn skip(&mut self, count: u64) {
        self.held >>= count & 63;
        self.count -= (count & 63) as u32;
    }
}

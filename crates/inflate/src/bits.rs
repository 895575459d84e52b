//! The bits that have been read and not used, lowest first.

/// Up to 63 bits. Above those that count there may already be some of the next byte's: the same ones that will be put there.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bits {
    pub(crate) held: u64,
    pub(crate) count: u32,
}

impl Bits {
    /// At least 56 bits, or all of the input.
    pub(crate) fn fill_slowly(&mut self, input: &mut &[u8]) {
        while self.count < 56
            && let Some((&byte, rest)) = input.split_first()
        {
            self.held |= u64::from(byte) << self.count;
            self.count += 8;
            *input = rest;
        }
    }

    /// So many bits, if they are there: at most 32.
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

    /// Drops bits that are there; of `count` the lowest six bits are taken.
    #[inline(always)]
    pub(crate) fn skip(&mut self, count: u64) {
        self.held >>= count & 63;
        self.count -= (count & 63) as u32;
    }
}

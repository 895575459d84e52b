//! The boolean decoder (RFC 6386, section 7): reads bits of any probability from the bytes of a
//! partition.

use crate::lanes::big_endian;

/// Boolean decoder of a partition. The state is a few numbers, so that a caller that reads many
/// bits can keep a copy in registers.
#[derive(Clone, Copy)]
pub(crate) struct Bits<'a> {
    rest: &'a [u8],
    /// On top, the byte that is compared with the split; below it the following bits of the file,
    /// and zeroes below those.
    value: u64,
    /// The range less one: 127 to 254.
    range: u32,
    /// Bits of `value` that come from the file, without the eight on top; negative if there are
    /// fewer than eight.
    count: i32,
    /// Zero bytes that were read past the end.
    beyond: u32,
}

impl<'a> Bits<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Bits<'a> {
        Bits {
            rest: bytes,
            value: 0,
            range: 254,
            count: -8,
            beyond: 0,
        }
    }

    /// Whether more bytes were read than there are. One byte is tolerated, as in other libraries.
    pub(crate) fn overrun(&self) -> bool {
        self.beyond > 1
    }

    /// Reads a bit that is zero with a probability of `zero` 256ths.
    #[inline(always)]
    pub(crate) fn bit(&mut self, zero: u8) -> bool {
        if self.count < 0 {
            *self = self.filled();
        }
        let split = (self.range * u32::from(zero)) >> 8;
        let set = (self.value >> 56) as u32 > split;
        // From here on the range itself, not less one.
        let range = if set {
            self.value -= u64::from(split + 1) << 56;
            self.range - split
        } else {
            split + 1
        };
        let shift = range.leading_zeros() & 7;
        self.range = (range << shift) - 1;
        self.value <<= shift;
        self.count -= shift as i32;
        set
    }

    /// Reads a bit of even probability, and returns the value negated if the bit is set. There is
    /// no branch, because the bit cannot be predicted. The range is an even number from the first
    /// bit on, so it is halved exactly, and one shift makes up for the halving.
    #[inline(always)]
    pub(crate) fn signed(&mut self, value: i32) -> i32 {
        if self.count < 0 {
            *self = self.filled();
        }
        let split = self.range >> 1;
        let set = (split as i32 - (self.value >> 56) as i32) >> 31;
        self.value -= u64::from((split + 1) & set as u32) << 56;
        self.value <<= 1;
        self.count -= 1;
        self.range = self.range.wrapping_add(set as u32) | 1;
        (value ^ set).wrapping_sub(set)
    }

    /// Returns the decoder with more bits of the file. Takes the decoder by value, so that a caller
    /// can keep its copy in registers; not inlined, because there are many callers.
    #[cold]
    #[inline(never)]
    fn filled(mut self) -> Bits<'a> {
        if let Some((next, _)) = self.rest.split_first_chunk::<8>() {
            let next = big_endian(next) & !0xff;
            self.value |= next >> (self.count + 8);
            self.count += 56;
            self.rest = &self.rest[7..];
            return self;
        }
        let next = match self.rest.split_first() {
            Some((&next, rest)) => {
                self.rest = rest;
                next
            }
            None => {
                self.beyond = self.beyond.saturating_add(1);
                0
            }
        };
        self.value |= u64::from(next) << (48 - self.count);
        self.count += 8;
        self
    }

    /// Reads a bit as [`Bits::bit`] does, but is not inlined: for syntax elements that are read
    /// only a few times.
    #[inline(never)]
    pub(crate) fn rare(&mut self, zero: u8) -> bool {
        self.bit(zero)
    }

    /// Reads a bit of even probability.
    pub(crate) fn flag(&mut self) -> bool {
        self.rare(128)
    }

    /// Reads an unsigned number of `bits` bits.
    #[inline(never)]
    pub(crate) fn number(&mut self, bits: u32) -> u32 {
        (0..bits).fold(0, |number, _| number << 1 | u32::from(self.flag()))
    }

    /// Reads a number of `bits` bits followed by its sign, if a flag says that there is one.
    #[inline(never)]
    pub(crate) fn optional_signed(&mut self, bits: u32) -> Option<i32> {
        if !self.flag() {
            return None;
        }
        let size = self.number(bits) as i32;
        Some(if self.flag() { -size } else { size })
    }
}

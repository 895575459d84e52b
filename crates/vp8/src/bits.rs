//! The boolean decoder (RFC 6386, section 7): bits of any likelihood from a partition's bytes.

use crate::lanes::big_endian;

/// A partition on its way to bits. It is a few numbers, so that who reads many of them can keep a copy in registers.
#[derive(Clone, Copy)]
pub(crate) struct Bits<'a> {
    rest: &'a [u8],
    /// Topmost, what is compared with the split; below it what follows in the file, and zeroes below that.
    value: u64,
    /// 128 to 255.
    range: u32,
    /// Bits of `value` that are the file's, without the eight on top; below zero there are fewer than eight.
    count: i32,
    /// Zero bytes that were read behind the end.
    beyond: u32,
}

impl<'a> Bits<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Bits<'a> {
        Bits {
            rest: bytes,
            value: 0,
            range: 255,
            count: -8,
            beyond: 0,
        }
    }

    /// Whether more was read than there is. One byte is forgiven, as libraries do.
    pub(crate) fn overrun(&self) -> bool {
        self.beyond > 1
    }

    /// A bit that is zero with a probability of so many 256ths.
    #[inline(always)]
    pub(crate) fn bit(&mut self, zero: u8) -> bool {
        if self.count < 0 {
            self.fill();
        }
        let split = 1 + (((self.range - 1) * u32::from(zero)) >> 8);
        let place = u64::from(split) << 56;
        let set = self.value >= place;
        if set {
            self.range -= split;
            self.value -= place;
        } else {
            self.range = split;
        }
        self.normalise();
        set
    }

    /// The value, negative if an even bit says so; without a branch, because nobody can foretell it.
    #[inline(always)]
    pub(crate) fn signed(&mut self, value: i32) -> i32 {
        if self.count < 0 {
            self.fill();
        }
        let split = (self.range + 1) >> 1;
        let place = u64::from(split) << 56;
        let set = u64::from(self.value >= place);
        self.value -= place & set.wrapping_neg();
        let set = set as u32;
        self.range = split - (set & (2 * split - self.range));
        self.normalise();
        (value ^ (set as i32).wrapping_neg()).wrapping_add(set as i32)
    }

    #[inline(always)]
    fn normalise(&mut self) {
        let shift = self.range.leading_zeros() - 24;
        self.range <<= shift;
        self.value <<= shift;
        self.count -= shift as i32;
    }

    #[inline(always)]
    fn fill(&mut self) {
        let Some((next, _)) = self.rest.split_first_chunk::<8>() else {
            return self.fill_at_the_end();
        };
        let next = big_endian(next) & !0xff;
        self.value |= next >> (self.count + 8);
        self.count += 56;
        self.rest = &self.rest[7..];
    }

    #[cold]
    #[inline(never)]
    fn fill_at_the_end(&mut self) {
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
    }

    /// A bit as likely as not.
    pub(crate) fn flag(&mut self) -> bool {
        self.bit(128)
    }

    /// A number of so many bits.
    pub(crate) fn number(&mut self, bits: u32) -> u32 {
        (0..bits).fold(0, |number, _| number << 1 | u32::from(self.flag()))
    }

    /// A number of so many bits with its sign behind it, if a bit says that there is one.
    pub(crate) fn optional_signed(&mut self, bits: u32) -> Option<i32> {
        if !self.flag() {
            return None;
        }
        let size = self.number(bits) as i32;
        Some(if self.flag() { -size } else { size })
    }
}

//! The boolean decoder (RFC 6386, section 7): bits of any likelihood from a partition's bytes.

use crate::lanes::big_endian;

/// A partition on its way to bits. It is a few numbers, so that who reads many of them can keep a copy in registers.
#[derive(Clone, Copy)]
pub(crate) struct Bits<'a> {
    rest: &'a [u8],
    /// Topmost, what is compared with the split; below it what follows in the file, and zeroes below that.
    value: u64,
    /// Less one: 127 to 254.
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
            range: 254,
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
            *self = self.filled();
        }
        let split = (self.range * u32::from(zero)) >> 8;
        let set = (self.value >> 56) as u32 > split;
        // The range itself, not less one.
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

    /// The value, negative if an even bit says so; without a branch, because nobody can foretell it. The range is an even number from the
    /// first bit on, so it is halved, and one shift makes up for that.
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

    /// More bits of the file. By value, so that whoever has a copy in registers can leave it there; and no part of those, who are many.
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

    /// The same as [`Bits::bit`], without a copy of it where it is called: for what is not read many times.
    #[inline(never)]
    pub(crate) fn rare(&mut self, zero: u8) -> bool {
        self.bit(zero)
    }

    /// A bit as likely as not.
    pub(crate) fn flag(&mut self) -> bool {
        self.rare(128)
    }

    /// A number of so many bits.
    #[inline(never)]
    pub(crate) fn number(&mut self, bits: u32) -> u32 {
        (0..bits).fold(0, |number, _| number << 1 | u32::from(self.flag()))
    }

    /// A number of so many bits with its sign behind it, if a bit says that there is one.
    #[inline(never)]
    pub(crate) fn optional_signed(&mut self, bits: u32) -> Option<i32> {
        if !self.flag() {
            return None;
        }
        let size = self.number(bits) as i32;
        Some(if self.flag() { -size } else { size })
    }
}

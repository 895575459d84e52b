//! Entropy-coded bytes as bits: byte stuffing undone (T.81, F.2.2.5), markers left where they are.

use crate::lanes::big_endian;

/// A position in entropy-coded data. It holds no borrow, so that a scan can rest between two calls; the bytes are handed
/// to [`BitReader::refill`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BitReader {
    /// The next bits, the first of them topmost; below the valid ones there is what will be there, or zeroes.
    acc: u64,
    /// How many bits of `acc` are valid, at most 63.
    valid: u32,
    /// The next byte to take.
    pos: usize,
    /// Bits handed out that were not in the data: zeroes behind its end.
    borrowed: u32,
    /// What came was no code, or led out of its block.
    pub(crate) damaged: bool,
}

impl BitReader {
    pub(crate) fn at(pos: usize) -> BitReader {
        BitReader {
            pos,
            ..BitReader::default()
        }
    }

    /// The first byte that has not been taken into the accumulator.
    pub(crate) fn pos(&self) -> usize {
        self.pos
    }

    /// Moves the data: the bytes before `by` are gone.
    pub(crate) fn rebase(&mut self, by: usize) {
        self.pos -= by;
    }

    /// Whether bits have been used that the data does not have.
    pub(crate) fn overrun(&self) -> bool {
        self.borrowed > self.valid
    }

    /// Whether whole bytes stand between here and the next marker.
    pub(crate) fn is_before_bytes(&self, data: &[u8]) -> bool {
        let fill = |&&byte: &&u8| byte == 0xff;
        let rest = data.get(self.pos..).unwrap_or_default();
        let next = rest.get(rest.iter().take_while(fill).count());
        self.valid.saturating_sub(self.borrowed) >= 8
            || rest.first().is_some_and(|&byte| byte != 0xff)
            || next == Some(&0)
    }

    /// Makes at least 56 bits valid. Behind a marker or the end of the data there are zeroes.
    ///
    /// Without a branch that depends on how many there are: it takes eight bytes, counts those that fit whole, and lets the rest
    /// be taken once more by the next refill, which puts the same bits into the same place.
    #[inline(always)]
    pub(crate) fn refill(&mut self, data: &[u8]) {
        if let Some(eight) = data.get(self.pos..).and_then(|rest| rest.first_chunk()) {
            let word = big_endian(eight);
            // No byte of the word is 0xFF: no byte of its complement is zero.
            let complement = !word;
            if complement.wrapping_sub(0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080 == 0 {
                self.acc |= word >> self.valid;
                self.pos += (63 - self.valid as usize) >> 3;
                self.valid |= 56;
                return;
            }
        }
        *self = self.refilled_slowly(data);
    }

    /// Makes at least 32 bits valid, where few are taken at a time.
    #[inline(always)]
    pub(crate) fn ensure(&mut self, data: &[u8]) {
        if self.valid < 32 {
            self.refill(data);
        }
    }

    /// By value, so that the address of a reader that is in registers is never taken.
    #[cold]
    #[inline(never)]
    fn refilled_slowly(mut self, data: &[u8]) -> BitReader {
        while self.valid < 56 {
            let byte = match data.get(self.pos) {
                Some(0xff) => match stuffed(data, self.pos) {
                    Some(next) => {
                        self.pos = next;
                        0xff
                    }
                    None => {
                        self.borrowed += 8;
                        0
                    }
                },
                None => {
                    self.borrowed += 8;
                    0
                }
                Some(&byte) => {
                    self.pos += 1;
                    byte
                }
            };
            self.acc |= u64::from(byte) << (56 - self.valid);
            self.valid += 8;
        }
        self
    }

    /// The next `count` bits, 1 to 32, without taking them.
    #[inline(always)]
    pub(crate) fn peek(&self, count: u32) -> u32 {
        (self.acc >> (64 - count)) as u32
    }

    /// Takes `count` bits, at most as many as are valid.
    #[inline(always)]
    pub(crate) fn skip(&mut self, count: u32) {
        self.acc <<= count;
        self.valid = self.valid.wrapping_sub(count);
    }

    /// Takes `count` bits, 0 to 16, as an unsigned number.
    #[inline(always)]
    pub(crate) fn take(&mut self, count: u32) -> u32 {
        // Two shifts, because one by 64 is not defined.
        let bits = (self.acc >> 1 >> (63 - count)) as u32;
        self.skip(count);
        bits
    }

    /// Takes `count` bits, 0 to 16, as T.81's EXTEND makes them a signed number (F.2.2.1).
    #[inline(always)]
    pub(crate) fn take_signed(&mut self, count: u32) -> i32 {
        extend(self.take(count), count)
    }

    /// Drops the bits up to the next marker, and returns its code; without one, up to where one may still come.
    pub(crate) fn seek_marker(&mut self, data: &[u8]) -> Option<u8> {
        let Some(marker) = next_marker(data, self.pos) else {
            let cut = data.last() == Some(&0xff);
            *self = BitReader::at(self.pos.max(data.len() - usize::from(cut)));
            return None;
        };
        *self = BitReader::at(marker);
        Some(data[marker + 1])
    }

    /// Steps over the marker that [`BitReader::seek_marker`] found.
    pub(crate) fn take_marker(&mut self) {
        *self = BitReader::at(self.pos + 2);
    }

    /// Forgets the bits of the accumulator without moving on: what follows is zeroes until the next restart.
    pub(crate) fn starve(&mut self, data: &[u8]) {
        let pos = next_marker(data, self.pos).unwrap_or(data.len());
        *self = BitReader::at(pos);
    }
}

/// Where the next marker stands: 0xFF, and then neither stuffing nor fill.
pub(crate) fn next_marker(data: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += data.get(at..)?.iter().position(|&byte| byte == 0xff)?;
        match data.get(at + 1)? {
            0 => at += 2,
            0xff => at += 1,
            _ => return Some(at),
        }
    }
}

/// What stands behind a stuffed 0xFF; fill bytes before it belong to markers alone, but are understood here too.
fn stuffed(data: &[u8], from: usize) -> Option<usize> {
    let fill = data[from..].iter().position(|&byte| byte != 0xff)?;
    (data[from + fill] == 0).then_some(from + fill + 1)
}

#[inline(always)]
pub(crate) fn extend(bits: u32, count: u32) -> i32 {
    let bits = bits as i32;
    let negative = count > 0 && bits < 1 << (count - 1);
    if negative {
        bits - (1 << count) + 1
    } else {
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffing_is_undone_and_a_marker_stops() {
        let data = [0x12, 0xff, 0x00, 0x34, 0xff, 0xd9, 0x77];
        let mut bits = BitReader::at(0);
        bits.refill(&data);
        assert_eq!(bits.take(8), 0x12);
        assert_eq!(bits.take(16), 0xff34);
        assert!(!bits.overrun());
        bits.refill(&data);
        assert_eq!(bits.take(8), 0);
        assert!(bits.overrun());
        assert_eq!(bits.pos(), 4);
    }

    #[test]
    fn numbers_extend_as_the_standard_says() {
        assert_eq!(
            [
                extend(0, 1),
                extend(1, 1),
                extend(0b011, 3),
                extend(0b100, 3),
                extend(0, 0)
            ],
            [-1, 1, -4, 4, 0]
        );
    }

    #[test]
    fn fill_bytes_before_a_marker_are_skipped() {
        assert_eq!(next_marker(&[1, 0xff, 0, 0xff, 0xff, 0xd0], 0), Some(4));
        assert_eq!(next_marker(&[1, 0xff, 0, 0xff], 0), None);
    }
}

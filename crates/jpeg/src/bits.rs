//! Bit reader for entropy-coded bytes: byte stuffing is undone (T.81, F.2.2.5), and markers are
//! left in place.

use crate::lanes::big_endian;

/// Position in entropy-coded data. The reader holds no borrow, so that a scan can pause between two
/// calls; the bytes are passed to [`BitReader::refill`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BitReader {
    /// The next bits, first one topmost. Below the valid bits there are zeroes or the bits that the
    /// next refill puts there.
    acc: u64,
    /// Number of valid bits in `acc`, at most 63.
    valid: u32,
    /// The next byte to take.
    pos: usize,
    /// Bits handed out that were not in the data: zeroes past its end.
    borrowed: u32,
    /// Set when the bits were no code, or a run left its block.
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

    /// Adjusts the position after the first `by` bytes of the data have been removed.
    pub(crate) fn rebase(&mut self, by: usize) {
        self.pos -= by;
    }

    /// Whether bits have been used that are not in the data.
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

    /// Makes at least 56 bits valid. Past a marker or the end of the data, zeroes are supplied.
    ///
    /// The fast path has no branch that depends on the number of valid bits: the reader loads eight
    /// bytes and counts those that fit whole. The rest is loaded again by the next refill, which
    /// puts the same bits into the same place.
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

    /// Makes at least 32 bits valid, for callers that take few bits at a time.
    #[inline(always)]
    pub(crate) fn ensure(&mut self, data: &[u8]) {
        if self.valid < 32 {
            self.refill(data);
        }
    }

    /// Refills byte by byte. Takes the reader by value, so that the address of a reader that is in
    /// registers is never taken.
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

    /// Returns the next `count` bits, 1 to 32, without consuming them.
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

    /// Drops the bits up to the next marker and returns its code. Without a marker, drops
    /// everything that cannot be the start of one.
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

    /// Discards the accumulator without moving past the next marker: all bits are zeroes until the
    /// next restart.
    pub(crate) fn starve(&mut self, data: &[u8]) {
        let pos = next_marker(data, self.pos).unwrap_or(data.len());
        *self = BitReader::at(pos);
    }
}

/// Finds the next marker: 0xFF followed by neither a stuffed zero nor a fill byte.
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

/// Returns the position after a stuffed 0xFF, or `None` if there is a marker instead. Fill bytes
/// are allowed only before markers, but are accepted here too.
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

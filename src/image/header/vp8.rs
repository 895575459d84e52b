//! The lengths in a lossy WebP (RFC 6386, section 9): its decoder makes room for what a partition says, 16 MiB at most, before it finds out
//! whether the file is that long; and for a picture of the size that the frame says, before it compares that with the file's.

use super::cursor::{Cursor, Stop};
use super::webp::lossy_size;
use crate::image::frame::Size;

/// Whether a frame is of that size, and its partitions are in it.
///
/// # Errors
/// [`Stop::Corrupt`] if not, [`Stop::NeedMore`] where it breaks off.
pub(super) fn check(frame: &[u8], size: Size) -> Result<(), Stop> {
    let mut cursor = Cursor::little_endian(frame);
    let (width, height) = lossy_size(&mut cursor)?;
    if (Size { width, height }) != size {
        return Err(Stop::Corrupt("the WebP's sizes contradict each other"));
    }
    let tag = Cursor::little_endian(frame).u24()?;
    let first = cursor.take((tag >> 5) as usize)?;
    let others = partitions(first) - 1;
    let mut sizes = Cursor::little_endian(cursor.take(3 * others)?);
    for _ in 0..others {
        cursor.take(sizes.u24()? as usize)?;
    }
    Ok(())
}

/// How many partitions there are beside the first one, which says so behind its segments and its filter (section 19.2).
fn partitions(first: &[u8]) -> usize {
    let mut bits = Bits {
        rest: first,
        value: 0,
        range: 255,
        count: 0,
    };
    bits.take(2); // colour space, clamping
    if bits.flag() {
        let (map, data) = (bits.flag(), bits.flag());
        if data {
            bits.take(1);
            (0..4).for_each(|_| bits.optional(8));
            (0..4).for_each(|_| bits.optional(7));
        }
        if map {
            (0..3).for_each(|_| bits.optional(8));
        }
    }
    bits.take(1 + 6 + 3); // the filter's kind, level and sharpness
    if bits.flag() && bits.flag() {
        (0..8).for_each(|_| bits.optional(7));
    }
    1 << bits.take(2)
}

/// The boolean decoder of section 7, for bits as likely as not.
struct Bits<'a> {
    rest: &'a [u8],
    value: u32,
    range: u32,
    /// Bits of `value` below the ones that are compared.
    count: u32,
}

impl Bits<'_> {
    fn flag(&mut self) -> bool {
        // Seven more bits than the eight that are compared are enough for the longest shift.
        while self.count < 15 {
            let (byte, rest) = self.rest.split_first().unwrap_or((&0, &[]));
            self.rest = rest;
            self.value = self.value << 8 | u32::from(*byte);
            self.count += 8;
        }
        let split = 1 + ((self.range - 1) >> 1);
        let place = self.count - 8;
        let set = self.value >> place >= split;
        if set {
            self.range -= split;
            self.value -= split << place;
        } else {
            self.range = split;
        }
        let shift = self.range.leading_zeros() - 24;
        self.range <<= shift;
        self.count -= shift;
        set
    }

    fn take(&mut self, count: u32) -> u32 {
        (0..count).fold(0, |bits, _| bits << 1 | u32::from(self.flag()))
    }

    /// A number of so many bits, if a bit says that there is one.
    fn optional(&mut self, count: u32) {
        if self.flag() {
            self.take(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Flags as the decoder of section 7 reads them; 112 at most, as the interval that they leave.
    fn written(flags: &[bool]) -> Vec<u8> {
        let (mut low, mut range, mut place) = (0u128, 255u128, 112);
        for &flag in flags {
            let split = 1 + ((range - 1) >> 1);
            if flag {
                low += split << place;
                range -= split;
            } else {
                range = split;
            }
            while range < 128 {
                range <<= 1;
                place -= 1;
            }
        }
        low.to_be_bytes()[1..].to_vec()
    }

    /// A first partition that says how many others there are, behind as much as there may be in front of it.
    fn first_partition(segments: bool, deltas: bool, others: u8) -> Vec<u8> {
        let mut flags = vec![false, true, segments];
        if segments {
            flags.extend([true, true, false]);
            flags.extend([true, false, true, true, false, false, true, false, true]);
            flags.extend([false; 3]);
            flags.extend([false, false, true, true, true, false, true]);
            flags.extend([false, true, false, false]);
            flags.extend([false, true, true, true, true, true]);
            flags.extend([true, true, true, true, false]);
        }
        flags.extend([
            true, false, true, true, false, true, false, false, true, true,
        ]);
        flags.push(deltas);
        if deltas {
            flags.extend([true, false, true, false, true, false, true, false, true]);
            flags.extend([false; 7]);
        }
        flags.extend([others & 2 != 0, others & 1 != 0]);
        written(&flags)
    }

    #[test]
    fn the_number_of_partitions_is_found_behind_whatever_stands_in_front_of_it() {
        for segments in [false, true] {
            for deltas in [false, true] {
                for others in 0..4 {
                    let first = first_partition(segments, deltas, others);
                    assert_eq!(partitions(&first), 1 << others, "{segments} {deltas}");
                }
            }
        }
    }

    #[test]
    fn a_frame_has_all_of_its_partitions_and_its_size() {
        let size = |width, height| Size { width, height };
        let first = first_partition(true, true, 1);
        let mut frame = ((first.len() as u32) << 5 | 0x10).to_le_bytes()[..3].to_vec();
        frame.extend([0x9d, 0x01, 0x2a, 7, 0, 9, 0]);
        frame.extend(first);
        frame.extend([2, 0, 0, 1, 2, 3]); // the second has two bytes, the last what is left
        assert_eq!(check(&frame, size(7, 9)), Ok(()));
        assert!(matches!(check(&frame, size(9, 7)), Err(Stop::Corrupt(_))));
        for end in 0..frame.len() - 1 {
            assert_eq!(check(&frame[..end], size(7, 9)), Err(Stop::NeedMore));
        }
    }
}

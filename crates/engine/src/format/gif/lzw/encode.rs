//! Encoder of GIF's variant of LZW (GIF 89a, appendix F): indices to blocks of data.

use crate::error::Error;
use crate::pixels::buffer::filled;

/// Number of codes, which have at most twelve bits.
const MOST_CODES: u32 = 1 << 12;
const MOST_SIZE: u32 = 12;

/// Bits of a place in the dictionary, which has four times as many places as entries.
const PLACE_BITS: u32 = 14;
const EMPTY: u32 = u32::MAX;

/// Memory of an encoder, in bytes.
pub(crate) const PACKER_BYTES: u64 = (4 << PLACE_BITS) + 512;

/// An encoder, whose dictionary is used for one image after another.
pub(crate) struct Packer {
    /// Entries of the dictionary: in the upper 20 bits the code of the string without its last
    /// index, and that index; below them the string's own code.
    places: Vec<u32>,
}

impl Packer {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new() -> Result<Packer, Error> {
        let places = filled(1 << PLACE_BITS, EMPTY)?;
        Ok(Packer { places })
    }

    /// Writes the data of an image whose indices have `bits` bits.
    ///
    /// # Errors
    /// The errors of `write`.
    pub(crate) fn pack(
        &mut self,
        indices: &[u8],
        bits: u32,
        write: &mut impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let least = bits.max(2);
        let clear = 1u32 << least;
        write(&[least as u8])?;
        let mut blocks = Blocks::new(write);
        let (mut size, mut next) = (least + 1, clear + 2);
        self.places.fill(EMPTY);
        blocks.code(clear, size)?;
        let mut indices = indices.iter();
        let mut text = indices.next().copied().map_or(clear + 1, u32::from);
        for &index in indices {
            let key = text << 8 | u32::from(index);
            let place = match self.find(key) {
                Ok(code) => {
                    text = code;
                    continue;
                }
                Err(place) => place,
            };
            blocks.code(text, size)?;
            if next < MOST_CODES {
                self.places[place] = key << MOST_SIZE | next;
                // A decoder is one entry behind.
                size += u32::from(next == 1 << size);
                next += 1;
            } else {
                blocks.code(clear, size)?;
                self.places.fill(EMPTY);
                (size, next) = (least + 1, clear + 2);
            }
            text = index.into();
        }
        blocks.code(text, size)?;
        size += u32::from(next == 1 << size && size < MOST_SIZE);
        blocks.code(clear + 1, size)?;
        blocks.finish()
    }

    /// Returns the code of a string, or the place where the string belongs.
    #[inline]
    fn find(&self, key: u32) -> Result<u32, usize> {
        let mask = self.places.len() - 1;
        let mut place = (key.wrapping_mul(0x9e37_79b1) >> (32 - PLACE_BITS)) as usize & mask;
        loop {
            let entry = self.places[place];
            // Empty places are tested first: the string of the last code and index 255 would look
            // the same.
            if entry == EMPTY {
                return Err(place);
            }
            if entry >> MOST_SIZE == key {
                return Ok(entry & (MOST_CODES - 1));
            }
            place = (place + 1) & mask;
        }
    }
}

/// Writer of bits in blocks of 255 bytes, the lowest first.
struct Blocks<'w, W> {
    write: &'w mut W,
    bits: u64,
    count: u32,
    /// Length byte of the block, and the block.
    block: [u8; 256],
    filled: usize,
}

impl<'w, W: FnMut(&[u8]) -> Result<(), Error>> Blocks<'w, W> {
    fn new(write: &'w mut W) -> Blocks<'w, W> {
        Blocks {
            write,
            bits: 0,
            count: 0,
            block: [0; 256],
            filled: 0,
        }
    }

    #[inline]
    fn code(&mut self, code: u32, size: u32) -> Result<(), Error> {
        self.bits |= u64::from(code) << self.count;
        self.count += size;
        while self.count >= 8 {
            self.byte()?;
        }
        Ok(())
    }

    #[inline]
    fn byte(&mut self) -> Result<(), Error> {
        self.filled += 1;
        self.block[self.filled] = self.bits as u8;
        self.bits >>= 8;
        self.count = self.count.saturating_sub(8);
        if self.filled == 255 {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.block[0] = self.filled as u8;
        let block = &self.block[..=self.filled];
        self.filled = 0;
        (self.write)(block)
    }

    fn finish(mut self) -> Result<(), Error> {
        if self.count > 0 {
            self.byte()?;
        }
        if self.filled > 0 {
            self.flush()?;
        }
        (self.write)(&[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use letterbox_testkit::Noise;

    fn unpacked(data: &[u8], count: usize) -> Vec<u8> {
        // A file around the data, for eyes that are not ours.
        let mut file = b"GIF89a".to_vec();
        let [low, high] = (count as u16).to_le_bytes();
        file.extend([low, high, 1, 0, 0xf7, 0, 0]);
        file.extend((0..=255).flat_map(|at| [at, at, at]));
        file.extend([0x2c, 0, 0, 0, 0, low, high, 1, 0, 0]);
        file.extend(data);
        file.push(0x3b);
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::Indexed);
        options.check_lzw_end_code(true);
        let mut reader = options.read_info(&file[..]).expect("a sound header");
        let frame = reader.read_next_frame().expect("sound data");
        frame.expect("an image").buffer.to_vec()
    }

    #[test]
    fn what_is_packed_is_read_by_others() {
        let mut packer = Packer::new().expect("64 KiB");
        let mut noise = Noise(1);
        for (bits, mask) in [(1, 1), (2, 3), (5, 31), (8, 255)] {
            // Around every change of a code's size, and beyond a full dictionary.
            for count in (1..600).chain([4000, 9000, 60_000]) {
                let indices: Vec<u8> = (0..count).map(|_| noise.byte() & mask).collect();
                let mut data = Vec::new();
                let packed = packer.pack(&indices, bits, &mut |bytes| {
                    data.extend_from_slice(bytes);
                    Ok(())
                });
                assert_eq!(packed, Ok(()));
                assert!(unpacked(&data, count) == indices, "{count} of {bits} bits");
            }
        }
    }

    #[test]
    fn the_string_of_the_last_code_and_index_255_is_not_taken_for_an_empty_place() {
        let packer = Packer::new().expect("64 KiB");
        assert!(packer.find((MOST_CODES - 1) << 8 | 255).is_err());
    }
}

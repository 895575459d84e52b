//! Bit writer for entropy-coded bytes: the first bit is the topmost, and a zero byte is stuffed
//! behind each 0xFF (T.81, F.1.2.3).

use alloc::vec::Vec;

use super::entropy::SYMBOLS;
use crate::error::Error;

/// Code of each token, by table and symbol: the code, shifted to leave space for the bits that
/// follow it, and in the five lowest bits the total number of bits. A code has at most 16 bits, and
/// at most 11 follow.
pub(super) struct Codes([u32; SYMBOLS]);

impl Codes {
    pub(super) fn new() -> Codes {
        Codes([0; SYMBOLS])
    }

    pub(super) fn set(&mut self, at: usize, code: u32, length: u32, extra: u32) {
        if let Some(entry) = self.0.get_mut(at) {
            *entry = code << extra << 5 | (length + extra);
        }
    }

    /// Returns the number of bits of a token with this symbol.
    pub(super) fn length(&self, at: usize) -> u32 {
        self.0[at] & 31
    }
}

/// Tokens between two checks of the memory that is left.
const BATCH: usize = 256;
/// Upper bound on the bytes of a batch: four at a time, each of them stuffed.
const MOST: usize = BATCH * 8 + 8;

/// Writer with the bits that are not yet in the file.
#[derive(Default)]
pub(super) struct BitWriter {
    /// Bits that are not in the file yet, the last one lowest.
    acc: u64,
    /// Number of valid bits in `acc`, fewer than 32.
    valid: u32,
}

impl BitWriter {
    pub(super) fn write(
        &mut self,
        tokens: &[u32],
        codes: &Codes,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        for batch in tokens.chunks(BATCH) {
            let (mut bytes, mut length) = ([0; MOST], 0);
            for token in batch {
                let entry = codes.0[(token >> 16) as usize % SYMBOLS];
                let bits = entry >> 5 | token & 0xffff;
                self.acc = self.acc << (entry & 31) | u64::from(bits);
                self.valid += entry & 31;
                if self.valid >= 32 {
                    self.valid -= 32;
                    put((self.acc >> self.valid) as u32, &mut bytes, &mut length);
                }
            }
            append(out, &bytes[..length])?;
        }
        Ok(())
    }

    /// Fills the last byte with ones.
    pub(super) fn finish(self, out: &mut Vec<u8>) -> Result<(), Error> {
        let bytes = self.valid.div_ceil(8);
        let fill = 8 * bytes - self.valid;
        let bits = self.acc << fill | ((1 << fill) - 1);
        for byte in (0..bytes).rev() {
            let byte = (bits >> (8 * byte)) as u8;
            append(
                out,
                if byte == 0xff {
                    &[0xff, 0]
                } else {
                    core::slice::from_ref(&byte)
                },
            )?;
        }
        Ok(())
    }
}

/// Appends to a file. A file that has outgrown its capacity gets an eighth more.
pub(super) fn append(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Error> {
    if out.capacity() - out.len() < bytes.len() {
        let more = bytes.len().max(out.len() / 8);
        out.try_reserve_exact(more)
            .map_err(|_| Error::OutOfMemory)?;
    }
    out.extend_from_slice(bytes);
    Ok(())
}

#[inline(always)]
fn put(word: u32, bytes: &mut [u8; MOST], length: &mut usize) {
    let at = *length;
    // No byte of the word is 0xFF: no byte of its complement is zero.
    let complement = !word;
    if complement.wrapping_sub(0x0101_0101) & !complement & 0x8080_8080 == 0 {
        if let Some(to) = bytes.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
            *to = word.to_be_bytes();
        }
        *length = at + 4;
    } else {
        put_stuffed(word, bytes, length);
    }
}

#[cold]
#[inline(never)]
fn put_stuffed(word: u32, bytes: &mut [u8; MOST], length: &mut usize) {
    for byte in word.to_be_bytes() {
        bytes[*length] = byte;
        *length += 1 + usize::from(byte == 0xff); // what is not written is zero
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_ones_are_stuffed_and_the_last_is_filled() {
        let mut codes = Codes::new();
        codes.set(1, 0b10, 2, 3);
        codes.set(2, 0, 0, 16);
        let token = |symbol: u32, bits: u32| symbol << 16 | bits;
        let mut out = Vec::new();
        let mut writer = BitWriter::default();
        let tokens = [
            token(1, 0b101),
            token(2, 0xffff),
            token(2, 0x1234),
            token(2, 0xfffe),
        ];
        writer.write(&tokens, &codes, &mut out).expect("memory");
        writer.finish(&mut out).expect("memory");
        // 10101 1111 1111 1111 1111 0001 0010 0011 0100 1111 1111 1111 1110, and three ones
        assert_eq!(out, [0xaf, 0xff, 0, 0xf8, 0x91, 0xa7, 0xff, 0, 0xf7]);
    }

    #[test]
    fn a_batch_of_nothing_but_ones_fits() {
        let mut codes = Codes::new();
        codes.set(0, 0xffff, 16, 11);
        let mut out = Vec::new();
        let mut writer = BitWriter::default();
        writer
            .write(&[0x7ff; 3 * BATCH], &codes, &mut out)
            .expect("memory");
        writer.finish(&mut out).expect("memory");
        assert_eq!(out.len(), 2 * (3 * BATCH * 27 / 8));
        assert!(out.as_chunks::<2>().0.iter().all(|pair| *pair == [0xff, 0]));
    }
}

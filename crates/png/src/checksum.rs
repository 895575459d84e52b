//! Checksum of image data (PNG, clause 5.5; CRC-32), computed by folding before the table look-up.
//!
//! The checksum of a message is the remainder of its division, as a polynomial of bits, by a fixed
//! divisor. Dividing by a multiple of the divisor first does not change the remainder, and one
//! multiple has five terms only: x^515 + x^234 + x^230 + x^171 + 1. The eighth power of that
//! multiple has the same terms at eight times the place, which are whole bytes. So a byte is
//! removed from the message by adding it (XOR) to the bytes 281, 285, 344 and 515 places later.
//! Only the last bytes, which have nothing behind them, are looked up. Bytes that far apart do not
//! depend on each other, so sixteen are added at a time.

use crc32fast::Hasher;

use crate::error::Error;
use crate::window::zeroes;

/// Distances at which a removed byte is added again.
const LAGS: [usize; 4] = [281, 285, 344, FARTHEST];
const FARTHEST: usize = 515;

/// Bytes that are folded in one step, and bytes between two moves of the kept ones.
const SPAN: usize = 64;
const BLOCK: usize = 32 * SPAN;

/// Longest piece that is looked up directly, because folding would not pay.
const SHORT: usize = 3 * FARTHEST;

/// State of folding.
pub(crate) struct Folding {
    /// The last bytes that were removed, followed by space for the next ones.
    taken: Vec<u8>,
}

impl Folding {
    /// Bytes that [`Folding::new`] allocates.
    pub(crate) const ALLOCATED_BYTES: usize = FARTHEST + BLOCK;

    pub(crate) fn new() -> Result<Folding, Error> {
        let taken = zeroes(Folding::ALLOCATED_BYTES)?;
        Ok(Folding { taken })
    }

    /// Updates the checksum as [`Hasher::update`] does.
    pub(crate) fn update(&mut self, checksum: &mut Hasher, bytes: &[u8]) {
        if bytes.len() <= SHORT {
            return checksum.update(bytes);
        }
        let (folded, rest) = bytes.split_at((bytes.len() - FARTHEST) / SPAN * SPAN);
        // The previous checksum is added to the first four bytes, as if it were four bytes that had
        // been removed FARTHEST places earlier.
        let before = !checksum.clone().finalize();
        self.taken[..FARTHEST].fill(0);
        self.taken[..4].copy_from_slice(&before.to_le_bytes());
        let mut end = FARTHEST;
        for block in folded.chunks(BLOCK) {
            self.taken.copy_within(end - FARTHEST..end, 0);
            end = FARTHEST;
            for span in block.as_chunks().0 {
                self.fold(span, end);
                end += SPAN;
            }
        }
        let mut last = [0; FARTHEST + SPAN];
        let last = &mut last[..rest.len()];
        last.copy_from_slice(rest);
        for lag in LAGS {
            for (byte, taken) in last.iter_mut().zip(&self.taken[end - lag..end]) {
                *byte ^= taken;
            }
        }
        // A fresh checksum that starts with zeroes instead of ones.
        *checksum = Hasher::new_with_initial(!0);
        checksum.update(last);
    }

    /// Removes the bytes at this place.
    #[inline(always)]
    fn fold(&mut self, span: &[u8; SPAN], at: usize) {
        let (taken, next) = self.taken.split_at_mut(at);
        let earlier = LAGS.map(|lag| {
            taken
                .get(at - lag..)
                .and_then(|from| from.first_chunk::<SPAN>())
        });
        let ([Some(a), Some(b), Some(c), Some(d)], Some(next)) =
            (earlier, next.first_chunk_mut::<SPAN>())
        else {
            return;
        };
        for at in 0..SPAN {
            next[at] = span[at] ^ a[at] ^ b[at] ^ c[at] ^ d[at];
        }
    }
}

/// Returns the checksum of a chunk: of its type and its content (PNG, clause 5.3).
pub fn checksum(kind: &[u8; 4], content: &[u8]) -> u32 {
    checksum_of_parts(&[kind, content])
}

/// Returns the checksum of a chunk that comes in parts.
pub fn checksum_of_parts(parts: &[&[u8]]) -> u32 {
    let mut hasher = Hasher::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize()
}

/// Checksum of a zlib stream, Adler-32 (RFC 1950, clause 8.2): the sum of all bytes, and the sum of
/// those sums, modulo the largest prime of 16 bits.
pub(crate) struct Adler {
    sum: u32,
    of_sums: u32,
}

const PRIME: u32 = 65_521;

/// Bytes that are summed up side by side, and the most bytes that can be added before a sum
/// overflows.
const LANES: usize = 32;
const MOST_SUMMED: usize = 5_552 / LANES * LANES;

impl Adler {
    pub(crate) fn new() -> Adler {
        Adler { sum: 1, of_sums: 0 }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        for block in bytes.chunks(MOST_SUMMED) {
            let (lanes, rest) = block.as_chunks::<LANES>();
            for lane in lanes {
                let (mut sum, mut weighted) = (0, 0);
                for (at, &byte) in lane.iter().enumerate() {
                    sum += u32::from(byte);
                    weighted += (LANES - at) as u32 * u32::from(byte);
                }
                self.of_sums += LANES as u32 * self.sum + weighted;
                self.sum += sum;
            }
            for &byte in rest {
                self.sum += u32::from(byte);
                self.of_sums += self.sum;
            }
            self.sum %= PRIME;
            self.of_sums %= PRIME;
        }
    }

    pub(crate) fn finish(&self) -> u32 {
        self.of_sums << 16 | self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use letterbox_testkit::Noise;

    #[test]
    fn sums_are_those_of_the_standard() {
        let of = |bytes: &[u8]| {
            let mut adler = Adler::new();
            adler.update(bytes);
            adler.finish()
        };
        let slowly = |bytes: &[u8]| {
            let (a, b) = bytes.iter().fold((1, 0), |(a, b), &byte| {
                let a = (a + u32::from(byte)) % PRIME;
                (a, (a + b) % PRIME)
            });
            b << 16 | a
        };
        assert_eq!(of(b"Wikipedia"), 0x11e6_0398);
        for length in [0, 1, 31, 32, 33, 5_551, 5_552, 5_553, 100_000] {
            let bytes = vec![255; length];
            assert_eq!(of(&bytes), slowly(&bytes), "{length}");
        }
    }

    #[test]
    fn what_is_folded_has_the_same_checksum() {
        let mut noise = Noise(1);
        let bytes = noise.bytes(40_000);
        let mut folding = Folding::new().expect("memory");
        let lengths =
            (SHORT - 2..SHORT + 2 * SPAN).chain([4 * BLOCK, 4 * BLOCK + FARTHEST, 40_000]);
        let mut lengths: Vec<usize> = lengths.collect();
        lengths.extend((0..200).map(|_| noise.below(40_000)));
        for length in lengths {
            let (mut whole, mut folded) = (Hasher::new(), Hasher::new());
            whole.update(&bytes[..length]);
            // In two pieces, so that something was there before.
            let (first, second) = bytes[..length].split_at(noise.below(length + 1));
            folding.update(&mut folded, first);
            folding.update(&mut folded, second);
            assert_eq!(folded.finalize(), whole.finalize(), "{length}");
        }
    }
}

//! Entropy coding in two passes: quantised coefficients become tokens, which are counted; once the
//! codes are known, tokens become bits.
//!
//! A token is a Huffman symbol with the bits that follow its code. Tokens take four bytes for each
//! coefficient that is not zero, which is less than the coefficients themselves. The second pass is
//! one look-up a token and needs to know neither blocks nor components.

use alloc::vec::Vec;

use crate::buffer::filled;
use crate::error::Error;
use crate::segments::ZIGZAG;

/// Table of a token: the Huffman tables of DC and AC coefficients by destination, and [`BARE`] for
/// bits without a code.
pub(super) const DC: usize = 0;
pub(super) const AC: usize = 1;
/// Table number of tokens that are not coded: the symbol is a number of bits, up to 16, that follow
/// as they are.
pub(super) const BARE: usize = 4;

/// Capacity for the symbols of all tables; a power of two, so that an index needs no bounds check.
pub(super) const SYMBOLS: usize = 8 * 256;

/// A run of 16 zeroes (F.1.2.2.1).
pub(super) const ZERO_RUN: usize = 0xf0;
pub(super) const END_OF_BLOCK: usize = 0;

/// Tokens of a chunk. Chunks are used so that a growing list is never copied.
pub(super) const CHUNK: usize = 1 << 12;
/// Most tokens of a block: one for each coefficient.
const BLOCK: usize = 64;

/// Returns the number of bits that follow a symbol's code in its token (F.1.2). The bits after an
/// end-of-band symbol are a token of their own, because together they may be too many for one.
pub(super) fn extra_bits(symbol: usize) -> u32 {
    symbol as u32 & 15
}

/// Tokens in the order of the file.
pub(super) struct Tokens {
    chunks: Vec<Vec<u32>>,
    /// Tokens in the last chunk.
    used: usize,
    /// Number of occurrences, by table and symbol.
    counts: Vec<u32>,
}

impl Tokens {
    /// Bytes that so many tokens take at most, when they come block by block.
    pub(super) fn bytes(tokens: usize) -> usize {
        let chunks = tokens.div_ceil(CHUNK - BLOCK);
        // The list of chunks has room for twice as many, or for four.
        chunks * (4 * CHUNK + 2 * size_of::<Vec<u32>>()) + 4 * size_of::<Vec<u32>>() + 4 * SYMBOLS
    }

    pub(super) fn new() -> Result<Tokens, Error> {
        Ok(Tokens {
            chunks: Vec::new(),
            used: CHUNK,
            counts: filled(0, SYMBOLS)?,
        })
    }

    /// Reserves capacity for so many tokens in the last chunk.
    fn reserve(&mut self, tokens: usize) -> Result<(), Error> {
        if CHUNK - self.used >= tokens {
            return Ok(());
        }
        if let Some(last) = self.chunks.last_mut() {
            last.truncate(self.used);
        }
        self.chunks.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        self.chunks.push(filled(0, CHUNK)?);
        self.used = 0;
        Ok(())
    }

    /// Adds one token.
    pub(super) fn push(&mut self, table: usize, symbol: usize, bits: u32) -> Result<(), Error> {
        self.reserve(1)?;
        let symbol = table << 8 | symbol;
        if let (Some(last), Some(count)) = (self.chunks.last_mut(), self.counts.get_mut(symbol)) {
            last[self.used] = (symbol as u32) << 16 | bits;
            self.used += 1;
            *count += 1;
        }
        Ok(())
    }

    /// Adds a block of a sequential scan (F.1.2). Bits of `mask` mark the AC coefficients that are
    /// not zero, in zigzag order.
    #[inline(always)]
    pub(super) fn block(
        &mut self,
        destination: usize,
        difference: i32,
        coefficients: &[i16; 64],
        mut mask: u64,
    ) -> Result<(), Error> {
        self.reserve(BLOCK)?;
        let (Some(tokens), Some(counts)) = (
            self.chunks
                .last_mut()
                .and_then(|last| last[self.used..].first_chunk_mut::<BLOCK>()),
            self.counts.first_chunk_mut::<SYMBOLS>(),
        ) else {
            return Ok(());
        };
        let mut used = 0;
        let mut push = |table: usize, symbol: usize, bits: u32| {
            let symbol = table << 8 | symbol;
            tokens[used % BLOCK] = (symbol as u32) << 16 | bits;
            counts[symbol % SYMBOLS] += 1;
            used += 1;
        };
        let (dc, ac) = (2 * destination + DC, 2 * destination + AC);
        let (size, bits) = magnitude(difference);
        push(dc, size, bits);
        let mut before = 0;
        while mask != 0 {
            let place = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            let mut run = place - before - 1;
            before = place;
            while run > 15 {
                push(ac, ZERO_RUN, 0);
                run -= 16;
            }
            let natural = usize::from(ZIGZAG[place % 64]);
            let (size, bits) = magnitude(coefficients[natural % 64].into());
            push(ac, run << 4 | size, bits);
        }
        if before < 63 {
            push(ac, END_OF_BLOCK, 0);
        }
        self.used += used;
        Ok(())
    }

    /// Returns a lower bound on the number of tokens held.
    pub(super) fn held(&self) -> usize {
        self.chunks.len().saturating_sub(1) * (CHUNK - BLOCK) + self.used % CHUNK
    }

    /// Raises the counts for symbols that may still come: every symbol of the tables in use counts
    /// at least once (F.1.2, G.1.2.2). Values without zeroes before them count more, so that they
    /// have short codes even if none has come yet: noise consists of nothing else, and the bound on
    /// the file depends on it, see [`super::quantise::most_bits`].
    pub(super) fn expect_all(&mut self) {
        for (table, counts) in self.counts.chunks_mut(256).take(BARE).enumerate() {
            let all = counts.iter().sum::<u32>();
            if all == 0 {
                continue;
            }
            for (symbol, count) in counts.iter_mut().enumerate() {
                let least = if table % 2 == AC {
                    match symbol {
                        1..=5 => 1 + all / 64,
                        6..=10 => 1 + all / 256,
                        _ => u32::from(symbol & 15 <= 10),
                    }
                } else {
                    u32::from(symbol <= 11)
                };
                *count = (*count).max(least);
            }
        }
    }

    /// Returns the count of each symbol of a table.
    pub(super) fn counts(&self, table: usize) -> &[u32] {
        &self.counts[table << 8..][..256]
    }

    /// Hands over the tokens in order, and frees them chunk by chunk.
    pub(super) fn drain(
        &mut self,
        mut write: impl FnMut(&[u32]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if let Some(last) = self.chunks.last_mut() {
            last.truncate(self.used);
        }
        self.used = CHUNK;
        self.counts.fill(0);
        self.chunks.drain(..).try_for_each(|chunk| write(&chunk))
    }
}

/// Returns a value's size and the bits behind its code; for negative values, the bits of the value
/// less one (F.1.2.1).
#[inline(always)]
pub(super) fn magnitude(value: i32) -> (usize, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = (value + (value >> 31)) as u32 & ((1 << size) - 1);
    (size as usize, bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn tokens(difference: i32, coefficients: &[(usize, i16)]) -> Vec<(usize, u32)> {
        let (mut block, mut mask) = ([0; 64], 0);
        for &(place, value) in coefficients {
            block[usize::from(ZIGZAG[place])] = value;
            mask |= 1 << place;
        }
        let mut tokens = Tokens::new().expect("memory");
        tokens.block(1, difference, &block, mask).expect("memory");
        let mut all = Vec::new();
        let gather = |chunk: &[u32]| {
            all.extend(chunk.iter().map(|&t| ((t >> 16) as usize, t & 0xffff)));
            Ok(())
        };
        tokens.drain(gather).expect("memory");
        all
    }

    #[test]
    fn a_block_is_runs_and_sizes_and_an_end() {
        assert_eq!(tokens(0, &[]), [(0x200, 0), (0x300, 0)]);
        assert_eq!(
            tokens(-5, &[(1, 1), (4, -3), (63, 255)]),
            [
                (0x203, 0b010),
                (0x301, 1),
                (0x322, 0b00),
                (0x3f0, 0),
                (0x3f0, 0),
                (0x3f0, 0),
                (0x3a8, 255)
            ]
        );
        let full: Vec<_> = (1..64).map(|place| (place, 1)).collect();
        assert_eq!(tokens(2047, &full).len(), 64);
    }

    #[test]
    fn chunks_keep_the_order() {
        let mut tokens = Tokens::new().expect("memory");
        for bits in 0..40_000 {
            tokens.push(BARE, 16, bits % 65_536).expect("memory");
        }
        assert_eq!(tokens.counts(BARE)[16], 40_000);
        let mut next = 0;
        let check = |chunk: &[u32]| {
            for token in chunk {
                assert_eq!(token & 0xffff, next);
                next += 1;
            }
            Ok(())
        };
        tokens.drain(check).expect("memory");
        assert_eq!(next, 40_000);
        assert_eq!(tokens.counts(BARE), vec![0; 256]);
    }
}

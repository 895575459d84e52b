//! The filter downwards: a ring of source rows, two of them interleaved, from which rows of result height are made.
//!
//! A row is cut into tiles of 32 samples, and all rows of a tile are neighbours in memory.

use alloc::vec::Vec;

use crate::weights::Weights;
use crate::{Error, zeroes};

/// Samples of a tile.
pub(crate) const TILE: usize = 32;

/// Two rows of a tile, sample by sample.
type Pair = [u8; 2 * TILE];

pub(crate) struct Ring {
    /// Pairs of rows that a tile holds.
    depth: usize,
    samples: Vec<Pair>,
    /// A row whose partner is not there yet.
    waiting: Vec<[u8; TILE]>,
}

impl Ring {
    /// Bytes that [`Ring::new`] allocates.
    pub(crate) fn bytes(tiles: usize, depth: usize) -> usize {
        let pairs = depth.saturating_mul(size_of::<Pair>());
        tiles.saturating_mul(pairs.saturating_add(TILE))
    }

    pub(crate) fn new(tiles: usize, depth: usize) -> Result<Ring, Error> {
        let length = tiles.checked_mul(depth).ok_or(Error::OutOfMemory)?;
        Ok(Ring {
            depth,
            samples: zeroes([0; 2 * TILE], length)?,
            waiting: zeroes([0; TILE], tiles)?,
        })
    }

    /// Takes the first row of a pair.
    pub(crate) fn push_first(&mut self, row: &[u8]) {
        let bytes = self.waiting.as_flattened_mut();
        bytes[..row.len()].copy_from_slice(row);
    }

    /// Takes the second row of a pair, which takes the place of the oldest one.
    pub(crate) fn push_second(&mut self, row: &[u8], pair: usize) {
        let slot = pair % self.depth;
        let tiles = self.samples.chunks_exact_mut(self.depth);
        let mut tiles = tiles.zip(&self.waiting);
        let (whole, rest) = row.as_chunks();
        for (second, (tile, first)) in whole.iter().zip(&mut tiles) {
            interleave(first, second, &mut tile[slot]);
        }
        if let Some((tile, first)) = tiles.next() {
            let mut second = [0; TILE];
            second[..rest.len()].copy_from_slice(rest);
            interleave(first, &second, &mut tile[slot]);
        }
    }

    /// Completes a pair that has no second row.
    pub(crate) fn push_none(&mut self, pair: usize) {
        let slot = pair % self.depth;
        let tiles = self.samples.chunks_exact_mut(self.depth);
        for (tile, first) in tiles.zip(&self.waiting) {
            interleave(first, first, &mut tile[slot]);
        }
    }

    /// Makes a row of the pairs of a run, which are in the ring.
    pub(crate) fn filter(&self, weights: &Weights, index: usize, to: &mut [[u8; TILE]]) {
        let shift = weights.shift;
        let (run, weights) = weights.of(index);
        // The run may wrap around the ring's end: its later part is then at the start.
        let slot = run.start as usize % self.depth;
        let (ahead, after) = weights.split_at(weights.len().min(self.depth - slot));
        for (tile, to) in self.samples.chunks_exact(self.depth).zip(to) {
            filter([(&tile[slot..], ahead), (tile, after)], shift, to);
        }
    }
}

/// Pairs of rows, and a weight for as many of them as are wanted.
type Part<'a> = (&'a [Pair], &'a [[i16; 2]]);

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use scalar::{filter, interleave};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd::{filter, interleave};

#[cfg_attr(
    all(target_arch = "wasm32", target_feature = "simd128"),
    allow(dead_code, reason = "the definition")
)]
mod scalar {
    use super::{Pair, Part, TILE};

    #[inline(always)]
    pub(super) fn interleave(first: &[u8; TILE], second: &[u8; TILE], to: &mut Pair) {
        for ((to, &first), &second) in to.chunks_exact_mut(2).zip(first).zip(second) {
            to.copy_from_slice(&[first, second]);
        }
    }

    #[inline(always)]
    pub(super) fn filter(parts: [Part<'_>; 2], shift: u32, to: &mut [u8; TILE]) {
        let mut sums = [1 << (shift - 1); TILE];
        let taps = parts
            .into_iter()
            .flat_map(|(pairs, weights)| pairs.iter().zip(weights));
        for (pair, weights) in taps {
            let [first, second] = weights.map(i32::from);
            for (sum, pair) in sums.iter_mut().zip(pair.as_chunks().0) {
                let [a, b]: [u8; 2] = *pair;
                *sum += i32::from(a) * first + i32::from(b) * second;
            }
        }
        *to = sums.map(|sum: i32| (sum >> shift).clamp(0, 255) as u8);
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use core::arch::wasm32::*;

    use super::{Pair, Part, TILE};
    use crate::lanes::simd::{load16, splat_pair, store16, widen8};

    #[inline(always)]
    pub(super) fn interleave(first: &[u8; TILE], second: &[u8; TILE], to: &mut Pair) {
        let halves = first.as_chunks().0.iter().zip(second.as_chunks().0);
        for ((first, second), to) in halves.zip(to.as_chunks_mut::<32>().0) {
            let (first, second) = (load16(first), load16(second));
            let [low, high] = to.as_chunks_mut().0 else {
                continue;
            };
            store16(
                u8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(
                    first, second,
                ),
                low,
            );
            store16(
                u8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(
                    first, second,
                ),
                high,
            );
        }
    }

    #[inline(always)]
    pub(super) fn filter(parts: [Part<'_>; 2], shift: u32, to: &mut [u8; TILE]) {
        let mut sums = [i32x4_splat(1 << (shift - 1)); TILE / 4];
        for (pairs, weights) in parts {
            for (pair, weights) in pairs.iter().zip(weights) {
                let weights = splat_pair(weights);
                for (sum, four) in sums.iter_mut().zip(pair.as_chunks().0) {
                    *sum = i32x4_add(*sum, i32x4_dot_i16x8(widen8(four), weights));
                }
            }
        }
        for (to, sums) in to.as_chunks_mut().0.iter_mut().zip(sums.as_chunks::<4>().0) {
            let [a, b, c, d] = sums.map(|sum| i32x4_shr(sum, shift));
            let (low, high) = (i16x8_narrow_i32x4(a, b), i16x8_narrow_i32x4(c, d));
            store16(u8x16_narrow_i16x8(low, high), to);
        }
    }
}

#[cfg(all(test, target_arch = "wasm32", target_feature = "simd128"))]
mod tests {
    use super::*;

    #[test]
    fn vectors_equal_the_definition() {
        let mut random = crate::lanes::testing::random();
        for depth in 1..20 {
            let mut pairs = [[0; 2 * TILE]; 20];
            pairs.as_flattened_mut().fill_with(|| random() as u8);
            let tile = &pairs[..depth];
            let mut weights = [[0; 2]; 20];
            weights
                .as_flattened_mut()
                .fill_with(|| (random() >> 20) as i16 - 1500);
            let (mut expected, mut found) = ([0; TILE], [0; TILE]);
            let (ahead, after) = weights[..depth].split_at(depth / 3);
            let parts = [(tile, ahead), (tile, after)];
            scalar::filter(parts, 15, &mut expected);
            simd::filter(parts, 15, &mut found);
            assert_eq!(found, expected);
            let (first, second) = (expected, [pairs[0][0]; TILE]);
            let (mut expected, mut found) = ([0; 2 * TILE], [0; 2 * TILE]);
            scalar::interleave(&first, &second, &mut expected);
            simd::interleave(&first, &second, &mut found);
            assert_eq!(found, expected);
        }
    }
}

//! The vertical filter: a ring of interleaved pairs of source rows, from which rows of result
//! height are made.
//!
//! Input rows hold bytes or linear light. Output rows have 16 bits a sample with some fractional
//! bits, so that only the final result is rounded to bytes. Overshoot of the filter is kept.
//!
//! A row is cut into tiles of 32 samples, and all rows of a tile are neighbours in memory.

use alloc::vec::Vec;

use crate::buffer::zeroes;
use crate::error::Error;
use crate::weights::Weights;

/// Samples of a tile.
pub(crate) const TILE: usize = 32;

/// Two rows of a tile, interleaved sample by sample.
type Pair<S> = [S; 2 * TILE];

/// Type of the samples in a ring: bytes or linear light.
pub(crate) trait Sample: Copy + Default + Into<i32> + Lanes {}

impl Sample for u8 {}
impl Sample for i16 {}

pub(crate) struct Ring<S> {
    /// Pairs of rows that the ring holds in each tile.
    depth: usize,
    samples: Vec<Pair<S>>,
    /// Row whose partner has not come yet.
    waiting: Vec<[S; TILE]>,
}

impl<S: Sample> Ring<S> {
    /// Bytes that [`Ring::new`] allocates.
    pub(crate) fn bytes(tiles: usize, depth: usize) -> usize {
        let pairs = depth.saturating_mul(size_of::<Pair<S>>());
        tiles.saturating_mul(pairs.saturating_add(size_of::<[S; TILE]>()))
    }

    pub(crate) fn new(tiles: usize, depth: usize) -> Result<Ring<S>, Error> {
        let length = tiles.checked_mul(depth).ok_or(Error::OutOfMemory)?;
        Ok(Ring {
            depth,
            samples: zeroes([S::default(); 2 * TILE], length)?,
            waiting: zeroes([S::default(); TILE], tiles)?,
        })
    }

    /// Takes a row and reports whether its pair is complete: every second row completes a pair, and
    /// so does the last row.
    pub(crate) fn push(&mut self, row: &[S], y: u32, is_last: bool) -> bool {
        let (pair, is_second) = (y as usize / 2, y % 2 == 1);
        if is_second {
            self.push_second(row, pair);
            return true;
        }
        self.push_first(row);
        if is_last {
            self.push_none(pair);
        }
        is_last
    }

    /// Takes the first row of a pair.
    fn push_first(&mut self, row: &[S]) {
        let samples = self.waiting.as_flattened_mut();
        samples[..row.len()].copy_from_slice(row);
    }

    /// Takes the second row of a pair, which replaces the oldest pair.
    fn push_second(&mut self, row: &[S], pair: usize) {
        let slot = pair % self.depth;
        let tiles = self.samples.chunks_exact_mut(self.depth);
        let mut tiles = tiles.zip(&self.waiting);
        let (whole, rest) = row.as_chunks();
        for (second, (tile, first)) in whole.iter().zip(&mut tiles) {
            interleave(first, second, &mut tile[slot]);
        }
        if let Some((tile, first)) = tiles.next() {
            let mut second = [S::default(); TILE];
            second[..rest.len()].copy_from_slice(rest);
            interleave(first, &second, &mut tile[slot]);
        }
    }

    /// Completes a pair that has no second row: the first row is used twice.
    fn push_none(&mut self, pair: usize) {
        let slot = pair % self.depth;
        let tiles = self.samples.chunks_exact_mut(self.depth);
        for (tile, first) in tiles.zip(&self.waiting) {
            interleave(first, first, &mut tile[slot]);
        }
    }

    /// Makes a row of the pairs of a run, which have to be in the ring.
    pub(crate) fn filter(
        &self,
        weights: &Weights,
        index: usize,
        shift: u32,
        to: &mut [[i16; TILE]],
    ) {
        let (run, weights) = weights.of(index);
        // The run may wrap around the end of the ring, in which case its later part is at the
        // start.
        let slot = run.start as usize % self.depth;
        let (ahead, after) = weights.split_at(weights.len().min(self.depth - slot));
        for (tile, to) in self.samples.chunks_exact(self.depth).zip(to) {
            filter([(&tile[slot..], ahead), (tile, after)], shift, to);
        }
    }
}

/// Pairs of rows, and the weights of the first of them.
type Part<'a, S> = (&'a [Pair<S>], &'a [[i16; 2]]);

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use scalar::{Lanes, filter, interleave};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd::{Lanes, filter, interleave};

#[cfg_attr(
    all(target_arch = "wasm32", target_feature = "simd128"),
    allow(dead_code, reason = "the definition")
)]
mod scalar {
    use super::{Pair, Part, TILE};

    /// Operations that a sample type needs; none for the scalar definition.
    pub(crate) trait Lanes {}

    impl<S> Lanes for S {}

    #[inline(always)]
    pub(super) fn interleave<S: Copy>(first: &[S; TILE], second: &[S; TILE], to: &mut Pair<S>) {
        for ((to, &first), &second) in to.chunks_exact_mut(2).zip(first).zip(second) {
            to.copy_from_slice(&[first, second]);
        }
    }

    #[inline(always)]
    pub(super) fn filter<S: Copy + Into<i32>>(
        parts: [Part<'_, S>; 2],
        shift: u32,
        to: &mut [i16; TILE],
    ) {
        let mut sums = [1 << (shift - 1); TILE];
        let taps = parts
            .into_iter()
            .flat_map(|(pairs, weights)| pairs.iter().zip(weights));
        for (pair, weights) in taps {
            let [first, second] = weights.map(i32::from);
            for (sum, pair) in sums.iter_mut().zip(pair.as_chunks().0) {
                let [a, b]: [S; 2] = *pair;
                *sum += a.into() * first + b.into() * second;
            }
        }
        *to = sums.map(|sum: i32| {
            let sum = sum >> shift;
            sum.clamp(i16::MIN.into(), i16::MAX.into()) as i16
        });
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use core::arch::wasm32::*;

    use super::{Pair, Part, TILE};
    use crate::lanes::simd::{load8, load16, narrow, splat_pair, store8, store16, widen8};

    /// Conversion of a sample type to lanes.
    pub(crate) trait Lanes: Sized {
        /// Loads eight samples as 16 bits each.
        fn widen(from: &[Self; 8]) -> v128;

        fn interleave(first: &[Self; TILE], second: &[Self; TILE], to: &mut Pair<Self>);
    }

    #[inline(always)]
    pub(super) fn interleave<S: Lanes>(first: &[S; TILE], second: &[S; TILE], to: &mut Pair<S>) {
        S::interleave(first, second, to);
    }

    impl Lanes for u8 {
        #[inline(always)]
        fn widen(from: &[u8; 8]) -> v128 {
            widen8(from)
        }

        #[inline(always)]
        fn interleave(first: &[u8; TILE], second: &[u8; TILE], to: &mut Pair<u8>) {
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
    }

    impl Lanes for i16 {
        #[inline(always)]
        fn widen(from: &[i16; 8]) -> v128 {
            load8(from)
        }

        #[inline(always)]
        fn interleave(first: &[i16; TILE], second: &[i16; TILE], to: &mut Pair<i16>) {
            let eights = first.as_chunks().0.iter().zip(second.as_chunks().0);
            for ((first, second), to) in eights.zip(to.as_chunks_mut::<16>().0) {
                let (first, second) = (load8(first), load8(second));
                let [low, high] = to.as_chunks_mut().0 else {
                    continue;
                };
                store8(
                    u16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(first, second),
                    low,
                );
                store8(
                    u16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(first, second),
                    high,
                );
            }
        }
    }

    #[inline(always)]
    pub(super) fn filter<S: Lanes>(parts: [Part<'_, S>; 2], shift: u32, to: &mut [i16; TILE]) {
        let mut sums = [i32x4_splat(1 << (shift - 1)); TILE / 4];
        for (pairs, weights) in parts {
            for (pair, weights) in pairs.iter().zip(weights) {
                let weights = splat_pair(weights);
                for (sum, four) in sums.iter_mut().zip(pair.as_chunks().0) {
                    *sum = i32x4_add(*sum, i32x4_dot_i16x8(S::widen(four), weights));
                }
            }
        }
        for (to, [low, high]) in to.as_chunks_mut().0.iter_mut().zip(sums.as_chunks().0) {
            store8(narrow(*low, *high, shift), to);
        }
    }
}

#[cfg(all(test, target_arch = "wasm32", target_feature = "simd128"))]
mod tests {
    use super::*;

    fn vectors_equal_the_definition_of<S: Sample + PartialEq + core::fmt::Debug>(
        sample: impl Fn(u32) -> S,
    ) {
        let mut random = crate::lanes::testing::random();
        for depth in 1..20 {
            let mut pairs = [[S::default(); 2 * TILE]; 20];
            pairs.as_flattened_mut().fill_with(|| sample(random() >> 8));
            let tile = &pairs[..depth];
            let mut weights = [[0; 2]; 20];
            weights
                .as_flattened_mut()
                .fill_with(|| (random() >> 20) as i16 - 1500);
            let (ahead, after) = weights[..depth].split_at(depth / 3);
            let parts = [(tile, ahead), (tile, after)];
            let (mut expected, mut found) = ([0; TILE], [0; TILE]);
            scalar::filter(parts, 9, &mut expected);
            simd::filter(parts, 9, &mut found);
            assert_eq!(found, expected);
            let (first, second) = pairs[0].split_at(TILE);
            let (first, second) = (first.as_chunks().0, second.as_chunks().0);
            let (mut expected, mut found) = ([S::default(); 2 * TILE], [S::default(); 2 * TILE]);
            scalar::interleave(&first[0], &second[0], &mut expected);
            simd::interleave(&first[0], &second[0], &mut found);
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn vectors_equal_the_definition() {
        vectors_equal_the_definition_of(|random| random as u8);
        vectors_equal_the_definition_of(|random| (random % 24_000) as i16 - 4_000);
    }
}

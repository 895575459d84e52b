//! The filter across: eight rows at once, turned so that the filter runs downwards.
//!
//! Turned, the samples of eight rows at one place are neighbours, and two pixels are interleaved like two rows of
//! [`crate::down`]: sixteen bytes for every pair of pixels and channel.

use alloc::vec::Vec;

use crate::down::TILE;
use crate::weights::Weights;
use crate::{Channels, Error, alpha, zeroes};

/// Rows that are filtered at once.
pub(crate) const ROWS: usize = 8;

/// Two pixels' samples of eight rows.
type Pair = [u8; 2 * ROWS];

/// Eight rows on their way.
pub(crate) struct Batch {
    channels: Channels,
    /// Whether alpha has been multiplied into the other channels.
    premultiplied: bool,
    /// Tiles of a row that comes in.
    tiles: usize,
    /// Bytes from one row that comes out to the next.
    stride: usize,
    /// What comes in.
    rows: Vec<[u8; TILE]>,
    turned: Vec<Pair>,
    /// The result, still turned.
    columns: Vec<[u8; ROWS]>,
    /// What comes out.
    results: Vec<u8>,
}

/// Samples that are turned at a time: as many pairs of pixels as a vector has room for.
const fn group(channels: usize) -> usize {
    16 / (2 * channels) * (2 * channels)
}

/// Tiles of a row of so many samples, which has a whole vector at the start of its last group.
pub(crate) fn tiles(samples: usize, channels: usize) -> usize {
    let group = group(channels);
    (samples.div_ceil(group).saturating_sub(1) * group + 16).div_ceil(TILE)
}

/// Room for a row that is turned back eight samples at a time.
fn stride(result: usize, channels: usize) -> usize {
    (result * channels).next_multiple_of(ROWS)
}

impl Batch {
    /// Bytes that [`Batch::new`] allocates for so many pixels in and out.
    pub(crate) fn bytes(needed: usize, result: usize, channels: Channels) -> usize {
        let channels = channels.count();
        let samples = needed.saturating_mul(channels);
        let rows = tiles(samples, channels).saturating_mul(TILE * ROWS);
        let turned = samples.div_ceil(group(channels)) * (group(channels) / 2);
        rows.saturating_add(turned.saturating_mul(size_of::<Pair>()))
            .saturating_add(stride(result, channels).saturating_mul(2 * ROWS))
    }

    pub(crate) fn new(
        needed: usize,
        result: usize,
        channels: Channels,
        premultiplied: bool,
    ) -> Result<Batch, Error> {
        let count = channels.count();
        let samples = needed * count;
        let (tiles, stride) = (tiles(samples, count), stride(result, count));
        Ok(Batch {
            channels,
            premultiplied,
            tiles,
            stride,
            rows: zeroes([0; TILE], tiles * ROWS)?,
            turned: zeroes(
                [0; 2 * ROWS],
                samples.div_ceil(group(count)) * (group(count) / 2),
            )?,
            columns: zeroes([0; ROWS], stride)?,
            results: zeroes(0, stride * ROWS)?,
        })
    }

    /// Where a row that comes in is made.
    pub(crate) fn row(&mut self, row: usize) -> &mut [[u8; TILE]] {
        let from = row * self.tiles;
        &mut self.rows[from..from + self.tiles]
    }

    /// Filters the rows that came in.
    pub(crate) fn filter(&mut self, weights: &Weights) {
        match self.channels {
            Channels::Grey => self.filter_channels::<1>(weights),
            Channels::GreyAlpha => self.filter_channels::<2>(weights),
            Channels::Rgb => self.filter_channels::<3>(weights),
            Channels::Rgba => self.filter_channels::<4>(weights),
        }
    }

    fn filter_channels<const CHANNELS: usize>(&mut self, weights: &Weights) {
        let rows = self.rows.as_flattened();
        turn::<CHANNELS>(rows, self.tiles * TILE, &mut self.turned);
        let (pixels, _) = self.columns.as_chunks_mut::<CHANNELS>();
        let shift = weights.shift;
        for ((run, weights), to) in weights.iter().zip(pixels.iter_mut()) {
            let (start, end) = (run.start as usize, run.end() as usize);
            let pairs = &self.turned[start * CHANNELS..end * CHANNELS];
            filter(pairs.as_chunks().0, weights, shift, to);
        }
        if self.premultiplied {
            alpha::divide(pixels);
        }
        turn_back(&self.columns, &mut self.results, self.stride);
    }

    /// A row that came out.
    pub(crate) fn result(&self, row: usize, bytes: usize) -> &[u8] {
        &self.results[row * self.stride..][..bytes]
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use scalar::{filter, turn, turn_back};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd::{filter, turn, turn_back};

#[cfg_attr(
    all(target_arch = "wasm32", target_feature = "simd128"),
    allow(dead_code, reason = "the definition")
)]
mod scalar {
    use super::{Pair, ROWS, group};

    /// Rows to columns, two pixels together.
    #[inline(always)]
    pub(super) fn turn<const CHANNELS: usize>(rows: &[u8], stride: usize, turned: &mut [Pair]) {
        let groups = turned.chunks_exact_mut(group(CHANNELS) / 2);
        for (g, group) in groups.enumerate() {
            let at = g * 2 * group.len();
            for (i, pair) in group.iter_mut().enumerate() {
                let at = at + i / CHANNELS * 2 * CHANNELS + i % CHANNELS;
                for (row, pair) in pair.as_chunks_mut().0.iter_mut().enumerate() {
                    let row = &rows[row * stride + at..];
                    *pair = [row[0], row[CHANNELS]];
                }
            }
        }
    }

    /// One result pixel of eight rows.
    #[inline(always)]
    pub(super) fn filter<const CHANNELS: usize>(
        pairs: &[[Pair; CHANNELS]],
        weights: &[[i16; 2]],
        shift: u32,
        to: &mut [[u8; ROWS]; CHANNELS],
    ) {
        let mut sums = [[1 << (shift - 1); ROWS]; CHANNELS];
        for (pixels, weights) in pairs.iter().zip(weights) {
            let [first, second] = weights.map(i32::from);
            for (sums, pair) in sums.iter_mut().zip(pixels) {
                for (sum, pair) in sums.iter_mut().zip(pair.as_chunks().0) {
                    let [a, b]: [u8; 2] = *pair;
                    *sum += i32::from(a) * first + i32::from(b) * second;
                }
            }
        }
        *to = sums.map(|sums| sums.map(|sum: i32| (sum >> shift).clamp(0, 255) as u8));
    }

    /// Columns to rows.
    #[inline(always)]
    pub(super) fn turn_back(columns: &[[u8; ROWS]], rows: &mut [u8], stride: usize) {
        for (y, row) in rows.chunks_exact_mut(stride).enumerate() {
            for (sample, column) in row.iter_mut().zip(columns) {
                *sample = column[y];
            }
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use core::arch::wasm32::*;

    use super::{Pair, ROWS, group};
    use crate::lanes::simd::{
        load16, narrow, splat_pair, store8_high, store8_low, store16, widen8,
    };

    /// The order of bytes in which the channels of two pixels are side by side.
    const fn pairs<const CHANNELS: usize>() -> [u8; 16] {
        let (mut order, mut i) = ([0xff; 16], 0);
        while i < group(CHANNELS) / 2 {
            let at = i / CHANNELS * 2 * CHANNELS + i % CHANNELS;
            order[2 * i] = at as u8;
            order[2 * i + 1] = (at + CHANNELS) as u8;
            i += 1;
        }
        order
    }

    #[inline(always)]
    pub(super) fn turn<const CHANNELS: usize>(rows: &[u8], stride: usize, turned: &mut [Pair]) {
        let order = const { pairs::<CHANNELS>() };
        let order = load16(&order);
        let mut lines: [&[u8]; ROWS] = [&[]; ROWS];
        for (line, row) in lines.iter_mut().zip(rows.chunks_exact(stride)) {
            *line = row;
        }
        let groups = turned.chunks_exact_mut(group(CHANNELS) / 2);
        for (g, group) in groups.enumerate() {
            let at = g * 2 * group.len();
            let rows = lines.map(|line| match line[at..].first_chunk() {
                Some(samples) => u8x16_swizzle(load16(samples), order),
                None => i32x4_splat(0),
            });
            for (pair, to) in transpose(rows).into_iter().zip(group) {
                store16(pair, to);
            }
        }
    }

    /// Eight rows of eight units of 16 bits to columns.
    #[inline(always)]
    fn transpose(rows: [v128; 8]) -> [v128; 8] {
        let [a, b, c, d, e, f, g, h] = rows;
        let halves = |a, b| {
            (
                u16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(a, b),
                u16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(a, b),
            )
        };
        let quarters = |a, b| {
            (
                u32x4_shuffle::<0, 4, 1, 5>(a, b),
                u32x4_shuffle::<2, 6, 3, 7>(a, b),
            )
        };
        let ((ab_low, ab_high), (cd_low, cd_high)) = (halves(a, b), halves(c, d));
        let ((ef_low, ef_high), (gh_low, gh_high)) = (halves(e, f), halves(g, h));
        let ((a01, a23), (a45, a67)) = (quarters(ab_low, cd_low), quarters(ab_high, cd_high));
        let ((e01, e23), (e45, e67)) = (quarters(ef_low, gh_low), quarters(ef_high, gh_high));
        let low = |a, b| u64x2_shuffle::<0, 2>(a, b);
        let high = |a, b| u64x2_shuffle::<1, 3>(a, b);
        [
            low(a01, e01),
            high(a01, e01),
            low(a23, e23),
            high(a23, e23),
            low(a45, e45),
            high(a45, e45),
            low(a67, e67),
            high(a67, e67),
        ]
    }

    #[inline(always)]
    pub(super) fn filter<const CHANNELS: usize>(
        pairs: &[[Pair; CHANNELS]],
        weights: &[[i16; 2]],
        shift: u32,
        to: &mut [[u8; ROWS]; CHANNELS],
    ) {
        let mut sums = [[i32x4_splat(1 << (shift - 1)); 2]; CHANNELS];
        for (pixels, weights) in pairs.iter().zip(weights) {
            let weights = splat_pair(weights);
            for (sums, pair) in sums.iter_mut().zip(pixels) {
                for (sum, four) in sums.iter_mut().zip(pair.as_chunks().0) {
                    *sum = i32x4_add(*sum, i32x4_dot_i16x8(widen8(four), weights));
                }
            }
        }
        for ([low, high], to) in sums.into_iter().zip(to) {
            store8_low(narrow(low, high, shift), to);
        }
    }

    #[inline(always)]
    pub(super) fn turn_back(columns: &[[u8; ROWS]], rows: &mut [u8], stride: usize) {
        let (blocks, _) = columns.as_flattened().as_chunks::<64>();
        for (x, block) in blocks.iter().enumerate() {
            let [a, b, c, d] = block.as_chunks().0 else {
                continue;
            };
            // Two columns' samples of a row side by side.
            let order = u8x16(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
            let [a, b, c, d] = [a, b, c, d].map(|two| u8x16_swizzle(load16(two), order));
            let (ab_low, ab_high) = (
                u16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(a, b),
                u16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(a, b),
            );
            let (cd_low, cd_high) = (
                u16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(c, d),
                u16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(c, d),
            );
            let two_rows = [
                u32x4_shuffle::<0, 4, 1, 5>(ab_low, cd_low),
                u32x4_shuffle::<2, 6, 3, 7>(ab_low, cd_low),
                u32x4_shuffle::<0, 4, 1, 5>(ab_high, cd_high),
                u32x4_shuffle::<2, 6, 3, 7>(ab_high, cd_high),
            ];
            for (two, lines) in two_rows.into_iter().zip(rows.chunks_exact_mut(2 * stride)) {
                let (first, second) = lines.split_at_mut(stride);
                if let (Some(first), Some(second)) = (
                    first[8 * x..].first_chunk_mut(),
                    second[8 * x..].first_chunk_mut(),
                ) {
                    store8_low(two, first);
                    store8_high(two, second);
                }
            }
        }
    }
}

#[cfg(all(test, target_arch = "wasm32", target_feature = "simd128"))]
mod tests {
    use super::*;

    fn vectors_equal_the_definition_of<const CHANNELS: usize>() {
        let mut random = crate::lanes::testing::random();
        let mut rows = [0; ROWS * 96];
        rows.fill_with(|| random() as u8);
        let mut turned = [[[0; 2 * ROWS]; 32]; 2];
        let length = 96 / group(CHANNELS) * (group(CHANNELS) / 2);
        let length = length.min(32) / (group(CHANNELS) / 2) * (group(CHANNELS) / 2);
        scalar::turn::<CHANNELS>(&rows, 96, &mut turned[0][..length]);
        simd::turn::<CHANNELS>(&rows, 96, &mut turned[1][..length]);
        assert_eq!(turned[0], turned[1]);

        let pairs = turned[0].as_chunks::<CHANNELS>().0;
        let mut weights = [[0; 2]; 8];
        weights
            .as_flattened_mut()
            .fill_with(|| (random() >> 20) as i16 - 1500);
        let mut columns = [[[0; ROWS]; CHANNELS]; 2];
        scalar::filter(pairs, &weights, 14, &mut columns[0]);
        simd::filter(pairs, &weights, 14, &mut columns[1]);
        assert_eq!(columns[0], columns[1]);

        let columns = rows.as_chunks().0;
        let mut results = [[0; ROWS * 96]; 2];
        scalar::turn_back(columns, &mut results[0], 96);
        simd::turn_back(columns, &mut results[1], 96);
        assert_eq!(results[0], results[1]);
    }

    #[test]
    fn vectors_equal_the_definition() {
        vectors_equal_the_definition_of::<1>();
        vectors_equal_the_definition_of::<2>();
        vectors_equal_the_definition_of::<3>();
        vectors_equal_the_definition_of::<4>();
    }
}

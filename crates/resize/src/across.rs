//! The horizontal filter: eight rows at once, transposed so that the filter runs downwards.
//!
//! After transposition the samples of eight rows at one place are neighbours, and two pixels are
//! interleaved like two rows of [`crate::down`]: sixteen samples for every pair of pixels and
//! channel.

use alloc::vec::Vec;

use crate::alpha;
use crate::block::ROWS;
use crate::buffer::zeroes;
use crate::down::TILE;
use crate::error::Error;
use crate::light::Codes;
use crate::settings::Channels;
use crate::weights::Weights;

/// Samples of two pixels in eight rows.
type Pair = [i16; 2 * ROWS];

/// Buffers of eight rows while they are filtered.
pub(crate) struct Batch {
    channels: Channels,
    /// Whether alpha has been multiplied into the other channels of byte samples.
    premultiplied: bool,
    /// Table from linear light to bytes; set if the rows hold linear light.
    codes: Option<Codes>,
    /// Tiles of an input row.
    tiles: usize,
    /// Bytes from one output row to the next.
    stride: usize,
    /// Input rows.
    rows: Vec<[i16; TILE]>,
    turned: Vec<Pair>,
    /// Filtered columns, still transposed.
    columns: Vec<[u8; ROWS]>,
    /// Output rows.
    results: Vec<u8>,
}

/// Samples that are transposed at a time: as many pairs of pixels as fit into a vector.
const fn group(channels: usize) -> usize {
    8 / (2 * channels) * (2 * channels)
}

/// Returns the tiles of a row of `samples` samples. The last group of the row can be read with a
/// whole vector.
pub(crate) fn tiles(samples: usize, channels: usize) -> usize {
    let group = group(channels);
    (samples.div_ceil(group).saturating_sub(1) * group + 8).div_ceil(TILE)
}

/// Returns the stride of an output row, which is transposed back eight samples at a time.
fn stride(result: usize, channels: usize) -> usize {
    (result * channels).next_multiple_of(ROWS)
}

impl Batch {
    /// Bytes that [`Batch::new`] allocates for `needed` input and `result` output pixels.
    pub(crate) fn bytes(needed: usize, result: usize, channels: Channels, light: bool) -> usize {
        let channels = channels.count();
        let samples = needed.saturating_mul(channels);
        let rows = tiles(samples, channels).saturating_mul(TILE * ROWS * size_of::<i16>());
        let turned = samples.div_ceil(group(channels)) * (group(channels) / 2);
        rows.saturating_add(turned.saturating_mul(size_of::<Pair>()))
            .saturating_add(stride(result, channels).saturating_mul(2 * ROWS))
            .saturating_add(if light { Codes::BYTES } else { 0 })
    }

    pub(crate) fn new(
        needed: usize,
        result: usize,
        channels: Channels,
        premultiplied: bool,
        light: bool,
    ) -> Result<Batch, Error> {
        let count = channels.count();
        let samples = needed * count;
        let (tiles, stride) = (tiles(samples, count), stride(result, count));
        Ok(Batch {
            channels,
            premultiplied,
            codes: if light { Some(Codes::new()?) } else { None },
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

    /// Returns the buffer of an input row.
    pub(crate) fn row(&mut self, row: usize) -> &mut [[i16; TILE]] {
        let from = row * self.tiles;
        &mut self.rows[from..from + self.tiles]
    }

    /// Filters the input rows.
    pub(crate) fn filter(&mut self, weights: &Weights, shift: u32) {
        match self.channels {
            Channels::Grey => self.filter_channels::<1>(weights, shift),
            Channels::GreyAlpha => self.filter_channels::<2>(weights, shift),
            Channels::Rgb => self.filter_channels::<3>(weights, shift),
            Channels::Rgba => self.filter_channels::<4>(weights, shift),
        }
    }

    fn filter_channels<const CHANNELS: usize>(&mut self, weights: &Weights, shift: u32) {
        let rows = self.rows.as_flattened();
        turn::<CHANNELS>(rows, self.tiles * TILE, &mut self.turned);
        let (pixels, _) = self.columns.as_chunks_mut::<CHANNELS>();
        let made = weights.iter().map(|(run, weights)| {
            let (start, end) = (run.start as usize, run.end() as usize);
            let pairs = &self.turned[start * CHANNELS..end * CHANNELS];
            filter::<CHANNELS>(pairs.as_chunks().0, weights, shift)
        });
        match &self.codes {
            Some(codes) => {
                for (units, to) in made.zip(pixels.iter_mut()) {
                    *to = codes.darken(units.map(to_units));
                }
            }
            None => {
                for (units, to) in made.zip(pixels.iter_mut()) {
                    for (units, to) in units.into_iter().zip(to) {
                        to_bytes(units, to);
                    }
                }
                if self.premultiplied {
                    alpha::divide(pixels);
                }
            }
        }
        turn_back(&self.columns, &mut self.results, self.stride);
    }

    /// Returns an output row.
    pub(crate) fn result(&self, row: usize, bytes: usize) -> &[u8] {
        &self.results[row * self.stride..][..bytes]
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use scalar::{filter, to_bytes, to_units, turn, turn_back};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd::{filter, to_bytes, to_units, turn, turn_back};

#[cfg_attr(
    all(target_arch = "wasm32", target_feature = "simd128"),
    allow(dead_code, reason = "the definition")
)]
mod scalar {
    use super::{Pair, ROWS, group};

    /// Transposes rows to columns, two pixels together.
    #[inline(always)]
    pub(super) fn turn<const CHANNELS: usize>(rows: &[i16], stride: usize, turned: &mut [Pair]) {
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

    /// Computes one output pixel of eight rows.
    #[inline(always)]
    pub(super) fn filter<const CHANNELS: usize>(
        pairs: &[[Pair; CHANNELS]],
        weights: &[[i16; 2]],
        shift: u32,
    ) -> [[i16; ROWS]; CHANNELS] {
        let mut sums = [[1 << (shift - 1); ROWS]; CHANNELS];
        for (pixels, weights) in pairs.iter().zip(weights) {
            let [first, second] = weights.map(i32::from);
            for (sums, pair) in sums.iter_mut().zip(pixels) {
                for (sum, pair) in sums.iter_mut().zip(pair.as_chunks().0) {
                    let [a, b]: [i16; 2] = *pair;
                    *sum += i32::from(a) * first + i32::from(b) * second;
                }
            }
        }
        sums.map(|sums| {
            sums.map(|sum: i32| {
                let sum = sum >> shift;
                sum.clamp(i16::MIN.into(), i16::MAX.into()) as i16
            })
        })
    }

    #[inline(always)]
    pub(super) fn to_bytes(units: [i16; ROWS], to: &mut [u8; ROWS]) {
        *to = units.map(|units| units.clamp(0, 255) as u8);
    }

    #[inline(always)]
    pub(super) fn to_units(units: [i16; ROWS]) -> [i16; ROWS] {
        units
    }

    /// Transposes columns to rows.
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
    use crate::lanes::simd::{load8, load16, narrow, splat_pair, store8, store8_high, store8_low};

    /// Pairs up the channels of two pixels.
    #[inline(always)]
    fn pairs<const CHANNELS: usize>(pixels: v128) -> v128 {
        match CHANNELS {
            1 => pixels,
            2 => u16x8_shuffle::<0, 2, 1, 3, 4, 6, 5, 7>(pixels, pixels),
            3 => u16x8_shuffle::<0, 3, 1, 4, 2, 5, 6, 7>(pixels, pixels),
            _ => u16x8_shuffle::<0, 4, 1, 5, 2, 6, 3, 7>(pixels, pixels),
        }
    }

    #[inline(always)]
    pub(super) fn turn<const CHANNELS: usize>(rows: &[i16], stride: usize, turned: &mut [Pair]) {
        let mut lines: [&[i16]; ROWS] = [&[]; ROWS];
        for (line, row) in lines.iter_mut().zip(rows.chunks_exact(stride)) {
            *line = row;
        }
        let groups = turned.chunks_exact_mut(group(CHANNELS) / 2);
        for (g, group) in groups.enumerate() {
            let at = g * 2 * group.len();
            let [a, b, c, d, e, f, g, h] = lines.map(|line| match line[at..].first_chunk() {
                Some(samples) => pairs::<CHANNELS>(load8(samples)),
                None => i32x4_splat(0),
            });
            let halves = transpose([a, b, c, d])
                .into_iter()
                .zip(transpose([e, f, g, h]));
            for ((low, high), to) in halves.zip(group) {
                let [to_low, to_high] = to.as_chunks_mut().0 else {
                    continue;
                };
                store8(low, to_low);
                store8(high, to_high);
            }
        }
    }

    /// Transposes four rows of four pairs.
    #[inline(always)]
    fn transpose([a, b, c, d]: [v128; 4]) -> [v128; 4] {
        let (ab_low, ab_high) = (
            u32x4_shuffle::<0, 4, 1, 5>(a, b),
            u32x4_shuffle::<2, 6, 3, 7>(a, b),
        );
        let (cd_low, cd_high) = (
            u32x4_shuffle::<0, 4, 1, 5>(c, d),
            u32x4_shuffle::<2, 6, 3, 7>(c, d),
        );
        [
            u64x2_shuffle::<0, 2>(ab_low, cd_low),
            u64x2_shuffle::<1, 3>(ab_low, cd_low),
            u64x2_shuffle::<0, 2>(ab_high, cd_high),
            u64x2_shuffle::<1, 3>(ab_high, cd_high),
        ]
    }

    #[inline(always)]
    pub(super) fn filter<const CHANNELS: usize>(
        pairs: &[[Pair; CHANNELS]],
        weights: &[[i16; 2]],
        shift: u32,
    ) -> [v128; CHANNELS] {
        let mut sums = [[i32x4_splat(1 << (shift - 1)); 2]; CHANNELS];
        for (pixels, weights) in pairs.iter().zip(weights) {
            let weights = splat_pair(weights);
            for (sums, pair) in sums.iter_mut().zip(pixels) {
                for (sum, four) in sums.iter_mut().zip(pair.as_chunks().0) {
                    *sum = i32x4_add(*sum, i32x4_dot_i16x8(load8(four), weights));
                }
            }
        }
        sums.map(|[low, high]| narrow(low, high, shift))
    }

    #[inline(always)]
    pub(super) fn to_bytes(units: v128, to: &mut [u8; ROWS]) {
        store8_low(u8x16_narrow_i16x8(units, units), to);
    }

    #[inline(always)]
    pub(super) fn to_units(units: v128) -> [i16; ROWS] {
        let mut all = [0; ROWS];
        store8(units, &mut all);
        all
    }

    #[inline(always)]
    pub(super) fn turn_back(columns: &[[u8; ROWS]], rows: &mut [u8], stride: usize) {
        let (blocks, _) = columns.as_flattened().as_chunks::<64>();
        for (x, block) in blocks.iter().enumerate() {
            let [a, b, c, d] = block.as_chunks().0 else {
                continue;
            };
            // Samples of two columns side by side, row by row.
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
        rows.fill_with(|| (random() >> 8) as i16);
        let mut turned = [[[0; 2 * ROWS]; 48]; 2];
        let length = 96 / group(CHANNELS) * (group(CHANNELS) / 2);
        scalar::turn::<CHANNELS>(&rows, 96, &mut turned[0][..length - group(CHANNELS)]);
        simd::turn::<CHANNELS>(&rows, 96, &mut turned[1][..length - group(CHANNELS)]);
        assert_eq!(turned[0], turned[1]);

        let pairs = turned[0].as_chunks::<CHANNELS>().0;
        let mut weights = [[0; 2]; 8];
        weights
            .as_flattened_mut()
            .fill_with(|| (random() >> 20) as i16 - 1500);
        let expected = scalar::filter::<CHANNELS>(pairs, &weights, 14);
        let found = simd::filter::<CHANNELS>(pairs, &weights, 14);
        assert_eq!(found.map(simd::to_units), expected);
        let mut bytes = [[0; ROWS]; 2];
        for (found, expected) in found.into_iter().zip(expected) {
            simd::to_bytes(found, &mut bytes[0]);
            scalar::to_bytes(expected, &mut bytes[1]);
            assert_eq!(bytes[0], bytes[1]);
        }

        let rows = rows.map(|sample| sample as u8);
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

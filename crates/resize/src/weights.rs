//! Weights of an axis: which source pixels contribute to a result pixel, and how much.
//!
//! Weights are 16-bit fixed point, two taps together because the kernels multiply pairs. The
//! weights of a result pixel sum to one exactly, so that a flat surface stays as it is. The unit is
//! the finest that the largest weight and the samples allow.

use alloc::vec::Vec;

use crate::buffer::zeroes;
use crate::error::Error;
use crate::filter::Filter;
use crate::settings::Axis;

/// Tolerance for rounding errors in sums of sizes.
const ROUNDING: f64 = 1e-6;

/// Longest side, so that no sum of sides overflows.
const LONGEST: u32 = 1 << 24;

/// Taps of one result pixel, in pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Index of the first pair.
    pub(crate) start: u32,
    /// Number of pairs.
    pub(crate) pairs: u32,
}

impl Run {
    /// Returns the index of the first pair after the run.
    pub(crate) fn end(self) -> u32 {
        self.start + self.pairs
    }
}

/// All runs of one axis. Pairs are counted from the first pixel that is needed.
pub(crate) struct Weights {
    /// First source pixel that is needed.
    pub(crate) first: u32,
    /// First source pixel after those that are needed.
    pub(crate) end: u32,
    /// Fractional bits of the weights.
    pub(crate) shift: u32,
    pub(crate) runs: Vec<Run>,
    /// Weights of all runs; each run has as many as the longest one.
    weights: Vec<[i16; 2]>,
    stride: usize,
}

/// Properties of an axis that are known without computing weights.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    axis: Axis,
    filter: Filter,
    /// Source pixels per result pixel.
    scale: f64,
    pub(crate) first: u32,
    pub(crate) end: u32,
    /// Taps of the longest run.
    taps: usize,
    /// Pairs of the longest run.
    pub(crate) pairs: usize,
}

impl Shape {
    /// # Errors
    /// [`Error::Geometry`].
    pub(crate) fn new(axis: Axis, filter: Filter) -> Result<Shape, Error> {
        if axis.source == 0 || axis.result == 0 {
            return Err(Error::Geometry("an image without pixels"));
        }
        if axis.source > LONGEST || axis.result > LONGEST {
            return Err(Error::Geometry("a side of more than 16 million pixels"));
        }
        let scale = axis.length / f64::from(axis.result);
        if !(axis.start.is_finite() && scale.is_finite() && scale > 0.0) {
            return Err(Error::Geometry("a window without pixels"));
        }
        let reach = scale * 0.75 + ROUNDING;
        if axis.start < -reach || axis.start + axis.length > f64::from(axis.source) + reach {
            return Err(Error::Geometry("a window beyond the source"));
        }
        // Pixels that stay in place are unchanged, even with a filter that blurs.
        let stays = axis.length == f64::from(axis.result) && axis.start % 1.0 == 0.0;
        let mut shape = Shape {
            axis,
            filter: if stays { Filter::Nearest } else { filter },
            scale,
            first: 0,
            end: axis.source,
            taps: 0,
            pairs: 0,
        };
        let (first, end) = (shape.taps(0).0, shape.taps(axis.result - 1).1);
        (shape.first, shape.end) = (first, end);
        for index in 0..axis.result {
            let (from, to) = shape.taps(index);
            shape.taps = shape.taps.max((to - from) as usize);
            let (start, after) = shape.in_pairs(from, to);
            shape.pairs = shape.pairs.max((after - start) as usize);
        }
        Ok(shape)
    }

    /// Returns the bytes that [`Weights::new`] keeps.
    pub(crate) fn bytes(&self) -> usize {
        let run = size_of::<Run>() + self.pairs * size_of::<[i16; 2]>();
        (self.axis.result as usize).saturating_mul(run)
    }

    /// Returns the bytes that [`Weights::new`] needs temporarily.
    pub(crate) fn passing_bytes(&self) -> usize {
        let run = self.taps * size_of::<f32>();
        (self.axis.result as usize).saturating_mul(run)
    }

    /// Whether a result pixel depends on more than one source pixel.
    pub(crate) fn blends(&self) -> bool {
        self.filter != Filter::Nearest
    }

    /// Returns the number of source pixels that are needed.
    pub(crate) fn needed(&self) -> usize {
        (self.end - self.first) as usize
    }

    /// Returns the centre of a result pixel in source pixels.
    fn centre(&self, index: u32) -> f64 {
        self.axis.start + self.scale * 0.5 + self.scale * f64::from(index)
    }

    /// Returns the first source pixel of a result pixel, and the one after its last.
    fn taps(&self, index: u32) -> (u32, u32) {
        let (centre, last) = (self.centre(index), self.axis.source - 1);
        // A cast to an unsigned number truncates the fraction, and clamps negative numbers to zero.
        if self.filter == Filter::Nearest {
            // Between two pixels the second is chosen, whatever rounding did to the centre.
            let tap = ((centre + ROUNDING) as u32).min(last);
            return (tap, tap + 1);
        }
        let radius = self.filter.radius() * self.scale.max(1.0);
        let first = ((centre - radius) as u32).min(last);
        let end = centre + radius;
        let end = (end as u32).saturating_add(u32::from(end % 1.0 > 0.0));
        (first, end.clamp(first + 1, self.axis.source))
    }

    fn in_pairs(&self, from: u32, to: u32) -> (u32, u32) {
        ((from - self.first) / 2, (to - self.first).div_ceil(2))
    }
}

impl Weights {
    /// Computes weights in a unit of at least two to the power of minus `finest`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(shape: &Shape, finest: u32) -> Result<Weights, Error> {
        let results = shape.axis.result as usize;
        let length = |each: usize| results.checked_mul(each).ok_or(Error::OutOfMemory);
        let mut weights = Weights {
            first: shape.first,
            end: shape.end,
            shift: 0,
            runs: zeroes(Run { start: 0, pairs: 0 }, results)?,
            weights: zeroes([0; 2], length(shape.pairs)?)?,
            stride: shape.pairs,
        };
        // All weights are computed before the first is rounded, because the largest decides on the
        // unit.
        let mut exact = zeroes(0.0, length(shape.taps)?)?;
        let mut largest: f32 = 0.0;
        for (index, taps) in (0..).zip(exact.chunks_exact_mut(shape.taps)) {
            let (from, to) = shape.taps(index);
            let taps = &mut taps[..(to - from) as usize];
            weigh(shape, index, from, taps);
            for &tap in taps.iter() {
                largest = if tap > largest { tap } else { largest };
            }
        }
        weights.shift = finest_shift(largest, finest);
        let all = weights.weights.chunks_exact_mut(shape.pairs);
        let all = all.zip(exact.chunks_exact(shape.taps));
        for ((index, run), (pairs, taps)) in (0..).zip(&mut weights.runs).zip(all) {
            let (from, to) = shape.taps(index);
            let (start, end) = shape.in_pairs(from, to);
            *run = Run {
                start,
                pairs: end - start,
            };
            let lead = (from - shape.first) as usize % 2;
            let pairs = &mut pairs.as_flattened_mut()[lead..];
            quantise(&taps[..(to - from) as usize], weights.shift, pairs);
        }
        Ok(weights)
    }

    /// Returns all runs and their weights, in order.
    #[inline(always)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Run, &[[i16; 2]])> {
        let weights = self.weights.chunks_exact(self.stride);
        let runs = self.runs.iter().zip(weights);
        runs.map(|(run, weights)| (*run, &weights[..(run.pairs as usize).min(weights.len())]))
    }

    /// Returns the run and the weights of a result pixel.
    pub(crate) fn of(&self, index: usize) -> (Run, &[[i16; 2]]) {
        let run = self.runs[index];
        let from = index * self.stride;
        (run, &self.weights[from..from + run.pairs as usize])
    }
}

/// Computes weights with a sum of one for the pixels from `first` on. An `f32` keeps eight digits
/// of each, three more than have an effect.
fn weigh(shape: &Shape, index: u32, first: u32, taps: &mut [f32]) {
    if shape.filter == Filter::Nearest {
        taps.fill(1.0);
        return;
    }
    let per_pixel = 1.0 / shape.scale.max(1.0);
    let centre = shape.centre(index) - 0.5;
    let mut sum = 0.0;
    for (tap, x) in taps.iter_mut().zip(first..) {
        let weight = shape.filter.weight((f64::from(x) - centre) * per_pixel);
        sum += weight;
        *tap = weight as f32;
    }
    if sum > 1e-9 {
        let normal = (1.0 / sum) as f32;
        taps.iter_mut().for_each(|tap| *tap *= normal);
    } else {
        // Happens only at the outermost edge of a box: the nearest pixel gets all the weight.
        let nearest = if centre < f64::from(first) {
            0
        } else {
            taps.len() - 1
        };
        taps.fill(0.0);
        taps[nearest] = 1.0;
    }
}

/// Returns the finest unit, in bits, in which the largest weight fits into an `i16`. All runs of an
/// axis share the unit, as they do in the oracle of the tests.
fn finest_shift(largest: f32, finest: u32) -> u32 {
    let mut shift = finest;
    while shift > 1 && f64::from(largest) * f64::from(1 << shift) > f64::from(i16::MAX - 1) {
        shift -= 1;
    }
    shift
}

/// Rounds weights to whole units.
///
/// The rounding error of the sum is distributed over the taps in the middle, a unit each. Every tap
/// is rounded by half a unit at most, so there are always enough taps.
fn quantise(taps: &[f32], shift: u32, weights: &mut [i16]) {
    let one = 1 << shift;
    let weights = &mut weights[..taps.len()];
    let mut left = one;
    for (weight, tap) in weights.iter_mut().zip(taps) {
        let units = f64::from(*tap) * f64::from(one);
        *weight = (units + if units < 0.0 { -0.5 } else { 0.5 }) as i16;
        left -= i32::from(*weight);
    }
    let count = (left.unsigned_abs() as usize).min(weights.len());
    let from = (weights.len() - count) / 2;
    for weight in &mut weights[from..from + count] {
        *weight += left.signum() as i16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(axis: Axis, filter: Filter) -> (Shape, Weights) {
        let shape = Shape::new(axis, filter).expect("a valid axis");
        let weights = Weights::new(&shape, crate::resizer::BITS).expect("enough memory");
        (shape, weights)
    }

    #[test]
    fn all_runs_sum_to_one_and_lie_on_the_source() {
        for filter in [
            Filter::Nearest,
            Filter::Box,
            Filter::Triangle,
            Filter::CatmullRom,
            Filter::Mitchell,
            Filter::Lanczos2,
            Filter::Lanczos3,
        ] {
            for (source, start, length, result) in [
                (100, 0.0, 100.0, 33),
                (100, -1.0, 101.5, 33),
                (10, 3.3, 2.2, 50),
                (1, 0.0, 1.0, 9),
                (200_000, 0.0, 200_000.0, 2),
                (2, -0.5, 3.0, 3),
            ] {
                let axis = Axis {
                    source,
                    start,
                    length,
                    result,
                };
                let (shape, weights) = weights(axis, filter);
                let weights_shift = weights.shift;
                assert!(weights_shift >= 13);
                for index in 0..result as usize {
                    let (run, pairs) = weights.of(index);
                    let sum: i32 = pairs.as_flattened().iter().copied().map(i32::from).sum();
                    assert_eq!(sum, 1 << weights.shift, "{axis:?} {filter:?} {index}");
                    let (last, needed) = (2 * run.end() as usize, shape.needed());
                    assert!(last <= needed + 1);
                    if last > needed {
                        assert_eq!(pairs[pairs.len() - 1][1], 0);
                    }
                    // The extremes of white and black, first downwards and then across, fit into 16
                    // and 32 bits.
                    let sum = |wanted: fn(&f64) -> bool| {
                        let weights = pairs.as_flattened().iter();
                        let weights = weights.map(|&weight| f64::from(weight));
                        weights.filter(wanted).sum::<f64>() / f64::from(1 << weights_shift)
                    };
                    let (over, under) = (sum(|&weight| weight > 0.0), sum(|&weight| weight < 0.0));
                    assert!(over < 2.0, "{axis:?} {filter:?} {over}");
                    assert!(over * over + under * under < 4.0);
                }
            }
        }
    }

    #[test]
    fn a_centre_between_two_pixels_belongs_to_the_second() {
        let (_, weights) = weights(Axis::whole(200, 67), Filter::Nearest);
        for index in 0..67 {
            let (run, pairs) = weights.of(index);
            let second = pairs[0][1] != 0;
            let tap = 2 * run.start as usize + usize::from(second) + weights.first as usize;
            assert_eq!(tap, (2 * index + 1) * 200 / (2 * 67));
        }
    }
}

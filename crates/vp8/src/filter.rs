//! The loop filters (RFC 6386, section 15), which smooth the edges between blocks where the picture
//! itself has no edge. Sixteen pixels along an edge are processed at a time, from the fourth pixel
//! on one side to the fourth on the other.

use crate::header::Strength;
use crate::lanes::{Bytes, Words};

/// Pixels on both sides of an edge, `[p3, p2, p1, p0, q0, q1, q2, q3]`.
pub(crate) type Across = [Bytes; 8];

/// Filter of an edge, with its limits.
#[derive(Clone, Copy)]
pub(crate) enum Edge {
    /// Simple filter, with the limit of the step.
    Simple(u8),
    /// Normal filter between macroblocks.
    Outer(Strength),
    /// Normal filter between subblocks.
    Inner(Strength),
}

/// Amount by which the limit of an edge between macroblocks exceeds that of other edges.
pub(crate) const BETWEEN_MACROBLOCKS: u8 = 4;

impl Edge {
    /// Smooths the pixels across an edge.
    pub(crate) fn smooth(self, pixels: &mut Across) {
        match self {
            Edge::Simple(edge) => simple(pixels, edge),
            Edge::Outer(strength) => outer(pixels, strength),
            Edge::Inner(strength) => inner(pixels, strength),
        }
    }
}

/// Mask of the places where the step over the edge is within the limit (section 15.2).
#[inline(always)]
fn is_small([_, _, p1, p0, q0, q1, ..]: &Across, edge: u8) -> Bytes {
    let step = difference(*p0, *q0);
    let wide = difference(*p1, *q1).shifted_right::<1>();
    let sum = step.plus_at_most(step).plus_at_most(wide);
    sum.at_most(Bytes::splat(edge))
}

/// Mask of the places where all steps beside the edge are within the interior limit.
#[inline(always)]
fn is_flat([p3, p2, p1, p0, q0, q1, q2, q3]: &Across, interior: u8) -> Bytes {
    let steps = [(p3, p2), (p2, p1), (p1, p0), (q0, q1), (q1, q2), (q2, q3)];
    let [first, others @ ..] = steps.map(|(one, two)| difference(*one, *two));
    let largest = others.into_iter().fold(first, Bytes::max);
    largest.at_most(Bytes::splat(interior))
}

/// Mask of the places where there is little variance beside the edge.
#[inline(always)]
fn is_calm([_, _, p1, p0, q0, q1, ..]: &Across, variance: u8) -> Bytes {
    let largest = difference(*p1, *p0).max(difference(*q1, *q0));
    largest.at_most(Bytes::splat(variance))
}

#[inline(always)]
fn difference(one: Bytes, two: Bytes) -> Bytes {
    one.minus_at_least(two).or(two.minus_at_least(one))
}

/// Applies the simple filter.
#[inline(never)]
fn simple(pixels: &mut Across, edge: u8) {
    let small = is_small(pixels, edge);
    let mut signed = pixels.map(with_sign);
    let step = step(&signed, Bytes::splat(0xff)).and(small);
    adjust(&mut signed, step);
    *pixels = signed.map(with_sign);
}

/// Applies the normal filter between subblocks.
#[inline(never)]
fn inner(pixels: &mut Across, strength: Strength) {
    let small = is_small(pixels, strength.edge).and(is_flat(pixels, strength.interior));
    let calm = is_calm(pixels, strength.variance);
    let mut signed = pixels.map(with_sign);
    let step = step(&signed, Bytes::splat(0xff).without(calm)).and(small);
    let change = adjust(&mut signed, step);
    let half = signed_shift::<1>(change.plus_signed(Bytes::splat(1))).and(calm);
    let [_, _, p1, _, _, q1, _, _] = &mut signed;
    (*p1, *q1) = (p1.plus_signed(half), q1.minus_signed(half));
    *pixels = signed.map(with_sign);
}

/// Applies the normal filter between macroblocks.
#[inline(never)]
fn outer(pixels: &mut Across, strength: Strength) {
    let edge = strength.edge + BETWEEN_MACROBLOCKS;
    let small = is_small(pixels, edge).and(is_flat(pixels, strength.interior));
    let calm = is_calm(pixels, strength.variance);
    let mut signed = pixels.map(with_sign);
    let step = step(&signed, Bytes::splat(0xff)).and(small);
    adjust(&mut signed, step.without(calm));
    let [_, p2, p1, p0, q0, q1, q2, _] = &mut signed;
    let nines = step.and(calm).widened_signed().map(|step| step.times(9));
    let mut sum = nines.map(|nine| nine.plus(Words::splat(63)));
    for (p, q) in [(p2, q2), (p1, q1), (p0, q0)] {
        let [low, high] = sum.map(Words::shifted_right::<7>);
        let change = low.narrowed_signed(high);
        (*p, *q) = (p.plus_signed(change), q.minus_signed(change));
        sum = [sum[0].plus(nines[0]), sum[1].plus(nines[1])];
    }
    *pixels = signed.map(with_sign);
}

/// Maps 0 to 255 to -128 to 127, and back.
#[inline(always)]
fn with_sign(pixel: Bytes) -> Bytes {
    pixel.xor(Bytes::splat(0x80))
}

/// Returns three times the step over the edge, plus the step around it where the mask `around` is
/// set.
#[inline(always)]
fn step([_, _, p1, p0, q0, q1, ..]: &Across, around: Bytes) -> Bytes {
    let over = q0.minus_signed(*p0);
    let around = p1.minus_signed(*q1).and(around);
    around.plus_signed(over).plus_signed(over).plus_signed(over)
}

/// Changes both sides of the edge by an eighth of the step, and returns the change of the far side.
#[inline(always)]
fn adjust([_, _, _, p0, q0, ..]: &mut Across, step: Bytes) -> Bytes {
    let [far, near] = [4, 3].map(|half| signed_shift::<3>(step.plus_signed(Bytes::splat(half))));
    (*p0, *q0) = (p0.plus_signed(near), q0.minus_signed(far));
    far
}

#[inline(always)]
fn signed_shift<const BY: u32>(value: Bytes) -> Bytes {
    let shifted = with_sign(value).shifted_right::<BY>();
    shifted.minus_signed(Bytes::splat(0x80 >> BY))
}

/// Transposes rows of eight pixels across an edge, two rows in each vector, to pixels along the
/// edge. Their order within a vector matters to [`to_rows`] alone.
#[inline(always)]
pub(crate) fn from_rows(rows: [Bytes; 8]) -> Across {
    deal(deal(deal(deal(rows))))
}

/// Transposes pixels along the edge back to rows.
#[inline(always)]
pub(crate) fn to_rows(pixels: Across) -> [Bytes; 8] {
    deal(deal(deal(pixels)))
}

/// Interleaves halves of the vectors, which rotates the bits of an element's index by one; after
/// seven times each element is back in its place.
#[inline(always)]
fn deal(v: [Bytes; 8]) -> [Bytes; 8] {
    core::array::from_fn(|at| {
        let (one, two) = (v[at / 2], v[at / 2 + 4]);
        if at % 2 == 0 {
            one.low_pairs(two)
        } else {
            one.high_pairs(two)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use letterbox_testkit::Noise;

    /// Filters one pixel of each of the eight, exactly as section 15 writes the filters.
    fn expected(edge: Edge, pixels: [u8; 8]) -> [u8; 8] {
        let (strength, limit) = match edge {
            Edge::Simple(limit) => (None, limit),
            Edge::Inner(strength) => (Some(strength), strength.edge),
            Edge::Outer(strength) => (Some(strength), strength.edge + BETWEEN_MACROBLOCKS),
        };
        let steps = |at: [usize; 2]| i32::from(pixels[at[0]].abs_diff(pixels[at[1]]));
        let interior = [[0, 1], [1, 2], [2, 3], [4, 5], [5, 6], [6, 7]];
        let flat = |limit: u8| interior.iter().all(|&at| steps(at) <= i32::from(limit));
        let small = 2 * steps([3, 4]) + steps([2, 5]) / 2 <= i32::from(limit);
        if !small || strength.is_some_and(|strength| !flat(strength.interior)) {
            return pixels;
        }
        let clamp = |value: i32| value.clamp(-128, 127);
        let mut signed = pixels.map(|pixel| i32::from(pixel) - 128);
        let around = clamp(signed[2] - signed[5]);
        let over = 3 * (signed[4] - signed[3]);
        let calm = strength.is_some_and(|strength| {
            let limit = i32::from(strength.variance);
            steps([2, 3]) <= limit && steps([4, 5]) <= limit
        });
        let mut change = |far: usize, by: i32, back: i32| {
            signed[7 - far] = clamp(signed[7 - far] + by);
            signed[far] = clamp(signed[far] - back);
        };
        match (edge, calm) {
            (Edge::Outer(_), true) => {
                let step = clamp(around + over);
                for (far, factor) in [(4, 27), (5, 18), (6, 9)] {
                    let by = clamp((factor * step + 63) >> 7);
                    change(far, by, by);
                }
            }
            (_, calm) => {
                let step = clamp(over + if calm { 0 } else { around });
                let (near, far) = (clamp(step + 3) >> 3, clamp(step + 4) >> 3);
                change(4, near, far);
                if calm {
                    change(5, (far + 1) >> 1, (far + 1) >> 1);
                }
            }
        }
        signed.map(|pixel| (pixel + 128) as u8)
    }

    #[test]
    fn edges_are_smoothed_as_the_standard_has_it() {
        let mut noise = Noise(1);
        let mut random = |below: u32| noise.bits(16) % below;
        for _ in 0..40_000 {
            let strength = Strength {
                edge: random(190) as u8,
                interior: 1 + random(63) as u8,
                variance: random(3) as u8,
            };
            let edge = match random(3) {
                0 => Edge::Simple(strength.edge),
                1 => Edge::Inner(strength),
                _ => Edge::Outer(strength),
            };
            // Pixels around any level, with steps of any size.
            let (level, spread) = (random(256), 1 + random(90));
            let rows: [[u8; 16]; 8] = core::array::from_fn(|_| {
                core::array::from_fn(|_| (level + random(spread)).min(255) as u8)
            });
            let mut pixels = rows.map(|row| Bytes::load(&row));
            edge.smooth(&mut pixels);
            let mut smoothed = [[0; 16]; 8];
            for (pixels, to) in pixels.into_iter().zip(&mut smoothed) {
                pixels.store(to);
            }
            for x in 0..16 {
                let at = |rows: &[[u8; 16]; 8]| rows.map(|row| row[x]);
                assert_eq!(at(&smoothed), expected(edge, at(&rows)), "{:?}", at(&rows));
            }
        }
    }

    #[test]
    fn rows_come_back_as_they_went() {
        let rows: [[u8; 16]; 8] =
            core::array::from_fn(|y| core::array::from_fn(|x| (16 * y + x) as u8));
        let back = to_rows(from_rows(rows.map(|row| Bytes::load(&row))));
        for (back, row) in back.into_iter().zip(&rows) {
            let mut bytes = [0; 16];
            back.store(&mut bytes);
            assert_eq!(bytes, *row);
        }
    }
}

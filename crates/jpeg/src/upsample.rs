//! Upsampling by two with the triangle filter: three quarters of the nearer sample and one of the
//! farther, rounded as the reference implementations do.
//!
//! A row begins and ends with its own first and last sample; between each two samples lie two
//! pixels.

/// Samples of one step, whose right neighbours exist as well.
const BLOCK: usize = 8;

/// Doubles the columns; `to` has room for twice the samples, or one less.
pub(crate) fn triangle(from: &[u8], to: &mut [u8]) {
    let n = from.len();
    to[0] = from[0];
    let (left, _) = from.as_chunks();
    let (right, _) = from[1..].as_chunks();
    let (blocks, _) = to[1..].as_chunks_mut();
    for ((left, right), to) in left.iter().zip(right).zip(blocks) {
        across_block(left, right, to);
    }
    let done = (n - 1) / BLOCK * BLOCK;
    let rest = to[1 + 2 * done..].chunks_exact_mut(2);
    for (from, to) in from[done..].windows(2).zip(rest) {
        to.copy_from_slice(&across(from[0], from[1]));
    }
    if let Some(end) = to.get_mut(2 * n - 1) {
        *end = from[n - 1];
    }
}

/// Doubles the rows. `bias` rounds: 1 for the upper row, 2 for the lower.
pub(crate) fn triangle_down(near: &[u8], far: &[u8], bias: u16, to: &mut [u8]) {
    for ((to, &near), &far) in to.iter_mut().zip(near).zip(far) {
        *to = ((3 * u16::from(near) + u16::from(far) + bias) >> 2) as u8;
    }
}

/// Doubles columns and rows at once, with weights of nine, three, three and one sixteenths.
pub(crate) fn triangle_both(near: &[u8], far: &[u8], to: &mut [u8]) {
    let n = near.len();
    to[0] = ((4 * down(near[0], far[0]) + 8) >> 4) as u8;
    let (near_left, _) = near.as_chunks();
    let (near_right, _) = near[1..].as_chunks();
    let (far_left, _) = far.as_chunks();
    let (far_right, _) = far[1..].as_chunks();
    let left = near_left.iter().zip(far_left);
    let right = near_right.iter().zip(far_right);
    let (blocks, _) = to[1..].as_chunks_mut();
    for ((left, right), to) in left.zip(right).zip(blocks) {
        both_block(left, right, to);
    }
    let done = (n - 1) / BLOCK * BLOCK;
    let between = near[done..].windows(2).zip(far[done..].windows(2));
    for ((near, far), to) in between.zip(to[1 + 2 * done..].chunks_exact_mut(2)) {
        to.copy_from_slice(&both((near[0], far[0]), (near[1], far[1])));
    }
    if let Some(end) = to.get_mut(2 * n - 1) {
        *end = ((4 * down(near[n - 1], far[n - 1]) + 7) >> 4) as u8;
    }
}

/// Returns the two pixels between two samples.
#[inline(always)]
fn across(left: u8, right: u8) -> [u8; 2] {
    let (left, right) = (u16::from(left), u16::from(right));
    [3 * left + right + 2, 3 * right + left + 1].map(|sum| (sum >> 2) as u8)
}

#[inline(always)]
fn down(near: u8, far: u8) -> u16 {
    3 * u16::from(near) + u16::from(far)
}

/// Returns the two pixels between two samples and the two samples of the farther row.
#[inline(always)]
fn both(left: (u8, u8), right: (u8, u8)) -> [u8; 2] {
    let (left, right) = (down(left.0, left.1), down(right.0, right.1));
    [3 * left + right + 7, 3 * right + left + 8].map(|sum| (sum >> 4) as u8)
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use scalar::{across_block, both_block};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd::{across_block, both_block};

#[cfg_attr(
    all(target_arch = "wasm32", target_feature = "simd128"),
    allow(dead_code, reason = "the definition")
)]
mod scalar {
    use super::{BLOCK, across, both};

    #[inline(always)]
    pub(super) fn across_block(left: &[u8; BLOCK], right: &[u8; BLOCK], to: &mut [u8; 2 * BLOCK]) {
        for (i, to) in to.chunks_exact_mut(2).enumerate() {
            to.copy_from_slice(&across(left[i], right[i]));
        }
    }

    #[inline(always)]
    pub(super) fn both_block(
        left: (&[u8; BLOCK], &[u8; BLOCK]),
        right: (&[u8; BLOCK], &[u8; BLOCK]),
        to: &mut [u8; 2 * BLOCK],
    ) {
        for (i, to) in to.chunks_exact_mut(2).enumerate() {
            to.copy_from_slice(&both((left.0[i], left.1[i]), (right.0[i], right.1[i])));
        }
    }
}

/// Implementation with vectors of 16-bit lanes. A lane holds both pixels of a pair, one in each
/// byte, so that no interleaving is needed.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use core::arch::wasm32::*;

    use super::BLOCK;
    use crate::lanes::simd::{load8, store16};

    #[inline(always)]
    pub(super) fn across_block(left: &[u8; BLOCK], right: &[u8; BLOCK], to: &mut [u8; 2 * BLOCK]) {
        store16(pixels(wide(left), wide(right), [2, 1], 2), to);
    }

    #[inline(always)]
    pub(super) fn both_block(
        left: (&[u8; BLOCK], &[u8; BLOCK]),
        right: (&[u8; BLOCK], &[u8; BLOCK]),
        to: &mut [u8; 2 * BLOCK],
    ) {
        let down = |(near, far)| i16x8_add(thrice(wide(near)), wide(far));
        store16(pixels(down(left), down(right), [7, 8], 4), to);
    }

    #[inline(always)]
    fn wide(from: &[u8; BLOCK]) -> v128 {
        u16x8_extend_low_u8x16(load8(from))
    }

    #[inline(always)]
    fn thrice(value: v128) -> v128 {
        i16x8_add(value, i16x8_add(value, value))
    }

    #[inline(always)]
    fn pixels(left: v128, right: v128, bias: [i16; 2], shift: u32) -> v128 {
        let mix = |near: v128, far: v128, bias: i16| {
            let sum = i16x8_add(i16x8_add(thrice(near), far), i16x8_splat(bias));
            u16x8_shr(sum, shift)
        };
        let [first, second] = [mix(left, right, bias[0]), mix(right, left, bias[1])];
        v128_or(first, i16x8_shl(second, 8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: usize = 100;

    fn row(seed: usize) -> [u8; N] {
        core::array::from_fn(|i| match i % 5 {
            0 => [0, 255][i / 5 % 2],
            _ => (i * i * 37 + 11 * i * seed + seed) as u8,
        })
    }

    #[test]
    fn blocks_and_single_pixels_are_the_same() {
        for seed in 0..50 {
            let (near, far) = (row(seed), row(seed + 1));
            for n in 3..N {
                let (mut once, mut twice) = ([0; 2 * N], [0; 2 * N]);
                triangle(&near[..n], &mut once);
                triangle_both(&near[..n], &far[..n], &mut twice);
                for x in 0..n - 1 {
                    let at = 2 * x + 1..2 * x + 3;
                    assert_eq!(once[at.clone()], across(near[x], near[x + 1]));
                    let (left, right) = ((near[x], far[x]), (near[x + 1], far[x + 1]));
                    assert_eq!(twice[at], both(left, right));
                }
                assert_eq!((once[0], once[2 * n - 1]), (near[0], near[n - 1]));
                assert_eq!(once[2 * n..], [0; 2 * N][2 * n..]);
            }
        }
    }

    #[test]
    fn flat_stays_flat() {
        let mut out = [0; 2 * N];
        for sample in [0, 1, 127, 254, 255] {
            triangle(&[sample; N], &mut out);
            assert_eq!(out, [sample; 2 * N]);
            triangle_both(&[sample; N], &[sample; N], &mut out);
            assert_eq!(out, [sample; 2 * N]);
            triangle_down(&[sample; N], &[sample; N], 2, &mut out[..N]);
            assert_eq!(out, [sample; 2 * N]);
        }
    }
}

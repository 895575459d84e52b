//! The inverse DCT of 8 x 8 coefficients to N x M samples, N and M each 8, 4, 2 or 1.
//!
//! The 8-point transform is the one of Loeffler, Ligtenberg and Moschytz in 13-bit fixed point, in the order of operations that
//! makes its results those of the "accurate integer" method of the reference implementations. The smaller ones are the same
//! basis at fewer points: the N lowest coefficients of a block are, up to scale, the N-point DCT of the block at N/8 the size.
//!
//! Coefficients that no picture has, as damage makes them, overflow as in the vectors of the reference implementations: the
//! sums that go into the 8-point transform have 16 bits and wrap, and what its first pass gives has 16 bits and saturates; where
//! there are coefficients in the first row alone, that pass is a shift, and wraps.

use crate::lanes::{Best, Lanes};

const CONST_BITS: u32 = 13;
const PASS1_BITS: u32 = 2;

/// `f64` to fixed point, as T.81's informative annexes leave it to the implementer: 13 bits, rounded to nearest.
macro_rules! fix {
    ($x:expr) => {
        ($x * 8192.0 + 0.5) as i32
    };
}

/// How many samples a block gives along each axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Points {
    pub(crate) across: usize,
    pub(crate) down: usize,
}

/// Dequantises coefficients in natural order and transforms them into `down` rows of `across` samples at `out`, `stride` apart.
#[inline]
pub(crate) fn inverse(
    coefficients: &[i16; 64],
    quantisation: &[u16; 64],
    points: Points,
    out: &mut [u8],
    stride: usize,
) {
    let Points { across, down } = points;
    match down {
        8 => transform::<Best, 8>(coefficients, quantisation, across, out, stride),
        4 => transform::<Best, 4>(coefficients, quantisation, across, out, stride),
        2 => transform::<Best, 2>(coefficients, quantisation, across, out, stride),
        _ => transform::<Best, 1>(coefficients, quantisation, across, out, stride),
    }
}

/// A block whose only coefficient is the DC one: every sample is the same.
#[inline]
pub(crate) fn fill(dc: i16, quantisation: u16, points: Points, out: &mut [u8], stride: usize) {
    let dc = dc.wrapping_mul(quantisation as i16);
    // What the first pass gives, which wraps where it is a shift alone.
    let dc = match points.down {
        8 => i32::from(dc.wrapping_mul(1 << PASS1_BITS)),
        _ => i32::from(dc) << PASS1_BITS,
    };
    let value = sample((dc + 16) >> (PASS1_BITS + 3));
    match points.across {
        8 => fill_rows::<8>(value, points.down, out, stride),
        4 => fill_rows::<4>(value, points.down, out, stride),
        2 => fill_rows::<2>(value, points.down, out, stride),
        _ => fill_rows::<1>(value, points.down, out, stride),
    }
}

#[inline(always)]
fn fill_rows<const ACROSS: usize>(value: u8, down: usize, out: &mut [u8], stride: usize) {
    for y in 0..down {
        if let Some(row) = out[y * stride..].first_chunk_mut() {
            *row = [value; ACROSS];
        }
    }
}

#[inline(always)]
fn transform<L: Lanes, const DOWN: usize>(
    coefficients: &[i16; 64],
    quantisation: &[u16; 64],
    across: usize,
    out: &mut [u8],
    stride: usize,
) {
    match across {
        8 => block::<L, DOWN, 8>(coefficients, quantisation, out, stride),
        4 => block::<L, DOWN, 4>(coefficients, quantisation, out, stride),
        2 => block::<L, DOWN, 2>(coefficients, quantisation, out, stride),
        _ => block::<L, DOWN, 1>(coefficients, quantisation, out, stride),
    }
}

/// Columns first, with two more bits of precision, then rows; four columns, or four rows, at a time.
#[inline(always)]
fn block<L: Lanes, const DOWN: usize, const ACROSS: usize>(
    coefficients: &[i16; 64],
    quantisation: &[u16; 64],
    out: &mut [u8],
    stride: usize,
) {
    let zero = L::splat(0);
    // By column of the block: lanes are rows, four and four.
    let mut rows = [[zero; 8]; 2];
    let flat = DOWN == 8 && coefficients[8..].iter().fold(0, |any, &c| any | c) == 0;
    for left in (0..ACROSS).step_by(4) {
        let mut columns = [zero; 8];
        for (y, lanes) in columns.iter_mut().enumerate().take(DOWN) {
            let at = 8 * y + left;
            let (four, by) = (
                coefficients[at..].first_chunk(),
                quantisation[at..].first_chunk(),
            );
            if let (Some(four), Some(by)) = (four, by) {
                *lanes = L::load_product(four, by);
            }
        }
        if flat {
            columns = [columns[0].mul(1 << PASS1_BITS).wrap(); 8];
        } else {
            points::<L, DOWN>(&mut columns, CONST_BITS - PASS1_BITS);
            if DOWN == 8 {
                columns = columns.map(L::saturate);
            }
        }
        for (top, rows) in rows.iter_mut().enumerate().take(DOWN.div_ceil(4)) {
            let y = 4 * top;
            let turned = L::transpose([columns[y], columns[y + 1], columns[y + 2], columns[y + 3]]);
            rows[left..left + 4].copy_from_slice(&turned);
        }
    }
    let half = L::splat(128);
    for (top, rows) in rows.iter_mut().enumerate().take(DOWN.div_ceil(4)) {
        points::<L, ACROSS>(rows, CONST_BITS + PASS1_BITS + 3);
        for left in (0..ACROSS).step_by(4) {
            let turned = L::transpose([rows[left], rows[left + 1], rows[left + 2], rows[left + 3]]);
            for (y, lanes) in turned.into_iter().enumerate().take(DOWN - 4 * top) {
                let row = &mut out[(4 * top + y) * stride + left..];
                let mut four = [0; 4];
                lanes.add(half).store(&mut four);
                match row.first_chunk_mut() {
                    Some(target) if ACROSS >= 4 => *target = four,
                    _ => row[..ACROSS].copy_from_slice(&four[..ACROSS]),
                }
            }
        }
    }
}

#[inline(always)]
fn sample(value: i32) -> u8 {
    (value + 128).clamp(0, 255) as u8
}

/// The transform along the index, in place; results are descaled by `shift`, rounding.
#[inline(always)]
fn points<L: Lanes, const N: usize>(v: &mut [L; 8], shift: u32) {
    match N {
        8 => points8(v, shift),
        4 => points4(v, shift),
        2 => points2(v, shift),
        _ => v[0] = descale(v[0].mul(1 << CONST_BITS), shift),
    }
}

#[inline(always)]
fn descale<L: Lanes>(value: L, shift: u32) -> L {
    value.add(L::splat(1 << (shift - 1))).shr(shift)
}

#[inline(always)]
fn points8<L: Lanes>(v: &mut [L; 8], shift: u32) {
    let z1 = v[2].add(v[6]).mul(fix!(0.541196100));
    let even2 = z1.sub(v[6].mul(fix!(1.847759065)));
    let even3 = z1.add(v[2].mul(fix!(0.765366865)));
    let even0 = v[0].add(v[4]).wrap().mul(1 << CONST_BITS);
    let even1 = v[0].sub(v[4]).wrap().mul(1 << CONST_BITS);
    let e = [
        even0.add(even3),
        even1.add(even2),
        even1.sub(even2),
        even0.sub(even3),
    ];

    let (z1, z2, z3, z4) = (
        v[7].add(v[1]),
        v[5].add(v[3]),
        v[7].add(v[3]).wrap(),
        v[5].add(v[1]).wrap(),
    );
    let z5 = z3.add(z4).mul(fix!(1.175875602));
    let (z1, z2) = (z1.mul(fix!(0.899976223)), z2.mul(fix!(2.562915447)));
    let z3 = z5.sub(z3.mul(fix!(1.961570560)));
    let z4 = z5.sub(z4.mul(fix!(0.390180644)));
    let o = [
        v[1].mul(fix!(1.501321110)).sub(z1).add(z4),
        v[3].mul(fix!(3.072711026)).sub(z2).add(z3),
        v[5].mul(fix!(2.053119869)).sub(z2).add(z4),
        v[7].mul(fix!(0.298631336)).sub(z1).add(z3),
    ];
    for i in 0..4 {
        v[i] = descale(e[i].add(o[i]), shift);
        v[7 - i] = descale(e[i].sub(o[i]), shift);
    }
}

#[inline(always)]
fn points4<L: Lanes>(v: &mut [L; 8], shift: u32) {
    let e = [
        v[0].add(v[2]).mul(1 << CONST_BITS),
        v[0].sub(v[2]).mul(1 << CONST_BITS),
    ];
    let o = [
        v[1].mul(fix!(1.306562965)).add(v[3].mul(fix!(0.541196100))),
        v[1].mul(fix!(0.541196100)).sub(v[3].mul(fix!(1.306562965))),
    ];
    for i in 0..2 {
        v[i] = descale(e[i].add(o[i]), shift);
        v[3 - i] = descale(e[i].sub(o[i]), shift);
    }
}

#[inline(always)]
fn points2<L: Lanes>(v: &mut [L; 8], shift: u32) {
    let (sum, difference) = (v[0].add(v[1]), v[0].sub(v[1]));
    v[0] = descale(sum.mul(1 << CONST_BITS), shift);
    v[1] = descale(difference.mul(1 << CONST_BITS), shift);
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::f64::consts::PI;

    /// The definition (T.81, A.3.3), at N points of N/8 the size.
    fn defined(coefficients: &[i16; 64], points: Points, x: usize, y: usize) -> f64 {
        let basis = |k: usize, at: usize, n: usize| {
            let c = if k == 0 { (0.5f64).sqrt() } else { 1.0 };
            c * ((2 * at + 1) as f64 * k as f64 * PI / (2 * n) as f64).cos()
        };
        let mut sum = 0.0;
        for v in 0..points.down {
            for u in 0..points.across {
                sum += f64::from(coefficients[8 * v + u])
                    * basis(u, x, points.across)
                    * basis(v, y, points.down);
            }
        }
        (sum / 4.0 + 128.0).clamp(0.0, 255.0)
    }

    #[test]
    fn every_size_is_within_one_of_the_definition() {
        let mut state = 7u32;
        for round in 0..400 {
            let mut coefficients = [0i16; 64];
            for (at, value) in coefficients.iter_mut().enumerate() {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let size = 1 + 900 / (1 + at as i32 * (1 + round % 7));
                *value = ((state >> 8) as i32 % size - size / 2) as i16;
            }
            for down in [1, 2, 4, 8] {
                for across in [1, 2, 4, 8] {
                    let points = Points { across, down };
                    let mut out = [0; 64];
                    inverse(&coefficients, &[1; 64], points, &mut out, 8);
                    for y in 0..down {
                        for x in 0..across {
                            let (got, want) = (
                                f64::from(out[8 * y + x]),
                                defined(&coefficients, points, x, y),
                            );
                            assert!(
                                (got - want).abs() <= 1.0,
                                "{points:?} at {x},{y}: {got}, {want}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_no_picture_has_overflows_as_in_sixteen_bits() {
        let points = Points { across: 8, down: 8 };
        let corner = |set: &[(usize, i16)]| {
            let (mut coefficients, mut out) = ([0; 64], [0; 64]);
            set.iter().for_each(|&(at, c)| coefficients[at] = c);
            inverse(&coefficients, &[1; 64], points, &mut out, 8);
            out[0]
        };
        assert_eq!(corner(&[(0, 20_000), (32, 20_000)]), 0, "their sum wraps");
        assert_eq!(
            corner(&[(0, 9000), (8, 1)]),
            255,
            "the first pass saturates"
        );
        assert_eq!(corner(&[(0, 9000), (1, 1)]), 0, "a shift wraps");
    }

    #[test]
    fn a_fill_is_what_the_transform_makes_of_a_lone_dc() {
        for dc in [
            -20000, -2000, -1024, -100, -5, -4, -3, 0, 3, 4, 5, 11, 100, 1016, 1024, 9000,
        ] {
            let mut coefficients = [0; 64];
            coefficients[0] = dc;
            for points in [
                Points { across: 8, down: 8 },
                Points { across: 1, down: 1 },
                Points { across: 4, down: 2 },
            ] {
                let (mut filled, mut transformed) = ([0; 64], [0; 64]);
                fill(dc, 1, points, &mut filled, 8);
                inverse(&coefficients, &[1; 64], points, &mut transformed, 8);
                assert_eq!(filled, transformed, "{dc} {points:?}");
            }
        }
    }
}

//! The inverse DCT of 8 x 8 coefficients to N x M samples, N and M each 8, 4, 2 or 1.
//!
//! The 8-point transform is the one of Loeffler, Ligtenberg and Moschytz in 13-bit fixed point, in the order of operations that
//! makes its results those of the "accurate integer" method of the reference implementations. The smaller ones are the same
//! basis at fewer points: the N lowest coefficients of a block are, up to scale, the N-point DCT of the block at N/8 the size.

/// Eight columns, or eight rows, at once: what a loop over them does, vector units do in two or four steps.
type Lane = [i32; 8];

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

/// Transforms dequantised coefficients in natural order into `down` rows of `across` samples at `out`, `stride` apart.
#[inline]
pub(crate) fn inverse(coefficients: &[i16; 64], points: Points, out: &mut [u8], stride: usize) {
    match (points.down, points.across) {
        (8, 8) => transform::<8, 8>(coefficients, out, stride),
        (4, 4) => transform::<4, 4>(coefficients, out, stride),
        (2, 2) => transform::<2, 2>(coefficients, out, stride),
        (8, 4) => transform::<8, 4>(coefficients, out, stride),
        (4, 8) => transform::<4, 8>(coefficients, out, stride),
        (4, 2) => transform::<4, 2>(coefficients, out, stride),
        (2, 4) => transform::<2, 4>(coefficients, out, stride),
        (8, 2) => transform::<8, 2>(coefficients, out, stride),
        (2, 8) => transform::<2, 8>(coefficients, out, stride),
        (1, across) => fill_like::<1>(coefficients, across, out, stride),
        (2, across) => fill_like::<2>(coefficients, across, out, stride),
        (4, across) => fill_like::<4>(coefficients, across, out, stride),
        (_, across) => fill_like::<8>(coefficients, across, out, stride),
    }
}

/// One side is a single point.
fn fill_like<const DOWN: usize>(
    coefficients: &[i16; 64],
    across: usize,
    out: &mut [u8],
    stride: usize,
) {
    match across {
        8 => transform::<DOWN, 8>(coefficients, out, stride),
        4 => transform::<DOWN, 4>(coefficients, out, stride),
        2 => transform::<DOWN, 2>(coefficients, out, stride),
        _ => transform::<DOWN, 1>(coefficients, out, stride),
    }
}

/// A block whose only coefficient is the DC one: every sample is the same.
#[inline]
pub(crate) fn fill(dc: i16, points: Points, out: &mut [u8], stride: usize) {
    let value = sample((i32::from(dc) + 4) >> 3);
    for row in out.chunks_mut(stride).take(points.down) {
        row[..points.across].fill(value);
    }
}

#[inline(always)]
fn transform<const DOWN: usize, const ACROSS: usize>(
    coefficients: &[i16; 64],
    out: &mut [u8],
    stride: usize,
) {
    let mut columns = [[0; 8]; 8];
    for (row, lane) in columns.iter_mut().enumerate().take(DOWN) {
        for column in 0..ACROSS {
            lane[column] = i32::from(coefficients[8 * row + column]);
        }
    }
    // Columns first, with two more bits of precision; then rows, which are columns of the transposed.
    points::<DOWN>(&mut columns, CONST_BITS - PASS1_BITS);
    let mut rows = transpose(&columns);
    points::<ACROSS>(&mut rows, CONST_BITS + PASS1_BITS + 3);
    for (y, row) in out.chunks_mut(stride).enumerate().take(DOWN) {
        for (x, target) in row[..ACROSS].iter_mut().enumerate() {
            *target = sample(rows[x][y]);
        }
    }
}

#[inline(always)]
fn sample(value: i32) -> u8 {
    (value + 128).clamp(0, 255) as u8
}

#[inline(always)]
fn transpose(m: &[Lane; 8]) -> [Lane; 8] {
    let mut t = [[0; 8]; 8];
    for (y, row) in t.iter_mut().enumerate() {
        for (x, value) in row.iter_mut().enumerate() {
            *value = m[x][y];
        }
    }
    t
}

/// The transform along the first index, in place, for all eight of the second; results are descaled by `shift`.
#[inline(always)]
fn points<const N: usize>(v: &mut [Lane; 8], shift: u32) {
    match N {
        8 => points8(v, shift),
        4 => points4(v, shift),
        2 => points2(v, shift),
        _ => points1(v, shift),
    }
}

#[inline(always)]
fn map(f: impl Fn(usize) -> i32) -> Lane {
    core::array::from_fn(f)
}

#[inline(always)]
fn add(a: Lane, b: Lane) -> Lane {
    map(|i| a[i].wrapping_add(b[i]))
}

#[inline(always)]
fn sub(a: Lane, b: Lane) -> Lane {
    map(|i| a[i].wrapping_sub(b[i]))
}

#[inline(always)]
fn mul(a: Lane, by: i32) -> Lane {
    map(|i| a[i].wrapping_mul(by))
}

/// Divides by a power of two, rounding.
#[inline(always)]
fn descale(a: Lane, shift: u32) -> Lane {
    map(|i| a[i].wrapping_add(1 << (shift - 1)) >> shift)
}

#[inline(always)]
fn points8(v: &mut [Lane; 8], shift: u32) {
    let z1 = mul(add(v[2], v[6]), fix!(0.541196100));
    let even2 = sub(z1, mul(v[6], fix!(1.847759065)));
    let even3 = add(z1, mul(v[2], fix!(0.765366865)));
    let even0 = mul(add(v[0], v[4]), 1 << CONST_BITS);
    let even1 = mul(sub(v[0], v[4]), 1 << CONST_BITS);
    let e = [
        add(even0, even3),
        add(even1, even2),
        sub(even1, even2),
        sub(even0, even3),
    ];

    let (z1, z2, z3, z4) = (
        add(v[7], v[1]),
        add(v[5], v[3]),
        add(v[7], v[3]),
        add(v[5], v[1]),
    );
    let z5 = mul(add(z3, z4), fix!(1.175875602));
    let (z1, z2) = (mul(z1, fix!(0.899976223)), mul(z2, fix!(2.562915447)));
    let z3 = sub(z5, mul(z3, fix!(1.961570560)));
    let z4 = sub(z5, mul(z4, fix!(0.390180644)));
    let o = [
        add(sub(mul(v[1], fix!(1.501321110)), z1), z4),
        add(sub(mul(v[3], fix!(3.072711026)), z2), z3),
        add(sub(mul(v[5], fix!(2.053119869)), z2), z4),
        add(sub(mul(v[7], fix!(0.298631336)), z1), z3),
    ];
    for i in 0..4 {
        v[i] = descale(add(e[i], o[i]), shift);
        v[7 - i] = descale(sub(e[i], o[i]), shift);
    }
}

#[inline(always)]
fn points4(v: &mut [Lane; 8], shift: u32) {
    let e = [
        mul(add(v[0], v[2]), 1 << CONST_BITS),
        mul(sub(v[0], v[2]), 1 << CONST_BITS),
    ];
    let o = [
        add(mul(v[1], fix!(1.306562965)), mul(v[3], fix!(0.541196100))),
        sub(mul(v[1], fix!(0.541196100)), mul(v[3], fix!(1.306562965))),
    ];
    for i in 0..2 {
        v[i] = descale(add(e[i], o[i]), shift);
        v[3 - i] = descale(sub(e[i], o[i]), shift);
    }
}

#[inline(always)]
fn points2(v: &mut [Lane; 8], shift: u32) {
    let (sum, difference) = (add(v[0], v[1]), sub(v[0], v[1]));
    v[0] = descale(mul(sum, 1 << CONST_BITS), shift);
    v[1] = descale(mul(difference, 1 << CONST_BITS), shift);
}

#[inline(always)]
fn points1(v: &mut [Lane; 8], shift: u32) {
    v[0] = descale(mul(v[0], 1 << CONST_BITS), shift);
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
                    inverse(&coefficients, points, &mut out, 8);
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
    fn a_fill_is_what_the_transform_makes_of_a_lone_dc() {
        for dc in [
            -2000, -1024, -100, -5, -4, -3, 0, 3, 4, 5, 11, 100, 1016, 1024,
        ] {
            let mut coefficients = [0; 64];
            coefficients[0] = dc;
            for points in [
                Points { across: 8, down: 8 },
                Points { across: 1, down: 1 },
                Points { across: 4, down: 2 },
            ] {
                let (mut filled, mut transformed) = ([0; 64], [0; 64]);
                fill(dc, points, &mut filled, 8);
                inverse(&coefficients, points, &mut transformed, 8);
                assert_eq!(filled, transformed, "{dc} {points:?}");
            }
        }
    }
}

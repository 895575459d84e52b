//! The forward DCT of 8 x 8 samples (T.81, A.3.3).
//!
//! The transform is the one of Loeffler, Ligtenberg and Moschytz in 13-bit fixed point, rows first
//! with two more bits of precision, then columns. Rounding is that of the "accurate integer" method
//! of the reference implementations, so the results are equal. The odd half is written out as a
//! four by four matrix: integer sums of products are the same in any order, and a vector unit has
//! an instruction for them.

use crate::words::Words;

const CONST_BITS: u32 = 13;
const PASS1_BITS: u32 = 2;

/// `f64` to fixed point, rounded to nearest.
macro_rules! fix {
    ($x:expr) => {
        ($x * 8192.0 + 0.5) as i16
    };
}

/// Transforms a block into rows of coefficients in natural order, eight times as large as in T.81.
#[inline(always)]
pub(super) fn forward<W: Words>(rows: [&[u8; 8]; 8]) -> [W; 8] {
    let across = pass::<W, true>(W::columns(rows));
    pass::<W, false>(W::transpose(across))
}

/// DC coefficient of a block of equal samples, eight times as large as in T.81.
#[inline(always)]
pub(super) fn constant(sample: u8) -> i16 {
    64 * (i16::from(sample) - 128)
}

/// Transforms along the index of the array; lanes are independent.
#[inline(always)]
fn pass<W: Words, const FIRST: bool>(v: [W; 8]) -> [W; 8] {
    let shift = if FIRST {
        CONST_BITS - PASS1_BITS
    } else {
        CONST_BITS + PASS1_BITS
    };
    let scale = |value: W| {
        if FIRST {
            value.shl(PASS1_BITS)
        } else {
            value.descale(PASS1_BITS)
        }
    };
    let sum: [W; 4] = core::array::from_fn(|i| v[i].add(v[7 - i]));
    let difference: [W; 4] = core::array::from_fn(|i| v[i].sub(v[7 - i]));
    let (outer, inner) = (sum[0].add(sum[3]), sum[1].add(sum[2]));
    let turned = [sum[0].sub(sum[3]), sum[1].sub(sum[2])];
    let odd = |by: [i16; 4]| W::sum4(difference, by, shift);
    // Factors of the factored form; its sums of products are multiplied out below.
    let (a, b, c, d) = (
        fix!(1.501321110),
        fix!(3.072711026),
        fix!(2.053119869),
        fix!(0.298631336),
    );
    let (z1, z2, z3, z4, z5) = (
        fix!(0.899976223),
        fix!(2.562915447),
        fix!(1.961570560),
        fix!(0.390180644),
        fix!(1.175875602),
    );
    [
        scale(outer.add(inner)),
        odd([a - z1 - z4 + z5, z5, z5 - z4, z5 - z1]),
        W::sum2(
            turned,
            [fix!(0.541196100) + fix!(0.765366865), fix!(0.541196100)],
            shift,
        ),
        odd([z5, b - z2 - z3 + z5, z5 - z2, z5 - z3]),
        scale(outer.sub(inner)),
        odd([z5 - z4, z5 - z2, c - z2 - z4 + z5, z5]),
        W::sum2(
            turned,
            [fix!(0.541196100), fix!(0.541196100) - fix!(1.847759065)],
            shift,
        ),
        odd([z5 - z1, z5 - z3, z5, d - z1 - z3 + z5]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Best, to_array};
    use core::f64::consts::PI;
    use letterbox_testkit::Noise;

    /// Evaluates the definition of T.81 (A.3.3).
    fn defined(samples: &[[u8; 8]; 8], u: usize, v: usize) -> f64 {
        let basis = |k: usize, at: usize| {
            let c = if k == 0 { (0.5f64).sqrt() } else { 1.0 };
            c * ((2 * at + 1) as f64 * k as f64 * PI / 16.0).cos()
        };
        let mut sum = 0.0;
        for (y, row) in samples.iter().enumerate() {
            for (x, &sample) in row.iter().enumerate() {
                sum += (f64::from(sample) - 128.0) * basis(u, x) * basis(v, y);
            }
        }
        sum / 4.0
    }

    /// Blocks of noise, stripes and extremes.
    fn blocks() -> impl Iterator<Item = [[u8; 8]; 8]> {
        let mut noise = Noise(3);
        (0..300).map(move |round| {
            core::array::from_fn(|y| {
                core::array::from_fn(|x| {
                    let word = noise.word();
                    match round % 4 {
                        0 => (word >> 24) as u8,
                        1 => ((word >> 31) * 255) as u8,
                        2 => (128 + (x * y + round) % 16) as u8,
                        _ if sign(x, round % 8) == sign(y, round / 8 % 8) => 255,
                        _ => 0,
                    }
                })
            })
        })
    }

    /// Sign of the basis function; blocks of such signs reach the largest coefficients.
    fn sign(at: usize, k: usize) -> bool {
        ((2 * at + 1) as f64 * k as f64 * PI / 16.0).cos() > 0.0
    }

    #[test]
    fn it_is_within_half_a_step_of_the_definition() {
        for samples in blocks() {
            let got = forward::<[i16; 8]>(samples.each_ref());
            for v in 0..8 {
                for u in 0..8 {
                    let (got, want) = (f64::from(got[v][u]) / 8.0, defined(&samples, u, v));
                    assert!((got - want).abs() < 0.5, "{u},{v}: {got}, {want}");
                }
            }
        }
    }

    #[test]
    fn vectors_are_the_arrays() {
        for samples in blocks() {
            let vectors: [[i16; 8]; 8] = forward::<Best>(samples.each_ref()).map(to_array);
            assert_eq!(vectors, forward::<[i16; 8]>(samples.each_ref()));
        }
    }

    #[test]
    fn a_constant_block_is_its_dc() {
        for sample in [0, 1, 127, 128, 200, 255] {
            let mut want = [[0; 8]; 8];
            want[0][0] = constant(sample);
            assert_eq!(forward::<[i16; 8]>([&[sample; 8]; 8]), want);
        }
    }
}

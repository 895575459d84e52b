//! Quantisation (T.81, A.3.4 and K.1): coefficients divided by the table's values, rounded to
//! nearest, halves away from zero.
//!
//! The forward DCT gives eight times the coefficient, so the divisor is eight times the table's
//! value. A bit mask in zigzag order marks the coefficients that are not zero afterwards, so that
//! entropy coding visits no others.

use crate::segments::ZIGZAG;
use crate::words::Best;

/// Table K.1 of T.81, in natural order.
const LUMINANCE: [u16; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
    92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/// Upper left corner of table K.2 of T.81; all other values are 99.
const CHROMINANCE: [[u16; 4]; 4] = [
    [17, 18, 24, 47],
    [18, 21, 26, 66],
    [24, 26, 56, 99],
    [47, 66, 99, 99],
];

/// Returns the tables of annex K for luminance and chrominance, in natural order, scaled as the
/// reference implementation does: a quality of 50 is the table itself, 100 is ones. No value
/// exceeds a byte, as baseline demands (B.2.4.1).
pub(super) fn tables(quality: u8) -> [[u8; 64]; 2] {
    let quality = u32::from(quality.clamp(1, 100));
    let percent = if quality < 50 {
        5000 / quality
    } else {
        200 - 2 * quality
    };
    let scale = |value: u16| ((u32::from(value) * percent + 50) / 100).clamp(1, 255) as u8;
    let chrominance = |at: usize| CHROMINANCE.get(at / 8).and_then(|row| row.get(at % 8));
    [
        LUMINANCE.map(scale),
        core::array::from_fn(|at| scale(chrominance(at).copied().unwrap_or(99))),
    ]
}

/// Upper bound on the bits of the values of a block that is quantised with this table.
///
/// The energy of a block's coefficients is that of its samples (T.81's transform is orthonormal),
/// so that the sum of the squares of values times divisors is at most `64 * 128^2`. A value of `v`
/// has `1 + log2(v)` bits, so the sum of all bits is greatest where each value is `128 / divisor`.
pub(super) fn most_value_bits(table: &[u8; 64]) -> usize {
    // In eighths: log2(128 / d) = 7 - log2(d^8) / 8.
    let size = |divisor: u8| 8 + 56u32.saturating_sub(u64::from(divisor).pow(8).ilog2());
    let sizes: u32 = table.iter().map(|&divisor| size(divisor)).sum();
    sizes.div_ceil(8) as usize
}

/// Upper bound on the bits of the file for a block that is quantised with this table.
///
/// The code before a value has five bits at most on average: where all coefficients have values,
/// only sizes are coded, and there are eleven of them; runs of zeroes cost less than the values in
/// their place. If the tables are made `early`, the code has eight bits, because nobody knows then
/// what symbols will come, see [`super::entropy::Tokens::expect_all`].
pub(super) fn most_bits(table: &[u8; 64], early: bool) -> usize {
    64 * if early { 8 } else { 5 } + most_value_bits(table)
}

/// Bits that rounding to whole values may add to [`most_value_bits`]: half a bit each, where one
/// and a half becomes two.
pub(super) const ROUNDING_BITS: usize = 32;

/// Upper bound on the bits for a block of a single colour: the difference to the block before, and
/// the end of the block.
pub(super) const FLAT_BITS: usize = 16 + 11 + 16;

/// Quantisation table in a form that is ready to divide by.
pub(super) struct Divisors {
    divisors: [[i16; 8]; 8],
    /// `2^(16 + power) / divisor`, rounded up.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "for vectors"))]
    reciprocals: [[i16; 8]; 8],
    /// `2^(15 - power)`.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "for vectors"))]
    powers: [[i16; 8]; 8],
}

impl Divisors {
    pub(super) fn new(table: &[u8; 64]) -> Divisors {
        let mut new = Divisors {
            divisors: [[0; 8]; 8],
            reciprocals: [[0; 8]; 8],
            powers: [[0; 8]; 8],
        };
        for (at, &value) in table.iter().enumerate() {
            let (y, x) = (at / 8, at % 8);
            let divisor = 8 * u32::from(value);
            // Seventeen bits would not fit, so a power of two takes one bit less.
            let power = (divisor - 1).ilog2();
            new.divisors[y][x] = divisor as i16; // 2040 at most
            new.reciprocals[y][x] = (1u32 << (16 + power)).div_ceil(divisor) as u16 as i16;
            new.powers[y][x] = 1 << (15 - power);
        }
        new
    }

    /// Quantises a DC coefficient alone.
    pub(super) fn divide_dc(&self, value: i16) -> i16 {
        divide(value, self.divisors[0][0])
    }
}

#[inline(always)]
fn divide(value: i16, by: i16) -> i16 {
    let magnitude = (value.unsigned_abs() + by.unsigned_abs() / 2) / by.unsigned_abs();
    if value < 0 {
        -(magnitude as i16)
    } else {
        magnitude as i16
    }
}

/// Quantises rows of coefficients. The returned mask marks the places, in natural order, that are
/// not zero.
#[inline(always)]
pub(super) fn quantise(rows: [Best; 8], divisors: &Divisors, out: &mut [i16; 64]) -> u64 {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return simd::quantise(rows, divisors, out);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    return scalar(rows, divisors, out);
}

#[cfg_attr(
    all(target_arch = "wasm32", target_feature = "simd128"),
    allow(dead_code, reason = "the definition")
)]
#[inline(always)]
fn scalar(rows: [[i16; 8]; 8], divisors: &Divisors, out: &mut [i16; 64]) -> u64 {
    let mut mask = 0;
    let by = divisors.divisors.as_flattened();
    for (at, (&value, &by)) in rows.as_flattened().iter().zip(by).enumerate() {
        out[at] = divide(value, by);
        mask |= u64::from(out[at] != 0) << at;
    }
    mask
}

/// Division by multiplication. With
/// `e = reciprocal * divisor - 2^(16 + power) < divisor <= 2^(power + 1)`, a magnitude `m` below
/// 2^15 is `m / divisor + m * e / (divisor * 2^(16 + power))`. The error is below `1 / divisor`,
/// and the quotient and its half come in steps of `1 / divisor`. The first product drops the bits
/// below `2^power`, and the second one rounds by them.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use core::arch::wasm32::*;

    use super::Divisors;
    use crate::lanes::simd::{load_words, store_words};

    #[inline(always)]
    pub(super) fn quantise(rows: [v128; 8], divisors: &Divisors, out: &mut [i16; 64]) -> u64 {
        let (out, _) = out.as_chunks_mut::<8>();
        let mut mask = 0;
        for y in [0, 2, 4, 6] {
            let (above, below) = (row(rows[y], divisors, y), row(rows[y + 1], divisors, y + 1));
            store_words(above, &mut out[y]);
            store_words(below, &mut out[y + 1]);
            // Saturation turns no other value into zero.
            let zeroes = i8x16_eq(i8x16_narrow_i16x8(above, below), i8x16_splat(0));
            mask |= u64::from(!i8x16_bitmask(zeroes)) << (8 * y);
        }
        mask
    }

    #[inline(always)]
    fn row(row: v128, divisors: &Divisors, y: usize) -> v128 {
        let sign = i16x8_shr(row, 15);
        let magnitude = i16x8_abs(row);
        let reciprocal = load_words(&divisors.reciprocals[y]);
        let low = u32x4_extmul_low_u16x8(magnitude, reciprocal);
        let high = u32x4_extmul_high_u16x8(magnitude, reciprocal);
        let product = i16x8_shuffle::<1, 3, 5, 7, 9, 11, 13, 15>(low, high);
        let quotient = i16x8_q15mulr_sat(product, load_words(&divisors.powers[y]));
        i16x8_sub(v128_xor(quotient, sign), sign)
    }
}

/// For four bits of a mask in natural order: the same bits in zigzag order.
const SPREAD: [[u64; 16]; 16] = {
    let mut spread = [[0; 16]; 16];
    let mut place = 0;
    while place < 64 {
        let natural = ZIGZAG[place] as usize;
        let mut bits = 0;
        while bits < 16 {
            if bits >> (natural % 4) & 1 != 0 {
                spread[natural / 4][bits] |= 1 << place;
            }
            bits += 1;
        }
        place += 1;
    }
    spread
};

/// Converts a mask from natural order to zigzag order.
#[inline(always)]
pub(super) fn to_zigzag(natural: u64) -> u64 {
    let part = |from: usize| {
        (from..from + 4).fold(0, |mask, at| {
            mask | SPREAD[at][(natural >> (4 * at)) as usize & 15]
        })
    };
    let mut mask = part(0) | part(4);
    if natural >> 32 != 0 {
        mask |= part(8) | part(12);
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality_scales_the_tables_of_the_standard() {
        assert_eq!(tables(50)[0], LUMINANCE.map(|value| value as u8));
        assert_eq!(tables(100), [[1; 64]; 2]);
        assert_eq!((tables(80)[0][0], tables(80)[1][63]), (6, 40));
        assert_eq!(tables(1), [[255; 64]; 2]);
        assert_eq!(tables(0), tables(1));
    }

    #[test]
    fn reciprocals_are_the_division_for_every_coefficient_there_can_be() {
        for value in 1..=255u8 {
            let divisors = Divisors::new(&[value; 64]);
            let (by, reciprocal, power) = (
                divisors.divisors[0][0],
                u32::from(divisors.reciprocals[0][0] as u16),
                i32::from(divisors.powers[0][0]),
            );
            for magnitude in 0..=i16::MAX {
                // Computed as the vector code does.
                let product = (magnitude as u32 * reciprocal) >> 16;
                let quotient = (i32::from(product as u16 as i16) * power + (1 << 14)) >> 15;
                assert_eq!(
                    quotient,
                    i32::from(divide(magnitude, by)),
                    "{magnitude}/{by}"
                );
            }
        }
    }

    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[test]
    fn vectors_are_the_division() {
        use crate::words::to_array;
        let mut noise = letterbox_testkit::Noise(5);
        for quality in 1..=100 {
            let divisors = Divisors::new(&tables(quality)[0]);
            let rows: [[i16; 8]; 8] = core::array::from_fn(|_| {
                core::array::from_fn(|_| {
                    let word = noise.word();
                    (word as i32 >> (17 + word % 12)) as i16
                })
            });
            let (mut one, mut other) = ([0; 64], [0; 64]);
            let vectors = rows.map(|row| crate::lanes::simd::load_words(&row));
            assert_eq!(vectors.map(to_array), rows);
            let mask = quantise(vectors, &divisors, &mut one);
            assert_eq!(mask, scalar(rows, &divisors, &mut other));
            assert_eq!(one, other);
        }
    }

    #[test]
    fn a_mask_goes_to_zigzag_order_bit_by_bit() {
        for (place, &natural) in ZIGZAG[..64].iter().enumerate() {
            assert_eq!(to_zigzag(1 << natural), 1 << place);
        }
        assert_eq!(to_zigzag(u64::MAX), u64::MAX);
    }
}

//! Conversion of pixels to samples: the equations of JFIF (ITU-R BT.601, full range) in 16-bit
//! fixed point, and chrominance at half size.
//!
//! Both round as the reference implementation does: halves up for luminance, down for chrominance.
//! A downsampled row rounds up and down in turn, so that flat noise keeps its mean.

/// Converts an `f64` to 16-bit fixed point.
macro_rules! fix {
    ($x:expr) => {
        ($x * 65536.0 + 0.5) as i32
    };
}

const HALF: i32 = 1 << 15;
/// Middle of the chrominance samples plus the rounding.
const MIDDLE: i32 = (128 << 16) + HALF - 1;

/// Pixels converted in one step.
const BLOCK: usize = 16;

/// Converts a row; the rows of the components are at least as long as the row of pixels.
pub(super) fn convert(rgb: &[u8], y: &mut [u8], cb: &mut [u8], cr: &mut [u8]) {
    let mut at = 0;
    for rgb in rgb.chunks(3 * BLOCK) {
        let (y, cb, cr) = (&mut y[at..], &mut cb[at..], &mut cr[at..]);
        let block = (
            rgb.first_chunk(),
            y.first_chunk_mut(),
            cb.first_chunk_mut(),
            cr.first_chunk_mut(),
        );
        if let (Some(rgb), Some(y), Some(cb), Some(cr)) = block {
            convert_block(rgb, y, cb, cr);
        } else {
            for (i, rgb) in rgb.as_chunks::<3>().0.iter().enumerate() {
                [y[i], cb[i], cr[i]] = pixel(*rgb);
            }
        }
        at += BLOCK;
    }
}

#[inline(always)]
fn pixel(rgb: [u8; 3]) -> [u8; 3] {
    let [r, g, b] = rgb.map(i32::from);
    [
        (fix!(0.29900) * r + fix!(0.58700) * g + fix!(0.11400) * b + HALF) >> 16,
        (MIDDLE - fix!(0.168735892) * r - fix!(0.331264108) * g + HALF * b) >> 16,
        (MIDDLE + HALF * r - fix!(0.418687589) * g - fix!(0.081312411) * b) >> 16,
    ]
    .map(|value| value as u8)
}

/// Averages two rows into one of half their length.
pub(super) fn downsample(above: &[u8], below: &[u8], out: &mut [u8]) {
    let (out, rest) = out.as_chunks_mut::<8>();
    let ((above, above_rest), (below, below_rest)) =
        (above.as_chunks::<16>(), below.as_chunks::<16>());
    for ((out, above), below) in out.iter_mut().zip(above).zip(below) {
        downsample_block(above, below, out);
    }
    for (x, out) in rest.iter_mut().enumerate() {
        *out = average(above_rest, below_rest, x);
    }
}

#[inline(always)]
fn average(above: &[u8], below: &[u8], x: usize) -> u8 {
    let sum = |row: &[u8]| u16::from(row[2 * x]) + u16::from(row[2 * x + 1]);
    ((sum(above) + sum(below) + 1 + (x % 2) as u16) >> 2) as u8
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use scalar::{convert_block, downsample_block};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd::{convert_block, downsample_block};

#[cfg_attr(
    all(target_arch = "wasm32", target_feature = "simd128"),
    allow(dead_code, reason = "the definition")
)]
mod scalar {
    use super::{BLOCK, average, pixel};

    #[inline(always)]
    pub(super) fn convert_block(
        rgb: &[u8; 3 * BLOCK],
        y: &mut [u8; BLOCK],
        cb: &mut [u8; BLOCK],
        cr: &mut [u8; BLOCK],
    ) {
        for (i, rgb) in rgb.as_chunks::<3>().0.iter().enumerate() {
            [y[i], cb[i], cr[i]] = pixel(*rgb);
        }
    }

    #[inline(always)]
    pub(super) fn downsample_block(above: &[u8; 16], below: &[u8; 16], out: &mut [u8; 8]) {
        *out = core::array::from_fn(|x| average(above, below, x));
    }
}

/// Implementation in lanes. Pairs of samples are multiplied by pairs of 16-bit factors. A factor
/// that does not fit is split: green's part of luminance is spread over both pairs, and a half,
/// which is 2^15, is subtracted as -2^15.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use core::arch::wasm32::*;

    use super::{BLOCK, HALF, MIDDLE};
    use crate::lanes::simd::{load16, store8, store16};

    const QUARTER: i32 = 1 << 14;

    #[inline(always)]
    pub(super) fn convert_block(
        rgb: &[u8; 3 * BLOCK],
        y: &mut [u8; BLOCK],
        cb: &mut [u8; BLOCK],
        cr: &mut [u8; BLOCK],
    ) {
        let (thirds, _) = rgb.as_chunks::<16>();
        let [a, b, c] = [load16(&thirds[0]), load16(&thirds[1]), load16(&thirds[2])];
        // Pairs of four pixels each: red with green, then blue with green. Indices from 16 on
        // select from the second vector.
        let fours = [
            four(i8x16_shuffle::<
                0,
                1,
                3,
                4,
                6,
                7,
                9,
                10,
                2,
                1,
                5,
                4,
                8,
                7,
                11,
                10,
            >(a, a)),
            four(i8x16_shuffle::<
                12,
                13,
                15,
                16,
                18,
                19,
                21,
                22,
                14,
                13,
                17,
                16,
                20,
                19,
                23,
                22,
            >(a, b)),
            four(i8x16_shuffle::<
                8,
                9,
                11,
                12,
                14,
                15,
                17,
                18,
                10,
                9,
                13,
                12,
                16,
                15,
                19,
                18,
            >(b, c)),
            four(i8x16_shuffle::<
                4,
                5,
                7,
                8,
                10,
                11,
                13,
                14,
                6,
                5,
                9,
                8,
                12,
                11,
                15,
                14,
            >(c, c)),
        ];
        let component = |at: usize| {
            u8x16_narrow_i16x8(
                high_halves(fours[0][at], fours[1][at]),
                high_halves(fours[2][at], fours[3][at]),
            )
        };
        store16(component(0), y);
        store16(component(1), cb);
        store16(component(2), cr);
    }

    /// Shifts right by 16. A shuffle is used because the compiler makes more than one instruction
    /// of a narrowing whose range it knows.
    #[inline(always)]
    fn high_halves(a: v128, b: v128) -> v128 {
        i16x8_shuffle::<1, 3, 5, 7, 9, 11, 13, 15>(a, b)
    }

    /// Returns the components of four pixels in the high halves.
    #[inline(always)]
    fn four(pairs: v128) -> [v128; 3] {
        let (rg, bg) = (
            u16x8_extend_low_u8x16(pairs),
            u16x8_extend_high_u8x16(pairs),
        );
        let products = |r: i32, g: i32, b: i32, other_g: i32| {
            i32x4_add(
                dot(rg, r as i16, g as i16),
                dot(bg, b as i16, other_g as i16),
            )
        };
        let y = products(
            fix!(0.29900),
            fix!(0.58700) - QUARTER,
            fix!(0.11400),
            QUARTER,
        );
        let cb = products(fix!(0.168735892), fix!(0.331264108), -HALF, 0);
        let cr = products(-HALF, fix!(0.418687589), fix!(0.081312411), 0);
        let middle = i32x4_splat(MIDDLE);
        [
            i32x4_add(y, i32x4_splat(HALF)),
            i32x4_sub(middle, cb),
            i32x4_sub(middle, cr),
        ]
    }

    #[inline(always)]
    fn dot(pairs: v128, a: i16, b: i16) -> v128 {
        i32x4_dot_i16x8(pairs, i16x8(a, b, a, b, a, b, a, b))
    }

    #[inline(always)]
    pub(super) fn downsample_block(above: &[u8; 16], below: &[u8; 16], out: &mut [u8; 8]) {
        let sum = i16x8_add(
            u16x8_extadd_pairwise_u8x16(load16(above)),
            u16x8_extadd_pairwise_u8x16(load16(below)),
        );
        let rounded = i16x8_add(sum, i16x8(1, 2, 1, 2, 1, 2, 1, 2));
        let average = u16x8_shr(rounded, 2);
        store8(u8x16_narrow_i16x8(average, average), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_single_pixels_are_the_same() {
        let rgb: [u8; 3 * 4099] = core::array::from_fn(|i| (i * i / 7 + i * 91) as u8);
        let mut out = [[0; 4099]; 3];
        let [y, cb, cr] = &mut out;
        convert(&rgb, y, cb, cr);
        for (i, rgb) in rgb.as_chunks::<3>().0.iter().enumerate() {
            assert_eq!([out[0][i], out[1][i], out[2][i]], pixel(*rgb), "{rgb:?}");
        }
    }

    #[test]
    fn blocks_and_single_averages_are_the_same() {
        let rows: [[u8; 78]; 2] = core::array::from_fn(|y| {
            core::array::from_fn(|i| (i * i * 13 + 71 * i * (y + 1)) as u8)
        });
        let mut out = [0; 39];
        downsample(&rows[0], &rows[1], &mut out);
        for (x, &out) in out.iter().enumerate() {
            assert_eq!(out, average(&rows[0], &rows[1], x), "{x}");
        }
    }

    #[test]
    fn grey_stays_grey_and_the_primaries_are_right() {
        assert_eq!(pixel([77; 3]), [77, 128, 128]);
        assert_eq!(pixel([255, 0, 0]), [76, 85, 255]);
        assert_eq!(pixel([0, 0, 255]), [29, 255, 107]);
        assert_eq!(pixel([0, 255, 0]), [150, 44, 21]);
    }
}

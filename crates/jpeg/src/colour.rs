//! Conversion of samples to pixels, a row at a time: the equations of JFIF (ITU-R BT.601, full
//! range) in 16-bit fixed point.

use crate::segments::Transform;

const HALF: i32 = 1 << 15;

/// Converts an `f64` to 16-bit fixed point.
macro_rules! fix {
    ($x:expr) => {
        ($x * 65536.0 + 0.5) as i32
    };
}

/// Converts a row; `samples` are the rows of the components, all at least as long as the row of
/// pixels.
pub(crate) fn convert(transform: Transform, samples: &[&[u8]], out: &mut [u8]) {
    match (transform, samples) {
        (Transform::Grey, [grey, ..]) => out.copy_from_slice(&grey[..out.len()]),
        (Transform::YCbCr, [y, cb, cr]) => ycc_to_rgb(y, cb, cr, out),
        (Transform::Rgb, [r, g, b]) => interleave(r, g, b, out),
        // Inks are inverted in the file, as Adobe's programs write them; browsers and libvips read
        // them so even without Adobe's marker.
        (Transform::Cmyk, [c, m, y, k]) => {
            for ((((out, &c), &m), &y), &k) in
                out.chunks_exact_mut(4).zip(*c).zip(*m).zip(*y).zip(*k)
            {
                out.copy_from_slice(&[!c, !m, !y, !k]);
            }
        }
        // Y, Cb and Cr encode the complement of the inks. The inks are inverted too, so the two
        // complements cancel.
        (Transform::Ycck, [y, cb, cr, k]) => {
            for ((((out, &y), &cb), &cr), &k) in
                out.chunks_exact_mut(4).zip(*y).zip(*cb).zip(*cr).zip(*k)
            {
                let [c, m, y] = pixel(y, cb, cr);
                out.copy_from_slice(&[c, m, y, !k]);
            }
        }
        _ => {}
    }
}

fn interleave(r: &[u8], g: &[u8], b: &[u8], out: &mut [u8]) {
    for (((out, &r), &g), &b) in out.chunks_exact_mut(3).zip(r).zip(g).zip(b) {
        out.copy_from_slice(&[r, g, b]);
    }
}

#[inline(always)]
fn pixel(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
    let r = y + ((fix!(1.40200) * cr + HALF) >> 16);
    let g = y + ((-fix!(0.34414) * cb - fix!(0.71414) * cr + HALF) >> 16);
    let b = y + ((fix!(1.77200) * cb + HALF) >> 16);
    [r, g, b].map(|value| value.clamp(0, 255) as u8)
}

/// Pixels converted in one step.
const BLOCK: usize = 16;

fn ycc_to_rgb(y: &[u8], cb: &[u8], cr: &[u8], out: &mut [u8]) {
    let mut at = 0;
    for out in out.chunks_mut(3 * BLOCK) {
        let block = (
            y[at..].first_chunk(),
            cb[at..].first_chunk(),
            cr[at..].first_chunk(),
            out.first_chunk_mut(),
        );
        if let (Some(y), Some(cb), Some(cr), Some(out)) = block {
            ycc_block(y, cb, cr, out);
        } else {
            for (i, out) in out.chunks_exact_mut(3).enumerate() {
                out.copy_from_slice(&pixel(y[at + i], cb[at + i], cr[at + i]));
            }
        }
        at += BLOCK;
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use scalar_block as ycc_block;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd::ycc_block;

#[cfg_attr(
    all(target_arch = "wasm32", target_feature = "simd128"),
    allow(dead_code, reason = "the definition")
)]
#[inline(always)]
fn scalar_block(y: &[u8; BLOCK], cb: &[u8; BLOCK], cr: &[u8; BLOCK], out: &mut [u8; 3 * BLOCK]) {
    for (i, out) in out.chunks_exact_mut(3).enumerate() {
        out.copy_from_slice(&pixel(y[i], cb[i], cr[i]));
    }
}

/// Implementation in eight lanes of 16 bits. A factor that does not fit is split into whole
/// multiples of the sample, which the shift by 16 does not round, and a rest that it does: 1.402 =
/// 1 + 0.402, 1.772 = 2 - 0.228, 0.71414 = 1 - 0.28586.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use core::arch::wasm32::*;

    use super::BLOCK;
    use crate::lanes::simd::{load16, store16};
    use crate::words::simd::samples;

    const ONE: i32 = 1 << 16;

    #[inline(always)]
    pub(super) fn ycc_block(
        y: &[u8; BLOCK],
        cb: &[u8; BLOCK],
        cr: &[u8; BLOCK],
        out: &mut [u8; 3 * BLOCK],
    ) {
        let (y, cb, cr) = (load16(y), load16(cb), load16(cr));
        let low = eight(
            u16x8_extend_low_u8x16(y),
            u16x8_extend_low_u8x16(cb),
            u16x8_extend_low_u8x16(cr),
        );
        let high = eight(
            u16x8_extend_high_u8x16(y),
            u16x8_extend_high_u8x16(cb),
            u16x8_extend_high_u8x16(cr),
        );
        let sources = [
            samples(low[0], low[1]),
            samples(high[0], high[1]),
            samples(low[2], high[2]),
        ];
        interleave(sources, out);
    }

    /// Converts eight pixels, less 128; results may lie outside of -128 to 127.
    #[inline(always)]
    fn eight(y: v128, cb: v128, cr: v128) -> [v128; 3] {
        let middle = i16x8_splat(128);
        let [y, cb, cr] = [y, cb, cr].map(|value| i16x8_sub(value, middle));
        // The second factor of each pair is a two, so that the sum of products includes the
        // rounding half.
        let two = i16x8_splat(2);
        let r = products(cr, two, (fix!(1.40200) - ONE) as i16, 1 << 14, 0);
        let g = products(
            cb,
            cr,
            -fix!(0.34414) as i16,
            (ONE - fix!(0.71414)) as i16,
            1 << 15,
        );
        let b = products(cb, two, (fix!(1.77200) - 2 * ONE) as i16, 1 << 14, 0);
        [
            i16x8_add(i16x8_add(y, cr), r),
            i16x8_add(i16x8_sub(y, cr), g),
            i16x8_add(i16x8_add(y, i16x8_add(cb, cb)), b),
        ]
    }

    /// Computes `(a * by_a + b * by_b + rest) >> 16`.
    #[inline(always)]
    fn products(a: v128, b: v128, by_a: i16, by_b: i16, rest: i32) -> v128 {
        let by = i16x8(by_a, by_b, by_a, by_b, by_a, by_b, by_a, by_b);
        let rest = i32x4_splat(rest);
        let low = i32x4_dot_i16x8(i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(a, b), by);
        let high = i32x4_dot_i16x8(i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(a, b), by);
        // The shift is a shuffle, because the compiler makes more than one instruction of a
        // narrowing whose range it knows.
        i16x8_shuffle::<1, 3, 5, 7, 9, 11, 13, 15>(i32x4_add(low, rest), i32x4_add(high, rest))
    }

    /// Index of the lane that each byte of the pixels comes from, by source and third of the
    /// pixels; an index beyond the lanes gives zero.
    type Order = [[[u8; 16]; 3]; 3];

    /// Order for three sources: red and green of eight pixels, of the next eight, and blue of all
    /// sixteen.
    static ORDER: Order = {
        let mut order = [[[0x80; 16]; 3]; 3];
        let mut at = 0;
        while at < 3 * BLOCK {
            let (pixel, component) = (at / 3, at % 3);
            let (source, lane) = match component {
                2 => (2, pixel),
                _ => (pixel / 8, 8 * component + pixel % 8),
            };
            order[source][at / 16][at % 16] = lane as u8;
            at += 1;
        }
        order
    };

    /// Interleaves through an order that the compiler does not see. From a known order, the
    /// compiler makes shuffles of two sources, and the engine's compiler makes twelve instructions
    /// of each.
    #[inline(always)]
    fn interleave(sources: [v128; 3], out: &mut [u8; 3 * BLOCK]) {
        let order: &Order = core::hint::black_box(&ORDER);
        let part = |source: usize, third: usize| {
            i8x16_swizzle(sources[source], load16(&order[source][third]))
        };
        let (thirds, _) = out.as_chunks_mut();
        let (first, last) = (
            v128_or(part(0, 0), part(2, 0)),
            v128_or(part(1, 2), part(2, 2)),
        );
        let middle = v128_or(v128_or(part(0, 1), part(1, 1)), part(2, 1));
        for (to, from) in thirds.iter_mut().zip([first, middle, last]) {
            store16(from, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_single_pixels_are_the_same() {
        let row: [[u8; 37]; 3] =
            core::array::from_fn(|c| core::array::from_fn(|i| (i * 71 * (c + 1) + 13 * c) as u8));
        let mut out = [0; 37 * 3];
        convert(Transform::YCbCr, &[&row[0], &row[1], &row[2]], &mut out);
        for i in 0..37 {
            assert_eq!(
                out[3 * i..3 * i + 3],
                pixel(row[0][i], row[1][i], row[2][i]),
                "{i}"
            );
        }
    }

    #[test]
    fn grey_stays_grey_and_the_primaries_are_right() {
        assert_eq!(pixel(77, 128, 128), [77; 3]);
        assert_eq!(pixel(76, 85, 255), [254, 0, 0]);
        assert_eq!(pixel(29, 255, 107), [0, 0, 254]);
    }
}

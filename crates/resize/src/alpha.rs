//! Alpha channel: multiplied into the colours before the filters, divided out of them after.
//!
//! Both operations use integers: `round(colour * alpha / 255)`, and `colour * 255 / alpha` by a
//! reciprocal with eight fractional bits, as in `fast_image_resize`.

use crate::block::ROWS;

/// Multiplies the colours of a row of pixels by the alpha in their last channel.
pub(crate) fn multiply(row: &[u8], channels: usize, to: &mut [u8]) {
    match channels {
        2 => multiply_channels::<2>(row, to),
        _ => multiply_channels::<4>(row, to),
    }
}

fn multiply_channels<const CHANNELS: usize>(row: &[u8], to: &mut [u8]) {
    let (blocks, rest) = row.as_chunks();
    let (to_blocks, to_rest) = to.as_chunks_mut();
    for (block, to) in blocks.iter().zip(to_blocks) {
        multiply_block::<CHANNELS>(block, to);
    }
    multiply_pixels::<CHANNELS>(rest, to_rest);
}

#[inline(always)]
fn multiply_pixels<const CHANNELS: usize>(from: &[u8], to: &mut [u8]) {
    let pixels = from.as_chunks::<CHANNELS>().0.iter();
    for (pixel, to) in pixels.zip(to.as_chunks_mut::<CHANNELS>().0) {
        let alpha = pixel[CHANNELS - 1];
        *to = pixel.map(|colour| {
            let product = u32::from(colour) * u32::from(alpha) + 128;
            ((product + (product >> 8)) >> 8) as u8
        });
        to[CHANNELS - 1] = alpha;
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use multiply_pixels_of_block as multiply_block;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd::multiply_block;

#[cfg_attr(
    all(target_arch = "wasm32", target_feature = "simd128"),
    allow(dead_code, reason = "the definition")
)]
#[inline(always)]
fn multiply_pixels_of_block<const CHANNELS: usize>(from: &[u8; 16], to: &mut [u8; 16]) {
    multiply_pixels::<CHANNELS>(from, to);
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use core::arch::wasm32::*;

    use crate::lanes::simd::{load16, store16};

    /// Returns a shuffle that puts a pixel's alpha beside each of its colours, and a mask that puts
    /// 255 beside the alpha itself, so that the alpha is unchanged.
    const fn alphas<const CHANNELS: usize>() -> ([u8; 16], [u8; 16]) {
        let (mut order, mut one, mut i) = ([0; 16], [0; 16], 0);
        while i < 16 {
            let alpha = i / CHANNELS * CHANNELS + CHANNELS - 1;
            order[i] = if i == alpha { 0xff } else { alpha as u8 };
            one[i] = if i == alpha { 0xff } else { 0 };
            i += 1;
        }
        (order, one)
    }

    #[inline(always)]
    pub(super) fn multiply_block<const CHANNELS: usize>(from: &[u8; 16], to: &mut [u8; 16]) {
        let (order, one) = const { alphas::<CHANNELS>() };
        let (pixels, order, one) = (load16(from), load16(&order), load16(&one));
        let colours = v128_not(one);
        // Opaque pixels stay as they are, and most pixels are opaque.
        if i8x16_all_true(i8x16_eq(v128_or(pixels, colours), u8x16_splat(0xff))) {
            store16(pixels, to);
            return;
        }
        let alphas = v128_or(u8x16_swizzle(pixels, order), one);
        let low = over_255(u16x8_extmul_low_u8x16(pixels, alphas));
        let high = over_255(u16x8_extmul_high_u8x16(pixels, alphas));
        store16(u8x16_narrow_i16x8(low, high), to);
    }

    /// Computes `round(product / 255)`.
    #[inline(always)]
    fn over_255(product: v128) -> v128 {
        let product = u16x8_add(product, u16x8_splat(128));
        u16x8_shr(u16x8_add(product, u16x8_shr(product, 8)), 8)
    }
}

/// Values of `round(255 / alpha)` with eight fractional bits.
const RECIPROCALS: [u32; 256] = {
    let (mut reciprocals, mut alpha) = ([0; 256], 1);
    while alpha < 256 {
        reciprocals[alpha] = (((255 << 9) / alpha as u32) + 1) >> 1;
        alpha += 1;
    }
    reciprocals
};

/// Divides the pixels of eight rows by their alpha; the samples of the rows at one place are
/// neighbours.
pub(crate) fn divide<const CHANNELS: usize>(pixels: &mut [[[u8; ROWS]; CHANNELS]]) {
    for pixel in pixels {
        let alphas = pixel[CHANNELS - 1];
        if alphas == [255; ROWS] {
            continue;
        }
        if alphas == [0; ROWS] {
            *pixel = [[0; ROWS]; CHANNELS];
            continue;
        }
        let reciprocals = alphas.map(|alpha| RECIPROCALS[usize::from(alpha)]);
        for colours in &mut pixel[..CHANNELS - 1] {
            for (colour, reciprocal) in colours.iter_mut().zip(reciprocals) {
                *colour = ((u32::from(*colour) * reciprocal + 128) >> 8).min(255) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_and_alpha_by_the_definition() {
        for alpha in 0..=255u8 {
            for colour in 0..=255u8 {
                let mut found = [[0; 16]; 2];
                multiply(&[colour, alpha].repeat_pixels(), 2, &mut found[0]);
                multiply_pixels::<2>(&[colour, alpha].repeat_pixels(), &mut found[1]);
                assert_eq!(found[0], found[1]);
                let exact = f64::from(colour) * f64::from(alpha) / 255.0;
                assert_eq!(found[0][0], (exact + 0.5) as u8, "{colour} {alpha}");
                assert_eq!(found[0][1], alpha);
            }
        }
    }

    trait Repeat {
        fn repeat_pixels(self) -> [u8; 16];
    }

    impl Repeat for [u8; 2] {
        fn repeat_pixels(self) -> [u8; 16] {
            core::array::from_fn(|i| self[i % 2])
        }
    }

    #[test]
    fn what_is_opaque_stays_and_what_is_transparent_vanishes() {
        let mut pixels = [[[7; ROWS], [255; ROWS]], [[7; ROWS], [0; ROWS]]];
        divide(&mut pixels);
        assert_eq!(pixels, [[[7; ROWS], [255; ROWS]], [[0; ROWS], [0; ROWS]]]);
    }
}

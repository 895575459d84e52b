//! Linear light: conversion from sRGB codes to light, and back.
//!
//! Light is counted in units of 1/64 of 1/255, so that white is 16,320 and a sample has 14 bits. An
//! `i16` holds up to twice white, and as much below black, which leaves room for the overshoot of
//! filters. The darkest step of sRGB is five units wide. Alpha is not light: its scale stays linear
//! in the code, in the same units.

use alloc::vec::Vec;

use crate::block::ROWS;
use crate::buffer::zeroes;
use crate::error::Error;

/// Fractional bits of a sample.
pub(crate) const FRACTION: u32 = 6;

const WHITE: i16 = 255 << FRACTION;

/// Light of every code.
const LIGHTS: [i16; 256] = {
    let (mut lights, mut code) = ([0; 256], 0);
    while code < 256 {
        lights[code] = (light(code as f64) + 0.5) as i16;
        code += 1;
    }
    lights
};

/// End of the range of each code: the first unit that is nearer to the next code, as measured in
/// sRGB.
const ENDS: [i16; 255] = {
    let (mut ends, mut code) = ([0; 255], 0);
    while code < 255 {
        let end = light(code as f64 + 0.5);
        ends[code] = end as i16 + ((end as i16 as f64) < end) as i16;
        code += 1;
    }
    ends
};

/// Evaluates the curve of IEC 61966-2-1, in units.
const fn light(code: f64) -> f64 {
    let x = code / 255.0;
    let light = if x <= 0.04045 {
        x / 12.92
    } else {
        let x = (x + 0.055) / 1.055;
        x * x * fifth_root(x * x)
    };
    light * WHITE as f64
}

/// Computes the fifth root of a number up to one by Newton's method, from above, because `core` has
/// no powers.
const fn fifth_root(of: f64) -> f64 {
    let (mut root, mut step) = (1.0, 0);
    while step < 30 {
        root = (4.0 * root + of / (root * root * root * root)) / 5.0;
        step += 1;
    }
    root
}

/// Converts a row of bytes to light, with alpha multiplied in if there is one.
pub(crate) fn lighten(row: &[u8], channels: usize, to: &mut [i16]) {
    match channels {
        2 => lighten_pixels::<2>(row, to),
        4 => lighten_pixels::<4>(row, to),
        _ => {
            for (light, &code) in to.iter_mut().zip(row) {
                *light = LIGHTS[usize::from(code)];
            }
        }
    }
}

fn lighten_pixels<const CHANNELS: usize>(row: &[u8], to: &mut [i16]) {
    let pixels = row.as_chunks::<CHANNELS>().0.iter();
    for (pixel, to) in pixels.zip(to.as_chunks_mut::<CHANNELS>().0) {
        let alpha = pixel[CHANNELS - 1];
        *to = pixel.map(|code| {
            let light = LIGHTS[usize::from(code)] as u32;
            ((light * u32::from(alpha) + 127) / 255) as i16
        });
        to[CHANNELS - 1] = i16::from(alpha) << FRACTION;
    }
}

/// Table from light to codes: one code for every unit from black to white.
pub(crate) struct Codes(Vec<u8>);

impl Codes {
    /// Bytes that [`Codes::new`] allocates.
    pub(crate) const BYTES: usize = WHITE as usize + 1;

    pub(crate) fn new() -> Result<Codes, Error> {
        let mut codes = zeroes(255, Codes::BYTES)?;
        let mut from = 0;
        for (code, end) in (0..=254).zip(ENDS) {
            codes[from..end as usize].fill(code);
            from = end as usize;
        }
        Ok(Codes(codes))
    }

    fn of(&self, light: i16) -> u8 {
        self.0[light.clamp(0, WHITE) as usize]
    }

    /// Converts a pixel of eight rows to bytes, with alpha divided out if there is one.
    #[inline(always)]
    pub(crate) fn darken<const CHANNELS: usize>(
        &self,
        mut pixel: [[i16; ROWS]; CHANNELS],
    ) -> [[u8; ROWS]; CHANNELS] {
        if CHANNELS % 2 == 1 {
            return pixel.map(|lights| lights.map(|light| self.of(light)));
        }
        let alphas = pixel[CHANNELS - 1];
        if alphas != [WHITE; ROWS] {
            for lights in &mut pixel[..CHANNELS - 1] {
                for (light, alpha) in lights.iter_mut().zip(alphas) {
                    *light = divide(*light, alpha);
                }
            }
        }
        let mut codes = pixel.map(|lights| lights.map(|light| self.of(light)));
        codes[CHANNELS - 1] = alphas.map(|alpha| {
            let half = 1 << (FRACTION - 1);
            (alpha.saturating_add(half) >> FRACTION).clamp(0, 255) as u8
        });
        codes
    }
}

/// Divides light by its alpha. An alpha above opaque, from overshoot of the filters, is used as it
/// is, because the light has the same overshoot.
fn divide(light: i16, alpha: i16) -> i16 {
    if light <= 0 || alpha <= 0 {
        return 0;
    }
    let (light, alpha) = (light as u32, alpha as u32);
    ((light * WHITE as u32 + alpha / 2) / alpha).min(WHITE as u32) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    extern crate std;

    #[test]
    fn the_curve_is_that_of_the_standard() {
        for half in 0..=510 {
            let x = f64::from(half) / 510.0;
            let expected = if x <= 0.04045 {
                x / 12.92
            } else {
                ((x + 0.055) / 1.055).powf(2.4)
            };
            let found = light(f64::from(half) / 2.0) / f64::from(WHITE);
            assert!((found - expected).abs() < 1e-12, "{half}");
        }
    }

    #[test]
    fn every_code_comes_back_from_light_and_under_every_alpha_that_shows_it() {
        let codes = Codes::new().expect("enough memory");
        for code in 0..=255 {
            assert_eq!(codes.of(LIGHTS[usize::from(code)]), code);
            let mut pixel = [[0; 1]; 2];
            lighten(&[code, 255], 2, pixel.as_flattened_mut());
            assert_eq!(pixel.map(|[units]| codes.of(units)), [code, 255]);
            for alpha in 128..=255 {
                lighten(&[code, alpha], 2, pixel.as_flattened_mut());
                let found = codes.darken(pixel.map(|[units]| [units; ROWS]));
                assert_eq!(found, [[code; ROWS], [alpha; ROWS]]);
            }
        }
        assert_eq!(
            [i16::MIN, -1, i16::MAX].map(|light| codes.of(light)),
            [0, 0, 255]
        );
    }
}

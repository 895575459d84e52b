//! Placeholders that a page shows until an image has loaded: ThumbHash, BlurHash, and the dominant
//! colour.
//!
//! Placeholders are made of the upright source, at most [`SIDE`] pixels wide and high, in sRGB.
//! Samples are read in place.

pub(crate) mod blurhash;
pub(crate) mod palette;
#[cfg(test)]
mod tests;
pub(crate) mod thumbhash;

use crate::choose::SIDE;
use crate::pixels::layout::{Layout, Size};
use crate::plan::Plan;
use crate::transform::Colour;

/// A small picture.
pub(crate) struct Small {
    size: Size,
    layout: Layout,
    pixels: Vec<u8>,
    /// Colour under transparency.
    background: Colour,
}

impl Small {
    /// Takes the canvas of a plan without padding.
    pub(crate) fn new(plan: &Plan, pixels: Vec<u8>) -> Small {
        Small {
            size: plan.canvas,
            layout: plan.layout,
            pixels,
            background: plan.transform.background,
        }
    }

    /// Takes pixels without alpha.
    pub(crate) fn of(size: Size, layout: Layout, pixels: Vec<u8>) -> Small {
        Small {
            size,
            layout,
            pixels,
            background: Colour::WHITE,
        }
    }

    /// Columns and rows.
    pub(crate) fn size(&self) -> Size {
        self.size
    }

    /// Returns the straight RGBA of a pixel; a clear one beyond the edge.
    pub(crate) fn at(&self, x: u32, y: u32) -> [u8; 4] {
        let channels = self.layout.channels();
        let at = (y as usize * self.size.width as usize + x as usize) * channels;
        rgba(self.pixels.get(at..at + channels).unwrap_or_default())
    }

    /// Returns the place and the straight RGBA of each pixel, row by row.
    pub(crate) fn each(&self) -> impl Iterator<Item = (usize, usize, [u8; 4])> {
        let width = self.size.width as usize;
        let pixels = self.pixels.chunks_exact(self.layout.channels());
        let places = pixels.enumerate();
        places.map(move |(at, pixel)| (at % width, at / width, rgba(pixel)))
    }

    /// Returns the [ThumbHash](https://evanw.github.io/thumbhash/): 5 to 25 bytes in base64, alpha
    /// and the aspect ratio among them.
    pub(crate) fn thumbhash(&self) -> String {
        base64(&thumbhash::hash(self))
    }

    /// Returns the [BlurHash](https://github.com/woltapp/blurhash/blob/master/Algorithm.md), on the
    /// background: 4 x 3 components, or 3 x 4 if the picture is higher than wide.
    pub(crate) fn blurhash(&self) -> String {
        blurhash::hash(self)
    }

    /// Returns the dominant colour as `#rrggbb`: the mean of the fullest of 512 cells of the RGB
    /// cube. `None` if every pixel has an alpha below 128.
    pub(crate) fn dominant_colour(&self) -> Option<String> {
        let mut cells = [[0_u32; 4]; 512];
        for (_, _, [r, g, b, a]) in self.each() {
            if a < 128 {
                continue;
            }
            let place = |sample: u8, bits: u32| usize::from(sample >> 5) << bits;
            let cell = &mut cells[place(r, 6) | place(g, 3) | place(b, 0)];
            for (sum, value) in cell.iter_mut().zip([1, r, g, b]) {
                *sum += u32::from(value);
            }
        }
        let [pixels, sums @ ..] = *cells.iter().max_by_key(|cell| cell[0])?;
        let [r, g, b] = sums.map(|sum| (sum + pixels / 2).checked_div(pixels));
        Some(format!("#{:02x}{:02x}{:02x}", r?, g?, b?))
    }
}

/// Straight RGBA of a pixel in any layout.
fn rgba(pixel: &[u8]) -> [u8; 4] {
    match *pixel {
        [grey] => [grey, grey, grey, 255],
        [grey, alpha] => [grey, grey, grey, alpha],
        [r, g, b] => [r, g, b, 255],
        [r, g, b, a] => [r, g, b, a],
        _ => [0; 4],
    }
}

/// Amplitudes of the first waves at each place along one axis.
type Waves<const WAVES: usize> = [[f64; WAVES]; SIDE as usize];

/// Returns cosines, at each place `at` of `length`: `cos(pi * wave * (at + shift) / length)`.
fn waves<const WAVES: usize>(length: u32, shift: f64) -> Waves<WAVES> {
    std::array::from_fn(|at| {
        let step = std::f64::consts::PI * (at as f64 + shift) / f64::from(length);
        std::array::from_fn(|wave| (step * wave as f64).cos())
    })
}

/// Encodes bytes in base64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let mut padded = [0; 4];
        padded[1..=three.len()].copy_from_slice(three);
        let bits = u32::from_be_bytes(padded);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= three.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}

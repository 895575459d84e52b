//! CIE L*a*b* of sRGB, with the white of D65, as libvips has it: L from 0 to 100.
//!
//! Both directions are tables and a little arithmetic, so that a pixel costs no power and no root.

use crate::colour::srgb;
use crate::error::Error;
use crate::pixels::buffer::filled;

/// Lightness, and the two axes of colour.
pub(crate) type Lab = [f32; 3];

/// White of D65 (ISO 11664-2), with a Y of 1.
const WHITE: [f32; 3] = [0.950_47, 1.0, 1.088_827];

/// sRGB to XYZ (IEC 61966-2-1), row by row.
const TO_XYZ: [[f32; 3]; 3] = [
    [0.412_456_4, 0.357_576_1, 0.180_437_5],
    [0.212_672_9, 0.715_152_2, 0.072_175],
    [0.019_333_9, 0.119_192, 0.950_304_1],
];

/// Inverse of [`TO_XYZ`].
const FROM_XYZ: [[f32; 3]; 3] = [
    [3.240_454_2, -1.537_138_5, -0.498_531_4],
    [-0.969_266, 1.876_010_8, 0.041_556],
    [0.055_643_4, -0.204_025_9, 1.057_225_2],
];

/// Steps of the table of cube roots, and of that of samples.
const STEPS: usize = 4096;

/// Below this share of white, lightness is a straight line (ISO 11664-4).
const STRAIGHT: f32 = 216.0 / 24_389.0;

/// Converts sRGB of 0 to 1 to XYZ with a Y of 1 for white, without tables.
pub(crate) fn xyz(srgb: [f32; 3]) -> [f32; 3] {
    let [r, g, b] = srgb.map(srgb::decode);
    TO_XYZ.map(|row| row[0] * r + row[1] * g + row[2] * b)
}

/// The axis a* from green to red of a colour in XYZ.
pub(crate) fn redness([x, y, _]: [f32; 3]) -> f32 {
    500.0 * (root(x / WHITE[0]) - root(y / WHITE[1]))
}

/// The curve of lightness.
fn root(light: f32) -> f32 {
    if light > STRAIGHT {
        light.cbrt()
    } else {
        light * (841.0 / 108.0) + 16.0 / 116.0
    }
}

/// Tables of both directions.
pub(crate) struct Tables {
    linear: [f32; 256],
    /// The curve of lightness at each step of light.
    roots: Vec<f32>,
    /// The sample of sRGB at each step of light.
    samples: Vec<u8>,
    /// The sample of sRGB at every 255th of light, with one more behind the last.
    greys: [u8; 257],
}

impl Tables {
    /// Memory of the tables, in bytes.
    pub(crate) const BYTES: u64 = (256 + STEPS as u64 + 2) * 4 + STEPS as u64 + 1 + 257;

    /// Makes the tables.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new() -> Result<Tables, Error> {
        let mut roots = filled(STEPS + 2, 0.0_f32)?;
        for (step, curve) in roots.iter_mut().enumerate() {
            let light = step as f32 / STEPS as f32;
            *curve = root(light);
        }
        let mut samples = filled(STEPS + 1, 0_u8)?;
        for (step, sample) in samples.iter_mut().enumerate() {
            *sample = (255.0 * srgb::gamma(step as f32 / STEPS as f32)).round() as u8;
        }
        Ok(Tables {
            linear: std::array::from_fn(|sample| srgb::decode(sample as f32 / 255.0)),
            roots,
            samples,
            greys: std::array::from_fn(|step| {
                let light = step.min(255) as f32 / 255.0;
                (255.0 * srgb::gamma(light)).round() as u8
            }),
        })
    }

    /// The grey of a pixel: luminance with the weights of BT.709, and the curve of sRGB as libvips
    /// has it, in straight lines between 255ths of light.
    pub(crate) fn grey(&self, pixel: [u8; 3]) -> u8 {
        let [r, g, b] = pixel.map(|sample| self.linear[usize::from(sample)]);
        let at = (0.2126 * r + 0.7152 * g + 0.0722 * b).clamp(0.0, 1.0) * 255.0;
        let step = at as usize;
        let [low, high] = [step, step + 1].map(|step| f32::from(self.greys[step]));
        (low + (high - low) * (at - step as f32) + 0.5) as u8
    }

    /// Lightness of a pixel.
    pub(crate) fn lightness(&self, pixel: [u8; 3]) -> f32 {
        let light = pixel.map(|sample| self.linear[usize::from(sample)]);
        let [_, [r, g, b], _] = TO_XYZ;
        116.0 * self.root(r * light[0] + g * light[1] + b * light[2]) - 16.0
    }

    /// The sample of sRGB of light between 0 and 1; what is beyond is clipped.
    pub(crate) fn sample(&self, light: f32) -> u8 {
        let step = (light.clamp(0.0, 1.0) * STEPS as f32 + 0.5) as usize;
        self.samples.get(step).copied().unwrap_or(255)
    }

    fn root(&self, light: f32) -> f32 {
        let at = light.clamp(0.0, 1.0) * STEPS as f32;
        let step = at as usize;
        let (low, high) = (self.roots[step], self.roots[step + 1]);
        low + (high - low) * (at - step as f32)
    }

    /// Converts a pixel.
    pub(crate) fn lab(&self, pixel: [u8; 3]) -> Lab {
        let light = pixel.map(|sample| self.linear[usize::from(sample)]);
        let mut roots = [0.0; 3];
        for ((root, row), white) in roots.iter_mut().zip(TO_XYZ).zip(WHITE) {
            let [r, g, b] = row;
            *root = self.root((r * light[0] + g * light[1] + b * light[2]) / white);
        }
        let [x, y, z] = roots;
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// Converts a colour back; what sRGB has not is clipped.
    pub(crate) fn pixel(&self, [l, a, b]: Lab) -> [u8; 3] {
        let y = (l + 16.0) / 116.0;
        let mut xyz = [y + a / 500.0, y, y - b / 200.0];
        for (light, white) in xyz.iter_mut().zip(WHITE) {
            let cube = *light * *light * *light;
            let light_of = if cube > STRAIGHT {
                cube
            } else {
                (*light - 16.0 / 116.0) * (108.0 / 841.0)
            };
            *light = white * light_of;
        }
        FROM_XYZ.map(|[x, y, z]| self.sample(x * xyz[0] + y * xyz[1] + z * xyz[2]))
    }
}

/// Colours of a pixel of any layout.
pub(crate) fn colours(pixel: &[u8]) -> [u8; 3] {
    match *pixel {
        [r, g, b, ..] => [r, g, b],
        [grey, ..] => [grey; 3],
        [] => [0; 3],
    }
}

/// Gives a pixel of any layout other colours; grey takes the middle one. Alpha stays.
pub(crate) fn recolour(pixel: &mut [u8], colours: [u8; 3]) {
    match pixel {
        [r, g, b, ..] => [*r, *g, *b] = colours,
        [grey, ..] => *grey = colours[1],
        [] => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of the usual calculators for D65.
    #[test]
    fn known_colours_have_their_coordinates() {
        let tables = Tables::new().expect("a few kilobytes");
        for (pixel, lab) in [
            ([255, 255, 255], [100.0, 0.0, 0.0]),
            ([0, 0, 0], [0.0, 0.0, 0.0]),
            ([255, 0, 0], [53.24, 80.09, 67.20]),
            ([0, 255, 0], [87.74, -86.18, 83.18]),
            ([0, 0, 255], [32.30, 79.19, -107.86]),
            ([120, 120, 120], [50.43, 0.0, 0.0]),
        ] {
            for (found, expected) in tables.lab(pixel).into_iter().zip(lab) {
                assert!(
                    (found - expected).abs() < 0.1,
                    "{pixel:?}: {found}, {expected}"
                );
            }
        }
    }

    #[test]
    fn a_pixel_comes_back() {
        let tables = Tables::new().expect("a few kilobytes");
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for b in (0..=255).step_by(15) {
                    let back = tables.pixel(tables.lab([r, g, b]));
                    let off = back.into_iter().zip([r, g, b]).map(|(a, b)| a.abs_diff(b));
                    assert!(off.max() <= Some(1), "{:?}: {back:?}", [r, g, b]);
                }
            }
        }
    }
}

//! Stage: the filters that mix the colours of a pixel, greyscale and sepia.
//!
//! Greyscale is libvips' `b-w`: luminance of linear light, with the weights of BT.709, and back
//! through the curve of sRGB. Sepia is weserv's matrix. Alpha stays.

use crate::colour::srgb;
use crate::error::Error;
use crate::pixels::buffer::filled;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSource;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::link::{Pull, Reach, Samples, Stage};
use crate::stage::widen::widened;
use crate::transform::Filter;

/// The stage.
pub(crate) struct Mix;

impl Stage for Mix {
    fn name(&self) -> &'static str {
        "filter"
    }

    fn reach(&self) -> Reach {
        Reach::Pixel
    }

    fn samples(&self) -> Samples {
        Samples::Pixels
    }

    /// Grey is grey already, and sepia has made it colour before this stage.
    fn has_work(&self, plan: &Plan, plane: &Plane) -> bool {
        let mixes = matches!(
            plan.transform.filter,
            Some(Filter::Greyscale | Filter::Sepia)
        );
        mixes && !widened(plane).grey()
    }

    fn bytes(&self, _: &Plan, _: &Plane) -> u64 {
        CURVE_BYTES
    }
}

/// Steps of linear light for which there is a sample of sRGB.
const STEPS: usize = 4096;

const CURVE_BYTES: u64 = 256 * size_of::<f32>() as u64 + STEPS as u64 + 1;

impl Pull for Mix {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        let layout = widened(plane);
        Ok(match plan.transform.filter {
            Some(Filter::Greyscale) => Box::new(Rows {
                from,
                layout,
                mix: Grey::new()?,
            }),
            Some(Filter::Sepia) => Box::new(Rows {
                from,
                layout,
                mix: Sepia,
            }),
            Some(Filter::Negate) | None => from,
        })
    }
}

trait Mixes {
    fn mix(&self, pixel: [u8; 3]) -> [u8; 3];
}

struct Rows<'r, M> {
    from: Box<dyn RowSource + 'r>,
    layout: Layout,
    mix: M,
}

impl<M: Mixes> RowSource for Rows<'_, M> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let Some(row) = self.from.next_row()? else {
            return Ok(None);
        };
        for pixel in row.chunks_exact_mut(self.layout.channels()) {
            if let Some(colours) = pixel.first_chunk_mut() {
                *colours = self.mix.mix(*colours);
            }
        }
        Ok(Some(row))
    }
}

struct Grey {
    linear: [f32; 256],
    /// The sample of each step of linear light.
    samples: Vec<u8>,
}

impl Grey {
    fn new() -> Result<Grey, Error> {
        let mut samples = filled(STEPS + 1, 0_u8)?;
        for (step, sample) in samples.iter_mut().enumerate() {
            let light = step as f32 / STEPS as f32;
            *sample = (255.0 * srgb::gamma(light)).round() as u8;
        }
        Ok(Grey {
            linear: std::array::from_fn(|sample| srgb::decode(sample as f32 / 255.0)),
            samples,
        })
    }
}

impl Mixes for Grey {
    fn mix(&self, pixel: [u8; 3]) -> [u8; 3] {
        let [r, g, b] = pixel.map(|sample| self.linear[usize::from(sample)]);
        let light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        let step = (light * STEPS as f32 + 0.5) as usize;
        [self.samples.get(step).copied().unwrap_or(255); 3]
    }
}

struct Sepia;

impl Mixes for Sepia {
    fn mix(&self, pixel: [u8; 3]) -> [u8; 3] {
        const ROWS: [[f32; 3]; 3] = [
            [0.3588, 0.7044, 0.1368],
            [0.2990, 0.5870, 0.1140],
            [0.2392, 0.4696, 0.0912],
        ];
        let pixel = pixel.map(f32::from);
        // Cut off, as libvips does where it makes bytes of floats.
        ROWS.map(|[r, g, b]| (r * pixel[0] + g * pixel[1] + b * pixel[2]) as u8)
    }
}

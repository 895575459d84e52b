//! Stages of one sample at a time: brightness, contrast, gamma, and the negative. Each is a table.
//! Alpha stays.
//!
//! The formulas are those of weserv (`bri`, `con`, `gam`), and of libvips' `invert`. A result is
//! cut off as libvips does where it makes bytes of floats.

use crate::error::Error;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSource;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::link::{Pull, Reach, Samples, Stage};
use crate::stage::widen::widened;
use crate::transform::{Filter, Transform};

/// A stage that is a table.
pub(crate) struct Tone {
    name: &'static str,
    samples: Samples,
    /// The result of a sample; `None` where nothing of the kind is asked for.
    result: fn(&Transform) -> Option<Curve>,
}

/// The result of a sample between 0 and 255.
type Curve = Box<dyn Fn(f32) -> f32>;

/// `bri`: percent of the whole range are added.
pub(crate) static BRIGHTNESS: Tone = Tone {
    name: "brightness",
    samples: Samples::Pixels, // a clipped component would be another colour
    result: |transform| match transform.brightness {
        0 => None,
        percent => Some(Box::new(move |sample| sample + 2.55 * f32::from(percent))),
    },
};

/// `con`: a sigmoid around the middle, or its inverse where it is below 0.
pub(crate) static CONTRAST: Tone = Tone {
    name: "contrast",
    samples: Samples::Pixels, // a clipped component would be another colour
    result: |transform| match transform.contrast {
        0 => None,
        percent => Some(sigmoid(percent)),
    },
};

/// `gam`: the power of one through gamma.
pub(crate) static GAMMA: Tone = Tone {
    name: "gamma",
    samples: Samples::Pixels, // a clipped component would be another colour
    result: |transform| {
        let gamma = transform.gamma?.value();
        Some(Box::new(move |sample| {
            255.0 * (sample / 255.0).powf(1.0 / gamma)
        }))
    },
};

/// `filt=negate`.
pub(crate) static NEGATE: Tone = Tone {
    name: "negate",
    samples: Samples::Plane,
    result: |transform| match transform.filter {
        Some(Filter::Negate) => Some(Box::new(|sample| 255.0 - sample)),
        _ => None,
    },
};

fn sigmoid(percent: i8) -> Curve {
    let beta = 0.3 * f32::from(percent).abs();
    let (low, high) = (
        1.0 / (1.0 + (0.5 * beta).exp()),
        1.0 / (1.0 + (-0.5 * beta).exp()),
    );
    if percent > 0 {
        Box::new(move |sample| {
            let at = 1.0 / (1.0 + (beta * (0.5 - sample / 255.0)).exp());
            255.0 * (at - low) / (high - low)
        })
    } else {
        Box::new(move |sample| {
            let at = sample / 255.0 * (high - low) + low;
            255.0 * (0.5 - ((1.0 - at) / at).ln() / beta)
        })
    }
}

impl Stage for Tone {
    fn name(&self) -> &'static str {
        self.name
    }

    fn reach(&self) -> Reach {
        Reach::Pixel
    }

    fn samples(&self, _: &Plan) -> Samples {
        self.samples
    }

    fn has_work(&self, plan: &Plan, _: &Plane) -> bool {
        (self.result)(&plan.transform).is_some()
    }

    fn bytes(&self, _: &Plan, _: &Plane) -> u64 {
        256
    }
}

impl Pull for Tone {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        let Some(result) = (self.result)(&plan.transform) else {
            return Ok(from);
        };
        Ok(Box::new(Rows {
            from,
            layout: widened(plane),
            table: std::array::from_fn(|sample| {
                // Chrominance is 0 at 128 (JFIF 1.02), and a negative has its opposite.
                let zero = if plane.is_half { 1.0 } else { 0.0 };
                (result(sample as f32) + zero) as u8 // cut off, and clipped
            }),
        }))
    }
}

struct Rows<'r> {
    from: Box<dyn RowSource + 'r>,
    layout: Layout,
    table: [u8; 256],
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let Some(row) = self.from.next_row()? else {
            return Ok(None);
        };
        let channels = self.layout.channels();
        let colours = channels - usize::from(self.layout.alpha());
        for pixel in row.chunks_exact_mut(channels) {
            for sample in &mut pixel[..colours] {
                *sample = self.table[usize::from(*sample)];
            }
        }
        Ok(Some(row))
    }
}

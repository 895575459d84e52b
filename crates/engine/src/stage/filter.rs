//! Stages that mix the colours of a pixel: filters and tints by luminance, a threshold, sepia,
//! brightness, saturation and hue. Alpha stays.
//!
//! Greyscale is libvips' `b-w`: luminance of linear light, with the weights of BT.709, and back
//! through the curve of sRGB. Sepia is weserv's matrix, and a duotone weserv's straight line in
//! Lab. A tint is sharp's: black and white stay, and the colour is strongest between them.
//! Brightness, saturation and hue are sharp's `modulate`, in the LCh of Lab. The threshold is
//! sharp's, of libvips' grey.

use std::num::NonZeroU8;

use crate::colour::lab::{Tables, colours, recolour};
use crate::error::Error;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSource;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::link::{Pull, Reach, Samples, Stage};
use crate::stage::widen::widened;
use crate::transform::{Colour, Filter, Transform};

/// A stage that makes one colour of another.
pub(crate) struct Mix {
    name: &'static str,
    /// Whether a transform has work for it.
    is_asked: fn(&Transform) -> bool,
    /// Whether there is work for grey, too. It is the same behind a stage that knows colours alone.
    of_grey: fn(&Transform) -> bool,
    make: fn(&Transform, Tables) -> Colours,
}

/// Returns the new colours of a pixel.
type Colours = Box<dyn Fn([u8; 3]) -> [u8; 3]>;

/// `mod`, `sat` and `hue`: factors are multiplied, and turns added.
pub(crate) static MODULATE: Mix = Mix {
    name: "modulate",
    is_asked: |transform| {
        let is_asked = transform.saturation != 100 || transform.hue % 360 != 0;
        is_asked || !transform.modulation.is_none()
    },
    of_grey: |transform| transform.modulation.lightness != 100,
    make: |transform, tables| {
        let also = transform.modulation;
        let degrees = f32::from(transform.hue) + f32::from(also.hue);
        let (sin, cos) = degrees.to_radians().sin_cos();
        let hundredths = |factor: u16| f32::from(factor) / 100.0;
        let factor = hundredths(transform.saturation) * hundredths(also.saturation);
        let lightness = hundredths(also.lightness);
        Box::new(move |pixel| {
            let [l, a, b] = tables.lab(pixel);
            tables.pixel([
                lightness * l,
                factor * (a * cos - b * sin),
                factor * (a * sin + b * cos),
            ])
        })
    },
};

/// `filt`, but for the negative.
pub(crate) static FILTER: Mix = Mix {
    name: "filter",
    is_asked: |transform| !matches!(transform.filter, None | Some(Filter::Negate)),
    of_grey: |_| false,
    make: |transform, tables| match transform.filter {
        Some(Filter::Sepia) => Box::new(sepia),
        Some(Filter::Duotone) => {
            let (start, stop) = (transform.duotone.0, transform.duotone.1);
            let (start, stop) = (tables.lab(rgb(start)), tables.lab(rgb(stop)));
            by_luminance(tables, |_, share| {
                std::array::from_fn(|at| start[at] + (stop[at] - start[at]) * share)
            })
        }
        Some(Filter::Greyscale | Filter::Negate) | None => {
            Box::new(move |pixel| [tables.grey(pixel); 3])
        }
    },
};

/// `threshold`.
pub(crate) static THRESHOLD: Mix = Mix {
    name: "threshold",
    is_asked: |transform| transform.threshold.is_some(),
    of_grey: |_| true,
    make: |transform, tables| {
        let threshold = transform.threshold.map_or(0, NonZeroU8::get);
        Box::new(move |pixel| {
            let is_white = tables.grey(pixel) >= threshold;
            [if is_white { 255 } else { 0 }; 3]
        })
    },
};

/// `tint`.
pub(crate) static TINT: Mix = Mix {
    name: "tint",
    is_asked: |transform| transform.tint.is_some(),
    of_grey: |_| false,
    make: |transform, tables| {
        let [_, a, b] = tables.lab(rgb(transform.tint.unwrap_or(Colour::WHITE)));
        by_luminance(tables, |l, _| {
            let weight = 1.0 - 4.0 * (l / 100.0 - 0.5).powi(2);
            [l, weight * a, weight * b]
        })
    },
};

fn rgb(colour: Colour) -> [u8; 3] {
    [colour.r, colour.g, colour.b]
}

/// Returns a table of colours by grey. `of` gets the lightness of a grey, and the share of the way
/// from black to white that its sample is.
fn by_luminance(tables: Tables, of: impl Fn(f32, f32) -> [f32; 3]) -> Colours {
    let colours: [[u8; 3]; 256] = std::array::from_fn(|grey| {
        let [l, _, _] = tables.lab([grey as u8; 3]);
        tables.pixel(of(l, grey as f32 / 255.0))
    });
    Box::new(move |pixel| colours[usize::from(tables.grey(pixel))])
}

fn sepia(pixel: [u8; 3]) -> [u8; 3] {
    const ROWS: [[f32; 3]; 3] = [
        [0.3588, 0.7044, 0.1368],
        [0.2990, 0.5870, 0.1140],
        [0.2392, 0.4696, 0.0912],
    ];
    let pixel = pixel.map(f32::from);
    // Cut off, as libvips does where it makes bytes of floats.
    ROWS.map(|[r, g, b]| (r * pixel[0] + g * pixel[1] + b * pixel[2]) as u8)
}

impl Stage for Mix {
    fn name(&self) -> &'static str {
        self.name
    }

    fn reach(&self) -> Reach {
        Reach::Pixel
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Pixels
    }

    /// A stage that makes colour of grey finds the layout widened to colour.
    fn has_work(&self, plan: &Plan, plane: &Plane) -> bool {
        let transform = &plan.transform;
        let is_for = !widened(plane).grey() || (self.of_grey)(transform);
        is_for && (self.is_asked)(transform)
    }

    /// The tables, and one of colours by grey.
    fn bytes(&self, _: &Plan, _: &Plane) -> u64 {
        Tables::BYTES + 3 * 256 + 1024
    }
}

impl Pull for Mix {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        Ok(Box::new(Rows {
            from,
            layout: widened(plane),
            mix: (self.make)(&plan.transform, Tables::new()?),
        }))
    }
}

struct Rows<'r> {
    from: Box<dyn RowSource + 'r>,
    layout: Layout,
    mix: Colours,
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let Some(row) = self.from.next_row()? else {
            return Ok(None);
        };
        for pixel in row.chunks_exact_mut(self.layout.channels()) {
            recolour(pixel, (self.mix)(colours(pixel)));
        }
        Ok(Some(row))
    }
}

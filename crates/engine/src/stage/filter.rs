//! Stages that mix the colours of a pixel: filters and tints by luminance, sepia, saturation and
//! hue. Alpha stays.
//!
//! Greyscale is libvips' `b-w`: luminance of linear light, with the weights of BT.709, and back
//! through the curve of sRGB. Sepia is weserv's matrix, and a duotone weserv's straight line in
//! Lab. A tint is sharp's: black and white stay, and the colour is strongest between them.
//! Saturation and hue are sharp's `modulate`, in the LCh of Lab.

use crate::colour::lab::Tables;
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
    /// Whether a transform has work for it. Grey is the same behind it where it is no colour.
    is_asked: fn(&Transform) -> bool,
    make: fn(&Transform, Tables) -> Colours,
}

/// Returns the new colours of a pixel.
type Colours = Box<dyn Fn([u8; 3]) -> [u8; 3]>;

/// `sat` and `hue`.
pub(crate) static MODULATE: Mix = Mix {
    name: "modulate",
    is_asked: |transform| transform.saturation != 100 || transform.hue % 360 != 0,
    make: |transform, tables| {
        let (sin, cos) = f32::from(transform.hue).to_radians().sin_cos();
        let factor = f32::from(transform.saturation) / 100.0;
        Box::new(move |pixel| {
            let [l, a, b] = tables.lab(pixel);
            tables.pixel([
                l,
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
            Box::new(move |pixel| [tables.sample(tables.luminance(pixel)); 3])
        }
    },
};

/// `tint`.
pub(crate) static TINT: Mix = Mix {
    name: "tint",
    is_asked: |transform| transform.tint.is_some(),
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
    Box::new(move |pixel| {
        let grey = tables.sample(tables.luminance(pixel));
        colours[usize::from(grey)]
    })
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

    fn samples(&self) -> Samples {
        Samples::Pixels
    }

    /// A stage that makes colour of grey finds the layout widened to colour.
    fn has_work(&self, plan: &Plan, plane: &Plane) -> bool {
        (self.is_asked)(&plan.transform) && !widened(plane).grey()
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
            if let Some(colours) = pixel.first_chunk_mut() {
                *colours = (self.mix)(*colours);
            }
        }
        Ok(Some(row))
    }
}

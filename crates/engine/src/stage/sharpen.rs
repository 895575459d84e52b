//! Stage: sharpening, by the rule of libvips as sharp calls it: lightness alone, against its blur.
//!
//! Differences of lightness from its blur are multiplied by `flat` below 2 of 100, and what is
//! beyond that by `jagged`; a pixel is brightened by at most 10, and darkened by at most 20.
//! Without a sigma the kernel is one of 3 x 3 on the samples. Translucent pixels are multiplied by
//! their alpha while they are sharpened.
//!
//! `auto` asks how many pixels of the source one of the answer is made of each way, on the axis
//! where they are fewer. A reduction takes fine detail away, the more the larger it is. From 2 on
//! the factors are half of sharp's, and from 4 on they are sharp's, with a sigma of half a pixel.
//! Below 2 nothing is done.

use crate::colour::lab::{Tables, colours, recolour};
use crate::error::Error;
use crate::pixels::buffer::filled;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSource;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::band::Band;
use crate::stage::kernel::{Divisor, Kernel, add, add_both};
use crate::stage::link::{Pull, Reach, Samples, Stage};
use crate::stage::widen::widened;
use crate::transform::{Sharpening, Sigma, Unsharp};

/// The stage.
pub(crate) struct Sharpen;

impl Stage for Sharpen {
    fn name(&self) -> &'static str {
        "sharpen"
    }

    fn reach(&self) -> Reach {
        Reach::Rows
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Pixels
    }

    fn has_work(&self, plan: &Plan, _: &Plane) -> bool {
        way(plan).is_some()
    }

    /// Windows of pixels and of lightness, a padded row and one of sums, a row that is handed out,
    /// and the tables.
    fn bytes(&self, plan: &Plan, plane: &Plane) -> u64 {
        let radius = kernel(plan).radius;
        let width = u64::from(plane.upright(plan.header.orientation).width);
        let row = width * widened(plane).channels() as u64;
        let padded = width + 2 * radius as u64;
        let light = Band::<u16>::bytes(radius, radius, width) + padded * 2 + width * 4;
        Band::<u8>::bytes(above(plan), radius, row) + row + light + Tables::BYTES
    }
}

/// How a picture is sharpened.
#[derive(Clone, Copy)]
enum Way {
    Mild,
    Unsharp(Unsharp),
}

fn way(plan: &Plan) -> Option<Way> {
    match plan.transform.sharpen? {
        Sharpening::Mild => Some(Way::Mild),
        Sharpening::Unsharp(unsharp) => Some(Way::Unsharp(unsharp)),
        Sharpening::Auto => {
            let usual = Unsharp::of(Sigma::HALF);
            match reduction(plan) {
                4.0.. => Some(Way::Unsharp(usual)),
                2.0.. => Some(Way::Unsharp(Unsharp {
                    flat: usual.flat / 2,
                    jagged: usual.jagged / 2,
                    ..usual
                })),
                _ => None,
            }
        }
    }
}

/// Pixels of the source for one of the answer, on the axis where they are fewer.
fn reduction(plan: &Plan) -> f64 {
    let along = |source: f64, result: u32| source * f64::from(plan.shrink) / f64::from(result);
    let (window, resized) = (plan.window, plan.resized);
    along(window.width, resized.width).min(along(window.height, resized.height))
}

/// Kernel of the blur that lightness is compared with; that of the mild one is as wide as its own.
fn kernel(plan: &Plan) -> Kernel {
    match way(plan) {
        None => Kernel::ONE,
        Some(Way::Mild) => Kernel::MEAN,
        Some(Way::Unsharp(unsharp)) => Kernel::gaussian(unsharp.sigma.value(), 0.1),
    }
}

/// Rows of pixels that are needed above the one that is made.
fn above(plan: &Plan) -> usize {
    usize::from(matches!(way(plan), Some(Way::Mild)))
}

impl Pull for Sharpen {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        let Some(way) = way(plan) else {
            return Ok(from);
        };
        let (kernel, layout) = (kernel(plan), widened(plane));
        let width = plane.upright(plan.header.orientation).width as usize;
        let radius = kernel.radius;
        Ok(Box::new(Rows {
            from,
            layout,
            way,
            tables: Tables::new()?,
            pixels: Band::new(above(plan), radius, width * layout.channels())?,
            light: Band::new(radius, radius, width)?,
            padded: filled(width + 2 * radius, 0)?,
            sums: filled(width, 0)?,
            row: filled(width * layout.channels(), 0)?,
            kernel,
        }))
    }
}

/// Steps of lightness to one of 100, those of libvips.
const STEPS: f32 = 327.67;

struct Rows<'r> {
    from: Box<dyn RowSource + 'r>,
    layout: Layout,
    kernel: Kernel,
    way: Way,
    tables: Tables,
    /// Rows before the stage.
    pixels: Band<u8>,
    /// Their lightness, blurred across.
    light: Band<u16>,
    /// Lightness of a row with its edges repeated.
    padded: Vec<u16>,
    sums: Vec<u32>,
    row: Vec<u8>,
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        while self.pixels.wants_row() {
            self.take()?;
        }
        if !self.pixels.step() || !self.light.step() {
            return Ok(None);
        }
        match self.way {
            Way::Mild => self.sharpen_mildly(),
            Way::Unsharp(unsharp) => self.sharpen(unsharp),
        }
        Ok(Some(&mut self.row))
    }
}

impl Rows<'_> {
    fn take(&mut self) -> Result<(), Error> {
        let Some(row) = self.from.next_row()? else {
            self.pixels.end();
            self.light.end();
            return Ok(());
        };
        let (channels, radius) = (self.layout.channels(), self.kernel.radius);
        let width = self.sums.len();
        let kept = self.pixels.row_that_comes();
        kept.copy_from_slice(row);
        if self.layout.alpha() {
            for pixel in kept.chunks_exact_mut(channels) {
                let alpha = u32::from(pixel[channels - 1]);
                for colour in &mut pixel[..channels - 1] {
                    *colour = (u32::from(*colour) * alpha / 255) as u8;
                }
            }
        }
        let blurred = self.light.row_that_comes();
        if matches!(self.way, Way::Mild) {
            return Ok(());
        }
        let middle = self.padded[radius..radius + width].iter_mut();
        for (to, pixel) in middle.zip(kept.chunks_exact(channels)) {
            *to = (self.tables.lightness(colours(pixel)) * STEPS) as u16;
        }
        let (first, last) = (self.padded[radius], self.padded[radius + width - 1]);
        self.padded[..radius].fill(first);
        self.padded[radius + width..].fill(last);
        let scale = Divisor::new(self.kernel.sum());
        self.sums.fill(self.kernel.sum() / 2);
        add(&mut self.sums, &self.padded[radius..], self.kernel.tap(0));
        for x in 1..=radius {
            let both = (&self.padded[radius - x..], &self.padded[radius + x..]);
            add_both(&mut self.sums, both, self.kernel.tap(x));
        }
        let to = blurred.iter_mut();
        to.zip(&self.sums)
            .for_each(|(to, &sum)| *to = scale.divide(sum) as u16);
        Ok(())
    }

    fn sharpen(&mut self, unsharp: Unsharp) {
        let mut sums = std::mem::take(&mut self.sums);
        sums.fill(self.kernel.sum() / 2);
        add(&mut sums, self.light.row(0), self.kernel.tap(0));
        for x in 1..=self.kernel.radius {
            let from = x as isize;
            let both = (self.light.row(-from), self.light.row(from));
            add_both(&mut sums, both, self.kernel.tap(x));
        }
        let scale = Divisor::new(self.kernel.sum());
        let mut row = std::mem::take(&mut self.row);
        let channels = self.layout.channels();
        let [flat, jagged] = [unsharp.flat, unsharp.jagged].map(|factor| f32::from(factor) / 100.0);
        let source = self.pixels.row(0);
        let pixels = row
            .chunks_exact_mut(channels)
            .zip(source.chunks_exact(channels));
        for ((to, from), &sum) in pixels.zip(&sums) {
            let lab = self.tables.lab(colours(from));
            let light = (lab[0] * STEPS) as i32;
            let more = stronger(
                (light - scale.divide(sum) as i32) as f32 / STEPS,
                flat,
                jagged,
            );
            let l = (light as f32 / STEPS + more).clamp(0.0, 100.0);
            recolour(to, self.tables.pixel([l, lab[1], lab[2]]));
            finish(to, from, self.layout);
        }
        (self.sums, self.row) = (sums, row);
    }

    /// The kernel of 32 in the middle and -1 around it, divided by 24.
    fn sharpen_mildly(&mut self) {
        let mut row = std::mem::take(&mut self.row);
        let channels = self.layout.channels();
        let rows = [-1, 0, 1].map(|from| self.pixels.row(from));
        let last = row.len() - channels;
        for (at, to) in row.iter_mut().enumerate() {
            let (left, right) = (
                at.checked_sub(channels).unwrap_or(at),
                if at < last { at + channels } else { at },
            );
            let sum: i32 = rows
                .iter()
                .map(|row| i32::from(row[left]) + i32::from(row[at]) + i32::from(row[right]))
                .sum();
            let sharp = 33 * i32::from(rows[1][at]) - sum;
            *to = ((sharp + 12).max(0) / 24).min(255) as u8;
        }
        for (to, from) in row
            .chunks_exact_mut(channels)
            .zip(rows[1].chunks_exact(channels))
        {
            finish(to, from, self.layout);
        }
        self.row = row;
    }
}

/// Divides a pixel by its alpha again, which is that of the source.
fn finish(pixel: &mut [u8], source: &[u8], layout: Layout) {
    if !layout.alpha() {
        return;
    }
    if let (Some((to, colours)), Some(&alpha)) = (pixel.split_last_mut(), source.last()) {
        *to = alpha;
        for colour in colours {
            let straight = (u32::from(*colour) * 255).checked_div(alpha.into());
            *colour = straight.unwrap_or(0).min(255) as u8;
        }
    }
}

/// The change of lightness where it is so far from its blur.
fn stronger(difference: f32, flat: f32, jagged: f32) -> f32 {
    const THRESHOLD: f32 = 2.0;
    if difference >= THRESHOLD {
        (flat * THRESHOLD + (difference - THRESHOLD) * jagged).min(10.0)
    } else if difference <= -THRESHOLD {
        (-flat * THRESHOLD + (difference + THRESHOLD) * jagged).max(-20.0)
    } else {
        flat * difference
    }
}

//! Stage: a Gaussian blur, by the kernel of libvips: rows across, then a window of them down.
//!
//! The taps are whole numbers, `round(20 exp(-x^2 / 2 sigma^2))`, as far as the exponential is at
//! least 0.2. Each direction is rounded. The edge's pixels are repeated outside. Translucent
//! pixels are multiplied by their alpha while they are blurred, so that the colour of transparent
//! ones does not bleed. A component of chrominance has half of the pixels, and gets half of sigma.
//!
//! Above a sigma of 20 the picture is blurred at half the size, or at a quarter and so on, until
//! sigma is at most 20 there: no cost and no window grows beyond that of 20, and what is finer
//! than a fortieth of such a blur is not in it.

use crate::error::Error;
use crate::pixels::buffer::filled;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSource;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::band::Band;
use crate::stage::coarse::{Fewer, More, squares};
use crate::stage::kernel::{Divisor, Kernel, add, add_both};
use crate::stage::link::{Pull, Reach, Samples, Stage};
use crate::stage::widen::widened;
use crate::transform;

/// The stage.
pub(crate) struct Blur;

impl Stage for Blur {
    fn name(&self) -> &'static str {
        "blur"
    }

    fn reach(&self) -> Reach {
        Reach::Rows
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Plane
    }

    fn has_work(&self, plan: &Plan, plane: &Plane) -> bool {
        Way::new(plan, plane).kernel.radius > 0
    }

    /// The window, a row that is padded on both sides, a row of sums, and a row that is handed
    /// out; and what is beside them at less than the full size.
    fn bytes(&self, plan: &Plan, plane: &Plane) -> u64 {
        let Way { kernel, side } = Way::new(plan, plane);
        let layout = widened(plane);
        let width = plane.upright(plan.header.orientation).width;
        match side {
            1 => bytes(&kernel, layout, width),
            _ => {
                let coarse = Fewer::bytes(layout, width, side) + More::bytes(layout, width, side);
                bytes(&kernel, layout, squares(width, side) as u32) + coarse
            }
        }
    }
}

/// Bytes of the blur of rows: the window, a row that is padded on both sides, a row of sums, and a
/// row that is handed out.
pub(crate) fn bytes(kernel: &Kernel, layout: Layout, width: u32) -> u64 {
    let channels = layout.channels() as u64;
    let samples = u64::from(width) * channels;
    let padded = samples + 2 * kernel.radius as u64 * channels;
    let band = Band::<u16>::bytes(kernel.radius, kernel.radius, samples);
    band + padded * 2 + samples * (4 + 1)
}

/// Rows that are blurred by a kernel.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn rows<'r>(
    from: Box<dyn RowSource + 'r>,
    layout: Layout,
    width: usize,
    kernel: Kernel,
) -> Result<Box<dyn RowSource + 'r>, Error> {
    Ok(Box::new(Rows::new(from, layout, width, kernel)?))
}

/// How a plane is blurred: a kernel, on means of squares of so many samples a side.
struct Way {
    kernel: Kernel,
    side: usize,
}

/// Largest sigma at the full size.
const MOST_SIGMA: f32 = 20.0;

impl Way {
    fn new(plan: &Plan, plane: &Plane) -> Way {
        let whole = |kernel| Way { kernel, side: 1 };
        match plan.transform.blur {
            None => whole(Kernel::ONE),
            Some(transform::Blur::Mild) => whole(Kernel::MEAN),
            Some(transform::Blur::Gaussian(sigma)) => {
                let share = if plane.is_half { 0.5 } else { 1.0 };
                let (mut sigma, mut side) = (share * sigma.value(), 1);
                while sigma > MOST_SIGMA {
                    (sigma, side) = (sigma / 2.0, 2 * side);
                }
                Way {
                    kernel: Kernel::gaussian(sigma, 0.2),
                    side,
                }
            }
        }
    }
}

impl Pull for Blur {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        let Way { kernel, side } = Way::new(plan, plane);
        let layout = widened(plane);
        let size = plane.upright(plan.header.orientation);
        if side == 1 {
            return Ok(Box::new(Rows::new(
                from,
                layout,
                size.width as usize,
                kernel,
            )?));
        }
        let fewer = Box::new(Fewer::new(from, layout, size.width, side)?);
        let columns = squares(size.width, side);
        let blurred = Box::new(Rows::new(fewer, layout, columns, kernel)?);
        Ok(Box::new(More::new(blurred, layout, size, side)?))
    }
}

struct Rows<'r> {
    from: Box<dyn RowSource + 'r>,
    layout: Layout,
    kernel: Kernel,
    /// A row with its edges repeated.
    padded: Vec<u16>,
    /// Rows that are blurred across.
    band: Band<u16>,
    sums: Vec<u32>,
    row: Vec<u8>,
}

impl<'r> Rows<'r> {
    fn new(
        from: Box<dyn RowSource + 'r>,
        layout: Layout,
        width: usize,
        kernel: Kernel,
    ) -> Result<Rows<'r>, Error> {
        let channels = layout.channels();
        let samples = width * channels;
        Ok(Rows {
            from,
            layout,
            padded: filled(samples + 2 * kernel.radius * channels, 0)?,
            band: Band::new(kernel.radius, kernel.radius, samples)?,
            sums: filled(samples, 0)?,
            row: filled(samples, 0)?,
            kernel,
        })
    }
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        while self.band.wants_row() {
            self.take()?;
        }
        if !self.band.step() {
            return Ok(None);
        }
        self.sums.fill(self.kernel.sum() / 2);
        add(&mut self.sums, self.band.row(0), self.kernel.tap(0));
        for x in 1..=self.kernel.radius {
            let from = x as isize;
            let rows = (self.band.row(-from), self.band.row(from));
            add_both(&mut self.sums, rows, self.kernel.tap(x));
        }
        hand_out(&self.sums, self.kernel.sum(), self.layout, &mut self.row);
        Ok(Some(&mut self.row))
    }
}

impl Rows<'_> {
    /// Takes a row from before, and blurs it across.
    fn take(&mut self) -> Result<(), Error> {
        let Some(row) = self.from.next_row()? else {
            self.band.end();
            return Ok(());
        };
        let (channels, radius) = (self.layout.channels(), self.kernel.radius);
        let (samples, edge) = (row.len(), radius * channels);
        let middle = &mut self.padded[edge..edge + samples];
        if self.layout.alpha() {
            let pixels = middle.chunks_exact_mut(channels);
            for (to, from) in pixels.zip(row.chunks_exact(channels)) {
                let alpha = u16::from(from[channels - 1]);
                for (to, from) in to.iter_mut().zip(from) {
                    *to = u16::from(*from) * alpha;
                }
                to[channels - 1] = 255 * alpha;
            }
        } else {
            middle
                .iter_mut()
                .zip(row)
                .for_each(|(to, from)| *to = u16::from(*from));
        }
        for at in (0..edge).rev() {
            self.padded[at] = self.padded[at + channels];
        }
        for at in edge + samples..self.padded.len() {
            self.padded[at] = self.padded[at - channels];
        }
        self.sums.fill(self.kernel.sum() / 2);
        let from = |at: usize| &self.padded[at * channels..];
        add(&mut self.sums, from(radius), self.kernel.tap(0));
        for x in 1..=radius {
            let rows = (from(radius - x), from(radius + x));
            add_both(&mut self.sums, rows, self.kernel.tap(x));
        }
        let scale = Divisor::new(self.kernel.sum());
        let to = self.band.row_that_comes().iter_mut();
        to.zip(&self.sums)
            .for_each(|(to, &sum)| *to = scale.divide(sum) as u16);
        Ok(())
    }
}

/// Makes bytes of sums of a whole window.
fn hand_out(sums: &[u32], scale: u32, layout: Layout, row: &mut [u8]) {
    let scale = Divisor::new(scale);
    if !layout.alpha() {
        row.iter_mut()
            .zip(sums)
            .for_each(|(to, &sum)| *to = scale.divide(sum).min(255) as u8);
        return;
    }
    let channels = layout.channels();
    for (to, sums) in row
        .chunks_exact_mut(channels)
        .zip(sums.chunks_exact(channels))
    {
        // 255 times the alpha.
        let alpha = scale.divide(sums[channels - 1]);
        for (to, &sum) in to.iter_mut().zip(sums) {
            let colour = (scale.divide(sum) * 255 + alpha / 2).checked_div(alpha);
            *to = colour.unwrap_or(0).min(255) as u8;
        }
        to[channels - 1] = ((alpha + 127) / 255) as u8;
    }
}

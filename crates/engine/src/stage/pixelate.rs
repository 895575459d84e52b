//! Stage: squares of pixels become one colour, by imgproxy's definition: the picture is mirrored
//! at its right and lower edge up to whole blocks, and each block becomes its mean. Translucent
//! pixels are multiplied by their alpha, so that the colour of transparent ones does not bleed.
//!
//! A row is added up block by block as it comes, and these sums are all that is kept of it.

use std::num::NonZeroU16;

use crate::error::Error;
use crate::pixels::buffer::zeroes_of;
use crate::pixels::layout::{Layout, Size};
use crate::pixels::rows::RowSource;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::link::{Pull, Reach, Samples, Stage};
use crate::stage::mean::{add, mean};
use crate::stage::widen::widened;

/// The stage.
pub(crate) struct Pixelate;

impl Stage for Pixelate {
    fn name(&self) -> &'static str {
        "pixelate"
    }

    fn reach(&self) -> Reach {
        Reach::Rows
    }

    /// Blocks of components are half as large where they are chrominance, so that they have to be
    /// even, and to begin at an even place.
    fn samples(&self, plan: &Plan) -> Samples {
        let [x, y] = [plan.at.0, plan.at.1];
        let is_even = [block(plan), x, y].iter().all(|at| at.is_multiple_of(2));
        if is_even {
            Samples::Plane
        } else {
            Samples::Pixels
        }
    }

    fn has_work(&self, plan: &Plan, _: &Plane) -> bool {
        block(plan) > 1
    }

    /// Sums of a block's rows, those of a block, and the row that is handed out.
    fn bytes(&self, plan: &Plan, plane: &Plane) -> u64 {
        let size = plane.upright(plan.header.orientation);
        let side = side(plan, plane);
        let channels = widened(plane).channels() as u64;
        let blocks = u64::from(size.width.div_ceil(side)) * channels;
        let rows = u64::from(side.min(size.height));
        rows * blocks * 4 + blocks * 8 + u64::from(size.width) * channels
    }
}

/// Side of a block in the pixels of a plan: not longer than the picture.
fn block(plan: &Plan) -> u32 {
    let Size { width, height } = plan.resized;
    u32::from(NonZeroU16::get(plan.transform.pixelate)).min(width.max(height))
}

/// Side of a block in samples of a plane.
fn side(plan: &Plan, plane: &Plane) -> u32 {
    if plane.is_half {
        block(plan).div_ceil(2)
    } else {
        block(plan)
    }
}

impl Pull for Pixelate {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        let size = plane.upright(plan.header.orientation);
        let layout = widened(plane);
        let side = side(plan, plane);
        let blocks = size.width.div_ceil(side) as usize * layout.channels();
        let kept = side.min(size.height) as usize;
        Ok(Box::new(Rows {
            from,
            layout,
            side: side as usize,
            blocks,
            rows: zeroes_of(kept * blocks)?,
            sums: zeroes_of(blocks)?,
            row: zeroes_of(size.width as usize * layout.channels())?,
            left: 0,
        }))
    }
}

struct Rows<'r> {
    from: Box<dyn RowSource + 'r>,
    layout: Layout,
    side: usize,
    /// Blocks of a row, times channels.
    blocks: usize,
    /// Sums of the last rows, one for each block and channel. The lowest block may be mirrored
    /// into rows of the one above it.
    rows: Vec<u32>,
    sums: Vec<u64>,
    row: Vec<u8>,
    /// How often the row is still handed out.
    left: usize,
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        if self.left == 0 {
            let rows = self.take()?;
            if rows == 0 {
                return Ok(None);
            }
            self.left = rows;
        }
        self.paint(); // what is behind may have drawn on the row before
        self.left -= 1;
        Ok(Some(&mut self.row))
    }
}

impl Rows<'_> {
    /// Takes the rows of the next block, and adds them up. Returns how many there are.
    fn take(&mut self) -> Result<usize, Error> {
        let kept = self.rows.len() / self.blocks;
        let mut come = 0;
        while come < self.side {
            let Some(row) = self.from.next_row()? else {
                break;
            };
            let to = &mut self.rows[come % kept * self.blocks..][..self.blocks];
            add_up(row, self.layout, self.side, to);
            come += 1;
        }
        if come == 0 {
            return Ok(0);
        }
        // Rows below the last one are those above the last one, which are the block's own, or
        // places that still hold rows of the block before it.
        self.sums.fill(0);
        for y in 0..self.side {
            let from = mirrored(y, come, kept);
            let sums = &self.rows[from * self.blocks..][..self.blocks];
            for (sum, &row) in self.sums.iter_mut().zip(sums) {
                *sum += u64::from(row);
            }
        }
        Ok(come)
    }

    fn paint(&mut self) {
        let channels = self.layout.channels();
        let pixels = (self.side * self.side) as u64;
        let blocks = self.row.chunks_mut(self.side * channels);
        for (block, sums) in blocks.zip(self.sums.chunks_exact(channels)) {
            let pixel = mean(sums, pixels, self.layout);
            for to in block.chunks_exact_mut(channels) {
                to.copy_from_slice(&pixel[..channels]);
            }
        }
    }
}

/// Returns the place of row `y` of a block of which so many rows have come. A picture of fewer
/// rows than a block has is mirrored again and again; any other keeps a block's rows, and those
/// that have not come are of the block above.
fn mirrored(y: usize, come: usize, kept: usize) -> usize {
    if y < come {
        return y;
    }
    let up = y - come; // rows above the last one
    if kept > come {
        return (come + kept - 1 - up) % kept;
    }
    let folded = y % (2 * kept);
    folded.min(2 * kept - 1 - folded)
}

/// Adds up the pixels of each block of a row, mirrored at its end.
fn add_up(row: &[u8], layout: Layout, side: usize, sums: &mut [u32]) {
    let channels = layout.channels();
    let width = row.len() / channels;
    let pixel = |x: usize| {
        let folded = x % (2 * width);
        let x = folded.min(2 * width - 1 - folded);
        &row[x * channels..][..channels]
    };
    sums.fill(0);
    for (at, sums) in sums.chunks_exact_mut(channels).enumerate() {
        let start = at * side;
        if start + side <= width {
            let block = &row[start * channels..(start + side) * channels];
            block
                .chunks_exact(channels)
                .for_each(|pixel| add(sums, pixel, layout));
        } else {
            (start..start + side).for_each(|x| add(sums, pixel(x), layout));
        }
    }
}

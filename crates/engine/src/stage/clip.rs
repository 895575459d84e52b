//! Stages: lay a colour, or nothing, over what lies outside of an outline: rounded corners and a
//! shape behind everything else, and a border before them.

use crate::error::Error;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSource;
use crate::plan::outline::{Point, of_corners, of_mask};
use crate::plan::plane::Plane;
use crate::plan::{Plan, pixel};
use crate::stage::coverage::Coverage;
use crate::stage::link::{Pull, Reach, Samples, Stage};
use crate::transform::{Colour, Corners};

/// Stage of the border: inside of the line is the picture, with the rest of the rounding.
pub(crate) struct Border;

/// Stage of rounded corners and of a shape.
pub(crate) struct Clip;

impl Stage for Border {
    fn name(&self) -> &'static str {
        "border"
    }

    fn reach(&self) -> Reach {
        Reach::Pixel
    }

    /// A line may end between two samples of chrominance.
    fn samples(&self, _: &Plan) -> Samples {
        Samples::Pixels
    }

    fn has_work(&self, plan: &Plan, _: &Plane) -> bool {
        plan.transform.shape.border.is_some()
    }

    fn bytes(&self, _: &Plan, plane: &Plane) -> u64 {
        Coverage::bytes(plane.canvas)
    }
}

impl Pull for Border {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        let shape = plan.transform.shape;
        let Some(border) = shape.border else {
            return Ok(from);
        };
        let corners = shape.clip.corners.times(plan.transform.dpr);
        let inside = of_corners(corners, plane.canvas, plan.transform.border_width())?;
        laid_over(from, &inside, border.colour, plane)
    }
}

impl Stage for Clip {
    fn name(&self) -> &'static str {
        "clip"
    }

    fn reach(&self) -> Reach {
        Reach::Pixel
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Pixels
    }

    fn has_work(&self, plan: &Plan, _: &Plane) -> bool {
        !plan.transform.shape.clip.is_none()
    }

    fn bytes(&self, plan: &Plan, plane: &Plane) -> u64 {
        let clip = plan.transform.shape.clip;
        let outlines = [clip.mask.is_some(), clip.corners != Corners::SHARP];
        let count: u64 = outlines.into_iter().map(u64::from).sum();
        count * Coverage::bytes(plane.canvas)
    }
}

impl Pull for Clip {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        mut from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        let transform = &plan.transform;
        let clip = transform.shape.clip;
        let outside = transform.outside(plane.layout.alpha());
        if clip.corners != Corners::SHARP {
            let corners = of_corners(clip.corners.times(transform.dpr), plane.canvas, 0)?;
            from = laid_over(from, &corners, outside, plane)?;
        }
        if let Some(mask) = clip.mask {
            from = laid_over(from, &of_mask(mask, plane.canvas)?, outside, plane)?;
        }
        Ok(from)
    }
}

/// Rows with a colour outside of an outline.
fn laid_over<'r>(
    from: Box<dyn RowSource + 'r>,
    outline: &[Point],
    colour: Colour,
    plane: &Plane,
) -> Result<Box<dyn RowSource + 'r>, Error> {
    Ok(Box::new(Rows {
        from,
        layout: plane.layout,
        outside: pixel(colour, plane.layout),
        coverage: Coverage::new(outline, plane.canvas)?,
    }))
}

struct Rows<'r> {
    from: Box<dyn RowSource + 'r>,
    layout: Layout,
    outside: [u8; 4],
    coverage: Coverage,
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let Some(row) = self.from.next_row()? else {
            return Ok(None);
        };
        let channels = self.layout.channels();
        let outside = &self.outside[..channels];
        let pixels = row.chunks_exact_mut(channels);
        for (pixel, &covered) in pixels.zip(self.coverage.next_row()) {
            match covered {
                255 => {}
                0 => pixel.copy_from_slice(outside),
                _ if self.layout.alpha() => mix_with_alpha(pixel, outside, covered),
                _ => mix(pixel, outside, covered),
            }
        }
        Ok(Some(row))
    }
}

/// Mixes the samples of a pixel with those outside, where so much of 255 lies inside.
fn mix(pixel: &mut [u8], outside: &[u8], covered: u8) {
    let covered = u32::from(covered);
    for (sample, outside) in pixel.iter_mut().zip(outside) {
        let mixed = u32::from(*sample) * covered + u32::from(*outside) * (255 - covered);
        *sample = ((mixed + 127) / 255) as u8;
    }
}

/// Mixes a pixel whose last sample is alpha: colours weigh as much as they are seen.
fn mix_with_alpha(pixel: &mut [u8], outside: &[u8], covered: u8) {
    let Some(last) = pixel.len().checked_sub(1) else {
        return;
    };
    let covered = u32::from(covered);
    let inner = u32::from(pixel[last]) * covered;
    let outer = u32::from(outside[last]) * (255 - covered);
    let sum = inner + outer;
    if sum == 0 {
        pixel.copy_from_slice(outside);
        return;
    }
    for (sample, outside) in pixel[..last].iter_mut().zip(outside) {
        let mixed = u32::from(*sample) * inner + u32::from(*outside) * outer;
        *sample = ((mixed + sum / 2) / sum) as u8;
    }
    pixel[last] = ((sum + 127) / 255) as u8;
}

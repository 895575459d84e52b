//! Stage: draws a line around the canvas, over the room that the letterbox has left for it.

use crate::error::Error;
use crate::pixels::rows::RowSource;
use crate::plan::plane::Plane;
use crate::plan::{Plan, pixel};
use crate::stage::link::{Pull, Reach, Samples, Stage};

/// The stage.
pub(crate) struct Border;

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

    fn bytes(&self, _: &Plan, _: &Plane) -> u64 {
        0
    }
}

impl Pull for Border {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        let Some(border) = plan.transform.shape.border else {
            return Ok(from);
        };
        Ok(Box::new(Rows {
            from,
            width: plan.transform.border_width(),
            channels: plane.layout.channels(),
            pixel: pixel(border.colour, plane.layout),
            y: 0,
            height: plane.canvas.height,
        }))
    }
}

struct Rows<'r> {
    from: Box<dyn RowSource + 'r>,
    /// Pixels of the line.
    width: u32,
    channels: usize,
    pixel: [u8; 4],
    /// The next row.
    y: u32,
    height: u32,
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let Some(row) = self.from.next_row()? else {
            return Ok(None);
        };
        let inside = self.width..self.height.saturating_sub(self.width);
        let is_line = !inside.contains(&self.y);
        self.y += 1;
        let line = self.width as usize * self.channels;
        let pixel = &self.pixel[..self.channels];
        let draw = |samples: &mut [u8]| {
            let pixels = samples.chunks_exact_mut(pixel.len());
            pixels.for_each(|to| to.copy_from_slice(pixel));
        };
        if is_line || row.len() <= 2 * line {
            draw(row);
        } else {
            let end = row.len() - line;
            draw(&mut row[..line]);
            draw(&mut row[end..]);
        }
        Ok(Some(row))
    }
}

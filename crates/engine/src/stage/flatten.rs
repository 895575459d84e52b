//! Stage: lays transparent pixels on the background, where the answer has no alpha.

use crate::error::Error;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSource;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::link::{Pull, Reach, Samples, Stage};
use crate::stage::widen::widened;
use crate::transform::Colour;

/// The stage.
pub(crate) struct Flatten;

impl Stage for Flatten {
    fn name(&self) -> &'static str {
        "flatten"
    }

    fn reach(&self) -> Reach {
        Reach::Pixel
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Pixels
    }

    /// On its own cover, a picture is laid with its alpha.
    fn has_work(&self, plan: &Plan, plane: &Plane) -> bool {
        widened(plane) != plane.layout && !plan.transform.backdrop
    }

    /// A row becomes shorter in its place.
    fn bytes(&self, _: &Plan, _: &Plane) -> u64 {
        0
    }
}

impl Pull for Flatten {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        let background = plan.transform.background;
        Ok(rows(from, widened(plane), background))
    }
}

/// Rows in a layout with alpha, laid on a colour.
pub(crate) fn rows<'r>(
    from: Box<dyn RowSource + 'r>,
    layout: Layout,
    background: Colour,
) -> Box<dyn RowSource + 'r> {
    Box::new(Rows {
        from,
        layout,
        background,
    })
}

struct Rows<'r> {
    from: Box<dyn RowSource + 'r>,
    layout: Layout,
    background: Colour,
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let row = self.from.next_row()?;
        Ok(row.and_then(|row| {
            let bytes = flatten(row, self.layout, self.background);
            row.get_mut(..bytes)
        }))
    }
}

/// A row without its alpha, in the place of the row; how many bytes it has then.
fn flatten(row: &mut [u8], layout: Layout, background: Colour) -> usize {
    let under = background.over_white();
    let channels = layout.channels();
    let colours = channels - 1;
    // A grey image on a coloured background has become RGB before this stage.
    let under = [under.r, under.g, under.b];
    let mut to = 0;
    for from in (0..row.len()).step_by(channels) {
        let alpha = u32::from(row[from + colours]);
        for (at, under) in (from..from + colours).zip(under) {
            let mixed = u32::from(row[at]) * alpha + u32::from(under) * (255 - alpha);
            row[to] = ((mixed + 127) / 255) as u8;
            to += 1;
        }
    }
    to
}

//! Stage: grey becomes colour and opaque becomes translucent, where the answer or its background
//! has what the source has not.

use crate::error::Error;
use crate::pixels::buffer::zeroes;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSource;
use crate::pixels::widen::widen;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::link::{Pull, Reach, Samples, Stage};

/// The stage.
pub(crate) struct Widen;

/// The layout behind the stage: every sample of the source's, and of the planned one.
pub(crate) fn widened(plane: &Plane) -> Layout {
    let alpha = plane.source.alpha() || plane.layout.alpha();
    Layout::of(plane.layout.grey(), alpha)
}

impl Stage for Widen {
    fn name(&self) -> &'static str {
        "widen"
    }

    fn reach(&self) -> Reach {
        Reach::Pixel
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Pixels
    }

    fn has_work(&self, _: &Plan, plane: &Plane) -> bool {
        widened(plane) != plane.source
    }

    fn bytes(&self, plan: &Plan, plane: &Plane) -> u64 {
        let width = plane.upright(plan.header.orientation).width;
        u64::from(width) * widened(plane).channels() as u64
    }
}

impl Pull for Widen {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        Ok(Box::new(Rows {
            from,
            layouts: (plane.source, widened(plane)),
            row: zeroes(self.bytes(plan, plane))?,
        }))
    }
}

struct Rows<'r> {
    from: Box<dyn RowSource + 'r>,
    layouts: (Layout, Layout),
    row: Vec<u8>,
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let Some(row) = self.from.next_row()? else {
            return Ok(None);
        };
        widen(row, self.layouts.0, &mut self.row, self.layouts.1);
        Ok(Some(&mut self.row))
    }
}

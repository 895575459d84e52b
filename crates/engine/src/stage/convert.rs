//! Stage: the source's samples become sRGB, where they are something else.
//!
//! Pixels are converted when they are few, behind the resize. Only four inks are light before it,
//! as nothing else knows them.

use std::sync::Arc;

use crate::colour::conversion::Conversion;
use crate::error::Error;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSource;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::plan::source::Source;
use crate::stage::link::{Pull, Reach, Samples, Stage};

/// The stage.
pub(crate) struct Convert;

impl Stage for Convert {
    fn name(&self) -> &'static str {
        "convert"
    }

    fn reach(&self) -> Reach {
        Reach::Pixel
    }

    /// A component alone has no meaning in sRGB: the result depends on all three.
    fn samples(&self, _: &Plan) -> Samples {
        Samples::Pixels
    }

    /// A profile that has not been looked at yet may be that of sRGB, which is not known when the
    /// plan is made. A picture that is normalised has been converted for that.
    fn has_work(&self, plan: &Plan, _: &Plane) -> bool {
        match plan.source {
            Source::Srgb | Source::Kept(_) => false,
            Source::Other(_) | Source::Unseen => {
                !plan.header.cmyk && plan.transform.normalise.is_none()
            }
        }
    }

    /// Tables are the plan's, and pixels are converted in place.
    fn bytes(&self, _: &Plan, _: &Plane) -> u64 {
        0
    }
}

impl Pull for Convert {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        Ok(match of_pixels(plan) {
            Some(conversion) => Box::new(Rows {
                from,
                conversion,
                layout: plane.source,
            }),
            None => from,
        })
    }
}

struct Rows<'r> {
    from: Box<dyn RowSource + 'r>,
    conversion: Arc<Conversion>,
    layout: Layout,
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let Some(row) = self.from.next_row()? else {
            return Ok(None);
        };
        self.conversion.run(row, self.layout);
        Ok(Some(row))
    }
}

/// Returns the conversion of resized pixels.
pub(crate) fn of_pixels(plan: &Plan) -> Option<Arc<Conversion>> {
    match &plan.source {
        Source::Other(conversion) if !plan.header.cmyk => Some(conversion.clone()),
        _ => None,
    }
}

/// Returns the conversion of a decoder's CMYK rows.
pub(crate) fn cmyk(plan: &Plan) -> Option<Arc<Conversion>> {
    match &plan.source {
        Source::Other(conversion) if plan.header.cmyk => Some(conversion.clone()),
        _ => None,
    }
}

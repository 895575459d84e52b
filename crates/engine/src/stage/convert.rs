//! Stage: the source's samples become sRGB, where they are something else.
//!
//! Pixels are converted when they are few, behind the resize. Only four inks are light before it, as nothing else knows them.

use std::sync::Arc;

use crate::colour::conversion::Conversion;
use crate::pixels::layout::Layout;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::plan::source::Source;

/// What the rows of a picture are to go through: nothing, if they are sRGB or become it elsewhere.
pub(crate) fn conversion(plan: &Plan) -> Option<Arc<Conversion>> {
    match &plan.source {
        Source::Other(conversion) if !plan.header.inks => Some(conversion.clone()),
        _ => None,
    }
}

/// What a decoder's rows of four inks are to go through.
pub(crate) fn inks(plan: &Plan) -> Option<Arc<Conversion>> {
    match &plan.source {
        Source::Other(conversion) if plan.header.inks => Some(conversion.clone()),
        _ => None,
    }
}

/// The layout with every sample that the planned one has.
pub(crate) fn widened(plane: &Plane) -> Layout {
    let alpha = plane.source.alpha() || plane.layout.alpha();
    Layout::of(plane.layout.grey(), alpha)
}

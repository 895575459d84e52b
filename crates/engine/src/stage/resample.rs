//! Stage: the planned window of what is decoded, resampled with Lanczos3 while it is decoded.
//!
//! Alpha is premultiplied before and divided after, so that the colour of transparent pixels does
//! not bleed.

use letterbox_resize::Resizer;

use crate::error::Error;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::fault::fault;
use crate::stage::link::{Push, Pushed, Reach, Samples, Stage};

/// The stage.
pub(crate) struct Resample;

impl Stage for Resample {
    fn name(&self) -> &'static str {
        "resample"
    }

    fn reach(&self) -> Reach {
        Reach::Rows
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Plane
    }

    fn has_work(&self, _: &Plan, plane: &Plane) -> bool {
        plane.is_resampled()
    }

    fn bytes(&self, _: &Plan, plane: &Plane) -> u64 {
        plane.resampler_bytes()
    }
}

impl Push for Resample {
    fn begin(&self, plane: &Plane) -> Result<Box<dyn Pushed>, Error> {
        Ok(Box::new(Resizer::new(&plane.resampling()).map_err(fault)?))
    }
}

impl Pushed for Resizer {
    fn push(&mut self, row: &[u8]) -> Result<(), Error> {
        Resizer::push(self, row).map_err(fault)
    }

    fn next_row(&mut self) -> Option<&[u8]> {
        Resizer::next_row(self)
    }
}

//! Stage: drops the rows and columns that are not shown, so that the edge of what is left is the
//! edge of the picture.

use crate::error::Error;
use crate::pixels::buffer::reserved;
use crate::pixels::window::Rect;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::link::{Push, Pushed, Reach, Samples, Stage};

/// The stage.
pub(crate) struct Crop;

impl Stage for Crop {
    fn name(&self) -> &'static str {
        "crop"
    }

    fn reach(&self) -> Reach {
        Reach::Pixel
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Plane
    }

    fn has_work(&self, _: &Plan, plane: &Plane) -> bool {
        plane.is_cropped()
    }

    /// One row.
    fn bytes(&self, _: &Plan, plane: &Plane) -> u64 {
        u64::from(plane.cut.width) * plane.source.channels() as u64
    }
}

impl Push for Crop {
    fn begin(&self, plane: &Plane) -> Result<Box<dyn Pushed>, Error> {
        let channels = plane.source.channels();
        Ok(Box::new(Rows {
            cut: plane.cut,
            channels,
            y: 0,
            row: reserved(u64::from(plane.cut.width) * channels as u64)?,
            waits: false,
        }))
    }
}

struct Rows {
    cut: Rect,
    channels: usize,
    y: u32,
    row: Vec<u8>,
    /// Whether the row is still to be handed out.
    waits: bool,
}

impl Pushed for Rows {
    fn push(&mut self, row: &[u8]) -> Result<(), Error> {
        let y = self.y;
        self.y += 1;
        if !(self.cut.top..self.cut.top + self.cut.height).contains(&y) {
            return Ok(());
        }
        let columns = |count: u32| count as usize * self.channels;
        let kept = row
            .get(columns(self.cut.left)..)
            .and_then(|row| row.get(..columns(self.cut.width)));
        self.row.clear();
        self.row.extend_from_slice(
            kept.ok_or(Error::Corrupt("the image has a row that is too short"))?,
        );
        self.waits = true;
        Ok(())
    }

    fn next_row(&mut self) -> Option<&[u8]> {
        std::mem::take(&mut self.waits).then_some(&self.row)
    }
}

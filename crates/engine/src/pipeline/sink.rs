//! Where the rows of a source go: into a picture, or past a look.

use crate::error::Error;
use crate::pixels::frame::{Frame, Picture};
use crate::pixels::rows::RowSink;
use crate::plan::{Aim, Plan};
use crate::stage::intake::Intake;
use crate::stage::trim::Trim;

/// Takes the rows of a plan.
pub(crate) enum Sink {
    /// A picture is made of them.
    Picture(Box<Intake>),
    /// A box is looked for.
    Box(Box<Trim>),
    /// The upright pictures are there.
    Upright(Vec<Picture>),
}

impl Sink {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(plan: &Plan) -> Result<Sink, Error> {
        Ok(match plan.aim {
            None | Some(Aim::Point { .. } | Aim::Kept { .. } | Aim::Layer) => {
                Sink::Picture(Box::new(Intake::new(plan)))
            }
            Some(Aim::Box {
                threshold,
                thorough,
            }) => Sink::Box(Box::new(Trim::new(plan, threshold.get(), thorough)?)),
        })
    }

    fn rows(&mut self) -> Option<&mut dyn RowSink> {
        match self {
            Sink::Picture(rows) => Some(&mut **rows),
            Sink::Box(rows) => Some(&mut **rows),
            Sink::Upright(_) => None,
        }
    }
}

impl RowSink for Sink {
    fn row(&mut self, plane: usize, row: &[u8]) -> Result<(), Error> {
        self.rows().map_or(Ok(()), |rows| rows.row(plane, row))
    }

    fn frame(&mut self, frame: Frame) -> Result<(), Error> {
        self.rows().map_or(Ok(()), |rows| rows.frame(frame))
    }

    fn is_satisfied(&self) -> bool {
        match self {
            Sink::Picture(rows) => rows.is_satisfied(),
            Sink::Box(_) | Sink::Upright(_) => false,
        }
    }

    fn pass_over(&mut self) -> Option<u32> {
        self.rows()?.pass_over()
    }

    fn damaged(&mut self) {
        if let Some(rows) = self.rows() {
            rows.damaged();
        }
    }
}

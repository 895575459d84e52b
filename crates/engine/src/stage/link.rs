//! A stage: its facts, which a plan is made of, and the ways of rows through it.

use crate::error::Error;
use crate::pixels::frame::Picture;
use crate::pixels::rows::RowSource;
use crate::plan::Plan;
use crate::plan::plane::Plane;

/// How much of a picture a stage has to see for one of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Each pixel by itself.
    Pixel,
    /// Some rows above and below.
    Rows,
    /// All of it.
    Picture,
}

impl Reach {
    /// A word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Reach::Pixel => "pixel",
            Reach::Rows => "rows",
            Reach::Picture => "picture",
        }
    }
}

/// The samples that a stage works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Samples {
    /// A plane by itself, whatever its samples mean: a component of a JPEG, too.
    Plane,
    /// Pixels, because a new sample depends on all samples of its pixel.
    Pixels,
}

/// The facts of a stage, which a plan is made of before there is a row.
pub(crate) trait Stage: Sync {
    /// A word for it.
    fn name(&self) -> &'static str;

    /// How much of a picture it has to see.
    fn reach(&self) -> Reach;

    /// The samples that it works on in a plan of pixels.
    fn samples(&self, plan: &Plan) -> Samples;

    /// Whether a plan has work for it in one of its planes.
    fn has_work(&self, plan: &Plan, plane: &Plane) -> bool;

    /// Upper bound on its memory for one of the planes, the picture not included.
    fn bytes(&self, plan: &Plan, plane: &Plane) -> u64;
}

/// A stage of what arrives.
pub(crate) trait Push: Stage {
    /// Begins with a plane that there is work for.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn begin(&self, plane: &Plane) -> Result<Box<dyn Pushed>, Error>;
}

/// A stage at work on rows that are pushed.
pub(crate) trait Pushed {
    /// Takes the next row.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for one of another length, [`Error::OutOfMemory`].
    fn push(&mut self, row: &[u8]) -> Result<(), Error>;

    /// The next row that is finished. Below the last row that is pushed there is nothing: a stage
    /// repeats it.
    fn next_row(&mut self) -> Option<&[u8]>;
}

/// A stage of the complete picture.
pub(crate) trait Turn: Stage {
    /// The picture behind the stage, which has work.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn run(&self, plan: &Plan, plane: &Plane, picture: Picture) -> Result<Picture, Error>;
}

/// A stage of what is encoded.
pub(crate) trait Pull: Stage {
    /// The rows behind the stage, of those before it, in a plane that there is work for.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error>;
}

/// A stage of what is encoded, which lays the picture over something that is made of all of it.
pub(crate) trait Lay: Stage {
    /// The rows behind the stage, of those before it, over the rows of the small cover.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
        under: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error>;
}

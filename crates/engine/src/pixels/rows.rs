//! Where decoded rows go.

use crate::error::Error;
use crate::pixels::frame::Frame;

/// Takes decoded rows, top to bottom, in the layout and size that each of [`Plan::planes`] says, or [`Plan::components`] where there are some.
pub(crate) trait Rows {
    /// A plane's next row.
    fn row(&mut self, plane: usize, row: &[u8]) -> Result<(), Error>;

    /// All rows of the first plane at once, from a decoder that has them so anyway.
    fn frame(&mut self, frame: Frame) -> Result<(), Error>;

    /// Some of the rows are not what the file was meant to have.
    fn damaged(&mut self) {}
}

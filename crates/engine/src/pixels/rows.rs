//! Rows on their way: pushed by a decoder, pulled by an encoder.

use crate::error::Error;
use crate::pixels::frame::Frame;

/// Takes decoded rows, top to bottom, in the layout and size of each of [`Plan::planes`], or of [`Plan::components`] where there are some.
pub(crate) trait RowSink {
    /// Takes a plane's next row.
    fn row(&mut self, plane: usize, row: &[u8]) -> Result<(), Error>;

    /// Takes all rows of the first plane at once, from a decoder that has them so anyway.
    fn frame(&mut self, frame: Frame) -> Result<(), Error>;

    /// Notes that some of the rows are not those that the file was meant to have.
    fn damaged(&mut self) {}
}

/// Hands out rows, top to bottom.
pub(crate) trait RowSource {
    /// The next row; `None` behind the last one. The row is the caller's to change, until the next call.
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error>;
}

//! Rows on their way: pushed by a decoder, pulled by an encoder.

use crate::error::Error;
use crate::pixels::frame::Frame;

/// Takes decoded rows, top to bottom. Rows have the layout and size of each of [`Plan::planes`], or
/// of [`Plan::components`] if the plan has components.
pub(crate) trait RowSink {
    /// Takes a plane's next row.
    fn row(&mut self, plane: usize, row: &[u8]) -> Result<(), Error>;

    /// Takes all rows of the first plane at once, from a decoder that has them in one buffer
    /// anyway.
    fn frame(&mut self, frame: Frame) -> Result<(), Error>;

    /// Whether nothing of the rows that have not come yet is shown. Stays so once it is.
    fn is_satisfied(&self) -> bool {
        false
    }

    /// Returns the first row that is looked at again, where those up to there may hold anything.
    /// A decoder that asks need not make them.
    fn pass_over(&mut self) -> Option<u32> {
        None
    }

    /// Notes that some rows differ from those that an intact file would have had.
    fn damaged(&mut self) {}
}

/// Hands out rows, top to bottom.
pub(crate) trait RowSource {
    /// Returns the next row, or `None` behind the last one. The caller may change the row until the
    /// next call.
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error>;
}

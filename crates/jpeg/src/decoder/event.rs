//! Events of a decoder.

/// Result of one call of [`Decoder::next`].
#[derive(Debug)]
pub enum Event<'a> {
    /// The decoder needs more bytes, or a call of [`Decoder::finish`].
    NeedMore,
    /// [`Decoder::header`] is complete; now [`Decoder::set_scale`] may be called.
    Header,
    /// The next row of pixels, from the top.
    Row(&'a [u8]),
    /// The next row of one component's samples, after [`Decoder::separate_components`].
    Samples {
        /// The component's place in the frame header.
        component: usize,
        /// The next row of samples.
        row: &'a [u8],
    },
    /// All rows have been handed out.
    End(Status),
}

/// State of the picture at its end: intact, complete but damaged inside, or truncated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Rows of the result, counted from the top, that come from undamaged data.
    pub intact_rows: usize,
    /// Rows of the result.
    pub rows: usize,
    /// Set if the data ends, or a marker ends it, before the picture does: rows are missing, or
    /// scans of a progressive file. A file that lacks only its EOI marker is not truncated, and
    /// neither is a file that is damaged inside and goes on.
    pub truncated: bool,
}

impl Status {
    /// Whether no data was damaged or missing.
    pub fn is_intact(&self) -> bool {
        self.intact_rows == self.rows && !self.truncated
    }
}

/// Fields of a frame header that determine the memory a decoder needs.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    /// Columns and rows.
    pub size: (u16, u16),
    /// Each component's sampling factors, across and down.
    pub sampling: &'a [(u8, u8)],
    /// Whether the file is progressive.
    pub progressive: bool,
    /// Whether the compressed file has to be resident, see [`Header::resident`].
    pub resident: bool,
}

//! What a decoder has to say.

/// What [`Decoder::next`] has to say.
#[derive(Debug)]
pub enum Event<'a> {
    /// Push more bytes, or say that there are none.
    NeedMore,
    /// [`Decoder::header`] is complete; this is the moment for [`Decoder::set_scale`].
    Header,
    /// The next row of pixels, from the top.
    Row(&'a [u8]),
    /// The next row of one component's samples, after [`Decoder::separate_components`].
    Samples {
        /// The component's place in the frame header.
        component: usize,
        /// Its row.
        row: &'a [u8],
    },
    /// All rows have been handed out.
    End(Status),
}

/// How the picture ended: sound, complete but damaged inside, or broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Rows of the result that come of undamaged data, counted from the top.
    pub intact_rows: usize,
    /// Rows of the result.
    pub rows: usize,
    /// The data ends, or a marker ends it, before the picture does: rows are missing, or of a progressive file scans. A file
    /// that lacks nothing but its EOI marker is not truncated, and neither is one that is damaged inside and goes on.
    pub truncated: bool,
}

impl Status {
    /// Whether no data was damaged or missing.
    pub fn is_intact(&self) -> bool {
        self.intact_rows == self.rows && !self.truncated
    }
}

/// What a frame header says, as far as memory depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    /// Columns and rows.
    pub size: (u16, u16),
    /// Each component's sampling factors, across and down.
    pub sampling: &'a [(u8, u8)],
    /// Whether the file is progressive.
    pub progressive: bool,
    /// See [`Header::resident`].
    pub resident: bool,
}

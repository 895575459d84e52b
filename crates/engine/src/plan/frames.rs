//! The frames of a plan: which are drawn, which are shown, and what that takes.

/// Frames of a source, and of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Animation {
    /// As many as have been counted in the source: all of them, if all are shown.
    pub frames: u32,
    /// The first one that is shown; those before it are drawn all the same.
    pub first: u32,
    /// How many are shown. One is a still.
    pub count: u32,
    /// How often they are played; 0 is for ever.
    pub plays: u32,
    /// Whether what a frame covers has to come back.
    pub(crate) restores: bool,
    /// Memory of decoding one of them beside the canvas.
    pub(crate) frame_bytes: u64,
    /// What the answer may have.
    pub(crate) file_bytes: u64,
    /// Whether that is more than at first, and so in pieces.
    pub(crate) grown: bool,
}

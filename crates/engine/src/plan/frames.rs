//! The frames of a plan: which are drawn, which are shown, and the memory they take.

/// Frames of a source, and of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Animation {
    /// Frames counted in the source: all of them, if all are shown.
    pub frames: u32,
    /// Index of the first frame that is shown. Frames before that one are drawn on the canvas, but
    /// not shown.
    pub first: u32,
    /// Number of frames that are shown. With one frame the answer is a still.
    pub count: u32,
    /// Number of times that the animation is played; 0 means forever.
    pub plays: u32,
    /// Whether a frame's disposal restores the canvas under the frame, which needs a second canvas.
    pub(crate) restores: bool,
    /// Upper bound on the bytes for decoding one frame, apart from the canvas.
    pub(crate) frame_bytes: u64,
    /// Capacity of the answer in bytes.
    pub(crate) file_bytes: u64,
    /// Whether `file_bytes` has grown since the first plan. The answer then lies in several pieces.
    pub(crate) grown: bool,
}

//! Disposal of a frame before the next one.

/// Disposal of a frame's rectangle before the next frame is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposal {
    /// The rectangle stays.
    Keep,
    /// The rectangle becomes transparent, as in browsers, whatever background the file declares.
    Clear,
    /// The rectangle is restored to the canvas before the frame.
    Restore,
}

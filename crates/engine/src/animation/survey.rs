//! Facts about frames that are known before they are decoded.

use crate::animation::coded::CodedFrames;
use crate::animation::disposal::Disposal;
use crate::error::Error;
use crate::pixels::layout::{Layout, Size};
use crate::pixels::window::Rect;

/// Facts about frames that are known before they are decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Number of frames found, at most as many as were looked for.
    pub(crate) frames: u32,
    /// Whether the file has further frames.
    pub(crate) more: bool,
    /// Number of times that the animation is played; 0 means forever.
    pub(crate) plays: u32,
    /// Whether the canvas is opaque at every frame.
    pub(crate) opaque: bool,
    /// Whether a frame's disposal restores the canvas under the frame.
    pub(crate) restores: bool,
    /// Whether every frame has pixels, all of them on the canvas.
    pub(crate) on_canvas: bool,
    /// Upper bound on the bytes for decoding one frame, apart from the canvas.
    pub(crate) frame_bytes: u64,
}

impl Survey {
    /// Walks through at most `most` frames of a file with a canvas of this size. Memory of decoding
    /// is not computed beyond `most_bytes`; a larger value is only a lower bound.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub(crate) fn take(
        size: Size,
        mut shots: CodedFrames<'_>,
        plays: u32,
        most: u32,
        most_bytes: u64,
    ) -> Result<Survey, Error> {
        let mut survey = Survey {
            frames: 0,
            more: false,
            plays,
            opaque: true,
            restores: false,
            on_canvas: true,
            frame_bytes: 0,
        };
        let mut holes = true; // nothing has been drawn
        let mut last = Disposal::Keep;
        for shot in shots.by_ref().take(most as usize) {
            let shot = shot?;
            survey.frames += 1;
            survey.restores |= last == Disposal::Restore;
            last = shot.disposal;
            let before = holes;
            let screen = Rect {
                left: 0,
                top: 0,
                width: size.width,
                height: size.height,
            };
            let seen = shot.rect.clipped(screen.width, screen.height);
            survey.on_canvas &= seen == shot.rect && !seen.is_empty();
            let covers = seen == screen;
            let replaces = covers && shot.opaque;
            holes = (holes || !(shot.blends || shot.opaque)) && !replaces;
            survey.opaque &= !holes;
            match shot.disposal {
                Disposal::Keep => {}
                Disposal::Clear => holes = true,
                Disposal::Restore => holes = before,
            }
            let bytes = shot.picture.decode_bytes(shot.rect.width, most_bytes)?;
            survey.frame_bytes = survey.frame_bytes.max(bytes);
        }
        survey.more = shots.next().is_some();
        Ok(survey)
    }

    /// Returns the layout of the canvas.
    pub(crate) fn layout(&self) -> Layout {
        Layout::of(false, !self.opaque)
    }
}

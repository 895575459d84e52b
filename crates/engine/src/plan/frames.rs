//! What a plan becomes when the frames of its source are known: which are drawn, which are shown, and what that takes.

use crate::animation::Survey;
use crate::codec;
use crate::error::Error;
use crate::header::Coding;
use crate::limits::Limits;
use crate::plan::Plan;
use crate::transform::{Format, Frames};

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

/// The least that an answer grows by: a page or two of frames of a small animation.
const LEAST_GROWTH: u64 = 64 << 10;

/// What a frame counts for at least: it takes a while even if it is small.
const LEAST_FRAME_PIXELS: u64 = 1 << 12;

impl Plan {
    /// The same plan with frames, where there is more than one to be drawn.
    ///
    /// # Errors
    /// [`Error::NoSuchPage`], [`Error::TooManyFrames`].
    pub(crate) fn animated(
        mut self,
        survey: &Survey,
        frames: Frames,
        source_bytes: u64,
        limits: &Limits,
    ) -> Result<Plan, Error> {
        let first = u32::from(frames.first);
        if first >= survey.frames {
            return Err(Error::NoSuchPage {
                page: first,
                frames: survey.frames,
            });
        }
        let most = match frames.count {
            _ if !self.may_move() => 1,
            Some(count) => count.get().into(),
            None => u32::MAX,
        };
        let count = most.min(survey.frames - first);
        let drawn = u64::from(first + count) * self.decoded.pixels().max(LEAST_FRAME_PIXELS);
        let shown = u64::from(count) * self.canvas.pixels().max(LEAST_FRAME_PIXELS);
        if drawn.max(shown) > limits.frame_pixels && first + count > 1 {
            return Err(Error::TooManyFrames {
                frames: survey.frames,
                pixels: drawn.max(shown),
                most: limits.frame_pixels,
            });
        }
        let canvas = self.decoded.pixels() * self.header.layout.channels() as u64;
        let restored = if survey.restores { canvas } else { 0 };
        self.header.coding = Coding::Whole {
            peak_bytes: canvas + restored + survey.frame_bytes,
            copies: 0,
        };
        let mut animation = Animation {
            frames: survey.frames,
            first,
            count,
            plays: survey.plays,
            restores: survey.restores,
            frame_bytes: survey.frame_bytes,
            file_bytes: 0,
            grown: false,
        };
        animation.file_bytes = codec::animation::file_bytes(&self, &animation, source_bytes);
        self.animation = Some(animation);
        // Checksums of an animated PNG's frames are not all looked at.
        let as_it_is = count == survey.frames && !survey.more;
        self.original &= as_it_is && self.format.moves();
        self.reckon();
        Ok(self)
    }

    /// Plans half as much again for the file of an animation, or what there is memory for; false where there is none.
    pub(crate) fn grow(&mut self, file_bytes: u64, limits: &Limits) -> bool {
        let Some(animation) = self.moving() else {
            return false;
        };
        let before = animation.file_bytes;
        let wish = before + (before / 2).max(LEAST_GROWTH);
        // Beside what frames take; and twice, when pieces become one.
        let frames = self
            .steps()
            .first()
            .map_or(0, |step| step.bytes(file_bytes));
        let beside = frames.saturating_sub(before);
        let twice = limits.memory_bytes.saturating_sub(file_bytes + (8 << 10));
        let most = limits.memory_bytes.saturating_sub(beside).min(twice / 2);
        let room = wish.min(most);
        if room < before + LEAST_GROWTH {
            return false;
        }
        if let Some(animation) = &mut self.animation {
            (animation.file_bytes, animation.grown) = (room, true);
        }
        self.reckon();
        true
    }

    /// Whether the answer may have several frames: a PNG has where its source is one.
    pub(crate) fn may_move(&self) -> bool {
        self.format.moves() || (self.format == Format::Png && self.header.format == Format::Png)
    }

    /// The frames, if there are several in the answer.
    pub(crate) fn moving(&self) -> Option<&Animation> {
        self.animation
            .as_ref()
            .filter(|animation| animation.count > 1)
    }
}

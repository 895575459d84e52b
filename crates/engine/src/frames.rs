//! Plans for animations: a plan becomes one for frames once the source's frames are known, and gets
//! more memory as its answer grows.
#![deny(clippy::wildcard_enum_match_arm)] // a format that is new is decided on

use crate::animation::survey::Survey;
use crate::error::Error;
use crate::format::codec::Animate;
use crate::format::codec_of;
use crate::header::Coding;
use crate::limits::Limits;
use crate::plan::Plan;
use crate::plan::frames::Animation;
use crate::spec::Format;
use crate::transform::Frames;

/// Minimum growth of an answer in bytes: enough for some frames of a small animation.
const LEAST_GROWTH: u64 = 64 << 10;

/// Minimum number of pixels that a frame counts for, because even a small frame takes a while.
const LEAST_FRAME_PIXELS: u64 = 1 << 12;

/// Returns the writer of a format's animations, if the format has one.
pub(crate) fn animate(format: Format) -> Option<&'static dyn Animate> {
    codec_of(format).writer()?.animate()
}

impl Plan {
    /// Plans the frames of a surveyed animation, where more than one has to be drawn.
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
            plays: self.transform.plays.map_or(survey.plays, u32::from),
            restores: survey.restores,
            frame_bytes: survey.frame_bytes,
            file_bytes: 0,
            grown: false,
        };
        animation.file_bytes = file_bytes(&self, &animation, source_bytes);
        self.animation = Some(animation);
        // Checksums of an animated PNG's frames are not all looked at.
        let timed = self.transform.plays.is_some() || self.transform.delay_ms.is_some();
        let as_it_is = count == survey.frames && !survey.more && !timed;
        self.original &= as_it_is && self.format.moves();
        self.reckon();
        Ok(self)
    }

    /// Plans half as much again for the file of an animation, or as much as memory allows. Returns
    /// false if memory allows less than [`LEAST_GROWTH`] more.
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
        let capacity = wish.min(most);
        if capacity < before + LEAST_GROWTH {
            return false;
        }
        if let Some(animation) = &mut self.animation {
            (animation.file_bytes, animation.grown) = (capacity, true);
        }
        self.reckon();
        true
    }
}

/// Returns the capacity that the answer has at first. The worst case of all frames would be refused
/// nearly always and is hardly ever met. The estimate assumes frames as hard to code as the
/// source's, pixel for pixel, plus half a bit a pixel. The capacity may grow later.
fn file_bytes(plan: &Plan, animation: &Animation, source_bytes: u64) -> u64 {
    let frames = u64::from(animation.count);
    let pixels = plan.canvas.pixels() * frames;
    let animate = animate(plan.format);
    let worst = animate.map_or(4 * pixels, |animate| animate.worst_bytes(pixels));
    // What has been coded with loss takes many times as much without.
    let is_as_hard = plan.header.format == plan.format && animate.is_some_and(Animate::is_lossless);
    let harder = if is_as_hard || plan.by_guest { 1 } else { 4 };
    let larger = plan.resized.pixels().div_ceil(plan.decoded.pixels()).max(1);
    let likely = source_bytes
        .saturating_mul(harder * larger)
        .saturating_add(pixels / 16 + 64 * frames);
    (worst + 1024 * frames).min(likely).min(MOST_AT_FIRST) + 2048
}

/// Upper bound on an answer's capacity at first. A larger answer gets more capacity as it grows.
const MOST_AT_FIRST: u64 = 8 << 20;

//! The memory of a plan: the bytes held in each step of the work, and their peak. `reckon` computes
//! them.

use crate::error::Error;
use crate::header::{Coding, file_bytes, guest_bytes_of_file};
use crate::limits::Limits;
use crate::pixels::buffer::growing;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::spec::Format;

/// A step of the work, and the memory held in that step. Memory owned only by the previous step is
/// freed before this step starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Name of the step.
    pub name: &'static str,
    /// Parts of the memory: the name and the bytes of each.
    pub parts: Vec<(&'static str, u64)>,
    /// Whether the source file is held too, if its format keeps the file.
    pub file: bool,
}

impl Step {
    /// Returns the sum of all parts, plus the source file's `file_bytes` where the step holds that
    /// file.
    pub fn bytes(&self, file_bytes: u64) -> u64 {
        let parts = self.parts.iter().map(|(_, bytes)| bytes).sum::<u64>();
        parts + u64::from(self.file) * file_bytes
    }
}

impl Plan {
    /// Whether a copy of the source's own file is kept beside the decoder's memory: the copy may be
    /// the answer, or is decoded again behind a look. An animation needs no copy: its decoder keeps
    /// the whole file anyway.
    pub(crate) fn keeps_original(&self) -> bool {
        (self.original && self.moving().is_none()) || (self.is_look() && !self.gives_file_back())
    }

    /// Whether the decoder has the whole file in the end, and gives it back.
    pub(crate) fn gives_file_back(&self) -> bool {
        let keeps = self.file_bytes(1) > 0;
        keeps && !matches!(self.header.coding, Coding::Jpeg { .. })
    }

    /// Whether the plan fits into memory together with the source file and the copy that
    /// [`Plan::original`] asks for.
    pub(crate) fn affords(&self, file_bytes: u64, original_bytes: u64, limits: &Limits) -> bool {
        self.need_bytes(file_bytes).saturating_add(original_bytes) <= limits.memory_bytes
    }

    /// Returns the peak of the plan in bytes, with `file_bytes` of source file held while decoding.
    pub fn need_bytes(&self, file_bytes: u64) -> u64 {
        (self.decode_bytes + file_bytes).max(self.encode_bytes)
    }

    /// Returns the bytes that decoding may hold beyond its own estimate, because a later step needs
    /// at least as much.
    pub(crate) fn spare_decode_bytes(&self) -> u64 {
        self.encode_bytes.saturating_sub(self.decode_bytes)
    }

    /// Checks that the plan and `file_bytes` of source file fit into memory.
    ///
    /// # Errors
    /// [`Error::OverBudget`].
    pub fn check_budget(&self, file_bytes: u64, limits: &Limits) -> Result<(), Error> {
        let need = self.need_bytes(file_bytes);
        if need > limits.memory_bytes {
            return Err(self.over_budget(need, limits));
        }
        Ok(())
    }

    fn over_budget(&self, need: u64, limits: &Limits) -> Error {
        Error::OverBudget {
            pixels: self.header.stored.pixels(),
            frames: self.moving().map_or(1, |animation| animation.frames),
            need,
            budget: limits.memory_bytes,
            by_avif: self.format == Format::Avif
                && self.encode_bytes > limits.memory_bytes
                && self.decode_bytes <= limits.memory_bytes,
        }
    }

    /// Returns the bytes that the decoding guest may take for a file of this length; 0 without a
    /// guest. The limit is the guest's own upper bound or the rest of the budget, whichever is
    /// smaller.
    pub(crate) fn guest_bytes(&self, source_bytes: u64) -> u64 {
        let Coding::Guest { memory_bytes, .. } = self.header.coding else {
            return 0;
        };
        let (least, _) = guest_bytes_of_file(source_bytes);
        let own = if self.keeps_original() {
            growing(source_bytes)
        } else {
            0
        };
        let free = (self.budget_bytes).saturating_sub(
            self.need_bytes(self.file_bytes(source_bytes))
                .saturating_add(own),
        );
        memory_bytes + least + free.min(self.uncertain_bytes(source_bytes))
    }

    /// Returns the bytes that decoding a file of this length may need beyond the certain minimum: 0
    /// for every file that no guest decodes.
    pub(crate) fn uncertain_bytes(&self, source_bytes: u64) -> u64 {
        match self.header.coding {
            Coding::Guest { .. } => {
                let (least, most) = guest_bytes_of_file(source_bytes);
                most - least
            }
            _ => 0,
        }
    }

    /// Returns the capacity reserved for the picture before orientation. `None` if the picture will
    /// be turned: the turned copy gets the capacity instead.
    pub(crate) fn stored_capacity(&self) -> Option<u64> {
        if self.header.orientation.is_upright() {
            self.capacity
        } else {
            None
        }
    }

    /// Returns the capacity to reserve for the decoder's frame, where that frame becomes the
    /// picture without resampling; 0 otherwise.
    pub(crate) fn capacity_if_kept(&self) -> u64 {
        match self.planes().first() {
            Some(plane) if plane.keeps_every_pixel() => self.stored_capacity().unwrap_or(0),
            _ => 0,
        }
    }

    /// Returns the bytes of the picture that are freed while the picture is encoded.
    pub(crate) fn freed_bytes(&self) -> u64 {
        if self.is_one_frame() {
            return 0;
        }
        let planes = self.planes();
        let bytes = planes
            .iter()
            .map(|plane| plane.resized.pixels() * plane.source.channels() as u64);
        bytes.sum()
    }

    /// Whether the picture is the decoder's own image, which lies in one piece and cannot be freed
    /// piece by piece.
    pub(crate) fn is_one_frame(&self) -> bool {
        matches!(self.header.coding, Coding::Whole { .. })
            && self.header.orientation.is_upright()
            && self.planes().iter().all(Plane::keeps_every_pixel)
    }

    /// Returns the bytes that a source file of this length occupies while it is decoded; 0 if its
    /// decoder consumes the bytes as they arrive.
    pub fn file_bytes(&self, source_bytes: u64) -> u64 {
        file_bytes(&self.header, source_bytes)
    }
}

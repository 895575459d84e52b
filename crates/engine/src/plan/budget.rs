//! The memory of a plan: what is held in each step of the work, and the most of them at a time. `reckon` computes it.

use crate::error::Error;
use crate::header::{Coding, file_bytes, guest_bytes_of_file};
use crate::limits::Limits;
use crate::pixels::buffer::growing;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::spec::Format;

/// A step of the work, and what is held in it. One begins when what the one before held alone has been given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub name: &'static str,
    /// Names of what is held, each with its bytes.
    pub parts: Vec<(&'static str, u64)>,
    /// Whether the source file is held too, if it is one that is kept.
    pub file: bool,
}

impl Step {
    /// All bytes, with those of the source file.
    pub fn bytes(&self, file_bytes: u64) -> u64 {
        let parts = self.parts.iter().map(|(_, bytes)| bytes).sum::<u64>();
        parts + u64::from(self.file) * file_bytes
    }
}

impl Plan {
    /// Whether the source's own file is kept beside what its decoder has: because it may be the answer, or is decoded again behind a look.
    /// An animation is decoded out of a file that is whole, which will do.
    pub(crate) fn keeps_original(&self) -> bool {
        (self.original && self.moving().is_none())
            || (self.scans.is_some() && !self.gives_file_back())
    }

    /// Whether the decoder has the whole file in the end, and gives it back.
    pub(crate) fn gives_file_back(&self) -> bool {
        let keeps = self.file_bytes(1) > 0;
        keeps && !matches!(self.header.coding, Coding::Jpeg { .. })
    }

    /// Whether the plan fits with so many bytes of the source file, and so many of [`Plan::original`].
    pub(crate) fn affords(&self, file_bytes: u64, original_bytes: u64, limits: &Limits) -> bool {
        self.need_bytes(file_bytes).saturating_add(original_bytes) <= limits.memory_bytes
    }

    /// The most bytes that are held at a time, with so many of the source file.
    pub fn need_bytes(&self, file_bytes: u64) -> u64 {
        (self.decode_bytes + file_bytes).max(self.encode_bytes)
    }

    /// What decoding may hold beyond its own estimate, because something behind it needs as much anyway.
    pub(crate) fn spare_decode_bytes(&self) -> u64 {
        self.encode_bytes.saturating_sub(self.decode_bytes)
    }

    /// Whether the plan, and so many bytes of the source file beside it, fit into memory.
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

    /// Bytes that the guest that decodes a file of this length may take, if one does: as much as it may turn out to need, and no more than there is.
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

    /// Bytes that decoding a file of this length may turn out to need beyond what it needs in any case.
    pub(crate) fn uncertain_bytes(&self, source_bytes: u64) -> u64 {
        match self.header.coding {
            Coding::Guest { .. } => {
                let (least, most) = guest_bytes_of_file(source_bytes);
                most - least
            }
            _ => 0,
        }
    }

    /// The picture's room before it is turned: if it is, the one that comes out has the room.
    pub(crate) fn stored_room(&self) -> Option<u64> {
        if self.header.orientation.is_upright() {
            self.room
        } else {
            None
        }
    }

    /// The same for a frame of the decoder's, where that is the picture.
    pub(crate) fn room_if_kept(&self) -> u64 {
        match self.planes().first() {
            Some(plane) if plane.keeps_every_pixel() => self.stored_room().unwrap_or(0),
            _ => 0,
        }
    }

    /// Bytes of the picture that are given back while it is encoded.
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

    /// Whether the picture is the decoder's image, which cannot be given back in pieces.
    pub(crate) fn is_one_frame(&self) -> bool {
        matches!(self.header.coding, Coding::Whole { .. })
            && self.header.orientation.is_upright()
            && self.planes().iter().all(Plane::keeps_every_pixel)
    }

    /// What a source file of this length holds while it is decoded; nothing, if it is used up as it arrives.
    pub fn file_bytes(&self, source_bytes: u64) -> u64 {
        file_bytes(&self.header, source_bytes)
    }
}

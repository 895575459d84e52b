//! Memory of a transform, as far as it is known by now.

use crate::format::codec_of;
use crate::pipeline::body::Body;
use crate::pipeline::state::{Pipeline, State};
use crate::pixels::buffer::growing;
use crate::plan::Plan;
use crate::plan::source::Source;

/// Bytes of the pipeline itself, and of its facts about an image.
const SMALL_BYTES: u64 = 4 << 10;

impl Pipeline<'_> {
    /// Returns the bytes of memory that the transform may take with the next call, as far as they
    /// are known by now. The call that completes the header makes the plan; the call after that
    /// allocates the plan's memory. The caller can refuse in between.
    pub fn memory_bytes(&self) -> u64 {
        let bytes = match &self.state {
            State::Header { start, .. } => start.len() as u64,
            State::Planned { plan, .. } | State::Body(Body { plan, .. }) => {
                let uncertain = plan.uncertain_bytes(self.source_bytes.max(self.promised_bytes));
                let need = plan.need_bytes(self.file_bytes(plan));
                need.max(self.moved_bytes(plan)) + self.original_bytes(plan) + uncertain
            }
            // The conversion tables of the described plan are still there.
            State::Described { .. } => match self.described.as_deref() {
                Some(Plan {
                    source: Source::Other(conversion) | Source::Kept(conversion),
                    ..
                }) => conversion.bytes(),
                _ => 0,
            },
        };
        bytes.min(self.limits.memory_bytes)
    }

    /// Returns the part of [`Pipeline::memory_bytes`] that is in our own memory, and not in that of
    /// guests.
    pub fn own_bytes(&self) -> u64 {
        let guests = match &self.state {
            State::Planned { plan, .. } | State::Body(Body { plan, .. }) => {
                let source = self.source_bytes.max(self.promised_bytes);
                let (decoder, encoder) = (plan.guest_bytes(source), writer_guest_bytes(plan));
                match plan.moving() {
                    Some(_) => decoder + encoder,
                    None => decoder.max(encoder),
                }
            }
            _ => 0,
        };
        self.memory_bytes().saturating_sub(guests)
    }

    pub(crate) fn file_bytes(&self, plan: &Plan) -> u64 {
        let bytes = plan.file_bytes(self.source_bytes.max(self.promised_bytes));
        let resident = self.resident.capacity() as u64;
        let file = self.late_bytes.unwrap_or(0) + self.gathered(bytes) + resident;
        match &self.state {
            // A decoder takes a copy of what has been read.
            State::Planned { start, .. } => file.max(2 * start.len() as u64),
            _ => file,
        }
    }

    /// Returns the bytes held while the start of a kept file is copied to a buffer for the whole
    /// file. This sum counts where the decoder takes less than such a start.
    pub(crate) fn moved_bytes(&self, plan: &Plan) -> u64 {
        let all = self.promised_bytes;
        match &self.state {
            State::Planned { start, .. } if plan.file_bytes(all) >= all => {
                all + start.len() as u64 + SMALL_BYTES
            }
            _ => 0,
        }
    }

    /// Returns the bytes of the source's own file that is kept beside the decoder's memory, where
    /// that file may be the answer.
    pub(crate) fn original_bytes(&self, plan: &Plan) -> u64 {
        let bytes = self.source_bytes.max(self.promised_bytes);
        if plan.keeps_original() && self.resident.is_empty() {
            self.gathered(bytes)
        } else {
            0
        }
    }

    /// Returns the bytes of a buffer that gathers `bytes` bytes of the source file.
    pub(crate) fn gathered(&self, bytes: u64) -> u64 {
        if self.source_bytes > self.promised_bytes {
            growing(bytes)
        } else {
            bytes
        }
    }

    /// Bytes of the file that is kept beside a decoder because it will be decoded again.
    pub(crate) fn scanned_bytes(&self) -> u64 {
        match self.planned() {
            Some((plan, _)) if plan.is_look() => self.original_bytes(plan),
            _ => 0,
        }
    }

    /// Gives up the source's own file as an answer, where memory has no place for it. The decision
    /// depends on the file's length and not on how the file arrives: as if all of it had arrived
    /// with its header, and the decoder had made a copy.
    pub(crate) fn afford_original(&mut self) {
        let (State::Planned { plan, .. } | State::Body(Body { plan, .. })) = &self.state else {
            return;
        };
        if plan.moving().is_some() || plan.aim.is_some() {
            return; // it takes nothing more, or cannot do without
        }
        let twice = 2 * self.source_bytes.max(self.promised_bytes);
        let (file, own) = (self.file_bytes(plan).max(twice), self.original_bytes(plan));
        let affords = plan.affords(file, own, self.limits);
        match &mut self.state {
            State::Planned { plan, .. } => plan.original &= affords,
            State::Body(body) if !affords => {
                body.plan.original = false;
                body.original = None;
            }
            _ => {}
        }
    }
}

/// Returns the bytes of the guest that encodes, if one does.
fn writer_guest_bytes(plan: &Plan) -> u64 {
    let writer = codec_of(plan.format).writer();
    writer.map_or(0, |writer| writer.guest_bytes(plan))
}

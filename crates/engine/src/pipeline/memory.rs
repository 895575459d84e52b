//! The memory of a transform, as far as it is known by now.

use crate::format::codec_of;
use crate::pipeline::body::Body;
use crate::pipeline::state::{Pipeline, State};
use crate::pixels::buffer::growing;
use crate::plan::Plan;
use crate::plan::source::Source;

/// The pipeline itself, and what it knows of an image.
const SMALL_BYTES: u64 = 4 << 10;

impl Pipeline<'_> {
    /// Bytes of memory that the transform may take with the next call, as far as is known by now. A plan is made by the call that
    /// completes the header, and what it costs is allocated from the call after that on: there is time to refuse it in between.
    pub fn memory_bytes(&self) -> u64 {
        let bytes = match &self.state {
            State::Header { start, .. } => start.len() as u64,
            State::Planned { plan, .. } | State::Body(Body { plan, .. }) => {
                let uncertain = plan.uncertain_bytes(self.source_bytes.max(self.promised_bytes));
                let need = plan.need_bytes(self.file_bytes(plan));
                need.max(self.moved_bytes(plan)) + self.original_bytes(plan) + uncertain
            }
            // The tables of its colours are still there.
            State::Described { .. } => match self.described.as_deref() {
                Some(Plan {
                    source: Source::Other(conversion),
                    ..
                }) => conversion.bytes(),
                _ => 0,
            },
        };
        bytes.min(self.limits.memory_bytes)
    }

    /// What of it is in our own memory, and not in that of guests.
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

    /// Bytes held while the start of a file that is kept is moved to where there is room for all of it, which counts where the decoder
    /// takes less than such a start.
    pub(crate) fn moved_bytes(&self, plan: &Plan) -> u64 {
        let all = self.promised_bytes;
        match &self.state {
            State::Planned { start, .. } if plan.file_bytes(all) >= all => {
                all + start.len() as u64 + SMALL_BYTES
            }
            _ => 0,
        }
    }

    /// What the source's own file takes beside that, where it may be the answer.
    pub(crate) fn original_bytes(&self, plan: &Plan) -> u64 {
        let bytes = self.source_bytes.max(self.promised_bytes);
        if plan.keeps_original() {
            self.gathered(bytes)
        } else {
            0
        }
    }

    /// What a buffer takes for so many bytes of the source file.
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
            Some((plan, _)) if plan.scans.is_some() => self.original_bytes(plan),
            _ => 0,
        }
    }

    /// Gives the source's own file up, where there is no room for it. That is decided by the file's length and not by how it comes: as if all
    /// of it had been here with its header, and the decoder took a copy.
    pub(crate) fn afford_original(&mut self) {
        let (State::Planned { plan, .. } | State::Body(Body { plan, .. })) = &self.state else {
            return;
        };
        if plan.moving().is_some() || plan.scans.is_some() {
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

/// Bytes of the guest that encodes, if one does.
fn writer_guest_bytes(plan: &Plan) -> u64 {
    let writer = codec_of(plan.format).writer();
    writer.map_or(0, |writer| writer.guest_bytes(plan))
}

//! Intake of a source's bytes, as they arrive.

use crate::error::Error;
use crate::format::codec_of;
use crate::pipeline::state::{Pipeline, State};
use crate::pixels::buffer::append;
use crate::plan::Plan;

impl Pipeline<'_> {
    /// Takes the next bytes of the source file.
    ///
    /// # Errors
    /// Errors that are known by now: the size of the file, its kind, the cost of the plan.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.source_bytes += bytes.len() as u64;
        if self.source_bytes > self.limits.source_bytes {
            return Err(Error::SourceTooLarge(self.limits.source_bytes));
        }
        let taken = self.take(bytes);
        self.or_described(taken)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.start()?;
        self.afford_original();
        let own = self.scanned_bytes();
        match &mut self.state {
            State::Described { .. } | State::Planned { .. } => Ok(()),
            State::Body(body) => {
                // A file that is kept is refused as soon as it is too large, not when all of it is
                // here.
                let file = body.plan.file_bytes(self.source_bytes) + own;
                body.plan.check_budget(file, self.limits)?;
                if let Some(original) = &mut body.original {
                    original.push(bytes)?;
                }
                body.decoder.push(bytes, &mut body.rows)
            }
            State::Header { start, look_at } => {
                append(start, bytes)?;
                if start.len() < *look_at {
                    return Ok(());
                }
                // A header far behind is looked for a few times, not once a chunk.
                *look_at = start.len() + start.len() / 2;
                self.open(false)
            }
        }
    }

    /// Ends the source file, and plans what had to wait for its last byte.
    ///
    /// # Errors
    /// As [`Pipeline::push`].
    pub fn end(&mut self) -> Result<(), Error> {
        let ended = self.plan_the_end();
        self.or_described(ended)
    }

    fn plan_the_end(&mut self) -> Result<(), Error> {
        self.open(true)?;
        if self.late_bytes.is_some() {
            return Ok(());
        }
        self.count_frames()?;
        let Some((plan, file)) = self.planned() else {
            return Ok(());
        };
        let late = match plan.animation {
            Some(_) => 0, // is planned
            None => codec_of(plan.header.format).late_bytes(
                &plan.header,
                file,
                self.limits.memory_bytes,
            )?,
        };
        plan.check_budget(plan.file_bytes(self.source_bytes) + late, self.limits)?;
        self.late_bytes = Some(late);
        self.afford_original();
        Ok(())
    }

    /// Returns the plan, and the bytes kept of the file.
    pub(crate) fn planned(&self) -> Option<(&Plan, &[u8])> {
        match &self.state {
            State::Planned { plan, start } => Some((plan, start)),
            State::Body(body) => Some((&body.plan, body.decoder.file())),
            State::Header { .. } | State::Described { .. } => None,
        }
    }
}

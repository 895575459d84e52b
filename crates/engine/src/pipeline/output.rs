//! A finished answer.

use crate::header::kept::Kept;
use crate::plan::Plan;
use crate::spec::Format;
use crate::transform::Target;

/// A finished answer and the facts about it.
#[derive(Debug)]
pub struct Output {
    /// Body of the answer.
    pub body: Vec<u8>,
    /// Media type of the answer.
    pub content_type: &'static str,
    /// Plan that was carried out; for a description, the plan that would be.
    pub plan: Plan,
    /// Kind of answer that was asked for.
    pub target: Target,
    /// Whether the body is the source's own file, stripped, because the encoded file was larger.
    pub original: bool,
    /// Bytes of the source file.
    pub source_bytes: u64,
    /// Time spent on decoding, on the stages, and on encoding.
    pub spent: Spent,
    /// Metadata that the file does not have yet.
    pub(crate) kept: Kept,
}

/// Time by step, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// Time from file to pixels.
    pub decode_ms: f64,
    /// Time of all stages.
    pub resize_ms: f64,
    /// Time from pixels to file.
    pub encode_ms: f64,
}

impl Output {
    /// Returns the format of the answer; `None` for an answer that is no image.
    pub fn format(&self) -> Option<Format> {
        match self.target {
            Target::Keep | Target::Image(_) | Target::Auto(_) => Some(self.plan.format),
            Target::Json | Target::Thumbhash | Target::Blurhash => None,
        }
    }

    /// Returns a word for the kind of answer.
    pub fn name(&self) -> &'static str {
        self.format().map_or(self.target.name(), Format::name)
    }
}

//! A finished answer.

use crate::plan::Plan;
use crate::spec::Format;
use crate::transform::Target;

/// A finished answer and what there is to say about it.
#[derive(Debug)]
pub struct Output {
    /// The answer's body.
    pub body: Vec<u8>,
    /// Its media type.
    pub content_type: &'static str,
    /// What was done; for a description, what would be.
    pub plan: Plan,
    /// What was asked for.
    pub target: Target,
    /// Whether the body is the source's own file, stripped, because what was made of it was larger.
    pub original: bool,
    /// Bytes of the source file.
    pub source_bytes: u64,
    /// Milliseconds of decoding, of the stages, of encoding.
    pub spent: Spent,
}

/// Where the time went, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// File to pixels.
    pub decode_ms: f64,
    /// All stages.
    pub resize_ms: f64,
    /// Pixels to file.
    pub encode_ms: f64,
}

impl Output {
    /// The format of the answer; `None` for what is no image.
    pub fn format(&self) -> Option<Format> {
        match self.target {
            Target::Keep | Target::Image(_) | Target::Auto(_) => Some(self.plan.format),
            Target::Json | Target::Thumbhash | Target::Blurhash => None,
        }
    }

    /// What the answer is, in a word.
    pub fn name(&self) -> &'static str {
        self.format().map_or(self.target.name(), Format::name)
    }
}

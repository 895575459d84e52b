//! State of a transform in progress.

use crate::error::Error;
use crate::guest::{Guests, NoGuests};
use crate::header::kept::Kept;
use crate::header::shot::Shot;
use crate::layer::Layers;
use crate::limits::Limits;
use crate::pipeline::body::Body;
use crate::pipeline::look::Look;
use crate::pixels::orientation::Orientation;
use crate::pixels::window::Rect;
use crate::plan::Plan;
use crate::transform::{Gravity, Transform};

/// One transform in progress.
pub struct Pipeline<'a> {
    pub(crate) transform: &'a Transform,
    pub(crate) limits: &'a Limits,
    pub(crate) source_bytes: u64,
    /// Announced length of the source file in bytes; 0 where none was announced.
    pub(crate) promised_bytes: u64,
    /// Bytes of decoding that can only be computed from the complete file; `None` until the file is
    /// complete.
    pub(crate) late_bytes: Option<u64>,
    pub(crate) guests: &'a dyn Guests,
    /// Orientation in the source's EXIF.
    pub(crate) exif: Orientation,
    /// Metadata of the source that the answer gets.
    pub(crate) kept: Kept,
    /// Facts in the source's EXIF, where a description is wanted.
    pub(crate) shot: Option<Box<Shot>>,
    /// Look whose facts the answer is made of; `None` where the answer is an image.
    pub(crate) look: Option<Look>,
    /// The part of the upright source that a look has found to be shown.
    pub(crate) area: Option<Rect>,
    /// The point that a look has found for the crop to go around.
    pub(crate) focus: Option<Gravity>,
    /// The source's file behind a look, where the decoder that comes next takes it in pieces.
    pub(crate) resident: Vec<u8>,
    /// Plan that `f=json` describes. This plan is not carried out.
    pub(crate) described: Option<Box<Plan>>,
    /// Layers of the answer, as far as they are known.
    pub(crate) layers: Layers,
    /// How long looks have taken, and decoding behind them.
    pub(crate) looked_ms: f64,
    /// Time spent playing frames, in milliseconds.
    pub(crate) played_ms: f64,
    pub(crate) state: State<'a>,
}

pub(crate) enum State<'a> {
    /// The header is not complete. Parsing is tried again from a length of `look_at` on.
    Header { start: Vec<u8>, look_at: usize },
    /// The header has been read. Nothing has been allocated for the rest of the file.
    Planned { plan: Box<Plan>, start: Vec<u8> },
    /// Rows are being decoded.
    Body(Body<'a>),
    /// The description has no small picture, for the reason `without`. Further bytes are counted
    /// and dropped.
    Described { without: String },
}

impl<'a> Pipeline<'a> {
    /// Returns a pipeline that waits for the first bytes.
    pub fn new(transform: &'a Transform, limits: &'a Limits) -> Pipeline<'a> {
        Pipeline {
            transform,
            limits,
            source_bytes: 0,
            promised_bytes: 0,
            late_bytes: None,
            guests: &NoGuests,
            exif: Orientation::default(),
            kept: Kept::default(),
            shot: None,
            look: Look::first(transform),
            area: None,
            focus: None,
            resident: Vec::new(),
            layers: Layers::default(),
            looked_ms: 0.0,
            described: None,
            played_ms: 0.0,
            state: State::Header {
                start: Vec::new(),
                look_at: 0,
            },
        }
    }

    /// Returns the pipeline with these guests.
    pub fn with_guests(self, guests: &'a dyn Guests) -> Pipeline<'a> {
        Pipeline { guests, ..self }
    }

    /// Announces the length of the source file before its first bytes, where the length is known. A
    /// file that is too large is then refused earlier, and a file that is kept costs less memory.
    ///
    /// # Errors
    /// [`Error::SourceTooLarge`].
    pub fn promise(&mut self, source_bytes: u64) -> Result<(), Error> {
        if source_bytes > self.limits.source_bytes {
            return Err(Error::SourceTooLarge(self.limits.source_bytes));
        }
        self.promised_bytes = source_bytes;
        Ok(())
    }
}

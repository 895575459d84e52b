//! A transform on its way, and how far it has come.

use crate::error::Error;
use crate::guest::{Guests, NoGuests};
use crate::limits::Limits;
use crate::pipeline::body::Body;
use crate::pipeline::look::Look;
use crate::pixels::window::Rect;
use crate::plan::Plan;
use crate::transform::Transform;

/// One transform on its way.
pub struct Pipeline<'a> {
    pub(crate) transform: &'a Transform,
    pub(crate) limits: &'a Limits,
    pub(crate) source_bytes: u64,
    /// What the source file is said to have in all.
    pub(crate) promised_bytes: u64,
    /// What decoding takes that only the complete file tells; `None` until it is.
    pub(crate) late_bytes: Option<u64>,
    pub(crate) guests: &'a dyn Guests,
    /// The look that is taken, where the answer is made of its facts and is no image.
    pub(crate) look: Option<Look>,
    /// The part of the upright source that a look has found to be shown.
    pub(crate) area: Option<Rect>,
    /// The source's file behind a look, where the decoder that comes next takes it in pieces.
    pub(crate) resident: Vec<u8>,
    /// The plan that `f=json` describes. It is not carried out.
    pub(crate) described: Option<Box<Plan>>,
    /// How long looks have taken, and decoding behind them.
    pub(crate) looked_ms: f64,
    /// How long frames have been played.
    pub(crate) played_ms: f64,
    pub(crate) state: State<'a>,
}

pub(crate) enum State<'a> {
    /// The header is not complete; from this length on it is worth another look.
    Header { start: Vec<u8>, look_at: usize },
    /// The header has been read, and nothing has been allocated for the rest.
    Planned { plan: Box<Plan>, start: Vec<u8> },
    /// Rows are on their way.
    Body(Body<'a>),
    /// There is no small picture for a description, and this is why: bytes are counted and dropped.
    Described { without: String },
}

impl<'a> Pipeline<'a> {
    /// A pipeline that waits for the first bytes.
    pub fn new(transform: &'a Transform, limits: &'a Limits) -> Pipeline<'a> {
        Pipeline {
            transform,
            limits,
            source_bytes: 0,
            promised_bytes: 0,
            late_bytes: None,
            guests: &NoGuests,
            look: Look::first(transform),
            area: None,
            resident: Vec::new(),
            looked_ms: 0.0,
            described: None,
            played_ms: 0.0,
            state: State::Header {
                start: Vec::new(),
                look_at: 0,
            },
        }
    }

    /// The same with guests.
    pub fn with_guests(self, guests: &'a dyn Guests) -> Pipeline<'a> {
        Pipeline { guests, ..self }
    }

    /// Says before the first bytes how many the source file has, where that is known: it is refused the earlier and kept the cheaper.
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

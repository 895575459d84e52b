//! One image: bytes are pushed in, a file comes out.
//!
//! The header decides the [`Plan`], the plan decides everything else, and what cannot be done is refused before a pixel
//! is decoded. The stages have one verb and one file each. No I/O, no clock, no async: the same code
//! runs in tests, in fuzz targets and on every platform.

mod animation;
mod codec;
mod colour;
mod conversion;
mod flatten;
pub mod frame;
pub mod guest;
pub mod header;
mod icc;
mod limits;
pub mod orient;
mod original;
mod pad;
mod plan;
mod quantise;
mod resize;
mod strip;
#[cfg(test)]
pub(crate) mod testing;

use std::fmt;

use animation::Survey;
use codec::{Decode, whole};
use colour::Source;
use frame::Size;
use guest::{Guests, NoGuests};
use header::Header;
pub use limits::Limits;
use original::Original;
pub use plan::{Animation, Edges, Indexed, Known, Plan, Plane, Step, Window};
use resize::Resize;
use serde_json::{Map, Value, json};

use crate::transform::{Format, Target, Transform};

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// No image, or a kind of image that is not read; the text says which.
    Unsupported(&'static str),
    /// An image that cannot be decoded.
    Corrupt(&'static str),
    /// The source file is larger than this many bytes.
    SourceTooLarge(u64),
    /// The plan needs more memory than there is.
    OverBudget {
        /// Pixels of the source.
        pixels: u64,
        /// Frames of the source, if they are wanted.
        frames: u32,
        /// Bytes needed.
        need: u64,
        /// Bytes to be had.
        budget: u64,
    },
    /// The source has more pixels than are ever decoded.
    TooManyPixels {
        /// Pixels of the source.
        pixels: u64,
        /// The most there may be.
        most: u64,
    },
    /// There are fewer frames than would be needed to show this one.
    NoSuchPage {
        /// The frame that was asked for, counted from 0.
        page: u32,
        /// Frames of the source.
        frames: u32,
    },
    /// All frames together have more pixels than are ever decoded or encoded.
    TooManyFrames {
        /// Frames of the source.
        frames: u32,
        /// Pixels of all that are wanted, of the source or of the answer.
        pixels: u64,
        /// The most there may be.
        most: u64,
    },
    /// An animation's file gets larger than was planned.
    Outgrown {
        /// Frames of the answer.
        frames: u32,
        /// Bytes that were planned.
        bytes: u64,
    },
    /// The answer would be larger than allowed.
    OutputTooLarge {
        /// The answer's size.
        canvas: Size,
        /// The longest side allowed.
        side: u32,
    },
    /// The allocator refused: the isolate is busy.
    OutOfMemory,
    /// A library refused what should have been right.
    Internal(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unsupported(what) | Error::Corrupt(what) => f.write_str(what),
            Error::SourceTooLarge(limit) => {
                write!(f, "the source file is larger than {limit} bytes")
            }
            Error::OverBudget {
                frames: frames @ 2..,
                need,
                budget,
                ..
            } => write!(
                f,
                "the source has {frames} frames and this transform of them needs {need} bytes of memory, of {budget} that one image may use: n=1 gives a still",
            ),
            Error::OverBudget {
                pixels,
                need,
                budget,
                ..
            } => write!(
                f,
                "the source has {:.1} megapixels and this transform of it needs {need} bytes of memory, of {budget} that one image may use",
                *pixels as f64 / 1e6,
            ),
            Error::TooManyPixels { pixels, most } => write!(
                f,
                "the source has {:.1} megapixels, and {:.1} are the most that are decoded",
                *pixels as f64 / 1e6,
                *most as f64 / 1e6,
            ),
            Error::NoSuchPage { page, frames: 1 } => {
                write!(
                    f,
                    "page={page} is not there: the source has one frame, which is page 0"
                )
            }
            Error::NoSuchPage { page, frames } => write!(
                f,
                "page={page} is not there: the source has {frames} frames, and the first is page 0",
            ),
            Error::TooManyFrames {
                frames,
                pixels,
                most,
            } => write!(
                f,
                "the source has {frames} frames, which are {:.1} megapixels together here, and {:.1} are the most: n=1 gives a still",
                *pixels as f64 / 1e6,
                *most as f64 / 1e6,
            ),
            Error::Outgrown { frames, bytes } => write!(
                f,
                "the answer's {frames} frames need more than the {bytes} bytes that were planned for them: n=1 gives a still, a smaller w or h smaller frames",
            ),
            Error::OutputTooLarge {
                canvas: Size { width, height },
                side,
            } => {
                write!(
                    f,
                    "the result would be {width} x {height} pixels, and {side} is the longest side"
                )
            }
            Error::OutOfMemory => {
                f.write_str("too many images are being resized at once: try again in a moment")
            }
            Error::Internal(_) => f.write_str("the image could not be processed"),
        }
    }
}

/// A finished answer and what there is to say about it.
#[derive(Debug)]
pub struct Output {
    /// The answer's body.
    pub body: Vec<u8>,
    /// Its media type.
    pub content_type: &'static str,
    /// What was done.
    pub plan: Plan,
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

/// One transform on its way.
pub struct Pipeline<'a> {
    transform: &'a Transform,
    limits: &'a Limits,
    source_bytes: u64,
    /// What the source file is said to have in all.
    promised_bytes: u64,
    /// What decoding takes that only the complete file tells; `None` until it is.
    late_bytes: Option<u64>,
    guests: &'a dyn Guests,
    state: State<'a>,
}

enum State<'a> {
    /// The header is not complete; from this length on it is worth another look.
    Header { start: Vec<u8>, look_at: usize },
    /// The header has been read, and nothing has been allocated for the rest.
    Planned { plan: Box<Plan>, start: Vec<u8> },
    /// Rows are on their way.
    Body {
        plan: Box<Plan>,
        decoder: Box<dyn Decode + 'a>,
        rows: Resize,
        original: Option<Original>,
    },
    /// Only a description is wanted: bytes are counted and dropped.
    Description {
        plan: Box<Plan>,
        /// The file, where it has frames to be counted.
        file: Option<Vec<u8>>,
    },
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

    /// Bytes of memory that the transform may take with the next call, as far as is known by now. A plan is made by the call that
    /// completes the header, and what it costs is allocated from the call after that on: there is time to refuse it in between.
    pub fn memory_bytes(&self) -> u64 {
        let bytes = match &self.state {
            State::Header { start, .. } => start.len() as u64,
            State::Planned { plan, .. } | State::Body { plan, .. } => {
                plan.need_bytes(self.file_bytes(plan)) + self.original_bytes(plan)
            }
            State::Description { file, .. } => {
                let bytes = file.as_ref().map_or(0, Vec::len) as u64;
                codec::growing(bytes)
            }
        };
        bytes.min(self.limits.memory_bytes)
    }

    /// What of it is in our own memory, and not in that of guests.
    pub fn own_bytes(&self) -> u64 {
        let guests = match &self.state {
            State::Planned { plan, .. } | State::Body { plan, .. } => {
                let (decoder, encoder) = (plan.guest_bytes(), codec::guest_encoder_bytes(plan));
                match plan.moving() {
                    Some(_) => decoder + encoder,
                    None => decoder.max(encoder),
                }
            }
            _ => 0,
        };
        self.memory_bytes().saturating_sub(guests)
    }

    fn file_bytes(&self, plan: &Plan) -> u64 {
        let bytes = plan.file_bytes(self.source_bytes.max(self.promised_bytes));
        let file = self.late_bytes.unwrap_or(0) + self.gathered(bytes);
        match &self.state {
            // A decoder takes a copy of what has been read.
            State::Planned { start, .. } => file.max(2 * start.len() as u64),
            _ => file,
        }
    }

    /// What the source's own file takes beside that, where it may be the answer.
    fn original_bytes(&self, plan: &Plan) -> u64 {
        let bytes = self.source_bytes.max(self.promised_bytes);
        if plan.keeps_original() {
            self.gathered(bytes)
        } else {
            0
        }
    }

    /// What a buffer takes for so many bytes of the source file.
    fn gathered(&self, bytes: u64) -> u64 {
        if self.source_bytes > self.promised_bytes {
            codec::growing(bytes)
        } else {
            bytes
        }
    }

    /// Gives the source's own file up, where there is no room for it. That is decided by the file's length and not by how it comes: as if all
    /// of it had been here with its header, and the decoder took a copy.
    fn afford_original(&mut self) {
        let (State::Planned { plan, .. } | State::Body { plan, .. }) = &self.state else {
            return;
        };
        if plan.moving().is_some() {
            return; // it takes nothing more
        }
        let twice = 2 * self.source_bytes.max(self.promised_bytes);
        let (file, own) = (self.file_bytes(plan).max(twice), self.original_bytes(plan));
        let affords = plan.affords(file, own, self.limits);
        match &mut self.state {
            State::Planned { plan, .. } => plan.original &= affords,
            State::Body { plan, original, .. } if !affords => {
                plan.original = false;
                *original = None;
            }
            _ => {}
        }
    }

    /// Takes the next bytes of the source file.
    ///
    /// # Errors
    /// Whatever can be refused by now: the size of the file, its kind, the cost of the plan.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.source_bytes += bytes.len() as u64;
        if self.source_bytes > self.limits.source_bytes {
            return Err(Error::SourceTooLarge(self.limits.source_bytes));
        }
        self.start()?;
        self.afford_original();
        match &mut self.state {
            State::Description {
                file: Some(file), ..
            } => whole::append(file, bytes),
            State::Description { .. } | State::Planned { .. } => Ok(()),
            State::Body {
                plan,
                decoder,
                rows,
                original,
            } => {
                // What keeps its file is told as soon as it is too large, not when all of it is here.
                plan.check_budget(plan.file_bytes(self.source_bytes), self.limits)?;
                if let Some(original) = original {
                    original.push(bytes)?;
                }
                decoder.push(bytes, rows)
            }
            State::Header { start, look_at } => {
                whole::append(start, bytes)?;
                if start.len() < *look_at {
                    return Ok(());
                }
                // A header far behind is looked for a few times, not once a chunk.
                *look_at = start.len() + start.len() / 2;
                self.open(false)
            }
        }
    }

    /// The source file is complete: plans what had to wait for the end.
    ///
    /// # Errors
    /// As [`Pipeline::push`].
    pub fn end(&mut self) -> Result<(), Error> {
        self.open(true)?;
        if self.late_bytes.is_some() {
            return Ok(());
        }
        self.count_frames()?;
        let (plan, file) = match &self.state {
            State::Planned { plan, start } => (plan, &start[..]),
            State::Body { plan, decoder, .. } => (plan, decoder.file()),
            State::Header { .. } | State::Description { .. } => return Ok(()),
        };
        let late = match plan.animation {
            Some(_) => 0, // is planned
            None => codec::late_bytes(&plan.header, file, self.limits.memory_bytes)?,
        };
        plan.check_budget(plan.file_bytes(self.source_bytes) + late, self.limits)?;
        self.late_bytes = Some(late);
        self.afford_original();
        Ok(())
    }

    /// The source file is complete: decodes what is left of it, runs the stages, encodes.
    ///
    /// `now_ms` is the clock that [`Output::spent`] is read from.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn finish(mut self, now_ms: &dyn Fn() -> f64) -> Result<Output, Error> {
        self.end()?;
        self.start()?;
        let source_bytes = self.source_bytes;
        let (plan, decoder, mut rows, original) = match self.state {
            State::Body {
                plan,
                decoder,
                rows,
                original,
            } => (*plan, decoder, rows, original),
            State::Description { plan, .. } => {
                return Ok(describe(*plan, source_bytes, self.limits));
            }
            State::Header { .. } | State::Planned { .. } => {
                return Err(Error::Corrupt("the file breaks off in its header"));
            }
        };
        plan.check_budget(plan.file_bytes(source_bytes), self.limits)?;
        let start = now_ms();
        if let Some(animation) = plan.moving() {
            let made = codec::animation::run(&plan, animation, decoder.file(), self.guests);
            let own = match made {
                // All frames were drawn.
                Ok(_) | Err(Error::Outgrown { .. }) if plan.original => {
                    let most = made.as_ref().map_or(usize::MAX, Vec::len);
                    Original::decoded(decoder.into_file()).instead_of(most, &plan)
                }
                _ => None,
            };
            let original = own.is_some();
            let body = match own {
                Some(own) => own,
                None => made?,
            };
            return Ok(Output {
                body,
                content_type: plan.format.content_type(),
                source_bytes,
                spent: Spent {
                    resize_ms: now_ms() - start,
                    ..Spent::default()
                },
                original,
                plan,
            });
        }
        decoder.finish(&plan, &mut rows)?;
        let original = original.filter(|_| !rows.are_damaged());
        let pictures = rows.into_pictures()?;
        let decoded = now_ms();
        let mut upright = Vec::new();
        for picture in pictures {
            upright.push(orient::run(&plan, picture)?);
        }
        let resized = now_ms();
        let made = codec::encode(&plan, upright, self.guests)?;
        let own = original.and_then(|original| original.instead_of(made.len(), &plan));
        let original = own.is_some();
        let body = own.unwrap_or(made);
        let spent = Spent {
            decode_ms: decoded - start,
            resize_ms: resized - decoded,
            encode_ms: now_ms() - resized,
        };
        Ok(Output {
            body,
            content_type: plan.format.content_type(),
            plan,
            original,
            source_bytes,
            spent,
        })
    }

    /// Looks for the frames of a complete file that are to be drawn, and plans anew with them.
    fn count_frames(&mut self) -> Result<(), Error> {
        let (plan, file) = match &self.state {
            State::Planned { plan, start } => (plan, &start[..]),
            State::Body { plan, decoder, .. } => (plan, decoder.file()),
            State::Description {
                plan,
                file: Some(file),
            } => (plan, &file[..]),
            State::Header { .. } | State::Description { .. } => return Ok(()),
        };
        let describes = matches!(self.state, State::Description { .. });
        let frames = self.transform.frames;
        if !animation::may_move(&plan.header, file) {
            return match frames.first {
                0 => Ok(()),
                page => Err(Error::NoSuchPage {
                    page: page.into(),
                    frames: 1,
                }),
            };
        }
        // What it will be written as may depend on whether it moves.
        let moves = plan.format.moves() || matches!(self.transform.target, Target::Auto(_));
        let most = match frames.count {
            _ if describes => u32::MAX,
            Some(count) if moves => u32::from(frames.first) + u32::from(count.get()),
            None if moves => u32::MAX,
            _ => u32::from(frames.first) + 1,
        };
        let (header, offer) = (plan.header, self.guests.offer());
        let survey = Survey::take(&header, file, most, offer.webp, self.limits.memory_bytes)?;
        if survey.frames == 0 {
            return Err(Error::Corrupt("the file has no image"));
        }
        let header = Header {
            layout: survey.layout(),
            ..header
        };
        let source = plan.source.clone();
        let wanted = frames.count.map_or(u32::MAX, |count| count.get().into());
        let known = Known {
            bytes: self.source_bytes,
            moves: wanted > 1 && survey.frames > u32::from(frames.first) + 1,
        };
        let again = Plan::with_guests(header, source, self.transform, self.limits, offer, known)?;
        let again = again.animated(&survey, frames, self.source_bytes, self.limits)?;
        match &mut self.state {
            State::Planned { plan, .. } | State::Description { plan, .. } => **plan = again,
            State::Body {
                plan,
                rows,
                original,
                ..
            } => {
                *rows = Resize::new(&again);
                original.take_if(|_| !again.keeps_original());
                **plan = again;
            }
            State::Header { .. } => {}
        }
        Ok(())
    }

    /// Reads the header, if it is all here, and plans.
    fn open(&mut self, complete: bool) -> Result<(), Error> {
        let State::Header { start, .. } = &mut self.state else {
            return Ok(());
        };
        let Some(header) = Header::parse(start, complete)? else {
            return Ok(());
        };
        let source = Source::of(&header, start);
        let plan = Box::new(Plan::with_guests(
            header,
            source,
            self.transform,
            self.limits,
            self.guests.offer(),
            Known {
                bytes: self.promised_bytes,
                moves: false,
            },
        )?);
        self.state = if self.transform.target == Target::Json {
            let file = animation::is_kept(&plan.header).then(|| std::mem::take(start));
            State::Description { plan, file }
        } else {
            // What the header was looked for in is held, even where the rest of the file will not be.
            let held = start.len() as u64;
            let file = plan.file_bytes(self.promised_bytes.max(held));
            plan.check_budget(file.max(held), self.limits)?;
            State::Planned {
                plan,
                start: std::mem::take(start),
            }
        };
        self.afford_original();
        Ok(())
    }

    /// Makes the decoder of what is planned.
    fn start(&mut self) -> Result<(), Error> {
        if let State::Planned { plan, start } = &mut self.state {
            if let Source::Unseen = plan.source {
                plan.source = Source::seen(&plan.header, start);
            }
            let original = if plan.keeps_original() {
                Some(Original::new(start, self.promised_bytes)?)
            } else {
                None
            };
            let mut decoder = codec::decoder(plan, std::mem::take(start), self.guests)?;
            decoder.promise(self.promised_bytes as usize)?;
            self.state = State::Body {
                rows: Resize::new(plan),
                plan: plan.clone(),
                decoder,
                original,
            };
        }
        Ok(())
    }
}

/// The answer to `f=json`.
fn describe(plan: Plan, source_bytes: u64, limits: &Limits) -> Output {
    let header = plan.header;
    let file_bytes = plan.file_bytes(source_bytes);
    let original = plan.keeps_original() && plan.affords(file_bytes, source_bytes, limits);
    let original_bytes = if original { source_bytes } else { 0 };
    let need = plan.need_bytes(file_bytes) + original_bytes;
    let steps = plan.steps();
    let bytes = |step: &Step| step.bytes(file_bytes) + original_bytes;
    let peak = steps.iter().max_by_key(|step| bytes(step));
    let peak = peak.map_or("", |step| step.name);
    let steps: Vec<Value> = steps
        .iter()
        .map(|step| {
            let mut holds: Map<String, Value> = Map::new();
            if step.file && file_bytes > 0 {
                holds.insert("file".to_owned(), file_bytes.into());
            }
            if original {
                holds.insert("original".to_owned(), original_bytes.into());
            }
            for (name, bytes) in &step.parts {
                if *bytes > 0 {
                    holds.insert((*name).to_owned(), (*bytes).into());
                }
            }
            json!({ "step": step.name, "bytes": bytes(step), "holds": holds })
        })
        .collect();
    let (source, image) = (
        header.upright(),
        plan.resized.swapped_if(header.orientation.swaps_axes()),
    );
    let description = json!({
        "source": {
            "width": source.width,
            "height": source.height,
            "format": header.format.name(),
            "bytes": source_bytes,
            "orientation": header.orientation.to_exif(),
            "alpha": header.layout.alpha(),
            "frames": plan.animation.map(|animation| animation.frames),
            "colour": plan.source.name(&header),
        },
        "plan": {
            "width": plan.canvas.width,
            "height": plan.canvas.height,
            "format": plan.format.name(),
            "alpha": plan.layout.alpha(),
            "shrink_on_load": plan.shrink,
            "frames": plan.animation.map_or(1, |animation| animation.count),
            "image": { "x": plan.at.0, "y": plan.at.1, "width": image.width, "height": image.height },
            "peak_bytes": plan.peak_bytes,
        },
        "memory": {
            "steps": steps,
            "peak": peak,
            "reserved_bytes": need,
            "budget_bytes": limits.memory_bytes,
            "fits": need <= limits.memory_bytes,
        },
    });
    let body = description.to_string().into_bytes();
    Output {
        body,
        content_type: "application/json",
        plan,
        original: false,
        source_bytes,
        spent: Spent::default(),
    }
}

impl Output {
    /// The format of the answer; `None` for a description.
    pub fn format(&self) -> Option<Format> {
        (self.content_type != "application/json").then_some(self.plan.format)
    }
}

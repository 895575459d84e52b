//! The pipeline: from the first bytes of a source to the answer.

pub(crate) mod describe;
pub(crate) mod film;
pub(crate) mod original;
pub(crate) mod placeholder;
pub(crate) mod survey;

use crate::error::Error;
use crate::format::codec::{Decode, only};
use crate::format::{codec_of, whole};
use crate::guest::{Guests, NoGuests};
use crate::header::Header;
use crate::limits::Limits;
use crate::pipeline::film::{Played, Player};
use crate::pipeline::original::Original;
use crate::pipeline::placeholder::Small;
use crate::pipeline::survey::survey;
use crate::pixels::buffer::{append, growing};
use crate::pixels::frame::Picture;
use crate::plan::source::Source;
use crate::plan::{Known, Plan};
use crate::spec::Format;
use crate::stage::orient;
use crate::stage::resample::Resize;
use crate::transform::{Frames, Negotiated, Target, Transform};

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

/// The pipeline itself, and what it knows of an image.
const SMALL_BYTES: u64 = 4 << 10;

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
    /// What `f=json` describes; what is carried out is a small picture of the source.
    described: Option<Box<Plan>>,
    /// How long frames have been played.
    played_ms: f64,
    state: State<'a>,
}

enum State<'a> {
    /// The header is not complete; from this length on it is worth another look.
    Header { start: Vec<u8>, look_at: usize },
    /// The header has been read, and nothing has been allocated for the rest.
    Planned { plan: Box<Plan>, start: Vec<u8> },
    /// Rows are on their way.
    Body(Body<'a>),
    /// There is no small picture for a description, and this is why: bytes are counted and dropped.
    Described { without: String },
}

/// A plan that is carried out.
struct Body<'a> {
    plan: Box<Plan>,
    decoder: Box<dyn Decode + 'a>,
    rows: Resize,
    original: Option<Original>,
    /// The frames of an animation, once they are on their way.
    player: Option<Box<Player<'a>>>,
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

    fn file_bytes(&self, plan: &Plan) -> u64 {
        let bytes = plan.file_bytes(self.source_bytes.max(self.promised_bytes));
        let file = self.late_bytes.unwrap_or(0) + self.gathered(bytes);
        match &self.state {
            // A decoder takes a copy of what has been read.
            State::Planned { start, .. } => file.max(2 * start.len() as u64),
            _ => file,
        }
    }

    /// Bytes held while the start of a file that is kept is moved to where there is room for all of it, which counts where the decoder
    /// takes less than such a start.
    fn moved_bytes(&self, plan: &Plan) -> u64 {
        let all = self.promised_bytes;
        match &self.state {
            State::Planned { start, .. } if plan.file_bytes(all) >= all => {
                all + start.len() as u64 + SMALL_BYTES
            }
            _ => 0,
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
            growing(bytes)
        } else {
            bytes
        }
    }

    /// Gives the source's own file up, where there is no room for it. That is decided by the file's length and not by how it comes: as if all
    /// of it had been here with its header, and the decoder took a copy.
    fn afford_original(&mut self) {
        let (State::Planned { plan, .. } | State::Body(Body { plan, .. })) = &self.state else {
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
            State::Body(body) if !affords => {
                body.plan.original = false;
                body.original = None;
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
        let taken = self.take(bytes);
        self.or_described(taken)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.start()?;
        self.afford_original();
        match &mut self.state {
            State::Described { .. } | State::Planned { .. } => Ok(()),
            State::Body(body) => {
                // What keeps its file is told as soon as it is too large, not when all of it is here.
                let file = body.plan.file_bytes(self.source_bytes);
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

    /// The source file is complete: plans what had to wait for the end.
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

    /// The plan, and what is kept of the file.
    fn planned(&self) -> Option<(&Plan, &[u8])> {
        match &self.state {
            State::Planned { plan, start } => Some((plan, start)),
            State::Body(body) => Some((&body.plan, body.decoder.file())),
            State::Header { .. } | State::Described { .. } => None,
        }
    }

    /// The source file is complete: plays the frames of an animation, as far as the memory goes that is planned for the answer. False where
    /// that is not to the end: [`Pipeline::memory_bytes`] is more now, and the next call goes on with it. Nothing is done for what stands still.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn play(&mut self, now_ms: &dyn Fn() -> f64) -> Result<bool, Error> {
        self.end()?;
        let started = self.start();
        self.or_described(started)?;
        let began = now_ms();
        let played = self.play_on();
        self.played_ms += now_ms() - began;
        played
    }

    fn play_on(&mut self) -> Result<bool, Error> {
        let file_bytes = self.planned().map_or(0, |(plan, _)| self.file_bytes(plan));
        let (guests, limits) = (self.guests, self.limits);
        match &mut self.state {
            State::Body(body) => body.play(guests, file_bytes, limits),
            _ => Ok(true),
        }
    }

    /// The source file is complete: decodes what is left of it, runs the stages, encodes. An animation is played to its end; who has to
    /// know how its answer grows calls [`Pipeline::play`] before.
    ///
    /// `now_ms` is the clock that [`Output::spent`] is read from.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn finish(mut self, now_ms: &dyn Fn() -> f64) -> Result<Output, Error> {
        while !self.play(now_ms)? {}
        let (target, limits, source_bytes) =
            (self.transform.target, self.limits, self.source_bytes);
        let mut spent = Spent {
            resize_ms: self.played_ms,
            ..Spent::default()
        };
        let small = match self.state {
            State::Header { .. } | State::Planned { .. } => {
                return Err(Error::Corrupt("the file breaks off in its header"));
            }
            State::Described { without } => Err(without),
            State::Body(body) => {
                let file = body.plan.file_bytes(source_bytes);
                let fits = body.plan.check_budget(file, limits);
                if let Target::Keep | Target::Image(_) | Target::Auto(_) = target {
                    fits?;
                    let (body, original, plan) = body.run(self.guests, now_ms, &mut spent)?;
                    return Ok(Output {
                        body,
                        content_type: plan.format.content_type(),
                        plan,
                        target,
                        original,
                        source_bytes,
                        spent,
                    });
                }
                match fits.and_then(|()| body.run_small(now_ms, &mut spent)) {
                    Err(error) if self.described.is_some() && error.is_of_source() => {
                        Err(error.to_string())
                    }
                    small => Ok(small?),
                }
            }
        };
        let text = |text: String| (text.into_bytes(), "text/plain");
        let ((body, content_type), plan) = match (self.described, small) {
            (Some(plan), small) => {
                let small = small.map(|(small, _)| small);
                let json = describe::describe(&plan, source_bytes, limits, small);
                ((json, "application/json"), plan)
            }
            (None, Ok((small, plan))) if target == Target::Thumbhash => {
                (text(small.thumbhash()), plan)
            }
            (None, Ok((small, plan))) => (text(small.blurhash()), plan),
            (None, Err(without)) => return Err(Error::Internal(without)),
        };
        Ok(Output {
            body,
            content_type,
            plan: *plan,
            target,
            original: false,
            source_bytes,
            spent,
        })
    }

    /// A source that cannot be made small can be described all the same, as long as its header has been read.
    fn or_described(&mut self, done: Result<(), Error>) -> Result<(), Error> {
        match done {
            Err(error) if self.described.is_some() && error.is_of_source() => {
                self.state = State::Described {
                    without: error.to_string(),
                };
                Ok(())
            }
            done => done,
        }
    }

    /// Looks for the frames of a complete file that are to be drawn, and plans anew with them.
    fn count_frames(&mut self) -> Result<(), Error> {
        let Some((plan, file)) = self.planned() else {
            return Ok(());
        };
        let frames = self.transform.frames;
        if !codec_of(plan.header.format).is_animated(file) {
            return match frames.first {
                0 => Ok(()),
                page => Err(Error::NoSuchPage {
                    page: page.into(),
                    frames: 1,
                }),
            };
        }
        // What it will be written as may depend on whether it moves.
        let moves = plan.may_move() || matches!(self.transform.target, Target::Auto(_));
        let still = Frames {
            count: Frames::STILL,
            ..frames
        };
        let shown = match self.transform.target {
            Target::Keep | Target::Image(_) | Target::Auto(Negotiated::Client(_)) => frames,
            Target::Auto(Negotiated::Card) => still,
            Target::Json | Target::Thumbhash | Target::Blurhash => still,
        };
        let most = match shown.count {
            _ if self.described.is_some() => u32::MAX,
            Some(count) if moves => u32::from(frames.first) + u32::from(count.get()),
            None if moves => u32::MAX,
            _ => u32::from(frames.first) + 1,
        };
        let limits = self.limits;
        let survey = survey(&plan.header, file, most, limits.memory_bytes)?;
        if survey.frames == 0 {
            return Err(Error::Corrupt("the file has no image"));
        }
        let header = Header {
            layout: survey.layout(),
            ..plan.header
        };
        let wanted = shown.count.map_or(u32::MAX, |count| count.get().into());
        let known = Known {
            bytes: self.source_bytes,
            moves: wanted > 1 && survey.frames > u32::from(frames.first) + 1,
        };
        let again = self.plan(header, plan.source.clone(), known)?;
        let again = again.animated(&survey, shown, known.bytes, limits)?;
        let described = match &self.described {
            Some(plan) => Some(self.described(header, plan.source.clone(), known)?),
            None => None,
        };
        if let Some(plan) = described {
            let plan = plan.animated(&survey, frames, known.bytes, limits)?;
            self.described = Some(Box::new(plan));
        }
        match &mut self.state {
            State::Planned { plan, .. } => **plan = again,
            State::Body(body) => {
                body.rows = Resize::new(&again);
                body.original.take_if(|_| !again.keeps_original());
                *body.plan = again;
            }
            State::Header { .. } | State::Described { .. } => {}
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
        let source = Source::of(&header, || codec_of(header.format).profile(start));
        let start = std::mem::take(start);
        let known = Known {
            bytes: self.promised_bytes,
            moves: false,
        };
        if self.transform.target == Target::Json {
            let plan = self.described(header, source.clone(), known)?;
            self.described = Some(Box::new(plan));
        }
        let plan = self.plan(header, source, known)?;
        // What the header was looked for in is held, even where the rest of the file will not be.
        let held = start.len() as u64;
        let file = plan.file_bytes(self.promised_bytes.max(held));
        plan.check_budget(file.max(held), self.limits)?;
        self.state = State::Planned {
            plan: Box::new(plan),
            start,
        };
        self.afford_original();
        Ok(())
    }

    /// What is carried out: what is asked for, or a small picture where it is to be described.
    fn plan(&self, header: Header, source: Source, known: Known) -> Result<Plan, Error> {
        let (transform, limits, offer) = (self.transform, self.limits, self.guests.offer());
        match transform.target {
            Target::Json | Target::Thumbhash | Target::Blurhash => {
                Plan::small(header, source, transform, limits, offer)
            }
            Target::Keep | Target::Image(_) | Target::Auto(_) => {
                Plan::with_guests(header, source, transform, limits, offer, known)
            }
        }
    }

    /// What is described.
    fn described(&self, header: Header, source: Source, known: Known) -> Result<Plan, Error> {
        let (transform, limits, offer) = (self.transform, self.limits, self.guests.offer());
        Plan::with_guests(header, source, transform, limits, offer, known)
    }

    /// Makes the decoder of what is planned.
    fn start(&mut self) -> Result<(), Error> {
        if let State::Planned { plan, start } = &mut self.state {
            if let Source::Unseen = plan.source {
                plan.source =
                    Source::seen(&plan.header, codec_of(plan.header.format).profile(start));
            }
            let original = if plan.keeps_original() {
                Some(Original::new(start, self.promised_bytes)?)
            } else {
                None
            };
            let mut decoder =
                codec_of(plan.header.format).decoder(plan, std::mem::take(start), self.guests)?;
            decoder.promise(self.promised_bytes as usize)?;
            self.state = State::Body(Body {
                rows: Resize::new(plan),
                plan: plan.clone(),
                decoder,
                original,
                player: None,
            });
        }
        Ok(())
    }
}

impl<'a> Body<'a> {
    /// Plays frames; false when the plan has grown, and its memory is to be had first.
    fn play(
        &mut self,
        guests: &'a dyn Guests,
        file_bytes: u64,
        limits: &Limits,
    ) -> Result<bool, Error> {
        let Some(animation) = self.plan.moving().copied() else {
            return Ok(true);
        };
        let mut to_the_last = false;
        loop {
            let player = match &mut self.player {
                Some(player) => player,
                None => self
                    .player
                    .insert(Box::new(Player::new(&self.plan, &animation, guests)?)),
            };
            player.grow(&animation)?;
            let file = self.decoder.file();
            match player.play(&self.plan, &animation, file, to_the_last) {
                Ok(Played::All) => return Ok(true),
                Ok(Played::LittleRoom) => {
                    if self.plan.grow(file_bytes, limits) {
                        return Ok(false);
                    }
                    to_the_last = true;
                }
                // A frame was more than any before it.
                Err(Error::Outgrown { .. }) if self.plan.grow(file_bytes, limits) => {
                    self.player = None;
                    return Ok(false);
                }
                // The source's own file may be the answer when all frames have been drawn.
                Err(Error::Outgrown { .. }) if self.plan.original => player.end(),
                Err(error) => return Err(error),
            }
        }
    }

    /// The answer's file, and whether it is the source's own.
    fn run(
        self,
        guests: &dyn Guests,
        now_ms: &dyn Fn() -> f64,
        spent: &mut Spent,
    ) -> Result<(Vec<u8>, bool, Plan), Error> {
        if let Some(player) = self.player {
            let start = now_ms();
            let (made, is_sound) = player.finish();
            spent.encode_ms = now_ms() - start;
            let plan = self.plan;
            let own = match made {
                Ok(_) | Err(Error::Outgrown { .. }) if plan.original && is_sound => {
                    let most = made.as_ref().map_or(usize::MAX, Vec::len);
                    Original::decoded(self.decoder.into_file()).instead_of(most, &plan)
                }
                _ => None,
            };
            return Ok(match own {
                Some(own) => (own, true, *plan),
                None => (made?, false, *plan),
            });
        }
        let (plan, pictures, original) = self.decode(now_ms, spent)?;
        let start = now_ms();
        let made = write(&plan, pictures, guests)?;
        let own = original.and_then(|original| original.instead_of(made.len(), &plan));
        spent.encode_ms = now_ms() - start;
        Ok(match own {
            Some(own) => (own, true, *plan),
            None => (made, false, *plan),
        })
    }

    /// The small picture that placeholders are made of.
    fn run_small(
        self,
        now_ms: &dyn Fn() -> f64,
        spent: &mut Spent,
    ) -> Result<(Small, Box<Plan>), Error> {
        let (plan, pictures, _) = self.decode(now_ms, spent)?;
        let small = Small::new(&plan, whole::canvas(&plan, only(pictures)?)?);
        Ok((small, plan))
    }

    /// The planes upright, and the source's own file where it may still be the answer.
    #[expect(clippy::type_complexity, reason = "what is left of a body")]
    fn decode(
        self,
        now_ms: &dyn Fn() -> f64,
        spent: &mut Spent,
    ) -> Result<(Box<Plan>, Vec<Picture>, Option<Original>), Error> {
        let Body {
            plan,
            decoder,
            mut rows,
            original,
            ..
        } = self;
        let start = now_ms();
        decoder.finish(&plan, &mut rows)?;
        let original = original.filter(|_| !rows.are_damaged());
        let pictures = rows.into_pictures()?;
        let decoded = now_ms();
        let mut upright = Vec::new();
        for picture in pictures {
            upright.push(orient::run(&plan, picture)?);
        }
        spent.decode_ms = decoded - start;
        spent.resize_ms += now_ms() - decoded;
        Ok((plan, upright, original))
    }
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

/// Bytes of the guest that encodes, if one does.
fn writer_guest_bytes(plan: &Plan) -> u64 {
    let writer = codec_of(plan.format).writer();
    writer.map_or(0, |writer| writer.guest_bytes(plan))
}

/// The file of a plan's pictures.
fn write(plan: &Plan, pictures: Vec<Picture>, guests: &dyn Guests) -> Result<Vec<u8>, Error> {
    let writer = codec_of(plan.format).writer();
    let writer = writer.ok_or(Error::Internal("nobody writes this format".to_owned()))?;
    writer.encode(plan, pictures, guests)
}

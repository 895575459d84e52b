//! The end of a source, and the answer.

use crate::error::Error;
use crate::header::kept::Kept;
use crate::layer::Layers;
use crate::pipeline::describe::describe;
use crate::pipeline::look::Facts;
use crate::pipeline::output::{Output, Spent};
use crate::pipeline::state::{Pipeline, State};
use crate::plan::Plan;
use crate::plan::source::Source;
use crate::transform::Target;

impl Pipeline<'_> {
    /// Ends a look, or plays the frames of an animation, once the source file is complete, as far
    /// as the memory planned for the answer goes. Returns false if there is more to do:
    /// [`Pipeline::memory_bytes`] is then larger, and the next call goes on with that much. A still
    /// that needs no look needs nothing.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn play(&mut self, now_ms: &dyn Fn() -> f64) -> Result<bool, Error> {
        self.end()?;
        let started = self.start();
        self.or_described(started)?;
        let began = now_ms();
        let fed = self.feed();
        self.or_described(fed)?;
        let looked = self.look_ends();
        self.looked_ms += now_ms() - began;
        match looked {
            Ok(true) => return Ok(false),
            looked => self.or_described(looked.map(|_| ()))?,
        }
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

    /// Decodes the rest of the complete source file, runs the stages, and encodes. An animation is
    /// played to its end. A caller that has to know how the answer grows calls [`Pipeline::play`]
    /// first.
    ///
    /// `now_ms` is the clock that [`Output::spent`] is read from.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn finish(mut self, now_ms: &dyn Fn() -> f64) -> Result<Output, Error> {
        while !self.play(now_ms)? {}
        match self.look.take() {
            None => self.image(now_ms),
            Some(_) => self.told(now_ms),
        }
    }

    /// Makes an answer that is an image.
    fn image(mut self, now_ms: &dyn Fn() -> f64) -> Result<Output, Error> {
        let mut spent = self.spent();
        let mut kept = std::mem::take(&mut self.kept);
        let State::Body(body) = self.state else {
            return Err(BREAKS_OFF);
        };
        let file = body.plan.file_bytes(self.source_bytes);
        body.plan.check_budget(file, self.limits)?;
        let (file, original, mut plan) = body.run(self.guests, now_ms, &mut spent)?;
        plan.layers = Layers::default(); // the answer has them
        if !matches!(plan.source, Source::Kept(_)) {
            kept.profile = Vec::new();
        }
        if !plan.format.spec().metadata {
            kept = Kept::default();
        }
        Ok(Output {
            kept,
            body: file,
            content_type: plan.format.content_type(),
            plan,
            target: self.transform.target,
            original,
            source_bytes: self.source_bytes,
            spent,
        })
    }

    /// Makes an answer of the facts that a look has found.
    fn told(mut self, now_ms: &dyn Fn() -> f64) -> Result<Output, Error> {
        let mut spent = self.spent();
        let (target, limits, source_bytes) =
            (self.transform.target, self.limits, self.source_bytes);
        let (described, exif) = (self.described.take(), self.exif);
        let shot = self.shot.take();
        let shot = shot.map(|shot| shot.json(exif.to_exif()));
        let found: Result<(Facts, Box<Plan>), String> = match self.state {
            State::Header { .. } | State::Planned { .. } => return Err(BREAKS_OFF),
            State::Described { without } => Err(without),
            State::Body(body) => {
                let file = body.plan.file_bytes(source_bytes);
                let fits = body.plan.check_budget(file, limits);
                match fits.and_then(|()| Facts::of(body, now_ms, &mut spent)) {
                    Err(error) if described.is_some() && error.is_of_source() => {
                        Err(error.to_string())
                    }
                    found => Ok(found?),
                }
            }
        };
        let text = |text: String| (text.into_bytes(), "text/plain");
        let ((body, content_type), plan) = match (described, found) {
            (Some(plan), found) => {
                let facts = found.map(|(facts, _)| facts);
                let json = describe(&plan, exif, shot, source_bytes, limits, facts);
                ((json, "application/json"), plan)
            }
            (None, Ok((facts, plan))) if target == Target::Thumbhash => {
                (text(facts.small.thumbhash()), plan)
            }
            (None, Ok((facts, plan))) => (text(facts.small.blurhash()), plan),
            (None, Err(without)) => return Err(Error::Internal(without)),
        };
        Ok(Output {
            kept: Kept::default(),
            body,
            content_type,
            plan: *plan,
            target,
            original: false,
            source_bytes,
            spent,
        })
    }

    fn spent(&self) -> Spent {
        Spent {
            decode_ms: self.looked_ms,
            resize_ms: self.played_ms,
            ..Spent::default()
        }
    }

    /// Turns an error of the source into a description without a small picture, if a description is
    /// wanted and the header has been read.
    pub(crate) fn or_described(&mut self, done: Result<(), Error>) -> Result<(), Error> {
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
}

const BREAKS_OFF: Error = Error::Corrupt("the file breaks off in its header");

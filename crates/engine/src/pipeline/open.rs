//! From the first bytes of a source to its plan, and from the plan to its decoder.

use crate::error::Error;
use crate::format::codec_of;
use crate::header::kept::Kept;
use crate::header::shot::Shot;
use crate::header::{Colours, Header};
use crate::pipeline::body::Body;
use crate::pipeline::look::Look;
use crate::pipeline::original::Original;
use crate::pipeline::sink::Sink;
use crate::pipeline::state::{Pipeline, State};
use crate::pipeline::survey::survey;
use crate::plan::source::Source;
use crate::plan::{Known, Plan};
use crate::transform::{Format, Frames, Metadata, Negotiated, Target};

impl Pipeline<'_> {
    /// Looks for the frames of a complete file that are to be drawn, and plans anew with them.
    pub(crate) fn count_frames(&mut self) -> Result<(), Error> {
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
        // What moves has no margin, and is cropped in the middle. What it will be written as may
        // depend on whether it moves.
        let may_move = match self.look {
            Some(Look::Box(_) | Look::Point(_)) => {
                let (header, source) = (plan.header, plan.source.clone());
                self.look = Look::last(self.transform);
                self.plan(header, source, self.known())?.may_move()
            }
            None | Some(Look::Small | Look::Layer(_)) => plan.may_move(),
        };
        let Some((plan, file)) = self.planned() else {
            return Ok(());
        };
        let moves = may_move || matches!(self.transform.target, Target::Auto(_));
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
            area: self.area,
            focus: self.focus,
            layer_bytes: self.layers.bytes(),
        };
        let again = self.plan(header, plan.source.clone(), known)?;
        let again = again.animated(&survey, shown, known.bytes, limits)?;
        let described = match &self.described {
            Some(plan) => Some(self.asked(header, plan.source.clone(), known)?),
            None => None,
        };
        if let Some(plan) = described {
            let plan = plan.animated(&survey, frames, known.bytes, limits)?;
            self.described = Some(Box::new(plan));
        }
        match &mut self.state {
            State::Planned { plan, .. } => **plan = again,
            State::Body(body) => {
                body.rows = Sink::new(&again)?;
                body.original.take_if(|_| !again.keeps_original());
                *body.plan = again;
            }
            State::Header { .. } | State::Described { .. } => {}
        }
        Ok(())
    }

    /// Reads the header, if it is all here, and plans.
    pub(crate) fn open(&mut self, complete: bool) -> Result<(), Error> {
        let State::Header { start, .. } = &mut self.state else {
            return Ok(());
        };
        let Some(header) = Header::parse(start, complete)? else {
            return Ok(());
        };
        self.exif = header.orientation;
        let header = Header {
            orientation: self.transform.turn.of(header.orientation),
            ..header
        };
        let source = Source::of(&header, || codec_of(header.format).profile(start));
        let start = std::mem::take(start);
        self.kept = self.metadata(&header, &source, &start)?;
        let known = self.known();
        self.look = self.needed(self.look, &header);
        if self.transform.target == Target::Json {
            let block = codec_of(header.format).blocks(&start).exif;
            self.shot = block.and_then(Shot::read).map(Box::new);
            let plan = self.asked(header, source.clone(), known)?;
            self.described = Some(Box::new(plan));
        }
        let plan = self.plan(header, source, known)?;
        // What the header was looked for in is held, even where the rest of the file will not be.
        let held = start.len() as u64;
        let file = plan.file_bytes(self.promised_bytes.max(held));
        let again = match plan.aim {
            Some(_) => self.original_bytes(&plan),
            None => 0,
        };
        plan.check_budget(file.max(held) + again, self.limits)?;
        self.state = State::Planned {
            plan: Box::new(plan),
            start,
        };
        self.afford_original();
        Ok(())
    }

    /// Returns the metadata that the answer gets, if it is an image.
    fn metadata(&self, header: &Header, source: &Source, start: &[u8]) -> Result<Kept, Error> {
        let transform = self.transform;
        if !matches!(
            transform.target,
            Target::Keep | Target::Image(_) | Target::Auto(_)
        ) {
            return Ok(Kept::default());
        }
        let codec = codec_of(header.format);
        let wanted = match (transform.metadata, header.format) {
            // The whole file is the block.
            (Metadata::Keep, Format::Tiff) => Metadata::Copyright,
            (wanted, _) => wanted,
        };
        let mut kept = Kept::of(codec.blocks(start), wanted)?;
        let has_profile = matches!(
            (source, header.colours),
            (Source::Other(_), Colours::Profile(_))
        );
        if transform.keep_colours && has_profile && !header.cmyk {
            kept.profile = codec.profile(start).unwrap_or_default();
        }
        Ok(kept)
    }

    /// Returns the facts that are known of a file beside its header.
    pub(crate) fn known(&self) -> Known {
        Known {
            bytes: self.promised_bytes,
            moves: false,
            area: self.area,
            focus: self.focus,
            layer_bytes: self.layers.bytes(),
        }
    }

    /// Returns a look, or the next one where nothing is cropped, so that no point is needed.
    pub(crate) fn needed(&self, look: Option<Look>, header: &Header) -> Option<Look> {
        match look {
            Some(Look::Point(_)) if self.known().cut(header, self.transform).is_none() => {
                Look::last(self.transform)
            }
            look => look,
        }
    }

    /// Plans the look that comes first, or the answer where no look is needed.
    pub(crate) fn plan(&self, header: Header, source: Source, known: Known) -> Result<Plan, Error> {
        match self.look {
            Some(look) => {
                let (transform, limits, guests) = (self.transform, self.limits, self.guests);
                let plan = look.plan(header, source, transform, limits, guests, known)?;
                Ok(plan.with_metadata(&self.kept))
            }
            None => self.asked(header, source, known),
        }
    }

    /// Plans the answer.
    pub(crate) fn asked(
        &self,
        header: Header,
        source: Source,
        known: Known,
    ) -> Result<Plan, Error> {
        let (transform, limits, offer) = (self.transform, self.limits, self.guests.offer());
        let mut plan = Plan::with_guests(header, source, transform, limits, offer, known)?;
        plan.layers = self.layers.clone();
        Ok(plan.with_metadata(&self.kept))
    }

    /// Makes the decoder of what is planned.
    pub(crate) fn start(&mut self) -> Result<(), Error> {
        if let State::Planned { plan, start } = &mut self.state {
            if let Source::Unseen = plan.source {
                plan.source =
                    Source::seen(&plan.header, codec_of(plan.header.format).profile(start));
            }
            // A file that is decoded anew is there as a whole.
            let original = if plan.keeps_original() && self.resident.is_empty() {
                Some(Original::new(start, self.promised_bytes)?)
            } else {
                None
            };
            let mut decoder =
                codec_of(plan.header.format).decoder(plan, std::mem::take(start), self.guests)?;
            decoder.promise(self.promised_bytes as usize)?;
            self.state = State::Body(Body {
                rows: Sink::new(plan)?,
                plan: plan.clone(),
                decoder,
                original,
                player: None,
            });
        }
        Ok(())
    }
}

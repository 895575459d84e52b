//! Execution of a plan.

use crate::error::Error;
use crate::format::codec::Decode;
use crate::guest::Guests;
use crate::limits::Limits;
use crate::pipeline::animate::{Played, Player};
use crate::pipeline::lessen;
use crate::pipeline::original::Original;
use crate::pipeline::output::Spent;
use crate::pipeline::sink::Sink;
use crate::pixels::frame::Picture;
use crate::pixels::window::Rect;
use crate::plan::Plan;
use crate::stage::turned;

/// A plan in execution.
pub(crate) struct Body<'a> {
    pub(crate) plan: Box<Plan>,
    pub(crate) decoder: Box<dyn Decode + 'a>,
    pub(crate) rows: Sink,
    pub(crate) original: Option<Original>,
    /// Player of an animation, once its first frame is due.
    pub(crate) player: Option<Box<Player<'a>>>,
}

impl<'a> Body<'a> {
    /// Plays frames. Returns false when the plan has grown, so that the caller can reserve memory
    /// before the next call.
    pub(crate) fn play(
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
                Ok(Played::LittleCapacity) => {
                    if self.plan.grow(file_bytes, limits) {
                        return Ok(false);
                    }
                    to_the_last = true;
                }
                // One frame was larger than any before it.
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

    /// Returns the answer's file, whether that file is the source's own, and the plan.
    pub(crate) fn run(
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
            let (file, is_own) = match own {
                Some(own) => (own, true),
                None => (made?, false),
            };
            lessen::within(&plan, file.len())?;
            return Ok((file, is_own, *plan));
        }
        let (plan, pictures, original) = self.decode(now_ms, spent)?;
        let start = now_ms();
        let written = lessen::written(*plan, pictures, original, guests);
        spent.encode_ms = now_ms() - start;
        written
    }

    /// Ends a look for the box of a picture: the box in stored pixels, if there is one, and the
    /// source's file. No answer where the rows that were looked at do not tell.
    ///
    /// # Errors
    /// [`Error::Corrupt`], [`Error::OutOfMemory`].
    pub(crate) fn scan(self) -> Result<(Option<Option<Rect>>, Vec<u8>), Error> {
        let Body {
            plan,
            mut decoder,
            mut rows,
            original,
            ..
        } = self;
        decoder.finish(&plan, &mut rows)?;
        let Sink::Box(rows) = rows else {
            return Err(Error::Internal("a picture is no look".to_owned()));
        };
        let file = match original {
            Some(original) => original.into_file(),
            None => decoder.into_file(),
        };
        Ok((rows.into_box(), file))
    }

    /// Decodes the rest of the source. Returns the upright planes, and the source's own file where
    /// that may still be the answer, or is decoded again.
    #[expect(clippy::type_complexity, reason = "what is left of a body")]
    pub(crate) fn decode(
        self,
        now_ms: &dyn Fn() -> f64,
        spent: &mut Spent,
    ) -> Result<(Box<Plan>, Vec<Picture>, Option<Original>), Error> {
        let Body {
            plan,
            mut decoder,
            mut rows,
            original,
            ..
        } = self;
        let start = now_ms();
        decoder.finish(&plan, &mut rows)?;
        let original = match (plan.is_look(), original) {
            (true, None) => Some(Original::decoded(decoder.into_file())),
            (_, original) => {
                drop(decoder); // the next step is planned without it
                original
            }
        };
        let rows = match rows {
            Sink::Picture(rows) => rows,
            Sink::Upright(pictures) => return Ok((plan, pictures, None)),
            Sink::Box(_) => return Err(Error::Internal("a look has no picture".to_owned())),
        };
        let original = original.filter(|_| plan.is_look() || !rows.is_damaged());
        let pictures = rows.into_pictures()?;
        let decoded = now_ms();
        let mut upright = Vec::new();
        for (plane, picture) in plan.planes().iter().zip(pictures) {
            upright.push(turned(&plan, plane, picture)?);
        }
        spent.decode_ms += decoded - start;
        spent.resize_ms += now_ms() - decoded;
        Ok((plan, upright, original))
    }
}

//! Animations: each frame is decoded, drawn on the source's canvas, resampled, and encoded at once.
//! Memory holds no frames but the current one and the one that the encoder compares it with. The
//! answer grows in steps, and each step is planned before its memory is allocated.

use std::sync::Arc;

use crate::animation::answer::Encode;
use crate::animation::compositor::Compositor;
use crate::error::Error;
use crate::format::codec::only;
use crate::format::codec_of;
use crate::frames::animate;
use crate::guest::Guests;
use crate::pixels::buffer::zeroes;
use crate::pixels::frame::Frame;
use crate::pixels::layout::Layout;
use crate::pixels::rows::{RowSink as _, RowSource as _};
use crate::pixels::widen::widen;
use crate::plan::Plan;
use crate::plan::frames::Animation;
use crate::stage::intake::Intake;
use crate::stage::leaving::Leaving;
use crate::stage::turned;

/// An animation in progress.
pub(crate) struct Player<'g> {
    screen: Compositor,
    /// Whether every frame drawn so far conforms to its standard.
    is_sound: bool,
    encoder: Box<dyn Encode + 'g>,
    rgba: Vec<u8>,
    /// Small cover of the first frame that is shown, where one is laid under all of them.
    cover: Option<Arc<Frame>>,
    /// Index of the next frame of the source.
    next: u32,
    /// Bytes of the largest encoded frame so far.
    largest: usize,
    /// Error that ended the answer. Later frames are only drawn.
    ended: Option<Error>,
}

/// Progress of an animation.
pub(crate) enum Played {
    /// All frames have been played.
    All,
    /// The answer's capacity may not suffice for the next frame.
    LittleCapacity,
}

impl<'g> Player<'g> {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(
        plan: &Plan,
        animation: &Animation,
        guests: &'g dyn Guests,
    ) -> Result<Player<'g>, Error> {
        Ok(Player {
            screen: Compositor::new(
                plan.decoded,
                plan.header.layout,
                plan.transform.background,
                animation.restores,
                0,
            )?,
            is_sound: true,
            encoder: animate(plan.format)
                .ok_or(Error::Internal("nobody animates this format".to_owned()))?
                .begin(plan, animation, guests)?,
            rgba: zeroes(4 * plan.canvas.pixels())?,
            cover: None,
            next: 0,
            largest: 0,
            ended: None,
        })
    }

    /// Gives the answer the capacity that is planned now.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn grow(&mut self, animation: &Animation) -> Result<(), Error> {
        self.encoder.answer().grow(animation.file_bytes)
    }

    /// Gives up the answer. Later frames are only drawn, to check them.
    pub(crate) fn end(&mut self) {
        self.ended = Some(self.encoder.answer().outgrown());
    }

    /// Plays on to the end, or as far as the answer's capacity goes. With `to_the_last`, capacity
    /// is used to its last byte; without, only while there is twice that of the largest frame.
    ///
    /// # Errors
    /// [`Error::Outgrown`] if the answer has to be begun anew; the errors of the file.
    pub(crate) fn play(
        &mut self,
        plan: &Plan,
        animation: &Animation,
        file: &[u8],
        to_the_last: bool,
    ) -> Result<Played, Error> {
        let (first, end) = (animation.first, animation.first + animation.count);
        let frames = (0..end).zip(codec_of(plan.header.format).shots(file));
        for (index, shot) in frames.skip(self.next as usize) {
            let shot = shot?;
            let shown = index >= first && self.ended.is_none();
            if shown && !to_the_last && self.encoder.answer().left() < 2 * self.largest {
                return Ok(Played::LittleCapacity);
            }
            self.is_sound &= shot.draw(&mut self.screen)?;
            if shown {
                show(plan, self.screen.frame(), &mut self.cover, &mut self.rgba)?;
                let before = self.encoder.answer().len();
                let asked = plan.transform.delay_ms.map(|delay| delay.get().into());
                let delay_ms = asked.unwrap_or(shot.delay_ms);
                self.encoder.frame(&mut self.rgba, delay_ms)?;
                self.largest = self.largest.max(self.encoder.answer().len() - before);
            }
            self.next = index + 1;
        }
        Ok(Played::All)
    }

    /// Returns the file, and whether the source's frames conform to their standard.
    pub(crate) fn finish(self) -> (Result<Vec<u8>, Error>, bool) {
        let Player {
            screen,
            is_sound,
            encoder,
            rgba,
            ended,
            ..
        } = self;
        drop((screen, rgba)); // as the plan says
        let file = match ended {
            Some(error) => Err(error),
            None => encoder.finish(),
        };
        (file, is_sound)
    }
}

/// Renders the canvas as shown: resampled, turned, padded. A cover that is laid under the first
/// frame is that of all frames, so that what is beside them stands still.
fn show(
    plan: &Plan,
    canvas: &Frame,
    cover: &mut Option<Arc<Frame>>,
    rgba: &mut [u8],
) -> Result<(), Error> {
    let [plane] = plan.planes()[..] else {
        return Err(Error::Internal("an animation in components".to_owned()));
    };
    let mut rows = Intake::new(plan);
    for row in canvas.rows() {
        rows.row(0, row)?;
    }
    let mut picture = only(rows.into_pictures()?)?;
    picture.cover = cover.take();
    let picture = turned(plan, &plane, picture)?;
    cover.clone_from(&picture.cover);
    let mut rows = Leaving::new(plan, &plane, picture)?;
    for to in rgba.chunks_exact_mut(4 * plan.canvas.width as usize) {
        let row = rows.next_row()?;
        let row = row.ok_or(Error::Corrupt("the image's rows break off"))?;
        widen(row, plan.layout, to, Layout::Rgba);
    }
    Ok(())
}

//! Animations: each frame is decoded, drawn on the source's canvas, resampled, and encoded at once. At no time are there more of them than
//! the one that is drawn, and what its encoder compares it with. The answer grows in steps, and each of them is planned before it is taken.

use crate::animation::png::Part;
use crate::animation::screen::Screen;
use crate::animation::{Coded, Rect, Shot};
use crate::codec::gif::unpack::Unpacker;
use crate::codec::{Rows as _, gif, png, webp};
use crate::error::Error;
use crate::frame::{Frame, Layout, Size, reserved, zeroes};
use crate::guest::Guests;
use crate::plan::Plan;
use crate::plan::frames::Animation;
use crate::resize::Resize;
use crate::transform::Format;
use crate::{animation, colour, orient, pad};

/// Takes frames, and gives the file.
pub(crate) trait Encode {
    /// The next frame, RGBA. What is in the buffer behind that is the encoder's.
    ///
    /// # Errors
    /// [`Error::Outgrown`] where the answer's room is used up: then the file has a part of a frame, and is to be begun anew.
    fn frame(&mut self, rgba: &mut Vec<u8>, delay_ms: u32) -> Result<(), Error>;

    /// The file as far as it is there.
    fn answer(&mut self) -> &mut Answer;

    fn finish(self: Box<Self>) -> Result<Vec<u8>, Error>;
}

/// A file in the room that it has been given, in as many pieces as times that it was given some.
pub(crate) struct Answer {
    pieces: Vec<Vec<u8>>,
    /// The piece that is being filled; those behind it are empty.
    at: usize,
    /// All room, and what is left of it.
    room: usize,
    left: usize,
    frames: u32,
}

impl Answer {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(animation: &Animation) -> Result<Answer, Error> {
        let mut answer = Answer {
            pieces: Vec::new(),
            at: 0,
            room: 0,
            left: 0,
            frames: animation.count,
        };
        answer.grow(animation.file_bytes)?;
        Ok(answer)
    }

    /// Has room for so many bytes in all.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn grow(&mut self, bytes: u64) -> Result<(), Error> {
        let more = bytes.saturating_sub(self.room as u64);
        if more > 0 {
            self.pieces.push(reserved(more)?);
            self.room += more as usize;
            self.left += more as usize;
        }
        Ok(())
    }

    /// # Errors
    /// [`Error::Outgrown`].
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        if self.left < bytes.len() {
            return Err(self.outgrown());
        }
        self.left -= bytes.len();
        while let Some(piece) = self.pieces.get_mut(self.at) {
            let free = piece.capacity() - piece.len();
            let (here, rest) = bytes.split_at(bytes.len().min(free));
            piece.extend_from_slice(here);
            bytes = rest;
            if bytes.is_empty() {
                break;
            }
            self.at += 1;
        }
        Ok(())
    }

    fn outgrown(&self) -> Error {
        Error::Outgrown {
            frames: self.frames,
            bytes: self.room as u64,
        }
    }

    /// Puts bytes in the place of others, near the file's beginning.
    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) {
        let first = self.pieces.first_mut();
        if let Some(place) = first.and_then(|piece| piece.get_mut(at..at + bytes.len())) {
            place.copy_from_slice(bytes);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.room - self.left
    }

    /// Nothing, with room for nothing.
    pub(crate) fn none() -> Answer {
        Answer {
            pieces: Vec::new(),
            at: 0,
            room: 0,
            left: 0,
            frames: 0,
        }
    }

    /// The file in one piece.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn into_file(self) -> Result<Vec<u8>, Error> {
        let bytes = self.len();
        let mut pieces = self.pieces;
        pieces.truncate(self.at + 1);
        if let [only] = &mut pieces[..] {
            only.shrink_to_fit(); // which allocators do in place
            return Ok(std::mem::take(only));
        }
        let mut file = reserved(bytes as u64)?;
        for piece in pieces {
            file.extend_from_slice(&piece);
        }
        Ok(file)
    }
}

/// The room that the answer has at first. The worst that its frames can be would be refused nearly always and is nearly never met; this is
/// what they take if they are as hard to code as those of the source, pixel for pixel, and half a bit a pixel beside it. It may get more.
pub(crate) fn file_bytes(plan: &Plan, animation: &Animation, source_bytes: u64) -> u64 {
    let frames = u64::from(animation.count);
    let pixels = plan.canvas.pixels() * frames;
    let worst = match plan.format {
        Format::Gif => pixels * 5 / 3,
        Format::Png => pixels * 6,
        _ => pixels * 4,
    };
    // What has been coded with loss takes many times as much without.
    let harder = match (plan.header.format, plan.format) {
        (Format::Gif, Format::Gif) | (Format::Png, Format::Png) => 1,
        _ if plan.by_guest => 1,
        _ => 4,
    };
    let larger = plan.resized.pixels().div_ceil(plan.decoded.pixels()).max(1);
    let likely = source_bytes
        .saturating_mul(harder * larger)
        .saturating_add(pixels / 16 + 64 * frames);
    (worst + 1024 * frames).min(likely).min(MOST_AT_FIRST) + 2048
}

/// An answer that may become larger than this is given more as it comes.
const MOST_AT_FIRST: u64 = 8 << 20;

/// What encoding holds beside the answer.
pub(crate) fn encoder_bytes(plan: &Plan) -> u64 {
    let frame = 4 * plan.canvas.pixels();
    frame
        + match plan.format {
            Format::Gif => gif::film_bytes(plan),
            Format::Png => png::film_bytes(plan),
            _ => webp::film_bytes(plan),
        }
}

/// The canvas at one frame of the source, and whether all that was drawn on it is as its standard has it.
///
/// # Errors
/// [`Error::Corrupt`] and [`Error::OutOfMemory`].
pub(crate) fn still(file: &[u8], plan: &Plan) -> Result<(Frame, bool), Error> {
    let (first, restores) = match &plan.animation {
        Some(animation) => (animation.first, animation.restores),
        None => (0, false),
    };
    let room = plan.room_if_kept();
    let mut drawing = Drawing::new(plan, restores, room)?;
    let mut shots = animation::shots(&plan.header, file);
    for _ in 0..=first {
        let shot = shots
            .next()
            .ok_or(Error::Corrupt("the file has no image"))?;
        drawing.draw(&shot?)?;
    }
    Ok((drawing.screen.into_frame(), drawing.is_sound))
}

/// An animation on its way to its file.
pub(crate) struct Player<'g> {
    drawing: Drawing,
    encoder: Box<dyn Encode + 'g>,
    rgba: Vec<u8>,
    /// The next frame of the source.
    next: u32,
    /// Bytes of the largest frame so far.
    largest: usize,
    /// Why the answer has come to its end, where frames are only drawn from there on.
    ended: Option<Error>,
}

/// How far an animation has come.
pub(crate) enum Played {
    /// To its end.
    All,
    /// To where the answer needs more room, or it may not be enough for the next frame.
    LittleRoom,
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
            drawing: Drawing::new(plan, animation.restores, 0)?,
            encoder: match plan.format {
                Format::Gif => Box::new(gif::Film::new(plan, animation)?),
                Format::Png => Box::new(png::Film::new(plan, animation)?),
                _ => Box::new(webp::Film::new(plan, animation, guests)?),
            },
            rgba: zeroes(4 * plan.canvas.pixels())?,
            next: 0,
            largest: 0,
            ended: None,
        })
    }

    /// Gives the answer the room that is planned now.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn grow(&mut self, animation: &Animation) -> Result<(), Error> {
        self.encoder.answer().grow(animation.file_bytes)
    }

    /// Goes on without an answer: frames are drawn, and that is all.
    pub(crate) fn end(&mut self) {
        self.ended = Some(self.encoder.answer().outgrown());
    }

    /// Goes on to the end, or as far as the answer's room goes; `to_the_last` byte of it, or while there is enough for a frame.
    ///
    /// # Errors
    /// [`Error::Outgrown`], when the answer is to be begun anew; what is wrong with the file.
    pub(crate) fn play(
        &mut self,
        plan: &Plan,
        animation: &Animation,
        file: &[u8],
        to_the_last: bool,
    ) -> Result<Played, Error> {
        let (first, end) = (animation.first, animation.first + animation.count);
        let frames = (0..end).zip(animation::shots(&plan.header, file));
        for (index, shot) in frames.skip(self.next as usize) {
            let shot = shot?;
            let shown = index >= first && self.ended.is_none();
            if shown && !to_the_last && self.encoder.answer().left < 2 * self.largest {
                return Ok(Played::LittleRoom);
            }
            self.drawing.draw(&shot)?;
            if shown {
                show(plan, self.drawing.screen.frame(), &mut self.rgba)?;
                let before = self.encoder.answer().len();
                self.encoder.frame(&mut self.rgba, shot.delay_ms)?;
                self.largest = self.largest.max(self.encoder.answer().len() - before);
            }
            self.next = index + 1;
        }
        Ok(Played::All)
    }

    /// The file, and whether the source's frames are as their standard has them.
    pub(crate) fn finish(self) -> (Result<Vec<u8>, Error>, bool) {
        let Player {
            drawing,
            encoder,
            rgba,
            ended,
            ..
        } = self;
        let is_sound = drawing.is_sound;
        drop((drawing, rgba)); // as the plan says
        let file = match ended {
            Some(error) => Err(error),
            None => encoder.finish(),
        };
        (file, is_sound)
    }
}

/// The canvas as it is to be seen: resampled, turned, padded.
fn show(plan: &Plan, canvas: &Frame, rgba: &mut [u8]) -> Result<(), Error> {
    let mut rows = Resize::new(plan);
    for row in canvas.rows() {
        rows.row(0, row)?;
    }
    let picture = rows.into_pictures()?.pop();
    let picture = picture.ok_or(Error::Internal("an image without planes".to_owned()))?;
    let picture = orient::run(plan, picture)?;
    let [plane] = plan.planes()[..] else {
        return Err(Error::Internal("an animation in components".to_owned()));
    };
    let mut rows = pad::Rows::new(plan, &plane, picture)?;
    for to in rgba.chunks_exact_mut(4 * plan.canvas.width as usize) {
        let row = rows.next();
        let row = row.ok_or(Error::Corrupt("the image's rows break off"))?;
        colour::widen(row, plan.layout, to, Layout::Rgba);
    }
    Ok(())
}

/// The smallest rectangle with all pixels in it that differ in this way.
pub(crate) fn bounds(
    before: &[u8],
    after: &[u8],
    size: Size,
    differ: impl Fn(&[u8; 4], &[u8; 4]) -> bool,
) -> Rect {
    let row_bytes = 4 * size.width as usize;
    let mut rect = Rect::default();
    let rows = before
        .chunks_exact(row_bytes)
        .zip(after.chunks_exact(row_bytes));
    for (y, (before, after)) in (0..).zip(rows) {
        if before == after {
            continue;
        }
        let (before, after) = (before.as_chunks::<4>().0, after.as_chunks::<4>().0);
        let changed = |x: &usize| differ(&before[*x], &after[*x]);
        let Some(left) = (0..before.len()).find(changed) else {
            continue;
        };
        let right = (left..before.len()).rev().find(changed).unwrap_or(left);
        rect = rect.joined(Rect {
            left: left as u32,
            top: y,
            width: (right - left + 1) as u32,
            height: 1,
        });
    }
    rect
}

/// The canvas, and what frames are decoded with.
struct Drawing {
    screen: Screen,
    unpacker: Option<Unpacker>,
    /// Whether all that was drawn is as its standard has it.
    is_sound: bool,
}

impl Drawing {
    fn new(plan: &Plan, restores: bool, room: u64) -> Result<Drawing, Error> {
        let (size, layout) = (plan.decoded, plan.header.layout);
        Ok(Drawing {
            screen: Screen::new(size, layout, plan.background, restores, room)?,
            unpacker: match plan.header.format {
                Format::Gif => Some(Unpacker::new()?),
                _ => None,
            },
            is_sound: true,
        })
    }

    fn draw(&mut self, shot: &Shot<'_>) -> Result<(), Error> {
        self.screen.begin(shot);
        match (&shot.coded, &mut self.unpacker) {
            (Coded::Gif(lzw), Some(unpacker)) => {
                self.is_sound &= unpacker.draw(lzw, shot.rect, &mut self.screen)?;
                Ok(())
            }
            (Coded::Png(part), _) => self.draw_part(shot, part),
            (Coded::WebP(picture), _) => {
                let mut y = shot.rect.top;
                webp::rows(picture, Layout::Rgba, &mut |row| {
                    self.screen.draw_rgba((shot.rect.left, y), row, shot.blends);
                    y += 1;
                    Ok(())
                })
            }
            _ => Ok(()),
        }
    }

    fn draw_part(&mut self, shot: &Shot<'_>, part: &Part<'_>) -> Result<(), Error> {
        let mut rgba = zeroes(4 * u64::from(part.size.width))?;
        let (screen, mut y) = (&mut self.screen, shot.rect.top);
        png::draw(part, |row| {
            colour::widen(row, part.layout, &mut rgba, Layout::Rgba);
            screen.draw_rgba((shot.rect.left, y), &rgba, shot.blends);
            y += 1;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_outgrows_its_room_says_so_and_goes_on_with_more() {
        let mut animation = Animation {
            frames: 9,
            first: 0,
            count: 7,
            plays: 0,
            restores: false,
            frame_bytes: 0,
            file_bytes: 10,
            grown: false,
        };
        let mut answer = Answer::new(&animation).expect("ten bytes");
        assert_eq!(answer.write(&[1; 8]), Ok(()));
        let outgrown = answer.write(&[1; 3]);
        let Err(error @ Error::Outgrown { .. }) = outgrown else {
            panic!("{outgrown:?}")
        };
        assert!(
            error
                .to_string()
                .contains("7 frames need more than the 10 bytes")
        );
        animation.file_bytes = 14;
        answer.grow(animation.file_bytes).expect("four bytes");
        assert_eq!(answer.write(&[2; 3]), Ok(()));
        answer.put(7, &[3]);
        assert_eq!(answer.len(), 11);
        assert_eq!(answer.write(&[2; 3]), Ok(()));
        assert!(answer.write(&[2]).is_err());
        let file = [&[1; 7][..], &[3], &[2; 6]].concat();
        assert_eq!(answer.into_file(), Ok(file));
    }

    #[test]
    fn what_changes_is_in_the_bounds_and_nothing_else() {
        let size = Size {
            width: 5,
            height: 4,
        };
        let before = vec![9; 80];
        let differ = |a: &[u8; 4], b: &[u8; 4]| a != b;
        let of = |changed: &[usize]| {
            let mut after = before.clone();
            changed.iter().for_each(|at| after[4 * at + 1] = 8);
            let Rect {
                left,
                top,
                width,
                height,
            } = bounds(&before, &after, size, differ);
            [left, top, width, height]
        };
        assert_eq!(of(&[]), [0; 4]);
        assert_eq!(of(&[7]), [2, 1, 1, 1]);
        assert_eq!(of(&[7, 15, 19]), [0, 1, 5, 3]);
        assert_eq!(of(&[0, 1]), [0, 0, 2, 1]);
    }
}

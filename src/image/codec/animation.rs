//! Animations: each frame is decoded, drawn on the source's canvas, resampled, and encoded at once. At no time are there more of them than
//! the one that is drawn, and what its encoder compares it with.

use super::gif::{self, Unpacker};
use super::{Rows as _, webp};
use crate::image::animation::screen::Screen;
use crate::image::animation::{self, Coded, Rect, Shot};
use crate::image::frame::{Frame, Layout, Size, reserved, zeroes};
use crate::image::guest::Guests;
use crate::image::plan::{Animation, Plan};
use crate::image::resize::Resize;
use crate::image::{Error, colour, orient, pad};
use crate::transform::Format;

/// Takes frames, and gives the file.
pub(super) trait Encode {
    /// The next frame, RGBA. What is in the buffer behind that is the encoder's.
    fn frame(&mut self, rgba: &mut Vec<u8>, delay_ms: u32) -> Result<(), Error>;

    fn finish(self: Box<Self>) -> Result<Vec<u8>, Error>;
}

/// A file that has its room from the start, and may not get larger.
pub(super) struct Answer {
    bytes: Vec<u8>,
    most: usize,
    frames: u32,
}

impl Answer {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(super) fn new(animation: &Animation) -> Result<Answer, Error> {
        Ok(Answer {
            bytes: reserved(animation.file_bytes)?,
            most: animation.file_bytes as usize,
            frames: animation.count,
        })
    }

    /// # Errors
    /// [`Error::Outgrown`].
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.most - self.bytes.len() < bytes.len() {
            return Err(Error::Outgrown {
                frames: self.frames,
                bytes: self.most as u64,
            });
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Puts bytes in the place of others.
    pub(super) fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn into_file(mut self) -> Vec<u8> {
        self.bytes.shrink_to_fit(); // which allocators do in place
        self.bytes
    }
}

/// What the answer may have. The worst that its frames can be would be refused nearly always and is nearly never met; this is what they
/// take if they are twice as hard to code as those of the source, pixel for pixel, and a bit a pixel beside it.
pub(in crate::image) fn file_bytes(plan: &Plan, animation: &Animation, source_bytes: u64) -> u64 {
    let pixels = plan.canvas.pixels() * u64::from(animation.count);
    let frames = u64::from(animation.count) * 1024;
    let worst = match plan.format {
        Format::Gif => pixels * 5 / 3,
        _ => pixels * 4,
    };
    // What has been coded with loss takes many times as much without.
    let harder = match (plan.header.format, plan.format) {
        (Format::Gif, Format::Gif) => 2,
        _ if plan.by_guest => 2,
        _ => 20,
    };
    let larger = plan.resized.pixels().div_ceil(plan.decoded.pixels()).max(1);
    let likely = source_bytes
        .saturating_mul(harder * larger)
        .saturating_add(pixels / 8);
    worst.min(likely) + frames + 1024
}

/// What encoding holds beside the answer.
pub(in crate::image) fn encoder_bytes(plan: &Plan) -> u64 {
    let frame = 4 * plan.canvas.pixels();
    frame
        + match plan.format {
            Format::Gif => gif::film_bytes(plan),
            _ => webp::film_bytes(plan),
        }
}

/// The canvas at one frame of the source.
///
/// # Errors
/// [`Error::Corrupt`] and [`Error::OutOfMemory`].
pub(super) fn still(file: &[u8], plan: &Plan) -> Result<Frame, Error> {
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
    Ok(drawing.screen.into_frame())
}

/// The file of an animation.
///
/// # Errors
/// [`Error::Outgrown`], where the source's own file may be the answer only when all of its frames have been drawn; and as [`still`].
pub(in crate::image) fn run(
    plan: &Plan,
    animation: &Animation,
    file: &[u8],
    guests: &dyn Guests,
) -> Result<Vec<u8>, Error> {
    let mut drawing = Drawing::new(plan, animation.restores, 0)?;
    let mut encoder: Box<dyn Encode + '_> = match plan.format {
        Format::Gif => Box::new(gif::Film::new(plan, animation)?),
        _ => Box::new(webp::Film::new(plan, animation, guests)?),
    };
    let mut rgba = zeroes(4 * plan.canvas.pixels())?;
    let (first, end) = (animation.first, animation.first + animation.count);
    let mut outgrown = None;
    for (index, shot) in (0..end).zip(animation::shots(&plan.header, file)) {
        let shot = shot?;
        drawing.draw(&shot)?;
        if index >= first && outgrown.is_none() {
            show(plan, drawing.screen.frame(), &mut rgba)?;
            match encoder.frame(&mut rgba, shot.delay_ms) {
                Err(error @ Error::Outgrown { .. }) if plan.original => outgrown = Some(error),
                written => written?,
            }
        }
    }
    drop((drawing, rgba));
    match outgrown {
        Some(error) => Err(error),
        None => encoder.finish(),
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
pub(super) fn bounds(
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
}

impl Drawing {
    fn new(plan: &Plan, restores: bool, room: u64) -> Result<Drawing, Error> {
        Ok(Drawing {
            screen: Screen::new(plan.decoded, plan.header.layout, restores, room)?,
            unpacker: match plan.header.format {
                Format::Gif => Some(Unpacker::new()?),
                _ => None,
            },
        })
    }

    fn draw(&mut self, shot: &Shot<'_>) -> Result<(), Error> {
        self.screen.begin(shot);
        match (&shot.coded, &mut self.unpacker) {
            (Coded::Gif(lzw), Some(unpacker)) => unpacker.draw(lzw, shot.rect, &mut self.screen),
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_outgrows_its_plan_says_so() {
        let animation = Animation {
            frames: 9,
            first: 0,
            count: 7,
            plays: 0,
            restores: false,
            frame_bytes: 0,
            file_bytes: 10,
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
        assert_eq!(answer.write(&[1; 2]), Ok(()));
        assert_eq!(answer.into_file(), [1; 10]);
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

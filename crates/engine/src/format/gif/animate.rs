//! Writer of animated GIFs. Each frame has only the rectangle that changes, and in that only the
//! pixels that change. A palette is used as long as it is good enough.

use crate::animation::answer::{Answer, Encode, bounds};
use crate::error::Error;
use crate::format::gif::code::{Table, harden};
use crate::format::gif::lzw::encode::{PACKER_BYTES, Packer};
use crate::pixels::buffer::{reserved, zeroes};
use crate::pixels::layout::Size;
use crate::pixels::window::Rect;
use crate::plan::Plan;
use crate::plan::frames::Animation;
use crate::quantise::count::Histogram;
use crate::quantise::map::Mapper;
use crate::quantise::palette::MOST;

/// Difference from the shown sample up to which a sample is left as it is.
const FAR: u8 = 2;

/// Squared error that a new palette has to save to be worth its 768 bytes: a level and a half in
/// each sample of 5,000 pixels.
const WORTH: f32 = 32_768.0;

/// Mean squared error of a pixel above which the current palette is discarded, however few the
/// pixels: 36 dB.
const WRONG: f32 = 3.0 * 16.0;

/// Number of drawn pixels per palette entry.
const PIXELS_AN_ENTRY: u32 = 8;

/// Writes frames as they come. Where there is transparency, the encoder is one frame behind: only
/// the next frame tells whether a frame has to be cleared.
pub(crate) struct AnimationEncoder {
    size: Size,
    answer: Answer,
    packer: Packer,
    /// The canvas before the next written frame, in RGBA, opaque or fully transparent.
    shown: Vec<u8>,
    /// The frame that is written when the next one has come, and the delay of that frame.
    waiting: Vec<u8>,
    delay_ms: Option<u32>,
    indices: Vec<u8>,
    palette: Option<InUse>,
    plays: u32,
    begun: bool,
    looks_ahead: bool,
}

/// Palette in use, made for an earlier frame.
struct InUse {
    mapper: Mapper,
    /// Mean squared error of that frame.
    error: f32,
    /// Whether the palette is the file's global one.
    global: bool,
}

/// Sum of squared errors.
#[derive(Clone, Copy)]
struct Squares {
    sum: u64,
    pixels: u32,
}

impl Squares {
    fn mean(self) -> f32 {
        self.sum as f32 / self.pixels.max(1) as f32
    }
}

/// Upper bound on the encoder's memory: RGBA of the shown canvas and of a waiting frame, indices,
/// and the quantiser.
pub(crate) fn bytes(plan: &Plan) -> u64 {
    let pixels = plan.canvas.pixels();
    let frames = if plan.layout.alpha() { 2 } else { 1 };
    let mapper = Mapper::bytes(plan.canvas.width, false);
    (4 * frames + 1) * pixels + PACKER_BYTES + mapper.max(Histogram::bytes()) + 4096
}

impl AnimationEncoder {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(plan: &Plan, animation: &Animation) -> Result<AnimationEncoder, Error> {
        let bytes = 4 * plan.canvas.pixels();
        let looks_ahead = plan.layout.alpha();
        Ok(AnimationEncoder {
            size: plan.canvas,
            answer: Answer::new(animation)?,
            packer: Packer::new()?,
            shown: zeroes(bytes)?,
            waiting: zeroes(if looks_ahead { bytes } else { 0 })?,
            delay_ms: None,
            indices: reserved(plan.canvas.pixels())?,
            palette: None,
            plays: animation.plays,
            begun: false,
            looks_ahead,
        })
    }
}

impl Encode for AnimationEncoder {
    fn frame(&mut self, rgba: &mut Vec<u8>, delay_ms: u32) -> Result<(), Error> {
        harden(rgba);
        if !self.looks_ahead {
            return self.write(rgba, delay_ms, Rect::default());
        }
        if let Some(delay_ms) = self.delay_ms.replace(delay_ms) {
            let waiting = std::mem::take(&mut self.waiting);
            let cleared = bounds(&waiting, rgba, self.size, |before, after| {
                before[3] != 0 && after[3] == 0
            });
            self.write(&waiting, delay_ms, cleared)?;
            self.waiting = waiting;
        }
        std::mem::swap(&mut self.waiting, rgba);
        Ok(())
    }

    fn answer(&mut self) -> &mut Answer {
        &mut self.answer
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Error> {
        if let Some(delay_ms) = self.delay_ms.take() {
            let waiting = std::mem::take(&mut self.waiting);
            self.write(&waiting, delay_ms, Rect::default())?;
        }
        let mut answer = std::mem::replace(&mut self.answer, Answer::none());
        drop(self); // as the plan says
        answer.write(&[0x3b])?;
        answer.into_file()
    }
}

impl AnimationEncoder {
    /// Writes a frame. `cleared` has to be transparent before the next frame.
    fn write(&mut self, rgba: &[u8], delay_ms: u32, cleared: Rect) -> Result<(), Error> {
        let changed = bounds(&self.shown, rgba, self.size, differs);
        let screen = Rect {
            left: 0,
            top: 0,
            width: self.size.width,
            height: self.size.height,
        };
        let rect = match changed.joined(cleared) {
            _ if !self.begun => screen,
            rect if rect.is_empty() => Rect {
                width: 1,
                height: 1,
                ..screen
            },
            rect => rect,
        };
        self.quantise(rgba, rect)?;
        let Some(palette) = self.palette.take() else {
            return Err(Error::Internal("a frame without a palette".to_owned()));
        };
        let written = self.image(&palette, rect, delay_ms, !cleared.is_empty());
        self.palette = Some(palette);
        written?;
        // The canvas is updated to the new frame, or to transparency where the frame will be
        // cleared.
        for y in rect.top..rect.top + rect.height {
            let row = self.row(rect, y);
            let pixels = rgba[row.clone()].as_chunks::<4>().0;
            for (shown, pixel) in self.shown[row]
                .as_chunks_mut::<4>()
                .0
                .iter_mut()
                .zip(pixels)
            {
                if !cleared.is_empty() {
                    *shown = [0; 4];
                } else if differs(shown, pixel) {
                    *shown = *pixel;
                }
            }
        }
        Ok(())
    }

    /// Returns the place of a rectangle's row in a frame.
    fn row(&self, rect: Rect, y: u32) -> std::ops::Range<usize> {
        let start = 4 * (y as usize * self.size.width as usize + rect.left as usize);
        start..start + 4 * rect.width as usize
    }

    /// Maps a rectangle to indices, by the current palette if that is good enough, or by a new one.
    fn quantise(&mut self, rgba: &[u8], rect: Rect) -> Result<(), Error> {
        let mut pixels = u32::MAX;
        if let Some(mut palette) = self.palette.take() {
            let error = self.map(&mut palette.mapper, rgba, rect);
            let excess = (error.mean() - palette.error).max(0.0) * error.pixels as f32;
            let serves = excess <= WORTH && error.mean() <= WRONG.max(palette.error);
            pixels = error.pixels;
            if serves {
                self.palette = Some(palette);
                return Ok(());
            }
        }
        // One entry is for pixels that stay.
        let most = (pixels / PIXELS_AN_ENTRY).clamp(15, MOST as u32 - 1);
        let mut histogram = Histogram::new(most as usize)?;
        for y in rect.top..rect.top + rect.height {
            let row = self.row(rect, y);
            let shown = self.shown[row.clone()].as_chunks::<4>().0;
            let pixels = rgba[row].as_chunks::<4>().0;
            // Only runs of pixels that have to be drawn are counted.
            let is_drawn = |x: &usize| is_drawn(&shown[*x], &pixels[*x]);
            let mut at = 0;
            while let Some(start) = (at..pixels.len()).find(is_drawn) {
                let end = (start..pixels.len()).find(|x| !is_drawn(x));
                at = end.unwrap_or(pixels.len());
                histogram.push(pixels[start..at].as_flattened());
            }
        }
        let palette = histogram.into_palette();
        let mut mapper = Mapper::new(palette, rect.width, false)?;
        let error = self.map(&mut mapper, rgba, rect);
        self.palette = Some(InUse {
            mapper,
            error: error.mean(),
            global: !self.begun,
        });
        Ok(())
    }

    /// Maps a rectangle to indices. Returns the error of the pixels that are drawn.
    fn map(&mut self, mapper: &mut Mapper, rgba: &[u8], rect: Rect) -> Squares {
        self.indices.clear();
        self.indices
            .resize(rect.width as usize * rect.height as usize, 0);
        let mut indices = std::mem::take(&mut self.indices);
        let (mut squares, mut count) = (0u64, 0u32);
        let rows = indices.chunks_exact_mut(rect.width as usize);
        for (y, indices) in (rect.top..).zip(rows) {
            let row = self.row(rect, y);
            mapper.map(&rgba[row.clone()], indices);
            let colours = mapper.palette().colours();
            let stays = colours.len() as u8;
            let shown = self.shown[row.clone()].as_chunks::<4>().0;
            let pixels = rgba[row].as_chunks::<4>().0;
            let mut of_row = 0;
            for ((index, shown), pixel) in indices.iter_mut().zip(shown).zip(pixels) {
                if is_drawn(shown, pixel) {
                    let colour = colours.get(usize::from(*index)).unwrap_or(pixel);
                    of_row += distance(colour, pixel);
                    count += 1;
                } else {
                    *index = stays;
                }
            }
            squares += u64::from(of_row);
        }
        self.indices = indices;
        Squares {
            sum: squares,
            pixels: count,
        }
    }

    /// Writes the image of the indices.
    fn image(
        &mut self,
        palette: &InUse,
        rect: Rect,
        delay_ms: u32,
        is_cleared: bool,
    ) -> Result<(), Error> {
        let colours = palette.mapper.palette().colours();
        let table = Table::new(colours, true);
        if !self.begun {
            self.begin(&table)?;
        }
        let hundredths = (delay_ms.saturating_add(5) / 10).min(u16::MAX.into()) as u16;
        let [low, high] = hundredths.to_le_bytes();
        let disposal = if is_cleared { 2 } else { 1 };
        let stays = colours.len() as u8;
        self.answer
            .write(&[0x21, 0xf9, 4, disposal << 2 | 1, low, high, stays, 0, 0x2c])?;
        for number in [rect.left, rect.top, rect.width, rect.height] {
            self.answer.write(&(number as u16).to_le_bytes())?;
        }
        if palette.global {
            self.answer.write(&[0])?;
        } else {
            self.answer.write(&[0x80 | table.size()])?;
            self.answer.write(table.entries())?;
        }
        let answer = &mut self.answer;
        self.packer
            .pack(&self.indices, table.bits, &mut |bytes| answer.write(bytes))
    }

    /// Writes the beginning of the file.
    fn begin(&mut self, table: &Table) -> Result<(), Error> {
        self.begun = true;
        self.answer.write(&table.screen(self.size))?;
        self.answer.write(table.entries())?;
        if self.plays != 1 {
            // The extension counts repetitions.
            let repetitions = self.plays.saturating_sub(1).min(u16::MAX.into()) as u16;
            let [low, high] = repetitions.to_le_bytes();
            self.answer.write(b"\x21\xff\x0bNETSCAPE2.0")?;
            self.answer.write(&[3, 1, low, high, 0])?;
        }
        Ok(())
    }
}

/// Whether two pixels differ visibly.
fn differs(shown: &[u8; 4], pixel: &[u8; 4]) -> bool {
    let far = |at: usize| shown[at].abs_diff(pixel[at]) > FAR;
    shown[3] != pixel[3] || far(0) || far(1) || far(2)
}

/// Whether a pixel has to be drawn. A transparent pixel never has to be, because its place has been
/// cleared.
fn is_drawn(shown: &[u8; 4], pixel: &[u8; 4]) -> bool {
    pixel[3] != 0 && differs(shown, pixel)
}

fn distance(a: &[u8; 4], b: &[u8; 4]) -> u32 {
    let of = |at: usize| u32::from(a[at].abs_diff(b[at])).pow(2);
    of(0) + of(1) + of(2)
}

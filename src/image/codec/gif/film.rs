//! An animated GIF: of each frame only the rectangle that changes, and of that only the pixels that do.

use super::pack::{PACKER_BYTES, Packer};
use crate::image::Error;
use crate::image::animation::Rect;
use crate::image::codec::animation::{Answer, Encode, bounds};
use crate::image::frame::{Size, reserved, zeroes};
use crate::image::plan::{Animation, Plan};

/// Writes frames as they come. Where there is transparency, it is one frame behind: whether a frame has to be cleared away is only known
/// when the next one is there.
pub(in crate::image::codec) struct Film {
    size: Size,
    answer: Answer,
    packer: Packer,
    /// What is seen before the frame that is written next: RGBA, opaque or nothing.
    shown: Vec<u8>,
    /// The frame that is written when the next one has come, and its delay.
    waiting: Vec<u8>,
    delay_ms: Option<u32>,
    indices: Vec<u8>,
    plays: u32,
    begun: bool,
    looks_ahead: bool,
}

/// What it takes: RGBA of what is shown and of a frame that waits, and indices.
pub(in crate::image::codec) fn bytes(plan: &Plan) -> u64 {
    let pixels = plan.canvas.pixels();
    let frames = if plan.layout.alpha() { 2 } else { 1 };
    (4 * frames + 1) * pixels + PACKER_BYTES
}

impl Film {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(in crate::image::codec) fn new(plan: &Plan, animation: &Animation) -> Result<Film, Error> {
        let bytes = 4 * plan.canvas.pixels();
        let looks_ahead = plan.layout.alpha();
        Ok(Film {
            size: plan.canvas,
            answer: Answer::new(animation)?,
            packer: Packer::new()?,
            shown: zeroes(bytes)?,
            waiting: zeroes(if looks_ahead { bytes } else { 0 })?,
            delay_ms: None,
            indices: reserved(plan.canvas.pixels())?,
            plays: animation.plays,
            begun: false,
            looks_ahead,
        })
    }
}

impl Encode for Film {
    fn frame(&mut self, rgba: &mut Vec<u8>, delay_ms: u32) -> Result<(), Error> {
        // GIF knows opaque and transparent; half-way counts as opaque.
        for pixel in rgba.as_chunks_mut::<4>().0 {
            *pixel = match *pixel {
                [.., 0..128] => [0; 4],
                [r, g, b, _] => [r, g, b, 255],
            };
        }
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

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Error> {
        if let Some(delay_ms) = self.delay_ms.take() {
            let waiting = std::mem::take(&mut self.waiting);
            self.write(&waiting, delay_ms, Rect::default())?;
        }
        self.answer.write(&[0x3b])?;
        Ok(self.answer.into_file())
    }
}

impl Film {
    /// Writes a frame, in which `cleared` is to be transparent before the next one.
    fn write(&mut self, rgba: &[u8], delay_ms: u32, cleared: Rect) -> Result<(), Error> {
        let changed = bounds(&self.shown, rgba, self.size, |before, after| {
            before != after
        });
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
        let mut part = Vec::new();
        for y in rect.top..rect.top + rect.height {
            let at = 4 * (y * self.size.width + rect.left) as usize;
            let row = at..at + 4 * rect.width as usize;
            let shown = self.shown[row.clone()].as_chunks::<4>().0;
            for (shown, pixel) in shown.iter().zip(rgba[row].as_chunks::<4>().0) {
                part.extend_from_slice(if shown == pixel { &[0; 4] } else { pixel });
            }
        }
        let image =
            gif::Frame::from_rgba_speed(rect.width as u16, rect.height as u16, &mut part, 10);
        self.indices.clear();
        self.indices.extend_from_slice(&image.buffer);
        let mut palette = image.palette.unwrap_or_default();
        let count = palette.len() / 3;
        let bits = count.next_power_of_two().trailing_zeros().max(1);
        palette.resize(3 << bits, 0);
        if !self.begun {
            self.begin()?;
        }
        let hundredths = (delay_ms.saturating_add(5) / 10).min(u16::MAX.into()) as u16;
        let [low, high] = hundredths.to_le_bytes();
        let disposal = if cleared.is_empty() { 1 << 2 } else { 2 << 2 };
        let transparent = image.transparent;
        let flags = disposal | u8::from(transparent.is_some());
        self.answer
            .write(&[0x21, 0xf9, 4, flags, low, high, transparent.unwrap_or(0), 0])?;
        self.answer.write(&[0x2c])?;
        for number in [rect.left, rect.top, rect.width, rect.height] {
            self.answer.write(&(number as u16).to_le_bytes())?;
        }
        self.answer.write(&[0x80 | (bits - 1) as u8])?;
        self.answer.write(&palette)?;
        let answer = &mut self.answer;
        self.packer
            .pack(&self.indices, bits, &mut |bytes| answer.write(bytes))?;
        // What is shown now.
        for (y, indices) in (rect.top..).zip(self.indices.chunks_exact(rect.width as usize)) {
            let at = 4 * (y * self.size.width + rect.left) as usize;
            let row = &mut self.shown[at..at + 4 * rect.width as usize];
            if !cleared.is_empty() {
                row.fill(0);
                continue;
            }
            let row = row.as_chunks_mut::<4>().0;
            for (x, (shown, index)) in row.iter_mut().zip(indices).enumerate() {
                if Some(*index) != transparent {
                    shown.copy_from_slice(&rgba[at + 4 * x..at + 4 * x + 4]);
                }
            }
        }
        Ok(())
    }

    /// The file's beginning.
    fn begin(&mut self) -> Result<(), Error> {
        self.begun = true;
        self.answer.write(b"GIF89a")?;
        for side in [self.size.width, self.size.height] {
            self.answer.write(&(side as u16).to_le_bytes())?;
        }
        self.answer.write(&[0x70, 0, 0])?;
        if self.plays != 1 {
            // It counts repetitions.
            let [low, high] = (self.plays.saturating_sub(1) as u16).to_le_bytes();
            self.answer.write(b"\x21\xff\x0bNETSCAPE2.0")?;
            self.answer.write(&[3, 1, low, high, 0])?;
        }
        Ok(())
    }
}

//! An animated WebP (RFC 9649, section 2.7): of each frame only the rectangle that changes.

use image_webp::{ColorType, WebPEncoder};

use crate::image::Error;
use crate::image::animation::Rect;
use crate::image::codec::animation::{Answer, Encode, bounds};
use crate::image::codec::guest;
use crate::image::frame::{Size, reserved, zeroes};
use crate::image::guest::{Encoding, Guests};
use crate::image::header::webp::Chunks;
use crate::image::plan::{Animation, Plan};
use crate::transform::Format;

/// Writes frames as they come.
pub(in crate::image::codec) struct Film<'g> {
    guests: Option<&'g dyn Guests>,
    size: Size,
    quality: u8,
    guest_bytes: u64,
    answer: Answer,
    /// What is seen before the next frame, RGBA.
    shown: Vec<u8>,
    /// The part of a frame that is encoded.
    part: Vec<u8>,
    begun: bool,
    transparent: bool,
}

/// What it takes: RGBA of what is shown, and of the part that changes; and what encodes that.
pub(in crate::image::codec) fn bytes(plan: &Plan) -> u64 {
    let pixels = plan.canvas.pixels();
    let encoder = if plan.by_guest {
        guest::memory_bytes(plan) + 2 * pixels
    } else {
        super::encoder_bytes(plan)
    };
    8 * pixels + encoder
}

/// Flags of a VP8X chunk.
const ALPHA: u8 = 0x10;
const ANIMATED: u8 = 0x02;

/// Where those flags are in the file.
const FLAGS_AT: usize = 20;

impl<'g> Film<'g> {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(in crate::image::codec) fn new(
        plan: &Plan,
        animation: &Animation,
        guests: &'g dyn Guests,
    ) -> Result<Film<'g>, Error> {
        let bytes = 4 * plan.canvas.pixels();
        let mut answer = Answer::new(animation)?;
        let side = |length: u32| (length - 1).to_le_bytes();
        let ([wl, wm, wh, _], [hl, hm, hh, _]) =
            (side(plan.canvas.width), side(plan.canvas.height));
        let plays = animation.plays.min(65_535) as u16;
        answer.write(b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0")?;
        answer.write(&[ANIMATED, 0, 0, 0, wl, wm, wh, hl, hm, hh])?;
        answer.write(b"ANIM\x06\0\0\0\0\0\0\0")?;
        answer.write(&plays.to_le_bytes())?;
        Ok(Film {
            guests: plan.by_guest.then_some(guests),
            size: plan.canvas,
            quality: guest::quality(Format::WebP, plan.quality),
            guest_bytes: guest::memory_bytes(plan),
            answer,
            shown: zeroes(bytes)?,
            part: reserved(bytes)?,
            begun: false,
            transparent: false,
        })
    }

    /// The part that changes, as a file that stands still.
    fn encode(&self, rect: Rect) -> Result<Vec<u8>, Error> {
        let Rect { width, height, .. } = rect;
        let Some(guests) = self.guests else {
            let mut file = Vec::new();
            WebPEncoder::new(&mut file)
                .encode(&self.part, width, height, ColorType::Rgba8)
                .map_err(|error| Error::Internal(error.to_string()))?;
            return Ok(file);
        };
        let encoding = Encoding {
            format: Format::WebP,
            size: Size { width, height },
            quality: self.quality,
            most_bytes: self.guest_bytes,
        };
        guests
            .encode(&encoding, &self.part)
            .map_err(|fault| guest::trouble(fault, Format::WebP))
    }
}

impl Encode for Film<'_> {
    fn frame(&mut self, rgba: &mut Vec<u8>, delay_ms: u32) -> Result<(), Error> {
        let changed = bounds(&self.shown, rgba, self.size, |before, after| {
            before != after
        });
        let screen = Rect {
            left: 0,
            top: 0,
            width: self.size.width,
            height: self.size.height,
        };
        let rect = match changed {
            _ if !self.begun => screen,
            rect if rect.is_empty() => Rect {
                width: 1,
                height: 1,
                ..screen
            },
            // Only even places can be written.
            Rect {
                left,
                top,
                width,
                height,
            } => Rect {
                left: left & !1,
                top: top & !1,
                width: width + (left & 1),
                height: height + (top & 1),
            },
        };
        self.begun = true;
        self.part.clear();
        for y in rect.top..rect.top + rect.height {
            let at = 4 * (y * self.size.width + rect.left) as usize;
            let row = at..at + 4 * rect.width as usize;
            self.part.extend_from_slice(&rgba[row.clone()]);
            self.shown[row.clone()].copy_from_slice(&rgba[row]);
        }
        self.transparent |= self
            .part
            .as_chunks::<4>()
            .0
            .iter()
            .any(|pixel| pixel[3] < 255);
        let file = self.encode(rect)?;
        let wanted = |kind: &[u8; 4]| matches!(kind, b"ALPH" | b"VP8 " | b"VP8L");
        let chunks = || Chunks::of(&file).filter(|chunk| wanted(&chunk.kind));
        let padded = |length: usize| length + length % 2;
        let bytes: usize = chunks().map(|chunk| 8 + padded(chunk.bytes.len())).sum();
        self.answer.write(b"ANMF")?;
        self.answer.write(&(16 + bytes as u32).to_le_bytes())?;
        let delay_ms = delay_ms.min(0xff_ffff);
        for number in [
            rect.left / 2,
            rect.top / 2,
            rect.width - 1,
            rect.height - 1,
            delay_ms,
        ] {
            self.answer.write(&number.to_le_bytes()[..3])?;
        }
        self.answer.write(&[0x02])?; // in place of what is there, which stays
        for chunk in chunks() {
            self.answer.write(&chunk.kind)?;
            self.answer
                .write(&(chunk.bytes.len() as u32).to_le_bytes())?;
            self.answer.write(chunk.bytes)?;
            if chunk.bytes.len() % 2 == 1 {
                self.answer.write(&[0])?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Error> {
        let flags = if self.transparent {
            ANIMATED | ALPHA
        } else {
            ANIMATED
        };
        self.answer.put(FLAGS_AT, &[flags]);
        let length = (self.answer.len() - 8) as u32;
        self.answer.put(4, &length.to_le_bytes());
        Ok(self.answer.into_file())
    }
}

//! Writer of animated WebPs (RFC 9649, section 2.7). Each frame has only the rectangle that
//! changes.

use crate::animation::answer::{Answer, Encode, bounds};
use crate::error::Error;
use crate::format::guest;
use crate::format::webp::code::{apart_bytes, encode_apart};
use crate::format::webp::header::Chunks;
use crate::format::webp::vp8l::Shape;
use crate::guest::{Encoding, Guests, webp_encode};
use crate::pixels::buffer::{reserved, zeroes};
use crate::pixels::layout::{Layout, Size};
use crate::pixels::window::Rect;
use crate::plan::Plan;
use crate::plan::frames::Animation;
use crate::spec::Format;

/// Writes frames as they come.
pub(crate) struct AnimationEncoder<'g> {
    guests: Option<&'g dyn Guests>,
    size: Size,
    quality: u8,
    /// Difference up to which two samples count as equal.
    far: u8,
    guest_bytes: u64,
    answer: Answer,
    /// The canvas before the next frame, RGBA.
    shown: Vec<u8>,
    /// Part of a frame that is encoded, RGBA.
    part: Vec<u8>,
    begun: bool,
    transparent: bool,
}

/// Upper bound on the encoder's memory: RGBA of the shown canvas and of the changing part, and the
/// encoder of that part.
pub(crate) fn bytes(plan: &Plan) -> u64 {
    let pixels = plan.canvas.pixels();
    let encoder = if plan.by_guest {
        guest_bytes(plan) + 2 * pixels
    } else {
        let shape = lossless(plan.canvas);
        apart_bytes(&shape) + shape.encoder_bytes()
    };
    8 * pixels + encoder
}

/// Returns the shape of a part that is written without loss.
fn lossless(size: Size) -> Shape {
    Shape {
        size,
        layout: Layout::Rgba,
        picture: size,
    }
}

/// Returns the guest's part of the memory. Frames may have alpha, even if the animation has none.
pub(crate) fn guest_bytes(plan: &Plan) -> u64 {
    webp_encode(true).bytes(plan.canvas.pixels())
}

/// Side of a block, in pixels. Lossy frames are kept or replaced by blocks, because they are coded
/// by blocks.
const BLOCK: usize = 8;

/// Blending is used where more than one in this many blocks is unchanged; with fewer, alpha costs
/// more bytes than it saves.
const LEAST_KEPT: usize = 10;

/// Returns the difference from the shown sample up to which a sample is left as it is: 4 at a
/// quality of 80.
fn far(quality: u8) -> u8 {
    let share = (f32::from(quality) / 100.0).sqrt();
    (31.0 * (1.0 - share) + share).round() as u8
}

fn is_near(shown: &[u8; 4], pixel: &[u8; 4], far: u8) -> bool {
    let near = |at: usize| shown[at].abs_diff(pixel[at]) <= far;
    shown[3] == pixel[3] && near(0) && near(1) && near(2)
}

fn are_near(shown: &[u8], pixels: &[u8], far: u8) -> bool {
    let mut pairs = shown
        .as_chunks::<4>()
        .0
        .iter()
        .zip(pixels.as_chunks::<4>().0);
    pairs.all(|(shown, pixel)| is_near(shown, pixel, far))
}

/// Flags of a VP8X chunk.
const ALPHA: u8 = 0x10;
const ANIMATED: u8 = 0x02;

/// Offset of the flags in the file.
const FLAGS_AT: usize = 20;

impl<'g> AnimationEncoder<'g> {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(
        plan: &Plan,
        animation: &Animation,
        guests: &'g dyn Guests,
    ) -> Result<AnimationEncoder<'g>, Error> {
        let bytes = 4 * plan.canvas.pixels();
        let mut answer = Answer::new(animation)?;
        let side = |length: u32| (length - 1).to_le_bytes();
        let ([wl, wm, wh, _], [hl, hm, hh, _]) =
            (side(plan.canvas.width), side(plan.canvas.height));
        let quality = plan.transform.quality_of(Format::WebP);
        let plays = animation.plays.min(65_535) as u16;
        answer.write(b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0")?;
        answer.write(&[ANIMATED, 0, 0, 0, wl, wm, wh, hl, hm, hh])?;
        answer.write(b"ANIM\x06\0\0\0\0\0\0\0")?;
        answer.write(&plays.to_le_bytes())?;
        Ok(AnimationEncoder {
            guests: plan.by_guest.then_some(guests),
            size: plan.canvas,
            quality,
            far: if plan.by_guest { far(quality) } else { 0 },
            guest_bytes: guest_bytes(plan),
            answer,
            shown: zeroes(bytes)?,
            part: reserved(bytes)?,
            begun: false,
            transparent: false,
        })
    }

    /// Returns the rectangle that changes.
    fn changed(&self, rgba: &[u8]) -> Rect {
        let screen = Rect {
            left: 0,
            top: 0,
            width: self.size.width,
            height: self.size.height,
        };
        if !self.begun {
            return screen;
        }
        let far = self.far;
        match bounds(&self.shown, rgba, self.size, |before, after| {
            !is_near(before, after, far)
        }) {
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
        }
    }

    /// Takes the part of a frame that is written. Returns whether the part is blended over the
    /// canvas. In a blended part unchanged blocks are transparent, which takes next to no bytes.
    fn cut(&mut self, rgba: &[u8], rect: Rect) -> bool {
        let (width, height) = (rect.width as usize, rect.height as usize);
        let row_bytes = 4 * self.size.width as usize;
        let start = rect.top as usize * row_bytes + 4 * rect.left as usize;
        self.part.clear();
        for y in 0..height {
            let at = start + y * row_bytes;
            self.part.extend_from_slice(&rgba[at..at + 4 * width]);
        }
        let block = if self.guests.is_some() { BLOCK } else { 1 };
        let (mut kept, mut blocks) = (0, 0);
        if self.may_blend(rgba, rect) {
            for y in (0..height).step_by(block) {
                for x in (0..width).step_by(block) {
                    blocks += 1;
                    let across = block.min(width - x);
                    let rows = || y..height.min(y + block);
                    let is_near = |y: usize| {
                        let at = start + y * row_bytes + 4 * x;
                        let row = at..at + 4 * across;
                        are_near(&self.shown[row.clone()], &rgba[row], self.far)
                    };
                    if !rows().all(is_near) {
                        continue;
                    }
                    kept += 1;
                    for row in rows() {
                        let row = 4 * (row * width + x)..;
                        let row = self.part[row].as_chunks_mut::<4>().0;
                        for pixel in &mut row[..across] {
                            // A lossy block keeps its colours under transparency, so that the lossy
                            // coder meets no edge. A lossless pixel needs no colour.
                            *pixel = match (block, *pixel) {
                                (1, _) => [0; 4],
                                (_, [r, g, b, _]) => [r, g, b, 0],
                            };
                        }
                    }
                }
            }
        }
        let blends = kept * LEAST_KEPT > blocks;
        for y in 0..height {
            let at = start + y * row_bytes;
            let part = self.part[4 * y * width..4 * (y + 1) * width]
                .as_chunks_mut::<4>()
                .0;
            let shown = self.shown[at..at + 4 * width].as_chunks_mut::<4>().0;
            let pixels = rgba[at..at + 4 * width].as_chunks::<4>().0;
            for ((part, shown), pixel) in part.iter_mut().zip(shown).zip(pixels) {
                if !blends {
                    *part = *pixel;
                }
                if !blends || part[3] != 0 {
                    *shown = *pixel;
                }
            }
        }
        blends
    }

    /// Whether the rectangle can be encoded with blending: a translucent pixel is reproduced
    /// exactly only over a fully transparent one.
    fn may_blend(&self, rgba: &[u8], rect: Rect) -> bool {
        let row_bytes = 4 * self.size.width as usize;
        self.begun
            && (rect.top..rect.top + rect.height).all(|y| {
                let at = y as usize * row_bytes + 4 * rect.left as usize;
                let row = at..at + 4 * rect.width as usize;
                let shown = self.shown[row.clone()].as_chunks::<4>().0;
                let mut pixels = shown.iter().zip(rgba[row].as_chunks::<4>().0);
                pixels.all(|(shown, pixel)| pixel[3] == 255 || shown[3] == 0)
            })
    }

    /// Encodes the part that changes as a still.
    fn encode(&self, rect: Rect) -> Result<Vec<u8>, Error> {
        let Rect { width, height, .. } = rect;
        let size = Size { width, height };
        let Some(guests) = self.guests else {
            return encode_apart(&lossless(size), &self.part);
        };
        let mut grain = guest::Grain::default();
        grain.row(&self.part);
        let encoding = Encoding {
            format: Format::WebP,
            size,
            quality: self.quality,
            raw_alpha: grain.is_noise(),
            most_bytes: self.guest_bytes,
        };
        guest::call(guests, &encoding, &self.part)
    }
}

impl Encode for AnimationEncoder<'_> {
    fn frame(&mut self, rgba: &mut Vec<u8>, delay_ms: u32) -> Result<(), Error> {
        let rect = self.changed(rgba);
        self.begun = true;
        let blends = self.cut(rgba, rect);
        let opaque = |pixel: &[u8; 4]| pixel[3] == 255;
        self.transparent |= !self.part.as_chunks::<4>().0.iter().all(opaque);
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
        // The frame is drawn over the canvas or replaces it, and is not disposed of.
        self.answer.write(&[if blends { 0 } else { 0x02 }])?;
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

    fn answer(&mut self) -> &mut Answer {
        &mut self.answer
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Error> {
        let flags = if self.transparent {
            ANIMATED | ALPHA
        } else {
            ANIMATED
        };
        let mut answer = std::mem::replace(&mut self.answer, Answer::none());
        drop(self); // as the plan says
        answer.put(FLAGS_AT, &[flags]);
        let length = (answer.len() - 8) as u32;
        answer.put(4, &length.to_le_bytes());
        answer.into_file()
    }
}

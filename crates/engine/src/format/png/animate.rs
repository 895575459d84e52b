//! Writer of animated PNGs (PNG, third edition, clause 11.3.6). Each frame has only the rectangle
//! that changes, and in that rectangle, where there is alpha, only the pixels that change.

use std::cell::RefCell;
use std::io::{Error as Refusal, Result as Io, Write};
use std::rc::Rc;

use letterbox_png::{checksum, checksum_of_parts};
use png::{BitDepth, ColorType};

use crate::animation::answer::{Answer, Encode, bounds};
use crate::error::Error;
use crate::format::png::coding::{BY_ROWS, DRAWING, PHOTO, RowCoding, internal};
use crate::format::png::encode::DEFLATE_BYTES;
use crate::format::png::palette::{Kind, Kinds};
use crate::pixels::buffer::{reserved, zeroes};
use crate::pixels::layout::Size;
use crate::pixels::window::Rect;
use crate::plan::Plan;
use crate::plan::frames::Animation;

/// Writes frames as they come.
pub(crate) struct AnimationEncoder {
    size: Size,
    alpha: bool,
    answer: Answer,
    /// The canvas before the next frame, RGBA.
    shown: Vec<u8>,
    /// Part of a frame that is encoded: RGB or RGBA.
    part: Vec<u8>,
    frames: u32,
    plays: u32,
    begun: bool,
    /// Whether the source has a palette, so that colours repeat.
    drawn: bool,
    /// Sequence number of the next chunk of the animation.
    sequence: u32,
}

/// Upper bound on the encoder's memory: the shown canvas, the changing part, and the filters and
/// compressor of that part.
pub(crate) fn bytes(plan: &Plan) -> u64 {
    let channels = plan.layout.channels() as u64;
    let rows = (4 * channels + 4) * u64::from(plan.canvas.width);
    (4 + channels) * plan.canvas.pixels() + rows + DEFLATE_BYTES + 4096
}

impl AnimationEncoder {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(plan: &Plan, animation: &Animation) -> Result<AnimationEncoder, Error> {
        let pixels = plan.canvas.pixels();
        Ok(AnimationEncoder {
            size: plan.canvas,
            alpha: plan.layout.alpha(),
            answer: Answer::new(animation)?,
            shown: zeroes(4 * pixels)?,
            part: reserved(plan.layout.channels() as u64 * pixels)?,
            frames: animation.count,
            plays: animation.plays,
            begun: false,
            drawn: plan.header.palette,
            sequence: 0,
        })
    }

    /// Writes the beginning of the file.
    fn begin(&mut self) -> Result<(), Error> {
        self.begun = true;
        let Size { width, height } = self.size;
        let colour_type = if self.alpha { 6 } else { 2 };
        let mut numbers = [0; 13];
        numbers[..4].copy_from_slice(&width.to_be_bytes());
        numbers[4..8].copy_from_slice(&height.to_be_bytes());
        numbers[8..10].copy_from_slice(&[8, colour_type]);
        self.answer.write(b"\x89PNG\r\n\x1a\n")?;
        chunk(&mut self.answer, b"IHDR", &numbers)?;
        let mut control = [0; 8];
        control[..4].copy_from_slice(&self.frames.to_be_bytes());
        control[4..].copy_from_slice(&self.plays.to_be_bytes());
        chunk(&mut self.answer, b"acTL", &control)
    }

    /// Writes the control chunk of a frame. The frame replaces the canvas or `blends` with it, and
    /// is not disposed of.
    fn control(&mut self, rect: Rect, delay_ms: u32, blends: bool) -> Result<(), Error> {
        // The delay is in thousandths of a second as long as the number fits, or in hundredths.
        let (number, parts) = match u16::try_from(delay_ms) {
            Ok(number) => (number, 1000_u16),
            Err(_) => ((delay_ms / 10).min(u16::MAX.into()) as u16, 100),
        };
        let mut control = [0; 26];
        for (at, number) in [self.sequence, rect.width, rect.height, rect.left, rect.top]
            .into_iter()
            .enumerate()
        {
            control[4 * at..4 * at + 4].copy_from_slice(&number.to_be_bytes());
        }
        control[20..22].copy_from_slice(&number.to_be_bytes());
        control[22..24].copy_from_slice(&parts.to_be_bytes());
        control[25] = u8::from(blends);
        self.sequence += 1;
        chunk(&mut self.answer, b"fcTL", &control)
    }

    /// Whether the rectangle can be encoded with blending: a translucent pixel that changes is
    /// reproduced exactly only over a fully transparent one.
    fn may_blend(&self, rgba: &[u8], rect: Rect) -> bool {
        self.alpha
            && self.begun
            && (rect.top..rect.top + rect.height).all(|y| {
                let row = self.row(rect, y);
                let shown = self.shown[row.clone()].as_chunks::<4>().0;
                let mut pairs = shown.iter().zip(rgba[row].as_chunks::<4>().0);
                pairs.all(|(shown, pixel)| shown == pixel || pixel[3] == 255 || shown[3] == 0)
            })
    }

    /// Returns the place of a rectangle's row in a frame.
    fn row(&self, rect: Rect, y: u32) -> std::ops::Range<usize> {
        let start = 4 * (y as usize * self.size.width as usize + rect.left as usize);
        start..start + 4 * rect.width as usize
    }

    /// Takes the part of a frame that changes. Where the frame `blends`, unchanged pixels are
    /// transparent. Returns the way to write the part.
    fn cut(&mut self, rgba: &mut [u8], rect: Rect, blends: bool) -> Result<RowCoding, Error> {
        let channels = if self.alpha { 4 } else { 3 };
        let mut kinds = Kinds::new(rect.width)?;
        self.part.clear();
        for y in rect.top..rect.top + rect.height {
            let row = self.row(rect, y);
            let pixels = rgba[row.clone()].as_chunks_mut::<4>().0;
            let shown = self.shown[row.clone()].as_chunks_mut::<4>().0;
            for (shown, pixel) in shown.iter_mut().zip(pixels) {
                if blends && shown == pixel {
                    *pixel = [0; 4];
                } else {
                    *shown = *pixel;
                }
                self.part.extend_from_slice(&pixel[..channels]);
            }
            kinds.push(&rgba[row]);
        }
        Ok(match kinds.kind() {
            Kind::Flat => DRAWING,
            Kind::Smooth => BY_ROWS,
            Kind::Photo if self.drawn => DRAWING,
            Kind::Photo => PHOTO,
        })
    }

    /// Writes the data of the part.
    fn data(&mut self, rect: Rect, own: bool, coding: RowCoding) -> Result<(), Error> {
        let output = Rc::new(RefCell::new(Output {
            answer: std::mem::replace(&mut self.answer, Answer::none()),
            sequence: (!own).then_some(self.sequence),
            refused: None,
        }));
        let sink = Sink {
            output: output.clone(),
            place: Place::Signature,
            passed: 0,
            header: [0; 8],
        };
        let written = self.encode(sink, rect, coding);
        let output = Rc::into_inner(output).ok_or(Error::Internal("two writers".to_owned()))?;
        let output = output.into_inner();
        self.answer = output.answer;
        self.sequence = output.sequence.unwrap_or(self.sequence);
        match output.refused {
            Some(error) => Err(error),
            None => written,
        }
    }

    fn encode(&self, sink: Sink, rect: Rect, coding: RowCoding) -> Result<(), Error> {
        let sink: Box<dyn Write> = Box::new(sink);
        let mut encoder = png::Encoder::new(sink, rect.width, rect.height);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_color(if self.alpha {
            ColorType::Rgba
        } else {
            ColorType::Rgb
        });
        encoder.set_deflate_compression(coding.compression);
        encoder.set_filter(coding.filter);
        let mut writer = encoder
            .write_header()
            .and_then(png::Writer::into_stream_writer)
            .map_err(internal)?;
        writer.write_all(&self.part).map_err(internal)?;
        writer.finish().map_err(internal)
    }
}

impl Encode for AnimationEncoder {
    fn frame(&mut self, rgba: &mut Vec<u8>, delay_ms: u32) -> Result<(), Error> {
        let own = !self.begun;
        let screen = Rect {
            left: 0,
            top: 0,
            width: self.size.width,
            height: self.size.height,
        };
        let rect = match bounds(&self.shown, rgba, self.size, |before, after| {
            before != after
        }) {
            _ if own => screen,
            rect if rect.is_empty() => Rect {
                width: 1,
                height: 1,
                ..screen
            },
            rect => rect,
        };
        let blends = self.may_blend(rgba, rect);
        if own {
            self.begin()?;
        }
        self.control(rect, delay_ms, blends)?;
        let coding = self.cut(rgba, rect, blends)?;
        self.data(rect, own, coding)
    }

    fn answer(&mut self) -> &mut Answer {
        &mut self.answer
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Error> {
        let mut answer = std::mem::replace(&mut self.answer, Answer::none());
        drop(self); // as the plan says
        chunk(&mut answer, b"IEND", &[])?;
        answer.into_file()
    }
}

fn chunk(answer: &mut Answer, kind: &[u8; 4], content: &[u8]) -> Result<(), Error> {
    answer.write(&(content.len() as u32).to_be_bytes())?;
    answer.write(kind)?;
    answer.write(content)?;
    answer.write(&checksum(kind, content).to_be_bytes())
}

/// Receiver of image data: chunks of the file's own picture, or sequenced chunks of frames.
struct Output {
    answer: Answer,
    sequence: Option<u32>,
    refused: Option<Error>,
}

impl Output {
    fn data(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Some(sequence) = &mut self.sequence else {
            return chunk(&mut self.answer, b"IDAT", bytes);
        };
        let number = sequence.to_be_bytes();
        *sequence += 1;
        self.answer.write(&(4 + bytes.len() as u32).to_be_bytes())?;
        self.answer.write(b"fdAT")?;
        self.answer.write(&number)?;
        self.answer.write(bytes)?;
        let checksum = checksum_of_parts(&[b"fdAT", &number, bytes]);
        self.answer.write(&checksum.to_be_bytes())
    }
}

/// Sink for a file that the library writes, of which only the image data is kept.
struct Sink {
    output: Rc<RefCell<Output>>,
    place: Place,
    /// Bytes of `place` that have come.
    passed: usize,
    header: [u8; 8],
}

#[derive(Clone, Copy)]
enum Place {
    Signature,
    /// Length and kind of a chunk.
    Start,
    Content(usize),
    Checksum,
}

impl Sink {
    fn take(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            let length = match self.place {
                Place::Signature | Place::Start => 8,
                Place::Content(length) => length,
                Place::Checksum => 4,
            };
            let (here, rest) = bytes.split_at(bytes.len().min(length - self.passed));
            bytes = rest;
            match self.place {
                Place::Start => {
                    self.header[self.passed..self.passed + here.len()].copy_from_slice(here);
                }
                Place::Content(_) if self.header.ends_with(b"IDAT") && !here.is_empty() => {
                    self.output.borrow_mut().data(here)?;
                }
                _ => {}
            }
            self.passed += here.len();
            if self.passed < length {
                continue;
            }
            self.passed = 0;
            self.place = match self.place {
                Place::Signature | Place::Checksum => Place::Start,
                Place::Start => {
                    let [a, b, c, d, ..] = self.header;
                    match u32::from_be_bytes([a, b, c, d]) {
                        0 => Place::Checksum,
                        length => Place::Content(length as usize),
                    }
                }
                Place::Content(_) => Place::Checksum,
            };
        }
        Ok(())
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> Io<usize> {
        if let Err(error) = self.take(bytes) {
            let refusal = Refusal::other(error.to_string());
            self.output.borrow_mut().refused = Some(error);
            return Err(refusal);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Io<()> {
        Ok(())
    }
}

//! Frames of an animated PNG (PNG, third edition, clause 11.3.6), one fcTL chunk after another.
//!
//! A file whose frames deviate from the standard shows the frames before the fault, or else its own
//! picture, as in browsers.

use crate::animation::coded::{CodedFrame, Picture, Place};
use crate::animation::compositor::Compositor;
use crate::animation::disposal::Disposal;
use crate::error::Error;
use crate::format::png::chunks::{Numbers, before_pixels, numbers};
use crate::format::png::decode;
use crate::format::png::header::{Chunk, Chunks};
use crate::format::png::part::Part;
use crate::pixels::buffer::zeroes;
use crate::pixels::layout::{Layout, Size};
use crate::pixels::widen::widen;
use crate::pixels::window::Rect;

/// Returns the number of frames that a file declares, and the number of plays, where 0 means
/// forever; `None` unless there are several frames.
fn control(file: &[u8]) -> Option<(u32, u32)> {
    let mut before = Chunks::of(file).take_while(|chunk| &chunk.kind != b"IDAT");
    let found = before.find(|chunk| &chunk.kind == b"acTL" && chunk.is_intact())?;
    let [frames, plays] = found.content.as_chunks::<4>().0 else {
        return None;
    };
    let [frames, plays] = [frames, plays].map(|bytes| u32::from_be_bytes(*bytes));
    (frames > 1).then_some((frames, plays))
}

/// Whether the file declares an animation.
pub(crate) fn is_animated(file: &[u8]) -> bool {
    control(file).is_some()
}

/// Returns the number of times that the animation is played; 0 means forever.
pub(crate) fn plays(file: &[u8]) -> u32 {
    control(file).map_or(1, |(_, plays)| plays)
}

impl Picture for Part<'_> {
    fn decode_bytes(&self, _: u32, _: u64) -> Result<u64, Error> {
        Ok(Part::decode_bytes(self))
    }

    fn draw(&self, place: &Place, screen: &mut Compositor) -> Result<bool, Error> {
        let mut rgba = zeroes(4 * u64::from(self.size.width))?;
        let mut y = place.rect.top;
        decode::draw(self, |row| {
            widen(row, self.layout, &mut rgba, Layout::Rgba);
            screen.draw_rgba((place.rect.left, y), &rgba, place.blends);
            y += 1;
        })?;
        Ok(true)
    }
}

const BREAKS_OFF: Error = Error::Corrupt("the PNG breaks off");

/// Iterator over the frames of a file.
pub(crate) struct CodedFrames<'a> {
    file: &'a [u8],
    chunks: Chunks<'a>,
    numbers: Option<Numbers>,
    canvas: Size,
    layout: Layout,
    /// Number of frames left, by the declared number.
    left: u32,
    /// Whether a frame has been found.
    begun: bool,
    /// Sequence number that the next chunk of the animation has to have.
    sequence: u32,
}

/// Content of a frame's control chunk.
struct Frame {
    rect: Rect,
    delay_ms: u32,
    disposal: Disposal,
    blends: bool,
}

impl<'a> CodedFrames<'a> {
    pub(crate) fn new(file: &'a [u8]) -> CodedFrames<'a> {
        let numbers = numbers(file);
        let side = |at: usize| {
            let bytes = numbers.as_ref()?.get(at..)?.first_chunk::<4>()?;
            Some(u32::from_be_bytes(*bytes))
        };
        let (grey, alpha) = match numbers.map(|numbers| numbers[9]) {
            Some(0) => (true, false),
            Some(4) => (true, true),
            Some(6) => (false, true),
            _ => (false, false),
        };
        let clear = || {
            let mut before = numbers
                .iter()
                .flat_map(|numbers| before_pixels(file, numbers));
            before.any(|chunk| &chunk.kind == b"tRNS")
        };
        CodedFrames {
            file,
            chunks: Chunks::of(file),
            numbers,
            canvas: Size {
                width: side(0).unwrap_or(0),
                height: side(4).unwrap_or(0),
            },
            layout: Layout::of(grey, alpha || clear()),
            left: control(file).map_or(0, |(frames, _)| frames),
            begun: false,
            sequence: 0,
        }
    }

    /// Returns the content of a control chunk, if that is intact and next in sequence.
    fn frame(&mut self, chunk: &Chunk<'_>) -> Option<Frame> {
        let content: &[u8; 26] = chunk.content.try_into().ok()?;
        let number = |at: usize| {
            let bytes = content.get(at..).and_then(|bytes| bytes.first_chunk::<4>());
            bytes.map_or(0, |bytes| u32::from_be_bytes(*bytes))
        };
        let short = |at: usize| u32::from(u16::from_be_bytes([content[at], content[at + 1]]));
        let rect = Rect {
            left: number(12),
            top: number(16),
            width: number(4),
            height: number(8),
        };
        let Size { width, height } = self.canvas;
        if !chunk.is_intact()
            || !self.is_next(number(0))
            || rect.is_empty()
            || rect.clipped(width, height) != rect
        {
            return None;
        }
        let parts = match short(22) {
            0 => 100,
            parts => parts,
        };
        Some(Frame {
            rect,
            delay_ms: (short(20) * 1000 + parts / 2) / parts,
            disposal: match content[24] {
                0 => Disposal::Keep,
                // There is no canvas to restore before the first frame.
                2 if self.begun => Disposal::Restore,
                _ => Disposal::Clear,
            },
            blends: content[25] == 1,
        })
    }

    fn is_next(&mut self, sequence: u32) -> bool {
        let is_next = sequence == self.sequence;
        self.sequence = self.sequence.wrapping_add(1);
        is_next
    }

    /// Passes over the chunks of a frame's data, from `first` on. Returns whether all are complete
    /// and in sequence.
    fn pass_over(&mut self, first: Chunk<'a>) -> bool {
        let mut chunk = first;
        loop {
            if chunk.checksum.is_none() {
                return false;
            }
            if &chunk.kind == b"fdAT" {
                let sequence = chunk
                    .content
                    .first_chunk()
                    .map(|bytes| u32::from_be_bytes(*bytes));
                if !sequence.is_some_and(|sequence| self.is_next(sequence)) {
                    return false;
                }
            }
            let mut ahead = self.chunks.clone();
            match ahead.next() {
                Some(next) if next.kind == chunk.kind => chunk = next,
                _ => return true,
            }
            self.chunks = ahead;
        }
    }

    fn shot(&self, frame: Frame, data: Chunks<'a>) -> Option<CodedFrame<'a>> {
        let mut numbers = self.numbers?;
        let Rect { width, height, .. } = frame.rect;
        numbers[..4].copy_from_slice(&width.to_be_bytes());
        numbers[4..8].copy_from_slice(&height.to_be_bytes());
        Some(CodedFrame {
            rect: frame.rect,
            delay_ms: frame.delay_ms,
            disposal: frame.disposal,
            blends: frame.blends,
            opaque: !self.layout.alpha(),
            picture: Box::new(Part {
                size: Size { width, height },
                layout: self.layout,
                file: self.file,
                numbers,
                data,
            }),
        })
    }

    /// Returns the file's own picture, if no frames were found.
    fn own(&mut self) -> Option<Result<CodedFrame<'a>, Error>> {
        self.left = 0;
        if std::mem::replace(&mut self.begun, true) {
            return None;
        }
        let mut data = Chunks::of(self.file);
        loop {
            let before = data.clone();
            match data.next() {
                Some(chunk) if &chunk.kind == b"IDAT" => {
                    let Size { width, height } = self.canvas;
                    let whole = Frame {
                        rect: Rect {
                            left: 0,
                            top: 0,
                            width,
                            height,
                        },
                        delay_ms: 0,
                        disposal: Disposal::Keep,
                        blends: false,
                    };
                    return self.shot(whole, before).map(Ok);
                }
                Some(_) => {}
                None => return Some(Err(BREAKS_OFF)),
            }
        }
    }
}

impl<'a> Iterator for CodedFrames<'a> {
    type Item = Result<CodedFrame<'a>, Error>;

    /// Returns the next frame.
    fn next(&mut self) -> Option<Self::Item> {
        let mut control = None;
        while self.left > 0 {
            let before = self.chunks.clone();
            let Some(chunk) = self.chunks.next() else {
                break;
            };
            match (&chunk.kind, control.take()) {
                (b"fcTL", None) => match self.frame(&chunk) {
                    Some(frame) => control = Some(frame),
                    None => break,
                },
                (b"fcTL" | b"IEND", _) => break,
                (b"IDAT" | b"fdAT", Some(frame)) => {
                    let own = &chunk.kind == b"IDAT";
                    let covers = (frame.rect.width, frame.rect.height)
                        == (self.canvas.width, self.canvas.height);
                    if !self.pass_over(chunk) || (own && !covers) {
                        break;
                    }
                    self.left -= 1;
                    self.begun = true;
                    return self.shot(frame, before).map(Ok);
                }
                // The file's own picture is for viewers that know no animations.
                (b"IDAT", None) => {}
                (b"fdAT", None) => break,
                (_, before) => control = before,
            }
        }
        self.own()
    }
}

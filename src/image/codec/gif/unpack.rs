//! GIF's variant of LZW (GIF 89a, appendix F), to pixels on a canvas.

use crate::image::Error;
use crate::image::animation::screen::Screen;
use crate::image::animation::{Lzw, Rect};
use crate::image::frame::zeroes;

/// Codes have at most twelve bits.
const MOST_CODES: usize = 1 << 12;

/// A string of indices: one that came before it, and its last index.
#[derive(Clone, Copy, Default)]
struct Text {
    before: u16,
    length: u16,
    first: u8,
    last: u8,
}

/// A decoder, whose tables serve one image after the other.
pub(in crate::image::codec) struct Unpacker {
    texts: Vec<Text>,
}

/// What it takes, beside a row of the widest image.
pub(in crate::image) const UNPACKER_BYTES: u64 =
    (MOST_CODES * (size_of::<Text>() + 1)) as u64 + 1024;

const DAMAGED: Error = Error::Corrupt("the GIF is damaged or breaks off");

impl Unpacker {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(in crate::image::codec) fn new() -> Result<Unpacker, Error> {
        let mut texts = Vec::new();
        texts
            .try_reserve_exact(MOST_CODES)
            .map_err(|_| Error::OutOfMemory)?;
        texts.resize(MOST_CODES, Text::default());
        Ok(Unpacker { texts })
    }

    /// Draws an image.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for codes that mean nothing, and where pixels are missing; [`Error::OutOfMemory`].
    pub(in crate::image::codec) fn draw(
        &mut self,
        lzw: &Lzw<'_>,
        rect: Rect,
        screen: &mut Screen,
    ) -> Result<(), Error> {
        if rect.is_empty() {
            return Ok(());
        }
        let colours = colours(lzw);
        let (&least, blocks) = lzw.data.split_first().ok_or(DAMAGED)?;
        if !(1..=11).contains(&least) {
            return Err(DAMAGED);
        }
        let clear = 1usize << least;
        for (index, text) in self.texts[..clear].iter_mut().enumerate() {
            let index = index as u8; // more bits are not used by any image, though there are files with them
            *text = Text {
                before: 0,
                length: 1,
                first: index,
                last: index,
            };
        }
        let texts = &mut self.texts[..];
        let mut bits = Bits::new(blocks);
        let (mut size, mut next) = (u32::from(least) + 1, clear + 2);
        let mut last: Option<usize> = None;
        // Whole rows are drawn, and what is left of the next one stays in front; the longest string fits behind that.
        let width = rect.width as usize;
        let mut indices = zeroes((width + MOST_CODES) as u64)?;
        let mut filled = 0;
        let mut lines = lines(rect.height, lzw.interlaced);
        let mut line = lines.next();
        while let Some(y) = line {
            let code = bits.code(size).ok_or(DAMAGED)?;
            if code == clear {
                (size, next, last) = (u32::from(least) + 1, clear + 2, None);
                continue;
            }
            if code > next || code == clear + 1 || (last.is_none() && code > clear) {
                return Err(DAMAGED);
            }
            if let Some(before) = last
                && next < MOST_CODES
            {
                // A code may stand for what it is about to mean: the string before it and that one's first index.
                let ends_with = if code == next { before } else { code };
                let Text { length, first, .. } = texts[before];
                texts[next] = Text {
                    before: before as u16,
                    length: length + 1,
                    first,
                    last: texts[ends_with].first,
                };
                next += 1;
                if next == 1 << size && size < 12 {
                    size += 1;
                }
            }
            last = Some(code);
            let length = usize::from(texts[code].length);
            let mut text = code;
            for index in indices[filled..filled + length].iter_mut().rev() {
                *index = texts[text].last;
                text = usize::from(texts[text].before);
            }
            filled += length;
            if filled < width {
                continue;
            }
            let mut drawn = 0;
            let mut at = Some(y);
            while let Some(y) = at
                && filled - drawn >= width
            {
                let row = &indices[drawn..drawn + width];
                screen.draw_indices((rect.left, rect.top + y), row, &colours);
                drawn += width;
                at = lines.next();
            }
            line = at;
            indices.copy_within(drawn..filled, 0);
            filled -= drawn;
        }
        Ok(())
    }
}

/// RGBA of every index; nothing of the transparent one.
fn colours(lzw: &Lzw<'_>) -> [[u8; 4]; 256] {
    let mut colours = [[0, 0, 0, 255]; 256];
    for (colour, &[r, g, b]) in colours.iter_mut().zip(lzw.palette.as_chunks::<3>().0) {
        *colour = [r, g, b, 255];
    }
    if let Some(index) = lzw.transparent {
        colours[usize::from(index)] = [0; 4];
    }
    colours
}

/// Rows in the order in which they are coded (GIF 89a, appendix E).
fn lines(height: u32, interlaced: bool) -> impl Iterator<Item = u32> {
    let passes: &[(u32, usize)] = if interlaced {
        &[(0, 8), (4, 8), (2, 4), (1, 2)]
    } else {
        &[(0, 1)]
    };
    passes
        .iter()
        .flat_map(move |&(first, step)| (first..height).step_by(step))
}

/// Bits out of blocks, the lowest first.
struct Bits<'a> {
    blocks: &'a [u8],
    block: &'a [u8],
    bits: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    fn new(blocks: &'a [u8]) -> Bits<'a> {
        Bits {
            blocks,
            block: &[],
            bits: 0,
            count: 0,
        }
    }

    fn code(&mut self, size: u32) -> Option<usize> {
        while self.count < size {
            self.fill()?;
        }
        let code = self.bits & ((1 << size) - 1);
        self.bits >>= size;
        self.count -= size;
        Some(code as usize)
    }

    fn fill(&mut self) -> Option<()> {
        if let Some((bytes, rest)) = self.block.split_first_chunk::<4>() {
            self.bits |= u64::from(u32::from_le_bytes(*bytes)) << self.count;
            self.count += 32;
            self.block = rest;
        } else if let Some((&byte, rest)) = self.block.split_first() {
            self.bits |= u64::from(byte) << self.count;
            self.count += 8;
            self.block = rest;
        } else {
            let (&length, rest) = self.blocks.split_first()?;
            let length = usize::from(length);
            if length == 0 || rest.len() < length {
                return None;
            }
            (self.block, self.blocks) = rest.split_at(length);
        }
        Some(())
    }
}

//! Decoder of GIF's variant of LZW (GIF 89a, appendix F), to pixels on a canvas.

use crate::animation::compositor::Compositor;
use crate::error::Error;
use crate::format::gif::lzw::Lzw;
use crate::pixels::buffer::{filled, zeroes};
use crate::pixels::window::Rect;

/// Number of codes, which have at most twelve bits.
const MOST_CODES: usize = 1 << 12;

/// A string of indices: an earlier string, and one more index.
#[derive(Clone, Copy, Default)]
struct Text {
    before: u16,
    length: u16,
    first: u8,
    last: u8,
}

/// A decoder, whose tables are used for one image after another.
pub(crate) struct Unpacker {
    texts: Vec<Text>,
}

/// Memory of a decoder, excluding a row of the widest image.
pub(crate) const UNPACKER_BYTES: u64 = (MOST_CODES * (size_of::<Text>() + 1)) as u64 + 1024;

const DAMAGED: Error = Error::Corrupt("the GIF is damaged or breaks off");

impl Unpacker {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new() -> Result<Unpacker, Error> {
        let texts = filled(MOST_CODES, Text::default())?;
        Ok(Unpacker { texts })
    }

    /// Draws an image. Returns whether the image conforms to the standard: whether its data ends
    /// behind its last pixel. Missing pixels are left as they are on the canvas, as in browsers.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for undefined codes; [`Error::OutOfMemory`].
    pub(crate) fn draw(
        &mut self,
        lzw: &Lzw<'_>,
        rect: Rect,
        screen: &mut Compositor,
    ) -> Result<bool, Error> {
        if rect.is_empty() {
            return Ok(false);
        }
        let colours = colours(lzw);
        let mut codes = Codes::new(lzw.data)?;
        for (index, text) in self.texts[..codes.clear].iter_mut().enumerate() {
            let index = index as u8; // more bits are not used by any image, though there are files with them
            *text = Text {
                before: 0,
                length: 1,
                first: index,
                last: index,
            };
        }
        let texts = &mut self.texts[..];
        // Whole rows are drawn. The rest of the next row moves to the front, and the longest string
        // fits behind that.
        let width = rect.width as usize;
        let mut indices = zeroes((width + MOST_CODES) as u64)?;
        let mut filled = 0;
        let mut lines = lines(rect.height, lzw.interlaced);
        let mut line = lines.next();
        while let Some(y) = line {
            let Some(Code {
                code,
                before,
                place,
            }) = codes.next()?
            else {
                let at = (rect.left, rect.top + y);
                screen.draw_indices(at, &indices[..filled], &colours);
                return Ok(false);
            };
            if let (Some(place), Some(before)) = (place, before) {
                // LZW's KwKwK case: the code that this very step defines. Its string is the
                // previous one and that one's first index.
                let ends_with = if code == place { before } else { code };
                let Text { length, first, .. } = texts[before];
                texts[place] = Text {
                    before: before as u16,
                    length: length + 1,
                    first,
                    last: texts[ends_with].first,
                };
            }
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
        Ok(filled == 0 && codes.have_ended())
    }
}

/// Whether an image's data has at least so many pixels. Where the file breaks off, only the number
/// of pixels tells whether the image is complete.
pub(crate) fn has_pixels(data: &[u8], pixels: u64) -> bool {
    let Ok(mut codes) = Codes::new(data) else {
        return false;
    };
    let mut lengths = [1u16; MOST_CODES];
    let mut count = 0;
    while count < pixels {
        let Ok(Some(next)) = codes.next() else {
            return false;
        };
        if let (Some(place), Some(before)) = (next.place, next.before) {
            lengths[place] = lengths[before] + 1;
        }
        count += u64::from(lengths[next.code]);
    }
    true
}

/// A code that stands for indices.
struct Code {
    code: usize,
    /// The previous code, and the code that the string of both gets, where there is one.
    before: Option<usize>,
    place: Option<usize>,
}

/// Reader of the codes of an image's data.
struct Codes<'a> {
    bits: Bits<'a>,
    clear: usize,
    size: u32,
    next: usize,
    last: Option<usize>,
}

impl<'a> Codes<'a> {
    fn new(data: &'a [u8]) -> Result<Codes<'a>, Error> {
        let (&least, blocks) = data.split_first().ok_or(DAMAGED)?;
        if !(1..=11).contains(&least) {
            return Err(DAMAGED);
        }
        let clear = 1 << least;
        Ok(Codes {
            bits: Bits::new(blocks),
            clear,
            size: u32::from(least) + 1,
            next: clear + 2,
            last: None,
        })
    }

    /// Returns the next code that stands for indices; `None` where the data ends.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for an undefined code.
    #[inline]
    fn next(&mut self) -> Result<Option<Code>, Error> {
        loop {
            let Some(code) = self.bits.code(self.size) else {
                return Ok(None);
            };
            if code == self.clear {
                self.size = self.clear.trailing_zeros() + 1;
                (self.next, self.last) = (self.clear + 2, None);
                continue;
            }
            if code == self.clear + 1 {
                return Ok(None);
            }
            if code > self.next || (self.last.is_none() && code > self.clear) {
                return Err(DAMAGED);
            }
            let before = self.last.replace(code);
            let mut place = None;
            if before.is_some() && self.next < MOST_CODES {
                place = Some(self.next);
                self.next += 1;
                if self.next == 1 << self.size && self.size < 12 {
                    self.size += 1;
                }
            }
            return Ok(Some(Code {
                code,
                before,
                place,
            }));
        }
    }

    /// Whether the next code is the end of information, after any clear codes.
    fn have_ended(mut self) -> bool {
        loop {
            match self.bits.code(self.size) {
                Some(code) if code == self.clear => {
                    self.size = self.clear.trailing_zeros() + 1;
                }
                code => return code == Some(self.clear + 1),
            }
        }
    }
}

/// Returns the RGBA of every index; zeroes for the transparent one.
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

/// Returns the rows in the order in which they are coded (GIF 89a, appendix E).
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

/// Reader of bits in blocks, the lowest first.
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
            if length == 0 {
                return None;
            }
            (self.block, self.blocks) = rest.split_at(rest.len().min(length.into()));
        }
        Some(())
    }
}

//! Compressed bitmaps: RLE4 and RLE8 of Windows, and RLE24 of OS/2. Rows come from the bottom up.
//! Their starts are looked up once, so that rows can be drawn in any order.

use crate::error::Error;
use crate::format::bmp::words::{BROKEN_OFF, Palette};
use crate::pixels::buffer::filled;
use crate::pixels::layout::Size;

/// A compressed picture.
pub(crate) struct Runs<'a> {
    data: &'a [u8],
    bits: u32,
    width: usize,
    /// For each row from the bottom, as far as the data goes: the offset of its first command, and
    /// the column at which that begins.
    starts: Vec<Option<(u32, u32)>>,
}

/// A pixel of a run.
pub(crate) enum Colour {
    Index(u8),
    Rgb([u8; 3]),
}

impl Colour {
    pub(crate) fn of(&self, palette: &Palette) -> [u8; 3] {
        match *self {
            Colour::Index(index) => palette[usize::from(index)],
            Colour::Rgb(rgb) => rgb,
        }
    }
}

/// A command, and its pixels or distance.
#[derive(Clone, Copy)]
enum Command<'a> {
    /// This many pixels, repeated from one byte, or from three bytes for 24 bits.
    Repeat(usize, &'a [u8]),
    /// This many pixels, which follow.
    Copy(usize, &'a [u8]),
    EndOfRow,
    EndOfBitmap,
    /// Columns to the right, and rows up.
    Move(usize, usize),
}

impl<'a> Runs<'a> {
    /// Returns the memory of the list of rows.
    pub(crate) fn bytes(height: u32) -> u64 {
        u64::from(height) * size_of::<Option<(u32, u32)>>() as u64
    }

    /// Finds the starts of the rows.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the data ends before the picture, [`Error::OutOfMemory`].
    pub(crate) fn new(data: &'a [u8], bits: u32, size: Size) -> Result<Runs<'a>, Error> {
        let (width, height) = (size.width as usize, size.height as usize);
        let mut runs = Runs {
            data,
            bits,
            width,
            starts: filled(height, None)?,
        };
        let (mut at, mut x, mut y) = (0, 0, 0);
        runs.begin(y, at, x);
        while y < height {
            let Some((command, next)) = runs.command(at) else {
                // The last row is complete, and only its end is missing.
                if y + 1 == height && x >= width {
                    break;
                }
                return Err(BROKEN_OFF);
            };
            at = next;
            match command {
                Command::Repeat(count, _) | Command::Copy(count, _) => x += count,
                Command::EndOfRow => (x, y) = (0, y + 1),
                Command::EndOfBitmap => break,
                Command::Move(right, down) => (x, y) = (x + right, y + down),
            }
            let starts_a_row = match command {
                Command::EndOfRow => true,
                Command::Move(_, down) => down > 0,
                _ => false,
            };
            if starts_a_row {
                runs.begin(y, at, x);
            }
        }
        Ok(runs)
    }

    fn begin(&mut self, y: usize, at: usize, x: usize) {
        // A column that does not fit the number is far behind the last one.
        let start = (at as u32, u32::try_from(x).unwrap_or(u32::MAX));
        if let Some(row) = self.starts.get_mut(y) {
            *row = Some(start);
        }
    }

    /// Returns the command at an offset, and the offset of the next one; `None` where the command
    /// is incomplete.
    fn command(&self, at: usize) -> Option<(Command<'a>, usize)> {
        let rest = self.data.get(at..)?;
        let &[first, second] = rest.first_chunk()?;
        let bytes = |pixels: usize| (pixels * self.bits as usize).div_ceil(8);
        let (first, count) = (usize::from(first), usize::from(second));
        Some(match (first, count) {
            (0, 0) => (Command::EndOfRow, at + 2),
            (0, 1) => (Command::EndOfBitmap, at + 2),
            (0, 2) => {
                let &[_, _, right, down] = rest.first_chunk()?;
                (Command::Move(right.into(), down.into()), at + 4)
            }
            (0, count) => {
                let bytes = bytes(count);
                let pixels = rest.get(2..2 + bytes)?;
                (
                    Command::Copy(count, pixels),
                    at + 2 + bytes.next_multiple_of(2),
                )
            }
            (count, _) => {
                let bytes = if self.bits == 24 { 3 } else { 1 };
                (
                    Command::Repeat(count, rest.get(1..1 + bytes)?),
                    at + 1 + bytes,
                )
            }
        })
    }

    /// Draws a row, counted from the bottom, as far as its data goes. Pixels beyond the end of the
    /// row are ignored.
    pub(crate) fn row(&self, y: usize, mut pixel: impl FnMut(usize, Colour)) {
        let Some(&Some((at, x))) = self.starts.get(y) else {
            return;
        };
        let (mut at, mut x) = (at as usize, x as usize);
        while x < self.width
            && let Some((command, next)) = self.command(at)
        {
            at = next;
            let (count, pixels, repeats) = match command {
                Command::Repeat(count, pixels) => (count, pixels, true),
                Command::Copy(count, pixels) => (count, pixels, false),
                Command::Move(right, 0) => {
                    x += right;
                    continue;
                }
                Command::Move(..) | Command::EndOfRow | Command::EndOfBitmap => return,
            };
            for place in 0..count.min(self.width - x) {
                pixel(x + place, self.colour(pixels, place, repeats));
            }
            x += count;
        }
    }

    /// Returns the pixel at a place of a run. With four bits, two pixels alternate.
    fn colour(&self, pixels: &[u8], place: usize, repeats: bool) -> Colour {
        let byte = |at: usize| pixels.get(at).copied().unwrap_or(0);
        match self.bits {
            24 => {
                let at = if repeats { 0 } else { 3 * place };
                Colour::Rgb([byte(at + 2), byte(at + 1), byte(at)])
            }
            4 => {
                let both = byte(if repeats { 0 } else { place / 2 });
                Colour::Index(if place.is_multiple_of(2) {
                    both >> 4
                } else {
                    both & 15
                })
            }
            _ => Colour::Index(byte(if repeats { 0 } else { place })),
        }
    }
}

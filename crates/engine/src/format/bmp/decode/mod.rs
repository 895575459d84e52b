//! Windows and OS/2 bitmaps: rows from a complete file, which usually stores them from the bottom
//! up.

pub(crate) mod masks;
#[cfg(test)]
mod tests;

use crate::error::Error;
use crate::format::bmp::decode::masks::Masks;
use crate::format::bmp::header::{Bitmap, Pixels};
use crate::format::bmp::runs::Runs;
use crate::format::bmp::words::{BROKEN_OFF, Palette};
use crate::pixels::buffer::zeroes;
use crate::pixels::rows::RowSink;
use crate::plan::Plan;

pub(crate) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn RowSink) -> Result<(), Error> {
    let bitmap = Bitmap::of_file(file).map_err(|_| CONTRADICTION)?;
    let alpha = if is_seen(&bitmap, file) {
        Alpha::Own
    } else {
        Alpha::Opaque
    };
    draw(&bitmap, file, alpha, plan, rows)
}

/// Decodes the bitmap of an icon. Where no pixel has an alpha above 0, a mask of single bits behind
/// the pixels tells transparency.
pub(crate) fn decode_icon(image: &[u8], plan: &Plan, rows: &mut dyn RowSink) -> Result<(), Error> {
    let bitmap = Bitmap::of_icon(image).map_err(|_| CONTRADICTION)?;
    let alpha = if is_seen(&bitmap, image) {
        Alpha::Own
    } else {
        mask(&bitmap, image)?
    };
    draw(&bitmap, image, alpha, plan, rows)
}

const CONTRADICTION: Error = Error::Corrupt("the image's headers contradict each other");
/// Upper bound on the memory of decoding: a row, and the starts of each row's runs.
pub(crate) fn decoder_bytes(plan: &Plan, runs: bool) -> u64 {
    let row = u64::from(plan.decoded.width) * plan.header.layout.channels() as u64;
    let starts = if runs {
        Runs::bytes(plan.decoded.height)
    } else {
        0
    };
    row + starts
}

/// Source of a pixel's opacity.
#[derive(Clone, Copy)]
enum Alpha<'a> {
    Opaque,
    /// The pixel's own alpha.
    Own,
    /// A bit that is set where the pixel is transparent.
    Mask(Stored<'a>),
}

/// Stored rows, each padded to a multiple of four bytes.
#[derive(Clone, Copy)]
struct Stored<'a> {
    bytes: &'a [u8],
    /// Bytes of a row, without and with padding.
    row_bytes: (usize, usize),
    height: usize,
    top_down: bool,
}

impl<'a> Stored<'a> {
    /// Returns the rows that begin with `bytes`; `None` where rows are missing. The last row needs
    /// no padding.
    fn new(bytes: &'a [u8], bitmap: &Bitmap, bits: u32) -> Option<Stored<'a>> {
        let row_bits = u64::from(bitmap.size.width) * u64::from(bits);
        let (row_bytes, filled) = (row_bits.div_ceil(8), row_bits.div_ceil(32) * 4);
        let height = u64::from(bitmap.size.height);
        let all = filled
            .checked_mul(height.checked_sub(1)?)?
            .checked_add(row_bytes)?;
        Some(Stored {
            bytes: bytes.get(..usize::try_from(all).ok()?)?,
            row_bytes: (row_bytes as usize, filled as usize),
            height: height as usize,
            top_down: bitmap.top_down,
        })
    }

    /// Returns row `y` from the top.
    fn row(&self, y: usize) -> &'a [u8] {
        let stored = if self.top_down {
            y
        } else {
            self.height - 1 - y
        };
        let (row_bytes, filled) = self.row_bytes;
        let row = self
            .bytes
            .get(stored * filled..)
            .and_then(|rest| rest.get(..row_bytes));
        row.unwrap_or_default() // all of them are there
    }
}

/// Whether any pixel has an alpha above 0. Many programs leave alpha at 0, whatever the header
/// declares, and mean an opaque picture.
fn is_seen(bitmap: &Bitmap, bytes: &[u8]) -> bool {
    let Pixels::Direct(bits, [.., alpha]) = bitmap.pixels else {
        return false;
    };
    let stored = bytes
        .get(bitmap.data..)
        .and_then(|data| Stored::new(data, bitmap, bits));
    alpha != 0
        && stored.is_some_and(|stored| {
            (0..stored.height)
                .any(|y| masks::numbers(stored.row(y), bits).any(|pixel| pixel & alpha != 0))
        })
}

/// Returns the mask of an icon. Some programs leave out the mask.
fn mask<'a>(bitmap: &Bitmap, image: &'a [u8]) -> Result<Alpha<'a>, Error> {
    let pixels = Stored::new(
        image.get(bitmap.data..).unwrap_or_default(),
        bitmap,
        bitmap.pixels.bits(),
    );
    let Stored {
        height, row_bytes, ..
    } = pixels.ok_or(BROKEN_OFF)?;
    let behind = row_bytes
        .1
        .checked_mul(height)
        .and_then(|bytes| bytes.checked_add(bitmap.data));
    match behind.and_then(|behind| image.get(behind..)) {
        None | Some([]) => Ok(Alpha::Opaque),
        Some(mask) => Ok(Alpha::Mask(Stored::new(mask, bitmap, 1).ok_or(BROKEN_OFF)?)),
    }
}

/// Hands out the rows from the top.
fn draw(
    bitmap: &Bitmap,
    bytes: &[u8],
    alpha: Alpha<'_>,
    plan: &Plan,
    rows: &mut dyn RowSink,
) -> Result<(), Error> {
    let layout = plan.header.layout;
    if bitmap.size != plan.decoded || layout.grey() {
        return Err(CONTRADICTION);
    }
    let (width, height) = (bitmap.size.width as usize, bitmap.size.height as usize);
    let channels = layout.channels();
    let palette = palette(bitmap, bytes);
    let data = bytes.get(bitmap.data..).ok_or(BROKEN_OFF)?;
    let reader = match bitmap.pixels {
        Pixels::Runs(bits) => Reader::Runs(Runs::new(data, bits, bitmap.size)?),
        Pixels::Indexed(bits) | Pixels::Direct(bits, _) => {
            Reader::Stored(Stored::new(data, bitmap, bits).ok_or(BROKEN_OFF)?)
        }
    };
    let mut masks = match bitmap.pixels {
        Pixels::Direct(bits, masks) => Some(Masks::new(bits, masks)),
        _ => None,
    };
    if !matches!(alpha, Alpha::Own) {
        masks = masks.map(Masks::opaque);
    }
    let mut row = zeroes((width * channels) as u64)?;
    for y in 0..height {
        match (&reader, &masks) {
            (Reader::Stored(stored), Some(masks)) => masks.row(stored.row(y), &mut row, channels),
            (Reader::Stored(stored), None) => {
                let indices = indices(stored.row(y), bitmap.pixels.bits());
                for (pixel, index) in row.chunks_exact_mut(channels).zip(indices) {
                    paint(pixel, palette[usize::from(index)]);
                }
            }
            (Reader::Runs(runs), _) => {
                // Pixels that no run covers are black.
                row.chunks_exact_mut(channels)
                    .for_each(|pixel| paint(pixel, [0; 3]));
                // Runs come from the bottom up.
                runs.row(height - 1 - y, |x, colour| {
                    if let Some(pixel) = row.get_mut(x * channels..(x + 1) * channels) {
                        paint(pixel, colour.of(&palette));
                    }
                });
            }
        }
        if let Alpha::Mask(mask) = alpha {
            let bits = indices(mask.row(y), 1);
            for (pixel, bit) in row.chunks_exact_mut(channels).zip(bits) {
                if let (Some(alpha), 1) = (pixel.get_mut(3), bit) {
                    *alpha = 0;
                }
            }
        }
        rows.row(0, &row)?;
    }
    Ok(())
}

/// Source of rows.
enum Reader<'a> {
    Stored(Stored<'a>),
    Runs(Runs<'a>),
}

fn palette(bitmap: &Bitmap, bytes: &[u8]) -> Palette {
    let (start, count, entry) = bitmap.palette;
    let mut palette = [[0; 3]; 256];
    let entries = bytes.get(start..).unwrap_or_default().chunks_exact(entry);
    for (to, from) in palette.iter_mut().zip(entries.take(count)) {
        if let [blue, green, red, ..] = *from {
            *to = [red, green, blue];
        }
    }
    palette
}

fn paint(pixel: &mut [u8], colour: [u8; 3]) {
    pixel[..3].copy_from_slice(&colour);
    pixel[3..].fill(255);
}

/// Returns numbers of 1, 2, 4 or 8 bits, the first in the upper bits of the first byte.
fn indices(bytes: &[u8], bits: u32) -> impl Iterator<Item = u8> {
    let mask = (u16::MAX >> (16 - bits)) as u8;
    bytes.iter().flat_map(move |&byte| {
        let shifts = (0..8 / bits).rev();
        shifts.map(move |at| byte >> (at * bits) & mask)
    })
}

//! Expansion of rows from the file's format to 8 bits a sample.

use crate::error::Error;
use crate::header::{Colour, Header};

/// Conversion that is applied to every row.
pub(crate) enum Expansion {
    /// No conversion.
    None,
    /// Keeps the upper byte of every 16-bit sample.
    UpperBytes,
    /// Makes pixels of this colour transparent and all others opaque; `bytes` is the size of a
    /// sample.
    Key { colour: Vec<u8>, bytes: usize },
    /// Looks up each number of `depth` bits in a table of pixels, of which the first `channels`
    /// bytes count.
    Table {
        pixels: Box<[[u8; 4]; 256]>,
        channels: usize,
        depth: u8,
    },
}

impl Expansion {
    /// Chooses the conversion for a file with these chunks.
    pub(crate) fn new(
        header: &Header,
        palette: Option<&[u8]>,
        transparency: Option<&[u8]>,
    ) -> Result<Expansion, Error> {
        Ok(match (header.colour, header.depth, transparency) {
            (Colour::Indexed, depth, _) => {
                let palette = palette.ok_or(Error::Corrupt("the PNG has no palette"))?;
                Expansion::Table {
                    pixels: coloured(palette, transparency.unwrap_or_default()),
                    channels: if transparency.is_some() { 4 } else { 3 },
                    depth,
                }
            }
            (Colour::Grey, depth @ 1..8, _) => Expansion::Table {
                pixels: grey(depth, transparency),
                channels: if transparency.is_some() { 2 } else { 1 },
                depth,
            },
            (_, depth, Some(content)) => Expansion::Key {
                // A colour in `tRNS` has two bytes a sample, of which files of 8 bits use the
                // second.
                colour: if depth == 16 {
                    content.to_vec()
                } else {
                    content.iter().skip(1).step_by(2).copied().collect()
                },
                bytes: usize::from(depth / 8),
            },
            (_, 16, None) => Expansion::UpperBytes,
            (_, _, None) => Expansion::None,
        })
    }

    /// Returns the bytes of a pixel in the output.
    pub(crate) fn channels(&self, header: &Header) -> usize {
        match self {
            Expansion::None | Expansion::UpperBytes => header.colour.samples(),
            Expansion::Key { .. } => header.colour.samples() + 1,
            Expansion::Table { channels, .. } => *channels,
        }
    }

    /// Converts one row. `target` has the length of a row of the output, and is left unchanged if
    /// there is no conversion.
    pub(crate) fn run(&self, row: &[u8], target: &mut [u8]) {
        match self {
            Expansion::None => {}
            Expansion::UpperBytes => {
                for (target, sample) in target.iter_mut().zip(row.as_chunks::<2>().0) {
                    *target = sample[0];
                }
            }
            Expansion::Key { colour, bytes } => key(row, target, colour, *bytes),
            Expansion::Table {
                pixels,
                channels,
                depth,
            } => match channels {
                1 => look_up::<1>(row, target, pixels, *depth),
                2 => look_up::<2>(row, target, pixels, *depth),
                3 => look_up::<3>(row, target, pixels, *depth),
                _ => look_up::<4>(row, target, pixels, *depth),
            },
        }
    }
}

fn key(row: &[u8], target: &mut [u8], colour: &[u8], bytes: usize) {
    let samples = colour.len() / bytes;
    let pixels = row.chunks_exact(colour.len());
    for (target, pixel) in target.chunks_exact_mut(samples + 1).zip(pixels) {
        // The whole sample is compared, not only the byte of it that is kept.
        target[samples] = if pixel == colour { 0 } else { 255 };
        for (target, sample) in target.iter_mut().zip(pixel.iter().step_by(bytes)) {
            *target = *sample;
        }
    }
}

fn look_up<const CHANNELS: usize>(
    row: &[u8],
    target: &mut [u8],
    pixels: &[[u8; 4]; 256],
    depth: u8,
) {
    let pixel = |number: u8| &pixels[usize::from(number)][..CHANNELS];
    if depth == 8 {
        for (target, &number) in target.chunks_exact_mut(CHANNELS).zip(row) {
            target.copy_from_slice(pixel(number));
        }
        return;
    }
    let mask = (1 << depth) - 1;
    for (targets, &numbers) in target
        .chunks_mut(CHANNELS * usize::from(8 / depth))
        .zip(row)
    {
        // The leftmost pixel is in the uppermost bits.
        let mut shift = 8;
        for target in targets.chunks_exact_mut(CHANNELS) {
            shift -= depth;
            target.copy_from_slice(pixel(numbers >> shift & mask));
        }
    }
}

/// Builds the table of an indexed file; indices beyond the palette are black. A list of alphas that
/// is longer than the palette is ignored.
fn coloured(palette: &[u8], alphas: &[u8]) -> Box<[[u8; 4]; 256]> {
    let mut pixels = Box::new([[0, 0, 0, 255]; 256]);
    let (colours, _) = palette.as_chunks::<3>();
    for (pixel, colour) in pixels.iter_mut().zip(colours) {
        pixel[..3].copy_from_slice(colour);
    }
    if alphas.len() <= colours.len() {
        for (pixel, &alpha) in pixels.iter_mut().zip(alphas) {
            pixel[3] = alpha;
        }
    }
    pixels
}

/// Builds the table of grey levels of fewer than 8 bits, scaled to the full range, with alpha.
fn grey(depth: u8, transparency: Option<&[u8]>) -> Box<[[u8; 4]; 256]> {
    let mut pixels = Box::new([[0, 255, 0, 0]; 256]);
    let levels = 1usize << depth;
    for (level, pixel) in pixels.iter_mut().enumerate().take(levels) {
        pixel[0] = (level * 255 / (levels - 1)) as u8;
        // The level in `tRNS` has two bytes, of which only the low bits of the second are used.
        if transparency.and_then(|content| content.get(1)) == Some(&(level as u8)) {
            pixel[1] = 0;
        }
    }
    pixels
}

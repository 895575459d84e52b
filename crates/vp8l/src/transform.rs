//! Inverse transforms, applied row by row after an image has been decoded (RFC 9649, section 4).

use crate::bits::Bits;
use crate::buffer::filled;
use crate::error::Error;
use crate::image::Image;
use crate::predict::{self, BLACK, add};

/// One of the four transforms.
pub(crate) enum Transform {
    Predict(Predict),
    Colour(Tiles),
    SubtractGreen,
    Palette(Palette),
}

/// Image of parameters, a pixel for each tile.
pub(crate) struct Tiles {
    /// Width of the rows that are transformed.
    width: usize,
    /// Binary logarithm of a tile's side.
    bits: u32,
    pixels: Vec<u32>,
}

pub(crate) struct Predict {
    tiles: Tiles,
    /// Previous row in its final form, followed by the first pixel of the current row.
    above: Vec<u32>,
}

pub(crate) struct Palette {
    width: usize,
    /// Binary logarithm of the number of pixels that share one coded pixel.
    packed: u32,
    /// Colours: as many as an index may address, or 256.
    colours: Vec<u32>,
}

/// Returns the number of tiles along a side.
pub(crate) fn tiles(side: usize, bits: u32) -> usize {
    side.div_ceil(1 << bits)
}

/// Returns the binary logarithm of how many pixels share one coded pixel with so many colours.
pub(crate) fn packing(colours: usize) -> u32 {
    match colours {
        ..=2 => 3,
        3..=4 => 2,
        5..=16 => 1,
        _ => 0,
    }
}

impl Tiles {
    /// Reads the binary logarithm of the tiles' side.
    pub(crate) fn side(bits: &mut Bits<'_>) -> u32 {
        bits.take(3) + 2
    }

    fn read(bits: &mut Bits<'_>, width: usize, height: usize) -> Result<Tiles, Error> {
        let side = Tiles::side(bits);
        Ok(Tiles {
            width,
            bits: side,
            pixels: Image::whole(bits, tiles(width, side), tiles(height, side))?,
        })
    }

    /// Returns the parameters of a row, and the number of pixels that each applies to.
    fn row(&self, y: usize) -> (&[u32], usize) {
        let across = tiles(self.width, self.bits);
        let first = (y >> self.bits) * across;
        let row = self.pixels.get(first..first + across);
        (row.unwrap_or_default(), 1 << self.bits)
    }
}

impl Transform {
    /// Reads the data of a transform. Returns the width of the image before the transform is
    /// undone.
    pub(crate) fn read(
        kind: u32,
        bits: &mut Bits<'_>,
        width: usize,
        height: usize,
    ) -> Result<(Transform, usize), Error> {
        let transform = match kind {
            0 => Transform::Predict(Predict {
                tiles: Tiles::read(bits, width, height)?,
                above: filled(width + 1, 0)?,
            }),
            1 => Transform::Colour(Tiles::read(bits, width, height)?),
            2 => Transform::SubtractGreen,
            _ => {
                let palette = Palette::read(bits, width)?;
                let packed = tiles(width, palette.packed);
                return Ok((Transform::Palette(palette), packed));
            }
        };
        Ok((transform, width))
    }

    /// Undoes the transform in a row, which may become longer.
    pub(crate) fn undo(&mut self, line: &mut [u32], y: usize) {
        match self {
            Transform::Predict(predict) => predict.undo(line, y),
            Transform::Colour(tiles) => {
                let (row, side) = tiles.row(y);
                let pixels = &mut line[..tiles.width];
                for (pixels, tile) in pixels.chunks_mut(side).zip(row) {
                    undo_colour(pixels, *tile);
                }
            }
            Transform::SubtractGreen => line.iter_mut().for_each(|pixel| {
                let green = *pixel >> 8 & 0xff;
                *pixel = add(*pixel, green << 16 | green);
            }),
            Transform::Palette(palette) => palette.undo(line),
        }
    }
}

/// Undoes the colour transform (section 4.2).
fn undo_colour(pixels: &mut [u32], tile: u32) {
    let [green_to_red, green_to_blue, red_to_blue, _] =
        tile.to_le_bytes().map(|factor| factor as i8);
    let share =
        |factor: i8, sample: u32| ((i32::from(factor) * i32::from(sample as u8 as i8)) >> 5) as u32;
    for pixel in pixels {
        let argb = *pixel;
        let green = argb >> 8;
        let red = (argb >> 16).wrapping_add(share(green_to_red, green)) & 0xff;
        let blue = argb
            .wrapping_add(share(green_to_blue, green))
            .wrapping_add(share(red_to_blue, red))
            & 0xff;
        *pixel = argb & 0xff00_ff00 | red << 16 | blue;
    }
}

impl Predict {
    fn undo(&mut self, line: &mut [u32], y: usize) {
        let width = self.tiles.width;
        let line = &mut line[..width];
        if y == 0 {
            let mut left = BLACK;
            for pixel in line.iter_mut() {
                left = add(*pixel, left);
                *pixel = left;
            }
        } else {
            line[0] = add(line[0], self.above[0]);
            // The pixel above on the right of the last one is the next pixel in memory: the first
            // of this row.
            self.above[width] = line[0];
            let (row, side) = self.tiles.row(y);
            let mut first = 1;
            for (tile, end) in row.iter().zip((side..).step_by(side)) {
                let end = end.min(width);
                predict::restore(
                    tile >> 8 & 15,
                    &mut line[first - 1..end],
                    &self.above[first - 1..=end],
                );
                first = end;
            }
        }
        self.above[..width].copy_from_slice(line);
    }
}

impl Palette {
    /// Reads a palette (section 4.4), whose colours are coded as differences from the one before.
    fn read(bits: &mut Bits<'_>, width: usize) -> Result<Palette, Error> {
        let count = bits.take(8) as usize + 1;
        let differences = Image::whole(bits, count, 1)?;
        let packed = packing(count);
        let mut colours = filled(1 << (8 >> packed), 0)?;
        let mut last = 0;
        for (colour, difference) in colours.iter_mut().zip(differences) {
            last = add(last, difference);
            *colour = last;
        }
        Ok(Palette {
            width,
            packed,
            colours,
        })
    }

    fn undo(&self, line: &mut [u32]) {
        let (each, bits) = ((1 << self.packed) - 1, 8 >> self.packed);
        // Runs backwards, because the packed pixels lie at the front of the same buffer.
        for at in (0..self.width).rev() {
            let indices = line[at >> self.packed] >> 8 & 0xff;
            let index = indices >> ((at & each) * bits) & ((1 << bits) - 1);
            line[at] = self.colours.get(index as usize).copied().unwrap_or(0);
        }
    }
}

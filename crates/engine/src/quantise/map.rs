//! Mapping of pixels to the nearest entries of a palette.

use std::array::from_fn;

use crate::error::Error;
use crate::pixels::buffer::filled;
use crate::quantise::cell::corner;
use crate::quantise::nearest::{Nearest, distance};
use crate::quantise::palette::{Colour, Palette, hash, pixels, premultiplied};

/// Cache of the entries nearest to a cell of colours. Each cell has only one possible place.
struct Known(Vec<Place>);

#[derive(Clone, Copy, Default)]
struct Place {
    corner: Colour,
    /// Entries that are nearest to the middle of the cell.
    near: [u8; 2],
    filled: u16,
}

const PLACES: usize = 1 << 15;

const EXACT_PLACES: usize = 1 << 11;

/// Number of low bits of a sample that do not change its cell.
const BITS: u32 = 2;

const HALF: u8 = 1 << (BITS - 1);

impl Known {
    /// Returns a cache of `count` places, a power of two.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn new(count: usize) -> Result<Known, Error> {
        Ok(Known(filled(count, Place::default())?))
    }

    fn near(&mut self, corner: Colour, find: impl FnOnce() -> [u8; 2]) -> [u8; 2] {
        let last = self.0.len() - 1;
        let place = &mut self.0[hash(corner) as usize & last];
        if place.filled == 0 || place.corner != corner {
            *place = Place {
                corner,
                near: find(),
                filled: 1,
            };
        }
        place.near
    }
}

/// Second pass: rows to indices.
pub(crate) struct Mapper {
    palette: Palette,
    nearest: Nearest,
    known: Known,
    dither: Option<Dither>,
}

impl Mapper {
    /// Returns a mapper for rows of this many pixels. An exact palette needs no dithering.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(palette: Palette, width: u32, dither: bool) -> Result<Mapper, Error> {
        Ok(Mapper {
            nearest: Nearest::new(&palette),
            known: Known::new(if palette.exact { EXACT_PLACES } else { PLACES })?,
            dither: if dither && !palette.exact {
                Some(Dither::new(width)?)
            } else {
                None
            },
            palette,
        })
    }

    /// Returns the bytes that a mapper allocates beside the palette.
    pub(crate) fn bytes(width: u32, dither: bool) -> u64 {
        let errors = if dither { Dither::bytes(width) } else { 0 };
        Nearest::BYTES + (PLACES * size_of::<Place>()) as u64 + errors
    }

    /// Returns the bytes that a mapper of an exact palette allocates.
    pub(crate) const fn exact_bytes() -> u64 {
        Nearest::BYTES + (EXACT_PLACES * size_of::<Place>()) as u64
    }

    /// Returns the palette of the indices.
    pub(crate) fn palette(&self) -> &Palette {
        &self.palette
    }

    /// Maps the next row, from the top, to indices: as many as both slices have.
    pub(crate) fn map(&mut self, row: &[u8], indices: &mut [u8]) {
        if self.palette.colours.is_empty() {
            return indices.fill(0);
        }
        if let Some(mut dither) = self.dither.take() {
            dither.map(self, row, indices);
            self.dither = Some(dither);
            return;
        }
        for (colour, index) in pixels(row).zip(indices) {
            *index = if self.palette.exact {
                self.exact(colour)
            } else {
                self.nearest(premultiplied(colour))
            };
        }
    }

    fn exact(&mut self, colour: Colour) -> u8 {
        let colours = &self.palette.colours;
        let [index, _] = self.known.near(colour, || {
            let index = colours.iter().position(|known| *known == colour);
            [index.unwrap_or(0) as u8; 2]
        });
        index
    }

    fn nearest(&mut self, colour: [u8; 4]) -> u8 {
        let [first, second] = self.near(colour);
        let away = |index: u8| {
            distance(
                &self.nearest.entries[usize::from(index)],
                colour.map(i16::from),
            )
        };
        if away(second) < away(first) {
            second
        } else {
            first
        }
    }

    /// Returns the two entries that are nearest to the middle of a premultiplied colour's cell.
    fn near(&mut self, colour: [u8; 4]) -> [u8; 2] {
        let nearest = &self.nearest;
        let corner = corner(colour, BITS);
        self.known.near(corner, || {
            let middle = [
                corner[0] | HALF,
                corner[1] | HALF,
                corner[2] | HALF,
                corner[3],
            ];
            nearest.find(middle, corner[3] == 255)
        })
    }
}

/// Diffusion of half of the error (R. Floyd, L. Steinberg, 1976), every other row from right to
/// left. Gradients lose their steps, for 0.1 to 0.3 dB. Diffusion of the whole error costs 5 dB.
struct Dither {
    /// Errors in 32nds, for this row and the next one, with a column on either side.
    errors: [Vec<[i16; 4]>; 2],
    from_right: bool,
}

impl Dither {
    fn new(width: u32) -> Result<Dither, Error> {
        let row = || filled(width as usize + 2, [0; 4]);
        Ok(Dither {
            errors: [row()?, row()?],
            from_right: false,
        })
    }

    fn bytes(width: u32) -> u64 {
        2 * (u64::from(width) + 2) * size_of::<[i16; 4]>() as u64
    }

    fn map(&mut self, mapper: &mut Mapper, row: &[u8], indices: &mut [u8]) {
        let [errors, next] = &mut self.errors;
        let (pixels, _) = row.as_chunks::<4>();
        let columns = pixels.len().min(indices.len()).min(errors.len() - 2);
        let (mut ahead, mut under, mut last) = ([0; 4], [0; 4], [0; 4]);
        for step in 0..columns {
            let x = if self.from_right {
                columns - 1 - step
            } else {
                step
            };
            // Columns of errors begin one before those of pixels.
            let behind = if self.from_right { x + 2 } else { x };
            let wanted = wanted(pixels[x], errors[x + 1], ahead);
            let index = mapper.nearest(wanted);
            indices[x] = index;
            let got = &mapper.nearest.entries[usize::from(index)];
            let left: [i16; 4] = from_fn(|at| i16::from(wanted[at]) - got[at]);
            ahead = left.map(|left| 7 * left);
            next[behind] = from_fn(|at| under[at] + 3 * left[at]);
            under = from_fn(|at| last[at] + 5 * left[at]);
            last = left;
        }
        let end = if self.from_right { 1 } else { columns };
        next[end] = under;
        self.errors.swap(0, 1);
        self.from_right = !self.from_right;
    }
}

/// Returns a premultiplied colour plus the errors diffused from other pixels.
fn wanted(pixel: Colour, above: [i16; 4], before: [i16; 4]) -> [u8; 4] {
    let samples = premultiplied(pixel);
    let mut wanted = from_fn(|at| {
        let sample = i16::from(samples[at]) + ((above[at] + before[at] + 16) >> 5);
        sample.clamp(0, 255) as u8
    });
    match pixel[3] {
        0 => wanted = [0; 4],
        255 => wanted[3] = 255,
        _ => wanted[3] = wanted[3].clamp(1, 254),
    }
    wanted
}

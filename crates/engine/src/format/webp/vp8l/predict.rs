//! Transforms before coding (RFC 9649, 4.1 and 4.3): green is subtracted from red and blue, and
//! from each sample its prediction, by the predictor of its tile.

use crate::error::Error;
use crate::pixels::buffer::{filled, reserved, zeroes};
use crate::pixels::layout::{Layout, Size};

/// Binary logarithm of a tile's side in pixels.
pub(crate) const TILE_BITS: u32 = 5;
const SIDE: usize = 1 << TILE_BITS;
/// A row of a tile.
type Line = [u8; 4 * SIDE];

/// Predictors that are tried, by their numbers in the format. Of equal ones the first is taken.
const TRIED: [u8; 5] = [SELECT, GRADIENT, MEAN, LEFT, TOP];
const LEFT: u8 = 1;
const TOP: u8 = 2;
const MEAN: u8 = 7;
const SELECT: u8 = 11;
const GRADIENT: u8 = 12;

/// One row in this many is examined to choose a predictor.
const STEP: usize = 8;

/// Returns the number of tiles that cover this many pixels.
pub(crate) fn tiles(length: u32) -> u32 {
    length.div_ceil(1 << TILE_BITS)
}

/// A row and the one above it, as pixels of red, green, blue and alpha.
pub(crate) struct Lines {
    layout: Layout,
    width: usize,
    /// The row in whole tiles, preceded by one pixel.
    row: Vec<u8>,
    above: Vec<u8>,
    /// Samples less their predictions.
    differences: Vec<u8>,
    /// Number of rows taken.
    y: usize,
}

impl Lines {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(size: Size, layout: Layout) -> Result<Lines, Error> {
        let line = || zeroes(Lines::bytes(size) / 3);
        Ok(Lines {
            layout,
            width: size.width as usize,
            row: line()?,
            above: line()?,
            differences: line()?,
            y: 0,
        })
    }

    /// Returns the bytes that [`Lines::new`] allocates.
    pub(crate) fn bytes(size: Size) -> u64 {
        3 * 4 * (u64::from(tiles(size.width)) * SIDE as u64 + 1)
    }

    /// Restarts at the first row.
    pub(crate) fn restart(&mut self) {
        self.y = 0;
    }

    fn take(&mut self, row: &[u8]) {
        std::mem::swap(&mut self.row, &mut self.above);
        let to = self.row[4..].as_chunks_mut().0.iter_mut();
        let opaque = |r: u8, g: u8, b: u8| u32::from_le_bytes([r, g, b, 255]);
        match self.layout {
            Layout::Grey => to.zip(row).for_each(|(to, g)| *to = [0, *g, 0, 255]),
            Layout::GreyAlpha => {
                let pixels = to.zip(row.as_chunks().0);
                pixels.for_each(|(to, [g, a])| *to = [0, *g, 0, *a]);
            }
            Layout::Rgb => {
                let pixels = to.zip(row.as_chunks().0);
                pixels.for_each(|(to, [r, g, b])| *to = less_green(opaque(*r, *g, *b)));
            }
            Layout::Rgba => {
                let pixels = to.zip(row.as_chunks().0);
                pixels.for_each(|(to, pixel)| *to = less_green(u32::from_le_bytes(*pixel)));
            }
        }
        self.y += 1;
    }

    /// Takes the next row, and computes its differences.
    pub(crate) fn predict(&mut self, row: &[u8], tiles: &Tiles) {
        self.take(row);
        let first = self.y == 1;
        for (tile, &mode) in tiles.row(self.y - 1).iter().enumerate() {
            // The first row has left neighbours only.
            self.subtract(if first { LEFT } else { mode }, tile);
        }
        // And the first column has top ones; the first pixel's is black.
        let top = if first {
            &[0, 0, 0, 255]
        } else {
            &self.above[4..8]
        };
        for (at, top) in top.iter().enumerate() {
            self.differences[at] = self.row[4 + at].wrapping_sub(*top);
        }
    }

    /// Returns the differences of the row, pixel by pixel.
    pub(crate) fn differences(&self) -> &[[u8; 4]] {
        let pixels = self.differences.as_chunks().0;
        pixels.get(..self.width).unwrap_or_default()
    }

    /// Subtracts the predictions from a tile's row.
    #[inline(always)]
    fn subtract(&mut self, mode: u8, tile: usize) {
        let at = tile * SIDE * 4;
        let to = self
            .differences
            .get_mut(at..)
            .and_then(|to| to.first_chunk_mut());
        let (Some(to), Some(near)) = (to, Near::new(&self.row, &self.above, at)) else {
            return;
        };
        if near.here == near.top && near.left == near.top_left && mode != LEFT && mode != MEAN {
            // Every predictor but LEFT and MEAN predicts exactly a repetition of the row above.
            *to = [0; 4 * SIDE];
            return;
        }
        match mode {
            LEFT => near.less(to, |near, x| near.left[x]),
            TOP => near.less(to, |near, x| near.top[x]),
            MEAN => near.less(to, |near, x| near.left[x].midpoint(near.top[x])),
            SELECT => {
                let is_left = near.select();
                near.less(to, |near, x| {
                    (near.left[x] & is_left[x]) | (near.top[x] & !is_left[x])
                });
            }
            _ => near.less(to, Near::gradient),
        }
    }
}

/// Subtracts a pixel's green from its red and blue.
#[inline(always)]
fn less_green(pixel: u32) -> [u8; 4] {
    let green = pixel >> 8 & 0xff;
    // The bit above each sample absorbs the borrow.
    let others = ((pixel & 0x00ff_00ff) | 0x0100_0100) - (green << 16 | green);
    ((pixel & 0xff00_ff00) | (others & 0x00ff_00ff)).to_le_bytes()
}

/// A tile's row, and its neighbours.
struct Near<'a> {
    here: &'a Line,
    left: &'a Line,
    top: &'a Line,
    top_left: &'a Line,
}

impl<'a> Near<'a> {
    #[inline(always)]
    fn new(row: &'a [u8], above: &'a [u8], at: usize) -> Option<Near<'a>> {
        Some(Near {
            here: row.get(at + 4..)?.first_chunk()?,
            left: row.get(at..)?.first_chunk()?,
            top: above.get(at + 4..)?.first_chunk()?,
            top_left: above.get(at..)?.first_chunk()?,
        })
    }

    #[inline(always)]
    fn less(&self, to: &mut Line, prediction: impl Fn(&Self, usize) -> u8) {
        for (x, to) in to.iter_mut().enumerate() {
            *to = self.here[x].wrapping_sub(prediction(self, x));
        }
    }

    /// Predicts left plus top minus top left, clamped to a sample's range.
    #[inline(always)]
    fn gradient(&self, x: usize) -> u8 {
        let sum = i16::from(self.left[x]) + i16::from(self.top[x]) - i16::from(self.top_left[x]);
        sum.clamp(0, 255) as u8
    }

    /// Returns a mask of ones where the gradient is nearer to the pixel to the left than to the one
    /// above, and zeroes elsewhere.
    #[inline(always)]
    fn select(&self) -> Line {
        let (mut across, mut down) = ([0; 4 * SIDE], [0; 4 * SIDE]);
        for x in 0..4 * SIDE {
            across[x] = self.top[x].abs_diff(self.top_left[x]);
            down[x] = self.left[x].abs_diff(self.top_left[x]);
        }
        let mut masks = [0; 4 * SIDE];
        let sums = across.as_chunks().0.iter().zip(down.as_chunks().0);
        for (mask, (across, down)) in masks.as_chunks_mut().0.iter_mut().zip(sums) {
            let is_left = sum(*across) < sum(*down);
            *mask = if is_left { u32::MAX } else { 0 }.to_le_bytes();
        }
        masks
    }
}

/// Returns the sum of four bytes.
#[inline(always)]
fn sum(bytes: [u8; 4]) -> u32 {
    let word = u32::from_le_bytes(bytes);
    let pairs = (word & 0x00ff_00ff) + (word >> 8 & 0x00ff_00ff);
    (pairs & 0xffff) + (pairs >> 16)
}

/// Returns the approximate cost of a difference in the file. A large one costs hardly more than a
/// middling one.
#[inline(always)]
fn cost(difference: u8) -> u16 {
    let size = difference.min(difference.wrapping_neg());
    u16::from(size.min(16) + 2 * size.min(2))
}

/// Predictor of each tile.
pub(crate) struct Tiles {
    across: usize,
    pub(crate) modes: Vec<u8>,
    /// Costs of each predictor so far, for the tiles of the current row of tiles.
    left: Vec<[u32; TRIED.len()]>,
}

impl Tiles {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(size: Size) -> Result<Tiles, Error> {
        let across = tiles(size.width) as usize;
        Ok(Tiles {
            across,
            modes: reserved(u64::from(tiles(size.width)) * u64::from(tiles(size.height)))?,
            left: filled(across, [0; TRIED.len()])?,
        })
    }

    /// Returns the bytes that [`Tiles::new`] allocates.
    pub(crate) fn bytes(size: Size) -> u64 {
        let (across, down) = (u64::from(tiles(size.width)), u64::from(tiles(size.height)));
        across * (down + 4 * TRIED.len() as u64)
    }

    fn row(&self, y: usize) -> &[u8] {
        self.modes
            .chunks_exact(self.across)
            .nth(y >> TILE_BITS)
            .unwrap_or_default()
    }

    /// Examines a row of the picture, one in a few. After the last row of a tile, or of the
    /// picture, the predictors are chosen.
    pub(crate) fn look(&mut self, lines: &mut Lines, row: &[u8], last: bool) {
        let y = lines.y;
        match y % STEP {
            0 => lines.take(row),
            1 => {
                lines.take(row);
                for (tile, left) in self.left.iter_mut().enumerate() {
                    let pixels = tile * SIDE..lines.width.min((tile + 1) * SIDE);
                    for (mode, left) in TRIED.iter().zip(left) {
                        lines.subtract(*mode, tile);
                        let differences = lines.differences()[pixels.clone()].as_flattened();
                        let sizes = differences.iter().map(|&d| cost(d));
                        *left += u32::from(sizes.sum::<u16>());
                    }
                }
            }
            _ => lines.y += 1,
        }
        if last || (y + 1).is_multiple_of(SIDE) {
            for left in &mut self.left {
                let best = TRIED.iter().zip(*left).min_by_key(|(_, left)| *left);
                self.modes.push(best.map_or(TRIED[0], |(mode, _)| *mode));
                *left = [0; TRIED.len()];
            }
        }
    }
}

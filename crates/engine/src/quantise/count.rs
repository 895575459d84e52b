//! Counting of pixels in the cells of a grid that is as fine as their colours allow. At first each
//! colour has a cell of its own.

use crate::error::Error;
use crate::pixels::buffer::filled;
use crate::quantise::cell::{Cell, corner};
use crate::quantise::cut;
use crate::quantise::palette::{Colour, FEWEST, MOST, Palette, hash, pixels, premultiplied};

/// First pass: the histogram of colours.
pub(crate) struct Histogram {
    most: usize,
    /// Mean squared error of a pixel at which no more colours are added.
    enough: f64,
    /// Cells, of which the first `used` are in use.
    cells: Vec<Cell>,
    used: usize,
    /// Hash table from a cell's corner to its index in the list, plus one.
    places: Vec<u16>,
    /// Number of low bits of a sample that do not change its cell. With 0, colours are straight;
    /// otherwise they are premultiplied.
    bits: u32,
}

/// Maximum number of cells, with which a photo's cells are 2 to 4 levels wide. Without all eight
/// bits, three cells are left.
const MOST_CELLS: usize = 1 << 14;

impl Histogram {
    /// Returns a histogram for a palette of at most `most` colours, within [`FEWEST`] and [`MOST`].
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(most: usize) -> Result<Histogram, Error> {
        Histogram::with_cells(most.clamp(FEWEST, MOST), MOST_CELLS)
    }

    /// Returns a histogram for exactly the colours of an image, as long as they are at most
    /// [`MOST`].
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn exact() -> Result<Histogram, Error> {
        Histogram::with_cells(MOST, MOST)
    }

    /// Limits the palette to `most` colours, and to those that a mean squared error of `enough`
    /// needs.
    pub(crate) fn until(self, enough: f64, most: usize) -> Histogram {
        Histogram {
            enough,
            most,
            ..self
        }
    }

    fn with_cells(most: usize, count: usize) -> Result<Histogram, Error> {
        Ok(Histogram {
            most,
            enough: 0.0,
            cells: filled(count, Cell::default())?,
            used: 0,
            places: filled(2 * count, 0)?,
            bits: 0,
        })
    }

    /// Returns the bytes that a histogram allocates, with the palette that is made of it.
    pub(crate) const fn bytes() -> u64 {
        Histogram::bytes_of(MOST_CELLS) + cut::BYTES
    }

    /// Returns the bytes that [`Histogram::exact`] allocates.
    pub(crate) const fn exact_bytes() -> u64 {
        Histogram::bytes_of(MOST)
    }

    const fn bytes_of(cells: usize) -> u64 {
        (cells * (size_of::<Cell>() + 2 * size_of::<u16>()) + MOST * size_of::<Colour>()) as u64
    }

    /// Whether the palette will have each colour pushed so far.
    pub(crate) fn is_exact(&self) -> bool {
        self.bits == 0 && self.used <= self.most
    }

    /// Takes the next row.
    pub(crate) fn push(&mut self, row: &[u8]) {
        for colour in pixels(row) {
            let samples = if self.bits > 0 {
                premultiplied(colour)
            } else {
                colour
            };
            self.add(&Cell {
                corner: samples,
                pixels: 1,
                beyond: [0; 4],
            });
        }
    }

    fn add(&mut self, cell: &Cell) {
        let at = self.find(corner(cell.corner, self.bits));
        match self.cells.get_mut(at) {
            Some(known) => known.join(cell),
            None => {
                self.coarsen();
                self.add(cell);
            }
        }
    }

    /// Returns the index of the cell with this corner, which is added if it is new. The index is
    /// beyond the list if that is full.
    fn find(&mut self, corner: Colour) -> usize {
        let last = self.places.len() - 1;
        let mut place = hash(corner) as usize & last;
        while let Some(at) = usize::from(self.places[place]).checked_sub(1) {
            if self.cells[at].corner == corner {
                return at;
            }
            place = (place + 1) & last;
        }
        let new = self.used;
        if let Some(cell) = self.cells.get_mut(new) {
            *cell = Cell {
                corner,
                ..Cell::default()
            };
            self.used += 1;
            self.places[place] = self.used as u16;
        }
        new
    }

    /// Merges two cells into one, along each axis.
    fn coarsen(&mut self) {
        let straight = self.bits == 0;
        self.bits += 1;
        self.places.fill(0);
        for at in 0..std::mem::take(&mut self.used) {
            let mut cell = self.cells[at];
            if straight {
                cell.corner = premultiplied(cell.corner);
            }
            self.add(&cell);
        }
    }

    /// Returns the palette, which is empty if no pixel has been pushed.
    pub(crate) fn into_palette(mut self) -> Palette {
        let is_exact = self.is_exact();
        self.cells.truncate(self.used);
        if is_exact {
            let mut colours = Vec::with_capacity(MOST);
            colours.extend(self.cells.iter().map(|cell| cell.corner));
            return Palette::new(colours, true);
        }
        drop(self.places);
        if self.bits == 0 {
            for cell in &mut self.cells {
                cell.corner = premultiplied(cell.corner);
            }
        }
        cut::palette(self.cells, self.most, self.enough)
    }
}

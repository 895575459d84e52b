//! Pixels to cells of a grid that is as fine as their colours allow: at first each colour has one of its own.

use crate::error::Error;
use crate::quantise::cell::{Cell, corner};
use crate::quantise::cut;
use crate::quantise::palette::{Colour, FEWEST, MOST, Palette, hash, pixels, premultiplied};

/// The first pass.
pub(crate) struct Histogram {
    most: usize,
    /// The squared error of a pixel, at the mean, at which there are enough of them.
    enough: f64,
    /// So many are in use.
    cells: Vec<Cell>,
    used: usize,
    /// By the hash of a cell's corner, where it is in the list, plus one.
    places: Vec<u16>,
    /// Bits of a sample that make no difference to the cell that it is in. Without any, colours are straight, else premultiplied.
    bits: u32,
}

/// Cells that there may be: a photo's are 2 to 4 levels wide then. With eight bits less there are three.
const MOST_CELLS: usize = 1 << 14;

impl Histogram {
    /// For a palette of at most so many colours, within [`FEWEST`] and [`MOST`].
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(most: usize) -> Result<Histogram, Error> {
        Histogram::with_cells(most.clamp(FEWEST, MOST), MOST_CELLS)
    }

    /// For exactly the colours of an image, as long as they are not more than [`MOST`].
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn exact() -> Result<Histogram, Error> {
        Histogram::with_cells(MOST, MOST)
    }

    /// For no more colours than it takes for a mean squared error of a pixel, and at most so many.
    pub(crate) fn until(self, enough: f64, most: usize) -> Histogram {
        Histogram {
            enough,
            most,
            ..self
        }
    }

    fn with_cells(most: usize, count: usize) -> Result<Histogram, Error> {
        let (mut cells, mut places) = (Vec::new(), Vec::new());
        cells
            .try_reserve_exact(count)
            .map_err(|_| Error::OutOfMemory)?;
        cells.resize(count, Cell::default());
        places
            .try_reserve_exact(2 * count)
            .map_err(|_| Error::OutOfMemory)?;
        places.resize(2 * count, 0);
        Ok(Histogram {
            most,
            enough: 0.0,
            cells,
            used: 0,
            places,
            bits: 0,
        })
    }

    /// What it allocates, with the palette that it becomes.
    pub(crate) const fn bytes() -> u64 {
        Histogram::bytes_of(MOST_CELLS) + cut::BYTES
    }

    /// The same for [`Histogram::exact`].
    pub(crate) const fn exact_bytes() -> u64 {
        Histogram::bytes_of(MOST)
    }

    const fn bytes_of(cells: usize) -> u64 {
        (cells * (size_of::<Cell>() + 2 * size_of::<u16>()) + MOST * size_of::<Colour>()) as u64
    }

    /// Whether the palette will have each colour that has come.
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

    /// Where the cell with this corner is in the list, or gets its place; beyond the end if there is no more room.
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

    /// Makes one of two cells, along each axis.
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

    /// The palette. It is empty if no pixel has come.
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

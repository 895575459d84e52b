//! Rows that a stage sees at once for one of its own: some above, and some below. Beyond the edges
//! of the picture the first row and the last one are repeated.

use crate::error::Error;
use crate::pixels::buffer::zeroes_of;

/// The rows around the one that is made, in samples of any type.
pub(crate) struct Band<T> {
    rows: Vec<T>,
    /// Samples of a row.
    samples: usize,
    above: usize,
    below: usize,
    /// Rows that have come, and that have been made.
    come: usize,
    made: usize,
    is_over: bool,
}

impl<T: Copy + Default> Band<T> {
    /// Rows of so many samples: `above` of them above the one that is made, and `below` below.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(above: usize, below: usize, samples: usize) -> Result<Band<T>, Error> {
        Ok(Band {
            rows: zeroes_of((above + 1 + below) * samples)?,
            samples,
            above,
            below,
            come: 0,
            made: 0,
            is_over: false,
        })
    }

    /// Bytes of the rows of a band.
    pub(crate) fn bytes(above: usize, below: usize, samples: u64) -> u64 {
        (above + 1 + below) as u64 * samples * size_of::<T>() as u64
    }

    /// Whether another row has to come before the next one can be made.
    pub(crate) fn wants_row(&self) -> bool {
        !self.is_over && self.come <= self.made + self.below
    }

    /// Returns the place of the row that comes, which holds samples of an old one.
    pub(crate) fn row_that_comes(&mut self) -> &mut [T] {
        let at = self.come % self.count() * self.samples;
        self.come += 1;
        &mut self.rows[at..][..self.samples]
    }

    /// Notes that no more rows come.
    pub(crate) fn end(&mut self) {
        self.is_over = true;
    }

    /// Steps down to the next row that is made; false below the last one.
    pub(crate) fn step(&mut self) -> bool {
        let is_left = self.made < self.come;
        self.made += usize::from(is_left);
        is_left
    }

    /// Returns a row, counted down from the one that is made: as far as `above` and `below` go.
    pub(crate) fn row(&self, from: isize) -> &[T] {
        let y = (self.made - 1).saturating_add_signed(from);
        let at = y.min(self.come - 1) % self.count() * self.samples;
        &self.rows[at..][..self.samples]
    }

    fn count(&self) -> usize {
        self.above + 1 + self.below
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_made_among_its_neighbours() {
        for (height, above, below) in [(1, 2, 2), (2, 2, 2), (9, 2, 2), (9, 0, 3), (3, 1, 0)] {
            let mut band = Band::<u8>::new(above, below, 1).expect("a few bytes");
            let mut rows = 0..height;
            let mut made = 0_u8;
            loop {
                while band.wants_row() {
                    match rows.next() {
                        Some(row) => band.row_that_comes().fill(row),
                        None => band.end(),
                    }
                }
                if !band.step() {
                    break;
                }
                for from in -(above as isize)..=below as isize {
                    let expected = (made as isize + from).clamp(0, height as isize - 1) as u8;
                    assert_eq!(band.row(from), [expected], "{made} of {height}, {from}");
                }
                made += 1;
            }
            assert_eq!(made, height);
        }
    }
}

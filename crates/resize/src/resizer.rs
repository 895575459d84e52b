//! The resizer: decides which row goes where, and when.
//!
//! A source row goes into the ring. As soon as the last tap of a result row has come, that row is
//! filtered downwards into the batch. When the batch is full, or the image complete, it is filtered
//! across and handed out row by row. Invariant: all rows that can be made of the ring have been
//! made before the next pair of rows enters, so the ring never holds more than one window of taps.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use crate::across::{Batch, tiles};
use crate::block::ROWS;
use crate::buffer::zeroes;
use crate::down::{Ring, TILE};
use crate::error::Error;
use crate::settings::{Channels, Settings};
use crate::weights::{Shape, Weights};
use crate::{alpha, light};

/// Fractional bits of a sample and of a weight together. With the eight integer bits, one bit for
/// overshoot and one for the sign, products and their sums fit into an `i32`.
pub(crate) const BITS: u32 = 21;

/// Fractional bits of a sample that has been filtered downwards and not yet across. The most that
/// fit into an `i16` with the overshoot; fewer for strong reductions, whose small weights need the
/// bits more.
const MOST_BETWEEN: u32 = 6;
const LEAST_BETWEEN: u32 = 3;

/// Resamples one image.
pub struct Resizer {
    channels: Channels,
    /// Bytes of a source row.
    row_bytes: usize,
    /// Range of the source row's bytes that is needed.
    needed: Range<usize>,
    across: Weights,
    down: Weights,
    /// Bits by which sums of the downward filter are shifted right.
    down_shift: u32,
    /// Bits by which sums of the filter across are shifted right.
    across_shift: u32,
    source: Source,
    batch: Batch,
    /// Rows that have been pushed or skipped.
    pushed: u32,
    /// Result rows that have been filtered downwards.
    there: u32,
    /// Result rows that have been filtered downwards.
    made: usize,
    /// Result rows that have been filtered across.
    finished: usize,
    /// Result rows that have been handed out.
    taken: usize,
}

/// Source rows in the form in which they are filtered.
enum Source {
    /// Bytes as they are pushed.
    Bytes {
        /// Buffer for a row with alpha multiplied in; empty if there is no alpha.
        line: Vec<u8>,
        ring: Ring<u8>,
    },
    /// Linear light.
    Light {
        /// Buffer for a row of light, with alpha multiplied in.
        line: Vec<i16>,
        ring: Ring<i16>,
    },
}

impl fmt::Debug for Resizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resizer")
            .field("channels", &self.channels)
            .field("pushed", &self.pushed)
            .field("taken", &self.taken)
            .finish_non_exhaustive()
    }
}

impl Resizer {
    /// Returns an upper bound on the bytes that [`Resizer::new`] holds at any time. A resizer
    /// allocates nothing later.
    ///
    /// # Errors
    /// [`Error::Geometry`].
    ///
    /// ```
    /// use letterbox_resize::{Axis, Channels, Resizer, Settings};
    ///
    /// let settings = Settings::new(Axis::whole(4000, 300), Axis::whole(3000, 225), Channels::Rgb);
    /// let image = 4000 * 3000 * 3;
    /// assert!(Resizer::peak_bytes(&settings)? < image / 20);
    /// # Ok::<(), letterbox_resize::Error>(())
    /// ```
    pub fn peak_bytes(settings: &Settings) -> Result<usize, Error> {
        let (across, down) = shapes(settings)?;
        let count = settings.channels.count();
        let samples = across.needed().saturating_mul(count);
        let tables = across.bytes().saturating_add(down.bytes());
        let tiles = tiles(samples, count);
        let light = is_light(settings, &across, &down);
        let source = if light {
            Ring::<i16>::bytes(tiles, down.pairs)
                .saturating_add(samples.saturating_mul(size_of::<i16>()))
        } else if premultiplies(settings, &across, &down) {
            Ring::<u8>::bytes(tiles, down.pairs).saturating_add(samples)
        } else {
            Ring::<u8>::bytes(tiles, down.pairs)
        };
        let rows = source.saturating_add(Batch::bytes(
            across.needed(),
            settings.horizontal.result as usize,
            settings.channels,
            light,
        ));
        // The weight tables are made first, one after the other, and their temporary memory is
        // freed before the rows are allocated.
        let making_across = across.bytes().saturating_add(across.passing_bytes());
        let making_down = tables.saturating_add(down.passing_bytes());
        Ok(tables
            .saturating_add(rows)
            .max(making_across)
            .max(making_down))
    }

    /// Creates a resizer.
    ///
    /// ```
    /// use letterbox_resize::{Axis, Channels, Error, Resizer, Settings};
    ///
    /// let mut resizer = Resizer::new(&Settings::new(Axis::whole(8, 4), Axis::whole(2, 1), Channels::Grey))?;
    /// resizer.push(&[10; 8])?;
    /// resizer.push(&[30; 8])?;
    /// assert_eq!(resizer.next_row(), Some(&[20; 4][..]));
    /// assert!(resizer.is_complete());
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Geometry`] and [`Error::OutOfMemory`].
    pub fn new(settings: &Settings) -> Result<Resizer, Error> {
        // A size that cannot be counted cannot be allocated either.
        if Resizer::peak_bytes(settings)? > isize::MAX as usize {
            return Err(Error::OutOfMemory);
        }
        let (across, down) = shapes(settings)?;
        let light = is_light(settings, &across, &down);
        let (before, least_between) = if light {
            (light::FRACTION, MOST_BETWEEN)
        } else {
            (0, LEAST_BETWEEN)
        };
        let (across_weights, down_weights) = (
            Weights::new(&across, BITS - least_between)?,
            Weights::new(&down, BITS - before)?,
        );
        let between = MOST_BETWEEN.min(BITS - across_weights.shift);
        let Settings {
            channels,
            horizontal,
            ..
        } = *settings;
        let count = channels.count();
        let samples = across.needed() * count;
        let from = across.first as usize * count;
        let tiles = tiles(samples, count);
        let premultiplied = premultiplies(settings, &across, &down);
        Ok(Resizer {
            channels,
            row_bytes: horizontal.source as usize * count,
            needed: from..from + samples,
            // A sum has the fractional bits of samples and weights together; the shift leaves those
            // of the result.
            down_shift: down_weights.shift + before - between,
            across_shift: across_weights.shift + between - before,
            across: across_weights,
            down: down_weights,
            source: if light {
                Source::Light {
                    line: zeroes(0, samples)?,
                    ring: Ring::new(tiles, down.pairs)?,
                }
            } else {
                Source::Bytes {
                    line: zeroes(0, if premultiplied { samples } else { 0 })?,
                    ring: Ring::new(tiles, down.pairs)?,
                }
            },
            batch: Batch::new(
                across.needed(),
                horizontal.result as usize,
                channels,
                premultiplied,
                light,
            )?,
            pushed: 0,
            there: 0,
            made: 0,
            finished: 0,
            taken: 0,
        })
    }

    /// Returns the source rows that the result depends on; the others may be skipped.
    pub fn needed_rows(&self) -> Range<u32> {
        self.down.first..self.down.end
    }

    /// Whether every row of the result has been handed out.
    pub fn is_complete(&self) -> bool {
        self.taken == self.down.runs.len()
    }

    /// Takes the source's next row. Rows that the result does not need are ignored.
    ///
    /// # Errors
    /// [`Error::RowLength`], and [`Error::RowsWait`] unless [`Resizer::next_row`] has returned
    /// `None` since the last row.
    pub fn push(&mut self, row: &[u8]) -> Result<(), Error> {
        if row.len() != self.row_bytes {
            return Err(Error::RowLength {
                found: row.len(),
                expected: self.row_bytes,
            });
        }
        if self.has_row() {
            return Err(Error::RowsWait);
        }
        let y = self.pushed;
        self.pushed = y.saturating_add(1);
        if !self.needed_rows().contains(&y) {
            return Ok(());
        }
        let (row, count) = (&row[self.needed.clone()], self.channels.count());
        let (y, is_last) = (y - self.down.first, y + 1 == self.down.end);
        let is_complete = match &mut self.source {
            Source::Bytes { line, ring } if line.is_empty() => ring.push(row, y, is_last),
            Source::Bytes { line, ring } => {
                alpha::multiply(row, count, line);
                ring.push(line, y, is_last)
            }
            Source::Light { line, ring } => {
                light::lighten(row, count, line);
                ring.push(line, y, is_last)
            }
        };
        if is_complete {
            self.there = y + 1;
        }
        Ok(())
    }

    /// Skips rows that the result does not need.
    ///
    /// # Errors
    /// [`Error::RowNeeded`], and [`Error::RowsWait`] as in [`Resizer::push`].
    ///
    /// ```
    /// use letterbox_resize::{Axis, Channels, Error, Resizer, Settings};
    ///
    /// // The lower half of 100 rows.
    /// let lower = Axis { start: 50.0, length: 50.0, ..Axis::whole(100, 50) };
    /// let mut resizer = Resizer::new(&Settings::new(Axis::whole(8, 8), lower, Channels::Grey))?;
    /// let needed = resizer.needed_rows();
    /// resizer.skip(needed.start)?;
    /// assert_eq!(resizer.skip(1), Err(Error::RowNeeded));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn skip(&mut self, rows: u32) -> Result<(), Error> {
        if self.has_row() {
            return Err(Error::RowsWait);
        }
        let (from, to) = (self.pushed, self.pushed.saturating_add(rows));
        if from < self.down.end && to > self.down.first && rows > 0 {
            return Err(Error::RowNeeded);
        }
        self.pushed = to;
        Ok(())
    }

    /// Returns the result's next row, if enough rows have been pushed for it.
    ///
    /// Rows are finished eight at a time, so that none may come for a while and then several at
    /// once.
    pub fn next_row(&mut self) -> Option<&[u8]> {
        if !self.has_row() {
            return None;
        }
        let row = self.taken % ROWS;
        self.taken += 1;
        let bytes = self.across.runs.len() * self.channels.count();
        Some(self.batch.result(row, bytes))
    }

    /// Makes rows until one can be handed out, and reports whether there is one.
    fn has_row(&mut self) -> bool {
        while self.taken == self.finished {
            if self.made == self.down.runs.len() {
                return false;
            }
            let last_tap =
                (2 * self.down.runs[self.made].end()).min(self.down.end - self.down.first);
            if last_tap > self.there {
                return false;
            }
            let row: &mut [[i16; TILE]] = self.batch.row(self.made % ROWS);
            let (weights, index, shift) = (&self.down, self.made, self.down_shift);
            match &self.source {
                Source::Bytes { ring, .. } => ring.filter(weights, index, shift, row),
                Source::Light { ring, .. } => ring.filter(weights, index, shift, row),
            }
            self.made += 1;
            if self.made.is_multiple_of(ROWS) || self.made == self.down.runs.len() {
                self.batch.filter(&self.across, self.across_shift);
                self.finished = self.made;
            }
        }
        true
    }
}

/// Whether alpha is multiplied in. Without blending it is not, so that pixels stay exactly as they
/// are.
fn premultiplies(settings: &Settings, across: &Shape, down: &Shape) -> bool {
    settings.channels.alpha() && (across.blends() || down.blends())
}

/// Whether pixels are blended in linear light. Without blending, light is not needed.
fn is_light(settings: &Settings, across: &Shape, down: &Shape) -> bool {
    settings.linear_light && (across.blends() || down.blends())
}

fn shapes(settings: &Settings) -> Result<(Shape, Shape), Error> {
    Ok((
        Shape::new(settings.horizontal, settings.filter)?,
        Shape::new(settings.vertical, settings.filter)?,
    ))
}

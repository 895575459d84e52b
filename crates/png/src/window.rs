//! What inflate has written: the 32 KiB that it may refer back to, and the rows that are not taken yet.

use letterbox_inflate::{Error as Fault, Inflate};

use crate::error::Error;
use crate::unfilter::SLACK;

/// The farthest that deflate reaches back.
const REACH: usize = 32 << 10;

/// Bytes that are inflated before rows are looked for: few enough to stay near the processor.
const STEP: usize = 32 << 10;

/// The filter of a row, and its bytes with [`SLACK`] behind them.
pub(crate) type Row<'a> = (u8, &'a [u8]);

/// The end of a stream, behind the picture.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Tail {
    /// Not all of it is here.
    Coming,
    /// Its checksum, and nothing else.
    Checksum(u32),
    /// Something else.
    Wrong,
}

/// The stream and its window.
pub(crate) struct Window {
    inflate: Inflate,
    bytes: Vec<u8>,
    /// Where the first row starts that is not taken.
    taken: usize,
    /// Where what has been written ends.
    filled: usize,
    /// Bytes of the picture that are still to come.
    expected: u64,
    /// Bytes of a row with its filter.
    row: usize,
}

/// How many rows of so many bytes, with their filters, are better taken at a time: four, unless they are so long that memory counts for more.
pub(crate) fn rows_at_once(row: usize) -> usize {
    if row <= 256 << 10 { 4 } else { 1 }
}

impl Window {
    /// A window for rows of so many bytes, and so many of them.
    pub(crate) fn new(row: usize, rows: u32) -> Result<Window, Error> {
        Ok(Window {
            inflate: Inflate::new().map_err(fault)?,
            bytes: zeroes(Window::length(row))?,
            taken: 0,
            filled: 0,
            expected: row as u64 * u64::from(rows),
            row,
        })
    }

    /// Bytes that it allocates.
    pub(crate) fn allocated_bytes(row: usize) -> usize {
        Window::length(row) + Inflate::ALLOCATED_BYTES
    }

    fn length(row: usize) -> usize {
        // What has to stay, and about as much again, so that a byte is moved once.
        REACH.max(rows_at_once(row) * row) + (2 * REACH).max(row) + SLACK
    }

    /// Inflates some of `input`: how many bytes of it, and to how many.
    pub(crate) fn fill(&mut self, input: &[u8]) -> Result<(usize, usize), Error> {
        let room = |window: &Window| window.bytes.len() - SLACK - window.filled;
        if (room(self) as u64) < self.expected.min(STEP as u64) {
            let kept = self.taken.min(self.filled.saturating_sub(REACH));
            self.bytes.copy_within(kept..self.filled, 0);
            self.taken -= kept;
            self.filled -= kept;
        }
        let most = self.expected.min(room(self).min(STEP) as u64) as usize;
        let (from, to) = (self.filled, self.filled + most);
        let (used, made) = self
            .inflate
            .read_to(input, &mut self.bytes, from, to)
            .map_err(fault)?;
        self.filled += made;
        self.expected -= made as u64;
        Ok((used, made))
    }

    /// Whether nothing more will come, whatever follows.
    pub(crate) fn is_done(&self) -> bool {
        self.expected == 0 || self.inflate.is_done()
    }

    /// The row of this number from the next one on, if it is complete: its filter, and its bytes with [`SLACK`] behind them.
    pub(crate) fn row(&self, number: usize) -> Option<Row<'_>> {
        let start = self.taken + number * self.row;
        let row = self.bytes.get(start..start + self.row + SLACK)?;
        let (&filter, bytes) = row.split_first()?;
        (start + self.row <= self.filled).then_some((filter, bytes))
    }

    /// So many rows from the next one on, with their filters, as far as they are complete.
    pub(crate) fn rows(&self, count: usize) -> &[u8] {
        let rows = self.bytes.get(self.taken..self.taken + count * self.row);
        rows.unwrap_or_default()
    }

    /// Checks the end of the stream, of which `input` is the next part.
    pub(crate) fn tail(&mut self, input: &[u8], before: Tail) -> Tail {
        let mut rest = input;
        if !self.inflate.is_done() {
            let (from, to) = (self.filled, self.filled + 1);
            match self.inflate.read_to(input, &mut self.bytes, from, to) {
                Ok((used, 0)) => rest = input.get(used..).unwrap_or_default(),
                _ => return Tail::Wrong,
            }
        }
        let after = match before {
            Tail::Coming => {
                let (used, checksum) = self.inflate.checksum(rest);
                rest = rest.get(used..).unwrap_or_default();
                checksum.map_or(Tail::Coming, Tail::Checksum)
            }
            _ => before,
        };
        match after {
            Tail::Checksum(_) if !rest.is_empty() || self.inflate.has_more() => Tail::Wrong,
            after => after,
        }
    }

    /// So many rows have been taken.
    pub(crate) fn take(&mut self, rows: usize) {
        self.taken += rows * self.row;
    }
}

fn fault(fault: Fault) -> Error {
    match fault {
        Fault::OutOfMemory => Error::OutOfMemory,
        _ => Error::Corrupt("the PNG's compressed data is damaged"),
    }
}

/// That many zero bytes, or an error where the allocator refuses.
pub(crate) fn zeroes(bytes: usize) -> Result<Vec<u8>, Error> {
    let mut buffer = Vec::new();
    buffer
        .try_reserve_exact(bytes)
        .map_err(|_| Error::OutOfMemory)?;
    buffer.resize(bytes, 0);
    Ok(buffer)
}

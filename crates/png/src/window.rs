//! Output of inflate: the 32 KiB window that the stream may refer back to, and the rows that have
//! not been taken yet.

use letterbox_inflate::{Error as Fault, Inflate};

use crate::error::Error;
use crate::unfilter::SLACK;

/// Longest distance of deflate.
const REACH: usize = 32 << 10;

/// Bytes that are inflated before rows are looked for: few enough to stay in the processor's cache.
const STEP: usize = 32 << 10;

/// Filter of a row, and its bytes with [`SLACK`] behind them.
pub(crate) type Row<'a> = (u8, &'a [u8]);

/// State of the end of a stream, behind the picture.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Tail {
    /// The end has not arrived completely.
    Coming,
    /// The checksum, with nothing else behind the picture.
    Checksum(u32),
    /// Something other than the checksum.
    Wrong,
}

/// Inflate state and its window.
pub(crate) struct Window {
    inflate: Inflate,
    bytes: Vec<u8>,
    /// Position of the first row that has not been taken.
    taken: usize,
    /// End of the bytes that have been written.
    filled: usize,
    /// Bytes of the picture that have not come yet.
    expected: u64,
    /// Bytes of a row with its filter byte.
    row: usize,
}

/// Returns how many rows of this length, filter byte included, are made at a time: four, or one
/// where rows are so long that memory counts for more.
pub(crate) fn rows_at_once(row: usize) -> usize {
    if row <= 256 << 10 { 4 } else { 1 }
}

impl Window {
    /// Creates a window for `rows` rows of `row` bytes.
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

    /// Bytes that [`Window::new`] allocates.
    pub(crate) fn allocated_bytes(row: usize) -> usize {
        Window::length(row) + Inflate::ALLOCATED_BYTES
    }

    fn length(row: usize) -> usize {
        // The bytes that have to stay, and about as much again, so that each byte is moved only
        // once.
        REACH.max(rows_at_once(row) * row) + (2 * REACH).max(row) + SLACK
    }

    /// Inflates some of `input`; returns the bytes used and the bytes written.
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

    /// Whether no more output will come, whatever follows.
    pub(crate) fn is_done(&self) -> bool {
        self.expected == 0 || self.inflate.is_done()
    }

    /// Returns row `number`, counted from the next one on, if it is complete: its filter, and its
    /// bytes with [`SLACK`] behind them.
    pub(crate) fn row(&self, number: usize) -> Option<Row<'_>> {
        let start = self.taken + number * self.row;
        let row = self.bytes.get(start..start + self.row + SLACK)?;
        let (&filter, bytes) = row.split_first()?;
        (start + self.row <= self.filled).then_some((filter, bytes))
    }

    /// Returns `count` rows from the next one on, with their filter bytes.
    pub(crate) fn rows(&self, count: usize) -> &[u8] {
        let rows = self.bytes.get(self.taken..self.taken + count * self.row);
        rows.unwrap_or_default()
    }

    /// Checks the end of the stream; `input` is the next part of the stream.
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

    /// Marks `rows` rows as taken.
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

/// Allocates that many zero bytes, or returns an error where the allocator fails.
pub(crate) fn zeroes(bytes: usize) -> Result<Vec<u8>, Error> {
    let mut buffer = Vec::new();
    buffer
        .try_reserve_exact(bytes)
        .map_err(|_| Error::OutOfMemory)?;
    buffer.resize(bytes, 0);
    Ok(buffer)
}

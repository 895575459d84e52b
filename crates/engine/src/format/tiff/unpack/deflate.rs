//! Decompressor of Deflate in a zlib stream (TIFF Technical Note 3), with a window of our own.

use letterbox_inflate::{Error as Fault, Inflate};

use crate::error::Error;
use crate::format::tiff::damage::DAMAGED;
use crate::format::tiff::unpack::Input;
use crate::pixels::buffer::zeroes;

/// Longest distance of Deflate.
const REACH: usize = 32 << 10;
/// Size of the window: twice the longest distance, so that a byte is moved only once.
const WINDOW: usize = 2 * REACH + 1024;

/// Memory of the decoder.
pub(crate) const HELD_BYTES: u64 =
    (WINDOW + size_of::<Inflate>() + Inflate::ALLOCATED_BYTES) as u64;

/// A stream that is being decompressed.
pub(crate) struct Deflate {
    /// Decompressor of the current stream; `None` before the first.
    inflate: Option<Box<Inflate>>,
    window: Vec<u8>,
    /// Bytes of the window that have been taken, and bytes that have been inflated.
    taken: usize,
    made: usize,
}

impl Deflate {
    pub(crate) fn new() -> Result<Deflate, Error> {
        Ok(Deflate {
            inflate: None,
            window: zeroes(WINDOW as u64)?,
            taken: 0,
            made: 0,
        })
    }

    pub(crate) fn start(&mut self) -> Result<(), Error> {
        self.inflate = None; // gone before the next is made
        self.inflate = Some(Box::new(Inflate::new().map_err(fault)?));
        (self.taken, self.made) = (0, 0);
        Ok(())
    }

    /// Fills a row. Returns false where the stream ends first.
    pub(crate) fn fill(&mut self, input: &mut Input<'_>, row: &mut [u8]) -> Result<bool, Error> {
        let mut filled = 0;
        loop {
            let count = (self.made - self.taken).min(row.len() - filled);
            row[filled..filled + count].copy_from_slice(&self.window[self.taken..][..count]);
            filled += count;
            self.taken += count;
            if filled == row.len() {
                return Ok(true);
            }
            // All has been taken.
            if self.made == WINDOW {
                self.window.copy_within(WINDOW - REACH.., 0);
                (self.taken, self.made) = (REACH, REACH);
            }
            if !self.inflate(input)? {
                return Ok(false);
            }
        }
    }

    /// Inflates more bytes. Returns false where there are none.
    fn inflate(&mut self, input: &mut Input<'_>) -> Result<bool, Error> {
        let Some(inflate) = &mut self.inflate else {
            return Ok(false);
        };
        let mut read = |bytes: &[u8]| {
            let (window, made) = (&mut self.window, self.made);
            inflate.read_to(bytes, window, made, WINDOW).map_err(fault)
        };
        let (used, made) = if input.reversed {
            let mut turned = [0; 1024];
            let mut ahead = *input;
            let count = ahead.read(&mut turned);
            read(&turned[..count])?
        } else {
            read(input.rest)?
        };
        input.rest = input.rest.get(used..).ok_or(DAMAGED)?;
        self.made += made;
        Ok((used, made) != (0, 0))
    }
}

fn fault(fault: Fault) -> Error {
    match fault {
        Fault::OutOfMemory => Error::OutOfMemory,
        _ => DAMAGED,
    }
}

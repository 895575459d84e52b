//! Adapters for libraries that want everything at once: the whole file, or the whole image.

use super::{Decode, Encode, Rows};
use crate::image::Error;
use crate::image::frame::Frame;
use crate::image::plan::Plan;

/// Gathers the file and decodes it when it is complete.
pub(super) struct File {
    bytes: Vec<u8>,
    decode: fn(&[u8], &Plan, &mut dyn Rows) -> Result<(), Error>,
}

impl File {
    pub(super) fn new(
        start: Vec<u8>,
        decode: fn(&[u8], &Plan, &mut dyn Rows) -> Result<(), Error>,
    ) -> File {
        File {
            bytes: start,
            decode,
        }
    }
}

impl Decode for File {
    fn promise(&mut self, bytes: usize) -> Result<(), Error> {
        let more = bytes.saturating_sub(self.bytes.len());
        self.bytes
            .try_reserve_exact(more)
            .map_err(|_| Error::OutOfMemory)
    }

    fn push(&mut self, bytes: &[u8], _: &mut dyn Rows) -> Result<(), Error> {
        append(&mut self.bytes, bytes)
    }

    fn file(&self) -> &[u8] {
        &self.bytes
    }

    fn finish(self: Box<Self>, plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
        (self.decode)(&self.bytes, plan, rows)
    }
}

/// Appends, growing by a quarter: a file's buffer is the one thing whose size is not known beforehand.
pub(in crate::image) fn append(buffer: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Error> {
    if buffer.capacity() - buffer.len() < bytes.len() {
        let more = bytes.len().max(buffer.len() / 4);
        buffer
            .try_reserve_exact(more)
            .map_err(|_| Error::OutOfMemory)?;
    }
    buffer.extend_from_slice(bytes);
    Ok(())
}

/// Gathers the image and encodes it when it is complete.
pub(super) struct Canvas<'p> {
    plan: &'p Plan,
    pixels: Vec<u8>,
    encode: fn(&Plan, Frame) -> Result<Vec<u8>, Error>,
}

impl<'p> Canvas<'p> {
    pub(super) fn new(
        plan: &'p Plan,
        encode: fn(&Plan, Frame) -> Result<Vec<u8>, Error>,
    ) -> Canvas<'p> {
        Canvas {
            plan,
            pixels: Vec::new(),
            encode,
        }
    }
}

impl Encode for Canvas<'_> {
    fn row(&mut self, row: &[u8]) -> Result<(), Error> {
        append(&mut self.pixels, row)
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>, Error> {
        let frame = Frame {
            size: self.plan.canvas,
            layout: self.plan.layout,
            pixels: self.pixels,
        };
        (self.encode)(self.plan, frame)
    }

    fn frame(self: Box<Self>, frame: Frame) -> Result<Vec<u8>, Error> {
        (self.encode)(self.plan, frame)
    }
}

//! Adapters for libraries that need the whole file or the whole image at once, and for encoders
//! that work in place.

use std::cell::RefCell;
use std::sync::Arc;

use crate::error::Error;
use crate::format::codec::Decode;
use crate::pixels::buffer::{append, reserve, zeroes};
use crate::pixels::frame::{Frame, Picture};
use crate::pixels::rows::{RowSink, RowSource};
use crate::plan::Plan;
use crate::stage::pulled;

/// A file that is gathered until it is complete, and then decoded.
pub(crate) struct File<D> {
    bytes: Vec<u8>,
    decode: D,
}

impl<D: Fn(&[u8], &Plan, &mut dyn RowSink) -> Result<(), Error>> File<D> {
    pub(crate) fn new(start: Vec<u8>, decode: D) -> File<D> {
        File {
            bytes: start,
            decode,
        }
    }
}

impl<D: Fn(&[u8], &Plan, &mut dyn RowSink) -> Result<(), Error>> Decode for File<D> {
    fn promise(&mut self, bytes: usize) -> Result<(), Error> {
        let more = bytes.saturating_sub(self.bytes.len());
        reserve(&mut self.bytes, more)
    }

    fn push(&mut self, bytes: &[u8], _: &mut dyn RowSink) -> Result<(), Error> {
        append(&mut self.bytes, bytes)
    }

    fn file(&self) -> &[u8] {
        &self.bytes
    }

    fn into_file(self: Box<Self>) -> Vec<u8> {
        self.bytes
    }

    fn finish(&mut self, plan: &Plan, rows: &mut dyn RowSink) -> Result<(), Error> {
        (self.decode)(&self.bytes, plan, rows)
    }
}

/// An image that becomes its file in place. The unread image is at the back of the buffer, the
/// written file at its front. The planned capacity keeps the two apart, see [`Plan::capacity`].
pub(crate) struct InPlace {
    buffer: Vec<u8>,
    /// Offset of the image in the buffer.
    start: usize,
    read: usize,
    written: usize,
    /// Small cover of the picture, where one is laid under it.
    cover: Option<Arc<Frame>>,
}

impl InPlace {
    /// # Errors
    /// [`Error::OutOfMemory`], if the picture was allocated without the planned capacity.
    pub(crate) fn new(picture: Picture) -> Result<InPlace, Error> {
        let cover = picture.cover.clone();
        let (mut buffer, capacity) = picture.into_piece();
        let image = buffer.len();
        let more = capacity.saturating_sub(image);
        reserve(&mut buffer, more)?;
        buffer.resize(image + more, 0);
        buffer.copy_within(..image, more);
        Ok(InPlace {
            buffer,
            start: more,
            read: more,
            written: 0,
            cover,
        })
    }

    /// Restarts reading at the first byte of the image.
    ///
    /// # Errors
    /// [`Error::Internal`] if the file has already overwritten the beginning of the image.
    pub(crate) fn rewind(&mut self) -> Result<(), Error> {
        if self.written > self.start {
            return Err(Error::Internal("the file outgrows its plan".to_owned()));
        }
        self.read = self.start;
        Ok(())
    }

    /// Reads the next bytes of the image, as many as `row` has.
    fn read(&mut self, row: &mut [u8]) -> Result<(), Error> {
        let end = self.read + row.len();
        let from = self.buffer.get(self.read..end);
        row.copy_from_slice(from.ok_or(Error::Corrupt("the image's rows break off"))?);
        self.read = end;
        Ok(())
    }

    /// Writes the next bytes of the file.
    ///
    /// # Errors
    /// [`Error::Internal`] where the planned capacity is too small: bytes that have not been read
    /// are never overwritten.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let end = self.written + bytes.len();
        match self.buffer[..self.read].get_mut(self.written..end) {
            Some(to) => to.copy_from_slice(bytes),
            None => return Err(Error::Internal("the file outgrows its plan".to_owned())),
        }
        self.written = end;
        Ok(())
    }

    /// Returns the written file.
    pub(crate) fn into_file(mut self) -> Vec<u8> {
        self.buffer.truncate(self.written);
        self.buffer.shrink_to_fit(); // which allocators do in place
        self.buffer
    }
}

/// Rows of a picture that is encoded in place.
struct PlaceRows<'p> {
    place: &'p RefCell<InPlace>,
    row: Vec<u8>,
    left: u32,
}

impl RowSource for PlaceRows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.place.borrow_mut().read(&mut self.row)?;
        Ok(Some(&mut self.row))
    }
}

/// Hands on the canvas of a picture that is encoded in place, row by row.
///
/// # Errors
/// [`Error::OutOfMemory`], and the errors of `take`.
pub(crate) fn rows(
    plan: &Plan,
    place: &RefCell<InPlace>,
    mut take: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    for plane in plan.planes().iter().take(1) {
        let size = plane.upright(plan.header.orientation);
        let image = PlaceRows {
            place,
            row: zeroes(u64::from(size.width) * plane.source.channels() as u64)?,
            left: size.height,
        };
        let cover = place.borrow().cover.clone();
        let mut rows = pulled(plan, plane, Box::new(image), cover)?;
        while let Some(row) = rows.next_row()? {
            take(row)?;
        }
    }
    Ok(())
}

/// Returns the whole canvas, for encoders that need it at once.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn canvas(plan: &Plan, picture: Picture) -> Result<Vec<u8>, Error> {
    let place = RefCell::new(InPlace::new(picture)?);
    rows(plan, &place, |row| place.borrow_mut().write(row))?;
    Ok(place.into_inner().into_file())
}

//! The planned windows of what is decoded, resampled with Lanczos3 while it is decoded: rows come in, and what is kept is the result.
//!
//! Alpha is premultiplied before and divided after, so that the colour of transparent pixels does not bleed.

use letterbox_resize::{Error as Fault, Resizer};

use super::Error;
use super::codec::Rows;
use super::frame::Frame;
use super::plan::{Plan, Plane};

/// Takes rows and keeps the resized image, not yet turned.
pub(super) struct Resize {
    planes: Vec<Resizing>,
}

/// One plane.
struct Resizing {
    plane: Plane,
    /// None where every pixel is kept.
    resizer: Option<Resizer>,
    /// What has been made; allocated with the first row.
    result: Option<Frame>,
    filled: usize,
}

impl Resize {
    pub(super) fn new(plan: &Plan) -> Resize {
        let waiting = |plane| Resizing {
            plane,
            resizer: None,
            result: None,
            filled: 0,
        };
        Resize {
            planes: plan.planes().into_iter().map(waiting).collect(),
        }
    }

    /// The finished planes.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if rows are missing.
    pub(super) fn into_frames(self) -> Result<Vec<Frame>, Error> {
        let finished = |resizing: Resizing| match resizing.result {
            Some(frame) if resizing.filled == frame.pixels.len() => Ok(frame),
            _ => Err(Error::Corrupt("the image's rows break off")),
        };
        self.planes.into_iter().map(finished).collect()
    }
}

impl Rows for Resize {
    fn row(&mut self, plane: usize, row: &[u8]) -> Result<(), Error> {
        match self.planes.get_mut(plane) {
            Some(resizing) => resizing.take(row),
            None => Err(Error::Corrupt("the image has more planes than it says")),
        }
    }

    fn frame(&mut self, frame: Frame) -> Result<(), Error> {
        let Some(resizing) = self.planes.first_mut() else {
            return Ok(());
        };
        let plane = &resizing.plane;
        let planned = plane.decoded.pixels() * plane.source.channels() as u64;
        if frame.size != plane.decoded
            || frame.layout != plane.source
            || frame.pixels.len() as u64 != planned
        {
            return Err(Error::Corrupt("the image's headers contradict each other"));
        }
        if plane.keeps_every_pixel() {
            resizing.filled = frame.pixels.len();
            resizing.result = Some(frame);
            return Ok(());
        }
        frame.rows().try_for_each(|row| resizing.take(row))
    }
}

impl Resizing {
    fn take(&mut self, row: &[u8]) -> Result<(), Error> {
        let result = match &mut self.result {
            Some(result) => result,
            none => {
                if !self.plane.keeps_every_pixel() {
                    self.resizer = Some(Resizer::new(&self.plane.resampling()).map_err(fault)?);
                }
                none.insert(Frame::new(self.plane.resized, self.plane.source)?)
            }
        };
        let Some(resizer) = &mut self.resizer else {
            return copy(row, result, &mut self.filled);
        };
        resizer.push(row).map_err(fault)?;
        while let Some(row) = resizer.next_row() {
            copy(row, result, &mut self.filled)?;
        }
        Ok(())
    }
}

fn copy(row: &[u8], result: &mut Frame, filled: &mut usize) -> Result<(), Error> {
    let end = *filled + row.len();
    let target = result
        .pixels
        .get_mut(*filled..end)
        .ok_or(Error::Corrupt("the image has more rows than it says"))?;
    target.copy_from_slice(row);
    *filled = end;
    Ok(())
}

fn fault(fault: Fault) -> Error {
    match fault {
        Fault::OutOfMemory => Error::OutOfMemory,
        Fault::RowLength { .. } => Error::Corrupt("the image's headers contradict each other"),
        fault => Error::Internal(fault.to_string()),
    }
}

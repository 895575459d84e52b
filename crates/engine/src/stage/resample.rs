//! The planned windows of what is decoded, resampled with Lanczos3 while it is decoded: rows come in, and what is kept is the result.
//!
//! Alpha is premultiplied before and divided after, so that the colour of transparent pixels does not bleed.

use crate::stage::fault::fault;
use letterbox_resize::Resizer;

use crate::error::Error;
use crate::pixels::frame::{Frame, Picture};
use crate::pixels::rows::Rows;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::components::Components;

/// Takes rows and keeps the resized image, not yet turned.
pub(crate) struct Resize {
    planes: Vec<Resizing>,
    /// Where they become one of pixels.
    components: Option<Box<Components>>,
    /// See [`Plan::stored_room`].
    room: Option<u64>,
    damaged: bool,
}

/// One plane.
struct Resizing {
    plane: Plane,
    /// None where every pixel is kept.
    resizer: Option<Resizer>,
    /// What has been made; allocated as rows come.
    result: Picture,
    begun: bool,
}

impl Resize {
    pub(crate) fn new(plan: &Plan) -> Resize {
        let room = plan.stored_room();
        let waiting = |plane: Plane| Resizing {
            resizer: None,
            result: Picture::new(plane.resized, plane.source, room),
            begun: false,
            plane,
        };
        Resize {
            planes: plan.planes().into_iter().map(waiting).collect(),
            components: plan
                .components()
                .map(|planes| Box::new(Components::new(planes))),
            room,
            damaged: false,
        }
    }

    /// Whether the decoder had to guess some of them.
    pub(crate) fn are_damaged(&self) -> bool {
        self.damaged
    }

    /// The finished planes.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if rows are missing.
    pub(crate) fn into_pictures(self) -> Result<Vec<Picture>, Error> {
        let finished = |resizing: Resizing| {
            if resizing.result.is_complete() {
                Ok(resizing.result)
            } else {
                Err(Error::Corrupt("the image's rows break off"))
            }
        };
        self.planes.into_iter().map(finished).collect()
    }
}

impl Rows for Resize {
    fn row(&mut self, plane: usize, row: &[u8]) -> Result<(), Error> {
        if let (Some(components), Some(resizing)) = (&mut self.components, self.planes.first_mut())
        {
            return components.take(plane, row, &mut resizing.result);
        }
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
            let room = self.room;
            resizing.result = Picture::whole(frame, room);
            return Ok(());
        }
        frame.rows().try_for_each(|row| resizing.take(row))
    }

    fn damaged(&mut self) {
        self.damaged = true;
    }
}

impl Resizing {
    fn take(&mut self, row: &[u8]) -> Result<(), Error> {
        if !self.begun {
            self.begun = true;
            if !self.plane.keeps_every_pixel() {
                self.resizer = Some(Resizer::new(&self.plane.resampling()).map_err(fault)?);
            }
        }
        let Some(resizer) = &mut self.resizer else {
            return self.result.push(row);
        };
        resizer.push(row).map_err(fault)?;
        while let Some(row) = resizer.next_row() {
            self.result.push(row)?;
        }
        Ok(())
    }
}

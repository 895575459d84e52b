//! From a decoder to the picture: rows pass the stages that they are pushed into, and what comes
//! out is kept.

use crate::error::Error;
use crate::pixels::frame::{Frame, Picture};
use crate::pixels::rows::RowSink;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::components::Join;
use crate::stage::link::Pushed;
use crate::stage::pushed;

/// Takes decoded rows and keeps the resized image, not yet turned.
pub(crate) struct Intake {
    plan: Plan,
    lanes: Vec<Lane>,
    /// Where lanes of components become one picture of pixels.
    join: Option<Box<Join>>,
    /// One of each plane; allocated as rows come.
    pictures: Vec<Picture>,
    damaged: bool,
}

/// The way of one plane.
pub(crate) struct Lane {
    plane: Plane,
    /// `None` before the first row.
    stages: Option<Vec<Box<dyn Pushed>>>,
}

impl Intake {
    pub(crate) fn new(plan: &Plan) -> Intake {
        let capacity = plan.stored_capacity();
        let planes = plan.planes();
        let picture = |plane: &Plane| Picture::new(plane.resized, plane.source, capacity);
        let components = plan.components();
        Intake {
            pictures: planes.iter().map(picture).collect(),
            lanes: match components {
                Some(planes) => planes.map(Lane::new).into(),
                None => planes.into_iter().map(Lane::new).collect(),
            },
            join: components.map(|planes| Box::new(Join::new(planes))),
            plan: plan.clone(),
            damaged: false,
        }
    }

    /// Whether the decoder had to guess some of the rows.
    pub(crate) fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Whether all rows that are shown have come.
    pub(crate) fn is_complete(&self) -> bool {
        self.pictures.iter().all(Picture::is_complete)
    }

    /// The finished planes.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if rows are missing.
    pub(crate) fn into_pictures(self) -> Result<Vec<Picture>, Error> {
        if !self.is_complete() {
            return Err(Error::Corrupt("the image's rows break off"));
        }
        Ok(self.pictures)
    }
}

const TOO_MANY_PLANES: Error = Error::Corrupt("the image has more planes than it says");

impl RowSink for Intake {
    fn row(&mut self, plane: usize, row: &[u8]) -> Result<(), Error> {
        let lane = self.lanes.get_mut(plane).ok_or(TOO_MANY_PLANES)?;
        match (&mut self.join, &mut self.pictures[..]) {
            (Some(join), [picture, ..]) => {
                lane.push(&self.plan, row, &mut |row| join.take(plane, row))?;
                join.hand_on(picture)
            }
            (_, pictures) => {
                let picture = pictures.get_mut(plane).ok_or(TOO_MANY_PLANES)?;
                lane.push(&self.plan, row, &mut |row| picture.push(row))
            }
        }
    }

    fn frame(&mut self, frame: Frame) -> Result<(), Error> {
        let (Some(lane), Some(picture)) = (self.lanes.first(), self.pictures.first_mut()) else {
            return Ok(());
        };
        let plane = lane.plane;
        let planned = plane.decoded.pixels() * plane.source.channels() as u64;
        if frame.size != plane.decoded
            || frame.layout != plane.source
            || frame.pixels.len() as u64 != planned
        {
            return Err(Error::Corrupt("the image's headers contradict each other"));
        }
        if plane.keeps_every_pixel() {
            *picture = Picture::whole(frame, self.plan.stored_capacity());
            return Ok(());
        }
        frame.rows().try_for_each(|row| self.row(0, row))
    }

    /// A crop leaves rows below it. Without one, the last row is followed by what a decoder says of
    /// the whole file.
    fn is_satisfied(&self) -> bool {
        let Plan { cut, decoded, .. } = &self.plan;
        cut.top + cut.height < decoded.height && self.is_complete()
    }

    fn damaged(&mut self) {
        self.damaged = true;
    }
}

impl Lane {
    fn new(plane: Plane) -> Lane {
        Lane {
            plane,
            stages: None,
        }
    }

    /// Pushes a row through all stages, and hands on what comes out of the last one.
    fn push(
        &mut self,
        plan: &Plan,
        row: &[u8],
        to: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let stages = match &mut self.stages {
            Some(stages) => stages,
            None => self.stages.insert(pushed(plan, &self.plane)?),
        };
        through(stages, row, to)
    }
}

fn through(
    stages: &mut [Box<dyn Pushed>],
    row: &[u8],
    to: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some((stage, behind)) = stages.split_first_mut() else {
        return to(row);
    };
    stage.push(row)?;
    while let Some(row) = stage.next_row() {
        through(behind, row, to)?;
    }
    Ok(())
}

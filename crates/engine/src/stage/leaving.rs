//! From the picture to an encoder: rows leave through the stages that they are pulled out of, and
//! the picture is given back.

use std::cell::Cell;
use std::rc::Rc;

use crate::error::Error;
use crate::pixels::frame::Picture;
use crate::pixels::rows::RowSource;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::pulled;

/// The rows for an encoder of a picture that is given back while they go.
pub(crate) struct Leaving {
    rows: Box<dyn RowSource>,
    held: Rc<Cell<usize>>,
}

impl Leaving {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(plan: &Plan, plane: &Plane, picture: Picture) -> Result<Leaving, Error> {
        let held = Rc::new(Cell::new(picture.held_bytes()));
        let cover = picture.cover.clone();
        let rows = PictureRows {
            picture,
            held: Rc::clone(&held),
        };
        Ok(Leaving {
            rows: pulled(plan, plane, Box::new(rows), cover)?,
            held,
        })
    }

    /// Bytes of the picture that are held.
    pub(crate) fn held_bytes(&self) -> usize {
        self.held.get()
    }
}

impl RowSource for Leaving {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        self.rows.next_row()
    }
}

/// A picture's rows, and a count of what it holds.
struct PictureRows {
    picture: Picture,
    held: Rc<Cell<usize>>,
}

impl RowSource for PictureRows {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let held = self.held.get();
        self.held.set(held.saturating_sub(self.picture.give_back()));
        Ok(self.picture.next_row())
    }
}

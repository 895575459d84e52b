//! Behind a look: the answer is planned with what has been found, and the source is decoded a
//! second time.

use crate::error::Error;
use crate::format::buffered;
use crate::format::codec::only;
use crate::header::Header;
use crate::pipeline::body::Body;
use crate::pipeline::look::Look;
use crate::pipeline::original::Original;
use crate::pipeline::output::Spent;
use crate::pipeline::placeholder::Small;
use crate::pipeline::smart;
use crate::pipeline::state::{Pipeline, State};
use crate::plan::geometry::Cut;
use crate::plan::source::Source;
use crate::plan::{Aim, Plan};
use crate::transform::{Gravity, Smart};

impl Pipeline<'_> {
    /// The look for a box is over: the answer is planned with what it has found, and the file is
    /// decoded anew. False where there was none.
    ///
    /// # Errors
    /// Every refusal of a plan.
    pub(crate) fn look_ends(&mut self) -> Result<bool, Error> {
        let is_over = matches!(
            (self.look, &self.state),
            (Some(Look::Box(_) | Look::Point(_)), State::Body(_))
        );
        if !is_over {
            return Ok(false);
        }
        let nothing = State::Header {
            start: Vec::new(),
            look_at: 0,
        };
        let State::Body(body) = std::mem::replace(&mut self.state, nothing) else {
            return Ok(false);
        };
        if let (Some(Look::Point(smart)), Some(Aim::Kept { .. })) = (self.look, body.plan.aim) {
            self.crop_kept(body, smart)?;
            return Ok(true);
        }
        let (header, source) = (body.plan.header, body.plan.source.clone());
        let file = match self.look {
            Some(Look::Point(smart)) => {
                let (focus, file) = point(body, smart, self.known().cut(&header, self.transform))?;
                self.focus = Some(focus);
                self.look = Look::last(self.transform);
                file
            }
            _ => {
                let (found, file) = body.scan()?;
                let Some(found) = found else {
                    return self.look_again(header, source, file);
                };
                // Less than three pixels a side are no picture with a margin.
                let found = found.filter(|_| header.stored.width.min(header.stored.height) >= 3);
                self.area = found.map(|found| header.orientation.to_upright(found, header.stored));
                self.look = self.needed(Look::behind_box(self.transform), &header);
                file
            }
        };
        if self.described.is_some() {
            let plan = self.asked(header, source.clone(), self.known())?;
            self.described = Some(Box::new(plan));
        }
        let plan = self.plan(header, source, self.known())?;
        self.decode_anew(plan, file)
    }

    /// Plans a look at all rows, where some of them did not tell the box.
    fn look_again(&mut self, header: Header, source: Source, file: Vec<u8>) -> Result<bool, Error> {
        let mut plan = self.plan(header, source, self.known())?;
        if let Some(Aim::Box { thorough, .. }) = &mut plan.aim {
            *thorough = true;
        }
        self.decode_anew(plan, file)
    }

    /// Goes on with a plan for a file that has been decoded. True: there is more to do.
    fn decode_anew(&mut self, mut plan: Plan, file: Vec<u8>) -> Result<bool, Error> {
        plan.original = false; // the file is used up
        let (start, resident) = match plan.gives_file_back() {
            true => (file, Vec::new()),
            false => (Vec::new(), file),
        };
        self.resident = resident;
        let late = self.late_bytes.unwrap_or(0);
        plan.check_budget(self.source_bytes + late, self.limits)?;
        self.state = State::Planned {
            plan: Box::new(plan),
            start,
        };
        Ok(true)
    }

    /// The rest of a file that is decoded anew goes to its decoder in pieces.
    ///
    /// # Errors
    /// [`Error::Corrupt`], [`Error::OutOfMemory`].
    pub(crate) fn feed(&mut self) -> Result<(), Error> {
        let resident = std::mem::take(&mut self.resident);
        if let State::Body(body) = &mut self.state {
            for piece in resident.chunks(PIECE_BYTES) {
                body.decoder.push(piece, &mut body.rows)?;
            }
            // Another look may follow, or the answer.
            if body.plan.is_look() && !resident.is_empty() {
                body.original = Some(Original::decoded(resident));
            }
        }
        Ok(())
    }
}

/// Ends a look for a point: the point, and the source's file.
fn point(body: Body<'_>, smart: Smart, cut: Option<Cut>) -> Result<(Gravity, Vec<u8>), Error> {
    let (plan, pictures, file) = body.decode(&|| 0.0, &mut Spent::default())?;
    let small = Small::new(&plan, buffered::canvas(&plan, only(pictures)?)?);
    let focus = match cut {
        Some(cut) => smart::point(smart, &small, cut)?,
        None => Gravity::CENTRE,
    };
    let file = file.ok_or(Error::Internal("a look has lost its file".to_owned()))?;
    Ok((focus, file.into_file()))
}

/// Bytes of a file that are given to its decoder at a time.
const PIECE_BYTES: usize = 64 << 10;

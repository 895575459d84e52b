//! A look: a cheap decode of the source, which yields facts.
//!
//! `f=json` and the hashes are made of them; a box of the picture is what the geometry of an answer
//! begins with. The file stays in memory for the second time that it is decoded, and is a part of
//! both plans.

use std::num::NonZeroU8;

use crate::choose::Lies;
use crate::error::Error;
use crate::format::buffered;
use crate::format::codec::only;
use crate::guest::Guests;
use crate::header::Header;
use crate::limits::Limits;
use crate::pipeline::body::Body;
use crate::pipeline::output::Spent;
use crate::pipeline::placeholder::Small;
use crate::pipeline::smart;
use crate::plan::source::Source;
use crate::plan::{Known, Plan};
use crate::transform::{Gravity, Smart, Target, Transform};

/// A look that has to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// The box of what is not margin, within a threshold; see [`Plan::scan`].
    Box(NonZeroU8),
    /// A point that a crop goes around; see [`Plan::point`].
    Point(Smart),
    /// A small picture of all of it, see [`Plan::small`].
    Small,
    /// Pixels that are laid over another picture, see [`Plan::layer`].
    Layer(Lies),
}

/// Facts that a look has found.
pub(crate) struct Facts {
    /// The small picture.
    pub(crate) small: Small,
}

impl Look {
    /// The look that comes first, if an answer needs one. The hashes are those of the whole source.
    pub(crate) fn first(transform: &Transform) -> Option<Look> {
        match (transform.target, transform.trim) {
            (Target::Thumbhash | Target::Blurhash, _) => Look::last(transform),
            (_, None) => Look::behind_box(transform),
            (_, Some(threshold)) => Some(Look::Box(threshold)),
        }
    }

    /// The look that comes when the box is known.
    pub(crate) fn behind_box(transform: &Transform) -> Option<Look> {
        match transform.gravity {
            Gravity::Smart(smart) => Some(Look::Point(smart)),
            Gravity::Position(..) | Gravity::Focus(..) | Gravity::Pixel(..) => {
                Look::last(transform)
            }
        }
    }

    /// The look that comes last.
    pub(crate) fn last(transform: &Transform) -> Option<Look> {
        match transform.target {
            Target::Json | Target::Thumbhash | Target::Blurhash => Some(Look::Small),
            Target::Keep | Target::Image(_) | Target::Auto(_) => None,
        }
    }

    /// The plan of the look itself.
    ///
    /// # Errors
    /// As [`Plan::with_guests`].
    pub(crate) fn plan(
        self,
        header: Header,
        source: Source,
        transform: &Transform,
        limits: &Limits,
        guests: &dyn Guests,
        known: Known,
    ) -> Result<Plan, Error> {
        let offer = guests.offer();
        match self {
            Look::Box(threshold) => Plan::scan(header, source, threshold, transform, limits, offer),
            Look::Point(_) => {
                let cut = known.cut(&header, transform).ok_or(NOTHING_CUT)?;
                let bytes = smart::bytes(cut.scaled) + 3 * cut.scaled.pixels();
                let kept = (cut, bytes);
                if let Some(plan) =
                    Plan::kept(header, &source, kept, transform, limits, offer, known)
                {
                    return Ok(plan);
                }
                let size = smart::size(cut);
                let work = (size, smart::bytes(size));
                Plan::point(header, source, work, transform, limits, offer, known)
            }
            Look::Small => Plan::small(header, source, transform, limits, offer),
            Look::Layer(lies) => Plan::layer(header, source, lies, limits, offer),
        }
    }
}

/// A look for a point is planned where there is a crop.
const NOTHING_CUT: Error = Error::Unsupported("nothing is cropped");

impl Facts {
    /// Ends a look that answers are made of: what it has found, and its plan.
    ///
    /// # Errors
    /// [`Error::Corrupt`], [`Error::OutOfMemory`].
    pub(crate) fn of(
        body: Body<'_>,
        now_ms: &dyn Fn() -> f64,
        spent: &mut Spent,
    ) -> Result<(Facts, Box<Plan>), Error> {
        let (plan, pictures, _) = body.decode(now_ms, spent)?;
        let small = Small::new(&plan, buffered::canvas(&plan, only(pictures)?)?);
        Ok((Facts { small }, plan))
    }
}

//! A look: a cheap decode of the source, which yields facts.
//!
//! `f=json` and the hashes are made of them; a box of the picture is what the geometry of an answer
//! begins with. The file stays in memory for the second time that it is decoded, and is a part of
//! both plans.

use std::num::NonZeroU8;

use crate::error::Error;
use crate::format::buffered;
use crate::format::codec::only;
use crate::guest::Guests;
use crate::header::Header;
use crate::limits::Limits;
use crate::pipeline::body::Body;
use crate::pipeline::output::Spent;
use crate::pipeline::placeholder::Small;
use crate::plan::Plan;
use crate::plan::source::Source;
use crate::transform::{Target, Transform};

/// A look that has to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// The box of what is not margin, within a threshold; see [`Plan::scan`].
    Box(NonZeroU8),
    /// A small picture of all of it, see [`Plan::small`].
    Small,
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
            (Target::Thumbhash | Target::Blurhash, _) | (_, None) => Look::last(transform),
            (_, Some(threshold)) => Some(Look::Box(threshold)),
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
    ) -> Result<Plan, Error> {
        match self {
            Look::Box(threshold) => {
                Plan::scan(header, source, threshold, transform, limits, guests.offer())
            }
            Look::Small => Plan::small(header, source, transform, limits, guests.offer()),
        }
    }
}

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

//! Error of a TIFF whose parts are not where its directory points.

use crate::error::Error;

pub(crate) const DAMAGED: Error = Error::Corrupt("the TIFF is damaged or breaks off");

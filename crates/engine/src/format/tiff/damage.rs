//! The error of a TIFF whose parts are not where it says.

use crate::error::Error;

pub(crate) const DAMAGED: Error = Error::Corrupt("the TIFF is damaged or breaks off");

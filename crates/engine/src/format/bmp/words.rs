//! Definitions that the reader of rows and the reader of runs share.

use crate::error::Error;

pub(crate) const BROKEN_OFF: Error = Error::Corrupt("the bitmap breaks off");

/// Palette of a bitmap. Colours without an entry are black.
pub(crate) type Palette = [[u8; 3]; 256];

//! The ways in which rows become a file: filters and compression.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use png::{BitDepth, DeflateCompression, Filter};

use crate::error::Error;
use crate::format::whole::InPlace;
use crate::pixels::layout::Size;
use crate::plan::Plan;

/// An image on its way to its file, shared by who reads it and who writes that.
pub(crate) type Shared = Rc<RefCell<InPlace>>;

/// How rows become bytes.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    pub(crate) filter: Filter,
    pub(crate) compression: DeflateCompression,
}

/// A fast deflate with the Paeth filter makes photos smaller than a slow one with none.
pub(crate) const PHOTO: Way = Way {
    filter: Filter::Paeth,
    compression: DeflateCompression::FdeflateUltraFast,
};

/// The level of zlib and sharp by default.
const LEVEL: u8 = 6;

pub(crate) const DRAWING: Way = Way {
    filter: Filter::NoFilter,
    compression: DeflateCompression::Level(LEVEL),
};

/// Filters that are chosen row by row: slow.
pub(crate) const BY_ROWS: Way = Way {
    filter: Filter::Adaptive,
    compression: DeflateCompression::Level(LEVEL),
};

pub(crate) fn encoder(
    plan: &Plan,
    way: Way,
    sink: Box<dyn Write>,
) -> png::Encoder<'static, Box<dyn Write>> {
    let Size { width, height } = plan.canvas;
    let mut encoder = png::Encoder::new(sink, width, height);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_deflate_compression(way.compression);
    encoder.set_filter(way.filter);
    encoder
}

pub(crate) fn internal(error: impl Into<png::EncodingError>) -> Error {
    Error::Internal(error.into().to_string())
}

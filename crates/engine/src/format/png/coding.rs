//! Ways to write rows: filters and compression.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use png::{BitDepth, DeflateCompression, Filter};

use crate::error::Error;
use crate::format::buffered::InPlace;
use crate::pixels::layout::Size;
use crate::plan::Plan;

/// An image that becomes its file in place, shared by the reader of the image and the writer of the
/// file.
pub(crate) type Shared = Rc<RefCell<InPlace>>;

/// Filter and compression of rows.
#[derive(Clone, Copy)]
pub(crate) struct RowCoding {
    pub(crate) filter: Filter,
    pub(crate) compression: DeflateCompression,
}

/// Way for photos: a fast deflate with the Paeth filter gives smaller files than a slow one without
/// a filter.
pub(crate) const PHOTO: RowCoding = RowCoding {
    filter: Filter::Paeth,
    compression: DeflateCompression::FdeflateUltraFast,
};

/// Compression level, which is the default of zlib and sharp.
const LEVEL: u8 = 6;

pub(crate) const DRAWING: RowCoding = RowCoding {
    filter: Filter::NoFilter,
    compression: DeflateCompression::Level(LEVEL),
};

/// Way with a filter chosen for each row, which is slow.
pub(crate) const BY_ROWS: RowCoding = RowCoding {
    filter: Filter::Adaptive,
    compression: DeflateCompression::Level(LEVEL),
};

pub(crate) fn encoder(
    plan: &Plan,
    coding: RowCoding,
    sink: Box<dyn Write>,
) -> png::Encoder<'static, Box<dyn Write>> {
    let Size { width, height } = plan.canvas;
    let mut encoder = png::Encoder::new(sink, width, height);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_deflate_compression(coding.compression);
    encoder.set_filter(coding.filter);
    encoder
}

pub(crate) fn internal(error: impl Into<png::EncodingError>) -> Error {
    Error::Internal(error.into().to_string())
}

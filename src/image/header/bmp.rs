//! The Windows bitmap's information header.

use super::cursor::{Cursor, Stop};
use super::{Colours, Header};
use crate::image::frame::{Layout, Size};
use crate::image::orient::Orientation;
use crate::transform::Format;

pub(super) fn parse(bytes: &[u8]) -> Result<Header, Stop> {
    let mut cursor = Cursor::little_endian(bytes).seek(14);
    let header_bytes = cursor.u32()?;
    let (width, height) = match header_bytes {
        12 => (u32::from(cursor.u16()?), u32::from(cursor.u16()?)),
        16..=1024 => (cursor.u32()?, (cursor.u32()? as i32).unsigned_abs()), // a negative height means top-down
        _ => return Err(Stop::Corrupt("the bitmap's header has an unknown length")),
    };
    cursor.skip(2);
    let bits = cursor.u16()?;
    // The alpha mask stands at a fixed place in headers of version 3 and later.
    let alpha = bits >= 16 && header_bytes >= 56 && cursor.seek(14 + 52).u32()? != 0;
    let stored = Size { width, height };
    Ok(Header {
        format: Format::Bmp,
        stored,
        orientation: Orientation::default(),
        layout: Layout::of(false, alpha),
        coding: super::whole(stored, 8), // the decoder's pixels and ours
        colours: Colours::Untagged,
        inks: false,
        palette: false,
    })
}

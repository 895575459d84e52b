//! RFC 9649: the first chunk has the size; EXIF stands behind the pixels.

use super::cursor::{Cursor, Stop};
use super::{Coding, Header, exif};
use crate::image::frame::{Layout, Size};
use crate::image::orient::Orientation;
use crate::transform::Format;

pub(super) fn parse(bytes: &[u8], complete: bool) -> Result<Header, Stop> {
    let mut cursor = Cursor::little_endian(bytes).seek(12);
    let kind: [u8; 4] = cursor.array()?;
    let length = cursor.u32()? as usize;
    let mut orientation = Orientation::default();
    let (width, height, alpha) = match &kind {
        b"VP8 " => {
            let tag = cursor.array::<6>()?;
            if tag[3..] != [0x9d, 0x01, 0x2a] {
                return Err(Stop::Corrupt("the WebP frame has no start code"));
            }
            (
                u32::from(cursor.u16()? & 0x3fff),
                u32::from(cursor.u16()? & 0x3fff),
                false,
            )
        }
        b"VP8L" => {
            if cursor.u8()? != 0x2f {
                return Err(Stop::Corrupt("the WebP frame has no signature"));
            }
            let bits = cursor.u32()?;
            (
                (bits & 0x3fff) + 1,
                ((bits >> 14) & 0x3fff) + 1,
                bits >> 28 & 1 != 0,
            )
        }
        b"VP8X" => {
            let flags = cursor.u8()?;
            cursor.skip(3);
            let size = (cursor.u24()? + 1, cursor.u24()? + 1);
            if flags & 0x08 != 0 {
                orientation = match find_exif(bytes, 20 + length + length % 2) {
                    Ok(orientation) => orientation,
                    Err(_) if complete => Orientation::default(),
                    Err(stop) => return Err(stop),
                };
            }
            (size.0, size.1, flags & 0x10 != 0)
        }
        _ => return Err(Stop::Corrupt("the WebP has no image")),
    };
    Ok(Header {
        format: Format::WebP,
        stored: Size { width, height },
        orientation,
        layout: Layout::of(false, alpha),
        coding: Coding::Whole {
            bytes_per_pixel: 12,
        }, // result, decoder's own frame, and a canvas if animated
    })
}

/// Walks the chunks behind the header.
fn find_exif(bytes: &[u8], first: usize) -> Result<Orientation, Stop> {
    let mut cursor = Cursor::little_endian(bytes).seek(first);
    loop {
        let kind: [u8; 4] = cursor.array()?;
        let length = cursor.u32()? as usize;
        if &kind == b"EXIF" {
            return Ok(exif::orientation_with_prefix(cursor.take(length)?));
        }
        cursor.skip(length.saturating_add(length % 2));
    }
}

//! PNG chunks up to the first IDAT: IHDR, tRNS and eXIf.

use super::cursor::{Cursor, Stop};
use super::{Coding, Header, exif};
use crate::image::frame::{Layout, Size};
use crate::image::orient::Orientation;
use crate::transform::Format;

/// What the library that reads interlaced files holds of the file, of chunks and of inflated data.
const SLACK_BYTES: u64 = 128 << 10;

pub(super) fn parse(bytes: &[u8]) -> Result<Header, Stop> {
    let mut cursor = Cursor::big_endian(bytes).seek(8);
    cursor.skip(4);
    if cursor.take(4)? != b"IHDR" {
        return Err(Stop::Corrupt("the PNG does not start with IHDR"));
    }
    let (width, height) = (cursor.u32()?, cursor.u32()?);
    let [depth, colour_type, _compression, _filter, interlace] = cursor.array()?;
    cursor.skip(4);
    let (mut orientation, mut transparency) = (Orientation::default(), false);
    loop {
        let length = cursor.u32()? as usize;
        let kind: [u8; 4] = cursor.array()?;
        match &kind {
            b"IDAT" => break,
            b"IEND" => return Err(Stop::Corrupt("the PNG has no image data")),
            b"tRNS" => transparency = true,
            b"eXIf" => {
                orientation = exif::orientation(cursor.take(length)?);
                cursor.skip(4);
                continue;
            }
            _ => {}
        }
        cursor.skip(length.saturating_add(4));
    }
    let (grey, alpha, samples) = match colour_type {
        0 => (true, transparency, 1),
        2 => (false, transparency, 3),
        3 => (false, transparency, 1),
        4 => (true, true, 2),
        6 => (false, true, 4),
        _ => return Err(Stop::Corrupt("the PNG has an unknown colour type")),
    };
    let layout = Layout::of(grey, alpha);
    let size = Size { width, height };
    Ok(Header {
        format: Format::Png,
        stored: size,
        orientation,
        layout,
        coding: match interlace {
            0 => Coding::Rows {
                bits_per_pixel: samples * u32::from(depth),
            },
            // Seven passes over the picture, each with rows of its own: a few of at most 8 bytes a pixel.
            _ => Coding::Whole {
                peak_bytes: size
                    .pixels()
                    .saturating_mul(layout.channels() as u64)
                    .saturating_add(64 * u64::from(width) + SLACK_BYTES),
                copies: 0,
            },
        },
    })
}

//! GIF blocks up to the first image: the logical screen is the canvas.

use super::cursor::{Cursor, Stop};
use super::{Coding, Colours, Header};
use crate::image::codec::UNPACKER_BYTES;
use crate::image::frame::{Layout, Size};
use crate::image::orient::Orientation;
use crate::transform::Format;

pub(super) fn parse(bytes: &[u8]) -> Result<Header, Stop> {
    let mut cursor = Cursor::little_endian(bytes).seek(6);
    let (width, height, flags) = (cursor.u16()?, cursor.u16()?, cursor.u8()?);
    cursor.skip(2);
    if flags & 0x80 != 0 {
        cursor.skip(3 << ((flags & 7) + 1));
    }
    let mut transparency = false;
    loop {
        match cursor.u8()? {
            0x21 => {
                let graphic_control = cursor.u8()? == 0xf9;
                loop {
                    let length = usize::from(cursor.u8()?);
                    let block = cursor.take(length)?;
                    if length == 0 {
                        break;
                    }
                    if graphic_control {
                        transparency = block[0] & 1 != 0;
                    }
                }
            }
            0x2c => break,
            0x3b => return Err(Stop::Corrupt("the GIF has no image")),
            _ => return Err(Stop::Corrupt("the GIF has an unknown block")),
        }
    }
    let (left, top, w, h) = (cursor.u16()?, cursor.u16()?, cursor.u16()?, cursor.u16()?);
    let covers = left == 0 && top == 0 && w >= width && h >= height;
    let layout = Layout::of(false, transparency || !covers);
    let stored = Size {
        width: width.into(),
        height: height.into(),
    };
    Ok(Header {
        format: Format::Gif,
        stored,
        orientation: Orientation::default(),
        layout,
        coding: Coding::Whole {
            peak_bytes: stored.pixels() * layout.channels() as u64 + UNPACKER_BYTES + u64::from(w),
            copies: 0,
        },
        colours: Colours::Untagged,
        inks: false,
        palette: true,
    })
}

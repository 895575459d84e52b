//! GIF blocks up to the first image. The logical screen is the canvas, enlarged where the first
//! image does not fit.

use crate::format::gif::lzw::decode::UNPACKER_BYTES;
use crate::header::colours::Colours;
use crate::header::cursor::{Cursor, Stop};
use crate::header::{Coding, Header};
use crate::pixels::layout::{Layout, Size};
use crate::pixels::orientation::Orientation;
use crate::spec::Format;

pub(crate) fn parse(bytes: &[u8]) -> Result<Header, Stop> {
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
    let mut number = || cursor.u16().map(u32::from);
    let (left, top, w, h) = (number()?, number()?, number()?, number()?);
    // Some files have a screen that is too small, or 0 x 0. Later images are clipped.
    let stored = Size {
        width: u32::from(width).max(left + w),
        height: u32::from(height).max(top + h),
    };
    let covers = w == stored.width && h == stored.height;
    let layout = Layout::of(false, transparency || !covers);
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
        cmyk: false,
        palette: true,
    })
}

/// Returns the bytes of the colour table that the flags of a screen or an image announce.
pub(crate) fn palette_bytes(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

//! GIF blocks up to the first image: the logical screen is the canvas.

use super::cursor::{Cursor, Stop};
use super::{Coding, Colours, Header};
use crate::image::frame::{Layout, Size};
use crate::image::orient::Orientation;
use crate::transform::Format;

/// The library's dictionary, and its buffers.
pub(in crate::image) const SLACK_BYTES: u64 = 64 << 10;

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
    let indices = u64::from(w) * u64::from(h);
    Ok(Header {
        format: Format::Gif,
        stored,
        orientation: Orientation::default(),
        layout,
        coding: Coding::Whole {
            peak_bytes: stored.pixels() * layout.channels() as u64 + indices + SLACK_BYTES,
            copies: 0,
            guest_bytes: None,
        },
        colours: Colours::Untagged,
        inks: false,
        palette: true,
    })
}

/// The file without what stands between the screen and its first image, but for the last graphic control: comments and metadata may be
/// of any length, and libraries keep them. Three parts of it, in their order.
pub(in crate::image) fn without_metadata(bytes: &[u8]) -> Option<[&[u8]; 3]> {
    let mut at = 13;
    let flags = *bytes.get(10)?;
    if flags & 0x80 != 0 {
        at += 3 << ((flags & 7) + 1);
    }
    let (head, mut control) = (bytes.get(..at)?, &[][..]);
    while *bytes.get(at)? == 0x21 {
        let start = at;
        at += 2;
        loop {
            let length = usize::from(*bytes.get(at)?);
            at += 1 + length;
            if length == 0 {
                break;
            }
        }
        if bytes[start + 1] == 0xf9 {
            control = bytes.get(start..at)?;
        }
    }
    Some([head, control, &bytes[at..]])
}

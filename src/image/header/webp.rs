//! RFC 9649: the first chunk has the size; the profile stands in front of the pixels, EXIF behind them.

use super::cursor::{Cursor, Stop};
use super::{Coding, Colours, Header, exif};
use crate::image::frame::{Layout, Size};
use crate::image::orient::Orientation;
use crate::transform::Format;

pub(super) fn parse(bytes: &[u8], complete: bool) -> Result<Header, Stop> {
    let mut cursor = Cursor::little_endian(bytes).seek(12);
    let kind: [u8; 4] = cursor.array()?;
    let length = cursor.u32()? as usize;
    let (mut orientation, mut colours) = (Orientation::default(), Colours::Untagged);
    let (mut first, mut animated) = (kind, false);
    let (width, height, alpha) = match &kind {
        b"VP8 " => {
            let (width, height) = lossy_size(&mut cursor)?;
            (width, height, false)
        }
        b"VP8L" => {
            let ((width, height), alpha) = lossless_size(&mut cursor)?;
            (width, height, alpha)
        }
        b"VP8X" => {
            let flags = cursor.u8()?;
            cursor.skip(3);
            let size = (cursor.u24()? + 1, cursor.u24()? + 1);
            let after_header = 20usize.saturating_add(length).saturating_add(length % 2);
            if flags & 0x08 != 0 {
                orientation = match find_exif(bytes, after_header) {
                    Ok(orientation) => orientation,
                    Err(_) if complete => Orientation::default(),
                    Err(stop) => return Err(stop),
                };
            }
            first = check_first_frame(bytes, after_header, size)?;
            animated = flags & 0x02 != 0;
            if flags & 0x20 != 0
                && let Ok(profile) = chunk(bytes, b"ICCP")
            {
                colours = Colours::Profile(profile.len() as u32);
            }
            (size.0, size.1, flags & 0x10 != 0)
        }
        _ => return Err(Stop::Corrupt("the WebP has no image")),
    };
    let stored = Size { width, height };
    Ok(Header {
        format: Format::WebP,
        stored,
        orientation,
        layout: Layout::of(false, alpha),
        coding: Coding::Whole {
            peak_bytes: peak_bytes(stored, &first, alpha, animated),
            copies: if first == *b"VP8L" { 0 } else { 2 }, // the last partition of a lossy frame, growing
        },
        colours,
        inks: false,
    })
}

/// What the library holds: the result; of a lossy image its planes, and what its alpha is decoded from; of a lossless one RGBA, which is
/// the result where that has alpha; of an animation a canvas and a frame beside the result.
fn peak_bytes(size: Size, first: &[u8; 4], alpha: bool, animated: bool) -> u64 {
    // Whole macroblocks.
    let macroblocks = u64::from(size.width.div_ceil(16)) * u64::from(size.height.div_ceil(16));
    let (result, planes) = (if alpha { 4 } else { 3 }, 384 * macroblocks);
    let per_pixel = match (first, animated) {
        (_, true) => result + 4 + 4 + 1,
        (b"VP8L", false) => 4 + if alpha { 0 } else { 3 },
        // RGBA of which alpha is a channel, and that channel.
        (_, false) if alpha => result + 5,
        _ => result,
    };
    let planes = if first == b"VP8L" { 0 } else { planes };
    // What is decoded with: contexts of macroblocks, Huffman tables, transforms.
    let small = SLACK_BYTES + 16 * u64::from(size.width);
    size.pixels()
        .saturating_mul(per_pixel)
        .saturating_add(planes + small)
}

const SLACK_BYTES: u64 = 64 << 10;

/// The first frame is as large as the canvas says, or the animation's frame: decoders make room for it before they look.
fn check_first_frame(bytes: &[u8], first: usize, canvas: (u32, u32)) -> Result<[u8; 4], Stop> {
    let mut cursor = Cursor::little_endian(bytes).seek(first);
    let mut expected = canvas;
    loop {
        let kind: [u8; 4] = cursor.array()?;
        let length = cursor.u32()? as usize;
        let size = match &kind {
            b"ANMF" => {
                cursor.skip(6);
                expected = (cursor.u24()? + 1, cursor.u24()? + 1);
                cursor.skip(4); // duration and flags; the frame's own chunks follow
                if expected.0 > canvas.0 || expected.1 > canvas.1 {
                    return Err(Stop::Corrupt("a WebP frame is larger than its canvas"));
                }
                continue;
            }
            b"VP8 " => lossy_size(&mut cursor)?,
            b"VP8L" => lossless_size(&mut cursor)?.0,
            _ => {
                cursor.skip(length.saturating_add(length % 2));
                continue;
            }
        };
        let agrees = size == expected;
        return if agrees {
            Ok(kind)
        } else {
            Err(Stop::Corrupt("the WebP's sizes contradict each other"))
        };
    }
}

/// The content of the first chunk of a kind, in front of the pixels.
pub(super) fn chunk<'a>(file: &'a [u8], wanted: &[u8; 4]) -> Result<&'a [u8], Stop> {
    let mut cursor = Cursor::little_endian(file).seek(12);
    loop {
        let kind: [u8; 4] = cursor.array()?;
        let length = cursor.u32()? as usize;
        match &kind {
            kind if kind == wanted => return cursor.take(length),
            b"VP8 " | b"VP8L" | b"ANMF" => return Err(Stop::Corrupt("the WebP has no such chunk")),
            _ => cursor.skip(length.saturating_add(length % 2)),
        }
    }
}

/// RFC 6386, section 9.1.
fn lossy_size(cursor: &mut Cursor<'_>) -> Result<(u32, u32), Stop> {
    let tag = cursor.array::<6>()?;
    if tag[3..] != [0x9d, 0x01, 0x2a] {
        return Err(Stop::Corrupt("the WebP frame has no start code"));
    }
    Ok((
        u32::from(cursor.u16()? & 0x3fff),
        u32::from(cursor.u16()? & 0x3fff),
    ))
}

/// RFC 9649, section 3.4: the size, and whether there is alpha.
fn lossless_size(cursor: &mut Cursor<'_>) -> Result<((u32, u32), bool), Stop> {
    if cursor.u8()? != 0x2f {
        return Err(Stop::Corrupt("the WebP frame has no signature"));
    }
    let bits = cursor.u32()?;
    Ok((
        ((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1),
        bits >> 28 & 1 != 0,
    ))
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

//! An icon's directory: the largest image counts.

use std::ops::Range;

use super::cursor::{Cursor, Stop};
use super::{Coding, Colours, Header, png};
use crate::image::Error;
use crate::image::frame::{Layout, Size};
use crate::image::orient::Orientation;
use crate::transform::Format;

pub(super) fn parse(bytes: &[u8], complete: bool) -> Result<Header, Stop> {
    if !complete {
        return Err(Stop::NeedMore); // the images stand anywhere in the file
    }
    let (_, place) = largest(bytes)?;
    let image = bytes.get(place).ok_or(Stop::NeedMore)?;
    if image.starts_with(PNG) {
        return Ok(Header {
            format: Format::Ico,
            ..png::parse(image)?
        });
    }
    let mut cursor = Cursor::little_endian(image).seek(4);
    // The height counts the transparency mask as a second image below the first.
    let stored = Size {
        width: cursor.u32()?,
        height: (cursor.u32()? as i32).unsigned_abs() / 2,
    };
    Ok(Header {
        format: Format::Ico,
        stored,
        orientation: Orientation::default(),
        layout: Layout::Rgba,
        coding: match super::whole(stored, 9) {
            Coding::Whole { peak_bytes, .. } => Coding::Whole {
                peak_bytes,
                copies: 1, // with the largest image alone
            },
            coding => coding,
        }, // the decoder's pixels, a mask, and ours
        colours: Colours::Untagged,
        inks: false,
        palette: false,
    })
}

/// What an icon starts with that is a PNG file.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The largest image, if it is a PNG file.
pub(in crate::image) fn inner_png(bytes: &[u8]) -> Option<&[u8]> {
    let (_, place) = largest(bytes).ok()?;
    bytes.get(place).filter(|image| image.starts_with(PNG))
}

/// The file as if it held the largest image only: libraries choose by other rules.
///
/// # Errors
/// [`Error::Corrupt`] where the directory points outside the file; [`Error::OutOfMemory`].
pub(in crate::image) fn only_largest(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let damaged = |_| Error::Corrupt("the icon's directory is damaged");
    let (entry, place) = largest(bytes).map_err(damaged)?;
    let image = bytes.get(place).ok_or(Error::Corrupt(
        "the icon's directory points outside the file",
    ))?;
    let mut file = Vec::new();
    file.try_reserve_exact(22 + image.len())
        .map_err(|_| Error::OutOfMemory)?;
    file.extend_from_slice(b"\0\0\x01\0\x01\0");
    file.extend_from_slice(&entry);
    file.extend_from_slice(&(image.len() as u32).to_le_bytes());
    file.extend_from_slice(&22u32.to_le_bytes());
    file.extend_from_slice(image);
    Ok(file)
}

/// The largest image: the first eight bytes of its directory entry, and where it stands.
fn largest(bytes: &[u8]) -> Result<([u8; 8], Range<usize>), Stop> {
    let mut cursor = Cursor::little_endian(bytes).seek(4);
    let (mut best, mut best_rank) = (([0; 8], 0..0), 0);
    for _ in 0..cursor.u16()? {
        let entry: [u8; 8] = cursor.array()?;
        let (length, offset) = (cursor.u32()? as usize, cursor.u32()? as usize);
        let side = |s: u8| if s == 0 { 256 } else { u64::from(s) };
        let bits = u16::from_le_bytes([entry[6], entry[7]]).min(255);
        let rank = side(entry[0]) * side(entry[1]) * 256 + u64::from(bits);
        if rank > best_rank {
            (best, best_rank) = ((entry, offset..offset.saturating_add(length)), rank);
        }
    }
    Ok(best)
}

//! PNG chunks up to the first IDAT: IHDR, tRNS, eXIf, and what the samples mean (PNG, third edition, clause 11.3.2).

use super::cursor::{Cursor, Stop};
use super::{Coding, Colours, Header, colours, exif};
use crate::image::frame::{Layout, Size};
use crate::transform::Format;

/// What the library that reads interlaced files has in tables, and of chunks.
const TABLES_BYTES: u64 = 48 << 10;

/// What it holds of inflated data: four rows or 128 KiB, what may be referred to, and what comes, in a buffer that doubles, so that it is
/// there with half as much again while it moves; of a small picture the whole.
fn inflated_bytes(size: Size, bits_per_pixel: u32) -> u64 {
    let row = (u64::from(size.width) * u64::from(bits_per_pixel)).div_ceil(8) + 1;
    let whole = row.saturating_mul(size.height.into());
    let need = (4 * row).max(128 << 10) + row + (40 << 10);
    (need.next_power_of_two() * 3 / 2).min(whole.saturating_mul(3).saturating_add(16 << 10))
}

pub(super) fn parse(bytes: &[u8]) -> Result<Header, Stop> {
    let mut cursor = Cursor::big_endian(bytes).seek(8);
    cursor.skip(4);
    if cursor.take(4)? != b"IHDR" {
        return Err(Stop::Corrupt("the PNG does not start with IHDR"));
    }
    let (width, height) = (cursor.u32()?, cursor.u32()?);
    let [depth, colour_type, _compression, _filter, interlace] = cursor.array()?;
    cursor.skip(4);
    let (mut orientation, mut transparency) = (None, false);
    let mut said = Said::default();
    loop {
        let length = cursor.u32()? as usize;
        let kind: [u8; 4] = cursor.array()?;
        let chunk = cursor;
        match &kind {
            b"IDAT" => break,
            b"IEND" => return Err(Stop::Corrupt("the PNG has no image data")),
            b"tRNS" => transparency = true,
            b"eXIf" if orientation.is_none() => {
                orientation = exif::orientation(cursor.take(length)?);
            }
            b"iCCP" if said.profile.is_none() => {
                said.profile = colours::inflated_bytes(cursor.take(length)?);
            }
            b"sRGB" => said.srgb = true,
            b"cICP" if length == 4 => said.code_points = Colours::of_code_points(cursor.array()?),
            b"gAMA" if length == 4 => said.gamma = cursor.u32()?,
            b"cHRM" if length == 32 => {
                let mut values = [0; 8];
                for value in &mut values {
                    *value = cursor.u32()?;
                }
                said.chromaticities = Some(values);
            }
            _ => {}
        }
        cursor = chunk.seek(chunk.position().saturating_add(length).saturating_add(4));
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
        orientation: orientation.unwrap_or_default(),
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
                    .saturating_add(64 * u64::from(width) + TABLES_BYTES)
                    .saturating_add(inflated_bytes(size, samples * u32::from(depth))),
                copies: 0,
            },
        },
        colours: said.colours(),
        inks: false,
        palette: colour_type == 3,
    })
}

/// What the chunks say of the colours; there may be several, and one of them counts (clause 4.3).
#[derive(Default)]
struct Said {
    code_points: Option<Colours>,
    profile: Option<u32>,
    srgb: bool,
    gamma: u32,
    chromaticities: Option<[u32; 8]>,
}

impl Said {
    fn colours(self) -> Colours {
        match self {
            Said {
                code_points: Some(colours),
                ..
            } => colours,
            Said {
                profile: Some(bytes),
                ..
            } => Colours::Profile(bytes),
            Said { srgb: true, .. } => Colours::Srgb,
            Said {
                gamma: 0,
                chromaticities: None,
                ..
            } => Colours::Untagged,
            Said {
                gamma,
                chromaticities,
                ..
            } => Colours::Gamma {
                gamma,
                chromaticities,
            },
        }
    }
}

/// The content of the first chunk of a kind, in front of the pixels.
pub(super) fn chunk<'a>(file: &'a [u8], wanted: &[u8; 4]) -> Result<&'a [u8], Stop> {
    let mut cursor = Cursor::big_endian(file).seek(8);
    loop {
        let length = cursor.u32()? as usize;
        match &cursor.array()? {
            kind if kind == wanted => return cursor.take(length),
            b"IDAT" => return Err(Stop::Corrupt("the PNG has no such chunk")),
            _ => cursor.skip(length.saturating_add(4)),
        }
    }
}

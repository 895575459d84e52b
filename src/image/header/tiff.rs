//! TIFF 6.0: the first directory has everything.

use super::cursor::Stop;
use super::{Colours, Header, exif};
use crate::image::frame::{Layout, Size};
use crate::image::orient::Orientation;
use crate::transform::Format;

/// Compression schemes 6 and 7.
const JPEG_IN_TIFF: [u32; 2] = [6, 7];

/// Tables of strips and of tiles, which the library reads into memory before it knows any limit: where they start and how long they are.
const TABLES: [u16; 4] = [0x0111, 0x0117, 0x0144, 0x0145];
const MOST_STRIPS: u32 = 65_536;
/// What it holds of a value in one of them while it reads it.
const VALUE_BYTES: u64 = 64;

/// Everything else that it reads before: some values of the picture, or one for each sample, never so many as this. What has more, such as
/// texts and profiles, is not read.
const READ_INTO_MEMORY: [u16; 16] = [
    0x0100, 0x0101, 0x0102, 0x0103, 0x0106, 0x0112, 0x0115, 0x0116, 0x011c, 0x013d, 0x0140, 0x0142,
    0x0143, 0x0152, 0x0153, 0x0212,
];
const MOST_VALUES: u32 = 768;

pub(super) fn parse(bytes: &[u8], complete: bool) -> Result<Header, Stop> {
    if !complete {
        return Err(Stop::NeedMore); // the directory may stand anywhere in the file
    }
    let (mut stored, mut bits, mut samples, mut extra) = (
        Size {
            width: 0,
            height: 0,
        },
        8,
        1,
        0,
    );
    let (mut photometric, mut orientation) = (1, Orientation::default());
    let (mut planar, mut tiled, mut strips) = (false, false, 0);
    let mut colours = Colours::Untagged;
    for entry in exif::directory(bytes)? {
        let is_in = |tags: &[u16]| tags.contains(&entry.tag);
        if is_in(&TABLES) {
            strips = entry.count.max(strips);
        }
        if strips > MOST_STRIPS || entry.count > MOST_VALUES && is_in(&READ_INTO_MEMORY) {
            return Err(Stop::Corrupt("a TIFF table is too long"));
        }
        match entry.tag {
            0x0100 => stored.width = entry.value,
            0x0101 => stored.height = entry.value,
            // All samples of a pixel have the same depth, in every file that is read.
            0x0102 => bits = exif::first_short(bytes, &entry)?.min(64),
            0x0103 if JPEG_IN_TIFF.contains(&entry.value) => {
                return Err(Stop::Unsupported("JPEG-compressed TIFF is not read"));
            }
            0x0106 => photometric = entry.value,
            0x0112 => orientation = Orientation::from_exif(entry.value).unwrap_or_default(),
            0x0115 => samples = entry.value.min(16),
            0x011c => planar = entry.value == 2,
            0x0142 => tiled = true,
            0x0152 => extra = entry.count,
            exif::ICC_PROFILE => colours = Colours::Profile(entry.count),
            _ => {}
        }
    }
    if planar && tiled {
        return Err(Stop::Unsupported("TIFF in planar tiles is not read")); // the library asserts what does not hold for it
    }
    // Less than a byte, but in a picture with more strips than pixels.
    let of_table = (u64::from(strips) * VALUE_BYTES).div_ceil(stored.pixels().max(1));
    let grey = photometric < 2;
    let alpha = extra > 0 || (grey && samples == 2) || (photometric == 2 && samples == 4);
    Ok(Header {
        format: Format::Tiff,
        stored,
        orientation,
        layout: Layout::of(grey, alpha),
        coding: super::whole(stored, 2 * samples * bits.div_ceil(8) + 8 + of_table as u32), // strips, pixels, ours
        colours,
        inks: false,
        palette: false,
    })
}

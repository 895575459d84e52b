//! TIFF 6.0: the first directory has everything.

use super::cursor::Stop;
use super::{Colours, Header, exif};
use crate::image::frame::{Layout, Size};
use crate::image::orient::Orientation;
use crate::transform::Format;

/// Compression schemes 6 and 7.
const JPEG_IN_TIFF: [u32; 2] = [6, 7];

/// Tags whose values the library reads into memory before it knows any limit: depths, strips, tiles, the palette.
const READ_INTO_MEMORY: [u16; 9] = [
    0x0102, 0x0111, 0x0117, 0x0140, 0x0144, 0x0145, 0x0153, 0x0152, 0x015b,
];
const MOST_VALUES: u32 = 65_536;

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
    let (mut planar, mut tiled) = (false, false);
    let mut colours = Colours::Untagged;
    for entry in exif::directory(bytes)? {
        if entry.count > MOST_VALUES && READ_INTO_MEMORY.contains(&entry.tag) {
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
    let grey = photometric < 2;
    let alpha = extra > 0 || (grey && samples == 2) || (photometric == 2 && samples == 4);
    Ok(Header {
        format: Format::Tiff,
        stored,
        orientation,
        layout: Layout::of(grey, alpha),
        coding: super::whole(stored, 2 * samples * bits.div_ceil(8) + 8), // strips, pixels, ours
        colours,
        inks: false,
    })
}

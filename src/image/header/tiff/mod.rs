//! TIFF 6.0: the first directory has everything. Where the directory stands in front of the pixels,
//! the header is known before they come.

mod directory;
mod shape;

pub(in crate::image) use directory::{Directory, Values};
pub use shape::{Alpha, Compression, Jpeg, Pixels, Shape};

use super::cursor::Stop;
use super::{Coding, Colours, Header};
use crate::image::frame::{Layout, Size};
use crate::image::orient::Orientation;
use crate::transform::Format;
use shape::number;

/// Tags by their names in TIFF 6.0, in the order of their numbers.
pub(in crate::image) mod tag {
    pub(in crate::image) const IMAGE_WIDTH: u16 = 256;
    pub(in crate::image) const IMAGE_LENGTH: u16 = 257;
    pub(in crate::image) const BITS_PER_SAMPLE: u16 = 258;
    pub(in crate::image) const COMPRESSION: u16 = 259;
    pub(in crate::image) const PHOTOMETRIC: u16 = 262;
    pub(in crate::image) const FILL_ORDER: u16 = 266;
    pub(in crate::image) const STRIP_OFFSETS: u16 = 273;
    pub(in crate::image) const ORIENTATION: u16 = 274;
    pub(in crate::image) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(in crate::image) const ROWS_PER_STRIP: u16 = 278;
    pub(in crate::image) const STRIP_BYTE_COUNTS: u16 = 279;
    pub(in crate::image) const PLANAR_CONFIGURATION: u16 = 284;
    pub(in crate::image) const T4_OPTIONS: u16 = 292;
    pub(in crate::image) const T6_OPTIONS: u16 = 293;
    pub(in crate::image) const PREDICTOR: u16 = 317;
    pub(in crate::image) const COLOR_MAP: u16 = 320;
    pub(in crate::image) const TILE_WIDTH: u16 = 322;
    pub(in crate::image) const TILE_LENGTH: u16 = 323;
    pub(in crate::image) const TILE_OFFSETS: u16 = 324;
    pub(in crate::image) const TILE_BYTE_COUNTS: u16 = 325;
    pub(in crate::image) const INK_SET: u16 = 332;
    pub(in crate::image) const EXTRA_SAMPLES: u16 = 338;
    pub(in crate::image) const SAMPLE_FORMAT: u16 = 339;
    pub(in crate::image) const JPEG_TABLES: u16 = 347;
    pub(in crate::image) const JPEG_INTERCHANGE_FORMAT: u16 = 513;
    pub(in crate::image) const YCBCR_COEFFICIENTS: u16 = 529;
    pub(in crate::image) const YCBCR_SUBSAMPLING: u16 = 530;
    pub(in crate::image) const REFERENCE_BLACK_WHITE: u16 = 532;
    pub(in crate::image) const ICC_PROFILE: u16 = 34675;
}

pub(super) fn parse(bytes: &[u8], complete: bool) -> Result<Header, Stop> {
    let directory = Directory::open(bytes)?;
    let side = |tag| number(&directory, tag, 0).map(|length| length.min(u32::MAX.into()) as u32);
    let stored = Size {
        width: side(tag::IMAGE_WIDTH)?,
        height: side(tag::IMAGE_LENGTH)?,
    };
    if stored.pixels() == 0 {
        return Err(Stop::Corrupt("the image has no pixels"));
    }
    let shape = Shape::read(&directory, stored)?;
    shape.check_count(stored)?;
    let orientation = number(&directory, tag::ORIENTATION, 1)?;
    let colours = match directory.values(tag::ICC_PROFILE) {
        None => Colours::Untagged,
        Some(profile) => match profile.bytes() {
            Some(profile) => Colours::Profile(profile.len() as u32), // not more than 4 GB are held
            None if complete => Colours::Untagged,
            None => return Err(Stop::NeedMore), // it is read with the header
        },
    };
    Ok(Header {
        format: Format::Tiff,
        stored,
        orientation: Orientation::from_exif(orientation.min(9) as u32).unwrap_or_default(),
        layout: Layout::of(
            matches!(shape.pixels, Pixels::Grey { .. }),
            shape.alpha.is_some(),
        ),
        colours,
        inks: shape.pixels == Pixels::Inks,
        palette: shape.pixels == Pixels::Palette,
        coding: Coding::Tiff(shape),
    })
}

/// Tag 34675 (ICC.1, annex B.3).
pub(super) fn profile(file: &[u8]) -> Option<&[u8]> {
    Directory::reopen(file)?.values(tag::ICC_PROFILE)?.bytes()
}

/// The JPEG that all of a picture is in compression 6.
pub(in crate::image) fn old_jpeg<'a>(directory: &Directory<'a>) -> Option<&'a [u8]> {
    shape::old_jpeg(directory).ok()
}

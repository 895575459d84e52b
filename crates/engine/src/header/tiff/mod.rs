//! TIFF 6.0: the first directory has everything. Where the directory stands in front of the pixels,
//! the header is known before they come.

mod directory;
mod shape;

pub(crate) use crate::header::tiff::directory::{Directory, Values};
pub use crate::header::tiff::shape::{Alpha, Compression, Jpeg, Pixels, Shape};

use crate::frame::{Layout, Size};
use crate::header::colours::Colours;
use crate::header::cursor::Stop;
use crate::header::tiff::shape::number;
use crate::header::{Coding, Header};
use crate::orient::Orientation;
use crate::transform::Format;

/// Tags by their names in TIFF 6.0, in the order of their numbers.
pub(crate) mod tag {
    pub(crate) const IMAGE_WIDTH: u16 = 256;
    pub(crate) const IMAGE_LENGTH: u16 = 257;
    pub(crate) const BITS_PER_SAMPLE: u16 = 258;
    pub(crate) const COMPRESSION: u16 = 259;
    pub(crate) const PHOTOMETRIC: u16 = 262;
    pub(crate) const FILL_ORDER: u16 = 266;
    pub(crate) const STRIP_OFFSETS: u16 = 273;
    pub(crate) const ORIENTATION: u16 = 274;
    pub(crate) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(crate) const ROWS_PER_STRIP: u16 = 278;
    pub(crate) const STRIP_BYTE_COUNTS: u16 = 279;
    pub(crate) const PLANAR_CONFIGURATION: u16 = 284;
    pub(crate) const T4_OPTIONS: u16 = 292;
    pub(crate) const T6_OPTIONS: u16 = 293;
    pub(crate) const PREDICTOR: u16 = 317;
    pub(crate) const COLOR_MAP: u16 = 320;
    pub(crate) const TILE_WIDTH: u16 = 322;
    pub(crate) const TILE_LENGTH: u16 = 323;
    pub(crate) const TILE_OFFSETS: u16 = 324;
    pub(crate) const TILE_BYTE_COUNTS: u16 = 325;
    pub(crate) const INK_SET: u16 = 332;
    pub(crate) const EXTRA_SAMPLES: u16 = 338;
    pub(crate) const SAMPLE_FORMAT: u16 = 339;
    pub(crate) const JPEG_TABLES: u16 = 347;
    pub(crate) const JPEG_INTERCHANGE_FORMAT: u16 = 513;
    pub(crate) const YCBCR_COEFFICIENTS: u16 = 529;
    pub(crate) const YCBCR_SUBSAMPLING: u16 = 530;
    pub(crate) const REFERENCE_BLACK_WHITE: u16 = 532;
    pub(crate) const ICC_PROFILE: u16 = 34675;
}

pub(crate) fn parse(bytes: &[u8], complete: bool) -> Result<Header, Stop> {
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
pub(crate) fn profile(file: &[u8]) -> Option<&[u8]> {
    Directory::reopen(file)?.values(tag::ICC_PROFILE)?.bytes()
}

/// The JPEG that all of a picture is in compression 6.
pub(crate) fn old_jpeg<'a>(directory: &Directory<'a>) -> Option<&'a [u8]> {
    shape::old_jpeg(directory).ok()
}

//! Header of a TIFF (6.0), which is all in the first directory. Where the directory precedes the
//! pixels, the header is known before they come.

pub(crate) use crate::format::tiff::directory::Directory;
pub(crate) use crate::header::strips::{Jpeg, Pixels, Shape};

use crate::format::tiff::shape::number;
use crate::format::tiff::tag;
use crate::header::colours::Colours;
use crate::header::cursor::Stop;
use crate::header::{Coding, Header};
use crate::pixels::layout::{Layout, Size};
use crate::pixels::orientation::Orientation;
use crate::spec::Format;

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
        cmyk: shape.pixels == Pixels::Cmyk,
        palette: shape.pixels == Pixels::Palette,
        coding: Coding::Tiff(shape),
    })
}

/// Returns the ICC profile of tag 34675 (ICC.1, annex B.3).
pub(crate) fn profile(file: &[u8]) -> Option<&[u8]> {
    Directory::reopen(file)?.values(tag::ICC_PROFILE)?.bytes()
}

/// Returns the JPEG that is the whole picture in compression 6.
pub(crate) fn old_jpeg<'a>(directory: &Directory<'a>) -> Option<&'a [u8]> {
    crate::format::tiff::shape::old_jpeg(directory).ok()
}

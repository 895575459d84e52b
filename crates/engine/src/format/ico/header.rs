//! Directory of an icon or a cursor. The largest image is taken, and of several as large the one
//! with the most colours.

use crate::format::bmp::header::Bitmap;
use crate::format::png::header as png;
use crate::header::Header;
use crate::header::cursor::{Cursor, Stop};
use crate::spec::Format;

pub(crate) fn parse(bytes: &[u8], complete: bool) -> Result<Header, Stop> {
    if !complete {
        return Err(Stop::NeedMore); // the images stand anywhere in the file
    }
    match largest(bytes).ok_or(Stop::NeedMore)? {
        Image::Png(image) => Ok(Header {
            format: Format::Ico,
            ..png::parse(image)?
        }),
        Image::Bitmap(image) => Ok(Bitmap::of_icon(image)?.header(Format::Ico, true)),
    }
}

/// Signature of an image that is a PNG file.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// An image of an icon.
#[derive(Clone, Copy)]
pub(crate) enum Image<'a> {
    Png(&'a [u8]),
    /// A bitmap without a file header, and with a mask.
    Bitmap(&'a [u8]),
}

impl<'a> Image<'a> {
    /// Returns the image that begins with these bytes.
    fn new(bytes: &'a [u8]) -> Image<'a> {
        if bytes.starts_with(PNG) {
            Image::Png(bytes)
        } else {
            Image::Bitmap(bytes)
        }
    }

    /// Returns the bits of a pixel. The directory's number may be wrong, and a cursor has another
    /// value in its place.
    fn bits(self) -> u64 {
        match self {
            Image::Png(_) => 32,
            Image::Bitmap(bytes) => {
                Bitmap::of_icon(bytes).map_or(0, |bitmap| bitmap.pixels.bits().into())
            }
        }
    }
}

/// Returns the largest image, if that is a PNG file.
pub(crate) fn inner_png(bytes: &[u8]) -> Option<&[u8]> {
    match largest(bytes)? {
        Image::Png(image) => Some(image),
        Image::Bitmap(_) => None,
    }
}

/// Returns the largest image of those that are in the file.
pub(crate) fn largest(bytes: &[u8]) -> Option<Image<'_>> {
    let mut cursor = Cursor::little_endian(bytes).seek(4);
    let (mut best, mut best_rank) = (None, 0);
    for _ in 0..cursor.u16().ok()? {
        let Ok([width, height]) = cursor.array() else {
            break;
        };
        cursor.skip(6);
        let (Ok(length), Ok(offset)) = (cursor.u32(), cursor.u32()) else {
            break;
        };
        let Some(rest) = bytes.get(offset as usize..).filter(|rest| !rest.is_empty()) else {
            continue;
        };
        // Some declared lengths are too large, and some are 0.
        let image = match length as usize {
            0 => rest,
            length => rest.get(..length).unwrap_or(rest),
        };
        let side = |side: u8| if side == 0 { 256 } else { u64::from(side) };
        let area = side(width) * side(height) * 256;
        if area + 255 <= best_rank {
            continue;
        }
        let image = Image::new(image);
        let rank = area + image.bits();
        if rank > best_rank {
            (best, best_rank) = (Some(image), rank);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns an icon of these images, each with its sides in the directory.
    fn icon(images: &[(u8, &[u8])]) -> Vec<u8> {
        let mut file = b"\0\0\x01\0".to_vec();
        file.extend((images.len() as u16).to_le_bytes());
        let mut offset = 6 + 16 * images.len();
        for (side, image) in images {
            file.extend([*side, *side, 0, 0, 1, 0, 32, 0]);
            file.extend((image.len() as u32).to_le_bytes());
            file.extend((offset as u32).to_le_bytes());
            offset += image.len();
        }
        images.iter().for_each(|(_, image)| file.extend(*image));
        file
    }

    fn bitmap(bits: u8, mark: u8) -> Vec<u8> {
        let mut image = vec![0; 44];
        (image[0], image[4], image[8], image[12], image[14]) = (40, 2, 4, 1, bits);
        *image.last_mut().expect("it is not empty") = mark;
        image
    }

    fn mark(file: &[u8]) -> u8 {
        match largest(file) {
            Some(Image::Bitmap(image)) => *image.last().expect("it is not empty"),
            _ => 0,
        }
    }

    #[test]
    fn the_largest_image_counts_and_then_the_deepest_bitmap() {
        let (deep, flat) = (bitmap(32, 1), bitmap(8, 2));
        assert_eq!(mark(&icon(&[(16, &deep), (32, &flat)])), 2);
        assert_eq!(mark(&icon(&[(0, &flat), (255, &deep)])), 2, "0 is 256");
        assert_eq!(mark(&icon(&[(16, &flat), (16, &deep)])), 1);
        assert_eq!(mark(&icon(&[(16, &deep), (16, &flat)])), 1);
    }

    #[test]
    fn an_image_outside_of_the_file_does_not_count() {
        let (deep, flat) = (bitmap(32, 1), bitmap(8, 2));
        let mut file = icon(&[(16, &flat), (32, &deep)]);
        file[6 + 16 + 12..][..4].copy_from_slice(&u32::MAX.to_le_bytes());
        let end = file.len() - deep.len();
        assert_eq!(mark(&file[..end]), 2);
        file[6 + 12..][..4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(largest(&file).is_none());
        assert!(largest(&file[..7]).is_none());
    }

    #[test]
    fn a_length_that_is_wrong_ends_with_the_file() {
        for length in [0, u32::MAX] {
            let mut file = icon(&[(16, &bitmap(8, 2))]);
            file[14..18].copy_from_slice(&length.to_le_bytes());
            assert_eq!(mark(&file), 2, "{length}");
        }
    }
}

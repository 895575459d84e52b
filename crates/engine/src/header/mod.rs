//! What the first bytes of a file tell: its format, size, orientation and kind of pixels. No decoder is involved, and
//! nothing is allocated.
//!
//! Magic bytes decide; a Content-Type or a file name is never asked.

mod avif;
pub(crate) mod bmp;
pub(crate) mod colours;
mod cursor;
mod exif;
pub(crate) mod gif;
pub(crate) mod ico;
mod jpeg;
pub(crate) mod png;
pub mod tiff;
pub(crate) mod webp;

use crate::error::Error;
use crate::frame::{Layout, Size};
use crate::guest::Offer;
pub use crate::header::colours::Colours;
use crate::header::cursor::Stop;
use crate::orient::Orientation;
use crate::transform::Format;

/// A source image as its header describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The file format.
    pub format: Format,
    /// The size as stored, before orientation.
    pub stored: Size,
    /// How the stored pixels are to be turned.
    pub orientation: Orientation,
    /// What the decoder will deliver.
    pub layout: Layout,
    /// What the decoder's memory depends on.
    pub coding: Coding,
    /// What the samples mean.
    pub colours: Colours,
    /// Pixels are four inks in the file, and light when they are delivered.
    pub inks: bool,
    /// Pixels are the indices of a palette in the file, and colours when they are delivered.
    pub palette: bool,
}

/// How the pixels are coded, as far as it decides what decoding costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// JPEG.
    Jpeg {
        /// Each component's sampling factors, across and down; zeroes where there is none. Rows of MCUs are all that is held at a time.
        sampling: [(u8, u8); 4],
        /// Whether the coefficients of a block come in several scans.
        progressive: bool,
        /// Columns and rows of luminance to one of chrominance, where the file is in YCbCr and both chrominances have as many.
        chroma: Option<(u32, u32)>,
        /// The file stays in memory until it is decoded, because its components or their details come in several scans.
        resident: bool,
    },
    /// Row by row.
    Rows {
        /// Bits of a pixel in the file.
        bits_per_pixel: u32,
    },
    /// By strips and tiles, from a file that stays in memory.
    Tiff(tiff::Shape),
    /// A frame of VP8, and maybe its alpha: row by row, from a file that stays in memory.
    Vp8,
    /// A Windows bitmap, row by row, from a file that stays in memory, because its last row comes first.
    Bitmap {
        /// Its pixels are coded in runs.
        runs: bool,
    },
    /// A stream of VP8L, the same way.
    Vp8l,
    /// The whole image at once.
    Whole {
        /// Bytes at the peak of decoding, the image included, the file not.
        peak_bytes: u64,
        /// How often the file is copied at most.
        copies: u8,
    },
    /// By a guest.
    Guest {
        /// Bytes of the guest's memory, apart from what its file adds to them.
        memory_bytes: u64,
        /// The size that it decodes, of which the rest is cut off.
        picture: Size,
        /// Where in that the image begins.
        at: (u32, u32),
        /// Whether its file is mended first.
        mended: bool,
    },
}

impl Header {
    /// Reads a header from the first bytes of a file; `None` when more bytes are needed.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for what is no image or a kind that is not read; [`Error::Corrupt`] for a header that
    /// contradicts itself or, when the file is `complete`, breaks off.
    pub fn parse(bytes: &[u8], complete: bool) -> Result<Option<Header>, Error> {
        let parsed = match sniff(bytes) {
            Some(Format::Jpeg) => jpeg::parse(bytes),
            Some(Format::Png) => png::parse(bytes),
            Some(Format::WebP) => webp::parse(bytes, complete),
            Some(Format::Gif) => gif::parse(bytes),
            Some(Format::Bmp) => bmp::parse(bytes),
            Some(Format::Ico) => ico::parse(bytes, complete),
            Some(Format::Tiff) => tiff::parse(bytes, complete),
            Some(Format::Avif) => avif::parse(bytes),
            None if !complete && avif::is_avif(bytes).is_none() => Err(Stop::NeedMore),
            None if bytes.len() < LONGEST_MAGIC && !complete => Err(Stop::NeedMore),
            None => Err(Stop::Unsupported(
                "this is not an image in a format that letterbox reads",
            )),
        };
        match parsed {
            Ok(header) if header.stored.pixels() == 0 => {
                Err(Error::Corrupt("the image has no pixels"))
            }
            Ok(header) => Ok(Some(header)),
            Err(Stop::NeedMore) if !complete => Ok(None),
            Err(Stop::NeedMore) => Err(Error::Corrupt("the file breaks off in its header")),
            Err(Stop::Corrupt(what)) => Err(Error::Corrupt(what)),
            Err(Stop::Unsupported(what)) => Err(Error::Unsupported(what)),
        }
    }

    /// The header as it is read where there are these guests.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for what only a guest reads.
    pub(crate) fn with_guests(self, offer: Offer) -> Result<Header, Error> {
        match self.format {
            Format::Avif if !offer.avif => Err(Error::Unsupported("this deployment reads no AVIF")),
            _ => Ok(self),
        }
    }

    /// The size as a viewer shows it.
    pub fn upright(&self) -> Size {
        self.stored.swapped_if(self.orientation.swaps_axes())
    }
}

const LONGEST_MAGIC: usize = 12;

fn sniff(bytes: &[u8]) -> Option<Format> {
    let is = |at: usize, magic: &[u8]| bytes.get(at..at + magic.len()) == Some(magic);
    Some(if is(0, b"\xff\xd8\xff") {
        Format::Jpeg
    } else if is(0, b"\x89PNG\r\n\x1a\n") {
        Format::Png
    } else if is(0, b"RIFF") && is(8, b"WEBP") {
        Format::WebP
    } else if is(0, b"GIF87a") || is(0, b"GIF89a") {
        Format::Gif
    } else if [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"]
        .iter()
        .any(|magic| is(0, *magic))
    {
        Format::Tiff
    } else if (is(0, b"\0\0\x01\0") || is(0, b"\0\0\x02\0"))
        && bytes.get(4..6).is_some_and(|count| count != [0, 0])
    {
        Format::Ico
    } else if avif::is_avif(bytes) == Some(true) {
        Format::Avif
    } else if is(0, b"BM") && bytes.len() >= LONGEST_MAGIC {
        Format::Bmp
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_image_is_unsupported_and_a_short_start_asks_for_more() {
        for text in [
            "<!doctype html><html></html>",
            "{\"a\": \"json object\"}",
            "<svg xmlns='http://www.w3.org/2000/svg'/>",
        ] {
            assert!(
                matches!(
                    Header::parse(text.as_bytes(), false),
                    Err(Error::Unsupported(_))
                ),
                "{text}"
            );
        }
        assert_eq!(Header::parse(b"\x89PNG", false), Ok(None));
        assert!(matches!(
            Header::parse(b"", true),
            Err(Error::Unsupported(_))
        ));
    }

    #[test]
    fn a_header_is_the_same_however_much_of_the_file_is_there() {
        let file = crate::testing::png(
            Size {
                width: 7,
                height: 5,
            },
            Layout::Rgba,
        );
        let whole = Header::parse(&file, true)
            .expect("a good file")
            .expect("is whole");
        for end in 0..file.len() {
            match Header::parse(&file[..end], false) {
                Ok(None) => {}
                Ok(Some(header)) => assert_eq!(header, whole),
                Err(error) => panic!("{error:?} after {end} bytes"),
            }
        }
    }
}

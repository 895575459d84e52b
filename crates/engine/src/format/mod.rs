//! File formats: one folder each, with everything about the format, behind one trait (`codec.rs`).

pub(crate) mod avif;
pub(crate) mod bmp;
pub(crate) mod boxes;
pub(crate) mod buffered;
pub(crate) mod codec;
pub(crate) mod gif;
pub(crate) mod guest;
pub(crate) mod ico;
pub(crate) mod jpeg;
pub(crate) mod png;
pub(crate) mod strip;
pub(crate) mod tiff;
pub(crate) mod webp;

use crate::error::Error;
use crate::format::codec::Codec;
use crate::header::Header;
use crate::header::cursor::Stop;
use crate::spec::Format;

/// The codecs in the order in which their magic bytes are compared: the longest first.
static CODECS: [&dyn Codec; 8] = [
    &jpeg::Jpeg,
    &png::Png,
    &webp::WebP,
    &gif::Gif,
    &tiff::Tiff,
    &ico::Ico,
    &avif::Avif,
    &bmp::Bmp,
];

/// Returns the codec of a format. No other place names all codecs.
pub(crate) fn codec_of(format: Format) -> &'static dyn Codec {
    match format {
        Format::Jpeg => &jpeg::Jpeg,
        Format::Png => &png::Png,
        Format::WebP => &webp::WebP,
        Format::Gif => &gif::Gif,
        Format::Bmp => &bmp::Bmp,
        Format::Ico => &ico::Ico,
        Format::Tiff => &tiff::Tiff,
        Format::Avif => &avif::Avif,
    }
}

/// Number of first bytes that identify every file.
const LONGEST_MAGIC: usize = 12;

impl Header {
    /// Reads a header from the first bytes of a file; `None` when more bytes are needed.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a file that is no image or a kind that is not read;
    /// [`Error::Corrupt`] for a header that contradicts itself or, when the file is `complete`,
    /// breaks off.
    pub fn parse(bytes: &[u8], complete: bool) -> Result<Option<Header>, Error> {
        let parsed = match CODECS
            .iter()
            .find(|codec| codec.sniffs(bytes) == Some(true))
        {
            Some(codec) => codec.header(bytes, complete),
            None if !complete && bytes.len() < LONGEST_MAGIC => Err(Stop::NeedMore),
            None if !complete && CODECS.iter().any(|codec| codec.sniffs(bytes).is_none()) => {
                Err(Stop::NeedMore)
            }
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::layout::{Layout, Size};

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

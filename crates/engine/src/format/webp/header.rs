//! WebP headers (RFC 9649): the first chunk has the size. The profile stands before the pixels,
//! EXIF behind them.

use letterbox_vp8l::{Error as Fault, Shape, peak_bytes};

use crate::error::Error;
use crate::header::colours::Colours;
use crate::header::cursor::{Cursor, Stop};
use crate::header::{Coding, Header, exif};
use crate::pixels::layout::{Layout, Size};
use crate::pixels::orientation::Orientation;
use crate::spec::Format;

pub(crate) fn parse(bytes: &[u8], complete: bool) -> Result<Header, Stop> {
    let mut cursor = Cursor::little_endian(bytes).seek(12);
    let kind: [u8; 4] = cursor.array()?;
    let length = cursor.u32()? as usize;
    let (mut orientation, mut colours) = (Orientation::default(), Colours::Untagged);
    let mut lossless = kind == *b"VP8L";
    let mut animated = false;
    let (width, height, alpha) = match &kind {
        b"VP8 " => {
            let (width, height) = lossy_size(&mut cursor)?;
            (width, height, false)
        }
        b"VP8L" => {
            let ((width, height), alpha) = lossless_size(&mut cursor)?;
            (width, height, alpha)
        }
        b"VP8X" => {
            let flags = cursor.u8()?;
            cursor.skip(3);
            let size = (cursor.u24()? + 1, cursor.u24()? + 1);
            let after_header = 20usize.saturating_add(length).saturating_add(length % 2);
            if flags & 0x08 != 0 {
                orientation = match find_exif(bytes, after_header) {
                    Ok(orientation) => orientation,
                    Err(_) if complete => Orientation::default(),
                    Err(stop) => return Err(stop),
                };
            }
            animated = flags & ANIMATED != 0;
            let first = check_first_frame(bytes, after_header, size, animated)?;
            lossless = first.lossless;
            if flags & 0x20 != 0
                && let Ok(profile) = chunk(bytes, b"ICCP")
            {
                colours = Colours::Profile(profile.len() as u32);
            }
            let alpha = match flags & ALPHA != 0 {
                flag if animated => flag,
                _ if lossless => first.alpha, // as libwebp has it
                flag => flag || first.alpha,
            };
            (size.0, size.1, alpha)
        }
        _ => return Err(Stop::Corrupt("the WebP has no image")),
    };
    let stored = Size { width, height };
    Ok(Header {
        format: Format::WebP,
        stored,
        orientation,
        layout: Layout::of(false, alpha),
        coding: coding(stored, lossless, alpha, animated),
        colours,
        cmyk: false,
        palette: false,
    })
}

/// Returns the coding of a file: stills are decoded row by row, frames are drawn on a canvas.
fn coding(canvas: Size, lossless: bool, alpha: bool, animated: bool) -> Coding {
    if animated {
        return Coding::Whole {
            peak_bytes: canvas.pixels() * Layout::of(false, alpha).channels() as u64,
            copies: 0,
        };
    }
    if lossless { Coding::Vp8l } else { Coding::Vp8 }
}

/// First chunk that holds pixels.
struct First {
    lossless: bool,
    /// Whether the chunk declares alpha, or is preceded by alpha.
    alpha: bool,
}

/// Checks that the first picture is as large as the canvas, or as its frame of an animation. In a
/// file that is no animation, ANMF chunks are ignored.
fn check_first_frame(
    bytes: &[u8],
    first: usize,
    canvas: (u32, u32),
    animated: bool,
) -> Result<First, Stop> {
    let mut cursor = Cursor::little_endian(bytes).seek(first);
    let mut expected = canvas;
    loop {
        let kind: [u8; 4] = cursor.array()?;
        let length = cursor.u32()? as usize;
        let (lossless, (size, alpha)) = match &kind {
            b"ANMF" if animated => {
                cursor.skip(6);
                expected = (cursor.u24()? + 1, cursor.u24()? + 1);
                cursor.skip(4); // duration and flags; the frame's own chunks follow
                if expected.0 > canvas.0 || expected.1 > canvas.1 {
                    return Err(Stop::Corrupt("a WebP frame is larger than its canvas"));
                }
                continue;
            }
            b"VP8 " => (false, (lossy_size(&mut cursor)?, false)),
            b"VP8L" => (true, lossless_size(&mut cursor)?),
            // Alpha belongs to a lossy picture of this size, or to none. The chunk may be long, so
            // the picture behind is not waited for.
            b"ALPH" => {
                return Ok(First {
                    lossless: false,
                    alpha: true,
                });
            }
            _ => {
                cursor.skip(length.saturating_add(length % 2));
                continue;
            }
        };
        return if size == expected {
            Ok(First { lossless, alpha })
        } else {
            Err(Stop::Corrupt("the WebP's sizes contradict each other"))
        };
    }
}

/// Returns the content of the first chunk of a kind, before the pixels.
pub(crate) fn chunk<'a>(file: &'a [u8], wanted: &[u8; 4]) -> Result<&'a [u8], Stop> {
    let mut cursor = Cursor::little_endian(file).seek(12);
    loop {
        let kind: [u8; 4] = cursor.array()?;
        let length = cursor.u32()? as usize;
        match &kind {
            kind if kind == wanted => return cursor.take(length),
            b"VP8 " | b"VP8L" | b"ANMF" => return Err(Stop::Corrupt("the WebP has no such chunk")),
            _ => cursor.skip(length.saturating_add(length % 2)),
        }
    }
}

/// Returns the first chunk of a kind that stands behind the picture.
pub(crate) fn behind<'f>(file: &'f [u8], wanted: &[u8; 4]) -> Option<&'f [u8]> {
    let mut cursor = Cursor::little_endian(file).seek(12);
    loop {
        let kind: [u8; 4] = cursor.array().ok()?;
        let length = cursor.u32().ok()? as usize;
        if &kind == wanted {
            return cursor.take(length).ok();
        }
        cursor.skip(length.saturating_add(length % 2));
    }
}

/// Reads the size of a VP8 frame (RFC 6386, section 9.1).
pub(crate) fn lossy_size(cursor: &mut Cursor<'_>) -> Result<(u32, u32), Stop> {
    let tag = cursor.array::<6>()?;
    if tag[3..] != [0x9d, 0x01, 0x2a] {
        return Err(Stop::Corrupt("the WebP frame has no start code"));
    }
    if tag[0] & 1 != 0 {
        return Err(Stop::Corrupt("the WebP frame builds on another one"));
    }
    Ok((
        u32::from(cursor.u16()? & 0x3fff),
        u32::from(cursor.u16()? & 0x3fff),
    ))
}

/// Reads the size of a VP8L stream, and whether it has alpha (RFC 9649, section 3.4).
fn lossless_size(cursor: &mut Cursor<'_>) -> Result<((u32, u32), bool), Stop> {
    if cursor.u8()? != 0x2f {
        return Err(Stop::Corrupt("the WebP frame has no signature"));
    }
    let bits = cursor.u32()?;
    Ok((
        ((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1),
        bits >> 28 & 1 != 0,
    ))
}

/// Looks for the orientation in the chunks behind the header.
fn find_exif(bytes: &[u8], first: usize) -> Result<Orientation, Stop> {
    let mut cursor = Cursor::little_endian(bytes).seek(first);
    loop {
        let kind: [u8; 4] = cursor.array()?;
        let length = cursor.u32()? as usize;
        let mut content = cursor;
        if &kind == b"EXIF"
            && let Some(orientation) = exif::orientation_with_prefix(content.take(length)?)
        {
            return Ok(orientation);
        }
        cursor.skip(length.saturating_add(length % 2));
    }
}

/// A picture of a still or of a frame, with as many bytes of its chunks as are present.
#[derive(Clone, Copy)]
pub(crate) struct Still<'a> {
    pub(crate) size: Size,
    pub(crate) coded: Coded<'a>,
}

#[derive(Clone, Copy)]
pub(crate) enum Coded<'a> {
    /// Content of a `VP8L` chunk.
    Lossless(&'a [u8]),
    /// Contents of a `VP8 ` chunk, and of an `ALPH` chunk before that.
    Lossy(&'a [u8], Option<&'a [u8]>),
}

impl<'a> Still<'a> {
    /// Returns the first picture of a still; `None` where the file has no picture, or the picture's
    /// own header breaks off.
    pub(crate) fn of_file(file: &'a [u8]) -> Option<Still<'a>> {
        Still::among(Chunks::of(file))
    }

    /// Returns the first picture among these chunks.
    pub(crate) fn among(chunks: Chunks<'a>) -> Option<Still<'a>> {
        let mut alpha = None;
        for chunk in chunks {
            let coded = match &chunk.kind {
                b"ALPH" => {
                    alpha = alpha.or(Some(chunk.bytes));
                    continue;
                }
                b"VP8 " => Coded::Lossy(chunk.bytes, alpha),
                b"VP8L" => Coded::Lossless(chunk.bytes),
                _ => continue,
            };
            let mut cursor = Cursor::little_endian(chunk.bytes);
            let (width, height) = match coded {
                Coded::Lossless(_) => lossless_size(&mut cursor).ok()?.0,
                Coded::Lossy(..) => lossy_size(&mut cursor).ok()?,
            };
            let size = Size { width, height };
            return Some(Still { size, coded });
        }
        None
    }

    /// Whether pixels may be transparent.
    pub(crate) fn has_alpha(&self) -> bool {
        match self.coded {
            Coded::Lossless(stream) => stream.get(4).is_some_and(|byte| byte & 0x10 != 0),
            Coded::Lossy(_, alpha) => alpha.is_some(),
        }
    }

    /// Returns the bytes that decoding allocates and that no header tells: the window and the
    /// prefix codes of a lossless picture or of a lossy picture's alpha. Counting stops at `most`:
    /// a larger value is only a lower bound.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub(crate) fn late_bytes(&self, most: u64) -> Result<u64, Error> {
        let Size { width, height } = self.size;
        let bytes = match self.coded {
            Coded::Lossless(stream) => {
                Shape::of(stream).and_then(|shape| peak_bytes(stream, shape, most))
            }
            Coded::Lossy(_, alpha) => match alpha.and_then(coded_alpha) {
                Some(stream) => peak_bytes(stream, Shape::of_alpha(width, height), most),
                None => Ok(0),
            },
        };
        bytes.map_err(fault)
    }
}

/// Maps the faults of a stream of VP8L.
pub(crate) fn fault(fault: Fault) -> Error {
    match fault {
        Fault::OutOfMemory => Error::OutOfMemory,
        Fault::Corrupt(what) => Error::Corrupt(what),
        Fault::Truncated => Error::Corrupt("the WebP is damaged or breaks off"),
    }
}

/// Flags of a VP8X chunk.
const ANIMATED: u8 = 0x02;
const ALPHA: u8 = 0x10;

/// Returns the stream of alpha that is coded like a VP8L picture without a header. The chunk's
/// first byte tells such alpha (section 2.7.1.2).
fn coded_alpha(bytes: &[u8]) -> Option<&[u8]> {
    let (how, bytes) = bytes.split_first()?;
    (how & 3 == 1).then_some(bytes)
}

/// Iterator over the chunks of a file, from some place on.
#[derive(Clone)]
pub(crate) struct Chunks<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Chunks<'a> {
    /// Returns all chunks of a file.
    pub(crate) fn of(file: &'a [u8]) -> Chunks<'a> {
        Chunks { file, at: 12 }
    }

    /// Returns the chunks inside of another chunk.
    pub(crate) fn between(file: &'a [u8], start: usize, end: usize) -> Chunks<'a> {
        let file = file.get(..end).unwrap_or(file);
        Chunks { file, at: start }
    }
}

pub(crate) struct Chunk<'a> {
    pub(crate) kind: [u8; 4],
    /// Offset of the content in the file.
    pub(crate) start: usize,
    /// The content, as far as the file has it.
    pub(crate) bytes: &'a [u8],
    length: usize,
}

impl Chunk<'_> {
    /// Whether the content is complete.
    pub(crate) fn is_whole(&self) -> bool {
        self.bytes.len() == self.length
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let mut cursor = Cursor::little_endian(self.file).seek(self.at);
        let kind = cursor.array().ok()?;
        let length = cursor.u32().ok()? as usize;
        let start = self.at + 8;
        let end = start.saturating_add(length);
        self.at = end.saturating_add(length % 2);
        let bytes = &self.file[start..end.min(self.file.len())];
        Some(Chunk {
            kind,
            start,
            bytes,
            length,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image_webp::{ColorType, WebPEncoder};

    fn header(file: &[u8]) -> Header {
        let header = Header::parse(file, true).expect("a good file");
        header.expect("is whole")
    }

    #[test]
    fn what_stands_still_comes_in_rows() {
        for (file, coding) in [
            (
                &include_bytes!("../../../../../fuzz/seeds/lossy.webp")[..],
                Coding::Vp8,
            ),
            (
                include_bytes!("../../../../../fuzz/seeds/lossy-alpha.webp"),
                Coding::Vp8,
            ),
            (
                include_bytes!("../../../../../fuzz/seeds/lossless.webp"),
                Coding::Vp8l,
            ),
        ] {
            assert_eq!(header(file).coding, coding);
        }
        let moving = header(include_bytes!(
            "../../../../../fuzz/seeds/animated-lossy.webp"
        ));
        assert!(matches!(moving.coding, Coding::Whole { .. }));
    }

    #[test]
    fn alpha_is_where_its_chunk_is_whatever_the_flags_say() {
        let lossy = include_bytes!("../../../../../fuzz/seeds/lossy-alpha.webp");
        let mut file = lossy.to_vec();
        assert_eq!((&file[12..16], file[20] & ALPHA), (&b"VP8X"[..], ALPHA));
        file[20] &= !ALPHA;
        assert_eq!(header(&file).layout, Layout::Rgba);
        let lossless = include_bytes!("../../../../../fuzz/seeds/lossless.webp");
        let Size { width, height } = header(lossless).stored;
        let [w, wide, ..] = (width - 1).to_le_bytes();
        let [h, high, ..] = (height - 1).to_le_bytes();
        let extended = [
            b"RIFF....WEBPVP8X",
            &[10, 0, 0, 0, ALPHA, 0, 0, 0, w, wide, 0, h, high, 0][..],
            &lossless[12..],
        ];
        assert_eq!(header(&extended.concat()).layout, Layout::Rgb);
    }

    #[test]
    fn a_lossless_stream_is_read_as_far_as_its_codes_and_breaks_off_nowhere_in_them() {
        let mut file = Vec::new();
        let pixels: Vec<u8> = (0..40 * 30 * 4).map(|at| (at * at / 7) as u8).collect();
        WebPEncoder::new(&mut file)
            .encode(&pixels, 40, 30, ColorType::Rgba8)
            .expect("a valid size");
        let late = |file: &[u8]| Still::of_file(file).map(|picture| picture.late_bytes(u64::MAX));
        let bytes = late(&file).expect("a picture").expect("a sound file");
        assert!((4 * 40 * 30..1 << 16).contains(&bytes), "{bytes}");
        let mut codes_end = 0;
        for end in 0..file.len() {
            match late(&file[..end]) {
                None | Some(Err(Error::Corrupt(_))) => codes_end = end + 1,
                // Pixels are not read.
                cut => assert_eq!(cut, Some(Ok(bytes)), "{end} bytes"),
            }
        }
        assert!((100..file.len()).contains(&codes_end), "{codes_end}");
    }
}

//! RFC 9649: the first chunk has the size; the profile stands in front of the pixels, EXIF behind them.

use super::cursor::{Cursor, Stop};
use super::{Coding, Colours, Header, exif, vp8, vp8l};
use crate::image::Error;
use crate::image::frame::{Layout, Size};
use crate::image::guest::webp_decode;
use crate::image::orient::Orientation;
use crate::transform::Format;

pub(super) fn parse(bytes: &[u8], complete: bool) -> Result<Header, Stop> {
    let mut cursor = Cursor::little_endian(bytes).seek(12);
    let kind: [u8; 4] = cursor.array()?;
    let length = cursor.u32()? as usize;
    let (mut orientation, mut colours) = (Orientation::default(), Colours::Untagged);
    let mut first = First {
        kind,
        size: None,
        in_a_frame: false,
    };
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
            first = check_first_frame(bytes, after_header, size)?;
            animated = flags & 0x02 != 0;
            if flags & 0x20 != 0
                && let Ok(profile) = chunk(bytes, b"ICCP")
            {
                colours = Colours::Profile(profile.len() as u32);
            }
            (size.0, size.1, flags & 0x10 != 0)
        }
        _ => return Err(Stop::Corrupt("the WebP has no image")),
    };
    let stored = Size { width, height };
    Ok(Header {
        format: Format::WebP,
        stored,
        orientation,
        layout: Layout::of(false, alpha),
        coding: coding(stored, first, alpha, animated),
        colours,
        inks: false,
        palette: false,
    })
}

/// What is lossy, stands still, and has no alpha is decoded row by row; for the rest there are libraries.
fn coding(size: Size, first: First, alpha: bool, animated: bool) -> Coding {
    let lossless = first.kind == *b"VP8L";
    if !(lossless || alpha || animated || first.in_a_frame) {
        return Coding::Vp8;
    }
    Coding::Whole {
        peak_bytes: match animated {
            true => of_animation(size, first.size.unwrap_or(size), &first.kind, alpha),
            false => peak_bytes(size, &first.kind, alpha),
        },
        copies: if lossless { 0 } else { 2 }, // the last partition of a lossy frame, growing
        guest_bytes: (!animated).then(|| webp_decode(lossless).bytes(size.pixels())),
    }
}

/// What the library holds: the result; of a lossy image its planes, and what its alpha is decoded from; of a lossless one RGBA, which is
/// the result where that has alpha.
pub(in crate::image) fn peak_bytes(size: Size, first: &[u8; 4], alpha: bool) -> u64 {
    let per_pixel = match first {
        b"VP8L" => 4 + if alpha { 0 } else { 3 },
        // RGBA of which alpha is a channel, and that channel.
        _ if alpha => 4 + 5,
        _ => 3,
    };
    (size.pixels().saturating_mul(per_pixel)).saturating_add(decoding_bytes(size, first))
}

/// And of an animation: the result, a canvas of RGBA, and the frame with the channel of its alpha.
fn of_animation(canvas: Size, frame: Size, first: &[u8; 4], alpha: bool) -> u64 {
    let result = if alpha { 4 } else { 3 };
    (canvas.pixels().saturating_mul(result + 4))
        .saturating_add(frame.pixels().saturating_mul(4 + 1))
        .saturating_add(decoding_bytes(frame, first))
}

/// The planes of a lossy picture, and what it is decoded with: contexts of macroblocks, Huffman tables, transforms.
fn decoding_bytes(size: Size, first: &[u8; 4]) -> u64 {
    let small = SLACK_BYTES + 16 * u64::from(size.width);
    if first == b"VP8L" {
        return small;
    }
    // Whole macroblocks.
    let across = u64::from(size.width.div_ceil(16));
    384 * across * u64::from(size.height.div_ceil(16)) + small
}

const SLACK_BYTES: u64 = 64 << 10;

/// The first chunk that holds pixels.
struct First {
    kind: [u8; 4],
    /// Its own size, where that may differ from the file's.
    size: Option<Size>,
    /// Whether it is in a frame of an animation.
    in_a_frame: bool,
}

/// The first frame is as large as the canvas says, or the animation's frame: decoders make room for it before they look.
fn check_first_frame(bytes: &[u8], first: usize, canvas: (u32, u32)) -> Result<First, Stop> {
    let mut cursor = Cursor::little_endian(bytes).seek(first);
    let (mut expected, mut in_a_frame) = (canvas, false);
    loop {
        let kind: [u8; 4] = cursor.array()?;
        let length = cursor.u32()? as usize;
        let size = match &kind {
            b"ANMF" => {
                cursor.skip(6);
                in_a_frame = true;
                expected = (cursor.u24()? + 1, cursor.u24()? + 1);
                cursor.skip(4); // duration and flags; the frame's own chunks follow
                if expected.0 > canvas.0 || expected.1 > canvas.1 {
                    return Err(Stop::Corrupt("a WebP frame is larger than its canvas"));
                }
                continue;
            }
            b"VP8 " => lossy_size(&mut cursor)?,
            b"VP8L" => lossless_size(&mut cursor)?.0,
            _ => {
                cursor.skip(length.saturating_add(length % 2));
                continue;
            }
        };
        let agrees = size == expected;
        return if agrees {
            Ok(First {
                kind,
                size: Some(Size {
                    width: size.0,
                    height: size.1,
                }),
                in_a_frame,
            })
        } else {
            Err(Stop::Corrupt("the WebP's sizes contradict each other"))
        };
    }
}

/// The content of the first chunk of a kind, in front of the pixels.
pub(super) fn chunk<'a>(file: &'a [u8], wanted: &[u8; 4]) -> Result<&'a [u8], Stop> {
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

/// As much as there is of the first lossy frame that is in no animation.
pub(in crate::image) fn lossy_frame(file: &[u8]) -> Option<&[u8]> {
    let mut chunks = Chunks { file, at: 12 };
    let frame = chunks.find(|chunk| &chunk.kind == b"VP8 ");
    frame.map(|chunk| chunk.bytes)
}

/// RFC 6386, section 9.1.
pub(super) fn lossy_size(cursor: &mut Cursor<'_>) -> Result<(u32, u32), Stop> {
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

/// RFC 9649, section 3.4: the size, and whether there is alpha.
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

/// Walks the chunks behind the header.
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

/// What the decoder of a whole file allocates and no header tells, in bytes: the codes of what is lossless in it, the picture or its alpha.
/// Above `most` they are only known to be more.
///
/// # Errors
/// [`Error::Corrupt`] for what the decoder relies on: sizes, lengths and codes that contradict themselves.
pub(in crate::image) fn late_bytes(file: &[u8], most: u64) -> Result<u64, Error> {
    // Where there is no frame, or its header breaks off, the decoder says so.
    let Some(frame) = first_frame(file).ok().flatten() else {
        return Ok(0);
    };
    frame.late_bytes(most)
}

/// The same of a frame of an animation, by its chunks.
///
/// # Errors
/// As [`late_bytes`].
pub(in crate::image) fn still_late_bytes(
    kind: &[u8; 4],
    picture: &[u8],
    alpha: Option<&[u8]>,
    size: Size,
    most: u64,
) -> Result<u64, Error> {
    let picture = match kind {
        b"VP8L" => Picture::Lossless(picture),
        _ => Picture::Lossy(picture, alpha.and_then(coded_alpha)),
    };
    Frame { size, picture }.late_bytes(most)
}

/// The size of the picture in a chunk, and whether a lossless one has alpha.
pub(in crate::image) fn picture(chunk: &Chunk<'_>) -> Option<(Size, bool)> {
    let mut cursor = Cursor::little_endian(chunk.bytes);
    let ((width, height), alpha) = match &chunk.kind {
        b"VP8L" => lossless_size(&mut cursor).ok()?,
        _ => (lossy_size(&mut cursor).ok()?, false),
    };
    Some((Size { width, height }, alpha))
}

/// The frame that is decoded.
struct Frame<'a> {
    size: Size,
    picture: Picture<'a>,
}

impl Frame<'_> {
    fn late_bytes(&self, most: u64) -> Result<u64, Error> {
        let bytes = match self.picture {
            Picture::Lossless(bytes) => vp8l::codes_bytes(bytes, self.size, true, most),
            Picture::Lossy(bytes, alpha) => {
                vp8::check(bytes, self.size).and_then(|()| match alpha {
                    Some(bytes) => vp8l::codes_bytes(bytes, self.size, false, most),
                    None => Ok(0),
                })
            }
        };
        bytes.map_err(|stop| match stop {
            Stop::Corrupt(what) | Stop::Unsupported(what) => Error::Corrupt(what),
            Stop::NeedMore => Error::Corrupt("the WebP is damaged or breaks off"),
        })
    }
}

enum Picture<'a> {
    Lossless(&'a [u8]),
    /// Beside it alpha, if that is coded like a picture.
    Lossy(&'a [u8], Option<&'a [u8]>),
}

/// Flags of a VP8X chunk.
const ANIMATED: u8 = 0x02;
const ALPHA: u8 = 0x10;

/// The frame that the decoder chooses, by its own rules: chunks of a kind may be many, in any order.
fn first_frame(file: &[u8]) -> Result<Option<Frame<'_>>, Stop> {
    let mut chunks = Chunks::of(file);
    let first = chunks.next().ok_or(Stop::NeedMore)?;
    let frame = |(width, height), picture| {
        Ok(Some(Frame {
            size: Size { width, height },
            picture,
        }))
    };
    let mut header = Cursor::little_endian(file).seek(first.start);
    match &first.kind {
        b"VP8L" => {
            return frame(
                lossless_size(&mut header)?.0,
                Picture::Lossless(first.bytes),
            );
        }
        b"VP8 " => return frame(lossy_size(&mut header)?, Picture::Lossy(first.bytes, None)),
        b"VP8X" => {}
        _ => return Ok(None),
    }
    let flags = header.u8()?;
    header.skip(3);
    let canvas = (header.u24()? + 1, header.u24()? + 1);
    let beside = |kind| chunks.clone().find(|chunk| &chunk.kind == kind);
    let animation = beside(b"ANMF");
    let mut inside = Chunks {
        file,
        at: animation
            .as_ref()
            .map_or(file.len(), |chunk| chunk.start + 16),
    };
    if flags & ANIMATED != 0 {
        let mut header =
            Cursor::little_endian(file).seek(animation.ok_or(Stop::NeedMore)?.start + 6);
        let size = (header.u24()? + 1, header.u24()? + 1);
        let first = inside.next().ok_or(Stop::NeedMore)?;
        return match &first.kind {
            b"VP8L" => frame(size, Picture::Lossless(first.bytes)),
            b"VP8 " => frame(size, Picture::Lossy(first.bytes, None)),
            // Whatever follows it is taken for the picture.
            b"ALPH" => {
                let next = inside.next().ok_or(Stop::NeedMore)?;
                frame(size, Picture::Lossy(next.bytes, coded_alpha(first.bytes)))
            }
            _ => Ok(None),
        };
    }
    // Without an animation a frame of one counts, for what is not beside it.
    let found =
        |kind| beside(kind).or_else(|| inside.clone().take(2).find(|chunk| &chunk.kind == kind));
    if let Some(chunk) = found(b"VP8L") {
        return frame(canvas, Picture::Lossless(chunk.bytes));
    }
    let Some(picture) = found(b"VP8 ") else {
        return Ok(None);
    };
    let alpha = found(b"ALPH").filter(|_| flags & ALPHA != 0);
    let alpha = alpha.and_then(|chunk| coded_alpha(chunk.bytes));
    frame(canvas, Picture::Lossy(picture.bytes, alpha))
}

/// Alpha that is coded like a picture, without a header; a byte in front of it says so (section 2.7.1.2).
fn coded_alpha(bytes: &[u8]) -> Option<&[u8]> {
    let (how, bytes) = bytes.split_first()?;
    (how & 3 == 1).then_some(bytes)
}

/// The chunks of a file from some place on.
#[derive(Clone)]
pub(in crate::image) struct Chunks<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Chunks<'a> {
    /// All of them.
    pub(in crate::image) fn of(file: &'a [u8]) -> Chunks<'a> {
        Chunks { file, at: 12 }
    }

    /// Those inside of another one.
    pub(in crate::image) fn between(file: &'a [u8], start: usize, end: usize) -> Chunks<'a> {
        let file = file.get(..end).unwrap_or(file);
        Chunks { file, at: start }
    }
}

pub(in crate::image) struct Chunk<'a> {
    pub(in crate::image) kind: [u8; 4],
    /// Where its content starts.
    pub(in crate::image) start: usize,
    /// As much of that as there is.
    pub(in crate::image) bytes: &'a [u8],
    length: usize,
}

impl Chunk<'_> {
    /// Whether all of it is there.
    pub(in crate::image) fn is_whole(&self) -> bool {
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

    #[test]
    fn what_is_lossy_stands_still_and_has_no_alpha_comes_in_rows() {
        let in_rows = |file: &[u8]| {
            let header = Header::parse(file, true).expect("a good file");
            header.expect("is whole").coding == Coding::Vp8
        };
        assert!(in_rows(include_bytes!("../../../fuzz/seeds/lossy.webp")));
        for file in [
            &include_bytes!("../../../fuzz/seeds/lossy-alpha.webp")[..],
            include_bytes!("../../../fuzz/seeds/animated-lossy.webp"),
            include_bytes!("../../../fuzz/seeds/lossless.webp"),
        ] {
            assert!(!in_rows(file));
        }
    }

    #[test]
    fn a_lossless_stream_is_read_as_far_as_its_codes_and_breaks_off_nowhere_in_them() {
        let mut file = Vec::new();
        let pixels: Vec<u8> = (0..40 * 30 * 4).map(|at| (at * at / 7) as u8).collect();
        WebPEncoder::new(&mut file)
            .encode(&pixels, 40, 30, ColorType::Rgba8)
            .expect("a valid size");
        let bytes = late_bytes(&file, u64::MAX).expect("a sound file");
        assert!((4 << 10..1 << 18).contains(&bytes), "{bytes}");
        let mut codes_end = 0;
        for end in 0..file.len() {
            match late_bytes(&file[..end], u64::MAX) {
                Ok(0) | Err(Error::Corrupt(_)) => codes_end = end + 1,
                // Pixels are not read.
                cut => assert_eq!(cut, Ok(bytes), "{end} bytes"),
            }
        }
        assert!((100..file.len()).contains(&codes_end), "{codes_end}");
    }
}

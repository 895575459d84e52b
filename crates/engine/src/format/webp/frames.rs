//! Frames of a WebP (RFC 9649, section 2.7.1), one ANMF chunk after another.

use crate::animation::coded::{CodedFrame, Picture, Place};
use crate::animation::compositor::Compositor;
use crate::animation::disposal::Disposal;
use crate::error::Error;
use crate::format::webp::decode::{row_bytes, rows};
use crate::format::webp::header::{Chunk, Chunks, Still};
use crate::pixels::layout::{Layout, Size};
use crate::pixels::window::Rect;

/// Whether the file declares an animation.
pub(crate) fn is_animated(file: &[u8]) -> bool {
    file.get(12..16) == Some(b"VP8X") && file.get(20).is_some_and(|flags| flags & 2 != 0)
}

/// Returns the number of times that the animation is played; 0 means forever.
pub(crate) fn plays(file: &[u8]) -> u32 {
    let header = Chunks::of(file).find(|chunk| &chunk.kind == b"ANIM");
    let count = header.and_then(|chunk| chunk.bytes.get(4..6)?.first_chunk::<2>());
    count.map_or(1, |count| u16::from_le_bytes(*count).into())
}

impl Picture for Still<'_> {
    fn decode_bytes(&self, _: u32, most: u64) -> Result<u64, Error> {
        Ok(row_bytes(self, Layout::Rgba) + self.late_bytes(most)?)
    }

    fn draw(&self, place: &Place, screen: &mut Compositor) -> Result<bool, Error> {
        let mut y = place.rect.top;
        rows(self, Layout::Rgba, &mut |row| {
            screen.draw_rgba((place.rect.left, y), row, place.blends);
            y += 1;
            Ok(true)
        })?;
        Ok(true)
    }
}

const BREAKS_OFF: Error = Error::Corrupt("the WebP is damaged or breaks off");

/// Iterator over the frames of a file.
pub(crate) struct CodedFrames<'a> {
    file: &'a [u8],
    chunks: Chunks<'a>,
    canvas: (u32, u32),
    begun: bool,
}

impl<'a> CodedFrames<'a> {
    pub(crate) fn new(file: &'a [u8]) -> CodedFrames<'a> {
        let canvas = file.get(24..30).unwrap_or(&[0; 6]);
        CodedFrames {
            file,
            chunks: Chunks::of(file),
            canvas: (number(&canvas[..3]) + 1, number(&canvas[3..]) + 1),
            begun: false,
        }
    }

    fn frame(&self, chunk: &Chunk<'a>) -> Result<CodedFrame<'a>, Error> {
        let header = chunk.bytes.first_chunk::<16>().ok_or(BREAKS_OFF)?;
        let rect = Rect {
            left: 2 * number(&header[..3]),
            top: 2 * number(&header[3..6]),
            width: number(&header[6..9]) + 1,
            height: number(&header[9..12]) + 1,
        };
        if rect.clipped(self.canvas.0, self.canvas.1) != rect {
            return Err(Error::Corrupt("a WebP frame is larger than its canvas"));
        }
        let size = Size {
            width: rect.width,
            height: rect.height,
        };
        let end = chunk.start + chunk.bytes.len();
        let inside = Chunks::between(self.file, chunk.start + 16, end);
        let picture = Still::among(inside).ok_or(BREAKS_OFF)?;
        if picture.size != size {
            return Err(Error::Corrupt("the WebP's sizes contradict each other"));
        }
        Ok(CodedFrame {
            rect,
            delay_ms: number(&header[12..15]),
            disposal: match header[15] & 1 {
                1 => Disposal::Clear,
                _ => Disposal::Keep,
            },
            blends: header[15] & 2 == 0,
            opaque: !picture.has_alpha(),
            picture: Box::new(picture),
        })
    }
}

impl<'a> Iterator for CodedFrames<'a> {
    type Item = Result<CodedFrame<'a>, Error>;

    /// Returns the next frame. A frame that breaks off ends the file: browsers show the frames
    /// before it.
    fn next(&mut self) -> Option<Self::Item> {
        let chunk = self.chunks.find(|chunk| &chunk.kind == b"ANMF")?;
        if !chunk.is_whole() {
            let first = !std::mem::replace(&mut self.begun, true);
            return first.then_some(Err(BREAKS_OFF));
        }
        self.begun = true;
        Some(self.frame(&chunk))
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, &byte| sum << 8 | u32::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image_webp::{ColorType, WebPEncoder};

    fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
        file.extend_from_slice(kind);
        file.extend_from_slice(&(content.len() as u32).to_le_bytes());
        file.extend_from_slice(content);
        if content.len() % 2 == 1 {
            file.push(0);
        }
    }

    /// Returns the chunk of a lossless picture of this many pixels each way.
    fn picture(side: u32) -> Vec<u8> {
        let mut file = Vec::new();
        WebPEncoder::new(&mut file)
            .encode(
                &vec![7; 4 * (side * side) as usize],
                side,
                side,
                ColorType::Rgba8,
            )
            .expect("a valid size");
        file.split_off(12)
    }

    /// Returns a file with a canvas of 8 x 8, a loop of five, and frames: half of each place, the
    /// side less one, flags, and the chunks in the frame.
    fn file(frames: &[(u8, u8, u8, Vec<u8>)]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
        chunk(&mut file, b"VP8X", &[0x12, 0, 0, 0, 7, 0, 0, 7, 0, 0]);
        chunk(&mut file, b"ANIM", &[0, 0, 0, 0, 5, 0]);
        for (place, side, flags, picture) in frames {
            let header = [
                *place, 0, 0, *place, 0, 0, *side, 0, 0, *side, 0, 0, 44, 1, 0, *flags,
            ];
            chunk(&mut file, b"ANMF", &[&header[..], picture].concat());
        }
        file
    }

    type Told = (Rect, u32, Disposal, bool, bool);

    fn walk(file: &[u8]) -> Vec<Result<Told, Error>> {
        let told = |shot: CodedFrame<'_>| {
            (
                shot.rect,
                shot.delay_ms,
                shot.disposal,
                shot.blends,
                shot.opaque,
            )
        };
        CodedFrames::new(file).map(|shot| shot.map(told)).collect()
    }

    #[test]
    fn frames_have_their_places_delays_disposals_and_blending() {
        let file = file(&[
            (0, 7, 0, picture(8)),
            (1, 3, 1, picture(4)),
            (3, 1, 2, picture(2)),
        ]);
        assert!(is_animated(&file));
        assert_eq!(plays(&file), 5);
        let square = |place, side| Rect {
            left: place,
            top: place,
            width: side,
            height: side,
        };
        use Disposal::*;
        let expected = [
            Ok((square(0, 8), 300, Keep, true, false)),
            Ok((square(2, 4), 300, Clear, true, false)),
            Ok((square(6, 2), 300, Keep, false, false)),
        ];
        assert_eq!(walk(&file), expected);
        // The last whole frame is the last one, wherever the file breaks off.
        let counts: Vec<usize> = (0..=file.len())
            .map(|end| CodedFrames::new(&file[..end]).filter(Result::is_ok).count())
            .collect();
        assert!(counts.is_sorted() && counts.last() == Some(&3));
        assert_eq!(walk(&file[..file.len() - 2]), expected[..2]);
    }

    #[test]
    fn a_frame_that_contradicts_itself_is_damage() {
        for (place, side, content) in [
            (1, 7, picture(8)),       // beyond the canvas
            (0, 6, picture(8)),       // another size than its picture
            (0, 7, vec![]),           // without a picture
            (0, 7, b"VP8L".to_vec()), // without its length
        ] {
            let found = walk(&file(&[(place, side, 0, content)]));
            assert!(matches!(found[..], [Err(Error::Corrupt(_))]), "{found:?}");
        }
        assert!(matches!(
            walk(&file(&[(0, 7, 0, picture(8))])[..60])[..],
            [Err(_)]
        ));
    }

    #[test]
    fn a_frame_has_its_own_alpha_and_chunks_of_others_are_nothing_to_it() {
        let lossy = [&[0x10, 2, 0, 0x9d, 0x01, 0x2a, 8, 0, 8, 0][..], &[0; 30]].concat();
        let mut inside = Vec::new();
        chunk(&mut inside, b"ALPH", &[0; 65]);
        chunk(&mut inside, b"OHNO", b"odd");
        chunk(&mut inside, b"VP8 ", &lossy);
        let mut opaque = Vec::new();
        chunk(&mut opaque, b"VP8 ", &lossy);
        let file = file(&[(0, 7, 0, inside), (0, 7, 0, opaque)]);
        let alphas: Vec<bool> = CodedFrames::new(&file)
            .map(|shot| !shot.expect("sound").opaque)
            .collect();
        assert_eq!(alphas, [true, false]);
    }
}

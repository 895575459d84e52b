//! Blocks of a GIF (GIF 89a), one image after another.

use crate::animation::coded::{CodedFrame, Picture, Place};
use crate::animation::compositor::Compositor;
use crate::animation::disposal::Disposal;
use crate::error::Error;
use crate::format::gif::header::palette_bytes;
use crate::format::gif::lzw::Lzw;
use crate::format::gif::lzw::decode::{UNPACKER_BYTES, Unpacker, has_pixels};
use crate::pixels::window::Rect;

impl Picture for Lzw<'_> {
    fn decode_bytes(&self, width: u32, _: u64) -> Result<u64, Error> {
        Ok(UNPACKER_BYTES + u64::from(width))
    }

    fn draw(&self, place: &Place, screen: &mut Compositor) -> Result<bool, Error> {
        Unpacker::new()?.draw(self, place.rect, screen)
    }
}

const BREAKS_OFF: Error = Error::Corrupt("the GIF is damaged or breaks off");

/// Iterator over the images of a file.
pub(crate) struct CodedFrames<'a> {
    file: &'a [u8],
    at: usize,
    palette: Option<&'a [u8]>,
    /// Graphic control extension before the next image.
    control: [u8; 4],
    /// Number of images found.
    images: u32,
}

impl<'a> CodedFrames<'a> {
    pub(crate) fn new(file: &'a [u8]) -> CodedFrames<'a> {
        let flags = file.get(10).copied().unwrap_or(0);
        let bytes = palette_bytes(flags);
        CodedFrames {
            file,
            at: 13 + bytes,
            palette: file
                .get(13..13 + bytes)
                .filter(|palette| !palette.is_empty()),
            control: [0; 4],
            images: 0,
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.file.get(self.at).copied();
        self.at += 1;
        byte
    }

    /// Passes over blocks up to the empty one. Returns the first block.
    fn blocks(&mut self) -> Option<&'a [u8]> {
        let mut first = None;
        loop {
            let length = usize::from(self.byte()?);
            let block = self.file.get(self.at..self.at + length)?;
            self.at += length;
            if length == 0 {
                return Some(first.unwrap_or_default());
            }
            first.get_or_insert(block);
        }
    }

    /// Reads the image behind an image separator.
    fn image(&mut self) -> Result<CodedFrame<'a>, Error> {
        let descriptor = self.file.get(self.at..self.at + 9).ok_or(BREAKS_OFF)?;
        self.at += 9;
        let number =
            |at: usize| u32::from(u16::from_le_bytes([descriptor[at], descriptor[at + 1]]));
        let flags = descriptor[8];
        let bytes = palette_bytes(flags);
        let own = self.file.get(self.at..self.at + bytes).ok_or(BREAKS_OFF)?;
        self.at += bytes;
        let data = self.file.get(self.at..).unwrap_or_default();
        self.byte().ok_or(BREAKS_OFF)?;
        if self.blocks().is_none() {
            // The file breaks off in this image. Perhaps only the end of the image's blocks is
            // missing.
            let pixels = u64::from(number(4)) * u64::from(number(6));
            if !has_pixels(data, pixels) {
                return Err(BREAKS_OFF);
            }
            self.at = self.file.len();
        }
        let palette = Some(own).filter(|own| !own.is_empty()).or(self.palette);
        let [control, low, high, index] = std::mem::take(&mut self.control);
        let transparent = (control & 1 != 0).then_some(index);
        Ok(CodedFrame {
            rect: Rect {
                left: number(0),
                top: number(2),
                width: number(4),
                height: number(6),
            },
            delay_ms: 10 * u32::from(u16::from_le_bytes([low, high])),
            disposal: match control >> 2 & 7 {
                2 => Disposal::Clear,
                3 => Disposal::Restore,
                _ => Disposal::Keep,
            },
            blends: true,
            opaque: transparent.is_none(),
            picture: Box::new(Lzw {
                palette: palette.unwrap_or_default(),
                transparent,
                interlaced: flags & 0x40 != 0,
                data,
            }),
        })
    }
}

impl<'a> Iterator for CodedFrames<'a> {
    type Item = Result<CodedFrame<'a>, Error>;

    /// Returns the next image. The file ends at its trailer or its last byte. Behind an image, the
    /// file also ends at an unknown block or an image that breaks off: browsers show the images
    /// before that.
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.byte()? {
                0x2c => {
                    let image = self.image();
                    if self.images > 0 && matches!(image, Err(BREAKS_OFF)) {
                        return None;
                    }
                    self.images += 1;
                    return Some(image);
                }
                0x21 => {
                    let label = self.byte()?;
                    let block = self.blocks()?;
                    if label == 0xf9 {
                        let control = block.first_chunk::<4>();
                        self.control = control.copied().unwrap_or_default();
                    }
                }
                0 if self.images > 0 => {} // one end of blocks too many
                _ => return None,
            }
        }
    }
}

/// Returns the number of plays: one, unless an application extension declares another; 0 means
/// forever. The extension counts repetitions, so browsers play once more than the declared number;
/// a declared 0 is forever.
pub(crate) fn plays(file: &[u8]) -> u32 {
    let mut shots = CodedFrames::new(file);
    loop {
        match shots.byte() {
            Some(0x21) => {
                let application = shots.byte() == Some(0xff);
                let start = shots.at;
                if shots.blocks().is_none() {
                    return 1;
                }
                if application
                    && let Some(extension) = file.get(start..start + 16)
                    && [&b"\x0bNETSCAPE2.0"[..], b"\x0bANIMEXTS1.0"].contains(&&extension[..12])
                    && extension[12..14] == [3, 1]
                {
                    let repetitions = u16::from_le_bytes([extension[14], extension[15]]);
                    return match repetitions {
                        0 => 0,
                        count => u32::from(count) + 1,
                    };
                }
            }
            // The extension may stand behind the first images.
            Some(0x2c) => {
                if shots.image().is_err() {
                    return 1;
                }
            }
            _ => return 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::animation::survey::Survey;
    use crate::header::Header;

    /// Returns a GIF of 4 x 4 with two colours: images of one pixel, each with its place and its
    /// control flags.
    fn file(extension: &[u8], images: &[(u8, u8, u8)]) -> Vec<u8> {
        let mut file = b"GIF89a\x04\0\x04\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
        file.extend_from_slice(extension);
        for &(left, side, control) in images {
            file.extend([0x21, 0xf9, 4, control, 7, 0, 1, 0]);
            file.extend([0x2c, left, 0, 0, 0, side, 0, side, 0, 0]);
            file.extend([2, 2, 0x44, 0x01, 0]);
        }
        file.push(0x3b);
        file
    }

    fn survey(file: &[u8]) -> Survey {
        let header = Header::parse(file, true).expect("sound").expect("whole");
        let shots = Box::new(CodedFrames::new(file));
        Survey::take(header.stored, shots, plays(file), u32::MAX, u64::MAX).expect("sound")
    }

    const NETSCAPE: &[u8] = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x02\0\0";

    #[test]
    fn images_have_their_places_delays_and_disposals() {
        let disposals = [0, 1, 2, 3, 7].map(|bits| (bits, 1, bits << 2));
        let file = file(b"", &disposals);
        let shots: Vec<_> = CodedFrames::new(&file)
            .map(|shot| shot.expect("sound"))
            .collect();
        let found: Vec<_> = shots
            .iter()
            .map(|shot| (shot.rect.left, shot.disposal))
            .collect();
        use Disposal::*;
        assert_eq!(
            found,
            [(0, Keep), (1, Keep), (2, Clear), (3, Restore), (7, Keep)]
        );
        assert!(shots.iter().all(|shot| shot.delay_ms == 70 && shot.opaque));
    }

    #[test]
    fn a_loop_is_counted_as_it_is_played() {
        let image = [(0, 1, 0)];
        assert_eq!(plays(&file(b"", &image)), 1);
        assert_eq!(plays(&file(NETSCAPE, &image)), 3);
        let mut for_ever = NETSCAPE.to_vec();
        for_ever[16] = 0;
        assert_eq!(plays(&file(&for_ever, &image)), 0);
        let mut behind = file(b"", &image);
        behind.pop();
        behind.extend_from_slice(NETSCAPE);
        assert_eq!(plays(&behind), 3);
        assert_eq!(
            plays(&file(b"\x21\xff\x0bXMP DataXMP\x03\x01\x02\0\0", &image)),
            1
        );
    }

    #[test]
    fn a_canvas_is_opaque_if_nothing_is_ever_seen_through_it() {
        let opaque = |images: &[_]| survey(&file(b"", images)).opaque;
        let (keep, see_through, clear, restore) = (0, 1, 2 << 2, 3 << 2);
        assert!(opaque(&[(0, 4, keep), (1, 1, see_through)]));
        assert!(!opaque(&[(0, 4, see_through)]));
        assert!(!opaque(&[(0, 3, keep), (0, 4, keep)]), "at the first frame");
        assert!(opaque(&[(0, 4, clear), (0, 4, keep)]), "covered at once");
        assert!(!opaque(&[(0, 4, clear), (0, 3, keep)]));
        assert!(opaque(&[(0, 4, clear)]), "nothing comes after it");
        assert!(
            !opaque(&[(0, 4, restore), (0, 1, keep)]),
            "nothing was there before"
        );
        assert!(opaque(&[(0, 4, keep), (0, 4, restore), (0, 1, keep)]));
    }

    #[test]
    fn a_file_ends_with_its_last_whole_image() {
        let file = file(NETSCAPE, &[(0, 4, 0), (1, 1, 12), (2, 1, 0)]);
        assert_eq!(survey(&file).frames, 3);
        let images = |end: usize| CodedFrames::new(&file[..end]).filter(Result::is_ok).count();
        let counts: Vec<usize> = (0..=file.len()).map(images).collect();
        assert!(counts.is_sorted() && counts.last() == Some(&3));
        // Only the first one is missed.
        assert!(CodedFrames::new(&file[..file.len() - 3]).all(|shot| shot.is_ok()));
        let first = file.len() - 1 - 3 * 23 + 20;
        assert!(CodedFrames::new(&file[..first]).any(|shot| shot.is_err()));
    }

    #[test]
    fn a_byte_too_many_between_images_is_passed_over() {
        let mut file = file(b"", &[(0, 4, 0)]);
        let trailer = file.len() - 1;
        file.splice(
            trailer..,
            [0, 0x2c, 1, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x99],
        );
        assert_eq!(survey(&file).frames, 2);
    }
}

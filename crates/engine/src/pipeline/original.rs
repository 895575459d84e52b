//! The source's own file as the answer. Where nothing about a picture is changed, its own file is
//! kept beside the encoded one. The smaller of the two is the answer, with its metadata stripped.

use crate::error::Error;
use crate::format::codec_of;
use crate::format::strip::{Cutting, Wanted};
use crate::header::Header;
use crate::pipeline::survey::survey;
use crate::pixels::buffer::{append, reserved};
use crate::plan::Plan;
use crate::plan::frames::Animation;

/// A source's own file, as its bytes arrive.
pub(crate) struct Original {
    file: Vec<u8>,
}

impl Original {
    /// Begins with the bytes read so far. The capacity is the announced length of the file, if that
    /// is known.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(start: &[u8], promised_bytes: u64) -> Result<Original, Error> {
        let mut file = reserved(promised_bytes.max(start.len() as u64))?;
        file.extend_from_slice(start);
        Ok(Original { file })
    }

    /// Appends the next bytes of the file.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        append(&mut self.file, bytes)
    }

    /// The file as it came.
    pub(crate) fn into_file(self) -> Vec<u8> {
        self.file
    }

    /// Takes over the file that a decoder has kept as a whole.
    pub(crate) fn decoded(file: Vec<u8>) -> Original {
        Original { file }
    }

    /// Returns the file without its metadata, if it has at most `most` bytes and is still sound.
    pub(crate) fn instead_of(self, most: usize, plan: &Plan) -> Option<Vec<u8>> {
        let wanted = Wanted {
            lossless: plan.transform.lossless,
            moves: plan.moving().is_some(),
        };
        let mut cutting = Cutting::new(self.file);
        codec_of(plan.format).strip(&mut cutting, wanted)?;
        let own = cutting.into_kept();
        let is_sound = || match plan.moving() {
            Some(animation) => moves_on(&own, &plan.header, animation),
            None => is_sound(&own, &plan.header),
        };
        (own.len() <= most && is_sound()).then_some(own)
    }
}

/// Re-parses a stripped file. Reports whether its header is still that of the source, and whether
/// the checks of its codec pass, so that no file is forwarded that could harm another decoder.
fn is_sound(file: &[u8], header: &Header) -> bool {
    let Ok(Some(stripped)) = Header::parse(file, true) else {
        return false;
    };
    stripped.format == header.format
        && stripped.stored == header.stored
        && stripped.layout == header.layout
        && stripped.cmyk == header.cmyk
        && stripped.orientation.is_upright()
        && codec_of(stripped.format)
            .late_bytes(&stripped, file, u64::MAX)
            .is_ok()
}

/// Re-parses a stripped animation. Reports whether each frame is still there and on the canvas, and
/// whether the codes of the frames are consistent.
fn moves_on(file: &[u8], header: &Header, animation: &Animation) -> bool {
    let Ok(Some(stripped)) = Header::parse(file, true) else {
        return false;
    };
    let Ok(survey) = survey(&stripped, file, u32::MAX, u64::MAX) else {
        return false;
    };
    stripped.format == header.format
        && stripped.stored == header.stored
        && stripped.orientation.is_upright()
        && survey.layout() == header.layout
        && survey.frames == animation.frames
        && survey.plays == animation.plays
        && survey.restores == animation.restores
        && survey.on_canvas
}

#[cfg(test)]
mod tests {
    use super::*;
    use image_webp::{ColorType, WebPEncoder};

    #[test]
    fn a_webp_whose_codes_do_not_fit_together_is_not_passed_on() {
        let mut sound = Vec::new();
        let pixels: Vec<u8> = (0..40 * 30 * 3).map(|at| (at * at / 7) as u8).collect();
        WebPEncoder::new(&mut sound)
            .encode(&pixels, 40, 30, ColorType::Rgb8)
            .expect("a valid size");
        let header = Header::parse(&sound, true).expect("sound").expect("whole");
        assert!(is_sound(&sound, &header));
        let mut unfit = 0;
        for bit in 8 * 26..8 * 60 {
            let mut file = sound.clone();
            file[bit / 8] ^= 1 << (bit % 8);
            if codec_of(header.format)
                .late_bytes(&header, &file, u64::MAX)
                .is_err()
            {
                unfit += 1;
                assert_eq!(Header::parse(&file, true), Ok(Some(header)));
                assert!(!is_sound(&file, &header));
            }
        }
        assert!(unfit > 0);
    }

    #[test]
    fn a_file_that_has_become_another_is_not_passed_on() {
        use crate::pixels::layout::{Layout, Size};
        let of = |width, layout| {
            let size = Size { width, height: 5 };
            let file = crate::testing::png(size, layout);
            let header = Header::parse(&file, true).expect("sound").expect("whole");
            (file, header)
        };
        let (file, header) = of(7, Layout::Rgba);
        assert!(is_sound(&file, &header));
        for (other, _) in [of(8, Layout::Rgba), of(7, Layout::Rgb)] {
            assert!(!is_sound(&other, &header));
        }
        assert!(!is_sound(&file[..20], &header));
    }
}

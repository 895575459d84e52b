//! TIFF through `tiff`, read only: grey, RGB and inks, of 1 to 32 bits a sample, interleaved or in planes.

use std::io::Cursor;

use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::{SampleFormat, Tag};
use tiff::{ColorType, TiffError};

use super::Rows;
use crate::image::frame::{Frame, Layout, Size, reserved};
use crate::image::plan::Plan;
use crate::image::{Error, colour};

pub(super) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
    let mut decoder = Decoder::new(Cursor::new(file)).map_err(fault)?;
    let (width, height) = decoder.dimensions().map_err(fault)?;
    let size = Size { width, height };
    let kind = Kind::of(decoder.colortype().map_err(fault)?)?;
    kind.check(&mut decoder)?;
    let bytes = kind.bytes(size);
    if size != plan.decoded || bytes > super::decoder_bytes(plan) {
        return Err(Error::Corrupt("the image's headers contradict each other"));
    }
    let mut limits = Limits::default();
    limits.decoding_buffer_size = bytes as usize;
    limits.intermediate_buffer_size = (super::decoder_bytes(plan) - bytes) as usize + (1 << 20);
    limits.ifd_value_size = limits.intermediate_buffer_size;
    let mut samples = DecodingResult::U8(Vec::new());
    let layout = decoder
        .with_limits(limits)
        .read_image_to_buffer(&mut samples)
        .map_err(fault)?;
    let plane_bytes = layout.plane_stride.map_or(0, |bytes| bytes.get());
    if (samples.as_buffer(0).as_bytes().len() as u64) < kind.bytes(size)
        || layout.planes > 1 && (plane_bytes as u64) < kind.bytes(size) / kind.samples as u64
    {
        return Err(Error::Corrupt("the image is damaged or breaks off"));
    }
    let planes = Samples {
        samples: &samples,
        kind,
        // How far a pixel's samples are apart, and two pixels' ones.
        apart: match layout.planes {
            0 | 1 => 1,
            _ => plane_bytes / kind.sample_bytes(),
        },
        step: match layout.planes {
            0 | 1 => kind.samples,
            _ => 1,
        },
        width: width as usize,
    };
    rows.frame(planes.frame(plan)?)
}

/// What a pixel is in the file.
#[derive(Clone, Copy)]
struct Kind {
    layout: Layout,
    inks: bool,
    samples: usize,
    bits: u8,
}

impl Kind {
    fn of(colours: ColorType) -> Result<Kind, Error> {
        let (layout, samples, bits) = match colours {
            ColorType::Gray(bits @ (1 | 8 | 16)) => (Layout::Grey, 1, bits),
            ColorType::GrayA(bits @ (8 | 16)) => (Layout::GreyAlpha, 2, bits),
            ColorType::RGB(bits @ (8 | 16 | 32)) => (Layout::Rgb, 3, bits),
            ColorType::RGBA(bits @ (8 | 16 | 32)) => (Layout::Rgba, 4, bits),
            ColorType::CMYK(bits @ (8 | 16)) => (Layout::Rgb, 4, bits),
            _ => return Err(UNREAD),
        };
        Ok(Kind {
            layout,
            inks: matches!(colours, ColorType::CMYK(_)),
            samples,
            bits,
        })
    }

    /// Whether samples are whole numbers, or of 32 bits and fractions.
    fn check(self, decoder: &mut Decoder<Cursor<&[u8]>>) -> Result<(), Error> {
        let formats = decoder
            .find_tag_unsigned_vec::<u16>(Tag::SampleFormat)
            .map_err(fault)?;
        let expected = match self.bits {
            32 => SampleFormat::IEEEFP,
            _ => SampleFormat::Uint,
        };
        // Nothing is said of whole numbers.
        let unsaid = if self.bits == 32 { None } else { Some(()) };
        match formats {
            None => unsaid.ok_or(UNREAD),
            Some(formats) if formats.iter().all(|&of| of == expected.to_u16()) => Ok(()),
            Some(_) => Err(UNREAD),
        }
    }

    fn sample_bytes(self) -> usize {
        usize::from(self.bits).div_ceil(8)
    }

    /// Bytes of all samples.
    fn bytes(self, size: Size) -> u64 {
        let row = u64::from(size.width) * self.samples as u64 * u64::from(self.bits);
        row.div_ceil(8) * u64::from(size.height)
    }
}

/// Decoded samples.
struct Samples<'a> {
    samples: &'a DecodingResult,
    kind: Kind,
    apart: usize,
    step: usize,
    width: usize,
}

impl Samples<'_> {
    /// Of eight bits, in the layout that is planned.
    fn frame(&self, plan: &Plan) -> Result<Frame, Error> {
        let (size, layout, own) = (plan.decoded, plan.header.layout, self.kind.layout);
        if own.alpha() && !layout.alpha() || layout.grey() && !own.grey() {
            return Err(Error::Corrupt("the image's headers contradict each other"));
        }
        let mut pixels = reserved(size.pixels() * layout.channels() as u64)?;
        let mut row = reserved((self.width * own.channels()) as u64)?;
        let row_bytes = self.width * layout.channels();
        for y in 0..size.height as usize {
            row.clear();
            (0..self.width).for_each(|x| self.pixel(x, y, &mut row));
            let at = pixels.len();
            pixels.resize(at + row_bytes, 0);
            colour::widen(&row, own, &mut pixels[at..], layout);
        }
        Ok(Frame {
            size,
            layout,
            pixels,
        })
    }

    fn pixel(&self, x: usize, y: usize, row: &mut Vec<u8>) {
        let at = (y * self.width + x) * self.step;
        if self.kind.inks {
            let ink = |of: usize| self.eight_bits(at + of * self.apart);
            let paper = 255 - u32::from(ink(3));
            row.extend((0..3).map(|of| (u32::from(255 - ink(of)) * paper / 255) as u8));
        } else if self.kind.bits == 1 {
            row.push(self.bit(x, y));
        } else {
            let samples = (0..self.kind.samples).map(|of| self.eight_bits(at + of * self.apart));
            row.extend(samples);
        }
    }

    fn eight_bits(&self, at: usize) -> u8 {
        match self.samples {
            DecodingResult::U8(samples) => samples.get(at).copied(),
            DecodingResult::U16(samples) => samples
                .get(at)
                .map(|&sample| ((u32::from(sample) + 128) / 257) as u8),
            DecodingResult::F32(samples) => samples
                .get(at)
                .map(|sample| (sample.clamp(0.0, 1.0) * 255.0).round() as u8),
            _ => None,
        }
        .unwrap_or(0)
    }

    /// Rows of single bits begin with a byte of their own.
    fn bit(&self, x: usize, y: usize) -> u8 {
        let DecodingResult::U8(bytes) = self.samples else {
            return 0;
        };
        let byte = bytes.get(y * self.width.div_ceil(8) + x / 8);
        match byte.map(|byte| byte >> (7 - x % 8) & 1) {
            Some(1) => 255,
            _ => 0,
        }
    }
}

const UNREAD: Error = Error::Unsupported("this kind of image is not read");

fn fault(error: TiffError) -> Error {
    match error {
        TiffError::UnsupportedError(_) => UNREAD,
        TiffError::LimitsExceeded => {
            Error::Corrupt("the image needs more memory than its header says")
        }
        _ => Error::Corrupt("the image is damaged or breaks off"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::image::colour::Source;
    use crate::image::header::Header;
    use image::codecs::tiff::{TiffDecoder, TiffEncoder};
    use image::{DynamicImage, ExtendedColorType as Colours, ImageEncoder};
    use std::path::Path;

    struct Taken(Option<Frame>);

    impl Rows for Taken {
        fn row(&mut self, _: usize, _: &[u8]) -> Result<(), Error> {
            Err(UNREAD)
        }

        fn frame(&mut self, frame: Frame) -> Result<(), Error> {
            self.0 = Some(frame);
            Ok(())
        }
    }

    fn ours(file: &[u8]) -> Result<Frame, Error> {
        let config = Config::default();
        let header = Header::parse(file, true)?.ok_or(UNREAD)?;
        let plan = Plan::new(header, Source::Srgb, &config.transform, &config.limits)?;
        plan.check_budget(file.len() as u64, &config.limits)?;
        let mut taken = Taken(None);
        decode(file, &plan, &mut taken)?;
        taken.0.ok_or(UNREAD)
    }

    /// What another reader makes of it, in the same layout.
    fn theirs(file: &[u8], layout: Layout) -> Option<Vec<u8>> {
        let image = DynamicImage::from_decoder(TiffDecoder::new(Cursor::new(file)).ok()?).ok()?;
        Some(match layout {
            Layout::Grey => image.into_luma8().into_raw(),
            Layout::GreyAlpha => image.into_luma_alpha8().into_raw(),
            Layout::Rgb => image.into_rgb8().into_raw(),
            Layout::Rgba => image.into_rgba8().into_raw(),
        })
    }

    /// Inks are rounded, and are one level apart where the other reader cuts a fraction off.
    fn are_alike(ours: &[u8], theirs: &[u8]) -> bool {
        let mut pairs = ours.iter().zip(theirs);
        ours.len() == theirs.len() && pairs.all(|(a, b)| a.abs_diff(*b) <= 1)
    }

    #[test]
    fn every_kind_that_can_be_written_is_what_another_reader_makes_of_it() {
        for (colours, layout, sample_bytes) in [
            (Colours::L8, Layout::Grey, 1),
            (Colours::L16, Layout::Grey, 2),
            (Colours::Rgb8, Layout::Rgb, 1),
            (Colours::Rgb16, Layout::Rgb, 2),
            (Colours::Rgba8, Layout::Rgba, 1),
            (Colours::Rgba16, Layout::Rgba, 2),
        ] {
            let mut file = Cursor::new(Vec::new());
            let bytes = 13 * 7 * layout.channels() * sample_bytes;
            let samples: Vec<u8> = (0..bytes).map(|at| (at * at / 3) as u8).collect();
            TiffEncoder::new(&mut file)
                .write_image(&samples, 13, 7, colours)
                .expect("a valid picture");
            let file = file.into_inner();
            let frame = ours(&file).expect("a sound file");
            assert_eq!(frame.layout, layout, "{colours:?}");
            let theirs = theirs(&file, layout).expect("a sound file");
            assert!(are_alike(&frame.pixels, &theirs), "{colours:?}");
        }
    }

    #[test]
    fn the_corpus_is_read_as_another_reader_reads_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/tiff");
        let Ok(entries) = folder.read_dir() else {
            return eprintln!("no corpus beside the checkout: skipped");
        };
        let (mut read, mut refused) = (0, 0);
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            let file = std::fs::read(&path).expect("a readable file");
            let frame = match ours(&file) {
                Ok(frame) => frame,
                Err(error) => {
                    // Of what is refused by its header, some makes the library panic.
                    let planned = Header::parse(&file, true).is_ok();
                    if planned && theirs(&file, Layout::Rgba).is_some() {
                        eprintln!("{path:?} is read by others: {error}");
                    }
                    refused += 1;
                    continue;
                }
            };
            read += 1;
            let Some(theirs) = theirs(&file, frame.layout) else {
                panic!("{path:?} is read by us only");
            };
            assert!(are_alike(&frame.pixels, &theirs), "{path:?}");
        }
        eprintln!("{read} read, {refused} refused");
        assert!(read > 50, "{read} read, {refused} refused");
    }
}

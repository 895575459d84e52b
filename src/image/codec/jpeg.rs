//! JPEG: our own decoder, which scales in the DCT domain and hands out rows as bytes arrive, and `jpeg-encoder`.

use jpeg_encoder::{ColorType, EncodingError, SamplingFactor};
use letterbox_jpeg::{Error as Fault, Event, Pixels, Scale};

use super::{Decode, Rows};
use crate::image::Error;
use crate::image::frame::Frame;
use crate::image::plan::Plan;

/// A file on its way to rows.
pub(super) struct Decoder {
    decoder: letterbox_jpeg::Decoder,
    scale: Scale,
    /// Whether the file has four inks.
    inks: bool,
    /// A row of RGB, where it has.
    rgb: Vec<u8>,
    /// All rows have come: damage inside is shown as every decoder shows it, but a half picture is none.
    whole: bool,
}

impl Decoder {
    pub(super) fn new(plan: &Plan, start: &[u8]) -> Result<Decoder, Error> {
        let scale = match plan.shrink {
            1 => Scale::Full,
            2 => Scale::Half,
            4 => Scale::Quarter,
            _ => Scale::Eighth,
        };
        let mut decoder = letterbox_jpeg::Decoder::new();
        decoder.ignore_metadata();
        decoder.push(start).map_err(fault)?;
        Ok(Decoder {
            decoder,
            scale,
            inks: false,
            rgb: Vec::new(),
            whole: false,
        })
    }

    /// Hands over what can be decoded by now.
    fn drain(&mut self, rows: &mut dyn Rows) -> Result<(), Error> {
        loop {
            match self.decoder.next().map_err(fault)? {
                Event::NeedMore => return Ok(()),
                Event::Header => {
                    self.decoder.set_scale(self.scale);
                    let pixels = self.decoder.header().map(|header| header.pixels);
                    self.inks = pixels == Some(Pixels::Cmyk);
                }
                Event::Row(row) if self.inks => {
                    cmyk_to_rgb(row, &mut self.rgb);
                    rows.row(&self.rgb)?;
                }
                Event::Row(row) => rows.row(row)?,
                Event::End(status) => {
                    self.whole = !status.truncated;
                    return Ok(());
                }
            }
        }
    }
}

impl Decode for Decoder {
    fn push(&mut self, bytes: &[u8], rows: &mut dyn Rows) -> Result<(), Error> {
        self.decoder.push(bytes).map_err(fault)?;
        self.drain(rows)
    }

    fn finish(mut self: Box<Self>, _: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
        self.decoder.finish();
        self.drain(rows)?;
        if self.whole {
            Ok(())
        } else {
            Err(Error::Corrupt("the JPEG breaks off"))
        }
    }
}

/// Ink on white paper, without a profile: each ink takes its share of the light.
fn cmyk_to_rgb(inks: &[u8], rgb: &mut Vec<u8>) {
    rgb.clear();
    for pixel in inks.chunks_exact(4) {
        let paper = 255 - u32::from(pixel[3]);
        rgb.extend(
            pixel[..3]
                .iter()
                .map(|&ink| (((255 - u32::from(ink)) * paper + 127) / 255) as u8),
        );
    }
}

pub(super) fn encode(plan: &Plan, frame: Frame) -> Result<Vec<u8>, Error> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, plan.quality.get());
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.set_optimized_huffman_tables(true);
    encoder.set_progressive(plan.interlace);
    let colour = if frame.layout.grey() {
        ColorType::Luma
    } else {
        ColorType::Rgb
    };
    let (width, height) = (frame.size.width as u16, frame.size.height as u16);
    encoder
        .encode(&frame.pixels, width, height, colour)
        .map_err(|error: EncodingError| Error::Internal(error.to_string()))?;
    Ok(file)
}

fn fault(fault: Fault) -> Error {
    match fault {
        Fault::Unsupported(what) | Fault::Limit(what) => Error::Unsupported(what),
        Fault::OutOfMemory => Error::OutOfMemory,
        Fault::Corrupt(_) => Error::Corrupt("the JPEG is damaged"),
    }
}

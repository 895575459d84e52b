//! JPEG through `jpeg-decoder`, which scales in the DCT domain, and `jpeg-encoder`.

use jpeg_decoder::PixelFormat;
use jpeg_encoder::{ColorType, EncodingError, SamplingFactor};

use super::Rows;
use crate::image::Error;
use crate::image::frame::{Frame, Layout, Size};
use crate::image::plan::Plan;

pub(super) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
    let mut decoder = jpeg_decoder::Decoder::new(file);
    decoder.read_info().map_err(fault)?;
    if plan.shrink > 1 {
        // The library takes the smallest scale that reaches the request on either axis, so ask on the longer one only.
        let Size { width, height } = plan.decoded;
        let (width, height) = if width >= height {
            (width, u32::from(u16::MAX))
        } else {
            (u32::from(u16::MAX), height)
        };
        decoder.scale(width as u16, height as u16).map_err(fault)?;
    }
    let mut pixels = decoder.decode().map_err(fault)?;
    let info = decoder
        .info()
        .ok_or(Error::Corrupt("the JPEG has no frame"))?;
    let layout = match info.pixel_format {
        PixelFormat::L8 => Layout::Grey,
        PixelFormat::RGB24 => Layout::Rgb,
        PixelFormat::CMYK32 => {
            cmyk_to_rgb(&mut pixels);
            Layout::Rgb
        }
        PixelFormat::L16 => {
            return Err(Error::Unsupported(
                "JPEG with more than 8 bits a sample is not read",
            ));
        }
    };
    let size = Size {
        width: info.width.into(),
        height: info.height.into(),
    };
    rows.frame(Frame {
        size,
        layout,
        pixels,
    })
}

/// Ink on white paper, without a profile: each ink takes its share of the light. Works in place, four samples to three.
fn cmyk_to_rgb(pixels: &mut Vec<u8>) {
    let count = pixels.len() / 4;
    for at in 0..count {
        let paper = 255 - u32::from(pixels[4 * at + 3]);
        for ink in 0..3 {
            let left = 255 - u32::from(pixels[4 * at + ink]);
            pixels[3 * at + ink] = ((left * paper + 127) / 255) as u8;
        }
    }
    pixels.truncate(3 * count);
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

fn fault(error: jpeg_decoder::Error) -> Error {
    match error {
        jpeg_decoder::Error::Unsupported(_) => Error::Unsupported("this kind of JPEG is not read"),
        _ => Error::Corrupt("the JPEG is damaged or breaks off"),
    }
}

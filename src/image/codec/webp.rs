//! WebP through `image-webp`: decodes both kinds, encodes lossless. Of an animation, the first frame.

use std::io::Cursor;

use image_webp::{ColorType, DecodingError, EncodingError, WebPDecoder, WebPEncoder};

use super::Rows;
use crate::image::Error;
use crate::image::frame::{Frame, Layout};
use crate::image::plan::Plan;

pub(super) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(fault)?;
    let mut frame = Frame::new(plan.decoded, plan.header.layout)?;
    if decoder.output_buffer_size() != Some(frame.pixels.len()) {
        return Err(Error::Corrupt("the WebP's chunks contradict each other"));
    }
    decoder.read_image(&mut frame.pixels).map_err(fault)?;
    drop(decoder); // as the plan says
    rows.frame(frame)
}

pub(super) fn encode(_: &Plan, frame: Frame) -> Result<Vec<u8>, Error> {
    let (width, height) = (frame.size.width, frame.size.height);
    let colour = match frame.layout {
        Layout::Grey => ColorType::L8,
        Layout::GreyAlpha => ColorType::La8,
        Layout::Rgb => ColorType::Rgb8,
        Layout::Rgba => ColorType::Rgba8,
    };
    let mut file = Vec::new();
    let encoder = WebPEncoder::new(&mut file);
    encoder
        .encode(&frame.pixels, width, height, colour)
        .map_err(|error: EncodingError| Error::Internal(error.to_string()))?;
    Ok(file)
}

fn fault(error: DecodingError) -> Error {
    match error {
        DecodingError::UnsupportedFeature(_) => Error::Unsupported("this kind of WebP is not read"),
        _ => Error::Corrupt("the WebP is damaged or breaks off"),
    }
}

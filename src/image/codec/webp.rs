//! WebP through `image-webp`: decodes what is lossless, has alpha or moves, of which it takes the first frame; encodes lossless.

use std::io::Cursor;

use image_webp::{ColorType, DecodingError, EncodingError, WebPDecoder, WebPEncoder};

use super::{Rows, whole};
use crate::image::Error;
use crate::image::frame::{Frame, Layout, Picture, Size};
use crate::image::plan::Plan;

pub(super) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(fault)?;
    let mut frame = Frame::new(plan.decoded, plan.header.layout, plan.room_if_kept())?;
    if decoder.output_buffer_size() != Some(frame.pixels.len()) {
        return Err(Error::Corrupt("the WebP's chunks contradict each other"));
    }
    decoder.read_image(&mut frame.pixels).map_err(fault)?;
    drop(decoder); // as the plan says
    rows.frame(frame)
}

pub(super) fn encode(plan: &Plan, picture: Picture) -> Result<Vec<u8>, Error> {
    let Size { width, height } = plan.canvas;
    let colour = match plan.layout {
        Layout::Grey => ColorType::L8,
        Layout::GreyAlpha => ColorType::La8,
        Layout::Rgb => ColorType::Rgb8,
        Layout::Rgba => ColorType::Rgba8,
    };
    let pixels = whole::canvas(plan, picture)?;
    let mut file = Vec::new();
    let encoder = WebPEncoder::new(&mut file);
    encoder
        .encode(&pixels, width, height, colour)
        .map_err(|error: EncodingError| Error::Internal(error.to_string()))?;
    Ok(file)
}

/// What the library holds beside the canvas: RGBA, and the file, in a list that doubles: the moment before it is complete it may be there
/// with twice the room that it needs, and by half once more. It has at most what noise has: as many bits as samples, and a little for the
/// codes of runs.
pub(super) fn encoder_bytes(plan: &Plan) -> u64 {
    let (pixels, row) = (plan.canvas.pixels(), 8 * u64::from(plan.canvas.width));
    let file = pixels * plan.layout.channels() as u64 + pixels / 8 + (4 << 10);
    4 * pixels + 3 * file + row
}

fn fault(error: DecodingError) -> Error {
    match error {
        DecodingError::UnsupportedFeature(_) => Error::Unsupported("this kind of WebP is not read"),
        _ => Error::Corrupt("the WebP is damaged or breaks off"),
    }
}

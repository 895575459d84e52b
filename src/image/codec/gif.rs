//! GIF through `gif`: the first image on its canvas in, one image with a palette of 256 out.

use std::io::Cursor;

use gif::{ColorOutput, DecodeOptions, DecodingError, EncodingError, MemoryLimit};

use super::Rows;
use crate::image::Error;
use crate::image::frame::{Frame, Size};
use crate::image::plan::Plan;

/// The quantiser looks at every tenth pixel: the library's own default.
const SAMPLING: i32 = 10;
/// Metadata blocks count towards the library's memory limit too.
pub(super) const SLACK_BYTES: u64 = 4 << 20;

pub(super) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.allow_unknown_blocks(true);
    // An image may reach beyond the screen and is clipped; one much larger than the screen is not what was planned.
    let most = plan.decoded.pixels() + SLACK_BYTES;
    options.set_memory_limit(MemoryLimit::Bytes(
        most.try_into().map_err(|_| Error::OutOfMemory)?,
    ));
    let mut decoder = options.read_info(Cursor::new(file)).map_err(fault)?;
    let global = decoder.global_palette().map(<[u8]>::to_vec);
    let image = decoder
        .read_next_frame()
        .map_err(fault)?
        .ok_or(Error::Corrupt("the GIF has no image"))?;
    let palette = image
        .palette
        .as_deref()
        .or(global.as_deref())
        .ok_or(Error::Corrupt("the GIF has no palette"))?;

    let mut canvas = Frame::new(plan.decoded, plan.header.layout)?;
    let channels = canvas.layout.channels();
    let row_bytes = canvas.row_bytes();
    let image_rows = image.buffer.chunks_exact(usize::from(image.width).max(1));
    let canvas_rows = canvas
        .pixels
        .chunks_exact_mut(row_bytes)
        .skip(image.top.into());
    for (from, to) in image_rows.zip(canvas_rows) {
        let to = to.chunks_exact_mut(channels).skip(image.left.into());
        for (&index, pixel) in from.iter().zip(to) {
            if image.transparent == Some(index) {
                continue;
            }
            // A palette may be shorter than the indices that use it; browsers show black.
            let colour = palette
                .get(3 * usize::from(index)..)
                .and_then(|rest| rest.first_chunk::<3>())
                .unwrap_or(&[0; 3]);
            pixel[..3].copy_from_slice(colour);
            if let Some(alpha) = pixel.get_mut(3) {
                *alpha = 255;
            }
        }
    }
    drop(decoder); // as the plan says
    rows.frame(canvas)
}

pub(super) fn encode(_: &Plan, frame: Frame) -> Result<Vec<u8>, Error> {
    let Size { width, height } = frame.size;
    let mut rgba = super::super::colour::to_rgba(frame)?;
    // GIF knows opaque and transparent; half-way counts as opaque.
    for pixel in rgba.pixels.chunks_exact_mut(4) {
        pixel[3] = if pixel[3] < 128 { 0 } else { 255 };
    }
    let image =
        gif::Frame::from_rgba_speed(width as u16, height as u16, &mut rgba.pixels, SAMPLING);
    let mut file = Vec::new();
    write(&mut file, width as u16, height as u16, &image)
        .map_err(|error| Error::Internal(error.to_string()))?;
    Ok(file)
}

fn write(
    file: &mut Vec<u8>,
    width: u16,
    height: u16,
    image: &gif::Frame<'_>,
) -> Result<(), EncodingError> {
    gif::Encoder::new(file, width, height, &[])?.write_frame(image)
}

fn fault(_: DecodingError) -> Error {
    // Its "out of memory" too is the file's fault: an image far larger than the screen, or a metadata block without end.
    Error::Corrupt("the GIF is damaged or breaks off")
}

//! GIF through `gif`: the first image on its canvas in, one image with a palette of 256 out.

use std::cell::RefCell;
use std::io::Read;

use gif::{ColorOutput, DecodeOptions, DecodingError, EncodingError, MemoryLimit};

use super::Rows;
use super::whole::{self, InPlace};
use crate::image::frame::{Frame, Layout, Picture, Size, reserved, zeroes};
use crate::image::plan::Plan;
use crate::image::{Error, colour, header};

/// The quantiser looks at every tenth pixel: the library's own default.
const SAMPLING: i32 = 10;

pub(super) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.allow_unknown_blocks(true);
    // An image may reach beyond the screen and is clipped; one larger than its header says is not what was planned.
    options.set_memory_limit(MemoryLimit::Bytes(
        super::decoder_bytes(plan)
            .try_into()
            .map_err(|_| Error::OutOfMemory)?,
    ));
    let [head, control, image] =
        header::gif::without_metadata(file).ok_or(Error::Corrupt("the GIF has no image"))?;
    let mut decoder = options
        .read_info(head.chain(control).chain(image))
        .map_err(fault)?;
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

    let mut canvas = Frame::new(plan.decoded, plan.header.layout, plan.room_if_kept())?;
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

pub(super) fn encode(plan: &Plan, picture: Picture) -> Result<Vec<u8>, Error> {
    let Size { width, height } = plan.canvas;
    let place = RefCell::new(InPlace::new(picture)?);
    let mut wide = zeroes(4 * u64::from(width))?;
    whole::rows(plan, &place, |row| {
        colour::widen(row, plan.layout, &mut wide, Layout::Rgba);
        // GIF knows opaque and transparent; half-way counts as opaque.
        for pixel in wide.chunks_exact_mut(4) {
            pixel[3] = if pixel[3] < 128 { 0 } else { 255 };
        }
        place.borrow_mut().write(&wide)
    })?;
    let mut rgba = place.into_inner().into_file();
    let mut image = gif::Frame::from_rgba_speed(width as u16, height as u16, &mut rgba, SAMPLING);
    drop(rgba); // as the plan says
    image.make_lzw_pre_encoded(); // and the indices are gone too
    let mut file = reserved(file_bytes(plan.canvas.pixels()))?;
    write(&mut file, width as u16, height as u16, &image)
        .map_err(|error| Error::Internal(error.to_string()))?;
    file.shrink_to_fit(); // which allocators do in place
    Ok(file)
}

/// Beside the RGBA that the picture becomes: an index for each pixel, and the network that chooses colours. Then the RGBA is gone, and
/// beside the indices there is the file's data, in a list of the library's that doubles as it grows; and in the end that and the file.
pub(super) fn encoder_bytes(plan: &Plan) -> u64 {
    let pixels = plan.canvas.pixels();
    let row = 8 * u64::from(
        plan.canvas
            .width
            .max(plan.resized.width)
            .max(plan.resized.height),
    );
    // The list begins with room for half a byte a pixel, and ends with room for two.
    let writing = (3 * pixels + tree_bytes(pixels)).max(2 * pixels + file_bytes(pixels));
    let rgba = plan.room().unwrap_or(0);
    row + SMALL_BYTES + pixels + writing.saturating_sub(rgba)
}

/// The library's tree of codes, of which there are at most 4,096 and one for each index: 50 bytes where a code goes on in up to 16 ways, 512
/// where there are more, in lists that double.
fn tree_bytes(pixels: u64) -> u64 {
    let codes = pixels.min(4096).next_power_of_two();
    96 * codes + (8 << 10)
}

/// Noise has a code of at most twelve bits for each index.
fn data_bytes(pixels: u64) -> u64 {
    pixels * 3 / 2 + pixels / 1024 + 64
}

/// Blocks of 255 bytes, each with its length; the header and a palette.
fn file_bytes(pixels: u64) -> u64 {
    let data = data_bytes(pixels);
    data + data / 255 + 1024
}

/// The network and its inputs; palettes.
const SMALL_BYTES: u64 = 48 << 10;

fn write(
    file: &mut Vec<u8>,
    width: u16,
    height: u16,
    image: &gif::Frame<'_>,
) -> Result<(), EncodingError> {
    gif::Encoder::new(file, width, height, &[])?.write_lzw_pre_encoded_frame(image)
}

fn fault(_: DecodingError) -> Error {
    // Its "out of memory" too is the file's fault: an image far larger than the screen, or a metadata block without end.
    Error::Corrupt("the GIF is damaged or breaks off")
}

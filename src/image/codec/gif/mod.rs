//! GIF through `gif`: the first image on its canvas in, one image with a palette of 256 out.

mod film;
mod pack;
mod unpack;

use std::cell::RefCell;

use gif::EncodingError;

use super::Rows;
use super::whole::{self, InPlace};
use crate::image::frame::{Layout, Picture, Size, reserved, zeroes};
use crate::image::guest::NoGuests;
use crate::image::plan::Plan;
use crate::image::{Error, colour};
pub(super) use film::{Film, bytes as film_bytes};
pub(in crate::image) use unpack::UNPACKER_BYTES;
pub(super) use unpack::Unpacker;

/// The quantiser looks at every tenth pixel: the library's own default.
const SAMPLING: i32 = 10;

pub(super) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
    rows.frame(super::animation::still(file, plan, &NoGuests)?)
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

//! Stage: the letterbox: the image on its canvas of background.

use super::Error;
use super::frame::{Frame, Layout, zeroes};
use super::plan::Plan;
use crate::transform::Colour;

/// The canvas with the image at its place.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(super) fn run(plan: &Plan, frame: Frame) -> Result<Frame, Error> {
    if frame.size == plan.canvas {
        return Ok(frame);
    }
    let layout = frame.layout;
    let (pixel, channels) = pixel(plan.background, layout);
    let canvas_row_bytes = plan.canvas.width as usize * channels;
    let row_bytes = frame.row_bytes();
    // One row of background, of which the margins are copies.
    let mut background = zeroes(canvas_row_bytes as u64)?;
    background
        .chunks_exact_mut(channels)
        .for_each(|target| target.copy_from_slice(&pixel[..channels]));
    let left = plan.at.0 as usize * channels;
    let right = canvas_row_bytes - left - row_bytes;

    let mut pixels = Vec::new();
    let bytes = canvas_row_bytes * plan.canvas.height as usize;
    pixels
        .try_reserve_exact(bytes)
        .map_err(|_| Error::OutOfMemory)?;
    for _ in 0..plan.at.1 {
        pixels.extend_from_slice(&background);
    }
    for row in frame.pixels.chunks_exact(row_bytes) {
        pixels.extend_from_slice(&background[..left]);
        pixels.extend_from_slice(row);
        pixels.extend_from_slice(&background[..right]);
    }
    while pixels.len() < bytes {
        pixels.extend_from_slice(&background);
    }
    Ok(Frame {
        size: plan.canvas,
        layout,
        pixels,
    })
}

/// A colour in a layout; without alpha it is the colour as seen on white.
fn pixel(colour: Colour, layout: Layout) -> ([u8; 4], usize) {
    let Colour { r, g, b, a } = if layout.alpha() {
        colour
    } else {
        colour.over_white()
    };
    let pixel = match layout {
        Layout::Grey => [r, 0, 0, 0],
        Layout::GreyAlpha => [r, a, 0, 0],
        Layout::Rgb | Layout::Rgba => [r, g, b, a],
    };
    (pixel, layout.channels())
}

//! Stage: the letterbox: the image on its canvas of background.

use super::Error;
use super::frame::{Frame, Layout};
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
    let mut canvas = Frame::new(plan.canvas, frame.layout)?;
    let (pixel, channels) = pixel(plan.background, frame.layout);
    for target in canvas.pixels.chunks_exact_mut(channels) {
        target.copy_from_slice(&pixel[..channels]);
    }
    let (row_bytes, canvas_row_bytes) = (frame.row_bytes(), canvas.row_bytes());
    let start = plan.at.1 as usize * canvas_row_bytes + plan.at.0 as usize * channels;
    let rows = canvas.pixels[start..].chunks_mut(canvas_row_bytes);
    for (target, source) in rows.zip(frame.pixels.chunks_exact(row_bytes)) {
        target[..row_bytes].copy_from_slice(source);
    }
    Ok(canvas)
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

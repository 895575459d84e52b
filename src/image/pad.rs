//! Stage: the letterbox: the image on its canvas of background.

use super::Error;
use super::frame::{Frame, zeroes};
use super::plan::{Plan, Plane};

/// The canvas with the image at its place.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(super) fn run(_: &Plan, plane: &Plane, frame: Frame) -> Result<Frame, Error> {
    put(plane, frame)
}

fn put(plane: &Plane, mut frame: Frame) -> Result<Frame, Error> {
    if frame.size == plane.canvas {
        return Ok(frame);
    }
    mix_edges(plane, &mut frame);
    let layout = frame.layout;
    let channels = layout.channels();
    let canvas_row_bytes = plane.canvas.width as usize * channels;
    let row_bytes = frame.row_bytes();
    // One row of background, of which the margins are copies.
    let mut background = zeroes(canvas_row_bytes as u64)?;
    background
        .chunks_exact_mut(channels)
        .for_each(|target| target.copy_from_slice(&plane.background[..channels]));
    let left = plane.at.0 as usize * channels;
    let right = canvas_row_bytes - left - row_bytes;

    let mut pixels = Vec::new();
    let bytes = canvas_row_bytes * plane.canvas.height as usize;
    pixels
        .try_reserve_exact(bytes)
        .map_err(|_| Error::OutOfMemory)?;
    for _ in 0..plane.at.1 {
        pixels.extend_from_slice(&background);
    }
    for row in frame.rows() {
        pixels.extend_from_slice(&background[..left]);
        pixels.extend_from_slice(row);
        pixels.extend_from_slice(&background[..right]);
    }
    while pixels.len() < bytes {
        pixels.extend_from_slice(&background);
    }
    Ok(Frame {
        size: plane.canvas,
        layout,
        pixels,
    })
}

/// A sample that is half image and half background is the mean of both.
fn mix_edges(plane: &Plane, frame: &mut Frame) {
    let (row_bytes, edges) = (frame.row_bytes(), plane.mixed);
    let mix = |sample: &mut u8| *sample = sample.midpoint(plane.background[0]);
    if edges.top {
        frame.pixels.iter_mut().take(row_bytes).for_each(mix);
    }
    if edges.bottom {
        frame.pixels.iter_mut().rev().take(row_bytes).for_each(mix);
    }
    for row in frame.pixels.chunks_exact_mut(row_bytes) {
        if let (true, Some(first)) = (edges.left, row.first_mut()) {
            mix(first);
        }
        if let (true, Some(last)) = (edges.right, row.last_mut()) {
            mix(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::frame::{Layout, Size};
    use crate::image::plan::{Edges, Window};

    #[test]
    fn a_sample_that_is_half_background_is_mixed_with_it() {
        let size = |width, height| Size { width, height };
        let plane = Plane {
            decoded: size(2, 2),
            source: Layout::Grey,
            window: Window {
                x: 0.0,
                y: 0.0,
                width: 2.0,
                height: 2.0,
            },
            resized: size(2, 2),
            at: (1, 1),
            canvas: size(4, 3),
            layout: Layout::Grey,
            background: [128, 0, 0, 0],
            mixed: Edges {
                left: true,
                top: true,
                ..Edges::default()
            },
        };
        let frame = Frame {
            size: size(2, 2),
            layout: Layout::Grey,
            pixels: vec![0, 0, 28, 0],
        };
        let canvas = put(&plane, frame).expect("twelve bytes");
        let rows: Vec<&[u8]> = canvas.pixels.chunks(4).collect();
        assert_eq!(rows, [[128; 4], [128, 96, 64, 128], [128, 78, 0, 128]]);
    }
}

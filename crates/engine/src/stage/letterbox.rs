//! Stage: the letterbox: rows of the canvas, one after the other, each of the image or of background. A row of the image becomes sRGB,
//! is widened and flattened on its way.

use std::sync::Arc;

use crate::colour::conversion::Conversion;
use crate::error::Error;
use crate::pixels::buffer::zeroes;
use crate::pixels::frame::Picture;
use crate::pixels::layout::Layout;
use crate::pixels::widen::widen;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::{convert, flatten};
use crate::transform::Colour;

/// One plane's canvas.
pub(crate) struct Canvas {
    plane: Plane,
    colour: Colour,
    /// What makes sRGB of the image.
    conversion: Option<Arc<Conversion>>,
    /// Rows of the image, upright.
    rows: u32,
    /// The next row.
    y: u32,
    /// The layout of a row before its alpha is dropped.
    wide: Layout,
    /// A row in it, where that is another than the source's.
    wider: Vec<u8>,
    /// A row of background, and the same with a row of the image in it; empty where the image fills the canvas from side to side.
    background: Vec<u8>,
    line: Vec<u8>,
}

impl Canvas {
    /// A canvas before its first row.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(plan: &Plan, plane: &Plane) -> Result<Canvas, Error> {
        let size = plane.upright(plan.header.orientation);
        let wide = convert::widened(plane);
        let channels = plane.layout.channels();
        let mut background = Vec::new();
        if size != plane.canvas {
            background = zeroes(u64::from(plane.canvas.width) * channels as u64)?;
            background
                .chunks_exact_mut(channels)
                .for_each(|pixel| pixel.copy_from_slice(&plane.background[..channels]));
        }
        let mut line = Vec::new();
        if size.width != plane.canvas.width {
            line = zeroes(background.len() as u64)?;
            line.copy_from_slice(&background);
        }
        Ok(Canvas {
            plane: *plane,
            colour: plan.background,
            conversion: convert::conversion(plan),
            rows: size.height,
            y: 0,
            wide,
            wider: if wide == plane.source {
                Vec::new()
            } else {
                zeroes(u64::from(size.width) * wide.channels() as u64)?
            },
            background,
            line,
        })
    }

    /// What that allocates.
    pub(crate) fn bytes(plan: &Plan, plane: &Plane) -> u64 {
        let (size, wide) = (
            plane.upright(plan.header.orientation),
            convert::widened(plane),
        );
        let canvas_row = u64::from(plane.canvas.width) * plane.layout.channels() as u64;
        let wider = u64::from(size.width) * wide.channels() as u64;
        u64::from(size != plane.canvas) * canvas_row
            + u64::from(size.width != plane.canvas.width) * canvas_row
            + u64::from(wide != plane.source) * wider
    }

    /// Whether all rows have been handed out.
    pub(crate) fn is_complete(&self) -> bool {
        self.y == self.plane.canvas.height
    }

    /// Whether the next row has a row of the image in it.
    pub(crate) fn wants_image(&self) -> bool {
        let above = self.plane.at.1;
        (above..above + self.rows).contains(&self.y)
    }

    /// The next row of the canvas, of the image's next row if it wants one; that row is not to be used any more.
    pub(crate) fn next<'a>(&'a mut self, image: Option<&'a mut [u8]>) -> &'a [u8] {
        let y = self.y;
        self.y += 1;
        let Some(mut row) = image else {
            return &self.background;
        };
        let (plane, wide) = (&self.plane, self.wide);
        if let Some(conversion) = &self.conversion {
            conversion.run(row, plane.source);
        }
        if !self.wider.is_empty() {
            widen(row, plane.source, &mut self.wider, wide);
            row = &mut self.wider;
        }
        if wide != plane.layout {
            let bytes = flatten::flatten(row, wide, self.colour);
            row = &mut row[..bytes];
        }
        mix_edges(plane, row, y - plane.at.1, self.rows);
        if self.line.is_empty() {
            return row;
        }
        let left = plane.at.0 as usize * plane.layout.channels();
        self.line[left..left + row.len()].copy_from_slice(row);
        &self.line
    }
}

/// A canvas and the picture on it.
pub(crate) struct Rows {
    canvas: Canvas,
    picture: Picture,
}

impl Rows {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(plan: &Plan, plane: &Plane, picture: Picture) -> Result<Rows, Error> {
        Ok(Rows {
            canvas: Canvas::new(plan, plane)?,
            picture,
        })
    }

    /// The next row; what the one before was made of is given back.
    pub(crate) fn next(&mut self) -> Option<&[u8]> {
        if self.canvas.is_complete() {
            return None;
        }
        let image = if self.canvas.wants_image() {
            Some(self.picture.next_row()?)
        } else {
            None
        };
        Some(self.canvas.next(image))
    }

    /// Bytes of the picture that are held.
    pub(crate) fn held_bytes(&self) -> usize {
        self.picture.held_bytes()
    }
}

/// A sample that is half image and half background is the mean of both. Row `y` is one of `rows`.
fn mix_edges(plane: &Plane, row: &mut [u8], y: u32, rows: u32) {
    let edges = plane.mixed;
    let mix = |sample: &mut u8| *sample = sample.midpoint(plane.background[0]);
    if edges.top && y == 0 {
        row.iter_mut().for_each(mix);
    }
    if edges.bottom && y + 1 == rows {
        row.iter_mut().for_each(mix);
    }
    if let (true, Some(first)) = (edges.left, row.first_mut()) {
        mix(first);
    }
    if let (true, Some(last)) = (edges.right, row.last_mut()) {
        mix(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::layout::Size;
    use crate::pixels::window::{Edges, Window};

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
        let mut rows = [[0, 0], [28, 0]];
        for (y, row) in (0..).zip(&mut rows) {
            mix_edges(&plane, row, y, 2);
        }
        assert_eq!(rows, [[96, 64], [78, 0]]);
    }
}

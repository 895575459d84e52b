//! Stage: the letterbox: rows of the canvas, one after the other, each of the image or of
//! background.

use crate::error::Error;
use crate::pixels::buffer::zeroes;
use crate::pixels::rows::RowSource;
use crate::pixels::window::Edges;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::link::{Pull, Reach, Samples, Stage};

/// The stage.
pub(crate) struct Letterbox;

impl Stage for Letterbox {
    fn name(&self) -> &'static str {
        "letterbox"
    }

    fn reach(&self) -> Reach {
        Reach::Pixel
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Plane
    }

    fn has_work(&self, plan: &Plan, plane: &Plane) -> bool {
        !plan.transform.backdrop && (is_padded(plan, plane) || plane.mixed != Edges::default())
    }

    /// A row of background, and a row that is handed out.
    fn bytes(&self, plan: &Plan, plane: &Plane) -> u64 {
        let row = u64::from(plane.canvas.width) * plane.layout.channels() as u64;
        2 * row * u64::from(is_padded(plan, plane))
    }
}

/// Whether the canvas is larger than the picture.
pub(crate) fn is_padded(plan: &Plan, plane: &Plane) -> bool {
    plane.upright(plan.header.orientation) != plane.canvas
}

impl Pull for Letterbox {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        let channels = plane.layout.channels();
        let (mut background, mut line) = (Vec::new(), Vec::new());
        if is_padded(plan, plane) {
            let bytes = u64::from(plane.canvas.width) * channels as u64;
            (background, line) = (zeroes(bytes)?, zeroes(bytes)?);
            background
                .chunks_exact_mut(channels)
                .for_each(|pixel| pixel.copy_from_slice(&plane.background[..channels]));
        }
        Ok(Box::new(Rows {
            from,
            rows: plane.upright(plan.header.orientation).height,
            plane: *plane,
            y: 0,
            background,
            line,
        }))
    }
}

struct Rows<'r> {
    from: Box<dyn RowSource + 'r>,
    plane: Plane,
    /// Rows of the image, upright.
    rows: u32,
    /// The next row.
    y: u32,
    /// A row of background; empty where the image fills the canvas.
    background: Vec<u8>,
    /// The row that is handed out, where it is not the image's own.
    line: Vec<u8>,
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let (plane, y) = (&self.plane, self.y);
        if y == plane.canvas.height {
            return Ok(None);
        }
        self.y += 1;
        let above = plane.at.1;
        if !(above..above + self.rows).contains(&y) {
            self.line.copy_from_slice(&self.background);
            return Ok(Some(&mut self.line));
        }
        let row = self.from.next_row()?;
        let row = row.ok_or(Error::Corrupt("the image's rows break off"))?;
        mix_edges(plane, row, y - above, self.rows, |_| plane.background[0]);
        if row.len() >= self.line.len() {
            return Ok(Some(row));
        }
        let left = plane.at.0 as usize * plane.layout.channels();
        let right = left + row.len();
        // What is behind may have drawn on the row before.
        self.line[..left].copy_from_slice(&self.background[..left]);
        self.line[left..right].copy_from_slice(row);
        self.line[right..].copy_from_slice(&self.background[right..]);
        Ok(Some(&mut self.line))
    }
}

/// A sample that is half image and half background is the mean of both. Row `y` is one of `rows`;
/// `under` is the background of each of its samples.
pub(crate) fn mix_edges(
    plane: &Plane,
    row: &mut [u8],
    y: u32,
    rows: u32,
    under: impl Fn(usize) -> u8,
) {
    let edges = plane.mixed;
    let mix = |(at, sample): (usize, &mut u8)| *sample = sample.midpoint(under(at));
    if edges.top && y == 0 {
        row.iter_mut().enumerate().for_each(mix);
    }
    if edges.bottom && y + 1 == rows {
        row.iter_mut().enumerate().for_each(mix);
    }
    let last = row.len().saturating_sub(1);
    if let (true, Some(first)) = (edges.left, row.first_mut()) {
        mix((0, first));
    }
    if let (true, Some(sample)) = (edges.right, row.last_mut()) {
        mix((last, sample));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::layout::{Layout, Size};
    use crate::pixels::window::{Rect, Window};

    #[test]
    fn a_sample_that_is_half_background_is_mixed_with_it() {
        let size = |width, height| Size { width, height };
        let plane = Plane {
            decoded: size(2, 2),
            source: Layout::Grey,
            cut: Rect::all(size(2, 2)),
            window: Window::all(size(2, 2)),
            resized: size(2, 2),
            at: (1, 1),
            canvas: size(4, 3),
            layout: Layout::Grey,
            background: [128, 0, 0, 0],
            is_half: true,
            mixed: Edges {
                left: true,
                top: true,
                ..Edges::default()
            },
        };
        let mut rows = [[0, 0], [28, 0]];
        for (y, row) in (0..).zip(&mut rows) {
            mix_edges(&plane, row, y, 2, |_| 128);
        }
        assert_eq!(rows, [[96, 64], [78, 0]]);
    }
}

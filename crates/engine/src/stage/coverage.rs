//! The coverage of an outline: how much of each pixel lies inside, row by row.

use letterbox_text::Edge;

use crate::error::Error;
use crate::pixels::buffer::room;
use crate::pixels::layout::Size;
use crate::plan::outline::{Point, most_points};

/// The coverage of rows, from above.
pub(crate) struct Coverage(letterbox_text::Coverage);

impl Coverage {
    /// Upper bound on the memory of one, with the outline that it is made of.
    pub(crate) fn bytes(canvas: Size) -> u64 {
        let points = most_points(canvas);
        let outline = (points * size_of::<Point>()) as u64;
        letterbox_text::Coverage::bytes(points, canvas.width as usize) + outline
    }

    /// Begins with the first row of a canvas. The outline does not cross itself.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(outline: &[Point], canvas: Size) -> Result<Coverage, Error> {
        let mut edges = room(outline.len())?;
        let next = outline.iter().cycle().skip(1);
        let sides = outline.iter().zip(next);
        edges.extend(sides.filter_map(|(from, to)| Edge::between(*from, *to)));
        let coverage = letterbox_text::Coverage::new(edges, canvas.width as usize);
        coverage.map(Coverage).map_err(|_| Error::OutOfMemory)
    }

    /// The coverage of the pixels of the next row, 255 for those that lie inside.
    pub(crate) fn next_row(&mut self) -> &[u8] {
        self.0.next_row()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(outline: &[Point], width: u32, height: u32) -> Vec<Vec<u8>> {
        let canvas = Size { width, height };
        let mut coverage = Coverage::new(outline, canvas).expect("memory");
        (0..height).map(|_| coverage.next_row().to_vec()).collect()
    }

    #[test]
    fn a_rectangle_between_pixels_covers_its_share_of_each() {
        let outline = [(0.5, 0.25), (2.75, 0.25), (2.75, 2.0), (0.5, 2.0)];
        assert_eq!(
            rows(&outline, 4, 3),
            [[96, 191, 143, 0], [128, 255, 191, 0], [0, 0, 0, 0]]
        );
        let backwards: Vec<Point> = outline.into_iter().rev().collect();
        assert_eq!(rows(&backwards, 4, 3), rows(&outline, 4, 3));
    }

    #[test]
    fn a_triangle_covers_half_of_the_pixels_on_its_edge() {
        let outline = [(0.0, 0.0), (3.0, 0.0), (0.0, 3.0)];
        assert_eq!(
            rows(&outline, 3, 3),
            [[255, 255, 128], [255, 128, 0], [128, 0, 0]]
        );
        // One edge, flat: it crosses three columns within a row.
        let flat = [(0.0, 0.0), (3.0, 1.0), (0.0, 1.0)];
        let thirds = [5.0 / 6.0, 3.0 / 6.0, 1.0 / 6.0].map(|share: f64| (share * 255.0).round());
        assert_eq!(rows(&flat, 3, 1), [thirds.map(|level| level as u8)]);
    }

    /// Against a count of 16 x 16 points a pixel.
    #[test]
    fn an_outline_of_corners_in_and_out_is_covered_as_points_say() {
        let star: Vec<Point> = (0..10)
            .map(|index| {
                let radius = if index % 2 == 1 { 3.1 } else { 8.3 };
                let (sin, cos) = (0.3 + f64::from(index) * std::f64::consts::TAU / 10.0).sin_cos();
                (8.6 + radius * cos, 9.1 + radius * sin)
            })
            .collect();
        let is_inside = |x: f64, y: f64| {
            let next = star.iter().cycle().skip(1);
            let crossings = star.iter().zip(next).filter(|(a, b)| {
                (a.1 > y) != (b.1 > y) && x < (b.0 - a.0) * (y - a.1) / (b.1 - a.1) + a.0
            });
            crossings.count() % 2 == 1
        };
        for (y, row) in (0..).zip(rows(&star, 18, 18)) {
            for (x, covered) in (0..).zip(row) {
                let points = (0..256).filter(|index| {
                    let within =
                        |at: u32, part: u32| f64::from(at) + (f64::from(part) + 0.5) / 16.0;
                    is_inside(within(x, index % 16), within(y, index / 16))
                });
                let counted = points.count() as i32 * 255 / 256;
                assert!((counted - i32::from(covered)).abs() <= 8, "{x} {y}");
            }
        }
    }
}

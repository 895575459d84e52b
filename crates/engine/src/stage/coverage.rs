//! How much of each pixel lies inside an outline: exact areas, row by row.

use crate::error::Error;
use crate::pixels::buffer::{filled, room, zeroes_of};
use crate::pixels::layout::Size;
use crate::plan::outline::{Point, most_points};

/// An edge of an outline, downwards.
#[derive(Clone, Copy)]
struct Edge {
    top: f64,
    bottom: f64,
    /// Column at the top.
    x: f64,
    /// Columns per row.
    slope: f64,
    /// 1.0 where the outline goes down here, and -1.0 where it goes up.
    sign: f32,
}

/// The coverage of rows, from above.
pub(crate) struct Coverage {
    /// By their tops.
    edges: Vec<Edge>,
    /// Edges before this one end above the row. Longer ones behind it may, too.
    first: usize,
    /// Change of coverage from each column to the next, and one column more.
    changes: Vec<f32>,
    row: Vec<u8>,
    y: u32,
}

impl Coverage {
    /// Upper bound on the memory of one, with the outline that it is made of.
    pub(crate) fn bytes(canvas: Size) -> u64 {
        let points = most_points(canvas) as u64;
        let edge = size_of::<Edge>() as u64 + size_of::<Point>() as u64;
        points * edge + (u64::from(canvas.width) + 1) * 4 + u64::from(canvas.width)
    }

    /// Begins with the first row of a canvas. The outline does not cross itself.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(outline: &[Point], canvas: Size) -> Result<Coverage, Error> {
        let mut edges = room(outline.len())?;
        let next = outline.iter().cycle().skip(1);
        for (&from, &to) in outline.iter().zip(next) {
            let (upper, lower, sign) = if from.1 < to.1 {
                (from, to, 1.0)
            } else {
                (to, from, -1.0)
            };
            if upper.1 < lower.1 {
                edges.push(Edge {
                    top: upper.1,
                    bottom: lower.1,
                    x: upper.0,
                    slope: (lower.0 - upper.0) / (lower.1 - upper.1),
                    sign,
                });
            }
        }
        edges.sort_unstable_by(|a: &Edge, b| a.top.total_cmp(&b.top));
        Ok(Coverage {
            edges,
            first: 0,
            changes: zeroes_of(canvas.width as usize + 1)?,
            row: filled(canvas.width as usize, 0)?,
            y: 0,
        })
    }

    /// The coverage of the pixels of the next row, 255 for those that lie inside.
    pub(crate) fn next_row(&mut self) -> &[u8] {
        let (top, bottom) = (f64::from(self.y), f64::from(self.y) + 1.0);
        self.y += 1;
        self.changes.fill(0.0);
        while self
            .edges
            .get(self.first)
            .is_some_and(|edge| edge.bottom <= top)
        {
            self.first += 1;
        }
        for edge in &self.edges[self.first..] {
            if edge.top >= bottom {
                break;
            }
            let (from, to) = (edge.top.max(top), edge.bottom.min(bottom));
            if from < to {
                let x = |y: f64| edge.x + (y - edge.top) * edge.slope;
                let height = edge.sign * (to - from) as f32;
                add(&mut self.changes, x(from), x(to), height);
            }
        }
        let mut sum = 0.0_f32;
        for (covered, change) in self.row.iter_mut().zip(&self.changes) {
            sum += change;
            *covered = (sum.abs() * 255.0 + 0.5) as u8;
        }
        &self.row
    }
}

/// Adds what lies to the right of a part of an edge, which goes between two columns over a share of
/// a row.
fn add(changes: &mut [f32], from: f64, to: f64, height: f32) {
    let (left, right) = (from.min(to).max(0.0), from.max(to).max(0.0));
    let (first, last) = (left as usize, right.ceil() as usize);
    let mut before = 0.0;
    for (column, change) in changes.iter_mut().enumerate().take(last + 1).skip(first) {
        let inside = mean_inside(column as f64 + 1.0, left, right);
        *change += height * (inside - before);
        before = inside;
    }
}

/// The mean share of a column, which ends at `end`, that lies to the right of points between `left`
/// and `right`.
fn mean_inside(end: f64, left: f64, right: f64) -> f32 {
    // The integral of a share that grows from 0 to 1 over the column and stays there.
    let sum = |x: f64| match x {
        x if x <= 0.0 => 0.0,
        x if x < 1.0 => x * x / 2.0,
        x => x - 0.5,
    };
    let width = right - left;
    if width < 1e-9 {
        return (end - left).clamp(0.0, 1.0) as f32;
    }
    ((sum(end - left) - sum(end - right)) / width) as f32
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

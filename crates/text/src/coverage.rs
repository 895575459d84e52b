//! Shares of pixels that lie inside of outlines: exact areas, row by row.

use crate::error::{Error, filled};

/// An edge of an outline, downwards. Points are columns and rows.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    top: f64,
    bottom: f64,
    /// Column at the top.
    x: f64,
    /// Columns per row.
    slope: f64,
    /// 1.0 where the outline goes down here, and -1.0 where it goes up.
    sign: f32,
}

impl Edge {
    /// Returns the edge between two points; `None` where it is level and so covers nothing.
    pub fn between(from: (f64, f64), to: (f64, f64)) -> Option<Edge> {
        let (upper, lower, sign) = if from.1 < to.1 {
            (from, to, 1.0)
        } else {
            (to, from, -1.0)
        };
        let slope = (lower.0 - upper.0) / (lower.1 - upper.1);
        (upper.1 < lower.1 && slope.is_finite()).then_some(Edge {
            top: upper.1,
            bottom: lower.1,
            x: upper.0,
            slope,
            sign,
        })
    }
}

/// Coverage of rows, from above. Contours that go the same way unite where they overlap, and one
/// that goes the other way cuts a hole: the winding number decides (non-zero), and its fractions on
/// an edge are areas.
#[derive(Debug)]
pub struct Coverage {
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
    /// Returns the bytes of memory that `edges` edges over rows of `width` pixels take.
    pub const fn bytes(edges: usize, width: usize) -> u64 {
        (edges * size_of::<Edge>() + (width + 1) * 4 + width) as u64
    }

    /// Begins with the first row of a canvas that is so wide.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn new(mut edges: Vec<Edge>, width: usize) -> Result<Coverage, Error> {
        edges.sort_unstable_by(|a, b| a.top.total_cmp(&b.top));
        Ok(Coverage {
            edges,
            first: 0,
            changes: filled(width + 1, 0.0)?,
            row: filled(width, 0)?,
            y: 0,
        })
    }

    /// Gives back the list of edges, which is empty then.
    pub(crate) fn into_edges(self) -> Vec<Edge> {
        let mut edges = self.edges;
        edges.clear();
        edges
    }

    /// The coverage of the pixels of the next row, 255 for those that lie inside.
    pub fn next_row(&mut self) -> &[u8] {
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
    for (column, change) in changes
        .iter_mut()
        .enumerate()
        .take(last.saturating_add(1))
        .skip(first)
    {
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

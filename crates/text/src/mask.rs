//! Coverage of a text: its outlines as shares of pixels, and a blur of them.

use crate::coverage::{Coverage, Edge};
use crate::error::{Error, filled, room};
use crate::font::Font;
use crate::layout::Lines;
use crate::pen::{Pen, Point};

/// Upper bound on the edges of one glyph, curves as chords.
const MOST_EDGES: usize = 1 << 15;

/// Upper bound on the rows of all edges of a text. A page of text at 200 px has a tenth of it.
const MOST_WORK: u64 = 1 << 27;

/// Upper bound on the chords of a curve.
const MOST_CHORDS: f64 = 256.0;

/// A part of the pixels that a text is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First column.
    pub left: i32,
    /// First row.
    pub top: i32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Window {
    /// Returns the pixels that two windows share; `None` where they share none.
    fn and(self, other: Window) -> Option<Window> {
        let (right, bottom) = self.ends();
        let (other_right, other_bottom) = other.ends();
        let (left, top) = (self.left.max(other.left), self.top.max(other.top));
        let length = |from: i32, one: i64, another: i64| {
            u32::try_from(one.min(another) - i64::from(from)).ok()
        };
        let width = length(left, right, other_right).filter(|width| *width > 0)?;
        let height = length(top, bottom, other_bottom).filter(|height| *height > 0)?;
        Some(Window {
            left,
            top,
            width,
            height,
        })
    }

    fn ends(self) -> (i64, i64) {
        let end = |from: i32, length: u32| i64::from(from) + i64::from(length);
        (end(self.left, self.width), end(self.top, self.height))
    }

    /// Returns the window with so many pixels more on each side.
    fn grown(self, by: u32) -> Window {
        Window {
            left: self.left.saturating_sub_unsigned(by),
            top: self.top.saturating_sub_unsigned(by),
            width: self.width.saturating_add(2 * by),
            height: self.height.saturating_add(2 * by),
        }
    }

    fn pixels(self) -> usize {
        self.width as usize * self.height as usize
    }
}

/// A text that is measured and not yet drawn: what it takes is known.
#[derive(Debug)]
pub struct Drawing<'a, 'f> {
    font: &'a Font<'f>,
    lines: &'a Lines,
    /// Where the box stands.
    origin: (i32, i32),
    window: Window,
    /// Edges and columns of the largest glyph.
    edges: usize,
    columns: usize,
}

/// Shares of pixels that are covered, 255 for all of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Pixels that it covers.
    pub window: Window,
    /// A byte a pixel, row by row.
    pub coverage: Vec<u8>,
}

impl<'a, 'f> Drawing<'a, 'f> {
    /// Measures lines whose box stands at a place of a canvas; `None` where none of them is seen.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::TooComplex`].
    pub fn new(
        font: &'a Font<'f>,
        lines: &'a Lines,
        origin: (i32, i32),
        canvas: (u32, u32),
    ) -> Result<Option<Drawing<'a, 'f>>, Error> {
        let canvas = Window {
            left: 0,
            top: 0,
            width: canvas.0,
            height: canvas.1,
        };
        let mut drawing = Drawing {
            font,
            lines,
            origin,
            window: canvas,
            edges: 0,
            columns: 0,
        };
        let mut all: Option<(i32, i32, i64, i64)> = None;
        let mut work = 0_u64;
        for index in 0..lines.glyphs.len() {
            let Some((window, edges)) = drawing.measure(index)? else {
                continue;
            };
            work += u64::from(window.height) * edges as u64 + window.pixels() as u64;
            if work > MOST_WORK {
                return Err(Error::TooComplex);
            }
            drawing.edges = drawing.edges.max(edges);
            drawing.columns = drawing.columns.max(window.width as usize);
            let (right, bottom) = window.ends();
            all = Some(match all {
                None => (window.left, window.top, right, bottom),
                Some(all) => (
                    all.0.min(window.left),
                    all.1.min(window.top),
                    all.2.max(right),
                    all.3.max(bottom),
                ),
            });
        }
        Ok(all.map(|(left, top, right, bottom)| Drawing {
            window: Window {
                left,
                top,
                width: (right - i64::from(left)) as u32,
                height: (bottom - i64::from(top)) as u32,
            },
            ..drawing
        }))
    }

    /// Returns the pixels that are drawn on, which lie in the canvas.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Returns the bytes that drawing takes beside the mask.
    pub fn work_bytes(&self) -> u64 {
        Coverage::bytes(self.edges, self.columns)
    }

    /// Returns the pixels of a glyph in the canvas and its edges; `None` where it is not seen.
    fn measure(&self, index: usize) -> Result<Option<(Window, usize)>, Error> {
        let mut pen = Measure {
            path: self.path(index),
            least: (f64::INFINITY, f64::INFINITY),
            most: (f64::NEG_INFINITY, f64::NEG_INFINITY),
            edges: 0,
        };
        self.font.draw(self.lines.glyphs[index].glyph, &mut pen)?;
        pen.close();
        if pen.edges > MOST_EDGES {
            return Err(Error::TooComplex);
        }
        let (least, most) = (pen.least, pen.most);
        if !(least.0 < most.0 && least.1 < most.1) {
            return Ok(None);
        }
        let (left, top) = (least.0.floor() as i32, least.1.floor() as i32);
        let length = |from: i32, to: f64| (to.ceil() as i32).saturating_sub(from).max(0) as u32;
        let window = Window {
            left,
            top,
            width: length(left, most.0),
            height: length(top, most.1),
        };
        Ok(self.window.and(window).map(|window| (window, pen.edges)))
    }

    /// A path in pixels of the canvas.
    fn path(&self, index: usize) -> Path {
        let placed = self.lines.glyphs[index];
        Path {
            scale: self.lines.size / f64::from(self.font.units_per_em()),
            x: f64::from(self.origin.0) + placed.x,
            y: f64::from(self.origin.1) + placed.y,
            start: None,
            at: (0.0, 0.0),
        }
    }

    /// Draws the text.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`], and as [`Drawing::new`].
    pub fn draw(&self) -> Result<Mask, Error> {
        let window = self.window;
        let mut coverage = filled(window.pixels(), 0_u8)?;
        let mut edges = room(self.edges)?;
        for index in 0..self.lines.glyphs.len() {
            let Some((part, _)) = self.measure(index)? else {
                continue;
            };
            let mut pen = Edges {
                path: self.path(index),
                corner: (part.left.into(), part.top.into()),
                edges,
            };
            self.font.draw(self.lines.glyphs[index].glyph, &mut pen)?;
            pen.close();
            let mut rows = Coverage::new(pen.edges, part.width as usize)?;
            let column = (part.left - window.left) as usize;
            let first = (part.top - window.top) as usize;
            for row in first..first + part.height as usize {
                let from = row * window.width as usize + column;
                let to = coverage.iter_mut().skip(from);
                for (sum, covered) in to.zip(rows.next_row()) {
                    *sum = sum.saturating_add(*covered); // glyphs stand beside each other
                }
            }
            edges = rows.into_edges();
        }
        Ok(Mask { window, coverage })
    }
}

impl Mask {
    /// Returns the window of a mask that is blurred and moved, in a canvas; `None` where nothing of
    /// it is seen.
    pub fn blurred_window(
        window: Window,
        blur: u32,
        by: (i32, i32),
        canvas: (u32, u32),
    ) -> Option<Window> {
        let grown = window.grown(3 * box_radius(blur));
        let moved = Window {
            left: grown.left.saturating_add(by.0),
            top: grown.top.saturating_add(by.1),
            ..grown
        };
        moved.and(Window {
            left: 0,
            top: 0,
            width: canvas.0,
            height: canvas.1,
        })
    }

    /// Returns the bytes that [`Mask::blurred`] takes beside the new mask.
    pub const fn blurring_bytes(window: Window) -> u64 {
        let longer = if window.width > window.height {
            window.width
        } else {
            window.height
        };
        2 * longer as u64
    }

    /// Returns the mask blurred and moved, for a shadow. `blur` is CSS's radius, twice the standard
    /// deviation of a Gaussian, which three means of a box come close to.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn blurred(
        &self,
        blur: u32,
        by: (i32, i32),
        canvas: (u32, u32),
    ) -> Result<Option<Mask>, Error> {
        let Some(window) = Mask::blurred_window(self.window, blur, by, canvas) else {
            return Ok(None);
        };
        let mut blurred = filled(window.pixels(), 0)?;
        let coverage = &mut blurred[..];
        let width = window.width as usize;
        let left = i64::from(self.window.left) + i64::from(by.0) - i64::from(window.left);
        let top = i64::from(self.window.top) + i64::from(by.1) - i64::from(window.top);
        for (y, row) in (top..).zip(self.coverage.chunks_exact(self.window.width as usize)) {
            let Some(to) = usize::try_from(y)
                .ok()
                .and_then(|y| coverage.get_mut(y * width..))
            else {
                continue;
            };
            for (x, covered) in (left..).zip(row) {
                if let Ok(x) = usize::try_from(x)
                    && x < width
                    && let Some(to) = to.get_mut(x)
                {
                    *to = *covered;
                }
            }
        }
        let radius = box_radius(blur) as usize;
        if radius > 0 {
            let longer = width.max(window.height as usize);
            let mut line = filled(longer, 0)?;
            let mut means = filled(longer, 0)?;
            for row in 0..window.height as usize {
                let at = |x: usize| row * width + x;
                blur_line(coverage, width, at, radius, &mut line, &mut means);
            }
            for column in 0..width {
                let at = |y: usize| y * width + column;
                let height = window.height as usize;
                blur_line(coverage, height, at, radius, &mut line, &mut means);
            }
        }
        Ok(Some(Mask {
            window,
            coverage: blurred,
        }))
    }
}

/// Radius of three boxes that have the variance of a Gaussian of half of CSS's radius.
fn box_radius(blur: u32) -> u32 {
    // A box of 2r + 1 has the variance r(r + 1)/3; three of them have r(r + 1).
    let deviation = f64::from(blur) / 2.0;
    ((deviation * deviation + 0.25).sqrt() - 0.5).round() as u32
}

/// Blurs the pixels of a row or column three times. There is nothing beyond its ends.
fn blur_line(
    pixels: &mut [u8],
    length: usize,
    at: impl Fn(usize) -> usize,
    radius: usize,
    line: &mut [u8],
    means: &mut [u8],
) {
    for (index, to) in line[..length].iter_mut().enumerate() {
        *to = pixels[at(index)];
    }
    let side = 2 * radius as u32 + 1;
    for _ in 0..3 {
        let mut sum: u32 = line[..radius.min(length)]
            .iter()
            .map(|&v| u32::from(v))
            .sum();
        for index in 0..length {
            if index + radius < length {
                sum += u32::from(line[index + radius]);
            }
            if index > radius {
                sum -= u32::from(line[index - radius - 1]);
            }
            means[index] = ((sum + side / 2) / side) as u8;
        }
        line[..length].copy_from_slice(&means[..length]);
    }
    for (index, from) in line[..length].iter().enumerate() {
        pixels[at(index)] = *from;
    }
}

/// A path in pixels, of which a pen makes chords.
struct Path {
    scale: f64,
    x: f64,
    y: f64,
    start: Option<Point>,
    at: Point,
}

impl Path {
    fn of(&self, (x, y): Point) -> Point {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

/// Points between which chords of a curve go, and no chord is further than 1/128 pixel from it.
fn chords(bend: f64) -> u32 {
    (16.0 * bend).sqrt().clamp(1.0, MOST_CHORDS).ceil() as u32
}

fn far(a: Point, b: Point, c: Point) -> f64 {
    (a.0 - 2.0 * b.0 + c.0).hypot(a.1 - 2.0 * b.1 + c.1)
}

/// A pen that is given chords.
trait Chords {
    fn path(&mut self) -> &mut Path;
    fn chord(&mut self, from: Point, to: Point);

    fn to(&mut self, to: Point) {
        let from = std::mem::replace(&mut self.path().at, to);
        self.chord(from, to);
    }

    fn close(&mut self) {
        if let Some(start) = self.path().start.take() {
            self.to(start);
        }
    }
}

impl<T: Chords> Pen for T {
    fn start(&mut self, at: Point) {
        self.close();
        let at = self.path().of(at);
        self.path().at = at;
        self.path().start = Some(at);
    }

    fn line(&mut self, to: Point) {
        let to = self.path().of(to);
        self.to(to);
    }

    fn quad(&mut self, control: Point, to: Point) {
        let from = self.path().at;
        let (control, to) = (self.path().of(control), self.path().of(to));
        let count = chords(2.0 * far(from, control, to));
        for index in 1..count {
            let t = f64::from(index) / f64::from(count);
            let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
            self.to((
                a * from.0 + b * control.0 + c * to.0,
                a * from.1 + b * control.1 + c * to.1,
            ));
        }
        self.to(to);
    }

    fn cubic(&mut self, first: Point, second: Point, to: Point) {
        let from = self.path().at;
        let (first, second) = (self.path().of(first), self.path().of(second));
        let to = self.path().of(to);
        let count = chords(6.0 * far(from, first, second).max(far(first, second, to)));
        for index in 1..count {
            let t = f64::from(index) / f64::from(count);
            let u = 1.0 - t;
            let (a, b, c, d) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
            self.to((
                a * from.0 + b * first.0 + c * second.0 + d * to.0,
                a * from.1 + b * first.1 + c * second.1 + d * to.1,
            ));
        }
        self.to(to);
    }
}

/// Counts edges and finds their box.
struct Measure {
    path: Path,
    least: Point,
    most: Point,
    edges: usize,
}

impl Chords for Measure {
    fn path(&mut self) -> &mut Path {
        &mut self.path
    }

    fn chord(&mut self, from: Point, to: Point) {
        for (x, y) in [from, to] {
            self.least = (self.least.0.min(x), self.least.1.min(y));
            self.most = (self.most.0.max(x), self.most.1.max(y));
        }
        self.edges += usize::from(Edge::between(from, to).is_some());
    }
}

/// Gathers edges into a list that has the room: what was level when it was measured still is.
struct Edges {
    path: Path,
    /// The pixel that the edges count from.
    corner: Point,
    edges: Vec<Edge>,
}

impl Chords for Edges {
    fn path(&mut self) -> &mut Path {
        &mut self.path
    }

    fn chord(&mut self, from: Point, to: Point) {
        let (x, y) = self.corner;
        if let Some(edge) = Edge::between((from.0 - x, from.1 - y), (to.0 - x, to.1 - y)) {
            self.edges.push(edge);
        }
    }
}

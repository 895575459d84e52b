//! Pens, which outlines are drawn with.

/// A point: units of a font, up.
pub(crate) type Point = (f64, f64);

/// Takes the contours of a glyph. Each begins with `start` and is closed by the next one, or by the
/// end.
pub(crate) trait Pen {
    /// Begins a contour.
    fn start(&mut self, at: Point);
    /// A straight line.
    fn line(&mut self, to: Point);
    /// A parabola with one point of control.
    fn quad(&mut self, control: Point, to: Point);
    /// A cubic curve with two points of control.
    fn cubic(&mut self, first: Point, second: Point, to: Point);
}

//! Parts of a picture: a window that may cut through pixels, a rectangle of whole pixels, and
//! edges.

/// A rectangle that may cut through pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Columns.
    pub width: f64,
    /// Rows.
    pub height: f64,
}

impl Window {
    pub(crate) fn divided_by(self, across: f64, down: f64) -> Window {
        let Window {
            x,
            y,
            width,
            height,
        } = self;
        Window {
            x: x / across,
            y: y / down,
            width: width / across,
            height: height / down,
        }
    }
}

/// The four edges of an upright image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edges {
    /// First column.
    pub left: bool,
    /// Last column.
    pub right: bool,
    /// First row.
    pub top: bool,
    /// Last row.
    pub bottom: bool,
}

/// A rectangle of whole pixels on a canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rect {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Rect {
    /// Returns the part of the rectangle that is on a canvas of this size.
    pub(crate) fn clipped(self, width: u32, height: u32) -> Rect {
        let (left, top) = (self.left.min(width), self.top.min(height));
        Rect {
            left,
            top,
            width: self.width.min(width - left),
            height: self.height.min(height - top),
        }
    }

    /// Returns the smallest rectangle that contains both. An empty rectangle is ignored.
    pub(crate) fn joined(self, other: Rect) -> Rect {
        if self.is_empty() || other.is_empty() {
            return if self.is_empty() { other } else { self };
        }
        let (left, top) = (self.left.min(other.left), self.top.min(other.top));
        let right = (self.left + self.width).max(other.left + other.width);
        let bottom = (self.top + self.height).max(other.top + other.height);
        Rect {
            left,
            top,
            width: right - left,
            height: bottom - top,
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }
}

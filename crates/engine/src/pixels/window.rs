//! Parts of a picture: a window that may cut through pixels, a rectangle of whole pixels, and
//! edges.

use crate::pixels::layout::Size;

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
    /// All of a picture.
    pub(crate) fn all(size: Size) -> Window {
        Window {
            x: 0.0,
            y: 0.0,
            width: size.width.into(),
            height: size.height.into(),
        }
    }

    /// The whole pixels that the window has a part of, in a picture of this size.
    pub(crate) fn covered(self, size: Size) -> Rect {
        let along = |start: f64, length: f64, most: u32| {
            let first = (start.max(0.0).floor() as u32).min(most.saturating_sub(1));
            let end = ((start + length).ceil().max(0.0) as u32).min(most);
            (first, end.saturating_sub(first).max(1))
        };
        let (left, width) = along(self.x, self.width, size.width);
        let (top, height) = along(self.y, self.height, size.height);
        Rect {
            left,
            top,
            width,
            height,
        }
    }

    /// Moves the window into a picture that begins with the corner of a rectangle.
    pub(crate) fn within(self, rect: Rect) -> Window {
        Window {
            x: self.x - f64::from(rect.left),
            y: self.y - f64::from(rect.top),
            ..self
        }
    }

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

/// A rectangle of whole pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// The first column.
    pub left: u32,
    /// The first row.
    pub top: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Rect {
    /// All of a picture.
    pub(crate) fn all(size: Size) -> Rect {
        Rect {
            left: 0,
            top: 0,
            width: size.width,
            height: size.height,
        }
    }

    /// Columns and rows.
    pub(crate) fn size(self) -> Size {
        Size {
            width: self.width,
            height: self.height,
        }
    }

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

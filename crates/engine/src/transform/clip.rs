//! The outline of a picture: rounded corners, and shapes that are cut out.

use crate::transform::colour::Colour;
use crate::transform::length::{Dpr, Length};

/// A shape that is cut out of the canvas, as large as it gets there and in the middle. The shapes
/// are those of weserv.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// A circle.
    Circle,
    /// An ellipse that fills the canvas.
    Ellipse,
    /// A triangle with a corner above.
    Triangle,
    /// A triangle with a corner below.
    Triangle180,
    /// A square that stands on a corner.
    Square,
    /// A pentagon with a corner above.
    Pentagon,
    /// A pentagon with a corner below.
    Pentagon180,
    /// A hexagon with a corner above.
    Hexagon,
    /// A star of five points.
    Star,
    /// A heart.
    Heart,
}

impl Mask {
    /// All of them.
    pub const ALL: [Mask; 10] = [
        Mask::Circle,
        Mask::Ellipse,
        Mask::Triangle,
        Mask::Triangle180,
        Mask::Square,
        Mask::Pentagon,
        Mask::Pentagon180,
        Mask::Hexagon,
        Mask::Star,
        Mask::Heart,
    ];

    /// Returns the word of a URL.
    pub fn name(self) -> &'static str {
        match self {
            Mask::Circle => "circle",
            Mask::Ellipse => "ellipse",
            Mask::Triangle => "triangle",
            Mask::Triangle180 => "triangle-180",
            Mask::Square => "square",
            Mask::Pentagon => "pentagon",
            Mask::Pentagon180 => "pentagon-180",
            Mask::Hexagon => "hexagon",
            Mask::Star => "star",
            Mask::Heart => "heart",
        }
    }
}

/// Radii of the corners: top left, top right, bottom right, bottom left. Shares are of the canvas's
/// shorter side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corners(pub [Length; 4]);

impl Corners {
    /// Corners that are not rounded.
    pub const SHARP: Corners = Corners([Length::Px(0); 4]);

    /// Returns the corners with lengths in device pixels.
    pub(crate) fn times(self, dpr: Dpr) -> Corners {
        Corners(self.0.map(|radius| match radius {
            Length::Px(pixels) => Length::Px(dpr.stretched(pixels)),
            Length::Share(_) => radius,
        }))
    }
}

/// The part of the finished canvas that is cut off, and the colour that is there instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Rounded corners.
    pub corners: Corners,
    /// A shape.
    pub mask: Option<Mask>,
    /// Colour outside. Without one nothing is there: the background, where an answer has no alpha.
    pub outside: Option<Colour>,
    /// Whether the canvas ends where the shape ends. Padding and a border go around that.
    pub trim: bool,
}

impl Clip {
    /// Nothing is cut off.
    pub const NONE: Clip = Clip {
        corners: Corners::SHARP,
        mask: None,
        outside: None,
        trim: false,
    };

    /// Whether nothing is cut off.
    pub fn is_none(self) -> bool {
        self.mask.is_none() && self.corners == Corners::SHARP
    }
}

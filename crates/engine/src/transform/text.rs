//! How a text is set on the answer. Its words and its font are the caller's.

use std::num::NonZeroU8;

use crate::transform::colour::Colour;
use crate::transform::length::{Dpr, Length};
use crate::transform::size::Third;

/// Place, size and look of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Whether there is a text. Default false.
    pub shown: bool,
    /// Length of the em; a share is of the answer's shorter side. Default 8 %.
    pub size: Length,
    /// Default white.
    pub colour: Colour,
    /// Position of the box on the answer, and of the lines down the box. Default the middle.
    pub position: (Third, Third),
    /// Position of the lines across the box. Default that of the box.
    pub align: Option<Third>,
    /// Distance of the box from the answer's edges, across and down; shares are of the shorter
    /// side. Default 5 %.
    pub margins: (Length, Length),
    /// Most columns of the box; a share is of the answer's width. Default all between the margins.
    pub width: Length,
    /// Most rows of the box; a share is of the answer's height. Default all between the margins.
    pub height: Length,
    /// Distance of baselines in hundredths of the em. Default 120.
    pub leading: u16,
    /// Most lines. Default as many as fit.
    pub lines: Option<NonZeroU8>,
    /// Whether a text that is too long becomes smaller before it is cut. Default true.
    pub shrink: bool,
    /// Default none.
    pub shadow: Option<Shadow>,
}

/// A shadow of a text, in CSS's terms and pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// Columns to the right.
    pub x: i16,
    /// Rows down.
    pub y: i16,
    /// Radius of the blur: twice the standard deviation.
    pub blur: u8,
    /// Colour.
    pub colour: Colour,
}

impl Shadow {
    /// Mild: what a text on a photo needs to be read.
    pub const MILD: Shadow = Shadow {
        x: 0,
        y: 2,
        blur: 8,
        colour: Colour {
            r: 0,
            g: 0,
            b: 0,
            a: 0x99,
        },
    };
}

impl Text {
    /// No text.
    pub const NONE: Text = Text {
        shown: false,
        size: Length::Share(800),
        colour: Colour::WHITE,
        position: (Third::Middle, Third::Middle),
        align: None,
        margins: (Length::Share(500), Length::Share(500)),
        width: Length::Share(10_000),
        height: Length::Share(10_000),
        leading: 120,
        lines: None,
        shrink: true,
        shadow: None,
    };

    /// Returns the text with lengths in device pixels.
    pub(crate) fn times(self, dpr: Dpr) -> Text {
        let stretched = |pixels: u32| dpr.stretched(pixels);
        let of = |length| match length {
            Length::Px(pixels) => Length::Px(stretched(pixels)),
            Length::Share(_) => length,
        };
        let signed = |pixels: i16| {
            let length = stretched(pixels.unsigned_abs().into()).min(i16::MAX as u32) as i16;
            if pixels < 0 { -length } else { length }
        };
        Text {
            size: of(self.size),
            margins: (of(self.margins.0), of(self.margins.1)),
            width: of(self.width),
            height: of(self.height),
            shadow: self.shadow.map(|shadow| Shadow {
                x: signed(shadow.x),
                y: signed(shadow.y),
                blur: stretched(shadow.blur.into()).min(255) as u8,
                ..shadow
            }),
            ..self
        }
    }
}

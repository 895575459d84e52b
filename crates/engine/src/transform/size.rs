//! Sizes of a transform: the box, how the picture meets it, and what goes around.

use std::num::NonZeroU16;

use crate::pixels::window::Rect;
use crate::transform::clip::Clip;
use crate::transform::colour::Colour;
use crate::transform::length::{Dpr, Length};

/// The requested length of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Pixels, before [`Dpr`].
    Px(NonZeroU16),
    /// Share of the source's side in ten-thousandths, before [`Dpr`].
    Share(NonZeroU16),
    /// From the other side and the source's aspect ratio.
    Auto,
}

impl Side {
    /// So many pixels; `Auto` for none.
    pub const fn px(pixels: u16) -> Side {
        match NonZeroU16::new(pixels) {
            Some(pixels) => Side::Px(pixels),
            None => Side::Auto,
        }
    }
}

/// How the source's rectangle meets the requested one. The words are those of CSS `object-fit` and
/// of sharp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// The whole image inside the box, the rest filled with the background. The default.
    #[default]
    Contain,
    /// The whole image inside the box; the result is as small as the image.
    Inside,
    /// The box is filled; what sticks out is cropped.
    Cover,
    /// The box is filled; the aspect ratio gives way.
    Fill,
    /// The image covers the box and is not cropped.
    Outside,
    /// The box is filled by an image that is never enlarged. Where the image is too small, the
    /// result has the box's aspect ratio instead of its size.
    AspectCrop,
    /// The whole image inside the box where it is smaller than the box. A larger one stays as it
    /// is.
    ScaleUp,
    /// `Cover` where the image and the box are both upright, or both are not; else `Inside`. A
    /// square is not upright.
    Auto,
}

/// Where the image sits on its canvas (`contain`), or which part of it is kept (`cover`).
///
/// Both coordinates run from 0 (left, top) to 1 (right, bottom) in steps of 1/10000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gravity {
    /// One of the nine positions: across, down.
    Position(Third, Third),
    /// A point of the image that is to stay in view, in ten-thousandths of each side.
    Focus(u16, u16),
    /// Such a point in pixels of the upright source, before a crop.
    Pixel(u16, u16),
    /// A point that is looked for in the image, where something is cropped; elsewhere the middle.
    Smart(Smart),
}

/// How a point that is to stay in view is looked for. The rules are those of libvips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smart {
    /// Edges, tones of skin, and colour.
    Attention,
    /// Slices with little entropy are cut off.
    Entropy,
}

/// Start, middle or end of one axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Third {
    /// Left or top.
    Start,
    /// The default.
    #[default]
    Middle,
    /// Right or bottom.
    End,
}

impl Gravity {
    /// The middle. The default.
    pub const CENTRE: Gravity = Gravity::Position(Third::Middle, Third::Middle);

    /// Returns the same in shares of a part of the source, if it is in pixels. The middle of a
    /// pixel is meant; a point beside the part is the nearest one of it.
    pub(crate) fn within(self, area: Rect) -> Gravity {
        let Gravity::Pixel(x, y) = self else {
            return self;
        };
        let share = |at: u16, start: u32, side: u32| {
            let inside = f64::from(at) + 0.5 - f64::from(start);
            (inside.clamp(0.0, side.into()) * 10_000.0 / f64::from(side)).round() as u16
        };
        Gravity::Focus(
            share(x, area.left, area.width),
            share(y, area.top, area.height),
        )
    }
}

impl Default for Gravity {
    fn default() -> Self {
        Gravity::CENTRE
    }
}

/// A rectangle of the upright picture. A side that is not given begins at 0, or reaches to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    /// The first column.
    pub x: Option<Length>,
    /// The first row.
    pub y: Option<Length>,
    /// Columns.
    pub width: Option<Length>,
    /// Rows.
    pub height: Option<Length>,
    /// Columns at the right and rows at the bottom that are no part of what is cut out of.
    pub without: (Option<Length>, Option<Length>),
    /// The place that the first column and row count from: the left and the top, or another edge,
    /// or the middle, or a point around which the rectangle lies as far as the picture reaches.
    /// Default the left and the top.
    pub from: Gravity,
}

impl Crop {
    /// Nothing is cut off.
    pub const NONE: Crop = Crop {
        x: None,
        y: None,
        width: None,
        height: None,
        without: (None, None),
        from: Gravity::Position(Third::Start, Third::Start),
    };

    /// The part of a rectangle that is kept. A part that lies outside ends at the edge, and has one
    /// pixel at least.
    pub fn of(self, rect: Rect) -> Rect {
        let (across, down) = match self.from {
            Gravity::Position(across, down) => (At::Third(across), At::Third(down)),
            Gravity::Focus(across, down) => (At::Point(across), At::Point(down)),
            Gravity::Smart(_) | Gravity::Pixel(..) => {
                (At::Third(Third::Middle), At::Third(Third::Middle))
            }
        };
        let rest = |side: u32, cut: Option<Length>| {
            let cut = cut.map_or(0, |cut| cut.of(side));
            side - cut.min(side - 1)
        };
        let columns = rest(rect.width, self.without.0);
        let rows = rest(rect.height, self.without.1);
        let (left, width) = At::along(across, self.x, self.width, columns);
        let (top, height) = At::along(down, self.y, self.height, rows);
        Rect {
            left: rect.left + left,
            top: rect.top + top,
            width,
            height,
        }
    }
}

impl Default for Crop {
    fn default() -> Self {
        Crop::NONE
    }
}

/// A place along one side.
#[derive(Clone, Copy)]
enum At {
    Third(Third),
    /// Ten-thousandths of the side.
    Point(u16),
}

impl At {
    /// Returns the first pixel of a part of a side, and how many pixels the part has.
    fn along(self, start: Option<Length>, length: Option<Length>, side: u32) -> (u32, u32) {
        let shift = start.map_or(0, |start| start.of(side));
        let rest = match self {
            At::Third(Third::Start | Third::End) => side - shift.min(side - 1),
            At::Third(Third::Middle) | At::Point(_) => side,
        };
        let length = length.map_or(rest, |length| length.of(side)).clamp(1, rest);
        let free = side - length;
        let start = match self {
            At::Third(Third::Start) => shift,
            At::Third(Third::Middle) => free.div_ceil(2).saturating_add(shift),
            At::Third(Third::End) => free.saturating_sub(shift),
            At::Point(share) => {
                let centre = u64::from(share) * u64::from(side) * 2;
                let start = centre.saturating_sub(u64::from(length) * 10_000);
                ((start + 10_000) / 20_000).min(free.into()) as u32 + shift.min(free)
            }
        };
        (start.min(free), length)
    }
}

/// Aspect ratio, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    across: NonZeroU16,
    down: NonZeroU16,
}

impl Ratio {
    /// Returns so many columns to so many rows.
    pub fn new(across: NonZeroU16, down: NonZeroU16) -> Ratio {
        let (mut a, mut b) = (across.get(), down.get());
        while b > 0 {
            (a, b) = (b, a % b);
        }
        let reduced = |length: NonZeroU16| NonZeroU16::new(length.get() / a).unwrap_or(length);
        Ratio {
            across: reduced(across),
            down: reduced(down),
        }
    }

    /// Columns.
    pub fn across(self) -> NonZeroU16 {
        self.across
    }

    /// Rows.
    pub fn down(self) -> NonZeroU16 {
        self.down
    }

    /// Columns per row.
    pub fn value(self) -> f64 {
        f64::from(self.across.get()) / f64::from(self.down.get())
    }
}

/// A canvas around the picture, whatever the fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extend {
    /// As large as the box at least, on each side.
    Size,
    /// Of the box's aspect ratio: one side grows.
    Ratio,
}

/// A shift of what gravity has chosen, with a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offset {
    /// Pixels, before [`Dpr`].
    Px(i32),
    /// Share of the side in ten-thousandths.
    Share(i16),
}

impl Offset {
    /// Returns the shift in device pixels.
    pub(crate) fn times(self, dpr: Dpr) -> Offset {
        match self {
            Offset::Px(_) => Offset::Px(self.of(0, dpr) as i32),
            Offset::Share(_) => self,
        }
    }

    /// Pixels along a side of so many, rounded to nearest.
    pub(crate) fn of(self, side: u32, dpr: Dpr) -> i64 {
        match self {
            Offset::Px(pixels) => {
                i64::from(dpr.stretched(pixels.unsigned_abs())) * i64::from(pixels.signum())
            }
            Offset::Share(share) => (f64::from(side) * f64::from(share) / 10_000.0).round() as i64,
        }
    }
}

/// Room around a picture and its canvas, in pixels before [`Dpr`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pad {
    /// Above.
    pub top: u16,
    /// On the right.
    pub right: u16,
    /// Below.
    pub bottom: u16,
    /// On the left.
    pub left: u16,
}

impl Pad {
    /// No room.
    pub const NONE: Pad = Pad {
        top: 0,
        right: 0,
        bottom: 0,
        left: 0,
    };

    /// Returns device pixels above, on the right, below and on the left.
    pub(crate) fn times(self, dpr: Dpr) -> [u32; 4] {
        [self.top, self.right, self.bottom, self.left].map(|room| dpr.stretched(room.into()))
    }
}

/// A line around everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Border {
    /// Pixels, before [`Dpr`].
    pub width: NonZeroU16,
    /// Its colour.
    pub colour: Colour,
}

/// Sizes beside those of the box: what makes the box, and what is done to a picture that has met
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Aspect ratio of a box with a side that is `Auto`.
    pub ratio: Option<Ratio>,
    /// Whether the sides of the box change places where the picture is upright and the box is
    /// wide, or the other way round.
    pub adaptive: bool,
    /// Least pixels of each side of the picture, before [`Dpr`]. The picture grows for them,
    /// whatever forbids it to; what then sticks out of the box is cropped.
    pub least: (Option<NonZeroU16>, Option<NonZeroU16>),
    /// Shift of what gravity has chosen: away from the edge that gravity names, or else to the
    /// right and down.
    pub offset: (Option<Offset>, Option<Offset>),
    /// Part that is kept of the picture behind the resize, before there is a canvas.
    pub kept: Crop,
    /// A canvas, whatever the fit.
    pub extend: Option<Extend>,
    /// Room around the canvas.
    pub pad: Pad,
    /// A line around that.
    pub border: Option<Border>,
    /// Corners and shapes that are cut out of all of it.
    pub clip: Clip,
}

impl Shape {
    /// Nothing beside the box.
    pub const PLAIN: Shape = Shape {
        ratio: None,
        adaptive: false,
        least: (None, None),
        offset: (None, None),
        kept: Crop::NONE,
        extend: None,
        pad: Pad::NONE,
        border: None,
        clip: Clip::NONE,
    };

    /// Returns the shape with lengths in device pixels. A length beyond the longest ends there,
    /// which is beyond every canvas.
    pub(crate) fn times(self, dpr: Dpr) -> Shape {
        let longest = u32::from(u16::MAX);
        let side = |pixels: NonZeroU16| {
            NonZeroU16::new(dpr.times(pixels).min(longest) as u16).unwrap_or(pixels)
        };
        let offset = |offset: Offset| offset.times(dpr);
        let [top, right, bottom, left] = self.pad.times(dpr).map(|room| room.min(longest) as u16);
        Shape {
            least: (self.least.0.map(side), self.least.1.map(side)),
            offset: (self.offset.0.map(offset), self.offset.1.map(offset)),
            pad: Pad {
                top,
                right,
                bottom,
                left,
            },
            border: self.border.map(|border| Border {
                width: side(border.width),
                ..border
            }),
            clip: Clip {
                corners: self.clip.corners.times(dpr),
                ..self.clip
            },
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_counts_from_an_edge_the_middle_or_a_point() {
        let rect = Rect {
            left: 7,
            top: 9,
            width: 100,
            height: 41,
        };
        let thirds = [Third::Start, Third::Middle, Third::End];
        let kept = |from, x: u32, y: u32, width: u32, height: u32| {
            let px = |length| Some(Length::Px(length));
            let crop = Crop {
                x: px(x),
                y: px(y),
                width: px(width),
                height: px(height),
                from,
                ..Crop::NONE
            };
            let kept = crop.of(rect);
            (kept.left - 7, kept.top - 9, kept.width, kept.height)
        };
        let [start, middle, end] = thirds;
        for (from, [x, y, width, height], wanted) in [
            (
                Gravity::Position(start, end),
                [3, 4, 30, 20],
                (3, 17, 30, 20),
            ),
            (
                Gravity::Position(middle, middle),
                [0, 0, 30, 20],
                (35, 11, 30, 20),
            ),
            (
                Gravity::Position(middle, middle),
                [5, 0, 30, 41],
                (40, 0, 30, 41),
            ),
            (Gravity::Position(end, end), [90, 99, 30, 20], (0, 0, 10, 1)),
            (Gravity::Focus(0, 10_000), [0, 0, 30, 20], (0, 21, 30, 20)),
            (Gravity::Focus(5_000, 2_500), [0, 0, 31, 5], (35, 8, 31, 5)),
            (
                Gravity::Focus(10_000, 0),
                [u32::MAX, 2, 30, 20],
                (70, 2, 30, 20),
            ),
        ] {
            assert_eq!(kept(from, x, y, width, height), wanted, "{from:?}");
        }
        for across in thirds {
            for length in [0, 1, 50, 100, u32::MAX] {
                for shift in [0, 1, 99, 100, u32::MAX] {
                    let kept = kept(Gravity::Position(across, start), shift, 0, length, 1);
                    assert!(
                        kept.0 + kept.2 <= 100 && kept.2 > 0,
                        "{across:?} {shift} {length}"
                    );
                }
            }
        }
        let all = Crop {
            from: Gravity::CENTRE,
            ..Crop::NONE
        };
        assert_eq!(all.of(rect), rect);
        let inset = |x, right, width| {
            let kept = Crop {
                x: Some(Length::Px(x)),
                width,
                without: (Some(Length::Px(right)), Some(Length::Share(5_000))),
                ..Crop::NONE
            }
            .of(rect);
            (kept.left - 7, kept.width, kept.height)
        };
        assert_eq!(inset(10, 20, None), (10, 70, 20));
        assert_eq!(inset(10, 20, Some(Length::Px(90))), (10, 70, 20));
        assert_eq!(inset(10, 20, Some(Length::Px(30))), (10, 30, 20));
        assert_eq!(inset(60, 60, None), (39, 1, 20));
        assert_eq!(inset(0, 1_000, None), (0, 1, 20));
    }

    #[test]
    fn a_ratio_is_in_lowest_terms() {
        let side = |pixels| NonZeroU16::new(pixels).expect("not zero");
        let ratio = Ratio::new(side(1920), side(1080));
        assert_eq!((ratio.across().get(), ratio.down().get()), (16, 9));
        assert_eq!(Ratio::new(side(7), side(7)), Ratio::new(side(1), side(1)));
    }
}

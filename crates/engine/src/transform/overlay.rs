//! How a picture is laid over the answer.

use std::num::{NonZeroU8, NonZeroU16};

use crate::pixels::layout::Size;
use crate::pixels::window::Rect;
use crate::transform::length::Dpr;
use crate::transform::size::{Offset, Side, Third};

/// Most overlays of an answer.
pub const MOST_OVERLAYS: usize = 3;

/// Place, size and strength of a picture that is laid over the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// Whether there is a picture to lay over the answer. Default false.
    pub shown: bool,
    /// Position on the answer: across, down. Default the middle.
    pub position: (Third, Third),
    /// Shift away from the edge of the position, or else to the right and down; between tiles, the
    /// gap. Default none.
    pub offset: (Offset, Offset),
    /// Shares of the answer's width and height in ten-thousandths: the picture fits into a box of
    /// them, or is as wide or as high where only one is there. Default none: the picture keeps its
    /// own size.
    pub scale: (Option<NonZeroU16>, Option<NonZeroU16>),
    /// Percent of the picture's own opacity. Default 100.
    pub opacity: NonZeroU8,
    /// Whether the picture is repeated all over the answer. Default false.
    pub tiled: bool,
}

/// Place of a layer on the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Column of the layer's left edge; below 0 where the layer begins outside.
    pub left: i32,
    /// Row of the layer's upper edge.
    pub top: i32,
    /// Columns and rows from one tile to the next; `None` for a layer that is there once.
    pub step: Option<(u32, u32)>,
}

impl Overlay {
    /// No picture.
    pub const NONE: Overlay = Overlay {
        shown: false,
        ..Overlay::PLAIN
    };

    /// In the middle, at its own size, as opaque as it is.
    pub const PLAIN: Overlay = Overlay {
        shown: true,
        position: (Third::Middle, Third::Middle),
        offset: (Offset::Px(0), Offset::Px(0)),
        scale: (None, None),
        opacity: NonZeroU8::new(100).unwrap(),
        tiled: false,
    };

    /// Returns the overlay with lengths in device pixels.
    pub(crate) fn times(self, dpr: Dpr) -> Overlay {
        let (x, y) = self.offset;
        Overlay {
            offset: (x.times(dpr), y.times(dpr)),
            ..self
        }
    }

    /// Whether the picture is fitted into a box, and does not keep its own size.
    pub(crate) fn is_fitted(&self) -> bool {
        self.scale != (None, None)
    }

    /// Returns the sides of the box that the picture is fitted into, on a canvas.
    pub(crate) fn bounds(&self, canvas: Size) -> (Side, Side) {
        let of = |side: u32, share: NonZeroU16| {
            let length = (u64::from(side) * u64::from(share.get()) + 5_000) / 10_000;
            Side::px(length.clamp(1, u16::MAX.into()) as u16)
        };
        let along =
            |side, share: Option<NonZeroU16>| share.map_or(Side::Auto, |share| of(side, share));
        let (across, down) = self.scale;
        (along(canvas.width, across), along(canvas.height, down))
    }

    /// Returns the place of a picture of this size on a canvas.
    pub(crate) fn place(&self, size: Size, canvas: Size, dpr: Dpr) -> Place {
        let x = self.offset.0.of(canvas.width, dpr);
        let y = self.offset.1.of(canvas.height, dpr);
        let (across, down) = self.position;
        let (dx, dy) = if self.tiled { (0, 0) } else { (x, y) };
        let step = |length: u32, gap: i64| length.saturating_add(gap.clamp(0, MOST) as u32);
        Place {
            left: along(across, size.width, canvas.width, dx),
            top: along(down, size.height, canvas.height, dy),
            step: self
                .tiled
                .then(|| (step(size.width, x), step(size.height, y))),
        }
    }
}

/// Largest offset that makes a difference on any canvas.
const MOST: i64 = 1 << 24;

/// Returns the place of a length along a side. In the middle, an odd pixel is on the left, as it is
/// where sharp composites.
fn along(at: Third, length: u32, side: u32, offset: i64) -> i32 {
    let (length, side) = (i64::from(length), i64::from(side));
    let place = match at {
        Third::Start => offset,
        Third::Middle => (side - length + 1).div_euclid(2) + offset,
        Third::End => side - length - offset,
    };
    place.clamp(-MOST, MOST) as i32
}

impl Place {
    /// Returns the part of a layer of this size that lies on the canvas; `None` where nothing does.
    pub(crate) fn shown(&self, size: Size, canvas: Size) -> Option<Rect> {
        let along = |place: i32, length: u32, side: u32| {
            let (place, length) = (i64::from(place), i64::from(length));
            let (from, to) = ((-place).max(0), (i64::from(side) - place).min(length));
            (from < to).then_some((from as u32, (to - from) as u32))
        };
        let (left, width) = along(self.left, size.width, canvas.width)?;
        let (top, height) = along(self.top, size.height, canvas.height)?;
        Some(Rect {
            left,
            top,
            width,
            height,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANVAS: Size = Size {
        width: 101,
        height: 60,
    };
    const SIZE: Size = Size {
        width: 20,
        height: 10,
    };

    fn placed(overlay: Overlay) -> (i32, i32) {
        let Place { left, top, .. } = overlay.place(SIZE, CANVAS, Dpr::ONE);
        (left, top)
    }

    #[test]
    fn a_position_and_an_offset_give_a_place() {
        use Third::{End, Middle, Start};
        let at = |position, x, y| {
            placed(Overlay {
                position,
                offset: (Offset::Px(x), Offset::Px(y)),
                ..Overlay::PLAIN
            })
        };
        assert_eq!(at((Start, Start), 0, 0), (0, 0));
        assert_eq!(at((Start, Start), 3, -4), (3, -4));
        assert_eq!(at((Middle, Middle), 0, 0), (41, 25));
        assert_eq!(at((Middle, Middle), 2, -1), (43, 24));
        assert_eq!(at((End, End), 5, 6), (76, 44));
        assert_eq!(at((End, End), -5, 0), (86, 50));
    }

    #[test]
    fn shares_are_of_the_canvas_and_pixels_are_multiplied_by_dpr() {
        let overlay = Overlay {
            position: (Third::Start, Third::Start),
            offset: (Offset::Share(1_000), Offset::Px(7)),
            scale: (NonZeroU16::new(2_500), NonZeroU16::new(5_000)),
            ..Overlay::PLAIN
        };
        let dpr = Dpr::from_millionths(2_000_000).expect("2 is in range");
        let Place { left, top, .. } = overlay.place(SIZE, CANVAS, dpr);
        assert_eq!((left, top), (10, 14));
        assert_eq!(overlay.bounds(CANVAS), (Side::px(25), Side::px(30)));
        let of_height = Overlay {
            scale: (None, NonZeroU16::new(2_500)),
            ..overlay
        };
        assert_eq!(of_height.bounds(CANVAS), (Side::Auto, Side::px(15)));
    }

    #[test]
    fn offsets_are_gaps_between_tiles() {
        let overlay = Overlay {
            offset: (Offset::Px(4), Offset::Px(2)),
            tiled: true,
            ..Overlay::PLAIN
        };
        let place = overlay.place(SIZE, CANVAS, Dpr::ONE);
        assert_eq!((place.left, place.top), (41, 25));
        assert_eq!(place.step, Some((24, 12)));
    }

    #[test]
    fn what_hangs_over_an_edge_is_cut_there() {
        let shown = |left, top| {
            let place = Place {
                left,
                top,
                step: None,
            };
            let Rect {
                left,
                top,
                width,
                height,
            } = place.shown(SIZE, CANVAS)?;
            Some([left, top, width, height])
        };
        assert_eq!(shown(0, 0), Some([0, 0, 20, 10]));
        assert_eq!(shown(-5, 55), Some([5, 0, 15, 5]));
        assert_eq!(shown(95, -9), Some([0, 9, 6, 1]));
        assert_eq!(shown(-20, 0), None);
        assert_eq!(shown(101, 0), None);
        assert_eq!(shown(0, 60), None);
    }
}

//! Orientation of a stored picture (EXIF 2.32, tag 274).

use crate::pixels::layout::Size;
use crate::pixels::window::{Rect, Window};

/// Transformation of stored pixels into upright ones (EXIF 2.32, tag 0112, values 1 to 8).
///
/// The upright pixel (x, y) is stored at (x, y), or at (y, x) if the axes are swapped. Each flipped
/// stored axis is counted from its far end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orientation {
    pub(crate) swap: bool,
    pub(crate) flip_x: bool,
    pub(crate) flip_y: bool,
}

impl Orientation {
    /// Returns the orientation of a tag's value; `None` outside 1 to 8.
    pub fn from_exif(value: u32) -> Option<Orientation> {
        let (swap, flip_x, flip_y) = match value {
            1 => (false, false, false),
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, false, true),
            7 => (true, true, true),
            8 => (true, true, false),
            _ => return None,
        };
        Some(Orientation {
            swap,
            flip_x,
            flip_y,
        })
    }

    /// Returns the tag's value, 1 to 8.
    pub fn to_exif(self) -> u8 {
        let value = (1..=8).find(|&value| Orientation::from_exif(value) == Some(self));
        value.expect("eight values, eight combinations") as u8
    }

    /// Returns the orientation of a picture that is turned once more when it is upright.
    pub(crate) fn then(self, other: Orientation) -> Orientation {
        let (across, down) = if self.swap {
            (other.flip_y, other.flip_x)
        } else {
            (other.flip_x, other.flip_y)
        };
        Orientation {
            swap: self.swap ^ other.swap,
            flip_x: self.flip_x ^ across,
            flip_y: self.flip_y ^ down,
        }
    }

    /// Whether there is nothing to turn.
    pub fn is_upright(self) -> bool {
        self == Orientation::default()
    }

    /// Whether stored columns are upright rows.
    pub fn swaps_axes(self) -> bool {
        self.swap
    }

    /// Where a rectangle of the stored image of this size lies when the image is upright.
    pub(crate) fn to_upright(self, rect: Rect, stored: Size) -> Rect {
        let Rect {
            mut left,
            mut top,
            width,
            height,
        } = rect;
        if self.flip_x {
            left = stored.width - left - width;
        }
        if self.flip_y {
            top = stored.height - top - height;
        }
        let turned = Rect {
            left: top,
            top: left,
            width: height,
            height: width,
        };
        if self.swap {
            turned
        } else {
            Rect {
                left,
                top,
                width,
                height,
            }
        }
    }

    /// Returns the place of an upright window on the stored image of this size.
    pub(crate) fn to_stored(self, window: Window, stored: Size) -> Window {
        let Window {
            x,
            y,
            width,
            height,
        } = window;
        let (x, y, width, height) = if self.swap {
            (y, x, height, width)
        } else {
            (x, y, width, height)
        };
        Window {
            x: if self.flip_x {
                f64::from(stored.width) - x - width
            } else {
                x
            },
            y: if self.flip_y {
                f64::from(stored.height) - y - height
            } else {
                y
            },
            width,
            height,
        }
    }
}

//! Stage: turns the pixels upright, after the resize, when the image is small.

use crate::error::Error;
use crate::frame::{Picture, Size, zeroes};
use crate::plan::{Plan, Window};

/// How stored pixels become upright ones (EXIF 2.32, tag 0112, values 1 to 8).
///
/// Upright (x, y) is stored (x, y), or (y, x) if the axes are swapped, counted from the far end of each flipped stored axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orientation {
    swap: bool,
    flip_x: bool,
    flip_y: bool,
}

impl Orientation {
    /// From the tag's value; `None` outside 1 to 8.
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

    /// The tag's value, 1 to 8.
    pub fn to_exif(self) -> u8 {
        let value = (1..=8).find(|&value| Orientation::from_exif(value) == Some(self));
        value.expect("eight values, eight combinations") as u8
    }

    /// Whether there is nothing to turn.
    pub fn is_upright(self) -> bool {
        self == Orientation::default()
    }

    /// Whether stored columns are upright rows.
    pub fn swaps_axes(self) -> bool {
        self.swap
    }

    /// Where an upright window lies on the stored image of this size.
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

/// The pixels upright.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn run(plan: &Plan, picture: Picture) -> Result<Picture, Error> {
    turn(plan.header.orientation, picture, plan.room())
}

fn turn(orientation: Orientation, stored: Picture, room: Option<u64>) -> Result<Picture, Error> {
    if orientation.is_upright() {
        return Ok(stored);
    }
    let Size { width, height } = stored.size;
    let size = stored.size.swapped_if(orientation.swap);
    let mut upright = Picture::new(size, stored.layout, room);
    let channels = stored.layout.channels();
    let mut row = zeroes(upright.row_bytes() as u64)?;
    let flipped =
        |flip: bool, at: u32, length: u32| if flip { length - 1 - at } else { at } as usize;
    for y in 0..size.height {
        for (x, pixel) in (0..size.width).zip(row.chunks_exact_mut(channels)) {
            let (sx, sy) = if orientation.swap { (y, x) } else { (x, y) };
            let from = flipped(orientation.flip_x, sx, width) * channels;
            let source = stored.row(flipped(orientation.flip_y, sy, height));
            pixel.copy_from_slice(&source[from..from + channels]);
        }
        upright.push(&row)?;
    }
    Ok(upright)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Frame, Layout};

    /// What each value means, as the standard draws it: the stored rows of an upright `ab / cd / ef`.
    const STORED: [(u32, u32, &[u8]); 8] = [
        (1, 2, b"abcdef"),
        (2, 2, b"badcfe"),
        (3, 2, b"fedcba"),
        (4, 2, b"efcdab"),
        (5, 3, b"acebdf"),
        (6, 3, b"bdface"),
        (7, 3, b"fdbeca"),
        (8, 3, b"ecafdb"),
    ];

    #[test]
    fn every_orientation_comes_out_upright() {
        for (value, width, pixels) in STORED {
            let orientation = Orientation::from_exif(value).expect("1 to 8");
            let stored = Frame {
                size: Size {
                    width,
                    height: 6 / width,
                },
                layout: Layout::Grey,
                pixels: pixels.to_vec(),
            };
            let stored = Picture::whole(stored, None);
            let upright = turn(orientation, stored, None).expect("six bytes");
            let rows: Vec<&[u8]> = (0..3).map(|y| upright.row(y)).collect();
            assert_eq!(rows.concat(), b"abcdef", "{value}");
            assert_eq!(
                upright.size,
                Size {
                    width: 2,
                    height: 3
                },
                "{value}"
            );
            assert_eq!(u32::from(orientation.to_exif()), value);
        }
    }

    #[test]
    fn a_window_lands_on_the_same_pixels() {
        // The upright pixel at (1, 0) is `b`.
        let b = Window {
            x: 1.0,
            y: 0.0,
            width: 1.0,
            height: 1.0,
        };
        for (value, width, pixels) in STORED {
            let orientation = Orientation::from_exif(value).expect("1 to 8");
            let at = orientation.to_stored(
                b,
                Size {
                    width,
                    height: 6 / width,
                },
            );
            assert_eq!(
                pixels[(at.y * f64::from(width) + at.x) as usize],
                b'b',
                "{value}"
            );
        }
    }
}

//! Stage: turns the pixels upright, after the resize, when the image is small.

use super::Error;
use super::frame::{Frame, Size};
use super::plan::{Plan, Plane, Window};

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

    /// Whether stored columns are upright rows.
    pub fn swaps_axes(self) -> bool {
        self.swap
    }

    /// Where an upright window lies on the stored image of this size.
    pub(super) fn to_stored(self, window: Window, stored: Size) -> Window {
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
pub(super) fn run(plan: &Plan, _: &Plane, frame: Frame) -> Result<Frame, Error> {
    turn(plan.header.orientation, frame)
}

fn turn(orientation: Orientation, frame: Frame) -> Result<Frame, Error> {
    if orientation == Orientation::default() {
        return Ok(frame);
    }
    let Size { width, height } = frame.size;
    let mut upright = Frame::new(frame.size.swapped_if(orientation.swap), frame.layout)?;
    let (channels, row_bytes) = (frame.layout.channels(), frame.row_bytes());
    let flipped =
        |flip: bool, at: u32, length: u32| if flip { length - 1 - at } else { at } as usize;
    let mut to = upright.pixels.chunks_exact_mut(channels);
    for y in 0..upright.size.height {
        for x in 0..upright.size.width {
            let (sx, sy) = if orientation.swap { (y, x) } else { (x, y) };
            let from = flipped(orientation.flip_y, sy, height) * row_bytes
                + flipped(orientation.flip_x, sx, width) * channels;
            if let Some(pixel) = to.next() {
                pixel.copy_from_slice(&frame.pixels[from..from + channels]);
            }
        }
    }
    Ok(upright)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::frame::Layout;

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
            let upright = turn(orientation, stored).expect("six bytes");
            assert_eq!(upright.pixels, b"abcdef", "{value}");
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

//! Stage: turns the pixels upright, after the resize, when the image is small.

use crate::error::Error;
use crate::pixels::buffer::zeroes;
use crate::pixels::frame::Picture;
use crate::pixels::layout::Size;
use crate::pixels::orientation::Orientation;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::link::{Reach, Samples, Stage, Turn};

/// The stage.
pub(crate) struct Orient;

impl Stage for Orient {
    fn name(&self) -> &'static str {
        "orient"
    }

    fn reach(&self) -> Reach {
        Reach::Picture
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Plane
    }

    fn has_work(&self, plan: &Plan, _: &Plane) -> bool {
        !plan.header.orientation.is_upright()
    }

    /// A row; the picture that comes out has a step of the plan for itself.
    fn bytes(&self, plan: &Plan, plane: &Plane) -> u64 {
        let width = plane.upright(plan.header.orientation).width;
        u64::from(width) * plane.source.channels() as u64
    }
}

impl Turn for Orient {
    fn run(&self, plan: &Plan, _: &Plane, picture: Picture) -> Result<Picture, Error> {
        turn(plan.header.orientation, picture, plan.capacity)
    }
}

fn turn(
    orientation: Orientation,
    stored: Picture,
    capacity: Option<u64>,
) -> Result<Picture, Error> {
    let Size { width, height } = stored.size;
    let size = stored.size.swapped_if(orientation.swap);
    let mut upright = Picture::new(size, stored.layout, capacity);
    upright.cover = stored.cover.clone();
    let channels = stored.layout.channels();
    let mut row = zeroes(upright.row_bytes() as u64)?;
    let flipped =
        |flip: bool, at: u32, length: u32| if flip { length - 1 - at } else { at } as usize;
    if !orientation.swap {
        for y in 0..size.height {
            row.copy_from_slice(stored.row(flipped(orientation.flip_y, y, height)));
            if orientation.flip_x {
                mirror(&mut row, channels);
            }
            upright.push(&row)?;
        }
        return Ok(upright);
    }
    for y in 0..size.height {
        for (x, pixel) in (0..size.width).zip(row.chunks_exact_mut(channels)) {
            let from = flipped(orientation.flip_x, y, width) * channels;
            let source = stored.row(flipped(orientation.flip_y, x, height));
            pixel.copy_from_slice(&source[from..from + channels]);
        }
        upright.push(&row)?;
    }
    Ok(upright)
}

/// Turns a row of pixels around.
fn mirror(row: &mut [u8], channels: usize) {
    match channels {
        1 => row.reverse(),
        2 => row.as_chunks_mut::<2>().0.reverse(),
        3 => row.as_chunks_mut::<3>().0.reverse(),
        _ => row.as_chunks_mut::<4>().0.reverse(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::frame::Frame;
    use crate::pixels::layout::Layout;
    use crate::pixels::window::Window;

    /// Meaning of each value, as the standard draws it: the stored rows of an upright `ab / cd /
    /// ef`.
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

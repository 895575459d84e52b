//! Transformations of a picture, in the order of its properties: cropping (`clap`, ISO/IEC
//! 14496-12, 12.1.4), rotation and mirroring (`irot` and `imir`, ISO/IEC 23008-12, 6.5.10 and
//! 6.5.12).

use crate::pixels::layout::Size;
use crate::pixels::orientation::Orientation;
use crate::pixels::window::Window;

/// Result of the transformations so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Left and top of the shown part in the coded picture, and its size.
    pub(crate) at: (u32, u32),
    pub(crate) size: Size,
    /// Quarter turns counterclockwise, and then an exchange of left and right.
    turns: u8,
    flip: bool,
}

impl Shown {
    /// Returns the whole picture, as coded.
    pub(crate) fn new(size: Size) -> Shown {
        Shown {
            at: (0, 0),
            size,
            turns: 0,
            flip: false,
        }
    }

    /// Adds quarter turns counterclockwise.
    pub(crate) fn turn(&mut self, turns: u8) {
        // Behind a mirror, turns go the other way.
        let turns = if self.flip { 4 - (turns & 3) } else { turns };
        self.turns = (self.turns + turns) & 3;
    }

    /// Adds a mirror: 0 exchanges top and bottom, 1 left and right.
    pub(crate) fn mirror(&mut self, axis: u8) {
        if axis & 1 == 0 {
            self.turn(2);
        }
        self.flip = !self.flip;
    }

    /// Crops to a clean aperture. An aperture without pixels, or beyond the picture, is ignored, as
    /// in browsers.
    pub(crate) fn crop(&mut self, clap: [u32; 8]) {
        let [width, width_d, height, height_d, x, x_d, y, y_d] = clap;
        let swaps = self.turns % 2 == 1;
        let upright = self.size.swapped_if(swaps);
        let across = aperture(upright.width, (width, width_d), (x, x_d), Half::Down);
        let down = aperture(upright.height, (height, height_d), (y, y_d), Half::Up);
        let (Some((left, width)), Some((top, height))) = (across, down) else {
            return;
        };
        let window = Window {
            x: left.into(),
            y: top.into(),
            width: width.into(),
            height: height.into(),
        };
        let Window { x, y, .. } = self.orientation().to_stored(window, self.size);
        self.at = (self.at.0 + x as u32, self.at.1 + y as u32);
        self.size = Size { width, height }.swapped_if(swaps);
    }

    /// Returns the orientation of the shown part.
    pub(crate) fn orientation(&self) -> Orientation {
        let value = match (self.flip, self.turns) {
            (false, 0) => 1,
            (false, 1) => 8,
            (false, 2) => 3,
            (false, _) => 6,
            (true, 0) => 2,
            (true, 1) => 7,
            (true, 2) => 4,
            (true, _) => 5,
        };
        Orientation::from_exif(value).unwrap_or_default()
    }
}

/// Rounding of an aperture's edge that lies between two pixels. The left edge is rounded down, the
/// upper one to the nearest, as in libheif.
#[derive(Clone, Copy, PartialEq)]
enum Half {
    Down,
    Up,
}

/// Returns the start and the length of an aperture on a side. `length` is its length, and `off` the
/// distance of its centre from the side's.
fn aperture(side: u32, length: (u32, u32), off: (u32, u32), half: Half) -> Option<(u32, u32)> {
    let (length, length_d) = (i128::from(length.0), i128::from(length.1));
    let (off, off_d) = (i128::from(off.0 as i32), i128::from(off.1));
    if length_d == 0 || off_d == 0 {
        return None;
    }
    let pixels = (2 * length + length_d).div_euclid(2 * length_d);
    // off + (side - length) / 2
    let divisor = 2 * length_d * off_d;
    let start = 2 * off * length_d + (i128::from(side) * length_d - length) * off_d;
    let start = match half {
        Half::Down => start.div_euclid(divisor),
        Half::Up => (2 * start + divisor).div_euclid(2 * divisor),
    };
    let (start, pixels) = (u32::try_from(start).ok()?, u32::try_from(pixels).ok()?);
    let is_there = pixels > 0 && start.checked_add(pixels)? <= side;
    is_there.then_some((start, pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Shown {
        Shown::new(Size {
            width: 64,
            height: 48,
        })
    }

    fn cropped(clap: [i32; 8]) -> [u32; 4] {
        let mut shown = shown();
        shown.crop(clap.map(|number| number as u32));
        rect(&shown)
    }

    fn rect(shown: &Shown) -> [u32; 4] {
        let (size, (x, y)) = (shown.size, shown.at);
        [x, y, size.width, size.height]
    }

    #[test]
    fn an_aperture_lies_around_the_centre_or_off_it() {
        assert_eq!(cropped([32, 1, 24, 1, 0, 1, 0, 1]), [16, 12, 32, 24]);
        assert_eq!(cropped([32, 1, 24, 1, 10, 1, -6, 1]), [26, 6, 32, 24]);
        // Between pixels it is where sharp has it.
        assert_eq!(cropped([63, 1, 48, 1, 0, 1, 0, 1]), [0, 0, 63, 48]);
        assert_eq!(cropped([61, 1, 45, 1, 0, 1, 0, 1]), [1, 2, 61, 45]);
        assert_eq!(cropped([63, 1, 47, 1, 1, 2, 1, 2]), [1, 1, 63, 47]);
        assert_eq!(cropped([63, 1, 47, 1, -1, 2, -1, 2]), [0, 0, 63, 47]);
        assert_eq!(cropped([65, 2, 97, 4, 0, 1, 0, 1]), [15, 12, 33, 24]);
    }

    #[test]
    fn an_aperture_that_is_not_on_the_picture_counts_for_nothing() {
        for clap in [
            [32, 1, 24, 1, 30, 1, 0, 1],
            [32, 1, 24, 1, -100, 1, 0, 1],
            [100, 1, 24, 1, 0, 1, 0, 1],
            [0, 1, 24, 1, 0, 1, 0, 1],
            [32, 0, 24, 1, 0, 1, 0, 1],
            [32, 1, 24, 1, 0, 0, 0, 0],
            [-1, 1, -1, 1, i32::MIN, 1, i32::MAX, 1],
        ] {
            assert_eq!(cropped(clap), [0, 0, 64, 48], "{clap:?}");
        }
    }

    #[test]
    fn properties_count_in_their_order() {
        let clap = [32, 1, 24, 1, 10, 1, -6i32 as u32, 1];
        let mut first = shown();
        first.crop(clap);
        first.turn(1);
        assert_eq!(
            (rect(&first), first.orientation().to_exif()),
            ([26, 6, 32, 24], 8)
        );
        let mut turned = shown();
        turned.turn(1);
        turned.crop([24, 1, 32, 1, 6, 1, 10, 1]);
        assert_eq!(
            (rect(&turned), turned.orientation().to_exif()),
            ([6, 18, 32, 24], 8)
        );
        let mut mirrored = shown();
        mirrored.mirror(1);
        mirrored.crop(clap);
        assert_eq!(
            (rect(&mirrored), mirrored.orientation().to_exif()),
            ([6, 6, 32, 24], 2)
        );
        let mut twice = shown();
        twice.crop([40, 1, 40, 1, 0, 1, 0, 1]);
        twice.crop([20, 1, 20, 1, 4, 1, 2, 1]);
        assert_eq!(rect(&twice), [26, 16, 20, 20]);
        let order = |mirror_first: bool| {
            let mut shown = shown();
            if mirror_first {
                shown.mirror(1);
            }
            shown.turn(1);
            if !mirror_first {
                shown.mirror(1);
            }
            shown.orientation().to_exif()
        };
        assert_eq!((order(true), order(false)), (5, 7));
    }

    #[test]
    fn eight_turns_and_mirrors_are_the_eight_orientations() {
        let of = |turns, mirror: Option<u8>| {
            let mut shown = shown();
            shown.turn(turns);
            mirror.into_iter().for_each(|axis| shown.mirror(axis));
            shown.orientation().to_exif()
        };
        let mut values: Vec<u8> = [None, Some(1)]
            .into_iter()
            .flat_map(|mirror| (0..4).map(move |turns| of(turns, mirror)))
            .collect();
        assert_eq!(values, [1, 8, 3, 6, 2, 7, 4, 5]);
        values.sort_unstable();
        assert_eq!(values, [1, 2, 3, 4, 5, 6, 7, 8]);
        // Mirrored the other way is mirrored and turned by half.
        for turns in 0..4 {
            assert_eq!(of(turns, Some(0)), of((turns + 2) % 4, Some(1)));
        }
    }
}

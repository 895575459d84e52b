//! Luminance and chrominance of a lossy WebP: resampled one by one, and pixels of what is left.
//! That is a third of the work of resampling pixels, and there are fewer to convert.

use letterbox_vp8::to_rgb;

use crate::error::Error;
use crate::pixels::buffer::zeroes;
use crate::pixels::frame::Picture;
use crate::pixels::layout::Layout;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::pushed_bytes;

/// Three planes that become pixels.
pub(crate) struct Join {
    /// Rows that wait for those of the other planes.
    waiting: [Picture; 3],
    /// How many have come.
    filled: [u32; 3],
    /// How many pixels' rows have been made.
    made: u32,
    /// The row that is made; empty before the first.
    rgb: Vec<u8>,
}

/// Rows that wait at most, of each plane: resizers make eight at a time, and chrominance needs up
/// to three more of what is to come.
const WAITING_ROWS: u64 = 16;

impl Join {
    pub(crate) fn new(planes: [Plane; 3]) -> Join {
        Join {
            waiting: planes.map(|plane| Picture::new(plane.resized, Layout::Grey, None)),
            filled: [0; 3],
            made: 0,
            rgb: Vec::new(),
        }
    }

    /// Takes a plane's next row.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if there are too many, [`Error::OutOfMemory`].
    pub(crate) fn take(&mut self, plane: usize, row: &[u8]) -> Result<(), Error> {
        self.waiting[plane].push(row)?;
        self.filled[plane] += 1;
        Ok(())
    }

    /// Puts the pixels whose planes are all there into the picture.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn hand_on(&mut self, picture: &mut Picture) -> Result<(), Error> {
        if self.rgb.is_empty() {
            self.rgb = zeroes(picture.row_bytes() as u64)?;
        }
        while self.filled.iter().all(|&filled| filled > self.made) {
            let [luma, blue, red] = &mut self.waiting;
            let rows = (luma.next_row(), blue.next_row(), red.next_row());
            let (Some(luma), Some(blue), Some(red)) = rows else {
                break;
            };
            to_rgb(luma, blue, red, &mut self.rgb);
            picture.push(&self.rgb)?;
            self.made += 1;
        }
        Ok(())
    }
}

/// Upper bound on the memory of three planes on their way to pixels.
pub(crate) fn bytes(plan: &Plan) -> u64 {
    let Some(planes) = plan.components() else {
        return 0;
    };
    let of_plane = |plane: &Plane| {
        let row = u64::from(plane.resized.width);
        let piece = Picture::piece_bytes(plane.resized, Layout::Grey);
        let waiting = (WAITING_ROWS * row).next_multiple_of(piece.max(1)) + piece;
        let list = Picture::list_bytes(plane.resized, Layout::Grey);
        pushed_bytes(plan, plane) + waiting.min(plane.resized.pixels()) + list + row
    };
    planes.iter().map(of_plane).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::pixels::layout::Size;
    use crate::spec::Format;
    use crate::transform::{Fit, Gravity, Quality, Side, Target, Transform};
    use crate::{Pipeline, testing};

    fn answer(file: &[u8], transform: Transform) -> Vec<u8> {
        let transform = Transform {
            target: Target::Image(Format::Png),
            quality: Quality::MOST,
            ..transform
        };
        let mut pipeline = Pipeline::new(&transform, &Limits::DEFAULT);
        pipeline.push(file).expect("a good file");
        pipeline.finish(&|| 0.0).expect("a good file").body
    }

    fn sized(width: u16, height: u16, fit: Fit) -> Transform {
        Transform {
            width: Side::px(width),
            height: Side::px(height),
            fit,
            ..Transform::DEFAULT
        }
    }

    /// The pixels of a lossy file, as `image-webp` decodes them, in a PNG.
    fn as_png(file: &[u8]) -> Vec<u8> {
        let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(file)).expect("a file");
        let (width, height) = decoder.dimensions();
        let mut pixels = vec![0; 3 * (width * height) as usize];
        decoder.read_image(&mut pixels).expect("a good file");
        testing::png_of(Size { width, height }, Layout::Rgb, &pixels)
    }

    fn decibels(one: &[u8], two: &[u8]) -> f64 {
        let [one, two] = [one, two].map(testing::pixels);
        assert_eq!(one.len(), two.len());
        let squares = one
            .iter()
            .zip(&two)
            .map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2));
        10.0 * (255.0f64.powi(2) * one.len() as f64 / squares.sum::<f64>().max(1e-9)).log10()
    }

    const SMOOTH: &[u8] = include_bytes!("../../../vp8/tests/files/smooth-133x95.webp");

    #[test]
    fn what_becomes_fewer_pixels_is_what_resampling_pixels_makes_of_it() {
        let point = Transform {
            gravity: Gravity::Focus(9000, 2000),
            ..sized(31, 33, Fit::Cover)
        };
        for transform in [
            sized(60, 43, Fit::Fill),
            sized(45, 44, Fit::Cover),
            point,
            sized(132, 20, Fit::Fill),
            sized(131, 94, Fit::Fill),
            sized(20, 90, Fit::Contain),
        ] {
            let pixels = as_png(SMOOTH);
            let same = decibels(&answer(SMOOTH, transform), &answer(&pixels, transform));
            assert!(same > 44.0, "{transform:?}: {same:.1} dB");
        }
    }

    #[test]
    fn what_becomes_no_fewer_pixels_is_exactly_that() {
        for transform in [sized(200, 200, Fit::Contain), sized(0, 0, Fit::Inside)] {
            let [ours, theirs] = [SMOOTH, &as_png(SMOOTH)].map(|file| answer(file, transform));
            assert!(
                testing::pixels(&ours) == testing::pixels(&theirs),
                "{transform:?}"
            );
        }
    }
}

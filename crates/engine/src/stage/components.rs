//! Luminance and chrominance of a lossy WebP: resampled one by one, and pixels of what is left. That is a third of the work of resampling
//! pixels, and there are fewer to convert.

use letterbox_resize::Resizer;
use letterbox_vp8::to_rgb;

use crate::error::Error;
use crate::pixels::buffer::zeroes;
use crate::pixels::frame::Picture;
use crate::pixels::layout::Layout;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::fault::fault;

/// Three planes on their way to pixels.
pub(crate) struct Components {
    planes: [Plane; 3],
    /// Made when the first row comes.
    resizers: Vec<Resizer>,
    /// Resampled rows that wait for those of the other planes.
    waiting: [Picture; 3],
    /// How many have come.
    filled: [u32; 3],
    /// How many pixels' rows have been made.
    made: u32,
    rgb: Vec<u8>,
}

/// Rows that wait at most, of each plane: resizers make eight at a time, and chrominance needs up to three more of what is to come.
const WAITING_ROWS: u64 = 16;

impl Components {
    pub(crate) fn new(planes: [Plane; 3]) -> Components {
        Components {
            waiting: planes.map(|plane| Picture::new(plane.resized, Layout::Grey, None)),
            resizers: Vec::new(),
            filled: [0; 3],
            made: 0,
            rgb: Vec::new(),
            planes,
        }
    }

    /// What all of that allocates.
    pub(crate) fn bytes(plan: &Plan) -> u64 {
        let Some(planes) = plan.components() else {
            return 0;
        };
        let of_plane = |plane: &Plane| {
            let row = u64::from(plane.resized.width);
            let piece = Picture::piece_bytes(plane.resized, Layout::Grey);
            let waiting = (WAITING_ROWS * row).next_multiple_of(piece.max(1)) + piece;
            let list = Picture::list_bytes(plane.resized, Layout::Grey);
            plane.resampler_bytes() + waiting.min(plane.resized.pixels()) + list + row
        };
        planes.iter().map(of_plane).sum()
    }

    /// Takes a plane's next row, and puts the pixels that it was missing for into the picture.
    ///
    /// # Errors
    /// [`Error`].
    pub(crate) fn take(
        &mut self,
        number: usize,
        row: &[u8],
        picture: &mut Picture,
    ) -> Result<(), Error> {
        if self.resizers.is_empty() {
            self.begin()?;
        }
        let (Some(resizer), Some(waiting)) =
            (self.resizers.get_mut(number), self.waiting.get_mut(number))
        else {
            return Err(Error::Corrupt("the image has more planes than it says"));
        };
        resizer.push(row).map_err(fault)?;
        while let Some(row) = resizer.next_row() {
            waiting.push(row)?;
            self.filled[number] += 1;
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

    fn begin(&mut self) -> Result<(), Error> {
        self.rgb = zeroes(3 * u64::from(self.planes[0].resized.width))?;
        for plane in &self.planes {
            let resizer = Resizer::new(&plane.resampling()).map_err(fault)?;
            self.resizers.push(resizer);
        }
        Ok(())
    }
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

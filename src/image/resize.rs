//! Stage: the planned window of the decoded image, resampled with Lanczos3.
//!
//! Alpha is premultiplied before and divided after, so that the colour of transparent pixels does not bleed.

use fast_image_resize as fir;
use fir::images::{TypedCroppedImageMut, TypedImage, TypedImageRef};
use fir::pixels::{U8, U8x2, U8x3, U8x4};

use super::Error;
use super::frame::{Frame, Layout, Size};
use super::plan::Plan;

/// The resized image, not yet turned.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(super) fn run(plan: &Plan, frame: Frame) -> Result<Frame, Error> {
    if plan.keeps_every_pixel() {
        return Ok(frame);
    }
    match frame.layout {
        Layout::Grey => resample::<U8>(plan, frame),
        Layout::GreyAlpha => resample::<U8x2>(plan, frame),
        Layout::Rgb => resample::<U8x3>(plan, frame),
        Layout::Rgba => resample::<U8x4>(plan, frame),
    }
}

fn resample<P: fir::PixelTrait>(plan: &Plan, mut frame: Frame) -> Result<Frame, Error> {
    let mut resized = Frame::new(plan.resized, frame.layout)?;
    let alpha = fir::MulDiv::new();
    if frame.layout.alpha() {
        alpha
            .multiply_alpha_inplace_typed(&mut view::<P>(&mut frame)?)
            .map_err(internal)?;
    }
    let Size { width, height } = frame.size;
    let source = TypedImageRef::<P>::from_buffer(width, height, &frame.pixels).map_err(internal)?;
    let mut target = view::<P>(&mut resized)?;
    let columns = segments(plan.window.x, plan.window.width, plan.resized.width, width);
    let rows = segments(
        plan.window.y,
        plan.window.height,
        plan.resized.height,
        height,
    );
    let mut resizer = fir::Resizer::new();
    for row in rows.iter().flatten() {
        for column in columns.iter().flatten() {
            let options = fir::ResizeOptions::new()
                .resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Lanczos3))
                .use_alpha(false)
                .crop(column.from, row.from, column.length, row.length);
            let (x, y, width, height) = (column.at, row.at, column.count, row.count);
            let mut part = TypedCroppedImageMut::from_ref(&mut target, x, y, width, height)
                .map_err(internal)?;
            resizer
                .resize_typed(&source, &mut part, &options)
                .map_err(internal)?;
        }
    }
    if resized.layout.alpha() {
        alpha
            .divide_alpha_inplace_typed(&mut view::<P>(&mut resized)?)
            .map_err(internal)?;
    }
    Ok(resized)
}

/// A run of result pixels along one axis, and the stretch of the source that they are made of.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Segment {
    at: u32,
    count: u32,
    from: f64,
    length: f64,
}

/// Cuts an axis so that no stretch reaches beyond the source, which the library refuses: where the window does, its
/// outermost pixel is made of the source's edge, and all others stay exactly in place.
fn segments(start: f64, length: f64, count: u32, limit: u32) -> [Option<Segment>; 3] {
    const ROUNDING: f64 = 1e-6;
    let (limit, scale) = (f64::from(limit), length / f64::from(count));
    let (before, beyond) = (start < -ROUNDING, start + length > limit + ROUNDING);
    let stretch = |at: u32, count: u32| {
        let from = (start + f64::from(at) * scale).max(0.0);
        let to = (start + f64::from(at + count) * scale).min(limit);
        Segment {
            at,
            count,
            from,
            length: to - from,
        }
    };
    if count < 3 {
        return [None, Some(stretch(0, count)), None];
    }
    let first = Segment {
        at: 0,
        count: 1,
        from: 0.0,
        length: scale,
    };
    let last = Segment {
        at: count - 1,
        count: 1,
        from: limit - scale,
        length: scale,
    };
    let (cut, end) = (u32::from(before), count - u32::from(beyond));
    [
        before.then_some(first),
        Some(stretch(cut, end - cut)),
        beyond.then_some(last),
    ]
}

fn view<P: fir::PixelTrait>(frame: &mut Frame) -> Result<TypedImage<'_, P>, Error> {
    TypedImage::from_buffer(frame.size.width, frame.size.height, &mut frame.pixels)
        .map_err(internal)
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_outermost_pixels_move_when_a_window_is_wider_than_the_source() {
        let segment = |at, count, from, length| {
            Some(Segment {
                at,
                count,
                from,
                length,
            })
        };
        assert_eq!(
            segments(0.0, 100.0, 10, 100),
            [None, segment(0, 10, 0.0, 100.0), None]
        );
        assert_eq!(
            segments(-2.0, 104.0, 13, 100),
            [
                segment(0, 1, 0.0, 8.0),
                segment(1, 11, 6.0, 88.0),
                segment(12, 1, 92.0, 8.0)
            ]
        );
        assert_eq!(segments(20.0, 82.0, 41, 100)[2], segment(40, 1, 98.0, 2.0));
        assert_eq!(segments(-1.0, 102.0, 2, 100)[1], segment(0, 2, 0.0, 100.0));
    }
}

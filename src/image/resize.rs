//! Stage: the planned window of the decoded image, resampled with Lanczos3.
//!
//! Alpha is premultiplied before and divided after, so that the colour of transparent pixels does not bleed.

use fast_image_resize as fir;
use fir::images::{TypedImage, TypedImageRef};
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
    // Rounding may leave the window's far edge a hair outside.
    let window = plan.window;
    let options = fir::ResizeOptions::new()
        .resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Lanczos3))
        .use_alpha(false)
        .crop(
            window.x,
            window.y,
            window.width.min(f64::from(width) - window.x),
            window.height.min(f64::from(height) - window.y),
        );
    fir::Resizer::new()
        .resize_typed(&source, &mut view::<P>(&mut resized)?, &options)
        .map_err(internal)?;
    if resized.layout.alpha() {
        alpha
            .divide_alpha_inplace_typed(&mut view::<P>(&mut resized)?)
            .map_err(internal)?;
    }
    Ok(resized)
}

fn view<P: fir::PixelTrait>(frame: &mut Frame) -> Result<TypedImage<'_, P>, Error> {
    TypedImage::from_buffer(frame.size.width, frame.size.height, &mut frame.pixels)
        .map_err(internal)
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

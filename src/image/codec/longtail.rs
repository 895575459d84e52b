//! BMP and ICO through `image`, read only.

use std::io::Cursor;

use image::codecs::{bmp::BmpDecoder, ico::IcoDecoder};
use image::{DynamicImage, ImageDecoder, ImageError, Limits};

use super::Rows;
use crate::image::Error;
use crate::image::frame::{Frame, Layout, Size};
use crate::image::header::ico;
use crate::image::plan::Plan;
use crate::transform::Format;

pub(super) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
    if let (Format::Ico, Some(png)) = (plan.header.format, ico::inner_png(file)) {
        return super::png::decode(png, plan, rows);
    }
    let image = match plan.header.format {
        Format::Ico => pixels(
            IcoDecoder::new(Cursor::new(ico::only_largest(file)?)).map_err(fault)?,
            plan,
        )?,
        _ => pixels(BmpDecoder::new(Cursor::new(file)).map_err(fault)?, plan)?,
    };
    let pixels = match plan.header.layout {
        Layout::Grey => image.into_luma8().into_raw(),
        Layout::GreyAlpha => image.into_luma_alpha8().into_raw(),
        Layout::Rgb => image.into_rgb8().into_raw(),
        Layout::Rgba => image.into_rgba8().into_raw(),
    };
    rows.frame(Frame {
        size: plan.decoded,
        layout: plan.header.layout,
        pixels,
    })
}

/// Decodes, if the library sees the size and the depth that were planned.
fn pixels(mut decoder: impl ImageDecoder, plan: &Plan) -> Result<DynamicImage, Error> {
    let (width, height) = decoder.dimensions();
    if (Size { width, height }) != plan.decoded
        || decoder.total_bytes() > super::decoder_bytes(plan)
    {
        return Err(Error::Corrupt("the image's headers contradict each other"));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(super::decoder_bytes(plan) + (1 << 20));
    decoder.set_limits(limits).map_err(fault)?;
    DynamicImage::from_decoder(decoder).map_err(fault)
}

fn fault(error: ImageError) -> Error {
    match error {
        ImageError::Unsupported(_) => Error::Unsupported("this kind of image is not read"),
        ImageError::Limits(_) => Error::Corrupt("the image needs more memory than its header says"),
        _ => Error::Corrupt("the image is damaged or breaks off"),
    }
}

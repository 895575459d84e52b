//! Icons and cursors: the largest of their images, which is a PNG file or a bitmap.

use crate::error::Error;
use crate::format::bmp::decode as bmp;
use crate::format::ico::header as ico;
use crate::format::png::file as png;
use crate::pixels::rows::RowSink;
use crate::plan::Plan;

pub(crate) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn RowSink) -> Result<(), Error> {
    match ico::largest(file) {
        Some(ico::Image::Png(image)) => png::decode(image, plan, rows),
        Some(ico::Image::Bitmap(image)) => bmp::decode_icon(image, plan, rows),
        None => Err(Error::Corrupt(
            "the icon's directory points outside the file",
        )),
    }
}

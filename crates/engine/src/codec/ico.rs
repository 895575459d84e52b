//! Icons and cursors: the largest of their images, which is a PNG file or a bitmap.

use super::{Rows, bmp, png};
use crate::Error;
use crate::header::ico;
use crate::plan::Plan;

pub(super) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
    match ico::largest(file) {
        Some(ico::Image::Png(image)) => png::decode(image, plan, rows),
        Some(ico::Image::Bitmap(image)) => bmp::decode_icon(image, plan, rows),
        None => Err(Error::Corrupt(
            "the icon's directory points outside the file",
        )),
    }
}

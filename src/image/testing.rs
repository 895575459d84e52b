//! Small images for the tests of this crate.

use super::frame::{Layout, Size};

/// A PNG with a gradient in every channel.
pub(crate) fn png(size: Size, layout: Layout) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, size.width, size.height);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_color(match layout {
        Layout::Grey => png::ColorType::Grayscale,
        Layout::GreyAlpha => png::ColorType::GrayscaleAlpha,
        Layout::Rgb => png::ColorType::Rgb,
        Layout::Rgba => png::ColorType::Rgba,
    });
    let samples = size.pixels() as usize * layout.channels();
    let pixels: Vec<u8> = (0..samples).map(|at| (at * 37 % 251) as u8).collect();
    let mut writer = encoder.write_header().expect("a valid header");
    writer
        .write_image_data(&pixels)
        .expect("as many samples as the header says");
    writer.finish().expect("memory is writable");
    file
}

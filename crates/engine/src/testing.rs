//! Small images for the tests of this crate.

use crate::pixels::layout::{Layout, Size};

/// Returns these bytes as a zlib stream, not compressed.
pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    for block in bytes.chunks(0xffff) {
        let length = block.len() as u16;
        stream.push(0);
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend([1, 0, 0, 0xff, 0xff]);
    stream
}

/// Returns a PNG with a gradient in every channel.
pub(crate) fn png(size: Size, layout: Layout) -> Vec<u8> {
    let samples = size.pixels() as usize * layout.channels();
    let pixels: Vec<u8> = (0..samples).map(|at| (at * 37 % 251) as u8).collect();
    png_of(size, layout, &pixels)
}

/// Returns the pixels of a PNG of eight bits.
pub(crate) fn pixels(file: &[u8]) -> Vec<u8> {
    let decoder = png::Decoder::new(std::io::Cursor::new(file));
    let mut reader = decoder.read_info().expect("a good PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    reader.next_frame(&mut pixels).expect("a good PNG");
    pixels
}

/// Returns a PNG of these pixels.
pub(crate) fn png_of(size: Size, layout: Layout, pixels: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, size.width, size.height);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_color(match layout {
        Layout::Grey => png::ColorType::Grayscale,
        Layout::GreyAlpha => png::ColorType::GrayscaleAlpha,
        Layout::Rgb => png::ColorType::Rgb,
        Layout::Rgba => png::ColorType::Rgba,
    });
    let mut writer = encoder.write_header().expect("a valid header");
    writer
        .write_image_data(pixels)
        .expect("as many samples as the header says");
    writer.finish().expect("memory is writable");
    file
}

/// Primaries under D50.
pub(crate) const SRGB: [[f32; 3]; 3] = [
    [0.43607, 0.22249, 0.01392],
    [0.38515, 0.71687, 0.09708],
    [0.14307, 0.06061, 0.71410],
];
pub(crate) const DISPLAY_P3: [[f32; 3]; 3] = [
    [0.51512, 0.24120, -0.00105],
    [0.29198, 0.69225, 0.04189],
    [0.15710, 0.06657, 0.78407],
];
pub(crate) const ADOBE_RGB: [[f32; 3]; 3] = [
    [0.60974, 0.31111, 0.01947],
    [0.20528, 0.62567, 0.06087],
    [0.14919, 0.06322, 0.74457],
];

/// The curve of sRGB as a formula.
pub(crate) const SRGB_CURVE: [u8; 32] =
    *b"para\0\0\0\0\0\x03\0\0\0\x02\x66\x69\0\0\xf2\xa7\0\0\x0d\x59\0\0\x13\xd0\0\0\x0a\x5b";

fn fixed(number: f32) -> [u8; 4] {
    ((number * 65536.0).round() as i32).to_be_bytes()
}

/// Returns an ICC profile of version 2 with these tags.
fn profile_of(space: &[u8; 4], connection: &[u8; 4], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut file = vec![0; 128];
    file[8] = 2;
    file[12..16].copy_from_slice(b"mntr");
    file[16..20].copy_from_slice(space);
    file[20..24].copy_from_slice(connection);
    file[36..40].copy_from_slice(b"acsp");
    file.extend((tags.len() as u32).to_be_bytes());
    let mut offset = 132 + 12 * tags.len();
    for (name, content) in tags {
        file.extend_from_slice(*name);
        file.extend((offset as u32).to_be_bytes());
        file.extend((content.len() as u32).to_be_bytes());
        offset += content.len().next_multiple_of(4);
    }
    for (_, content) in tags {
        file.extend(content);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    let length = file.len() as u32;
    file[..4].copy_from_slice(&length.to_be_bytes());
    file
}

/// Returns a profile with a matrix, for RGB; with a curve, for grey.
pub(crate) fn profile(space: &[u8; 4], primaries: [[f32; 3]; 3], curve: &[u8]) -> Vec<u8> {
    let xyz = |xyz: [f32; 3]| [b"XYZ \0\0\0\0", xyz.map(fixed).as_flattened()].concat();
    let curve = || curve.to_vec();
    if space == b"GRAY" {
        return profile_of(space, b"XYZ ", &[(b"kTRC", curve())]);
    }
    let [red, green, blue] = primaries.map(xyz);
    profile_of(
        space,
        b"XYZ ",
        &[
            (b"rXYZ", red),
            (b"gXYZ", green),
            (b"bXYZ", blue),
            (b"rTRC", curve()),
            (b"gTRC", curve()),
            (b"bTRC", curve()),
        ],
    )
}

/// Returns a profile for CMYK with this many nodes for each ink. L* falls with the sum of the inks.
pub(crate) fn cmyk_profile(nodes: usize) -> Vec<u8> {
    let mut table = b"mft2\0\0\0\0\x04\x03".to_vec();
    table.extend([nodes as u8, 0]);
    table.extend([0; 36]);
    table.extend([0, 2, 0, 2]);
    let straight = [0, 0, 0xff, 0xff];
    table.extend(straight.repeat(4));
    for at in 0..nodes.pow(4) {
        let place = |axis: u32| at / nodes.pow(axis) % (nodes);
        let cmyk = (0..4).map(place).sum::<usize>() as f32 / (4 * (nodes - 1)) as f32;
        // All inks together have L* = 10, and black alone 32.
        let l = (100.0 - 90.0 * cmyk) / 100.0 * 65280.0;
        for value in [l as u16, 0x8000, 0x8000] {
            table.extend(value.to_be_bytes());
        }
    }
    table.extend(straight.repeat(3));
    profile_of(b"CMYK", b"Lab ", &[(b"A2B0", table)])
}

/// Returns a profile for RGB with all elements of the type lutAToB, approximately sRGB.
pub(crate) fn staged_profile() -> Vec<u8> {
    let line = b"curv\0\0\0\0\0\0\0\0";
    let mut table = b"mAB \0\0\0\0\x03\x03\0\0".to_vec();
    let (b, matrix, m, clut, a) = (32, 68, 116, 212, 256);
    for offset in [b, matrix, m, clut, a] {
        table.extend((offset as u32).to_be_bytes());
    }
    table.extend(line.repeat(3));
    let half = |place: (usize, usize)| fixed(SRGB[place.1][place.0] / 2.0);
    for row in 0..3 {
        (0..3).for_each(|column| table.extend(half((row, column))));
    }
    table.extend([0; 12]);
    table.extend(SRGB_CURVE.repeat(3));
    table.extend([2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    for node in 0..8 {
        table.extend([4, 2, 1].map(|bit| if node & bit == 0 { 0 } else { 255 }));
    }
    table.extend(line.repeat(3));
    profile_of(b"RGB ", b"XYZ ", &[(b"A2B0", table)])
}

//! PNG files built chunk by chunk, valid or not.

/// Whether a file is interlaced in seven passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Adam7 {
    No,
    Yes,
}

pub(crate) fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32).to_be_bytes();
    let checksum = letterbox_png::checksum(kind, content).to_be_bytes();
    [&length[..], kind, content, &checksum].concat()
}

/// Builds a header for 8 bits a sample.
pub(crate) fn header(width: u32, height: u32, colour_type: u8, interlaced: Adam7) -> Vec<u8> {
    let mut content = [width.to_be_bytes(), height.to_be_bytes()].concat();
    content.extend([8, colour_type, 0, 0, u8::from(interlaced == Adam7::Yes)]);
    chunk(b"IHDR", &content)
}

pub(crate) fn file(header: Vec<u8>, chunks: &[Vec<u8>]) -> Vec<u8> {
    let start = [b"\x89PNG\r\n\x1a\n".to_vec(), header].concat();
    [start, chunks.concat(), chunk(b"IEND", &[])].concat()
}

/// Makes the rows of the seven passes (PNG, clause 8.2), without a filter.
pub(crate) fn adam7(
    width: usize,
    height: usize,
    pixel: impl Fn(usize, usize) -> Vec<u8>,
) -> Vec<u8> {
    let mut rows = Vec::new();
    for (x, y, right, down) in [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ] {
        for y in (y..height).step_by(down) {
            rows.push(0);
            (x..width)
                .step_by(right)
                .for_each(|x| rows.extend(pixel(x, y)));
        }
    }
    rows
}

/// Compresses a zlib stream as well as the `png` crate does: takes the data of a file with one row
/// of grey pixels, whose first byte is a filter of none.
pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let rest = &bytes[1..];
    assert_eq!(bytes[0], 0, "a row's filter");
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, rest.len() as u32, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let writer = encoder.write_header();
    writer
        .and_then(|mut writer| writer.write_image_data(rest))
        .expect("a valid PNG");
    let mut data = Vec::new();
    let mut at = 8;
    while at < file.len() {
        let length = u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes")) as usize;
        if &file[at + 4..at + 8] == b"IDAT" {
            data.extend_from_slice(&file[at + 8..at + 8 + length]);
        }
        at += length + 12;
    }
    data
}

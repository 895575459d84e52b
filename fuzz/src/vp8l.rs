//! Checks any stream of VP8L: the survey and the decoder agree on success or error, a successful
//! decoding has every row, and memory is at most what `peak_bytes` says, and hardly less.

use letterbox_vp8l::{Decoder, Error, Shape, peak_bytes};

use letterbox_testkit::counting::most;

/// Most pixels of a picture that is decoded; larger ones take time and find no other bugs.
const MOST_PIXELS: u32 = 1 << 14;

/// Most bytes for which a decoder is created.
const MOST_BYTES: u64 = 8 << 20;

/// Bytes of the codes of a small auxiliary image, which are freed before the end.
const SLACK: u64 = 32 << 10;

/// Runs the target. An input is a file; the stream begins behind the first chunk name and length in
/// the file. Without one, the whole input is an alpha stream of 50 x 40 pixels.
pub fn run(file: &[u8]) {
    let name = file.windows(4).position(|name| name == b"VP8L");
    let (stream, shape) = match name {
        Some(at) => {
            let stream = file.get(at + 8..).unwrap_or_default();
            match Shape::of(stream) {
                Ok(shape) => (stream, shape),
                Err(_) => return,
            }
        }
        None => (file, Shape::of_alpha(50, 40)),
    };
    if shape.width * shape.height > MOST_PIXELS {
        return;
    }
    let surveyed = peak_bytes(stream, shape, MOST_BYTES);
    if surveyed.is_ok_and(|bytes| bytes > MOST_BYTES) {
        return;
    }
    let (decoded, held) = most(|| rows(stream, shape));
    match surveyed {
        Ok(bytes) => {
            assert!(held as u64 <= bytes, "{held} bytes, {bytes} said");
            let is_exact = decoded.is_err() || held as u64 + SLACK >= bytes;
            assert!(is_exact, "{held} bytes, {bytes} said");
        }
        Err(error) => assert_eq!(decoded, Err(error), "what is refused is refused by both"),
    }
}

fn rows(stream: &[u8], shape: Shape) -> Result<(), Error> {
    let mut decoder = Decoder::new(stream, shape)?;
    let mut rows = 0;
    while let Some(row) = decoder.row()? {
        assert_eq!(row.len(), shape.width as usize, "rows are of one length");
        rows += 1;
    }
    assert_eq!(rows, shape.height, "every row is there");
    Ok(())
}

//! Any stream of VP8L: what is surveyed is decoded or refused for the same reason, every row is there where it ends well, and what is held meanwhile is
//! no more than `peak_bytes` says, and hardly less.

use letterbox_vp8l::{Decoder, Error, Shape, peak_bytes};

use letterbox_testkit::counting::most;

/// Pixels above which a picture is left alone: the bugs are in small ones too.
const MOST_PIXELS: u32 = 1 << 14;

/// Bytes above which a decoder is not made.
const MOST_BYTES: u64 = 8 << 20;

/// Memory of the codes of a small image meanwhile, and at the end no more.
const SLACK: u64 = 32 << 10;

/// The target. An input is a file; what counts is behind the first name and length of a stream in it. Where there is none, all of it is a stream of alpha, of
/// 50 x 40 pixels.
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

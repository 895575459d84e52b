//! The frame of any lossy WebP: as pixels and as planes it ends in the same way, every row is there where it ends well, and what is held
//! meanwhile is what `peak_bytes` says.

use letterbox_vp8::{Decoder, Error, Header};

use letterbox_testkit::counting::most;

/// Pixels above which a picture is left alone: the bugs are in small ones too.
const MOST_PIXELS: u32 = 1 << 13;

/// The target. An input is a file; what counts is behind the first name and length of a frame in it.
pub fn run(file: &[u8]) {
    let Some(name) = file.windows(4).position(|name| name == b"VP8 ") else {
        return;
    };
    let frame = file.get(name + 8..).unwrap_or_default();
    let Ok(header) = Header::parse(frame) else {
        assert!(Decoder::new(frame).is_err(), "the header is part of it");
        return;
    };
    if header.width * header.height > MOST_PIXELS {
        return;
    }
    let pixels = held(header.width, false, || pixels(frame, &header));
    let planes = held(header.width, true, || planes(frame, &header));
    assert_eq!(pixels, planes, "pixels are made of planes");
}

/// What a call returns, which is to allocate what is said of decoding.
fn held(width: u32, planes: bool, call: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    let (end, held) = most(call);
    let said = Decoder::peak_bytes(width, planes);
    assert!(held as u64 <= said, "{held} bytes, {said} said");
    assert!(
        end.is_err() || held as u64 == said,
        "{held} bytes, {said} said"
    );
    end
}

fn pixels(frame: &[u8], header: &Header) -> Result<(), Error> {
    let mut rows = 0;
    Decoder::new(frame)?.rgb(|row| {
        assert_eq!(
            row.len(),
            3 * header.width as usize,
            "rows are of one length"
        );
        rows += 1;
        Ok::<(), Error>(())
    })?;
    assert_eq!(rows, header.height, "every row is there");
    Ok(())
}

fn planes(frame: &[u8], header: &Header) -> Result<(), Error> {
    let half = |length: u32| length.div_ceil(2);
    let columns = [header.width, half(header.width), half(header.width)];
    let mut rows = [0; 3];
    Decoder::new(frame)?.planes(|plane, row| {
        assert_eq!(row.len(), columns[plane] as usize, "rows are of one length");
        rows[plane] += 1;
        Ok::<(), Error>(())
    })?;
    let expected = [header.height, half(header.height), half(header.height)];
    assert_eq!(rows, expected, "every row is there");
    Ok(())
}

//! Checks the frame of any lossy WebP: decoding to pixels and to planes ends in the same way, a
//! successful decoding has every row, and memory is what `peak_bytes` says.

use letterbox_vp8::{Decoder, Error, Header};

use letterbox_testkit::counting::most;

/// Most pixels of a picture that is decoded; larger ones take time and find no other bugs.
const MOST_PIXELS: u32 = 1 << 13;

/// Runs the target. An input is a file; the frame begins behind the first chunk name and length in
/// the file.
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

/// Runs `call`, and checks that it allocates what `peak_bytes` promises.
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

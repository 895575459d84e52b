//! Checks that a PNG in pieces gives the same result as in one piece, rows or error, and that
//! memory stays within `peak_bytes`.

use letterbox_png::{Decoder, Error};

use crate::checksums;
use crate::pieces::Pieces;
use letterbox_testkit::counting::most;

/// Bytes of rows after which decoding stops.
const MOST: usize = 1 << 18;

/// Widest row that is decoded. A wider one finds nothing new, because its rows are allocated before
/// they have content.
const WIDEST: u32 = 1 << 13;

/// Bytes that a decoder may hold without an image: kept chunks.
const SMALL: u64 = 4 << 10;

/// Runs the target. An input is three bytes for the lengths of pieces, one byte that tells whether
/// checksums are mended, and the file.
pub fn run(bytes: &[u8]) {
    let Some((&[a, b, c, kind], file)) = bytes.split_first_chunk::<4>() else {
        return;
    };
    let file = if kind % 2 == 0 {
        &checksums::mended(file)
    } else {
        file
    };
    if width(file) > WIDEST {
        return;
    }
    let (whole, its_end) = decode([file].into_iter());
    let (pieces, end) = decode(Pieces::of([a, b, c]).cut(file));
    match (its_end, end) {
        (Err(Stop::Large), _) | (_, Err(Stop::Large)) => {}
        // In one piece, damage is found before the rows in front of it are handed out.
        (Err(Stop::File(Error::Corrupt(_))), Err(Stop::File(Error::Corrupt(_)))) => {
            let count = whole.len().min(pieces.len());
            assert!(
                whole[..count] == pieces[..count],
                "the pieces give other rows"
            );
        }
        (its_end, end) => assert!(
            its_end == end && whole == pieces,
            "{its_end:?} of it all, {end:?} of the pieces"
        ),
    }
}

/// Returns the bytes in the place of a PNG's width.
fn width(file: &[u8]) -> u32 {
    let field = file.get(16..).and_then(|rest| rest.first_chunk());
    field.map_or(0, |field| u32::from_be_bytes(*field))
}

/// Reason why there are no more rows.
#[derive(Debug, PartialEq)]
enum Stop {
    File(Error),
    Large,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::File(error)
    }
}

/// Decodes the pieces and returns all rows end to end, and how decoding ended.
fn decode<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<u8>, Result<(), Stop>) {
    let mut rows = Vec::with_capacity(MOST);
    let mut decoder = Decoder::new();
    let (mut length, mut channels) = (None, 4);
    let (end, held) = most(|| {
        for piece in pieces {
            decoder.push(piece, &mut |row: &[u8]| {
                let row_bytes = *length.get_or_insert(row.len());
                assert_eq!(row.len(), row_bytes, "rows are of one length");
                if rows.len() + row.len() > MOST {
                    return Err(Stop::Large);
                }
                rows.extend_from_slice(row);
                Ok(())
            })?;
        }
        decoder.finish().map_err(Stop::File)
    });
    let said = decoder.header().map_or(SMALL, |header| {
        let width = header.width as usize;
        if let Some(row_bytes) = length {
            assert_eq!(row_bytes % width, 0, "whole pixels");
            channels = row_bytes / width;
        }
        if end.is_ok() {
            assert_eq!(
                rows.len(),
                width * channels * header.height as usize,
                "every pixel is there"
            );
        }
        let bits = header.colour.samples() as u32 * u32::from(header.depth);
        Decoder::peak_bytes(header.width, bits, channels)
    });
    assert!(
        held as u64 <= said,
        "{held} bytes where {said} are the most"
    );
    (rows, end)
}

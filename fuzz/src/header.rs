//! Checks the header of any file: the parsed header or error does not depend on how many bytes have
//! come, and hardly anything is allocated.

use letterbox_engine::header::Header;

use crate::pieces::Pieces;
use letterbox_testkit::counting::most;

/// Parses after which the target stops; each costs as much as the header is long.
const LOOKS: usize = 64;

/// Most bytes that parsing may allocate: a PNG's colour profile is compressed together with its
/// length, and an inflater has tables.
const MOST_BYTES: usize = 48 << 10;

/// Runs the target. An input is three bytes for the lengths of pieces, and the file.
pub fn run(bytes: &[u8]) {
    let Some((&lengths, file)) = bytes.split_first_chunk::<3>() else {
        return;
    };
    let parse = |end: usize, complete| {
        let (parsed, allocated) = most(|| Header::parse(&file[..end], complete));
        assert!(allocated <= MOST_BYTES, "{allocated} bytes allocated");
        parsed
    };
    let whole = parse(file.len(), true);
    assert_ne!(whole, Ok(None), "a complete file needs no more");
    let ends = Pieces::of(lengths).cut(file).scan(0, |end, piece| {
        *end += piece.len();
        Some(*end)
    });
    for end in ends.take(LOOKS) {
        let start = parse(end, false);
        assert!(
            start == Ok(None) || start == whole,
            "{start:?} after {end} bytes, {whole:?} of all"
        );
        // A truncated file is refused as no image, refused as truncated, or had a complete header.
        assert_ne!(parse(end, true), Ok(None), "after {end} bytes");
    }
}

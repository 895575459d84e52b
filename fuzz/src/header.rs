//! The first bytes of any file: however many of them are there, the header is the same, or the same thing is wrong with it, and next to
//! nothing is allocated to find out.

use letterbox_engine::header::Header;

use crate::pieces::Pieces;
use letterbox_testkit::counting::most;

/// Looks after which nothing new is to be seen; each costs as much as the header is long.
const LOOKS: usize = 64;

/// What looking may take: the length of a PNG's colour profile is packed with it, and an inflater has tables.
const MOST_BYTES: usize = 48 << 10;

/// The target. An input is three bytes that say how the file is cut, and the file.
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
        // What breaks off is told to be no image at all, or to break off, or it was all there.
        assert_ne!(parse(end, true), Ok(None), "after {end} bytes");
    }
}

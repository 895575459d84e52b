//! A file in pieces gives what it gives in one: the same header, rows, status or error.
#![no_main]

use letterbox_fuzz::{End, Input, cut, walk};
use letterbox_jpeg::{Decoder, Scale};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(Input {
        scale,
        pieces,
        file,
    }) = Input::read(bytes)
    {
        let whole = outcome(scale, [file].into_iter());
        assert!(
            outcome(scale, cut(file, &pieces)) == whole,
            "cut by {pieces:?}"
        );
    }
});

/// All that a caller can see: the header as text, the rows end to end, and the end.
fn outcome<'a>(scale: Scale, pieces: impl Iterator<Item = &'a [u8]>) -> (String, Vec<u8>, End) {
    let (mut header, mut rows) = (String::new(), Vec::new());
    let end = walk(
        &mut Decoder::new(),
        scale,
        pieces,
        |decoder| header = format!("{:?}", decoder.header()),
        |row| rows.extend_from_slice(row),
    );
    (header, rows, end)
}

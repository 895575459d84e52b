//! Checks that a file in pieces gives the same header, rows, status or error as in one piece.

use letterbox_jpeg::Limits;

use super::{End, Input, walk};

/// Runs the target.
pub fn run(bytes: &[u8]) {
    if let Some(mut input) = Input::read(bytes) {
        // A file that comes in one piece is resident at once, whether it has to be or not.
        input.limits.resident_bytes = Limits::default().resident_bytes;
        let whole = outcome(&input, [input.file].into_iter());
        assert!(
            outcome(&input, input.pieces()) == whole,
            "the pieces give something else"
        );
    }
}

/// Returns everything that a caller can see: the header as text, the rows end to end with their
/// components, and the end.
fn outcome<'a>(input: &Input, pieces: impl Iterator<Item = &'a [u8]>) -> (String, Vec<u8>, End) {
    let (mut header, mut rows) = (String::new(), Vec::new());
    let end = walk(
        input,
        pieces,
        |decoder| header = format!("{:?}", decoder.header()),
        |component, row| {
            rows.push(component as u8);
            rows.extend_from_slice(row);
        },
    );
    (header, rows, end)
}

//! Checks any bytes as a zlib stream: no panic, and the same output in pieces of input and of room
//! as at once.
#![no_main]

use letterbox_inflate::Inflate;
use libfuzzer_sys::fuzz_target;

/// Most bytes of output.
const MOST: usize = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    if let Some((&[input, room], stream)) = bytes.split_first_chunk::<2>() {
        let whole = inflate(stream, stream.len().max(1), MOST);
        let pieces = inflate(stream, usize::from(input) + 1, usize::from(room) * 4 + 1);
        assert!(whole == pieces, "input by {input}, room by {room}");
    }
});

/// Inflates a stream and returns the output, and whether the stream is complete; `None` if it is
/// damaged.
fn inflate(stream: &[u8], input: usize, room: usize) -> Option<(Vec<u8>, bool)> {
    let mut inflate = Inflate::new().expect("enough memory");
    let (mut output, mut filled) = (vec![0; MOST], 0);
    for mut piece in stream.chunks(input) {
        loop {
            let end = MOST.min(filled + room);
            let (used, made) = inflate.read(piece, &mut output[..end], filled).ok()?;
            filled += made;
            piece = &piece[used..];
            if inflate.is_done() || filled < end || filled == MOST {
                break;
            }
        }
    }
    // At the end of the room, the pieces decide how far damage is noticed.
    if filled == MOST {
        return None;
    }
    output.truncate(filled);
    Some((output, inflate.is_done()))
}

//! Streams of all kinds compared with another inflate, in pieces of input and of room.

use letterbox_inflate::{Error, Inflate};
use letterbox_testkit::Noise;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib;

/// Inflates `input` bytes at a time, with room for `room` bytes at a time behind a window of 32
/// KiB.
///
/// Runs once without spare bytes behind the room and once with some, which takes the fast path;
/// both results must be equal.
fn inflate(stream: &[u8], input: usize, room: usize) -> Result<Vec<u8>, Error> {
    let short = inflate_before(stream, input, room, 0);
    let long = inflate_before(stream, input, room, 2000);
    assert!(short == long, "what is behind the room makes a difference");
    short
}

/// Inflates with `more` bytes behind the room, which must stay as they are.
fn inflate_before(stream: &[u8], input: usize, room: usize, more: usize) -> Result<Vec<u8>, Error> {
    const REACH: usize = 32 << 10;
    let (mut inflate, mut filled) = (Inflate::new()?, 0);
    let full = REACH + room;
    let mut window = vec![0; full];
    window.resize(full + more, 7);
    let mut output = Vec::new();
    for mut piece in stream.chunks(input) {
        loop {
            if filled == full {
                window.copy_within(room..full, 0);
                filled = REACH;
            }
            let end = full.min(filled + room);
            let (used, made) = inflate.read_to(piece, &mut window, filled, end)?;
            output.extend_from_slice(&window[filled..filled + made]);
            filled += made;
            piece = &piece[used..];
            if inflate.is_done() {
                assert!(window[full..].iter().all(|&byte| byte == 7));
                return Ok(output);
            }
            if filled < end {
                assert_eq!(piece.len(), 0, "input is left where there is room");
                break;
            }
        }
    }
    Err(Error::Corrupt) // it breaks off
}

fn random() -> impl FnMut() -> u32 {
    let mut noise = Noise(1);
    move || noise.bits(16)
}

/// Contents of many kinds: noise, few values, runs, repeats near and far, and the differences that
/// a filter leaves of a photo.
fn contents() -> Vec<Vec<u8>> {
    let mut next = random();
    let mut noise = |count: usize, mask: u32| (0..count).map(|_| (next() & mask) as u8).collect();
    let (short, few, all): (Vec<u8>, Vec<u8>, Vec<u8>) =
        (noise(700, 255), noise(60_000, 7), noise(60_000, 255));
    let mut next = random();
    let peaked = (0..90_000).map(|_| {
        let (a, b) = (next() & 15, next() & 15);
        (a as u8).wrapping_sub(b as u8)
    });
    let patterns = (1..40).flat_map(|period| {
        let pattern: Vec<u8> = (0..period).map(|at| (at * 7 + period) as u8).collect();
        pattern.into_iter().cycle().take(700)
    });
    vec![
        vec![],
        vec![7],
        vec![0; 100_000],
        patterns.collect(),
        peaked.collect(),
        [&short[..], &few, &short, &all, &short].concat(),
        few,
        all,
    ]
}

#[test]
fn every_kind_of_content_at_every_level() {
    for content in contents() {
        for level in 0..=10 {
            let stream = compress_to_vec_zlib(&content, level);
            for (input, room) in [(usize::MAX, 1 << 20), (4096, 32_768), (100, 1000)] {
                let found = inflate(&stream, input.min(stream.len()), room);
                assert!(
                    found.as_ref() == Ok(&content),
                    "level {level}, {input}, {room}"
                );
            }
        }
    }
}

#[test]
fn input_and_room_may_end_anywhere() {
    for content in contents() {
        let content = &content[..content.len().min(3000)];
        for level in [0, 1, 6] {
            let stream = compress_to_vec_zlib(content, level);
            for (input, room) in [(1, 1), (1, 10_000), (7, 3), (stream.len(), 1), (50, 290)] {
                let found = inflate(&stream, input, room);
                assert!(
                    found.as_deref() == Ok(content),
                    "level {level}, {input}, {room}"
                );
            }
        }
    }
}

#[test]
fn a_stream_that_breaks_off_is_not_done() {
    let stream = compress_to_vec_zlib(&contents()[4][..2000], 6);
    for end in 1..stream.len() - 4 {
        assert_eq!(
            inflate(&stream[..end], 9, 300),
            Err(Error::Corrupt),
            "{end}"
        );
    }
    assert!(
        inflate(&stream[..stream.len() - 4], 9, 300).is_ok(),
        "the checksum is not needed"
    );
}

#[test]
fn a_damaged_stream_is_what_the_other_inflate_says_or_refused() {
    for content in contents() {
        for level in [0, 1, 6] {
            let stream = compress_to_vec_zlib(&content[..content.len().min(2000)], level);
            for at in 0..stream.len() - 4 {
                for change in [1, 0x10, 0x80, 0xff] {
                    let mut stream = stream.clone();
                    stream[at] ^= change;
                    let whole = inflate(&stream, stream.len(), 1 << 20);
                    let pieces = inflate(&stream, 5, 777);
                    assert!(whole == pieces, "level {level}, changed at {at}");
                    // Changed content has another checksum, so a stream that the other inflate
                    // refuses for that reason alone cannot be compared.
                    if let (Ok(ours), Ok(theirs)) = (&whole, &decompress_to_vec_zlib(&stream)) {
                        assert!(ours == theirs, "level {level}, changed at {at}");
                    }
                }
            }
        }
    }
}

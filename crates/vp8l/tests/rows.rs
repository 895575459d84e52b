//! Rows of this crate compared with those of `image-webp`: made files of every kind, the seeds of
//! fuzzing, and a corpus where there is one.

use std::io::Cursor;
use std::path::PathBuf;

use image_webp::WebPDecoder;
use letterbox_testkit::{corpus, files};
use letterbox_vp8l::{Decoder, Error, Shape, peak_bytes};

/// Returns the content of a file's first `VP8L` chunk, as far as it is there.
fn stream(file: &[u8]) -> Option<&[u8]> {
    let mut at = 12;
    while let Some(header) = file.get(at..at + 8) {
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let end = (at + 8).saturating_add(length).min(file.len());
        if &header[..4] == b"VP8L" {
            return Some(&file[at + 8..end]);
        }
        at = end + length % 2;
    }
    None
}

/// Builds a file that contains only a stream.
fn file(stream: &[u8]) -> Vec<u8> {
    let mut chunk = stream.to_vec();
    chunk.resize(stream.len().next_multiple_of(2), 0);
    let length = |bytes: usize| (bytes as u32).to_le_bytes();
    let riff: [&[u8]; 3] = [b"RIFF", &length(12 + chunk.len()), b"WEBPVP8L"];
    [&riff.concat(), &length(stream.len())[..], &chunk].concat()
}

/// Decodes a stream and returns all pixels end to end.
fn rgba(stream: &[u8]) -> Result<Vec<u8>, Error> {
    let shape = Shape::of(stream)?;
    let surveyed = peak_bytes(stream, shape, u64::MAX);
    let decoder = Decoder::new(stream, shape);
    assert_eq!(surveyed.err(), decoder.as_ref().err().copied());
    let (mut decoder, mut pixels) = (decoder?, Vec::new());
    while let Some(row) = decoder.row()? {
        pixels.extend(row.iter().flat_map(|argb| {
            let [blue, green, red, alpha] = argb.to_le_bytes();
            [red, green, blue, alpha]
        }));
    }
    Ok(pixels)
}

/// Decodes the stream with `image-webp`.
fn expected(stream: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = WebPDecoder::new(Cursor::new(file(stream))).ok()?;
    let mut pixels = vec![0; decoder.output_buffer_size()?];
    decoder.read_image(&mut pixels).ok()?;
    if decoder.has_alpha() {
        return Some(pixels);
    }
    let pixels = pixels.as_chunks::<3>().0.iter();
    Some(pixels.flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect())
}

/// Streams of files in the repository: made to have everything in them that an encoder knows, and
/// what fuzzing starts from.
fn streams() -> Vec<(PathBuf, Vec<u8>)> {
    let files = ["crates/vp8l/tests/files", "fuzz/seeds"].map(|folder| files(folder, ".webp"));
    let of = |(path, file): (PathBuf, Vec<u8>)| Some((path, stream(&file)?.to_vec()));
    let streams: Vec<_> = files.into_iter().flatten().filter_map(of).collect();
    assert!(streams.len() > 20, "{}", streams.len());
    streams
}

#[test]
fn rows_are_those_of_the_reference() {
    for (path, stream) in streams() {
        let theirs = expected(&stream).expect("a good file");
        let ours = rgba(&stream);
        assert!(
            ours.as_ref() == Ok(&theirs),
            "{}: {:?}",
            path.display(),
            ours.err()
        );
    }
}

#[test]
fn the_corpus_is_read_as_the_reference_reads_it() {
    let Some(corpus) = corpus() else { return };
    let (mut same, mut refused) = (0, 0);
    for path in corpus.paths("webp") {
        let file = std::fs::read(&path).expect("a file");
        let Some(stream) = stream(&file) else {
            continue; // lossy
        };
        match (rgba(stream), expected(stream)) {
            (Ok(ours), Some(theirs)) => {
                assert!(ours == theirs, "{}", path.display());
                same += 1;
            }
            (Err(_), None) => refused += 1,
            (ours, theirs) => panic!(
                "{}: ours {:?}, theirs {:?}",
                path.display(),
                ours.map(|rows| rows.len()),
                theirs.map(|rows| rows.len())
            ),
        }
    }
    println!("{same} streams of the corpus are the same, and {refused} are refused");
}

#[test]
fn what_breaks_off_is_refused_wherever_it_does() {
    for (path, stream) in streams() {
        let step = stream.len().div_ceil(300).max(1);
        for end in (0..stream.len() - 1).step_by(step) {
            let cut = rgba(&stream[..end]).map(|rows| rows.len());
            assert_eq!(
                cut,
                Err(Error::Truncated),
                "{}, {end} bytes",
                path.display()
            );
        }
    }
}

/// The reference accepts some codes that this crate and libwebp refuse, and refuses predictors that
/// are not used.
#[test]
fn damage_is_refused_or_shown_as_the_reference_shows_it() {
    let (mut same, mut refused, mut other) = (0, 0, 0);
    for (_, stream) in streams() {
        if stream.len() > 20_000 {
            continue;
        }
        for at in (5..stream.len().min(400)).step_by(3) {
            let mut damaged = stream.clone();
            damaged[at] ^= 1 << (at % 8);
            match (rgba(&damaged), expected(&damaged)) {
                (Ok(ours), Some(theirs)) if ours == theirs => same += 1,
                (Err(_), None) => refused += 1,
                _ => other += 1,
            }
        }
    }
    println!("{same} the same, {refused} refused by both, {other} other");
    assert!(same > 100 && refused > 100 && other * 20 < same + refused);
}

#[test]
fn what_is_no_stream_is_refused_by_name() {
    let (_, good) = streams().swap_remove(0);
    let with = |at: usize, change: fn(u8) -> u8| {
        let mut stream = good.clone();
        stream[at] = change(stream[at]);
        Shape::of(&stream).expect_err("no good stream").to_string()
    };
    assert!(with(0, |byte| byte ^ 1).contains("signature"));
    assert!(with(4, |byte| byte | 0x20).contains("version"));
    let shape = Shape::of(&good).expect("a good stream");
    let narrow = Shape {
        width: shape.width - 1,
        ..shape
    };
    let fault = Decoder::new(&good, narrow).err().expect("another size");
    assert!(fault.to_string().contains("another size"), "{fault}");
    assert!(Decoder::new(&good, Shape::of_alpha(0, 5)).is_err());
    assert!(Decoder::new(&good, Shape::of_alpha(5, 16_385)).is_err());
}

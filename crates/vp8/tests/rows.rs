//! Rows of this crate compared with those of `image-webp`: made files of every kind, the seeds of
//! fuzzing, and a corpus where there is one.

use std::io::Cursor;
use std::path::PathBuf;

use image_webp::WebPDecoder;
use letterbox_testkit::{corpus, files};
use letterbox_vp8::{Decoder, Error, Header};

/// Returns the content of a file's first `VP8 ` chunk, as far as it is there.
fn frame(file: &[u8]) -> Option<&[u8]> {
    let mut at = 12;
    while let Some(header) = file.get(at..at + 8) {
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let end = (at + 8).saturating_add(length).min(file.len());
        if &header[..4] == b"VP8 " {
            return Some(&file[at + 8..end]);
        }
        at = end + length % 2;
    }
    None
}

/// Builds a file that contains only a frame.
fn file(frame: &[u8]) -> Vec<u8> {
    let mut chunk = frame.to_vec();
    chunk.resize(frame.len().next_multiple_of(2), 0);
    let length = |bytes: usize| (bytes as u32).to_le_bytes();
    let riff: [&[u8]; 3] = [b"RIFF", &length(12 + chunk.len()), b"WEBPVP8 "];
    [&riff.concat(), &length(frame.len())[..], &chunk].concat()
}

/// Decodes a frame and returns all pixels end to end.
fn rgb(frame: &[u8]) -> Result<Vec<u8>, Error> {
    let mut pixels = Vec::new();
    Decoder::new(frame)?.rgb(|row: &[u8]| {
        pixels.extend_from_slice(row);
        Ok::<(), Error>(())
    })?;
    Ok(pixels)
}

/// Decodes the frame with `image-webp`.
fn expected(frame: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = WebPDecoder::new(Cursor::new(file(frame))).ok()?;
    let mut pixels = vec![0; decoder.output_buffer_size()?];
    decoder.read_image(&mut pixels).ok()?;
    Some(pixels)
}

/// Frames of files in the repository: made to have everything in them that an encoder knows, and
/// what fuzzing starts from.
fn frames() -> Vec<(PathBuf, Vec<u8>)> {
    let files = ["crates/vp8/tests/files", "fuzz/seeds"].map(|folder| files(folder, ".webp"));
    let of = |(path, file): (PathBuf, Vec<u8>)| Some((path, frame(&file)?.to_vec()));
    let frames: Vec<_> = files.into_iter().flatten().filter_map(of).collect();
    assert!(frames.len() > 14, "{}", frames.len());
    frames
}

#[test]
fn rows_are_those_of_the_reference() {
    for (path, frame) in frames() {
        let (ours, theirs) = (rgb(&frame), expected(&frame));
        let theirs = theirs.expect("a good file");
        assert!(ours.expect("a good file") == theirs, "{}", path.display());
    }
}

#[test]
fn the_corpus_is_read_as_the_reference_reads_it() {
    let Some(corpus) = corpus() else { return };
    let (mut same, mut refused) = (0, 0);
    for path in corpus.paths("webp") {
        let file = std::fs::read(&path).expect("a file");
        let Some(frame) = frame(&file) else {
            continue; // lossless
        };
        match (rgb(frame), expected(frame)) {
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
    println!("{same} frames of the corpus are the same, and {refused} are refused");
}

#[test]
fn planes_are_what_pixels_are_made_of() {
    for (path, frame) in frames() {
        let decoder = Decoder::new(&frame).expect("a good file");
        let Header { width, height, .. } = decoder.header();
        let (width, height) = (width as usize, height as usize);
        let mut planes = [const { Vec::new() }; 3];
        let taken = decoder.planes(|plane, row: &[u8]| {
            let columns = if plane == 0 { width } else { width.div_ceil(2) };
            assert_eq!(row.len(), columns, "rows are as long as their plane");
            planes[plane].push(row.to_vec());
            Ok::<(), Error>(())
        });
        assert_eq!(taken, Ok(()), "{}", path.display());
        let rows = planes.each_ref().map(Vec::len);
        assert_eq!(rows, [height, height.div_ceil(2), height.div_ceil(2)]);
        let mut pixels = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let luma = planes[0][y][x];
                let [blue, red] = [1, 2].map(|plane| interpolated(&planes[plane], x, y));
                pixels.extend(converted(luma, blue, red));
            }
        }
        assert!(rgb(&frame) == Ok(pixels), "{}", path.display());
    }
}

/// Interpolates chrominance at a pixel: nine, three, three and one sixteenths of the samples around
/// it.
fn interpolated(plane: &[Vec<u8>], x: usize, y: usize) -> u8 {
    let other = |at: usize, count: usize| {
        let beside = if at.is_multiple_of(2) {
            (at / 2).saturating_sub(1)
        } else {
            at / 2 + 1
        };
        beside.min(count - 1)
    };
    let (columns, rows) = (
        [x / 2, other(x, plane[0].len())],
        [y / 2, other(y, plane.len())],
    );
    let sample = |row: usize, column: usize| u32::from(plane[rows[row]][columns[column]]);
    let sum = 9 * sample(0, 0) + 3 * sample(0, 1) + 3 * sample(1, 0) + sample(1, 1);
    ((sum + 8) / 16) as u8
}

/// Converts a pixel by the equations of BT.601, in libwebp's fixed point.
fn converted(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    let product = |sample: u8, factor: i32| (i32::from(sample) * factor) >> 8;
    let y = product(luma, 19077);
    let red_sum = y + product(red, 26149) - 14234;
    let green_sum = y - product(blue, 6419) - product(red, 13320) + 8708;
    let blue_sum = y + product(blue, 33050) - 17685;
    [red_sum, green_sum, blue_sum].map(|sum| (sum >> 6).clamp(0, 255) as u8)
}

#[test]
fn what_breaks_off_is_refused_where_the_reference_refuses_it() {
    for (path, frame) in frames() {
        for end in 0..frame.len() {
            let (ours, theirs) = (rgb(&frame[..end]), expected(&frame[..end]));
            let same = match (&ours, &theirs) {
                (Ok(ours), Some(theirs)) => ours == theirs,
                (Err(Error::Truncated), None) => true,
                _ => false,
            };
            let ours = ours.map(|rows| rows.len());
            assert!(same, "{}, {end} bytes: {ours:?}", path.display());
        }
    }
}

#[test]
fn what_is_no_key_frame_to_be_shown_is_refused_by_name() {
    let (_, good) = frames().swap_remove(0);
    let with = |at: usize, change: fn(u8) -> u8| {
        let mut frame = good.clone();
        frame[at] = change(frame[at]);
        Decoder::new(&frame).expect_err("no good frame").to_string()
    };
    assert!(with(0, |byte| byte | 1).contains("another"));
    assert!(with(0, |byte| byte | 8).contains("shown"));
    assert!(with(0, |byte| byte & !0x10).contains("shown"));
    assert!(with(3, |byte| byte + 1).contains("start code"));
    let mut frame = good.clone();
    frame[6..8].fill(0);
    let fault = Decoder::new(&frame).expect_err("no good frame");
    assert!(fault.to_string().contains("no pixels"));
}

/// Values that no encoder writes wrap in 16 bits, as in libwebp's vectors, but not in the
/// reference.
#[test]
fn damage_is_shown_as_the_reference_shows_it() {
    let (mut same, mut other) = (0, 0);
    for (_, frame) in frames() {
        for at in (10..frame.len().min(400)).step_by(3) {
            let mut damaged = frame.clone();
            damaged[at] ^= 1 << (at % 8);
            match (rgb(&damaged), expected(&damaged)) {
                (Ok(ours), Some(theirs)) if ours == theirs => same += 1,
                (Ok(_), Some(_)) => other += 1,
                _ => {}
            }
        }
    }
    assert!(same > 1000 && other * 20 < same, "{same} and {other}");
}

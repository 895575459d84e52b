//! Rows of this crate compared with those of the crate `png`: made files of every kind, and a
//! corpus where there is one.

use std::io::Cursor;

use letterbox_png::{Decoder, Error};
use letterbox_testkit::{corpus, each};
use png::{BitDepth, ColorType, Filter, Limits, Transformations};

/// Decodes a file in pieces and returns all rows end to end.
fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, Error> {
    let (mut decoder, mut pixels) = (Decoder::new(), Vec::new());
    for piece in pieces {
        decoder.push(piece, &mut |row: &[u8]| {
            pixels.extend_from_slice(row);
            Ok::<(), Error>(())
        })?;
    }
    decoder.finish()?;
    Ok(pixels)
}

/// Decodes a file with the crate `png`; `None` if the file is interlaced.
fn expected(file: &[u8]) -> Result<Option<Vec<u8>>, png::DecodingError> {
    let limits = Limits { bytes: 1 << 20 };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(file), limits);
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info()?;
    if reader.info().interlaced {
        return Ok(None);
    }
    let mut pixels = Vec::new();
    while let Some(row) = reader.next_row()? {
        pixels.extend_from_slice(row.data());
    }
    Ok(Some(pixels))
}

const KINDS: [(ColorType, BitDepth); 15] = [
    (ColorType::Grayscale, BitDepth::One),
    (ColorType::Grayscale, BitDepth::Two),
    (ColorType::Grayscale, BitDepth::Four),
    (ColorType::Grayscale, BitDepth::Eight),
    (ColorType::Grayscale, BitDepth::Sixteen),
    (ColorType::Rgb, BitDepth::Eight),
    (ColorType::Rgb, BitDepth::Sixteen),
    (ColorType::Indexed, BitDepth::One),
    (ColorType::Indexed, BitDepth::Two),
    (ColorType::Indexed, BitDepth::Four),
    (ColorType::Indexed, BitDepth::Eight),
    (ColorType::GrayscaleAlpha, BitDepth::Eight),
    (ColorType::GrayscaleAlpha, BitDepth::Sixteen),
    (ColorType::Rgba, BitDepth::Eight),
    (ColorType::Rgba, BitDepth::Sixteen),
];

fn file(
    (colour, depth): (ColorType, BitDepth),
    transparency: bool,
    filter: Filter,
    (width, height): (u32, u32),
) -> Vec<u8> {
    let bits = colour.samples() * depth as usize * width as usize;
    let bytes = bits.div_ceil(8) * height as usize;
    // There are few different values, so that colours repeat and one of them is the transparent
    // one.
    let pixels: Vec<u8> = (0..bytes)
        .map(|at| ((at % 1000).pow(2) / 3 % 5 * 51) as u8)
        .collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.set_filter(filter);
    encoder.set_compression(png::Compression::Balanced);
    encoder.set_filter(filter);
    if colour == ColorType::Indexed {
        // A palette of 8 bits gets too few colours: missing ones are black.
        let colours = (1usize << (depth as usize).min(7)).min(100);
        encoder.set_palette(
            (0..colours * 3)
                .map(|at| (at * 29) as u8)
                .collect::<Vec<_>>(),
        );
    }
    if transparency {
        encoder.set_trns(match colour {
            ColorType::Indexed => vec![0, 128],
            ColorType::Grayscale if depth == BitDepth::Sixteen => vec![51, 51],
            ColorType::Grayscale => vec![0, if depth == BitDepth::Eight { 51 } else { 1 }],
            _ if depth == BitDepth::Eight => vec![0, 0, 0, 51, 0, 153],
            _ => vec![0, 0, 0, 51, 51, 153],
        });
    }
    let mut writer = encoder.write_header().expect("a valid header");
    writer
        .write_image_data(&pixels)
        .expect("as many bytes as said");
    writer.finish().expect("memory is writable");
    file
}

/// Makes files of every colour type and depth, with and without `tRNS`, with every filter.
fn files(size: (u32, u32)) -> impl Iterator<Item = Vec<u8>> {
    let filters = [
        Filter::NoFilter,
        Filter::Sub,
        Filter::Up,
        Filter::Avg,
        Filter::Paeth,
    ];
    let kinds = KINDS
        .into_iter()
        .flat_map(|kind| [(kind, false), (kind, true)]);
    let possible = kinds.filter(|((colour, _), transparency)| {
        !transparency || !matches!(colour, ColorType::GrayscaleAlpha | ColorType::Rgba)
    });
    possible.flat_map(move |(kind, transparency)| {
        filters.map(|filter| file(kind, transparency, filter, size))
    })
}

#[test]
fn every_kind_of_file_has_the_rows_of_the_other_decoder() {
    for size in [(1, 1), (2, 3), (7, 5), (33, 17), (5000, 40)] {
        for file in files(size) {
            let expected = expected(&file)
                .expect("a good file")
                .expect("not interlaced");
            assert_eq!(decode([&file[..]]).as_ref(), Ok(&expected), "{size:?}");
        }
    }
}

#[test]
fn a_file_split_anywhere_has_the_same_rows() {
    for file in files((7, 5)) {
        let whole = decode([&file[..]]);
        assert!(whole.is_ok());
        assert_eq!(decode(file.chunks(1)), whole, "byte by byte");
        for at in 0..file.len() {
            assert_eq!(decode([&file[..at], &file[at..]]), whole, "split at {at}");
        }
    }
}

#[test]
fn a_file_that_ends_anywhere_before_its_last_row_is_truncated_and_not_behind_it() {
    for file in files((7, 5)) {
        let whole = decode([&file[..]]);
        let found: Vec<_> = (0..file.len()).map(|end| decode([&file[..end]])).collect();
        let complete = found.iter().position(Result::is_ok).expect("the last row");
        assert!(
            found[..complete]
                .iter()
                .all(|found| *found == Err(Error::Truncated))
        );
        assert!(found[complete..].iter().all(|found| *found == whole));
        // The last chunk, the checksum of the one before it and the checksum of the stream are not
        // needed.
        assert!((1..=12 + 4 + 4 + 2).contains(&(file.len() - complete)));
    }
}

/// Returns whether the decoder finds a file intact, or `None` if it refuses the file.
fn is_intact<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Option<bool> {
    let mut decoder = Decoder::new().verifying();
    for piece in pieces {
        let pushed = decoder.push(piece, &mut |_: &[u8]| Ok::<(), Error>(()));
        pushed.ok()?;
    }
    decoder.finish().ok()?;
    Some(decoder.is_intact())
}

#[test]
fn what_is_intact_has_its_checksums_and_ends_behind_its_last_row() {
    for size in [(1, 1), (7, 5), (300, 200)] {
        for file in files(size) {
            // In palettes of 8 bits, some pixels are outside of the palette.
            let indexed = file[25] == 3 && file[24] == 8 && size != (1, 1);
            assert_eq!(is_intact([&file[..]]), Some(!indexed), "{size:?}");
            assert_eq!(is_intact(file.chunks(7)), Some(!indexed), "{size:?}");
            assert_ne!(is_intact([&file[..file.len() - 18]]), Some(true));
        }
    }
    let rows = [0, 1, 2, 0, 3, 4];
    let adler = [0, 29, 0, 11]; // added up by hand
    let sum = |rows: &[u8]| {
        let (a, b) = rows.iter().fold((1u32, 0u32), |(a, b), byte| {
            (a + u32::from(*byte), a + b + u32::from(*byte))
        });
        (b << 16 | a).to_be_bytes()
    };
    assert_eq!(sum(&rows), adler);
    let good = [&stored(&rows)[..], &adler].concat();
    let of = |chunks: &[Vec<u8>]| is_intact([&grey(chunks)[..]]);
    let image = |content: &[u8]| chunk(b"IDAT", content);
    assert_eq!(of(&[image(&good)]), Some(true));
    let split = |at: usize| [image(&good[..at]), image(&good[at..])];
    assert!((0..=good.len()).all(|at| of(&split(at)) == Some(true)));
    // Cases: another checksum, none, trailing bytes, a row too many, a damaged chunk behind the
    // picture, and a stream whose header declares too small a window.
    let other = [&stored(&rows)[..], &[0, 29, 0, 12]].concat();
    assert_eq!(of(&[image(&other)]), Some(false));
    assert_eq!(of(&[image(&stored(&rows))]), Some(false));
    assert_eq!(of(&[image(&[&good[..], b"!"].concat())]), Some(false));
    assert_eq!(of(&[image(&good), image(b"anything")]), Some(false));
    let more = [&rows[..], &[0, 5, 6]].concat();
    let long = [&stored(&more)[..], &sum(&more)].concat();
    assert_eq!(of(&[image(&long)]), Some(false));
    let mut damaged = image(&[]);
    damaged[11] ^= 1;
    assert_eq!(of(&[image(&good), damaged]), Some(false));
}

#[test]
fn a_changed_byte_never_panics_and_never_changes_the_outcome() {
    for file in files((7, 5)) {
        for at in 0..file.len() {
            for change in [1, 0x80, 0xff] {
                let mut file = file.clone();
                file[at] ^= change;
                let ours = decode([&file[..]]);
                // The pieces may decide which of two defects is met first, but not whether there is
                // one.
                let in_pieces = decode(file.chunks(3));
                assert_eq!(
                    ours.as_ref().ok(),
                    in_pieces.as_ref().ok(),
                    "pieces at {at}"
                );
                if let (Ok(ours), Ok(Some(theirs))) = (&ours, expected(&file)) {
                    assert_eq!(*ours, theirs, "changed at {at}");
                }
            }
        }
    }
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(kind);
    hasher.update(content);
    let length = (content.len() as u32).to_be_bytes();
    let checksum = hasher.finalize().to_be_bytes();
    [&length[..], kind, content, &checksum].concat()
}

/// Makes a grey file of 2 x 2 pixels with these chunks between IHDR and IEND.
fn grey(chunks: &[Vec<u8>]) -> Vec<u8> {
    let header = [0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 0];
    let start = [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header)].concat();
    [start, chunks.concat(), chunk(b"IEND", &[])].concat()
}

/// Makes a zlib stream that stores these bytes.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len() as u16;
    let (length, inverse) = (length.to_le_bytes(), (!length).to_le_bytes());
    [&[0x78, 1, 1][..], &length, &inverse, bytes].concat()
}

#[test]
fn what_a_file_must_and_need_not_have() {
    let (rows, more) = (
        stored(&[0, 1, 2, 0, 3, 4]),
        stored(&[0, 1, 2, 0, 3, 4, 9, 9, 9]),
    );
    let image = |content: &[u8]| chunk(b"IDAT", content);
    let good = Ok(vec![1, 2, 3, 4]);
    let decode = |chunks: &[Vec<u8>]| decode([&grey(chunks)[..]]);
    assert_eq!(decode(&[image(&rows)]), good);
    // Cases: image data behind the last row, in the same chunk and in another one; empty chunks;
    // the stream in pieces.
    assert_eq!(decode(&[image(&more)]), good);
    assert_eq!(decode(&[image(&rows), image(b"anything")]), good);
    assert_eq!(
        decode(&[image(&[]), image(&rows[..9]), image(&[]), image(&rows[9..])]),
        good
    );
    // A `tRNS` behind the pixels, or a damaged one, is ignored; unknown chunks are skipped, unless
    // they are critical.
    assert_eq!(decode(&[image(&rows), chunk(b"tRNS", &[0, 1])]), good);
    let mut damaged = chunk(b"tRNS", &[0, 1]);
    damaged[9] = 2;
    assert_eq!(decode(&[damaged, image(&rows)]), good);
    assert_eq!(decode(&[chunk(b"teSt", &[7; 3000]), image(&rows)]), good);
    let refused = |chunks: &[Vec<u8>]| assert!(matches!(decode(chunks), Err(Error::Corrupt(_))));
    refused(&[chunk(b"TeST", &[]), image(&rows)]);
    // A suggested palette may be anything, and so may a chunk with a damaged checksum behind the
    // picture.
    assert_eq!(decode(&[chunk(b"PLTE", &[7; 4]), image(&rows)]), good);
    let mut damaged = image(b"anything");
    damaged[8] ^= 1;
    assert_eq!(decode(&[image(&rows), damaged]), good);
    // Cases: missing rows, and image data that continues behind another chunk.
    refused(&[image(&stored(&[0, 1, 2]))]);
    refused(&[image(&rows[..9]), chunk(b"teSt", &[]), image(&rows[9..])]);
    refused(&[]);
    let mut damaged = image(&rows);
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    refused(&[damaged]);
    refused(&[image(&stored(&[0, 1, 2, 5, 3, 4]))]);
}

#[test]
fn every_file_of_the_corpus_has_the_rows_of_the_other_decoder() {
    let Some(corpus) = corpus() else { return };
    let (mut both, mut neither, mut interlaced) = (0, 0, 0);
    let mut only = (Vec::new(), Vec::new());
    let paths = corpus.paths("png");
    let rows = each(&paths, |path| {
        let file = std::fs::read(path).expect("a file that can be read");
        (decode(file.chunks(4096)), expected(&file))
    });
    for (path, rows) in paths.into_iter().zip(rows) {
        match rows {
            (_, Ok(None)) => interlaced += 1,
            (Ok(ours), Ok(Some(theirs))) => {
                assert!(ours == theirs, "{} has other rows", path.display());
                both += 1;
            }
            (Err(_), Err(_)) => neither += 1,
            (Ok(_), Err(error)) => only.0.push((path, error.to_string())),
            (Err(error), Ok(_)) => only.1.push((path, error.to_string())),
        }
    }
    eprintln!("{both} files with equal rows, {interlaced} interlaced, {neither} refused by both");
    eprintln!("only here: {:#?}\nonly there: {:#?}", only.0, only.1);
    assert_eq!(
        only.1.len(),
        0,
        "a file that the other decoder reads is refused"
    );
}

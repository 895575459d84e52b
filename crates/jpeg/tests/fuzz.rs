//! What fuzzing has found, and what it starts from: the files in `fuzz/regressions` and `fuzz/seeds`, replayed without a fuzzer.

use std::path::{Path, PathBuf};

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use letterbox_jpeg::{Decoder, Error, Event, Scale, Status};

const SCALES: [Scale; 4] = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth];

/// The rows end to end and the status.
fn decode(file: &[u8], scale: Scale, piece: usize) -> Result<(Vec<u8>, Status), Error> {
    let mut decoder = Decoder::new();
    let mut pieces = file.chunks(piece);
    let (mut rows, mut finished) = (Vec::new(), false);
    loop {
        match decoder.next()? {
            Event::NeedMore => match pieces.next() {
                Some(piece) => decoder.push(piece)?,
                None => {
                    assert!(!finished, "a complete file needs no more");
                    decoder.finish();
                    finished = true;
                }
            },
            Event::Header => decoder.set_scale(scale),
            Event::Row(row) => rows.extend_from_slice(row),
            Event::Samples { .. } => {}
            Event::End(status) => return Ok((rows, status)),
        }
    }
}

fn files(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz")).join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        return Vec::new(); // none found so far
    };
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(path).expect("a file")))
        .collect()
}

#[test]
fn what_fuzzing_found_stays_fixed() {
    for target in ["jpeg_decode", "jpeg_split", "jpeg_limits"] {
        for (path, input) in files(&format!("regressions/{target}")) {
            // The first four bytes are for the target: its scale, and its cuts.
            let file = input.get(4..).unwrap_or_default();
            for scale in SCALES {
                let whole = decode(file, scale, file.len().max(1));
                for piece in [1, 7, 100] {
                    assert!(
                        decode(file, scale, piece) == whole,
                        "{} {scale:?} by {piece}",
                        path.display()
                    );
                }
            }
        }
    }
}

/// `UPDATE_SEEDS=1` writes the seeds anew.
#[test]
fn fuzzing_starts_from_sound_files() {
    if std::env::var_os("UPDATE_SEEDS").is_some() {
        write_seeds();
    }
    let seeds = files("seeds");
    assert!(!seeds.is_empty(), "fuzz/seeds is there");
    for (path, seed) in seeds {
        for scale in SCALES {
            let (_, status) = decode(&seed, scale, 64).expect("a good file");
            assert!(status.is_intact(), "{} {scale:?}", path.display());
        }
    }
}

/// One small file for each way through the decoder.
fn write_seeds() {
    type Change = fn(&mut Encoder<&mut Vec<u8>>);
    let (whole, halves) = (SamplingFactor::R_4_4_4, SamplingFactor::R_4_2_0);
    let seeds: [(&str, ColorType, SamplingFactor, Change); 9] = [
        ("grey", ColorType::Luma, whole, |_| ()),
        ("rgb-444", ColorType::Rgb, whole, |_| ()),
        ("rgb-420", ColorType::Rgb, halves, |_| ()),
        ("rgb-410", ColorType::Rgb, SamplingFactor::R_4_1_0, |_| ()),
        ("cmyk", ColorType::Cmyk, whole, |_| ()),
        ("ycck-420", ColorType::CmykAsYcck, halves, |_| ()),
        ("restarts", ColorType::Rgb, halves, |encoder| {
            encoder.set_restart_interval(1);
            encoder.set_optimized_huffman_tables(false); // it panics where there are restarts
        }),
        ("progressive", ColorType::Rgb, halves, |encoder| {
            encoder.set_progressive(true)
        }),
        ("grey-progressive", ColorType::Luma, whole, |encoder| {
            encoder.set_progressive(true)
        }),
    ];
    let (width, height) = (19usize, 21usize);
    for (name, colour, sampling, change) in seeds {
        let channels = match colour {
            ColorType::Luma => 1,
            ColorType::Rgb => 3,
            _ => 4,
        };
        let pixels: Vec<u8> = (0..width * height * channels)
            .map(|at| (at * 5 % 251) as u8 ^ (at / 400 * 40) as u8)
            .collect();
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, 30);
        encoder.set_sampling_factor(sampling);
        encoder.set_optimized_huffman_tables(true); // short tables, so short files
        change(&mut encoder);
        encoder
            .encode(&pixels, width as u16, height as u16, colour)
            .expect("a valid size");
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds"));
        std::fs::write(folder.join(format!("{name}.jpg")), file).expect("the folder is there");
    }
}

//! Findings of fuzzing and its seeds: the files in `fuzz/regressions` and `fuzz/seeds`, replayed
//! without a fuzzer.

use jpeg::{End, Input, decode, encode, limits, split, walk};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use letterbox_testkit::counting::Counting;
use letterbox_testkit::{inputs, root};

#[allow(unreachable_pub, reason = "they are of a library of its own")]
#[path = "../../../fuzz/src/jpeg/mod.rs"]
mod jpeg;
#[allow(unreachable_pub, reason = "the same")]
#[path = "../../../fuzz/src/pieces.rs"]
mod pieces;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

type Target = (&'static str, fn(&[u8]));

/// Fuzz targets, by the names of their folders.
const TARGETS: [Target; 4] = [
    ("jpeg_decode", decode::run),
    ("jpeg_split", split::run),
    ("jpeg_limits", limits::run),
    ("jpeg_encode", encode::run),
];

#[test]
fn what_fuzzing_found_stays_fixed() {
    for (target, run) in TARGETS {
        for input in inputs(&format!("fuzz/regressions/{target}"), "") {
            run(&input);
        }
    }
}

/// `UPDATE_SEEDS=1` writes the seeds anew.
#[test]
fn fuzzing_starts_from_sound_files() {
    if std::env::var_os("UPDATE_SEEDS").is_some() {
        write_seeds();
    }
    let mut seeds = inputs("fuzz/seeds", ".jpg").peekable();
    assert!(seeds.peek().is_some(), "fuzz/seeds is there");
    for seed in seeds {
        for asked in 0..16 {
            let input = [&[asked, 2, 40, 7], &seed[..]].concat();
            TARGETS.iter().for_each(|(_, run)| run(&input));
            let end = walk(
                &Input::read(&input).expect("a file"),
                [&seed[..]].into_iter(),
                |_| (),
                |_, _| (),
            );
            let is_limited = asked >> 3 & 1 == 1;
            assert!(
                matches!(end, End::Rows(status) if status.is_intact()) || is_limited,
                "{asked}: {end:?}"
            );
        }
    }
}

/// Writes one small file for each path through the decoder.
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
        let path = root().join(format!("fuzz/seeds/{name}.jpg"));
        std::fs::write(path, file).expect("the folder is there");
    }
}

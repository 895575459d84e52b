//! Findings of fuzzing the whole service, and its seeds: the files in `fuzz/regressions` and
//! `fuzz/seeds`, replayed without a fuzzer.

use letterbox::config::Config;
use letterbox::url::queries;
use letterbox_engine::Pipeline;
use letterbox_engine::transform::Format;
use letterbox_testkit::counting::Counting;
use letterbox_testkit::{Dice, inputs};

#[allow(unreachable_pub, reason = "they are of a library of its own")]
#[path = "../fuzz/src/checksums.rs"]
mod checksums;
#[allow(unreachable_pub, reason = "the same")]
#[path = "../fuzz/src/header.rs"]
mod header;
#[allow(unreachable_pub, reason = "the same")]
#[path = "../fuzz/src/pieces.rs"]
mod pieces;
#[allow(unreachable_pub, reason = "the same")]
#[path = "../fuzz/src/transform.rs"]
mod transform;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

type Target = (&'static str, fn(&[u8]));

/// Fuzz targets, by the names of their folders.
const TARGETS: [Target; 4] = [
    ("header", header::run),
    ("transform_any", |input| transform::run(input, None)),
    ("gif", |input| transform::run(input, Some(Format::Gif))),
    ("webp", |input| transform::run(input, Some(Format::WebP))),
];

#[test]
fn what_fuzzing_found_stays_fixed() {
    for (target, run) in TARGETS {
        for input in inputs(&format!("fuzz/regressions/{target}"), "") {
            run(&input);
        }
    }
}

#[test]
fn fuzzing_starts_from_files_of_every_format_that_are_sound() {
    let config = Config::default();
    let mut formats = Vec::new();
    let mut dice = Dice(4);
    for seed in inputs("fuzz/seeds", "") {
        let mut pipeline = Pipeline::new(&config.transform, &config.limits);
        pipeline.push(&seed).expect("a sound file");
        let output = pipeline.finish(&|| 0.0).expect("a sound file");
        formats.push(output.plan.header.format.name());
        for way in 0..32 {
            let head: [u8; transform::HEAD] = std::array::from_fn(|at| (way * 89 + at * 53) as u8);
            let query = queries::query(&mut |sides| dice.roll(sides as usize) as u32);
            let input = [&head, query.as_bytes(), b"\n", &seed[..]].concat();
            eprintln!("{query}"); // the same
            transform::run(&input, None);
            header::run(&[&head[..3], &seed[..]].concat());
        }
    }
    formats.sort_unstable();
    formats.dedup();
    assert_eq!(formats, ["bmp", "gif", "ico", "jpg", "png", "tiff", "webp"]);
}

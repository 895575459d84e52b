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
#[path = "../fuzz/src/dialect.rs"]
mod dialect;
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
const TARGETS: [Target; 5] = [
    ("dialect", dialect::run),
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
fn a_url_of_a_dialect_and_any_mutation_of_it_are_read_or_refused() {
    let urls = concat!(
        include_str!("vectors/dialect-urls.txt"),
        include_str!("vectors/dialect-examples.txt"),
    );
    let words: Vec<&str> = urls
        .split(['/', ',', '&', '=', '_', ':', '?', '\n'])
        .collect();
    let mut dice = Dice(7);
    for url in urls.lines() {
        dialect::run(url.as_bytes());
        for _ in 0..500 {
            let mut mutated = url.to_owned().into_bytes();
            let name = url.find(' ').map_or(0, |at| at + 1);
            for _ in 0..1 + dice.roll(4) {
                let from = name + dice.roll(mutated.len() - name + 1);
                let to = (from + dice.roll(6)).min(mutated.len());
                let new: Vec<u8> = match dice.roll(4) {
                    0 => vec![dice.roll(256) as u8],
                    1 => Vec::new(),
                    2 => words[dice.roll(words.len())].as_bytes().to_vec(),
                    _ => format!("{}", dice.roll(100_000)).into_bytes(),
                };
                mutated.splice(from..to, new);
            }
            dialect::run(&mutated);
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

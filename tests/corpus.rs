//! Runs every file of a corpus of real and hostile images through the whole pipeline: no panic, and
//! a file that two reference decoders read has the same size here.
//!
//! The corpus lies beside the checkout (`../shared/corpus`) or where `LETTERBOX_CORPUS` says; the
//! test reports that it is skipped if there is none.

use std::collections::BTreeMap;
use std::num::NonZeroU16;
use std::path::PathBuf;

use letterbox::config::Config;
use letterbox_engine::transform::{Fit, Format, Side, Target, Transform};
use letterbox_engine::{Error, Output, Pipeline};

fn corpus() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus");
    let place =
        std::env::var_os("LETTERBOX_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    place.join("MANIFEST.tsv").exists().then_some(place)
}

/// Returns the width and height as a viewer shows them, or the error.
fn run(file: &[u8]) -> Result<(u32, u32), Error> {
    let config = Config::default();
    let mut pipeline = Pipeline::new(&config.transform, &config.limits);
    for chunk in file.chunks(4096) {
        pipeline.push(chunk)?;
    }
    let output = pipeline.finish(&|| 0.0)?;
    let size = output.plan.header.stored;
    Ok((size.width, size.height))
}

#[test]
fn no_file_panics_and_good_files_are_read() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: no corpus beside the checkout");
        return;
    };
    let manifest =
        std::fs::read_to_string(corpus.join("MANIFEST.tsv")).expect("the manifest is text");
    // Counts per format: good files, good files read with their size, all files, refused files, and
    // good files that are truncated. The reference decoders show the part of a truncated file that
    // is there, but half a picture is not served.
    let mut counts: BTreeMap<&str, [u32; 5]> = BTreeMap::new();
    let (mut misses, mut panics) = (Vec::new(), Vec::new());
    for line in manifest.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, class, width, height, ..] = fields[..] else {
            panic!("a manifest line without a size: {line}")
        };
        let file = std::fs::read(corpus.join(name)).expect("the manifest's files are there");
        let Ok(outcome) = std::panic::catch_unwind(|| run(&file)) else {
            panics.push(name);
            continue;
        };
        let count = counts
            .entry(name.split('/').next().unwrap_or(name))
            .or_default();
        count[2] += 1;
        count[3] += u32::from(outcome.is_err());
        if class == "good" {
            count[0] += 1;
            let (width, height) = (width.parse().unwrap_or(0), height.parse().unwrap_or(0));
            match outcome {
                Ok((w, h)) if (w, h) == (width, height) || (h, w) == (width, height) => {
                    count[1] += 1
                }
                Err(Error::Corrupt("the JPEG breaks off")) => count[4] += 1,
                other => misses.push(format!("{name} {width}x{height}: {other:?}")),
            }
        }
    }
    misses.iter().for_each(|miss| eprintln!("{miss}"));
    for (format, [good, read, all, refused, cut]) in &counts {
        eprintln!(
            "{format:5} {read} of {good} good files read, {cut} break off; {all} files, {refused} refused"
        );
    }
    assert_eq!(panics, [""; 0], "files that panic");
    // Percentages that the decoders have to reach; they may only be raised.
    for (format, least) in [("gif", 95), ("jpeg", 99), ("png", 99), ("webp", 99)] {
        let [good, read, _, _, cut] = counts[format];
        assert!(
            read * 100 >= (good - cut) * least,
            "{format}: {read} of {good} good files read, {least} % expected"
        );
    }
}

/// Runs a file at its own size, in its own format or another one.
fn as_it_is(file: &[u8], target: Target) -> Result<Output, Error> {
    let config = Config::default();
    let transform = Transform {
        width: Side::Auto,
        height: Side::Auto,
        target,
        ..config.transform
    };
    let mut pipeline = Pipeline::new(&transform, &config.limits);
    pipeline.promise(file.len() as u64)?;
    pipeline.push(file)?;
    pipeline.finish(&|| 0.0)
}

#[test]
fn a_file_that_is_its_own_answer_is_smaller_and_the_same_picture() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: no corpus beside the checkout");
        return;
    };
    let manifest =
        std::fs::read_to_string(corpus.join("MANIFEST.tsv")).expect("the manifest is text");
    let mut counts: BTreeMap<&str, [u32; 2]> = BTreeMap::new();
    for line in manifest.lines().skip(1) {
        let name = line.split('\t').next().expect("a name");
        let file = std::fs::read(corpus.join(name)).expect("the manifest's files are there");
        // Large files take long in a test, and are cut in the same way as small ones.
        let Some(output) = (file.len() < 64 << 10)
            .then(|| as_it_is(&file, Target::Keep).ok())
            .flatten()
        else {
            continue;
        };
        let count = counts
            .entry(name.split('/').next().unwrap_or(name))
            .or_default();
        count[0] += 1;
        if !output.original {
            continue;
        }
        count[1] += 1;
        assert!(output.body.len() <= file.len(), "{name}");
        let seen = |file: &[u8]| as_it_is(file, Target::Image(Format::Png)).map(|seen| seen.body);
        let (source, own) = (seen(&file), seen(&output.body));
        assert!(source.is_ok() && source == own, "{name}: {:?}", own.err());
        let again = as_it_is(&output.body, Target::Keep).expect("it has been read");
        assert!(again.original && again.body == output.body, "{name}");
    }
    for (format, [answered, own]) in &counts {
        eprintln!("{format:5} {own} of {answered} files are their own answer");
    }
    for format in ["gif", "jpeg", "png", "webp"] {
        assert!(counts[format][1] > 0, "{format}");
    }
}

/// Sizes at which answers are compared with their sources: three quarters, and half, of each side.
const REDUCED: [(u32, u32); 2] = [(3, 4), (1, 2)];

#[test]
fn a_reduced_png_seldom_outgrows_its_source() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: no corpus beside the checkout");
        return;
    };
    let manifest =
        std::fs::read_to_string(corpus.join("MANIFEST.tsv")).expect("the manifest is text");
    let mut counts = [[0_u32; 2]; 2];
    let step = if std::env::var_os("EACH").is_some() {
        1
    } else {
        8
    };
    let sound = manifest
        .lines()
        .skip(1)
        .filter(|line| line.starts_with("png/"));
    for line in sound.step_by(step) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, "good", width, height, ..] = fields[..] else {
            continue;
        };
        let (Ok(width), Ok(height)) = (width.parse::<u32>(), height.parse::<u32>()) else {
            continue;
        };
        // Of an icon, next to nothing is left.
        if !name.starts_with("png/") || width.min(height) < 16 {
            continue;
        }
        let file = std::fs::read(corpus.join(name)).expect("the manifest's files are there");
        for ((part, of), count) in REDUCED.into_iter().zip(&mut counts) {
            let side = |length: u32| NonZeroU16::new((length * part / of) as u16);
            let (Some(width), Some(height)) = (side(width), side(height)) else {
                continue;
            };
            let config = Config::default();
            let transform = Transform {
                width: Side::Px(width),
                height: Side::Px(height),
                fit: Fit::Fill,
                ..config.transform
            };
            let mut pipeline = Pipeline::new(&transform, &config.limits);
            let answered = pipeline.push(&file).and_then(|()| pipeline.finish(&|| 0.0));
            let Ok(output) = answered else { continue };
            count[0] += 1;
            let outgrows = output.body.len() > file.len();
            count[1] += u32::from(outgrows);
            if std::env::var_os("EACH").is_some_and(|each| each == "names") {
                let kind = (file[24], file[25], output.body[24], output.body[25]);
                let (bytes, more) = (file.len(), output.body.len());
                eprintln!("{part}/{of} {name} {width}x{height} {kind:?}: {bytes} -> {more}");
            }
        }
    }
    // Most of the answers that outgrow their source are drawings of a few bytes, which have no
    // shades before they are resampled.
    let most = [0.52, 0.38];
    for (((part, of), [answers, outgrown]), most) in REDUCED.into_iter().zip(counts).zip(most) {
        eprintln!(
            "{outgrown} of {answers} answers at {part}/{of} have more bytes than their source"
        );
        let share = f64::from(outgrown) / f64::from(answers);
        assert!(share <= most, "{share:.3} at {part}/{of}");
    }
}

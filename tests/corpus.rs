//! Runs every file of a corpus of real and hostile images through the whole pipeline: no panic, and
//! a file that two reference decoders read has the same size here.
//!
//! The corpus lies beside the checkout (`../shared/corpus`) or where `LETTERBOX_CORPUS` says; the
//! test reports that it is skipped if there is none.

use std::collections::BTreeMap;
use std::num::NonZeroU16;
use std::panic::catch_unwind;

use letterbox::config::Config;
use letterbox_engine::transform::{Fit, Format, Side, Target, Transform};
use letterbox_engine::{Error, Output, Pipeline};
use letterbox_testkit::{corpus, each};

/// Width and height as a viewer shows them, or why not. `honest.rs` asks all files that are to be
/// served the default query, and so they become small pictures here, and quickly; the others are
/// asked it here.
fn run(file: &[u8], small: bool) -> Result<(u32, u32), Error> {
    let config = Config::default();
    let side = |length| Side::Px(NonZeroU16::new(length).expect("it is not 0"));
    let transform = match small {
        true => Transform {
            width: side(120),
            height: side(63),
            ..config.transform
        },
        false => config.transform,
    };
    let mut pipeline = Pipeline::new(&transform, &config.limits);
    for chunk in file.chunks(4096) {
        pipeline.push(chunk)?;
    }
    let output = pipeline.finish(&|| 0.0)?;
    let size = output.plan.header.stored;
    Ok((size.width, size.height))
}

#[test]
fn no_file_panics_and_good_files_are_read() {
    let Some(corpus) = corpus() else { return };
    // Per format: good files, good files read with their size; all files, files refused; good files that break off. The reference
    // decoders show what there is of those, but half a picture is not served.
    let mut counts: BTreeMap<&str, [u32; 5]> = BTreeMap::new();
    let (mut misses, mut panics) = (Vec::new(), Vec::new());
    let outcomes = each(&corpus.entries, |entry| {
        let file = corpus.read(entry);
        catch_unwind(|| run(&file, entry.is_to_be_served()))
    });
    for (entry, outcome) in corpus.entries.iter().zip(outcomes) {
        let (name, size) = (&entry.name, entry.size.unwrap_or_default());
        let Ok(outcome) = outcome else {
            panics.push(name);
            continue;
        };
        let count = counts.entry(&entry.format).or_default();
        count[2] += 1;
        count[3] += u32::from(outcome.is_err());
        if entry.class == "good" {
            count[0] += 1;
            match outcome {
                Ok((w, h)) if (w, h) == size || (h, w) == size => count[1] += 1,
                Err(Error::Corrupt("the JPEG breaks off")) => count[4] += 1,
                other => misses.push(format!("{name} {size:?}: {other:?}")),
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
    let Some(corpus) = corpus() else { return };
    let mut counts: BTreeMap<&str, [u32; 2]> = BTreeMap::new();
    // Whether a file is its own answer; none where it has none.
    let own = each(&corpus.entries, |entry| {
        let (file, name) = (corpus.read(entry), &entry.name);
        // Large ones take long in a test and are cut like small ones.
        if file.len() >= 64 << 10 {
            return None;
        }
        let output = as_it_is(&file, Target::Keep).ok()?;
        if !output.original {
            return Some(false);
        }
        assert!(output.body.len() <= file.len(), "{name}");
        let seen = |file: &[u8]| as_it_is(file, Target::Image(Format::Png)).map(|seen| seen.body);
        let (source, own) = (seen(&file), seen(&output.body));
        assert!(source.is_ok() && source == own, "{name}: {:?}", own.err());
        let again = as_it_is(&output.body, Target::Keep).expect("it has been read");
        assert!(again.original && again.body == output.body, "{name}");
        Some(true)
    });
    for (entry, own) in corpus.entries.iter().zip(own) {
        let count = counts.entry(&entry.format).or_default();
        count[0] += u32::from(own.is_some());
        count[1] += u32::from(own == Some(true));
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
    let Some(corpus) = corpus() else { return };
    let mut counts = [[0_u32; 2]; 2];
    let step = if std::env::var_os("EACH").is_some() {
        1
    } else {
        8
    };
    for entry in corpus.of("png").step_by(step) {
        let (name, Some((width, height)), "good") = (&entry.name, entry.size, &*entry.class) else {
            continue;
        };
        // Of an icon next to nothing is left.
        if width.min(height) < 16 {
            continue;
        }
        let file = corpus.read(entry);
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

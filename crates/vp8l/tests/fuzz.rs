//! Findings of fuzzing and its seeds: the files in `fuzz/regressions/vp8l` and `fuzz/seeds`,
//! replayed without a fuzzer.

use std::path::Path;

#[allow(
    unreachable_pub,
    dead_code,
    reason = "it is of a library of its own, and not all of it is of use here"
)]
#[path = "../../../fuzz/src/counting.rs"]
mod counting;
#[allow(unreachable_pub, reason = "the same")]
#[path = "../../../fuzz/src/vp8l.rs"]
mod vp8l;

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

fn files(folder: &str) -> Vec<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let Ok(entries) = std::fs::read_dir(Path::new(root).join(folder)) else {
        return Vec::new(); // none found so far
    };
    entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            eprintln!("{}", path.display()); // for the reader of a failure
            std::fs::read(path).expect("a file")
        })
        .collect()
}

#[test]
fn what_fuzzing_found_stays_fixed() {
    files("fuzz/regressions/vp8l")
        .iter()
        .for_each(|input| vp8l::run(input));
}

#[test]
fn fuzzing_starts_from_files_that_hold_what_is_said() {
    let made = files("crates/vp8l/tests/files");
    assert!(made.len() > 17, "{}", made.len());
    made.iter().for_each(|file| vp8l::run(file));
    files("fuzz/seeds").iter().for_each(|file| vp8l::run(file));
}

//! Findings of fuzzing and its seeds: the files in `fuzz/regressions/vp8` and `fuzz/seeds`,
//! replayed without a fuzzer.

use letterbox_testkit::counting::Counting;
use letterbox_testkit::inputs;

#[allow(unreachable_pub, reason = "it is of a library of its own")]
#[path = "../../../fuzz/src/vp8.rs"]
mod vp8;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn what_fuzzing_found_stays_fixed() {
    inputs("fuzz/regressions/vp8", "").for_each(|input| vp8::run(&input));
}

#[test]
fn fuzzing_starts_from_files_that_hold_what_is_said() {
    let made: Vec<_> = inputs("crates/vp8/tests/files", "").collect();
    assert!(made.len() > 14, "{}", made.len());
    made.iter().for_each(|file| vp8::run(file));
    inputs("fuzz/seeds", "").for_each(|file| vp8::run(&file));
}

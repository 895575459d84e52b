//! Findings of fuzzing and its seeds: the files in `fuzz/regressions/png_split` and `fuzz/seeds`,
//! replayed without a fuzzer.

use letterbox_png::Error;
use letterbox_testkit::counting::Counting;
use letterbox_testkit::inputs;

#[allow(unreachable_pub, reason = "they are of a library of its own")]
#[path = "../../../fuzz/src/checksums.rs"]
mod checksums;
#[allow(unreachable_pub, reason = "the same")]
#[path = "../../../fuzz/src/pieces.rs"]
mod pieces;
#[allow(unreachable_pub, reason = "the same")]
#[path = "../../../fuzz/src/png.rs"]
mod png_split;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn what_fuzzing_found_stays_fixed() {
    inputs("fuzz/regressions/png_split", "").for_each(|input| png_split::run(&input));
}

#[test]
fn fuzzing_starts_from_sound_files_whose_checksums_are_right() {
    let seeds: Vec<_> = inputs("fuzz/seeds", ".png").collect();
    assert!(!seeds.is_empty(), "fuzz/seeds is there");
    for seed in seeds {
        assert!(checksums::mended(&seed) == seed, "nothing to mend");
        let mut decoder = letterbox_png::Decoder::new();
        let decoded = decoder
            .push(&seed, &mut |_: &[u8]| Ok::<(), Error>(()))
            .and_then(|()| decoder.finish());
        assert!(
            matches!(decoded, Ok(()) | Err(Error::Interlaced)),
            "{decoded:?}"
        );
        png_split::run(&[&[0, 30, 2, 1], &seed[..]].concat());
    }
}

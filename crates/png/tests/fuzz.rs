//! Findings of fuzzing and its seeds: the files in `fuzz/regressions/png_split` and `fuzz/seeds`,
//! replayed without a fuzzer.

use std::path::Path;

use letterbox_png::Error;

#[allow(unreachable_pub, reason = "they are of a library of its own")]
#[path = "../../../fuzz/src/checksums.rs"]
mod checksums;
#[allow(
    unreachable_pub,
    dead_code,
    reason = "the same, and not all of it is of use here"
)]
#[path = "../../../fuzz/src/counting.rs"]
mod counting;
#[allow(unreachable_pub, reason = "the same")]
#[path = "../../../fuzz/src/pieces.rs"]
mod pieces;
#[allow(unreachable_pub, reason = "the same")]
#[path = "../../../fuzz/src/png.rs"]
mod png_split;

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

fn files(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz")).join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        return Vec::new(); // none found so far
    };
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .map(|path| {
            eprintln!("{}", path.display()); // for the reader of a failure
            std::fs::read(path).expect("a file")
        })
        .collect()
}

#[test]
fn what_fuzzing_found_stays_fixed() {
    let found = files("regressions/png_split", "");
    found.iter().for_each(|input| png_split::run(input));
}

#[test]
fn fuzzing_starts_from_sound_files_whose_checksums_are_right() {
    let seeds = files("seeds", ".png");
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

//! Runs a contestant natively, `native CONTESTANT < FILE`, and prints the milliseconds of each run.

use std::io::{Read, stdin};
use std::time::Instant;

fn main() {
    let contestant = std::env::args().nth(1);
    let mut file = Vec::new();
    stdin().read_to_end(&mut file).expect("a file");
    let place = letterbox_vp8_bench::prepare(file.len());
    // SAFETY: there is room for so many bytes, and nobody else looks at them yet.
    unsafe { place.copy_from_nonoverlapping(file.as_ptr(), file.len()) };
    let run = match contestant.as_deref() {
        Some("letterbox_rgb") => letterbox_vp8_bench::letterbox_rgb,
        Some("letterbox_planes") => letterbox_vp8_bench::letterbox_planes,
        Some("image_webp") => letterbox_vp8_bench::image_webp,
        other => panic!("{other:?}: unknown"),
    };
    for _ in 0..20 {
        let start = Instant::now();
        run();
        println!("{}", start.elapsed().as_secs_f64() * 1e3);
    }
}

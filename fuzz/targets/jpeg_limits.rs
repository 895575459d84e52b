//! Decoding allocates no more than `peak_bytes`, the file, and the tables that the file itself defines.
#![no_main]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use letterbox_fuzz::{Input, cut, walk};
use letterbox_jpeg::Decoder;
use libfuzzer_sys::fuzz_target;

/// What any decoder holds: eight unrolled Huffman tables of 15 KB, the state of one scan, a step of growth.
const DECODER_BYTES: usize = 160 << 10;

/// What each further scan holds: up to four tables of its own, for a scan of DC coefficients, or one, and its state.
const SCAN_BYTES: usize = 64 << 10;

/// Scans are not read beyond this many.
const MOST_SCANS: usize = 101;

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all obligations are the caller's and are passed on unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(held, Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fuzz_target!(|bytes: &[u8]| {
    let Some(input) = Input::read(bytes) else {
        return;
    };
    let before = HELD.load(Relaxed);
    PEAK.store(before, Relaxed);
    let mut picture = 0;
    let mut decoder = Decoder::new();
    decoder.ignore_metadata();
    walk(
        &mut decoder,
        input.scale,
        cut(input.file, &input.pieces),
        |decoder| {
            picture = decoder
                .peak_bytes(input.scale)
                .expect("the header is known")
        },
        |_| (),
    );
    let held = PEAK.load(Relaxed) - before;
    let scans = input
        .file
        .windows(2)
        .filter(|pair| pair == &[0xff, 0xda])
        .count();
    // Growing by a quarter, the file is there twice for a moment: what it was, and what it becomes.
    let file = input.file.len() * 9 / 4;
    let most = picture + file + DECODER_BYTES + scans.min(MOST_SCANS) * SCAN_BYTES;
    assert!(
        held <= most,
        "{held} bytes where {most} are the most: {picture} for the picture, {scans} scans"
    );
});

//! Runs `src/text.rs`.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[global_allocator]
static ALLOCATOR: letterbox_testkit::counting::Counting = letterbox_testkit::counting::Counting;

fuzz_target!(|bytes: &[u8]| letterbox_fuzz::text::run(bytes));

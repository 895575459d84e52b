//! Runs `src/dialect.rs`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| letterbox_fuzz::dialect::run(bytes));

//! Any bytes at any scale: no panic, and rows as many and as long as `size()` says.
#![no_main]

use letterbox_fuzz::{Input, walk};
use letterbox_jpeg::Decoder;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(input) = Input::read(bytes) {
        let whole = [input.file].into_iter();
        walk(&mut Decoder::new(), input.scale, whole, |_| (), |_| ());
    }
});

//! Checks any bytes at any scale, as pixels or as components: no panic, and as many rows as
//! promised, of the promised length.

use super::{Input, walk};

/// Runs the target.
pub fn run(bytes: &[u8]) {
    if let Some(input) = Input::read(bytes) {
        walk(&input, [input.file].into_iter(), |_| (), |_, _| ());
    }
}

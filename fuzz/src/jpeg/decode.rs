//! Any bytes at any scale, as pixels or as components: no panic, and rows as many and as long as was said.

use super::{Input, walk};

/// The target.
pub fn run(bytes: &[u8]) {
    if let Some(input) = Input::read(bytes) {
        walk(&input, [input.file].into_iter(), |_| (), |_, _| ());
    }
}

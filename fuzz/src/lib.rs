//! The fuzz targets, a module each, so that what they find is replayed by `cargo test` as it was found: the tests of the crate that is
//! fuzzed name the modules they need by their paths.

pub mod checksums;
pub mod header;
pub mod jpeg;
pub mod pieces;
pub mod png;
pub mod transform;
pub mod vp8;
pub mod vp8l;

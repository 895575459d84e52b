//! Fuzz targets, a module each. `cargo test` replays their findings unchanged: the tests of each
//! crate include the modules they need by path.

pub mod checksums;
pub mod dialect;
pub mod header;
pub mod jpeg;
pub mod pieces;
pub mod png;
pub mod text;
pub mod transform;
pub mod vp8;
pub mod vp8l;

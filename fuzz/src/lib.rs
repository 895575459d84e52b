//! The fuzz targets, a module each, so that what they find is replayed by `cargo test` as it was found; and what the decoder's share.

pub mod counting;
pub mod decode;
pub mod encode;
mod input;
pub mod limits;
pub mod split;
mod walk;

pub use input::Input;
pub use walk::{End, walk};

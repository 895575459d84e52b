//! Targets of the JPEG codec, a module each, and the code that the decoder's targets share.

pub mod decode;
pub mod encode;
mod input;
pub mod limits;
pub mod split;
mod walk;

pub use input::Input;
pub use walk::{End, walk};

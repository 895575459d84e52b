//! The targets of the JPEG codec, a module each, and what the decoder's share.

pub mod decode;
pub mod encode;
mod input;
pub mod limits;
pub mod split;
mod walk;

pub use input::Input;
pub use walk::{End, walk};

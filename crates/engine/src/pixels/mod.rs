//! Pixels in memory, and the words for their places.

pub(crate) mod buffer;
pub(crate) mod frame;
pub(crate) mod layout;
pub(crate) mod orientation;
pub(crate) mod rows;
pub(crate) mod widen;
pub(crate) mod window;

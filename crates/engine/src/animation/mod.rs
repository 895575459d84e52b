//! Animations: frames in a file, and the canvas that they are drawn on.
//!
//! No part of a file is copied: its frames are walked through once to be counted, and once more to
//! be drawn.

pub(crate) mod answer;
pub(crate) mod coded;
pub(crate) mod compositor;
pub(crate) mod disposal;
pub(crate) mod still;
pub(crate) mod survey;

//! One image: bytes of a source are pushed in, and a file comes out.
//!
//! The header decides the [`Plan`], and the plan decides everything else. An image that cannot be
//! processed is refused before a pixel is decoded. There is no I/O, no clock and no async: the same
//! code runs in tests, in fuzz targets and on every platform.
//!
//! The modules stand on floors. No module imports one on a higher floor; `tests/floors.rs` enforces
//! that.
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod effect;
mod error;
mod limits;
mod spec;
pub mod transform;

mod pixels;

pub mod guest;
pub mod header;

mod layer;
mod lettering;

mod colour;

mod plan;

mod animation;
mod quantise;
mod stage;

mod format;

mod choose;
mod frames;
mod reckon;

mod pipeline;

#[cfg(test)]
mod testing;

pub use crate::error::Error;
pub use crate::layer::{Ink, Layer, LayerPlan};
pub use crate::lettering::Lettering;
pub use crate::limits::Limits;
pub use crate::pipeline::output::{Output, Spent};
pub use crate::pipeline::state::Pipeline;
pub use crate::pixels::frame::Frame;
pub use crate::pixels::layout::{Layout, Size};
pub use crate::pixels::orientation::Orientation;
pub use crate::pixels::window::{Edges, Rect, Window};
pub use crate::plan::budget::Step;
pub use crate::plan::frames::Animation;
pub use crate::plan::geometry::Halves;
pub use crate::plan::plane::Plane;
pub use crate::plan::source::Source;
pub use crate::plan::{Indexed, Known, Plan};
pub use crate::spec::{By, Spec};
pub use letterbox_text::{Error as TextError, MOST_CHARS, is_simple};

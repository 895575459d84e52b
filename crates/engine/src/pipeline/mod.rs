//! The pipeline: from the first bytes of a source to the answer.
//!
//! `state.rs` is the transform in progress. `push.rs` takes bytes, `open.rs` makes a plan of the
//! first ones, `body.rs` carries the plan out, and `finish.rs` makes the answer. `memory.rs` states
//! at any time the memory that the next call takes.

pub(crate) mod after;
pub(crate) mod again;
pub(crate) mod animate;
pub(crate) mod body;
pub(crate) mod describe;
pub(crate) mod finish;
pub(crate) mod kept;
pub(crate) mod layers;
pub(crate) mod lessen;
pub(crate) mod look;
pub(crate) mod memory;
pub(crate) mod open;
pub(crate) mod original;
pub(crate) mod output;
pub(crate) mod placeholder;
pub(crate) mod push;
pub(crate) mod sink;
pub(crate) mod smart;
pub(crate) mod state;
pub(crate) mod survey;

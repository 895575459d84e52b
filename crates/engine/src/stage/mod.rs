//! Stages: what happens to rows between a decoder and an encoder. `still.rs` is the order in which
//! rows pass them, `link.rs` what a stage is.

pub(crate) mod components;
pub(crate) mod convert;
pub(crate) mod crop;
pub(crate) mod fault;
pub(crate) mod flatten;
pub(crate) mod intake;
pub(crate) mod leaving;
pub(crate) mod letterbox;
pub(crate) mod link;
pub(crate) mod orient;
pub(crate) mod resample;
pub(crate) mod still;
pub(crate) mod trim;
pub(crate) mod widen;

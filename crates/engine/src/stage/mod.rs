//! Stages: each takes a picture or its rows, and gives the next one. `plan` says what each of them does.

pub(crate) mod components;
pub(crate) mod convert;
pub(crate) mod fault;
pub(crate) mod flatten;
pub(crate) mod letterbox;
pub(crate) mod orient;
pub(crate) mod resample;

//! The deployment's side of what is asked for.

use letterbox_engine::transform::{Negotiated, Transform};

use crate::url::preset::Presets;
use crate::url::widths::Widths;

/// What is decided about requests beside their query: the defaults, the ceilings, what has a name, and what `auto` is.
#[derive(Clone, Copy, Debug)]
pub struct Defaults<'a> {
    /// The transform of a request that gives nothing but `s`.
    pub transform: Transform,
    /// What `f=auto` means to the client that asks.
    pub negotiated: Negotiated,
    /// Longest side of the answer, in device pixels.
    pub max_side: u32,
    /// Most pixels of the answer.
    pub max_pixels: u64,
    /// For how long an answer is kept.
    pub max_age_secs: u32,
    /// The values of `p`.
    pub presets: &'a Presets,
    /// Whether a request may give nothing but a preset.
    pub presets_only: bool,
    /// The only widths there are, if there are such.
    pub ladder: Option<&'a Widths>,
}

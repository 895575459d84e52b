//! The deployment's part in the meaning of a request.

use letterbox_engine::transform::{Negotiated, Transform};

use crate::url::fallback::Wanted;
use crate::url::given::Given;
use crate::url::hinted::Hinted;
use crate::url::origins::Origins;
use crate::url::pictures::Pictures;
use crate::url::preset::Presets;
use crate::url::widths::Widths;

/// Settings that decide about requests beside their query: defaults, limits, presets, and the
/// formats of `auto`.
#[derive(Clone, Copy, Debug)]
pub struct Defaults<'a> {
    /// Transform of a request that has only `s`.
    pub transform: Transform,
    /// Parameters of a request that does not give them.
    pub given: &'a Given,
    /// Formats of `f=auto` for this client.
    pub negotiated: Negotiated,
    /// Longest side of the answer, in device pixels.
    pub max_side: u32,
    /// Most pixels of the answer.
    pub max_pixels: u64,
    /// Seconds for which an answer is stored.
    pub max_age_secs: u32,
    /// Presets, by the values of `p`.
    pub presets: &'a Presets,
    /// Whether requests may give only a preset.
    pub presets_only: bool,
    /// Named origins.
    pub origins: &'a Origins,
    /// Client hints that count.
    pub hinted: Hinted<'a>,
    /// Pictures by name, for overlays.
    pub overlays: &'a Pictures,
    /// Pictures by name, for fallbacks.
    pub fallbacks: &'a Pictures,
    /// Fallback of a request that names none.
    pub fallback: Option<&'a Wanted>,
    /// Widths that requests are restricted to, if any.
    pub ladder: Option<&'a Widths>,
}

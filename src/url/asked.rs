//! What a request with a source asks for.

use letterbox_engine::transform::Transform;

use crate::url::source::Source;

/// What a request with a source asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The image to start from.
    pub source: Source,
    /// What to do to it.
    pub transform: Transform,
    /// The cache buster, if any.
    pub version: Option<String>,
    /// For how long the answer may be kept, where that is less than the deployment's own time.
    pub max_age_secs: Option<u32>,
    /// When the URL stops being good, in seconds since 1970; no part of what is asked for, nor of the canonical form.
    pub expires_secs: Option<u64>,
}

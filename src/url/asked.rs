//! The parsed form of a request with a source.

use letterbox_engine::transform::Transform;

use crate::url::disposition::Disposition;
use crate::url::source::Source;

/// A request with a source, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Source of the image.
    pub source: Source,
    /// Transform of the image.
    pub transform: Transform,
    /// Version of the image (cache buster), if any.
    pub version: Option<String>,
    /// Seconds for which the answer may be stored, if fewer than the deployment's own.
    pub max_age_secs: Option<u32>,
    /// Time at which the URL expires, in seconds since 1970; not part of the canonical form.
    pub expires_secs: Option<u64>,
    /// Name under which browsers save the answer; not part of the canonical form.
    pub disposition: Option<Disposition>,
}

impl Asked {
    /// Returns the same request about the origin's file at a path.
    pub(crate) fn of_origin(self, path: &str) -> Asked {
        Asked {
            source: Source::OnOrigin(path.to_owned()),
            ..self
        }
    }
}

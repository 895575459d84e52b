//! The parsed form of a request with a source.

use letterbox_engine::transform::{Overlay, Transform};

use crate::url::disposition::Disposition;
use crate::url::fallback::Fallback;
use crate::url::hints::Varies;
use crate::url::overlay::NAMES;
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
    /// Sources of the pictures that are laid over the answer; `None` where the transform shows
    /// none.
    pub overlays: [Option<Source>; 3],
    /// Words that are set on the answer; `None` where the transform shows none.
    pub words: Option<String>,
    /// Font of the words; `None` for that of the package.
    pub font: Option<Source>,
    /// Answer in place of an error; not part of the canonical form.
    pub fallback: Option<Fallback>,
    /// Client hints that the transform depends on; not part of the canonical form.
    pub varies: Varies,
}

impl Asked {
    /// Whether the answer is made of more files than its source.
    pub fn has_others(&self) -> bool {
        self.laid_over().next().is_some() || self.font_of_words().is_some()
    }

    /// Returns every file that the answer is made of.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        let overlays = self.laid_over().map(|(_, _, source)| source);
        let others = overlays.chain(self.font_of_words());
        [&self.source].into_iter().chain(others)
    }

    /// Returns the font that is fetched, where there are words.
    pub fn font_of_words(&self) -> Option<&Source> {
        self.words.as_ref().and(self.font.as_ref())
    }

    /// Returns the pictures that are laid over the answer, the lowest first: the parameter that
    /// gives each, its place, and its source.
    pub fn laid_over(&self) -> impl Iterator<Item = (&'static str, &Overlay, &Source)> {
        let overlays = self.transform.overlays.iter().zip(&self.overlays);
        let named = NAMES.into_iter().zip(overlays);
        named.filter_map(|(name, (overlay, source))| Some((name, overlay, source.as_ref()?)))
    }
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

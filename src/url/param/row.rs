//! A row of the table of parameters, and the values that the rows read into.

use std::num::NonZeroU16;

use crate::url::asked::Asked;
use crate::url::examples::Examples;
use crate::url::fallback;
use crate::url::hints::Varies;
use crate::url::overlay::Wanted;
use crate::url::source::Source;
use crate::url::widths::Widths;
use letterbox_engine::transform::{Format, MOST_OVERLAYS, Negotiated, Transform};

/// A parameter of the query string.
#[derive(Clone, Copy)]
pub struct Param {
    /// Canonical name.
    pub name: &'static str,
    /// Other spellings of the name.
    pub aliases: &'static [&'static str],
    /// Description of valid values, for the error message and the docs.
    /// `{formats}` stands for the formats that are written.
    pub(super) expected: &'static str,
    /// Default as a person would write it; `{}` stands for that of [`Transform::DEFAULT`].
    pub default: &'static str,
    /// Effect of the parameter, one sentence.
    pub doc: &'static str,
    /// Example values.
    pub examples: Examples,
    /// Whether an error may quote the value; a source URL must not be disclosed to others.
    pub(in crate::url) quotable: bool,
    pub(in crate::url) read: fn(&mut Draft, &str) -> Option<()>,
    /// Writes the canonical value, if it is not the deployment's own; `None` for a parameter that
    /// does not belong to the request's meaning.
    pub(in crate::url) write: Option<fn(&Asked) -> Option<String>>,
}

impl Param {
    /// Returns the words for a good value.
    pub fn expected(&self) -> String {
        let formats: Vec<_> = Format::written().map(Format::name).collect();
        self.expected.replace("{formats}", &formats.join(", "))
    }

    /// Whether the parameter belongs to the request's meaning, and so to the canonical form.
    pub fn is_asked(&self) -> bool {
        self.write.is_some()
    }

    /// Whether a value may be a named source.
    pub(in crate::url) fn names_source(&self) -> bool {
        matches!(self.name, "s" | "wm" | "wmb" | "wmc" | "default")
    }

    /// Returns the canonical text of the default, if [`Transform::DEFAULT`] has one.
    pub fn default_text(&self) -> Option<String> {
        let unasked = Asked {
            source: Source::OnOrigin(String::new()),
            transform: Transform::DEFAULT,
            version: None,
            max_age_secs: None,
            expires_secs: None,
            disposition: None,
            overlays: [const { None }; MOST_OVERLAYS],
            words: None,
            font: None,
            fallback: None,
            varies: Varies::default(),
        };
        let write = self.write.filter(|_| self.default.contains("{}"))?;
        write(&unasked)
    }
}

/// Values that have been read so far.
pub(in crate::url) struct Draft {
    pub(in crate::url) source: Option<Source>,
    pub(in crate::url) transform: Transform,
    pub(in crate::url) negotiated: Negotiated,
    pub(in crate::url) version: Option<String>,
    pub(in crate::url) max_age_secs: Option<u32>,
    pub(in crate::url) expires_secs: Option<u64>,
    pub(in crate::url) file_name: Option<String>,
    pub(in crate::url) widths: Option<Widths>,
    /// Values of `n` and `page`, each as it was given.
    pub(in crate::url) count: Option<Option<NonZeroU16>>,
    pub(in crate::url) page: Option<u16>,
    /// Pictures that are laid over the answer.
    pub(in crate::url) overlays: [Option<Wanted>; 3],
    /// Sources of those, once their names are known.
    pub(in crate::url) sources: [Option<Source>; 3],
    /// Words that are set on the answer, and their font.
    pub(in crate::url) words: Option<String>,
    pub(in crate::url) font: Option<Source>,
    /// Answer in place of an error, as it is asked for.
    pub(in crate::url) fallback: Option<fallback::Wanted>,
    /// Client hints that the transform depends on.
    pub(in crate::url) varies: Varies,
}

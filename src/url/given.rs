//! Known parameters of a query string, each once.

use crate::url::error::Error;
use crate::url::param::{self, PARAMS};

/// Known parameters of a query string, each once, as decoded text.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub(crate) pairs: Vec<(usize, String)>,
    unknown: Option<String>,
}

impl Given {
    pub(crate) fn read(query: &str) -> Result<Given, Error> {
        // The form parser decodes any bytes: invalid UTF-8 becomes U+FFFD, which no parameter
        // accepts.
        let mut given = Given::default();
        for (name, text) in ::url::form_urlencoded::parse(query.as_bytes()) {
            match param::find(&name) {
                None => given.unknown = given.unknown.or(Some(name.into_owned())),
                Some((_, param)) if given.has(param.name) => return Err(Error::Twice(param.name)),
                Some((row, _)) => given.pairs.push((row, text.into_owned())),
            }
        }
        Ok(given)
    }

    /// Returns the text of a parameter by its canonical name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.pairs()
            .find(|(given, _)| *given == name)
            .map(|(_, text)| text)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.text(name).is_some()
    }

    /// Returns canonical names and their texts, in the order of the request.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.pairs
            .iter()
            .map(|(row, text)| (PARAMS[*row].name, text.as_str()))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.pairs().map(|(name, _)| name)
    }

    /// Returns the first name that is not in the vocabulary.
    pub(crate) fn unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }
}

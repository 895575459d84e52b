//! Problems of a configuration, each with a sentence for the operator and one for everybody.

use std::fmt;

/// All problems of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(pub Vec<Problem>);

/// One problem of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Sentence for the operator (`npm run check`), which may quote the setting's value.
    pub detail: String,
    /// Sentence for everybody, which names the setting and quotes nothing of its value.
    pub public: String,
}

impl Problem {
    /// Creates a problem whose sentence quotes nothing.
    pub(crate) fn plain(text: &'static str) -> Problem {
        Problem {
            detail: text.to_owned(),
            public: text.to_owned(),
        }
    }

    /// Creates a problem with a setting's value.
    pub(crate) fn with_value(setting: &'static str, why: &str) -> Problem {
        Problem {
            detail: format!("{setting} is wrong: {why}"),
            public: format!("{setting} is wrong: npm run check says what was expected"),
        }
    }
}

impl Error {
    /// Returns the sentence that everybody may read.
    pub fn public_message(&self) -> String {
        let sentences: Vec<_> = self
            .0
            .iter()
            .map(|problem| problem.public.as_str())
            .collect();
        sentences.join("; ")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<_> = self
            .0
            .iter()
            .map(|problem| problem.detail.as_str())
            .collect();
        f.write_str(&sentences.join("; "))
    }
}

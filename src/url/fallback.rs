//! Answers in place of an error: `default`, and the settings `FALLBACKS` and `FALLBACK_IMAGE`.

use crate::url::source::Source;
use crate::url::value;

/// Answer in place of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// A redirect to the source itself.
    Redirect,
    /// Another picture, transformed in the same way.
    Picture(Source),
}

/// Word for the error itself.
pub(in crate::url) const NONE: &str = "none";

/// Word for a redirect to the source.
pub(crate) const REDIRECT: &str = "redirect";

/// A fallback as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The error itself.
    Nothing,
    /// A redirect to the source.
    Redirect,
    /// A picture by its source.
    Source(Source),
    /// A picture by its name in `FALLBACKS`.
    Named(String),
}

impl Wanted {
    /// Parses the value of `default` or of `FALLBACK_IMAGE`.
    pub(crate) fn parse(text: &str) -> Option<Wanted> {
        match text {
            NONE => Some(Wanted::Nothing),
            REDIRECT => Some(Wanted::Redirect),
            _ => {
                let source = Source::parse(text).map(Wanted::Source);
                source.or_else(|| value::token(text).map(Wanted::Named))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::url::parse;

    fn of(vars: &[(&str, &str)], query: &str) -> Result<Option<Fallback>, String> {
        let listed = ("ALLOWED_SOURCES", "a.example.com");
        let config = Config::from_pairs([&[listed], vars].concat());
        let config = config.map_err(|e| e.to_string())?;
        let asked = parse(query, &config.url_defaults()).map_err(|e| e.to_string())?;
        Ok(asked.expect("has a source").fallback)
    }

    fn picture(text: &str) -> Result<Option<Fallback>, String> {
        let source = Source::parse(text).expect("a source");
        Ok(Some(Fallback::Picture(source)))
    }

    #[test]
    fn a_fallback_is_a_source_a_name_or_a_word_and_the_request_has_the_last_word() {
        let own = [
            (
                "FALLBACKS",
                "face: https://a.example.com/face.png; shop: /none.png",
            ),
            ("FALLBACK_IMAGE", "shop"),
            ("PRESETS", "avatar: w=40&default=face"),
        ];
        let face = picture("https://a.example.com/face.png");
        for (query, wanted) in [
            ("s=/x", picture("/none.png")),
            ("s=/x&default=face", face.clone()),
            ("s=/x&p=avatar", face),
            ("s=/x&p=avatar&onerror=/y", picture("/y")),
            ("s=/x&default=none", Ok(None)),
            ("s=/x&default=redirect", Ok(Some(Fallback::Redirect))),
            (
                "s=/x&default=fcae",
                Err("default=fcae is not an absolute URL, a path on the origin, redirect, none, or one of face, shop".to_owned()),
            ),
        ] {
            assert_eq!(of(&own, query), wanted, "{query}");
        }
        assert_eq!(of(&[], "s=/x"), Ok(None));
        let said = of(&[], "s=/x&default=face").expect_err("no such name");
        assert!(said.ends_with("this deployment has no FALLBACKS"), "{said}");
    }

    #[test]
    fn settings_of_fallbacks_that_lead_nowhere_are_refused() {
        for (vars, why) in [
            (("FALLBACK_IMAGE", "face"), "no FALLBACKS"),
            (("FALLBACK_IMAGE", "a b"), "expected"),
            (
                ("FALLBACK_IMAGE", "https://b.example.com/x"),
                "not among ALLOWED_SOURCES",
            ),
            (
                ("FALLBACKS", "face: https://b.example.com/x"),
                "the host of face",
            ),
            (("FALLBACKS", "redirect: /x"), "redirect"),
            (("FALLBACK_STATUS", "404"), "expected error or 200"),
        ] {
            let said = of(&[vars], "s=/x").expect_err(why);
            assert!(said.contains(why), "{vars:?}: {said}");
        }
    }
}

//! Pictures by name, from the deployment's configuration, for overlays and fallbacks.

use crate::url::error::{Error, quote};
use crate::url::fallback::{self, Fallback, REDIRECT};
use crate::url::overlay::{NONE, Wanted};
use crate::url::source::Source;
use crate::url::value;

/// Parsed `OVERLAYS` or `FALLBACKS`: names of pictures, and their sources.
#[derive(Clone, Debug, Default)]
pub struct Pictures(Vec<(String, Source)>);

impl Pictures {
    /// Parses `logo: https://images.example.com/logo.png; badge: /badge.png`.
    ///
    /// # Errors
    /// The first entry that cannot be read, and the reason, in a sentence.
    pub fn parse(text: &str) -> Result<Pictures, String> {
        let mut list: Vec<(String, Source)> = Vec::new();
        let entries = text.split(';').map(str::trim).filter(|e| !e.is_empty());
        for entry in entries {
            let (name, source) = entry.split_once(':').unwrap_or((entry, ""));
            let named = value::token(name.trim()).filter(|name| name != NONE);
            let name = named.ok_or_else(|| {
                format!(
                    "`{}` is no name: expected letters, digits, dots, hyphens or underscores, and not none",
                    quote(name)
                )
            })?;
            if list.iter().any(|(other, _)| *other == name) {
                return Err(format!("{name} is there twice"));
            }
            let source = Source::parse(source.trim()).ok_or_else(|| {
                format!("{name} has no source: expected an absolute URL or a path on the origin")
            })?;
            list.push((name, source));
        }
        Ok(Pictures(list))
    }

    /// Returns names and sources.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.0.iter().map(|(name, source)| (name.as_str(), source))
    }

    /// Returns the source of a picture by its name.
    pub(in crate::url) fn named(&self, name: &str) -> Option<&Source> {
        let mut pictures = self.iter();
        pictures
            .find(|(own, _)| *own == name)
            .map(|(_, source)| source)
    }

    /// Parses `FALLBACKS`, in which a word of the parameter is no name.
    ///
    /// # Errors
    /// As [`Pictures::parse`].
    pub(crate) fn parse_fallbacks(text: &str) -> Result<Pictures, String> {
        let pictures = Pictures::parse(text)?;
        match pictures.named(REDIRECT) {
            None => Ok(pictures),
            Some(_) => Err(format!(
                "`{REDIRECT}` is no name: it is a word of the parameter"
            )),
        }
    }

    /// Returns the fallback that is asked for, if one is.
    ///
    /// # Errors
    /// A name that the deployment does not have.
    pub(crate) fn fallback(&self, wanted: &fallback::Wanted) -> Result<Option<Fallback>, Error> {
        let name = match wanted {
            fallback::Wanted::Nothing => return Ok(None),
            fallback::Wanted::Redirect => return Ok(Some(Fallback::Redirect)),
            fallback::Wanted::Source(source) => {
                return Ok(Some(Fallback::Picture(source.clone())));
            }
            fallback::Wanted::Named(name) => name,
        };
        if let Some(source) = self.named(name) {
            return Ok(Some(Fallback::Picture(source.clone())));
        }
        let words = "an absolute URL, a path on the origin, redirect, none";
        let names: Vec<_> = self.iter().map(|(name, _)| name).collect();
        Err(Error::Bad {
            param: "default",
            value: Some(quote(name)),
            expected: match names.is_empty() {
                true => format!("{words}: this deployment has no FALLBACKS"),
                false => format!("{words}, or one of {}", names.join(", ")),
            },
        })
    }

    /// Returns the source of an overlay that is asked for.
    ///
    /// # Errors
    /// A name that the deployment does not have, by the parameter that gives it.
    pub(in crate::url) fn source_of(
        &self,
        param: &'static str,
        wanted: &Wanted,
    ) -> Result<Source, Error> {
        let name = match wanted {
            Wanted::Source(source) => return Ok(source.clone()),
            Wanted::Named(name) => name,
        };
        let found = self.named(name);
        found.cloned().ok_or_else(|| Error::Bad {
            param,
            value: Some(quote(name)),
            expected: if self.0.is_empty() {
                "an absolute URL, a path on the origin or none: this deployment has no OVERLAYS"
                    .to_owned()
            } else {
                let names: Vec<_> = self.iter().map(|(name, _)| name).collect();
                format!(
                    "an absolute URL, a path on the origin, none, or one of {}",
                    names.join(", ")
                )
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::url::{canonical, parse};

    #[test]
    fn a_list_that_cannot_be_read_says_where_and_why() {
        for (text, why) in [
            ("https://a.example.com/x", "https has no source"),
            ("logo", "logo has no source"),
            ("logo: a.png", "logo has no source"),
            ("a b: /x", "`a b` is no name"),
            ("none: /x", "`none` is no name"),
            ("logo: /a; logo: /b", "logo is there twice"),
        ] {
            let problem = Pictures::parse(text).expect_err(text);
            assert!(problem.contains(why), "{text}: {problem}");
        }
        let list = Pictures::parse(" a: /x ;\n b.c : https://a.example.com/y?z ; ");
        let list = list.expect("two");
        let read: Vec<_> = list.iter().map(|(n, s)| format!("{n} {s}")).collect();
        assert_eq!(read, ["a /x", "b.c https://a.example.com/y?z"]);
    }

    #[test]
    fn a_name_is_its_source_and_what_has_none_is_refused_by_the_parameter() {
        let told = |overlays: &str, query: &str| {
            let vars = [("ALLOWED_SOURCES", "a.example.com"), ("OVERLAYS", overlays)];
            let presets = ("PRESETS", "brand: wm=logo&wmpos=bottom-right&w=300");
            let vars = vars
                .into_iter()
                .chain((!overlays.is_empty()).then_some(presets));
            let config = Config::from_pairs(vars).expect("good settings");
            match parse(query, &config.url_defaults()) {
                Ok(asked) => canonical(&asked.expect("has a source")),
                Err(error) => error.to_string(),
            }
        };
        let own = "logo: https://a.example.com/logo.png; badge: /b.png";
        for (named, spelled) in [
            ("s=/x&wm=logo", "s=/x&wm=https://a.example.com/logo.png"),
            ("s=/x&wm2=badge&wm=logo", "s=/x&wm=logo&wm2=/b.png"),
            ("s=/x&p=brand", "s=/x&wm=logo&wmpos=bottom-right&w=300"),
            ("s=/x&p=brand&wm=none", "s=/x&wmpos=bottom-right&w=300"),
            ("s=/x&wm=none&wmscale=none&wmpos=center", "s=/x"),
        ] {
            assert_eq!(told(own, named), told(own, spelled), "{named}");
            assert!(told(own, named).starts_with("a="), "{named}");
        }
        assert_ne!(told(own, "s=/x&wm=logo"), told(own, "s=/x&wm2=logo"));
        assert_eq!(
            told(own, "s=/x&wm3=lgoo"),
            "wmc=lgoo is not an absolute URL, a path on the origin, none, or one of logo, badge"
        );
        assert_eq!(
            told("", "s=/x&wm=logo"),
            "wm=logo is not an absolute URL, a path on the origin or none: this deployment has no OVERLAYS"
        );
        assert_eq!(
            told(own, "s=/x&wm=a/b"),
            "wm is not an absolute URL, a path on the origin, the name of a picture in OVERLAYS, or none"
        );
    }

    #[test]
    fn a_signed_width_scales_the_shifts_with_it() {
        let vars = [("ALLOWED_SOURCES", "a.example.com")];
        let config = Config::from_pairs(vars).expect("good settings");
        let query = "s=/x&widths=100,200&w=100&wm=/l&wmx=20&wmy=-10p";
        let asked = parse(query, &config.url_defaults()).expect("good");
        let text = canonical(&asked.expect("has a source"));
        assert!(text.ends_with("&wmx=10&wmy=-10p"), "{text}");
    }
}

//! Presets: named sets of parameters, from the deployment's configuration.
//!
//! A preset is a query string without a source, read by the parser of query strings, so that names
//! and errors are the same.

use crate::url::error::{Error, quote};
use crate::url::given::Given;
use crate::url::param::PARAMS;
use crate::url::value;

/// Parameters that a preset cannot set: the image, the preset itself, and the authorisation of the
/// request.
const FOREIGN: [&str; 5] = ["s", "p", "sig", "exp", "widths"];

/// Parameters that a request may give beside a preset where only presets are allowed.
const BESIDE: [&str; 5] = ["s", "p", "v", "sig", "exp"];

/// Parsed `PRESETS`.
#[derive(Clone, Debug, Default)]
pub struct Presets(pub(crate) Vec<(String, Given)>);

/// Parses `DEFAULTS`: parameters of a request that does not give them. Only parameters that have a
/// value without that are taken, because the canonical form has each of those.
///
/// # Errors
/// The first parameter that is not taken, in a sentence.
pub(crate) fn defaults(text: &str) -> Result<Given, String> {
    let given = Given::read(text).map_err(|e| e.to_string())?;
    let has_value = |name: &str| {
        let row = PARAMS.iter().find(|param| param.name == name);
        row.is_some_and(|param| param.default_text().is_some())
    };
    let foreign = given.names().find(|name| !has_value(name));
    match given.unknown().or(foreign) {
        None => Ok(given),
        Some(name) => {
            let taken = PARAMS.iter().map(|param| param.name);
            let taken: Vec<_> = taken.filter(|name| has_value(name)).collect();
            Err(format!(
                "`{}` has no default that can be set: expected a query of {}, such as \
                 h=auto&fit=scale-down&f=auto",
                quote(name),
                taken.join(", ")
            ))
        }
    }
}

impl Presets {
    /// Parses `card: w=1200&h=627; thumb: w=160&h=160&fit=cover`.
    ///
    /// # Errors
    /// The first preset that cannot be read, and the reason, in a sentence.
    pub fn parse(text: &str) -> Result<Presets, String> {
        let mut list: Vec<(String, Given)> = Vec::new();
        let presets = text.split(';').map(str::trim).filter(|p| !p.is_empty());
        for preset in presets {
            let (name, query) = preset.split_once(':').ok_or_else(|| {
                format!(
                    "`{}` has no name: expected card: w=1200&h=627",
                    quote(preset)
                )
            })?;
            let name = value::token(name.trim()).ok_or_else(|| {
                format!(
                    "`{}` is no name: expected letters, digits, dots, hyphens or underscores",
                    quote(name)
                )
            })?;
            if list.iter().any(|(other, _)| *other == name) {
                return Err(format!("{name} is there twice"));
            }
            let given = Given::read(query.trim()).map_err(|e| format!("in {name}, {e}"))?;
            if let Some(unknown) = given
                .unknown()
                .or_else(|| FOREIGN.into_iter().find(|foreign| given.has(foreign)))
            {
                return Err(format!(
                    "in {name}, {} is no parameter of a preset",
                    quote(unknown)
                ));
            }
            list.push((name, given));
        }
        Ok(Presets(list))
    }

    /// Whether there are no presets.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the preset that a request names, if any, after checking that the request gives only
    /// permitted parameters.
    pub(super) fn of(&self, given: &Given, only: bool) -> Result<Option<&Given>, Error> {
        if let Some(name) = given.names().find(|name| only && !BESIDE.contains(name)) {
            return Err(Error::Bad {
                param: name,
                value: None,
                expected: format!(
                    "for this deployment, which takes presets only: p is one of {}",
                    self.names()
                ),
            });
        }
        let Some(asked) = given.text("p") else {
            return Ok(None);
        };
        let found = self.0.iter().find(|(name, _)| name == asked);
        found
            .map(|(_, given)| Some(given))
            .ok_or_else(|| Error::Bad {
                param: "p",
                value: Some(quote(asked)),
                expected: if self.is_empty() {
                    "a preset: this deployment has none".to_owned()
                } else {
                    format!("one of {}", self.names())
                },
            })
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_that_cannot_be_read_says_where_and_why() {
        for (text, why) in [
            ("w=1", "has no name"),
            ("a b: w=1", "`a b` is no name"),
            (": w=1", "is no name"),
            ("card: w=1; card: w=2", "card is there twice"),
            ("card: w=1&width=2", "in card, w is given twice"),
            (
                "card: widht=1",
                "in card, widht is no parameter of a preset",
            ),
            ("card: src=/x", "in card, s is no parameter of a preset"),
            (
                "a: w=1; card: preset=a",
                "in card, p is no parameter of a preset",
            ),
            ("card: sig=x", "in card, sig is no"),
            ("card: exp=1", "in card, exp is no"),
        ] {
            let problem = Presets::parse(text).expect_err(text);
            assert!(problem.contains(why), "{text}: {problem}");
        }
        assert!(
            Presets::parse(" ; ")
                .expect("nothing is readable")
                .is_empty()
        );
        assert!(
            !Presets::parse("a:w=1;\n  b : h=2 ;")
                .expect("two")
                .is_empty()
        );
    }
}

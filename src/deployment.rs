//! `npm run check`: whether a deployment with these settings would serve, and would not be open to
//! strangers.
//!
//! The settings are read by the same parser, in the same module, that is deployed. A secret is
//! known by its name only, and is assumed to be valid.

use crate::config::{self, Config, SECRETS, SETTINGS};
use crate::dialect::Keys;
use crate::origin::credentials::S3Keys;

/// Configuration of a deployment.
#[derive(Clone, Debug, Default)]
pub struct Deployment {
    /// Variables, each a name and a text.
    pub vars: Vec<(String, String)>,
    /// Names of the bound stores.
    pub bindings: Vec<String>,
    /// Names of the required secrets.
    pub secrets: Vec<String>,
}

/// Signing key in place of the deployment's own, which is not visible here.
const STAND_IN_KEY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Deployment {
    /// Returns the settings in force, a line each, and notes about them, which begin with `note: `.
    ///
    /// # Errors
    /// Every problem that keeps the deployment from serving, or opens it to strangers, a sentence
    /// each.
    pub fn review(&self) -> Result<Vec<String>, Vec<String>> {
        let problems: Vec<String> = self
            .unread()
            .into_iter()
            .chain(self.out_of_place())
            .chain(self.without_origin())
            .collect();
        if problems.is_empty() {
            Ok(self.in_force())
        } else {
            Err(problems)
        }
    }

    /// Returns what the worker would read.
    fn config(&self) -> Result<Config, config::Error> {
        let stand_in = Keys::stand_in();
        let vars = self.vars.iter().map(|(name, value)| (&**name, &**value));
        let secrets = self
            .secrets
            .iter()
            .filter(|name| SECRETS.contains(&name.as_str()))
            .map(|name| match &**name {
                "DIALECT_KEYS" => ("DIALECT_KEYS", &*stand_in),
                "SOURCE_HEADERS" => ("SOURCE_HEADERS", "{}"),
                "S3_KEYS" => ("S3_KEYS", S3Keys::STAND_IN),
                name => (name, STAND_IN_KEY),
            });
        let is_bound = self.is_bound();
        Config::of_deployment(vars.chain(secrets), is_bound)
    }

    /// Returns the problems of the parser, with which the worker would serve nothing.
    fn unread(&self) -> Vec<String> {
        match self.config() {
            Err(error) => {
                let details = error.0.into_iter().map(|problem| problem.detail);
                details.collect()
            }
            Ok(config) if config.rules.development => vec![
                "MODE=development is for this machine: a deployment in it answers nobody"
                    .to_owned(),
            ],
            Ok(_) => Vec::new(),
        }
    }

    /// Returns the secrets that stand in a file, and the variables that no setting reads.
    fn out_of_place(&self) -> impl Iterator<Item = String> {
        self.vars.iter().flat_map(|(name, value)| {
            let secret = SECRETS.contains(&name.as_str()) && !value.trim().is_empty();
            let stranger = !SETTINGS.iter().any(|setting| setting.name == name);
            let told = secret.then(|| {
                format!(
                    "{name} is a secret, and this file is not: remove it, give it with `npx wrangler secret put {name}`, and \
                     have it checked with `required = [\"{name}\"]` under [secrets]"
                )
            });
            told.into_iter().chain(
                stranger.then(|| format!("{name} is no setting of letterbox: a typing error?")),
            )
        })
    }

    /// Returns the problem of queries on the images of an origin that does not exist.
    fn without_origin(&self) -> Option<String> {
        let is_given = |name: &str| {
            let mut vars = self.vars.iter();
            vars.any(|(own, value)| own == name && !value.trim().is_empty())
        };
        (is_given("ORIGIN_QUERY") && !is_given("ORIGIN") && !self.is_bound()).then(|| {
            "ORIGIN_QUERY is about the images of an origin, and there is none: give ORIGIN, or bind ORIGIN_BUCKET or ASSETS"
                .to_owned()
        })
    }

    /// Whether a store is bound as the origin.
    fn is_bound(&self) -> bool {
        let mut names = self.bindings.iter();
        names.any(|name| ["ORIGIN_BUCKET", "ASSETS"].contains(&name.as_str()))
    }

    fn in_force(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for setting in SETTINGS {
            let given = self
                .vars
                .iter()
                .find(|(name, value)| name == setting.name && !value.trim().is_empty());
            let line = match given {
                Some((_, value)) => Some(value.clone()),
                None => setting.default().map(|value| format!("{value} (default)")),
            };
            lines.extend(line.map(|line| format!("{:<20} {line}", setting.name)));
        }
        let bound = self.bindings.iter().map(|name| format!("{name:<20} bound"));
        let secret = self
            .secrets
            .iter()
            .map(|name| format!("{name:<20} (secret: npx wrangler secret put {name})"));
        lines.extend(bound.chain(secret));
        lines.extend(self.notes());
        lines
    }

    /// Returns facts about settings that work and may surprise.
    fn notes(&self) -> Option<String> {
        let closed = self.config().ok()?.closed_dialects();
        let names: Vec<&str> = closed.iter().map(|dialect| dialect.name()).collect();
        (!names.is_empty()).then(|| {
            format!(
                "note: with SIGNING_KEYS a dialect is closed, and each of its URLs 403, unless its service signs URLs and \
                 DIALECT_KEYS has the key: {}",
                names.join(", ")
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn review(vars: &[(&str, &str)], secrets: &[&str]) -> Result<Vec<String>, Vec<String>> {
        let own = |text: &&str| (*text).to_owned();
        Deployment {
            vars: vars
                .iter()
                .map(|(name, value)| (own(name), own(value)))
                .collect(),
            bindings: vec!["ORIGIN_BUCKET".to_owned()],
            secrets: secrets.iter().map(own).collect(),
        }
        .review()
    }

    #[test]
    fn a_list_of_hosts_is_deployable_and_the_settings_in_force_are_told() {
        let told = review(
            &[
                ("ALLOWED_SOURCES", "images.example.com"),
                ("CACHE_TTL", "60"),
            ],
            &[],
        )
        .expect("deployable");
        for line in [
            "ALLOWED_SOURCES      images.example.com",
            "CACHE_TTL            60",
            "DEFAULT_WIDTH        1200 (default)",
            "ORIGIN_BUCKET        bound",
        ] {
            assert!(told.iter().any(|told| told == line), "{line}: {told:?}");
        }
    }

    #[test]
    fn signing_keys_are_a_secret_and_stand_in_the_place_of_a_list() {
        let vars = &[
            ("ALLOWED_SOURCES", "*"),
            ("PRESETS", "card: w=600"),
            ("WIDTH_LADDER", "320,640"),
        ];
        let told = review(vars, &["SIGNING_KEYS"])
            .expect("deployable")
            .join("\n");
        assert!(
            told.contains("SIGNING_KEYS         (secret: npx wrangler secret put SIGNING_KEYS)")
        );
        assert!(told.contains("PRESETS              card: w=600"), "{told}");
        assert!(!told.contains(&STAND_IN_KEY[..16]), "{told}");
        assert!(review(&[], &["SIGNING_KEYS"]).is_ok());
    }

    #[test]
    fn dialects_that_sign_nothing_get_a_note_where_urls_are_signed() {
        let vars = &[
            ("ALLOWED_SOURCES", "images.example.com"),
            ("DIALECTS", "/_ipx/=ipx, /i/=ipx, /wsrv=wsrv"),
        ];
        let notes = |secrets: &[&str]| -> Vec<String> {
            let told = review(vars, secrets).expect("deployable");
            let notes = told.into_iter().filter(|line| line.starts_with("note: "));
            notes.collect()
        };
        let told = notes(&["SIGNING_KEYS"]);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].ends_with("the key: ipx, wsrv"), "{told:?}");
        assert!(told[0].contains("403"), "{told:?}");
        assert_eq!(notes(&[]), Vec::<String>::new());

        let vars = &[
            ("ALLOWED_SOURCES", "images.example.com"),
            ("DIALECTS", "/p/=imgproxy, /_ipx/=ipx, /t/=thumbor"),
        ];
        let told = review(vars, &["SIGNING_KEYS", "DIALECT_KEYS"]).expect("deployable");
        let notes: Vec<_> = told.iter().filter(|l| l.starts_with("note: ")).collect();
        assert!(
            notes.len() == 1 && notes[0].contains("the key: ipx"),
            "{told:?}"
        );
    }

    #[test]
    fn a_query_on_the_origins_images_needs_an_origin() {
        let listed = ("ALLOWED_SOURCES", "images.example.com");
        let with = |vars: &[(&str, &str)], bindings: &[&str]| {
            let own = |text: &&str| (*text).to_owned();
            let vars = [&[listed], vars].concat();
            Deployment {
                vars: vars.iter().map(|(n, v)| (own(n), own(v))).collect(),
                bindings: bindings.iter().map(own).collect(),
                secrets: Vec::new(),
            }
            .review()
        };
        let query = ("ORIGIN_QUERY", "imgix");
        let told = with(&[query], &["ASSETS"]).expect("an origin");
        assert!(
            told.contains(&"ORIGIN_QUERY         imgix".to_owned()),
            "{told:?}"
        );
        assert!(with(&[query, ("ORIGIN", "https://www.example.com")], &[]).is_ok());
        let said = with(&[query], &["OTHER"]).expect_err("none").join("\n");
        assert!(
            said.contains("give ORIGIN, or bind ORIGIN_BUCKET"),
            "{said}"
        );
        let said = with(&[("ORIGIN_QUERY", "next")], &["ASSETS"]).expect_err("next");
        assert!(
            said.join("\n").contains("expected native or one of imgix"),
            "{said:?}"
        );
        let vars = &[query, ("PRESETS_ONLY", "true"), ("PRESETS", "a: w=1")];
        let said = with(vars, &["ASSETS"]).expect_err("presets");
        assert!(said.join("\n").contains("expected native"), "{said:?}");
        let told = review(&[listed, query], &["SIGNING_KEYS"]).expect("deployable");
        assert!(
            told.iter().any(|line| line.ends_with("the key: imgix")),
            "{told:?}"
        );
    }

    #[test]
    fn a_key_in_the_file_is_refused_and_not_repeated() {
        let key = "0123456789abcdef".repeat(4);
        let vars = &[
            ("ALLOWED_SOURCES", "images.example.com"),
            ("SIGNING_KEYS", &*key),
        ];
        let said = review(vars, &[]).expect_err("refused").join("\n");
        assert!(
            said.contains("npx wrangler secret put SIGNING_KEYS"),
            "{said}"
        );
        assert!(!said.contains("0123456789"), "{said}");
    }

    #[test]
    fn a_deployment_that_serves_nobody_or_everybody_is_refused() {
        let listed = ("ALLOWED_SOURCES", "images.example.com");
        for (vars, wanted) in [
            (&[("ALLOWED_SOURCES", "*")][..], "strangers"),
            (
                &[("SOURCES", "a: https://a.example.com/ s3=auto")],
                "a has no key: npx wrangler secret put S3_KEYS",
            ),
            (&[("SOURCES", "a: https://10.0.0.1/")], "the base of a"),
            (&[("MODE", "development")], "answers nobody"),
            (&[("ALLOWED_SOURCES", "*"), ("SIGNING_KEYS", "00")], "key 1"),
            (&[listed, ("PRESETS", "card: w=1e3")], "in card"),
            (&[listed, ("PRESETS_ONLY", "true")], "PRESETS has none"),
            (&[listed, ("WIDTH_LADDER", "640,320")], "ascending"),
            (
                &[listed, ("ALOWED_SOURCES", "x.example.com")],
                "typing error",
            ),
            (&[listed, ("ORIGIN", "http://www.example.com")], "https"),
        ] {
            let said = review(vars, &[]).expect_err("refused").join("\n");
            assert!(said.contains(wanted), "{vars:?}: {said}");
        }
        let none = Deployment::default().review().expect_err("refused");
        assert!(none.join("\n").contains("ALLOWED_SOURCES is empty"));
    }

    #[test]
    fn a_store_or_a_named_origin_is_deployable_without_a_list() {
        assert!(review(&[], &[]).is_ok());
        let vars = &[("SOURCES", "a: https://a.example.com/ s3=auto")];
        let told = review(vars, &["S3_KEYS", "SOURCE_HEADERS"]).expect("deployable");
        assert!(!told.join("\n").contains("stand-in"), "{told:?}");
        for (name, value) in [("S3_KEYS", "a=b:hush"), ("SOURCE_HEADERS", "{}")] {
            let said = review(&[(name, value)], &[]).expect_err("a secret");
            assert!(!said.join("\n").contains("hush"), "{said:?}");
        }
    }
}

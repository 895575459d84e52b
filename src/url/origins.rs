//! Named origins: places that sources come from, by a name from the deployment's configuration.

use url::Url;

use crate::url::error::quote;
use crate::url::source::{Source, below};
use crate::url::value;

/// Parsed `SOURCES`.
#[derive(Clone, Debug, Default)]
pub struct Origins(Vec<Origin>);

/// A named origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Name, the scheme of its sources.
    pub name: String,
    /// URL that its paths lie below.
    pub base: Url,
    /// Region, for a bucket whose requests are signed as S3 has it.
    pub region: Option<String>,
}

/// Schemes that are no names: URLs have them.
const SCHEMES: [&str; 7] = ["http", "https", "ftp", "file", "data", "blob", "ws"];

impl Origins {
    /// Parses `shop: https://images.shop.example/; photos: https://s3.example/photos/ s3=auto`.
    ///
    /// # Errors
    /// The first entry that cannot be read, and the reason, in a sentence.
    pub fn parse(text: &str) -> Result<Origins, String> {
        let mut list: Vec<Origin> = Vec::new();
        let entries = text.split([';', ',']).map(str::trim);
        for entry in entries.filter(|entry| !entry.is_empty()) {
            let (name, rest) = entry.split_once(':').unwrap_or((entry, ""));
            let is_name = |name: &String| !SCHEMES.contains(&name.as_str());
            let name = value::token(name.trim()).filter(is_name);
            let name = name.ok_or_else(|| {
                format!(
                    "`{}` has no name: expected shop: https://images.shop.example/",
                    quote(entry)
                )
            })?;
            if list.iter().any(|other| other.name == name) {
                return Err(format!("{name} is there twice"));
            }
            let mut words = rest.split_whitespace();
            let base = words.next().and_then(|word| Url::parse(word).ok());
            let base = base.filter(|base| {
                base.has_host() && base.query().is_none() && base.fragment().is_none()
            });
            let base = base.ok_or_else(|| {
                format!("{name} has no base: expected an absolute URL without query")
            })?;
            let mut region = None;
            for word in words {
                let told = word.strip_prefix("s3=").and_then(value::token);
                region =
                    Some(told.ok_or_else(|| {
                        format!("in {name}, `{}` is not s3=<region>", quote(word))
                    })?);
            }
            list.push(Origin { name, base, region });
        }
        Ok(Origins(list))
    }

    /// Returns the origins.
    pub fn iter(&self) -> impl Iterator<Item = &Origin> {
        self.0.iter()
    }

    /// Returns the source at a path of a named origin, below its base.
    pub(crate) fn at(&self, name: &str, path: &str) -> Option<Source> {
        Source::parse(&self.spelled_out(&format!("{name}:/{path}"))?)
    }

    /// Returns the URL of a named source; `None` for any other text. A path does not leave its
    /// base.
    pub(in crate::url) fn spelled_out(&self, text: &str) -> Option<String> {
        let (name, path) = split(text)?;
        let origin = self.iter().find(|origin| origin.name == name)?;
        match Source::parse(path)? {
            Source::OnOrigin(path) => Some(below(&origin.base, &path).into()),
            Source::Absolute(_) => None,
        }
    }
}

/// Splits `name:/path`; `None` for any other text, URLs among them.
pub(in crate::url) fn split(text: &str) -> Option<(&str, &str)> {
    let (name, path) = text.split_once(':')?;
    let is_name = !SCHEMES.contains(&name.to_ascii_lowercase().as_str());
    (is_name && path.starts_with('/') && !path.starts_with("//")).then_some((name, path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::url::{canonical, parse};

    #[test]
    fn a_list_that_cannot_be_read_says_where_and_why() {
        for (text, why) in [
            ("https://images.shop.example/", "has no name"),
            ("shop", "shop has no base"),
            ("shop: /x", "shop has no base"),
            ("shop: https://a.example/?x", "shop has no base"),
            ("http: https://a.example/", "has no name"),
            ("a b: https://a.example/", "has no name"),
            ("shop: https://a.example/ s4=x", "is not s3=<region>"),
            (
                "a: https://a.example/; a: https://b.example/",
                "a is there twice",
            ),
        ] {
            let problem = Origins::parse(text).expect_err(text);
            assert!(problem.contains(why), "{text}: {problem}");
        }
        let list = Origins::parse(" a: https://a.example/x , b.c: https://b.example s3=auto;");
        let list: Vec<_> = list.expect("two").0;
        assert_eq!((list.len(), list[1].region.as_deref()), (2, Some("auto")));
        assert_eq!(list[1].base.as_str(), "https://b.example/");
    }

    #[test]
    fn a_named_source_is_its_url_wherever_a_source_may_be() {
        let vars = [("SOURCES", "shop: https://images.shop.example/a/")];
        let config = Config::from_pairs(vars).expect("good settings");
        let told = |query: &str| match parse(query, &config.url_defaults()) {
            Ok(asked) => canonical(&asked.expect("has a source")),
            Err(error) => error.to_string(),
        };
        let at = |path: &str| told(&format!("s=https://images.shop.example/a/{path}"));
        assert_eq!(told("s=shop:/b.jpg?x=1"), at("b.jpg?x=1"));
        assert_eq!(told("s=shop:/c/../b c.jpg"), at("b%20c.jpg"));
        assert_eq!(told("s=shop:/../../b.jpg"), at("b.jpg"));
        assert_eq!(told("s=shop:/%2e%2e/b.jpg"), at("b.jpg"));
        assert_eq!(
            told("s=shop:/b&wm=shop:/logo.png"),
            told("s=shop:/b&wm=https://images.shop.example/a/logo.png")
        );
        for bad in [
            "shop:b.jpg",
            "shop://b.jpg",
            "shop:/\\evil.example",
            "SHOP:/b",
            "shp:/b",
        ] {
            assert!(!told(&format!("s={bad}")).contains("images.shop"), "{bad}");
        }
        assert_eq!(at("b"), told("s=https:/images.shop.example/a/b"));
    }
}

//! Dialects at prefixes: the settings `DIALECTS` and `ORIGIN_QUERY`.

use crate::dialect::options::Options;
use crate::dialect::table::{DIALECTS, Dialect, Form};
use crate::url as vocabulary;

/// A dialect at a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    prefix: String,
    /// The dialect.
    pub dialect: Dialect,
    /// Options of the mount.
    pub options: Options,
}

impl Mount {
    /// Returns the part of a path behind the prefix, if the mount answers it.
    pub fn rest<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(&self.prefix)?;
        (self.dialect.row().form != Form::Query || rest.is_empty()).then_some(rest)
    }
}

/// Endings of paths of images, in lower case.
const ENDINGS: [&str; 13] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "apng", "gif", "webp", "avif", "bmp", "ico", "tif", "tiff",
];

/// Parsed `ORIGIN_QUERY`: the vocabulary in which a query on the path of one of the origin's images
/// transforms that image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "a deployment has one, for as long as the isolate lives"
)]
pub enum OriginQuery {
    /// Native parameters: `/photo.jpg?w=600` means `/?s=/photo.jpg&w=600`.
    Native,
    /// A dialect, as if it were mounted at `/`.
    Dialect(Mount),
}

impl OriginQuery {
    /// Parses `imgix`, with options as those of a mount behind it, or `native`.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn parse(text: &str) -> Result<OriginQuery, String> {
        let (name, options) = text.split_once('?').unwrap_or((text, ""));
        if text == "native" {
            return Ok(OriginQuery::Native);
        }
        let mut rows = DIALECTS.iter().filter(|row| row.form == Form::OnImage);
        let row = rows.clone().find(|row| row.name == name);
        let row = row.ok_or_else(|| {
            let names: Vec<&str> = rows.by_ref().map(|row| row.name).collect();
            format!("expected native or one of {}", names.join(", "))
        })?;
        Ok(OriginQuery::Dialect(Mount {
            prefix: "/".to_owned(),
            dialect: row.dialect,
            options: Options::parse(options, row.options)?,
        }))
    }

    /// Whether a request is one for a transform of the image at its path: the path has the ending
    /// of an image, and the query a parameter of this vocabulary. A query with a source of its own
    /// is a native one, as it is without this setting.
    pub fn claims(&self, path: &str, query: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or_default();
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        let is_image = ending.is_some_and(|ending| {
            let mut endings = ENDINGS.iter();
            endings.any(|known| known.eq_ignore_ascii_case(ending))
        });
        if !is_image || query.is_empty() {
            return false;
        }
        match self {
            OriginQuery::Native => vocabulary::transforms(query),
            OriginQuery::Dialect(mount) => {
                !vocabulary::has_source(query) && mount.dialect.knows_one_of(query)
            }
        }
    }
}

/// Parsed `DIALECTS`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mounts(Vec<Mount>);

impl Mounts {
    /// Returns the pictures of watermarks that options of mounts name.
    pub(crate) fn watermarks(&self) -> impl Iterator<Item = &vocabulary::Source> {
        let options = self.0.iter().map(|mount| &mount.options);
        options.filter_map(|options| options.watermark.as_ref())
    }

    /// Parses `/_next/image=next, /_ipx/=ipx`.
    ///
    /// # Errors
    /// A sentence about the first mount that cannot be read.
    pub fn parse(text: &str) -> Result<Mounts, String> {
        let mut mounts: Vec<Mount> = Vec::new();
        for entry in text.split(',').map(str::trim).filter(|e| !e.is_empty()) {
            let (entry, options) = entry.split_once('?').unwrap_or((entry, ""));
            let quoted = crate::url::quote(entry);
            let (prefix, name) = entry
                .rsplit_once('=')
                .map(|(prefix, name)| (prefix.trim(), name.trim()))
                .ok_or_else(|| format!("`{quoted}` has no dialect: expected /_next/image=next"))?;
            let row = DIALECTS.iter().find(|row| row.name == name);
            let row = row.ok_or_else(|| {
                let names: Vec<&str> = DIALECTS.iter().map(|row| row.name).collect();
                let name = crate::url::quote(name);
                format!("{name} is no dialect: expected one of {}", names.join(", "))
            })?;
            let plain = prefix.starts_with('/')
                && !prefix.contains("//")
                && prefix
                    .bytes()
                    .all(|b| b.is_ascii_graphic() && !b"?#%\\".contains(&b));
            if !plain {
                return Err(format!(
                    "`{quoted}` has no prefix: expected a path that starts with /, without percent-encoding"
                ));
            }
            if (row.form != Form::Query) != prefix.ends_with('/') && prefix != "/" {
                return Err(match row.form != Form::Query {
                    true => format!("`{quoted}`: the prefix of {name} ends with /"),
                    false => {
                        format!("`{quoted}`: {name} is at one path, which does not end with /")
                    }
                });
            }
            if mounts.iter().any(|mount| mount.prefix == prefix) {
                return Err(format!("{} is there twice", crate::url::quote(prefix)));
            }
            let options = Options::parse(options, row.options)
                .map_err(|problem| format!("`{quoted}`: {problem}"))?;
            mounts.push(Mount {
                prefix: prefix.to_owned(),
                dialect: row.dialect,
                options,
            });
        }
        // The longest prefix wins.
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.prefix.len()));
        Ok(Mounts(mounts))
    }

    /// Whether there are no mounts.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the mounts.
    pub fn iter(&self) -> impl Iterator<Item = &Mount> {
        self.0.iter()
    }

    /// Returns the mount that answers a path.
    pub fn at(&self, path: &str) -> Option<&Mount> {
        self.0.iter().find(|mount| mount.rest(path).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_are_read_and_the_longest_prefix_wins() {
        let text = "/_next/image=next?widths=640+750&qualities=75, /.netlify/images=netlify, /_next/image2=vercel";
        let mounts = Mounts::parse(text).expect("good");
        let at = |path| mounts.at(path).map(|mount| mount.dialect.name());
        assert_eq!(at("/_next/image"), Some("next"));
        assert_eq!(at("/_next/image2"), Some("vercel"));
        assert_eq!(at("/_next/image/"), None);
        assert_eq!(at("/.netlify/images"), Some("netlify"));
        assert_eq!(at("/"), None);
        let next = mounts.at("/_next/image").expect("mounted");
        assert_eq!(next.options.widths, Some(vec![640, 750]));
    }

    #[test]
    fn a_mount_that_cannot_be_read_says_why() {
        for (text, why) in [
            ("/x", "has no dialect"),
            ("/x=nxt", "nxt is no dialect: expected one of next, "),
            ("x=next", "has no prefix"),
            ("=next", "has no prefix"),
            ("/a%20b=next", "has no prefix"),
            ("//a=next", "has no prefix"),
            ("/x/=next", "is at one path"),
            ("/x=next, /x=netlify", "/x is there twice"),
            ("/x=next?widths=0", "widths is wrong"),
            ("/x=next?widths=", "widths is wrong"),
            ("/x=next?qualities=75+101", "qualities is wrong"),
            ("/x=next?formats=jpg", "formats is wrong"),
            ("/x=next?maxage=1h", "maxage is wrong"),
            ("/x=next?w=1", "w is no option of it: expected widths, "),
            (
                "/x=netlify?widths=1",
                "widths is no option of it: expected maxage",
            ),
        ] {
            let problem = Mounts::parse(text).expect_err(text);
            assert!(problem.contains(why), "{text}: {problem}");
        }
        assert!(Mounts::parse(" , ").expect("nothing").is_empty());
    }

    #[test]
    fn a_query_on_an_image_is_claimed_where_it_has_a_parameter_of_the_vocabulary() {
        let claims = |text: &str, url: &str| {
            let (path, query) = url.split_once('?').unwrap_or((url, ""));
            OriginQuery::parse(text).expect(text).claims(path, query)
        };
        for url in [
            "/a.jpg?w=9",
            "/x/a.b.PNG?v=1&w=9",
            "/a.webp?fm=jpg&s=0123456789abcdef",
        ] {
            assert!(claims("imgix", url), "{url}");
        }
        for url in [
            "/a.jpg?w=9",
            "/a.tiff?v=1&width=x",
            "/a.jpg?p=card",
            "/a.jpg?w=1&w=2",
        ] {
            assert!(claims("native", url), "{url}");
        }
        for url in [
            "/a.jpg",
            "/a.jpg?v=3",
            "/a.jpg?utm_source=w",
            "/?w=9",
            "/jpg?w=9",
            "/search?w=9&q=80",
            "/a.jpg/?w=9",
            "/a.svg?w=9",
            "/a.jpg?w=9&s=/b.jpg",
            "/a.jpg?w=9&url=https://a.example/b.jpg",
        ] {
            assert!(!claims("imgix", url) && !claims("native", url), "{url}");
        }
        assert!(
            !claims("native", "/a.jpg?s=0123&w=9"),
            "a source, if a wrong one"
        );
        assert!(!claims("native", "/a.jpg?maxage=60&sig=x&v=2&exp=5"));
    }

    #[test]
    fn an_origin_query_is_native_or_a_dialect_whose_query_is_on_the_image() {
        assert_eq!(OriginQuery::parse("native"), Ok(OriginQuery::Native));
        assert!(OriginQuery::parse("sanity?maxage=60").is_ok());
        for text in ["next", "ipx", "nosuch", "native?x=1", ""] {
            let problem = OriginQuery::parse(text).expect_err(text);
            assert!(
                problem.starts_with("expected native or one of imgix, "),
                "{problem}"
            );
        }
        let problem = OriginQuery::parse("imgix?w=1").expect_err("no option");
        assert!(problem.contains("w is no option of it"), "{problem}");
    }
}

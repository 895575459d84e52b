//! Dialects: URLs of other services, answered at prefixes that the deployment names.
//!
//! A dialect translates a request to the native one that means the same, with the defaults of its
//! service, and tells errors in its service's shape. It decides nothing else: rules for sources,
//! limits, the cache and the engine are those of every request, and so an answer has one cache
//! entry, however it was asked for.

mod aws;
mod bytes;
mod call;
mod cloudflare;
mod cloudinary;
mod colour;
mod effect;
mod imgix;
mod imgproxy;
mod ipx;
mod keys;
mod netlify;
mod next;
mod options;
mod sharp;
mod thumbor;
mod wsrv;

use std::fmt;

pub use crate::dialect::call::{Call, Extras, Failure, Refusal, Told, Translation};
pub use crate::dialect::keys::Keys;
use crate::dialect::keys::Owner;
pub use crate::dialect::options::{Hash, Options};

/// A dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Next.js.
    Next,
    /// Vercel.
    Vercel,
    /// Netlify Image CDN.
    Netlify,
    /// ipx, the image server of Nuxt.
    Ipx,
    /// Cloudflare Images.
    Cloudflare,
    /// wsrv.nl.
    Wsrv,
    /// imgproxy.
    Imgproxy,
    /// thumbor.
    Thumbor,
    /// imagor.
    Imagor,
    /// AWS Dynamic Image Transformation.
    Aws,
    /// imgix.
    Imgix,
    /// Cloudinary.
    Cloudinary,
    /// Sanity.
    Sanity,
}

/// Facts about a dialect.
struct Row {
    dialect: Dialect,
    /// Name in `DIALECTS`.
    name: &'static str,
    /// Whether everything is in the path. A dialect of the query is mounted at one exact path.
    in_path: bool,
    /// Options of its mounts.
    options: &'static [&'static str],
}

/// All dialects.
const DIALECTS: [Row; 13] = [
    Row {
        dialect: Dialect::Next,
        name: "next",
        in_path: false,
        options: &["widths", "qualities", "formats", "maxage"],
    },
    Row {
        dialect: Dialect::Vercel,
        name: "vercel",
        in_path: false,
        options: &["widths", "qualities", "formats", "maxage"],
    },
    Row {
        dialect: Dialect::Netlify,
        name: "netlify",
        in_path: false,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Ipx,
        name: "ipx",
        in_path: true,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Cloudflare,
        name: "cloudflare",
        in_path: true,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Wsrv,
        name: "wsrv",
        in_path: false,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Imgproxy,
        name: "imgproxy",
        in_path: true,
        options: &["maxage", "signature", "preset.<name>"],
    },
    Row {
        dialect: Dialect::Thumbor,
        name: "thumbor",
        in_path: true,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Imagor,
        name: "imagor",
        in_path: true,
        options: &["maxage", "signature", "hash"],
    },
    Row {
        dialect: Dialect::Aws,
        name: "aws",
        in_path: true,
        options: &["maxage", "formats", "bucket.<name>"],
    },
    Row {
        dialect: Dialect::Imgix,
        name: "imgix",
        in_path: true,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Cloudinary,
        name: "cloudinary",
        in_path: true,
        options: &["maxage", "preset.<name>"],
    },
    Row {
        dialect: Dialect::Sanity,
        name: "sanity",
        in_path: true,
        options: &["maxage"],
    },
];

impl Dialect {
    /// All dialects.
    pub fn all() -> impl Iterator<Item = Dialect> {
        DIALECTS.iter().map(|row| row.dialect)
    }

    fn row(self) -> &'static Row {
        let row = DIALECTS.iter().find(|row| row.dialect == self);
        row.expect("the table has every dialect")
    }

    /// Returns the name in `DIALECTS`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Translates a request.
    ///
    /// # Errors
    /// The reason why the request is refused, in the dialect's words.
    pub fn read(self, call: &Call<'_>, options: &Options) -> Result<Translation, Refusal> {
        let mut translation = match self {
            Dialect::Next => next::read(call, options, false),
            Dialect::Vercel => next::read(call, options, true),
            Dialect::Netlify => netlify::read(call),
            Dialect::Ipx => ipx::read(call),
            Dialect::Cloudflare => cloudflare::read(call),
            Dialect::Wsrv => wsrv::read(call),
            Dialect::Imgproxy => imgproxy::read(call, options),
            Dialect::Aws => aws::read(call, options),
            Dialect::Cloudinary => cloudinary::read(call, options),
            Dialect::Imgix => imgix::read(call, true),
            Dialect::Sanity => imgix::read(call, false),
            Dialect::Thumbor => thumbor::read(call, options, false),
            Dialect::Imagor => thumbor::read(call, options, true),
        }?;
        let asked = &mut translation.asked;
        asked.max_age_secs = asked.max_age_secs.or(options.max_age_secs);
        Ok(translation)
    }

    /// Tells an error in the dialect's shape.
    pub fn tell(self, failure: &Failure<'_>) -> Told {
        match self {
            Dialect::Next => next::tell(failure),
            Dialect::Vercel => next::tell_vercel(failure),
            Dialect::Netlify => netlify::tell(failure),
            Dialect::Ipx => ipx::tell(failure),
            Dialect::Cloudflare => cloudflare::tell(failure),
            Dialect::Wsrv => wsrv::tell(failure),
            Dialect::Imgproxy => imgproxy::tell(failure),
            Dialect::Aws => aws::tell(failure),
            Dialect::Cloudinary => cloudinary::tell(failure),
            Dialect::Imgix | Dialect::Sanity => imgix::tell(failure),
            Dialect::Thumbor => thumbor::tell(failure),
            Dialect::Imagor => thumbor::tell_imagor(failure),
        }
    }

    /// Whether URLs of the dialect are signed, and a key to their signatures is among these.
    pub fn has_key(self, keys: &Keys) -> bool {
        match self {
            Dialect::Imgproxy => keys.has(Owner::Imgproxy),
            Dialect::Aws => keys.has(Owner::Aws),
            Dialect::Cloudinary => keys.has(Owner::Cloudinary),
            Dialect::Imgix => keys.has(Owner::Imgix),
            Dialect::Thumbor | Dialect::Imagor => keys.has(Owner::Thumbor),
            _ => false,
        }
    }

    /// Returns the header field that says in one word whether the answer came from the cache, where
    /// the dialect has one of its own.
    pub fn cache_field(self) -> Option<&'static str> {
        match self {
            Dialect::Next => Some("x-nextjs-cache"),
            Dialect::Vercel => Some("x-vercel-cache"),
            _ => None,
        }
    }

    /// Whether caches may not use an answer beyond its lifetime.
    pub fn must_revalidate(self) -> bool {
        matches!(self, Dialect::Next | Dialect::Vercel)
    }
}

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
        (self.dialect.row().in_path || rest.is_empty()).then_some(rest)
    }
}

/// Parsed `DIALECTS`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mounts(Vec<Mount>);

impl Mounts {
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
            if row.in_path != prefix.ends_with('/') && prefix != "/" {
                return Err(match row.in_path {
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

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Words that the tests of all dialects share.
#[cfg(test)]
mod testing {
    use super::{Call, Translation};
    use crate::config::Config;
    use crate::url::Asked;
    use letterbox_engine::transform::{Format, FormatSet};

    /// A request in a dialect without anything beside its URL.
    pub(crate) fn call<'a>(path: &'a str, query: &'a str) -> Call<'a> {
        Call {
            path,
            whole_path: path,
            query,
            accept: None,
            user_agent: None,
            offer: FormatSet::of(&[Format::WebP, Format::Avif]),
            now_secs: 1_700_000_000,
            keys: Box::leak(Box::default()),
        }
    }

    /// A native request.
    pub(crate) fn native(query: &str) -> Asked {
        let config = Config::default();
        let asked = crate::url::parse(query, &config.url_defaults());
        asked.expect(query).expect("a source")
    }

    /// The canonical form of a translation.
    pub(crate) fn canonical(translation: &Translation) -> String {
        crate::url::canonical(&translation.asked)
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
}

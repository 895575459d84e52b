//! Source of the pixels: an absolute URL, or a path on the configured origin.

use std::fmt;

use url::Url;

/// Longest `s`, in bytes.
const MAX_BYTES: usize = 4096;

/// Source of a request, normalised by the WHATWG URL parser. Whether it may be fetched is decided
/// by `origin::rules`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Absolute URL without fragment.
    Absolute(Url),
    /// Absolute path, dot segments resolved, with its query if any.
    OnOrigin(String),
}

impl Source {
    /// Parses `s`; `None` if it is neither an absolute URL with a host nor a path.
    pub fn parse(text: &str) -> Option<Source> {
        if text.len() > MAX_BYTES
            || text
                .chars()
                .any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER)
            || text.trim() != text
        {
            return None;
        }
        if let Some(rest) = text.strip_prefix('/') {
            // `//host/x` names another host, and browsers read `/\host` like it.
            let another_host = rest.starts_with(['/', '\\']);
            let source = (!another_host).then(|| on_origin(text))?;
            return source.filter(Source::is_short);
        }
        let mut url = Url::parse(text).ok()?;
        url.set_fragment(None);
        url.has_host()
            .then_some(Source::Absolute(url))
            .filter(Source::is_short)
    }

    /// Whether the source is no longer than any may be, in the spelling that it is fetched by: what
    /// is not ASCII becomes three times as long.
    fn is_short(&self) -> bool {
        let text = match self {
            Source::Absolute(url) => url.as_str(),
            Source::OnOrigin(path) => path,
        };
        text.len() <= MAX_BYTES
    }

    /// Returns the host for logs; `-` for a path.
    pub fn host(&self) -> &str {
        match self {
            Source::Absolute(url) => url.host_str().unwrap_or("-"),
            Source::OnOrigin(_) => "-",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Absolute(url) => f.write_str(url.as_str()),
            Source::OnOrigin(path) => f.write_str(path),
        }
    }
}

/// Returns a path, with its query, below a base URL; dot segments cannot climb out of the base.
pub fn below(base: &Url, path_and_query: &str) -> Url {
    let (path, query) = match path_and_query.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path_and_query, None),
    };
    let mut url = base.clone();
    url.set_path(path);
    let below = format!("{}{}", base.path().trim_end_matches('/'), url.path());
    url.set_path(&below);
    url.set_query(query);
    url
}

fn on_origin(text: &str) -> Option<Source> {
    let base = Url::parse("https://origin.invalid/").ok()?;
    let url = base.join(text).ok()?;
    if url.path().starts_with("//") {
        return None; // another host once the dot segments are gone
    }
    let query = url.query().map(|q| format!("?{q}")).unwrap_or_default();
    Some(Source::OnOrigin(format!("{}{query}", url.path())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Option<String> {
        Source::parse(text).map(|s| s.to_string())
    }

    #[test]
    fn a_source_has_a_length_in_the_spelling_that_is_fetched() {
        for start in ["/", "https://a.example/"] {
            let at = |letters| Source::parse(&format!("{start}{}", "é".repeat(letters)));
            assert_eq!(
                at(600).map(|source| source.is_short()),
                Some(true),
                "{start}"
            );
            assert_eq!(at(700), None, "{start}"); // two bytes each as they come, and six behind
        }
    }

    #[test]
    fn a_path_stays_below_its_origin() {
        let origin = Url::parse("https://o.example/site/").expect("a URL");
        let at = |path| below(&origin, path).to_string();
        assert_eq!(at("/a.jpg?x=1"), "https://o.example/site/a.jpg?x=1");
        assert_eq!(at("/../../secret"), "https://o.example/site/secret");
        assert_eq!(at("//evil.com/a"), "https://o.example/site//evil.com/a");
        assert_eq!(at("/\\evil.com/a"), "https://o.example/site//evil.com/a");
        let query = "/a?url=https://x.example/%2F&text=a+b%20c;'\"&empty=&?";
        assert_eq!(
            at(query),
            format!(
                "https://o.example/site{}",
                query.replace('"', "%22").replace('\'', "%27")
            )
        );
    }

    #[test]
    fn one_source_has_one_spelling() {
        let want = Some("https://images.example.com/a%20b.jpg?x=1".to_owned());
        assert_eq!(spelled("https://images.example.com/a b.jpg?x=1"), want);
        assert_eq!(
            spelled("HTTPS://IMAGES.example.COM:443/c/../a%20b.jpg?x=1#top"),
            want
        );
        assert_eq!(
            spelled("/a/./b/../c.jpg?x#y"),
            Some("/a/c.jpg?x".to_owned())
        );
    }

    #[test]
    fn a_path_never_names_another_host_or_climbs_out() {
        for bad in [
            "//evil.com/a",
            "/\\evil.com/a",
            "/.//evil.com/a",
            "/x/..//evil.com/a",
            "\\\\evil.com",
            "a.jpg",
            "",
            "mailto:a@evil.com",
        ] {
            assert_eq!(spelled(bad), None, "{bad:?}");
        }
        assert_eq!(
            spelled("https:///evil.com").as_deref(),
            Some("https://evil.com/")
        );
        assert_eq!(spelled("/../../a.jpg").as_deref(), Some("/a.jpg"));
        assert_eq!(spelled("/x/%2e%2e/a.jpg").as_deref(), Some("/a.jpg"));
    }

    #[test]
    fn control_characters_and_giants_are_refused() {
        assert_eq!(spelled("https://a.example/\0"), None);
        assert_eq!(spelled("https://a.example/\r\nX: y"), None);
        assert_eq!(
            spelled(&format!("https://a.example/{}", "x".repeat(4096))),
            None
        );
    }
}

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
            return (!another_host).then(|| on_origin(text))?;
        }
        let mut url = Url::parse(text).ok()?;
        url.set_fragment(None);
        url.has_host().then_some(Source::Absolute(url))
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

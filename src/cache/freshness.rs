//! May an answer be kept, and how is that said? (RFC 9111)

use http::HeaderMap;
use http::header::{CACHE_CONTROL, HeaderName, SET_COOKIE, VARY};

/// Whether a source is everybody's: neither marked private nor a function of who asks.
pub fn is_public(source: &HeaderMap) -> bool {
    let names = |header: HeaderName, words: &[&str]| {
        source
            .get_all(header)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .any(|value| {
                let mut tokens = value
                    .split(',')
                    .map(|token| token.split('=').next().unwrap_or_default().trim());
                tokens.any(|token| words.iter().any(|word| token.eq_ignore_ascii_case(word)))
            })
    };
    !source.contains_key(SET_COOKIE)
        && !names(CACHE_CONTROL, &["private", "no-store"])
        && !names(VARY, &["cookie", "authorization", "*"])
}

/// The Cache-Control of an answer.
pub fn cache_control(public: bool, ttl_secs: u32) -> String {
    if public {
        format!("public, max-age={ttl_secs}")
    } else {
        "private, no-store".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn private_sources_are_recognised() {
        let public = |name: HeaderName, value: &'static str| {
            is_public(&HeaderMap::from_iter([(
                name,
                HeaderValue::from_static(value),
            )]))
        };
        assert!(is_public(&HeaderMap::new()));
        assert!(public(CACHE_CONTROL, "public, max-age=60, no-cache"));
        assert!(public(VARY, "Accept, Origin"));
        assert!(!public(CACHE_CONTROL, "max-age=60, Private"));
        assert!(!public(CACHE_CONTROL, "no-store"));
        assert!(!public(CACHE_CONTROL, "private=\"x\""));
        assert!(!public(VARY, "accept, COOKIE"));
        assert!(!public(VARY, "*"));
        assert!(!public(SET_COOKIE, "a=b"));
    }
}

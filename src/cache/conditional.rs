//! Conditional requests: entity-tags, and comparison with If-None-Match (RFC 9110, sections 8.8.3
//! and 13.1.2).
//!
//! An answer is determined by its key, which names the engine, and by the source. If the source has
//! a strong validator, the entity-tag is made of that validator, and is known before a byte of the
//! source is read; otherwise it is made of the answer's bytes.

use http::header::ETAG;
use http::{HeaderMap, HeaderValue};
use twox_hash::XxHash3_128;
use url::Url;

/// Returns the entity-tag of the answer under `key`, from the header of its source; `None` if the
/// source has no strong validator.
pub fn tag_of_source(key: &Url, source: &HeaderMap) -> Option<HeaderValue> {
    let validator = source.get(ETAG)?.as_bytes();
    let strong = validator.len() > 2 && validator.starts_with(b"\"") && validator.ends_with(b"\"");
    strong.then(|| tag(key, "s", validator))
}

/// Returns the entity-tag of this answer under `key`.
pub fn tag_of_answer(key: &Url, body: &[u8]) -> HeaderValue {
    tag(key, "b", body)
}

/// Whether an If-None-Match says that the client has the answer with this tag, by weak comparison
/// (section 13.1.2).
pub fn has(if_none_match: Option<&str>, tag: Option<&HeaderValue>) -> bool {
    let (Some(list), Some(tag)) = (if_none_match, tag.and_then(|tag| tag.to_str().ok())) else {
        return false;
    };
    items(list).any(|item| item == "*" || item.strip_prefix("W/").unwrap_or(item) == tag)
}

/// Whether an If-None-Match names this tag. `*` does not count: it means any current answer, and
/// whether there is one is not known yet.
pub fn names(if_none_match: Option<&str>, tag: &HeaderValue) -> bool {
    let list = if_none_match.filter(|list| items(list).all(|item| item != "*"));
    has(list, Some(tag))
}

/// Splits the list at commas. A comma inside of a tag needs no parser, because no tag of ours has
/// one.
fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}

fn tag(key: &Url, kind: &str, of: &[u8]) -> HeaderValue {
    let mut text = key.as_str().as_bytes().to_vec();
    text.extend_from_slice(&XxHash3_128::oneshot(of).to_be_bytes());
    let hash = XxHash3_128::oneshot(&text);
    HeaderValue::try_from(format!("\"{kind}{hash:032x}\"")).expect("hexadecimal digits in quotes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Url {
        Url::parse(&format!("https://img.example.com/{text}")).expect("a URL")
    }

    fn source(etag: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(ETAG, HeaderValue::from_static(etag))])
    }

    #[test]
    fn a_tag_changes_with_the_source_and_with_the_key_and_with_nothing_else() {
        let of = |text: &str, etag| tag_of_source(&key(text), &source(etag)).expect("a tag");
        assert_eq!(of("a", "\"1\""), of("a", "\"1\""));
        assert_ne!(of("a", "\"1\""), of("a", "\"2\""));
        assert_ne!(of("a", "\"1\""), of("b", "\"1\""));
        assert_ne!(of("a", "\"1\""), tag_of_answer(&key("a"), b"\"1\""));
        assert_ne!(
            tag_of_answer(&key("a"), b"x"),
            tag_of_answer(&key("a"), b"y")
        );
    }

    #[test]
    fn a_weak_validator_proves_nothing_of_bytes() {
        for weak in ["W/\"1\"", "1", "\"\"", "\""] {
            assert_eq!(tag_of_source(&key("a"), &source(weak)), None, "{weak}");
        }
        assert_eq!(tag_of_source(&key("a"), &HeaderMap::new()), None);
    }

    #[test]
    fn if_none_match_is_a_list_compared_weakly() {
        let tag = HeaderValue::from_static("\"s1\"");
        let has = |list| has(Some(list), Some(&tag));
        assert!(has("\"s1\"") && has("W/\"s1\"") && has("*") && has("\"x\" , \"s1\""));
        assert!(!has("") && !has("s1") && !has("\"s2\"") && !has("w/\"s1\""));
        assert!(!super::has(None, Some(&tag)) && !super::has(Some("*"), None));
        let names = |list| names(Some(list), &tag);
        assert!(names("\"x\", W/\"s1\"") && !names("*") && !names("\"s1\", *"));
    }
}

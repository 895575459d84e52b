//! May an answer be kept, and how is that said? (RFC 9111)

use http::header::{AGE, CACHE_CONTROL, HeaderName, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderValue};

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

/// Makes an answer fresh for this many seconds from now on, at most, and never stale but served.
///
/// Its age so far is taken off, so that the figure means the same to whoever counts from now.
pub fn shorten(answer: &mut HeaderMap, most_secs: u64) {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let age_secs = answer
        .remove(AGE)
        .and_then(|age| number(age.to_str().ok()?))
        .unwrap_or(0);
    let Some(said) = answer.get(CACHE_CONTROL) else {
        return;
    };
    let said = String::from_utf8_lossy(said.as_bytes()).into_owned();
    let directives = said.split(',').map(str::trim).filter_map(|directive| {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name {
            "max-age" | "s-maxage" => {
                let left = number(value).unwrap_or(0).saturating_sub(age_secs);
                Some(format!("{name}={}", left.min(most_secs)))
            }
            "immutable" | "stale-while-revalidate" | "stale-if-error" => None,
            _ => Some(directive.to_owned()),
        }
    });
    let shortened = directives.collect::<Vec<_>>().join(", ");
    answer.insert(
        CACHE_CONTROL,
        HeaderValue::from_str(&shortened).unwrap_or(HeaderValue::from_static("no-store")),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn an_answer_is_shortened_and_never_lengthened() {
        let shortened = |said: &'static str, age: Option<&'static str>, most| {
            let mut headers =
                HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(said))]);
            headers.extend(age.map(|age| (AGE, HeaderValue::from_static(age))));
            shorten(&mut headers, most);
            assert!(!headers.contains_key(AGE));
            headers[CACHE_CONTROL].to_str().expect("ASCII").to_owned()
        };
        let year = "public, max-age=31536000";
        assert_eq!(shortened(year, None, 60), "public, max-age=60");
        assert_eq!(
            shortened("public, max-age=60", None, 600),
            "public, max-age=60"
        );
        assert_eq!(
            shortened("max-age=60, public", Some("50"), 600),
            "max-age=10, public"
        );
        assert_eq!(shortened("max-age=60", Some("61"), 600), "max-age=0");
        assert_eq!(
            shortened(
                "public, s-maxage=90, max-age=90, stale-while-revalidate=9, immutable",
                Some("?"),
                60
            ),
            "public, s-maxage=60, max-age=60"
        );
        assert_eq!(
            shortened("private, no-store", None, 60),
            "private, no-store"
        );
    }
}

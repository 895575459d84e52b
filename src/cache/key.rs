//! Cache keys: the name of an answer, and the tag of all answers that come from the same source.

use http::HeaderValue;
use sha2::{Digest, Sha256};
use url::Url;

use crate::url::{Asked, Source, canonical};
use letterbox_engine::transform::Target;

/// Version of the engine in every key, so that answers of another engine are other entries. The
/// package's version has to be raised when pixels change.
pub const ENGINE: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// Returns the URL under which an answer is stored, on the request's own host, so that purging by
/// URL and prefix reaches it.
///
/// The path is not part of the key: on a path that the origin has, the origin's file is the answer,
/// and on every other path the picture is that of `/`. The result of content negotiation is part of
/// the key, but not the text of Accept, which has as many variants as there are clients.
pub fn key(request: &Url, asked: &Asked) -> Url {
    let mut key = request.clone();
    key.set_fragment(None);
    // The platform compares text, but http and https ask for the same picture.
    if key.port().is_none() {
        let _ = key.set_scheme("https");
    }
    key.set_path(&format!("/.letterbox/{ENGINE}/"));
    let mut query = canonical(asked);
    if let Target::Auto(negotiated) = asked.transform.target {
        query += "&auto=";
        query += &negotiated.name();
    }
    key.set_query(Some(&query));
    key
}

/// Returns the Cache-Tag of all answers that come from a source, so that one purge drops them: the
/// first 16 hexadecimal digits of the SHA-256 of its URL (or path), normalised as browsers do. A
/// shell can compute the tag, see docs/caching.md.
pub fn source_tag(source: &Source) -> HeaderValue {
    HeaderValue::try_from(digits_of(source)).expect("hexadecimal digits")
}

/// Returns the Cache-Tag of an answer: the tags of its source, of all that is laid over it and of
/// the font of its words, each once.
pub fn source_tags(asked: &Asked) -> HeaderValue {
    let mut tags: Vec<String> = Vec::new();
    for source in asked.sources() {
        let digits = digits_of(source);
        if !tags.contains(&digits) {
            tags.push(digits);
        }
    }
    HeaderValue::try_from(tags.join(",")).expect("hexadecimal digits and commas")
}

fn digits_of(source: &Source) -> String {
    let hash = Sha256::digest(source.to_string());
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::url::Defaults;
    use letterbox_engine::transform::{Format, FormatSet, Negotiated};

    fn key_of(request: &str) -> String {
        let request = Url::parse(request).expect("a URL");
        let asked = crate::url::parse(
            request.query().unwrap_or_default(),
            &Config::default().url_defaults(),
        );
        key(
            &request,
            &asked.expect("good parameters").expect("a source"),
        )
        .to_string()
    }

    #[test]
    fn the_key_is_the_canonical_form_on_the_requests_own_host() {
        let plain = key_of("https://img.example.com/?s=/a.jpg");
        assert!(
            plain.starts_with(&format!(
                "https://img.example.com/.letterbox/{ENGINE}/?a=center&"
            )),
            "{plain}"
        );
        assert_eq!(
            key_of("http://IMG.example.com/?h=627&utm=1&src=%2Fa.jpg"),
            plain
        );
        assert_ne!(key_of("https://img.example.com/?s=/a.jpg&v=2"), plain);
        assert_eq!(key_of("https://img.example.com/thumb?s=/a.jpg"), plain);
        assert_ne!(key_of("https://img2.example.com/?s=/a.jpg"), plain);
    }

    #[test]
    fn what_was_negotiated_is_in_the_key_and_in_no_other() {
        let request = Url::parse("https://img.example.com/?s=/a.jpg&f=auto").expect("a URL");
        let config = Config::default();
        let key_for = |negotiated| {
            let defaults = Defaults {
                negotiated,
                ..config.url_defaults()
            };
            let of = |query| {
                let asked = crate::url::parse(query, &defaults);
                key(&request, &asked.expect("good").expect("a source")).to_string()
            };
            [of("s=/a.jpg&f=auto"), of("s=/a.jpg&f=webp")]
        };
        let client = |formats: &[Format]| Negotiated::Client(FormatSet::of(formats));
        let all = [
            Negotiated::Card,
            client(&[]),
            client(&[Format::Avif]),
            client(&[Format::WebP]),
            client(&[Format::WebP, Format::Avif]),
        ];
        let keys = all.map(key_for);
        for (at, [auto, webp]) in keys.iter().enumerate() {
            assert!(keys[..at].iter().all(|[other, _]| other != auto), "{auto}");
            assert_eq!(webp, &keys[0][1]);
        }
        assert!(keys[4][0].contains("&f=auto&"), "{}", keys[4][0]);
        assert!(keys[4][0].ends_with("&we=0&auto=avif-webp"));
    }

    #[test]
    fn a_source_has_one_tag_however_it_is_spelled() {
        let tag = |query: &str| {
            let asked = crate::url::parse(query, &Config::default().url_defaults());
            source_tag(&asked.expect("good parameters").expect("a source").source)
        };
        // printf %s https://images.example.com/photo.jpg | sha256sum | cut -c 1-16
        assert_eq!(
            tag("s=https://images.example.com/photo.jpg"),
            "dfe9109cefaec242"
        );
        assert_eq!(
            tag("w=5&url=HTTPS://Images.example.com:443/photo.jpg%23x"),
            "dfe9109cefaec242"
        );
        assert_ne!(
            tag("s=https://images.example.com/photo.jpg?2"),
            "dfe9109cefaec242"
        );
    }
}

//! The one name of an answer.

use url::Url;

use crate::url::{Asked, canonical};

/// Answers of another engine are other answers: raise the package's version when pixels change.
pub const ENGINE: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// The URL under which an answer is stored: on the request's own host, so that purging by URL and prefix reaches it.
///
/// The path belongs to it: on a path that the origin has, the origin's file is the answer.
pub fn key(request: &Url, asked: &Asked) -> Url {
    let mut key = request.clone();
    key.set_fragment(None);
    // The platform compares text; http and https ask for the same picture.
    if key.port().is_none() {
        let _ = key.set_scheme("https");
    }
    key.set_path(&format!("/.letterbox/{ENGINE}{}", request.path()));
    key.set_query(Some(&canonical(asked)));
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

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
        assert_ne!(key_of("https://img.example.com/thumb?s=/a.jpg"), plain);
    }
}

//! Header fields that sources need: secrets of the deployment, by host, and signatures of S3.
//!
//! They are sent to the host that they belong to, for as long as a request has not been elsewhere,
//! and stand in no key, no log and no message.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use super::rules::Entry;
use super::sigv4::{self, Key};
use crate::url::origins::Origins;

/// Credentials of the deployment.
#[derive(Clone, Default)]
pub struct Credentials {
    headers: Vec<(Entry, HeaderMap)>,
    buckets: Vec<Bucket>,
}

#[derive(Clone)]
struct Bucket {
    base: Url,
    region: String,
    key: Key,
}

/// Keys of S3 by the name of the source, as `S3_KEYS` has them; `*` is every name.
#[derive(Clone, Default)]
pub struct S3Keys(Vec<(String, Key)>);

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (headers, buckets) = (self.headers.len(), self.buckets.len());
        write!(f, "Credentials({headers} hosts, {buckets} buckets)")
    }
}

impl fmt::Debug for S3Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S3Keys({})", self.0.len())
    }
}

/// Fields that a fetch has already, or that would change what it means.
const OURS: [&str; 14] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "upgrade",
    "te",
    "trailer",
    "keep-alive",
    "expect",
    "cdn-loop",
    "accept-encoding",
    "range",
    "if-none-match",
    "if-modified-since",
];

impl Credentials {
    /// Reads `SOURCE_HEADERS`: `{"images.example.com": {"Authorization": "Bearer …"}}`.
    ///
    /// # Errors
    /// The reason why not, in a sentence that has no value in it.
    pub fn read_headers(&mut self, text: &str) -> Result<(), String> {
        let expected =
            "expected JSON such as {\"images.example.com\": {\"Authorization\": \"Bearer …\"}}";
        let Ok(Value::Object(hosts)) = serde_json::from_str(text) else {
            return Err(expected.to_owned());
        };
        for (number, (host, fields)) in hosts.into_iter().enumerate() {
            let entry = Entry::parse(&host).ok_or_else(|| {
                format!(
                    "host {} is none of images.example.com, *.example.com, example.com/prefix/",
                    number + 1
                )
            })?;
            let Value::Object(fields) = fields else {
                return Err(expected.to_owned());
            };
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                let field = name.parse::<HeaderName>().ok().zip(value.as_str());
                let field = field.and_then(|(name, value)| {
                    let mut value = HeaderValue::from_str(value).ok()?;
                    value.set_sensitive(true);
                    Some((name, value))
                });
                let is_free = |(name, _): &(HeaderName, _)| !OURS.contains(&name.as_str());
                let (name, value) = field.filter(is_free).ok_or_else(|| {
                    format!(
                        "a field of host {} is no header field that can be set",
                        number + 1
                    )
                })?;
                headers.insert(name, value);
            }
            self.headers.push((entry, headers));
        }
        Ok(())
    }

    /// Adds the buckets among named origins.
    ///
    /// # Errors
    /// The first bucket without a key, in a sentence.
    pub fn add_buckets(&mut self, origins: &Origins, keys: &S3Keys) -> Result<(), String> {
        for origin in origins.iter() {
            let Some(region) = &origin.region else {
                continue;
            };
            let key = keys.of(&origin.name).ok_or_else(|| {
                format!(
                    "{} has no key: npx wrangler secret put S3_KEYS",
                    origin.name
                )
            })?;
            self.buckets.push(Bucket {
                base: origin.base.clone(),
                region: region.clone(),
                key: key.clone(),
            });
        }
        Ok(())
    }

    /// Whether requests for a URL carry a secret.
    pub fn has(&self, url: &Url) -> bool {
        self.headers_of(url).is_some() || self.bucket_of(url).is_some()
    }

    /// Returns the URL as it is sent, and the header fields for it.
    pub(super) fn of(&self, url: &Url, now_secs: u64) -> (Url, HeaderMap) {
        let mut headers = self.headers_of(url).cloned().unwrap_or_default();
        let Some(bucket) = self.bucket_of(url) else {
            return (url.clone(), headers);
        };
        let (url, signed) = sigv4::sign(url, &bucket.key, &bucket.region, now_secs);
        headers.extend(signed);
        (url, headers)
    }

    fn headers_of(&self, url: &Url) -> Option<&HeaderMap> {
        let host = url.host_str().filter(|_| url.scheme() == "https")?;
        let mut entries = self.headers.iter();
        let found = entries.find(|(entry, _)| entry.matches(host, url.path()));
        found
            .filter(|_| url.port().is_none())
            .map(|(_, headers)| headers)
    }

    fn bucket_of(&self, url: &Url) -> Option<&Bucket> {
        let mut buckets = self.buckets.iter();
        buckets.find(|bucket| super::rules::is_below(url, &bucket.base))
    }
}

impl S3Keys {
    /// Key in place of the deployment's own, where those are not visible.
    pub const STAND_IN: &str = "*=stand-in:stand-in";

    /// Parses `photos=<access key id>:<secret access key>`, with a session token behind another
    /// colon where there is one.
    ///
    /// # Errors
    /// The number of the entry that cannot be read, in a sentence that has no key in it.
    pub fn parse(text: &str) -> Result<S3Keys, String> {
        let entries = text.split(',').map(str::trim).filter(|e| !e.is_empty());
        let keys = entries.enumerate().map(|(number, entry)| {
            let read = || {
                let (name, key) = entry.split_once('=')?;
                let mut parts = key.split(':');
                let (id, secret, token) = (parts.next()?, parts.next()?, parts.next());
                let is_word = |word: &str| {
                    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic())
                };
                let good = is_word(id) && is_word(secret) && token.is_none_or(is_word);
                let key = Key::new(id, secret, token)?;
                (good && parts.next().is_none()).then(|| (name.trim().to_owned(), key))
            };
            read().ok_or_else(|| {
                format!(
                    "key {} is not <name in SOURCES>=<access key id>:<secret access key>",
                    number + 1
                )
            })
        });
        keys.collect::<Result<_, _>>().map(S3Keys)
    }

    fn of(&self, name: &str) -> Option<&Key> {
        let of = |wanted: &str| self.0.iter().find(|(own, _)| own == wanted);
        of(name).or_else(|| of("*")).map(|(_, key)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Credentials, String> {
        let mut credentials = Credentials::default();
        credentials.read_headers(text).map(|()| credentials)
    }

    #[test]
    fn a_secret_is_for_its_host_and_path_by_https_alone() {
        let credentials = read(
            r#"{"a.example.com": {"Authorization": "Bearer hush", "User-Agent": "us"},
                "b.example.com/in/": {"Referer": "https://hush.example/"}}"#,
        )
        .expect("good");
        let sent = |url: &str| {
            let url = Url::parse(url).expect("a URL");
            let (same, fields) = credentials.of(&url, 0);
            assert_eq!(same, url);
            assert_eq!(credentials.has(&url), !fields.is_empty());
            fields.len()
        };
        for (url, count) in [
            ("https://a.example.com/x", 2),
            ("https://b.example.com/in/x", 1),
            ("https://b.example.com/inside", 0),
            ("https://b.example.com/in/..;/x", 0),
            ("http://a.example.com/x", 0),
            ("https://a.example.com:8443/x", 0),
            ("https://x.a.example.com/", 0),
            ("https://a.example.com.evil.example/", 0),
        ] {
            assert_eq!(sent(url), count, "{url}");
        }
        assert!(!format!("{credentials:?}").contains("hush"));
    }

    #[test]
    fn what_is_no_field_or_no_host_is_refused_and_not_repeated() {
        for text in [
            "hush",
            "[]",
            r#"{"hush": {}}"#,
            r#"{"a.example.com": "hush"}"#,
            r#"{"a.example.com": {"hu sh": "x"}}"#,
            r#"{"a.example.com": {"Authorization": 5}}"#,
            r#"{"a.example.com": {"Authorization": "hush\n"}}"#,
            r#"{"a.example.com": {"Host": "hush.example"}}"#,
            r#"{"a.example.com": {"Range": "hush"}}"#,
            r#"{"127.0.0.1": {"Authorization": "hush"}}"#,
        ] {
            let said = read(text).expect_err(text);
            assert!(!said.contains("hush"), "{said}");
        }
        assert!(read("{}").is_ok());
    }

    #[test]
    fn keys_of_s3_are_by_name_and_never_shown() {
        let keys = S3Keys::parse("a=AKIA:se/cr+et=, *=id:other:token").expect("two");
        assert!(keys.of("a") != keys.of("b") && keys.of("b").is_some());
        assert!(!format!("{keys:?}").contains("AKIA"));
        for bad in [
            "hush",
            "a=hush",
            "a=hush:",
            "a=:hush",
            "a=hush:b:c:d",
            "a=hu sh:b",
        ] {
            let said = S3Keys::parse(bad).expect_err(bad);
            assert!(!said.contains("hush"), "{said}");
        }
        let origins = Origins::parse("a: https://a.example/ s3=auto").expect("one");
        let mut credentials = Credentials::default();
        let none = S3Keys::default();
        let said = credentials
            .add_buckets(&origins, &none)
            .expect_err("no key");
        assert!(said.contains("a has no key"), "{said}");
        let stand_in = S3Keys::parse(S3Keys::STAND_IN).expect("one");
        assert_eq!(credentials.add_buckets(&origins, &stand_in), Ok(()));
        let url = |text| Url::parse(text).expect("a URL");
        assert!(credentials.has(&url("https://a.example/x")));
        assert!(!credentials.has(&url("http://a.example/x")));
    }
}

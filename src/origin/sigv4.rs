//! Signature of a GET as S3 and its kin check it (AWS Signature Version 4).
//!
//! A pure function of the URL, the key, the region and the time. The path is sent in the one
//! spelling that is signed: every server then reads the object's name alike.

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use url::Url;

/// Access key.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key {
    id: String,
    secret: String,
    token: Option<HeaderValue>,
}

impl Key {
    /// Creates a key; the session token is that of temporary ones. `None` for a token that no
    /// header field can have.
    pub(super) fn new(id: &str, secret: &str, token: Option<&str>) -> Option<Key> {
        let token = match token {
            Some(token) => {
                let mut token = HeaderValue::from_str(token).ok()?;
                token.set_sensitive(true);
                Some(token)
            }
            None => None,
        };
        Some(Key {
            id: id.to_owned(),
            secret: secret.to_owned(),
            token,
        })
    }
}

/// SHA-256 of no bytes: the body of a GET.
const NO_BODY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const SERVICE: &str = "s3";

/// Signs a GET. Returns the URL in the spelling that is signed, and the header fields.
pub(super) fn sign(url: &Url, key: &Key, region: &str, now_secs: u64) -> (Url, HeaderMap) {
    let time = timestamp(now_secs);
    let day = &time[..8];
    let path = encoded(url.path(), true);
    let query = canonical_query(url);
    let mut fields = vec![
        ("host", host(url)),
        ("x-amz-content-sha256", NO_BODY.to_owned()),
        ("x-amz-date", time.clone()),
    ];
    if let Some(token) = &key.token {
        let token = token.to_str().unwrap_or_default().to_owned();
        fields.push(("x-amz-security-token", token));
    }
    let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines: String = fields.iter().map(|(n, v)| format!("{n}:{v}\n")).collect();
    let request = format!("GET\n{path}\n{query}\n{lines}\n{names}\n{NO_BODY}");
    let scope = format!("{day}/{region}/{SERVICE}/aws4_request");
    let hash = hex(&Sha256::digest(request));
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{hash}");
    let mut secret = hmac(format!("AWS4{}", key.secret).as_bytes(), day);
    for part in [region, SERVICE, "aws4_request", &text] {
        secret = hmac(&secret, part);
    }
    let (id, signature) = (&key.id, hex(&secret));
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"
    );

    let mut headers = HeaderMap::new();
    let own = fields.into_iter().skip(1); // the platform sends the host
    for (name, value) in own.chain([("authorization", authorization)]) {
        if let Ok(mut value) = HeaderValue::try_from(value) {
            value.set_sensitive(matches!(name, "authorization" | "x-amz-security-token"));
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let mut sent = url.clone();
    sent.set_path(&path);
    sent.set_query((!query.is_empty()).then_some(&query));
    (sent, headers)
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Returns the names and values in the one spelling, sorted by their bytes.
fn canonical_query(url: &Url) -> String {
    let parts = url.query().unwrap_or_default().split('&');
    let mut pairs: Vec<(String, String)> = parts
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (encoded(name, false), encoded(value, false))
        })
        .collect();
    pairs.sort();
    let pairs: Vec<_> = pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
    pairs.join("&")
}

/// Encodes all but the unreserved characters, whether or not they are encoded already.
fn encoded(text: &str, keeps_slashes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut bytes = text.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    while let [first, rest @ ..] = bytes {
        let (byte, rest) = match rest {
            [high, low, rest @ ..] if *first == b'%' => match digit(*high).zip(digit(*low)) {
                Some((high, low)) => ((high << 4 | low) as u8, rest),
                None => (*first, &bytes[1..]),
            },
            _ => (*first, rest),
        };
        let is_slash = byte == b'/' && keeps_slashes && *first == b'/';
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || is_slash {
            out.push(char::from(byte));
        } else {
            out += &format!("%{byte:02X}");
        }
        bytes = rest;
    }
    out
}

/// Returns a time as `20130524T000000Z`.
fn timestamp(now_secs: u64) -> String {
    let (days, secs) = (now_secs / 86_400, now_secs % 86_400);
    // Years that begin in March, in cycles of 400.
    let shifted = days + 719_468;
    let (cycle, of_cycle) = (shifted / 146_097, shifted % 146_097);
    let year = (of_cycle - of_cycle / 1460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = match month {
        0..10 => (cycle * 400 + year, month + 3),
        _ => (cycle * 400 + year + 1, month - 9),
    };
    let (hour, minute, second) = (secs / 3600, secs / 60 % 60, secs % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "AKIAIOSFODNN7EXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    fn signed(url: &str, token: Option<&str>, region: &str, now_secs: u64) -> (Url, HeaderMap) {
        let key = Key::new(ID, SECRET, token).expect("a key");
        sign(&Url::parse(url).expect("a URL"), &key, region, now_secs)
    }

    #[test]
    fn signatures_are_those_of_aws_and_of_its_library() {
        let vectors = include_str!("../../tests/vectors/sigv4.tsv");
        let mut count = 0;
        for line in vectors.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<_> = line.split('\t').collect();
            let [url, token, region, secs, date, names, signature] = columns[..] else {
                panic!("{line}");
            };
            let token = Some(token).filter(|token| *token != "-");
            let (sent, headers) = signed(url, token, region, secs.parse().expect("seconds"));
            assert_eq!(headers["x-amz-date"], date, "{url}");
            let day = &date[..8];
            let wanted = format!(
                "AWS4-HMAC-SHA256 Credential={ID}/{day}/{region}/s3/aws4_request, SignedHeaders={names}, Signature={signature}"
            );
            assert_eq!(headers["authorization"], wanted, "{url}");
            assert!(headers["authorization"].is_sensitive());
            let has_token = headers.get("x-amz-security-token").is_some();
            assert_eq!(has_token, token.is_some());
            assert_eq!(sent.path(), Url::parse(url).expect("a URL").path());
            count += 1;
        }
        assert_eq!(count, 8);
    }

    #[test]
    fn every_spelling_of_a_url_is_sent_and_signed_in_one() {
        let (sent, headers) = signed("https://b.example/a%20b/%28x%29!.jpg?y=%2B&x", None, "a", 9);
        assert_eq!(
            sent.as_str(),
            "https://b.example/a%20b/%28x%29%21.jpg?x=&y=%2B"
        );
        for other in [
            "https://b.example/a b/(x)%21.jpg?x&y=%2b",
            "https://B.example:443/c/../a%20b/(x)!.jpg?y=%2B&x=",
        ] {
            assert_eq!(signed(other, None, "a", 9), (sent.clone(), headers.clone()));
        }
        for other in [
            "https://b.example/a+b/(x)!.jpg?x&y=%2b",
            "https://b.example/a%20b%2F(x)!.jpg?x&y=%2b",
            "https://b.example/a%20b/(x)!.jpg?x&y=%20",
            "https://c.example/a%20b/(x)!.jpg?x&y=%2b",
        ] {
            let (_, others) = signed(other, None, "a", 9);
            assert_ne!(others["authorization"], headers["authorization"], "{other}");
        }
        let (sent, _) = signed("https://b.example/100%/%zz/%", None, "a", 9);
        assert_eq!(sent.path(), "/100%25/%25zz/%25");
    }
}

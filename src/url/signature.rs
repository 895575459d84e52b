//! Signatures: `sig = base64url(HMAC-SHA256(key, "v1\n" + text))`, verified before anything is
//! looked up or fetched.
//!
//! The text is every known parameter except `sig`, under its canonical name, its value as it was
//! written and percent-encoded as JavaScript's `encodeURIComponent` does, sorted by name, joined by
//! `&`. So a signer needs no table of defaults. If `widths` is among the parameters, `w` and `dpr`
//! are not signed: they choose one of the signed widths, which `url::parse` checks.
//!
//! Invariant: a request that is accepted has the meaning that was signed. Nothing outside of the
//! text has a meaning, so unknown parameters are refused, and a signature has exactly one spelling.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub use crate::url::error::Flaw;
use crate::url::error::{Error, quote};
use crate::url::given::Given;
use crate::url::value::whole;

/// Prefix of the signed text, which keeps this use of a key apart from any other, later versions of
/// this scheme included.
const PREFIX: &str = "v1\n";

/// Least bytes of a key: the length of the hash.
const MIN_KEY_BYTES: usize = 32;

/// Parameters that a signature with `widths` leaves to the caller.
const FREE: [&str; 2] = ["w", "dpr"];

/// Parsed `SIGNING_KEYS`: the first key signs, all verify.
#[derive(Clone, Default)]
pub struct Keys(Vec<Hmac<Sha256>>);

impl Keys {
    /// Parses a comma list of keys in hexadecimal digits.
    ///
    /// # Errors
    /// A sentence that names the invalid key by its position, and quotes nothing of it.
    pub fn parse(text: &str) -> Result<Keys, String> {
        let keys: Vec<_> = text
            .split(',')
            .map(str::trim)
            .enumerate()
            .map(|(at, key)| {
                read_hex(key)
                    .filter(|bytes| bytes.len() >= MIN_KEY_BYTES)
                    .and_then(|bytes| Hmac::new_from_slice(&bytes).ok())
                    .ok_or_else(|| {
                        format!(
                            "key {} is not {} or more hexadecimal digits: make one in the clone with node sign/cli.mjs --generate-key",
                            at + 1,
                            2 * MIN_KEY_BYTES
                        )
                    })
            })
            .collect::<Result<_, _>>()?;
        Ok(Keys(keys))
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the signature of a query string by the first key; `None` without keys.
    ///
    /// ```
    /// # use letterbox::url::signature::Keys;
    /// let keys = Keys::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")?;
    /// assert_eq!(
    ///     keys.sign("s=https://images.example.com/photo.jpg&w=600"),
    ///     Ok(Some("sXb-BDr4s3pqCacLFcc6ajZrT9GOYsw8jM6BBBR-p6E".to_owned())),
    /// );
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// The errors that [`verify`] would return for any signed URL: a parameter given twice, or an
    /// unknown one.
    pub fn sign(&self, query: &str) -> Result<Option<String>, Error> {
        let given = Given::read(query)?;
        if let Some(name) = given.unknown() {
            return Err(Error::BadSignature(Flaw::Unknown(quote(name))));
        }
        let tag = self.0.first().map(|key| {
            let mut mac = key.clone();
            mac.update(text(&given).as_bytes());
            mac.finalize().into_bytes()
        });
        Ok(tag.map(|tag| write_base64url(&tag)))
    }

    /// Whether one of the keys made the tag. The comparison takes constant time.
    fn verify(&self, text: &str, tag: &[u8]) -> bool {
        self.0.iter().any(|key| {
            let mut mac = key.clone();
            mac.update(text.as_bytes());
            mac.verify_slice(tag).is_ok()
        })
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}

/// Signature rules of a deployment.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'a> {
    /// Keys that verify.
    pub keys: &'a Keys,
    /// Development mode: a URL without a signature is accepted.
    pub optional: bool,
}

/// Checks whether a query string with a source may be answered at this time.
///
/// # Errors
/// [`Error::BadSignature`], [`Error::Expired`], or the [`Error`] of a query string that cannot be
/// parsed.
pub fn verify(query: &str, signing: &Signing<'_>, now_secs: u64) -> Result<(), Error> {
    let given = Given::read(query)?;
    match given.text("sig") {
        Some(sig) => check(&given, sig, signing.keys).map_err(Error::BadSignature)?,
        None if signing.optional => {}
        None if !signing.keys.is_empty() => return Err(Error::BadSignature(Flaw::Missing)),
        None if given.has("widths") => {
            return Err(Error::Bad {
                param: "widths",
                value: None,
                expected: "for URLs without a signature: leave it out".to_owned(),
            });
        }
        None => {}
    }
    match given.text("exp").map(whole) {
        Some(None) => Err(Error::bad(
            super::param::row("exp"),
            given.text("exp").unwrap_or_default(),
        )),
        Some(Some(expires_secs)) if expires_secs <= now_secs => Err(Error::Expired),
        _ => Ok(()),
    }
}

fn check(given: &Given, sig: &str, keys: &Keys) -> Result<(), Flaw> {
    if keys.is_empty() {
        return Err(Flaw::NoKeys);
    }
    if let Some(name) = given.unknown() {
        return Err(Flaw::Unknown(quote(name)));
    }
    let tag = read_base64url(sig).ok_or(Flaw::Malformed)?;
    if keys.verify(&text(given), &tag) {
        Ok(())
    } else {
        Err(Flaw::Mismatch)
    }
}

/// Returns the text that is signed.
fn text(given: &Given) -> String {
    let free: &[&str] = if given.has("widths") { &FREE } else { &[] };
    let mut pairs: Vec<_> = given
        .pairs()
        .filter(|(name, _)| *name != "sig" && !free.contains(name))
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", encode_uri_component(value)))
        .collect();
    format!("{PREFIX}{}", pairs.join("&"))
}

/// Encodes text as `encodeURIComponent` of ECMA-262 does.
fn encode_uri_component(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn read_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|d| d as u8);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    rest.is_empty().then(|| bytes.collect())?
}

/// Alphabet of base64url (RFC 4648, section 5).
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Encodes bytes as base64url without padding.
fn write_base64url(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let at = |i| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..=chunk.len() {
            let value = bits >> (18 - 6 * digit) & 63;
            text.push(char::from(ALPHABET[value as usize]));
        }
    }
    text
}

/// Decodes the 32 bytes of a tag from their one spelling: no padding, and zeroes in the unused
/// bits.
fn read_base64url(text: &str) -> Option<[u8; 32]> {
    if text.len() != 43 {
        return None;
    }
    let mut tag = [0; 32];
    let (mut bits, mut held) = (0u32, 0);
    let mut free = tag.iter_mut();
    for byte in text.bytes() {
        let value = ALPHABET.iter().position(|&letter| letter == byte)?;
        bits = bits << 6 | value as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            *free.next()? = (bits >> held) as u8;
            bits &= (1 << held) - 1;
        }
    }
    (bits == 0).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::super::param::PARAMS;
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const OTHER: &str = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";

    fn keys(text: &str) -> Keys {
        Keys::parse(text).expect("good keys")
    }

    /// Returns the query string with its signature by the first of these keys.
    fn signed(query: &str, by: &str) -> String {
        let sig = keys(by).sign(query).expect("good parameters");
        format!("{query}&sig={}", sig.expect("a key"))
    }

    fn decide(query: &str, with: &str, now_secs: u64) -> Result<(), Error> {
        let keys = if with.is_empty() {
            Keys::default()
        } else {
            keys(with)
        };
        let signing = Signing {
            keys: &keys,
            optional: false,
        };
        verify(query, &signing, now_secs)
    }

    fn flaw(query: &str) -> Option<Flaw> {
        match decide(query, KEY, 0) {
            Err(Error::BadSignature(flaw)) => Some(flaw),
            Ok(()) => None,
            Err(error) => panic!("{query}: {error}"),
        }
    }

    #[test]
    fn the_vectors_hold() {
        let file: Value =
            serde_json::from_str(include_str!("../../tests/vectors/signature.json")).expect("JSON");
        let mut names = BTreeSet::new();
        for case in file["cases"].as_array().expect("cases") {
            let get = |name: &str| case[name].as_str().expect("a text");
            let (query, key, sig) = (get("query"), get("key"), get("sig"));
            let given = Given::read(query).expect("good parameters");
            assert_eq!(text(&given), get("text"), "{query}");
            assert_eq!(keys(key).sign(query), Ok(Some(sig.to_owned())), "{query}");
            // As in a request: the platform's URL parser may have encoded more of it.
            let request = ::url::Url::parse(&format!("https://img.example.com/?{query}&sig={sig}"))
                .expect("a URL");
            let asked = request.query().expect("a query");
            assert_eq!(decide(asked, key, 0), Ok(()), "{query}");
            names.extend(
                ::url::form_urlencoded::parse(query.as_bytes()).map(|(n, _)| n.into_owned()),
            );
        }
        // The names that signers know are generated (`npm run docs`). Their handling is tested
        // here: an alias is signed under its canonical name, and a list of widths leaves two
        // parameters free.
        for name in ["url", "width", "gravity", "exp", "widths", "w", "dpr"] {
            assert!(names.contains(name), "no vector has {name}");
        }
    }

    #[test]
    fn names_sort_alike_with_and_without_their_values() {
        // A signer may sort `name=value` as a whole, because every letter comes after the equals
        // sign.
        let letters = |name: &str| name.bytes().all(|b| b.is_ascii_lowercase());
        assert!(PARAMS.iter().all(|p| letters(p.name)));
    }

    #[test]
    fn any_order_any_alias_and_any_percent_encoding_verifies() {
        let sig = signed("s=/a~b.jpg&w=300&fit=cover&we=", KEY);
        let sig = sig.rsplit('&').next().expect("a signature");
        for same in [
            format!("{sig}&we&fit=cover&width=300&src=/a~b.jpg"),
            format!("url=%2Fa%7Eb.jpg&{sig}&fit=%63over&we=&w=3%300"),
        ] {
            assert_eq!(flaw(&same), None, "{same}");
        }
    }

    #[test]
    fn a_value_is_signed_as_it_is_written() {
        let sig = signed("s=https://a.example/x.jpg&bg=white", KEY);
        for other in [
            sig.replace("white", "White"),
            sig.replace("white", "fff"),
            sig.replace("a.example", "A.example"),
            sig.replace("&bg=white", ""),
            format!("{sig}&w=1200"),
            format!("{sig}&dpr=1"),
        ] {
            assert_eq!(flaw(&other), Some(Flaw::Mismatch), "{other}");
        }
    }

    #[test]
    fn a_key_goes_out_of_use_in_two_steps() {
        let (old, new) = (signed("s=/x", KEY), signed("s=/x", OTHER));
        for (with, old_is_good, new_is_good) in [
            (KEY.to_owned(), true, false),
            (format!("{OTHER},{KEY}"), true, true),
            (OTHER.to_owned(), false, true),
        ] {
            assert_eq!(decide(&old, &with, 0).is_ok(), old_is_good, "{with}");
            assert_eq!(decide(&new, &with, 0).is_ok(), new_is_good, "{with}");
        }
        assert_eq!(signed("s=/x", &format!("{OTHER}, {KEY}")), new);
    }

    #[test]
    fn a_signature_has_one_spelling() {
        let query = signed("s=/x", KEY);
        let (rest, sig) = query.split_once("&sig=").expect("a signature");
        assert_eq!(sig.len(), 43);
        let last = ALPHABET
            .iter()
            .position(|&letter| Some(&letter) == sig.as_bytes().last())
            .expect("a letter");
        assert_eq!(last % 4, 0);
        let mut spelled: Vec<String> = (1..4)
            .map(|bits| format!("{}{}", &sig[..42], char::from(ALPHABET[last + bits])))
            .collect();
        spelled.extend([
            format!("{sig}="),
            format!("{sig}=="),
            format!("{sig}%3D"),
            format!(" {sig}"),
            format!("{sig}%0A"),
            format!("{sig}A"),
            sig[..42].to_owned(),
            format!("{}+", &sig[..42]),
            format!("{}%2F", &sig[..42]),
            format!("{}\u{e9}", &sig[..41]),
            String::new(),
            "A".repeat(4000),
        ]);
        for sig in spelled {
            assert_eq!(
                flaw(&format!("{rest}&sig={sig}")),
                Some(Flaw::Malformed),
                "{sig}"
            );
        }
        // Both characters in which base64url differs from base64 are decoded.
        let tag = [0xfb, 0xef, 0xbe].repeat(11);
        let text = write_base64url(&tag[..32]);
        assert!(text.starts_with("--"), "{text}");
        assert_eq!(
            read_base64url(&text).as_ref().map(|t| &t[..]),
            Some(&tag[..32])
        );
        assert_eq!(
            read_base64url(&write_base64url(&[0xff; 32])),
            Some([0xff; 32])
        );
    }

    #[test]
    fn a_signed_url_has_no_unknown_parameter_and_none_twice() {
        let good = signed("s=/x&w=5", KEY);
        for (extra, name) in [
            ("utm=1", "utm"),
            ("W=6", "W"),
            ("a%00b", "a\\u{0}b"),
            ("=", ""),
        ] {
            assert_eq!(
                flaw(&format!("{extra}&{good}")),
                Some(Flaw::Unknown(name.to_owned()))
            );
        }
        for (extra, name) in [
            ("w=5", "w"),
            ("width=5", "w"),
            ("url=/x", "s"),
            ("sig=", "sig"),
        ] {
            assert_eq!(
                decide(&format!("{good}&{extra}"), KEY, 0),
                Err(Error::Twice(name))
            );
        }
        assert!(keys(KEY).sign("s=/x&utm=1").is_err());
    }

    #[test]
    fn without_a_signature_nothing_is_answered_unless_it_is_optional_or_there_are_no_keys() {
        assert_eq!(flaw("s=/x"), Some(Flaw::Missing));
        assert_eq!(decide("s=/x", "", 0), Ok(()));
        assert_eq!(
            decide(&signed("s=/x", KEY), "", 0),
            Err(Error::BadSignature(Flaw::NoKeys))
        );
        assert!(decide("s=/x&widths=1,2", "", 0).is_err());
        let keys = keys(KEY);
        let signing = Signing {
            keys: &keys,
            optional: true,
        };
        assert_eq!(verify("s=/x&widths=1,2&utm=1", &signing, 0), Ok(()));
        assert_eq!(verify(&signed("s=/x", KEY), &signing, 0), Ok(()));
        assert_eq!(
            verify(&signed("s=/x", OTHER), &signing, 0),
            Err(Error::BadSignature(Flaw::Mismatch))
        );
    }

    #[test]
    fn a_url_is_good_until_the_second_before_it_expires() {
        let query = signed("s=/x&exp=1000", KEY);
        assert_eq!(decide(&query, KEY, 0), Ok(()));
        assert_eq!(decide(&query, KEY, 999), Ok(()));
        assert_eq!(decide(&query, KEY, 1000), Err(Error::Expired));
        assert_eq!(decide(&query, KEY, u64::MAX), Err(Error::Expired));
        assert_eq!(
            decide(&query.replace("1000", "2000"), KEY, 0),
            Err(Error::BadSignature(Flaw::Mismatch))
        );
        // A forged URL is not even reported as expired.
        assert_eq!(
            decide(&query.replace("1000", "0"), KEY, 1),
            Err(Error::BadSignature(Flaw::Mismatch))
        );
        for bad in [
            "",
            "-1",
            "+1",
            "1e9",
            "01",
            "1.5",
            " 1",
            "now",
            "9999999999999999999",
        ] {
            let query = signed(&format!("s=/x&exp={}", bad.replace('+', "%2B")), KEY);
            assert!(
                matches!(decide(&query, KEY, 0), Err(Error::Bad { param: "exp", .. })),
                "{bad}"
            );
        }
        assert_eq!(decide("s=/x&exp=1000", "", 1000), Err(Error::Expired));
    }

    #[test]
    fn a_list_of_widths_leaves_width_and_ratio_free_and_nothing_else() {
        let query = signed("s=/x&h=900&fit=cover&widths=320,640", KEY);
        for free in ["&w=320", "&width=640&dpr=1", "&w=320&dpr=2"] {
            assert_eq!(flaw(&format!("{query}{free}")), None);
        }
        for other in [
            query.replace("640", "2000"),
            query.replace("&widths=320,640", ""),
            query.replace("h=900", "h=901"),
            format!("{query}&q=10"),
        ] {
            assert_eq!(flaw(&other), Some(Flaw::Mismatch), "{other}");
        }
        // A signature without a list is invalid with one.
        let plain = signed("s=/x", KEY);
        assert_eq!(flaw(&format!("{plain}&widths=5&w=5")), Some(Flaw::Mismatch));
    }
}

//! Keys of other services' signatures: the secret `DIALECT_KEYS`.

use std::fmt;

use hmac::{EagerHash, Hmac, KeyInit, Mac};

use crate::dialect::bytes::from_hex;

/// Parsed `DIALECT_KEYS`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Keys(Vec<(Owner, Vec<u8>, Vec<u8>)>);

/// The use of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// imgproxy's pair of key and salt.
    Imgproxy,
    /// imgproxy's key of encrypted sources.
    ImgproxySource,
    /// thumbor's and imagor's secret.
    Thumbor,
    /// The secret of AWS Dynamic Image Transformation.
    Aws,
    /// imgix's token of a source.
    Imgix,
    /// Cloudinary's API secret.
    Cloudinary,
    /// Glide's key.
    Glide,
}

/// Owners of keys: the name in `DIALECT_KEYS`, the form of a key, and one in place of another that
/// is not visible.
const OWNERS: [(&str, Owner, &str, &str); 7] = [
    ("imgproxy", Owner::Imgproxy, "<key>:<salt>", "00:00"),
    (
        "imgproxy-source",
        Owner::ImgproxySource,
        "<key>",
        "00000000000000000000000000000000",
    ),
    ("thumbor", Owner::Thumbor, "<secret>", "0"),
    ("aws", Owner::Aws, "<secret>", "0"),
    ("imgix", Owner::Imgix, "<token>", "0"),
    ("cloudinary", Owner::Cloudinary, "<secret>", "0"),
    ("glide", Owner::Glide, "<key>", "0"),
];

impl Keys {
    /// Parses `imgproxy=<hex key>:<hex salt>, thumbor=<secret>`. Of several keys of one service
    /// each verifies.
    ///
    /// # Errors
    /// A sentence that names the invalid entry by its position, and quotes nothing of it.
    pub fn parse(text: &str) -> Result<Keys, String> {
        let mut keys = Vec::new();
        for (at, entry) in text.split(',').map(str::trim).enumerate() {
            let wrong = |expected: &str| format!("entry {} is wrong: expected {expected}", at + 1);
            let names = || {
                let names = OWNERS.map(|(name, _, form, _)| format!("{name}={form}"));
                wrong(&format!("one of {}", names.join(", ")))
            };
            let (name, key) = entry.split_once('=').ok_or_else(names)?;
            let owner = OWNERS.iter().find(|(owner, ..)| *owner == name.trim());
            let (_, owner, ..) = owner.ok_or_else(names)?;
            let key = key.trim();
            let pair = match owner {
                Owner::Imgproxy => {
                    let pair = key.split_once(':');
                    let pair = pair.and_then(|(key, salt)| Some((from_hex(key)?, from_hex(salt)?)));
                    pair.ok_or_else(|| {
                        wrong("a key and a salt in hexadecimal digits with a colon between them")
                    })?
                }
                Owner::ImgproxySource => {
                    let key = from_hex(key).filter(|key| [16, 24, 32].contains(&key.len()));
                    let expected = "a key of 32, 48 or 64 hexadecimal digits";
                    (key.ok_or_else(|| wrong(expected))?, Vec::new())
                }
                _ => (key.as_bytes().to_vec(), Vec::new()),
            };
            if pair.0.is_empty() {
                return Err(wrong("a key that is not empty"));
            }
            keys.push((*owner, pair.0, pair.1));
        }
        Ok(Keys(keys))
    }

    /// Returns keys of all services, in place of those that are not visible.
    pub(crate) fn stand_in() -> String {
        OWNERS
            .map(|(name, _, _, key)| format!("{name}={key}"))
            .join(", ")
    }

    /// Whether a service has a key here.
    pub(crate) fn has(&self, owner: Owner) -> bool {
        self.of(owner).next().is_some()
    }

    /// Returns the keys of a service, each with its salt.
    pub(crate) fn of(&self, owner: Owner) -> impl Iterator<Item = (&[u8], &[u8])> {
        let own = self.0.iter().filter(move |(other, ..)| *other == owner);
        own.map(|(_, key, salt)| (&key[..], &salt[..]))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}

/// Returns the HMAC of these parts.
pub(crate) fn hmac<D: EagerHash>(key: &[u8], parts: &[&[u8]]) -> Vec<u8>
where
    Hmac<D>: KeyInit + Mac,
{
    let mac = <Hmac<D> as KeyInit>::new_from_slice(key);
    let mut mac = mac.expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// Whether two texts are equal, in a time that does not depend on where they differ.
pub(crate) fn are_equal(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b));
    one.len() == other.len() && std::hint::black_box(differences) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_a_wrong_one_is_named_by_its_place_alone() {
        let keys = Keys::parse("imgproxy=00ff:01, thumbor=a=b, imgproxy=02:03").expect("keys");
        let own: Vec<_> = keys.of(Owner::Imgproxy).collect();
        assert_eq!(own, [(&[0, 255][..], &[1][..]), (&[2], &[3])]);
        assert!(keys.has(Owner::Thumbor) && !keys.has(Owner::ImgproxySource));
        assert!(Keys::parse(&Keys::stand_in()).is_ok());
        for (text, why) in [
            (
                "imgproxy=00:00, nosuch=secret",
                "entry 2 is wrong: expected one of imgproxy=",
            ),
            ("secret", "entry 1 is wrong: expected one of imgproxy="),
            (
                "thumbor=",
                "entry 1 is wrong: expected a key that is not empty",
            ),
            ("imgproxy=secret", "a key and a salt in hexadecimal digits"),
            ("imgproxy=:", "a key that is not empty"),
            ("imgproxy-source=5ec1e7", "32, 48 or 64 hexadecimal digits"),
        ] {
            let problem = Keys::parse(text).expect_err(text);
            assert!(problem.contains(why), "{text}: {problem}");
            assert!(
                !problem.contains("secret=") && !problem.contains("5ec1e7"),
                "{problem}"
            );
        }
    }
}

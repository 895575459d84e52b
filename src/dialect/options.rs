//! Options of a mount: `next?widths=640+750&qualities=75+90&formats=avif+webp&maxage=1d`.

use crate::url::{Source, value};
use letterbox_engine::transform::Format;

/// Options of a mount. `None` is the dialect's own default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The only widths that are answered.
    pub widths: Option<Vec<u16>>,
    /// The only qualities that are answered.
    pub qualities: Option<Vec<u8>>,
    /// Formats that are negotiated, the best first.
    pub formats: Option<Vec<Format>>,
    /// Seconds for which answers are kept.
    pub max_age_secs: Option<u32>,
    /// Length of a signature: of imgproxy's in bytes, of imagor's in characters.
    pub signature_bytes: Option<u8>,
    /// Hash of a signature.
    pub hash: Option<Hash>,
    /// Presets of imgproxy: names, and options with slashes between them.
    pub presets: Vec<(String, String)>,
    /// Picture of imgproxy's watermarks.
    pub watermark: Option<Source>,
    /// Buckets of AWS: names, and where the keys of each are, without a slash at the end.
    pub buckets: Vec<(String, String)>,
}

/// Hash of imagor's signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-1, as thumbor's.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Options {
    /// Parses the options of a dialect that takes these.
    ///
    /// # Errors
    /// A sentence about the first option that cannot be read.
    pub(crate) fn parse(text: &str, taken: &[&str]) -> Result<Options, String> {
        let mut options = Options::default();
        for (name, text) in ::url::form_urlencoded::parse(text.as_bytes()) {
            let words = || text.split(' ').filter(|word| !word.is_empty());
            if let (Some(preset), true) = (
                name.strip_prefix("preset."),
                taken.contains(&"preset.<name>"),
            ) {
                options.presets.push((preset.to_owned(), text.into_owned()));
                continue;
            }
            if let (Some(bucket), true) = (
                name.strip_prefix("bucket."),
                taken.contains(&"bucket.<name>"),
            ) {
                let at = text.trim_end_matches('/');
                if bucket.is_empty() || !(at.is_empty() || Source::parse(at).is_some()) {
                    return Err(format!(
                        "{} is wrong: expected a URL or a path",
                        crate::url::quote(&name)
                    ));
                }
                options.buckets.push((bucket.to_owned(), at.to_owned()));
                continue;
            }
            if !taken.contains(&&*name) {
                let taken = taken.join(", ");
                return Err(format!("{name} is no option of it: expected {taken}"));
            }
            let read = match &*name {
                "widths" => {
                    let width = |word| u16::try_from(value::whole(word)?).ok().filter(|&w| w > 0);
                    options.widths = list(words().map(width));
                    options.widths.is_some()
                }
                "qualities" => {
                    let quality = |word| {
                        let quality = u8::try_from(value::whole(word)?).ok()?;
                        (1..=100).contains(&quality).then_some(quality)
                    };
                    options.qualities = list(words().map(quality));
                    options.qualities.is_some()
                }
                "formats" => {
                    let format = |word: &str| Format::named().find(|format| format.name() == word);
                    options.formats = list(words().map(format));
                    options.formats.is_some()
                }
                "signature" => {
                    let length = value::whole(&text).filter(|length| (8..=88).contains(length));
                    options.signature_bytes = length.map(|length| length as u8);
                    length.is_some()
                }
                "watermark" => {
                    options.watermark = Source::parse(&text);
                    options.watermark.is_some()
                }
                "hash" => {
                    options.hash = match &*text {
                        "sha1" => Some(Hash::Sha1),
                        "sha256" => Some(Hash::Sha256),
                        "sha512" => Some(Hash::Sha512),
                        _ => None,
                    };
                    options.hash.is_some()
                }
                _ => {
                    options.max_age_secs = value::duration_secs(&text);
                    options.max_age_secs.is_some()
                }
            };
            if !read {
                let expected = match &*name {
                    "widths" => "whole numbers with + between them",
                    "qualities" => "whole numbers from 1 to 100 with + between them",
                    "formats" => "avif, webp or both with + between them",
                    "signature" => "a length from 8 to 88",
                    "watermark" => "an absolute URL, or a path on the origin",
                    "hash" => "sha1, sha256 or sha512",
                    _ => "a time such as 14400 or 1d",
                };
                return Err(format!("{name} is wrong: expected {expected}"));
            }
        }
        Ok(options)
    }
}

/// Returns all values of a list that is not empty, if each could be read.
fn list<T>(values: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    let values: Vec<T> = values.collect::<Option<_>>()?;
    (!values.is_empty()).then_some(values)
}

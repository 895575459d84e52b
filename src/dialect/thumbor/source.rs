//! The image: a URL, encoded or not, or a path on the origin.

use crate::dialect::bytes::text_of_base64;
use crate::dialect::call::{Refusal, percent_decoded, source_of_path};
use crate::url::Source;

/// Reads the image: a URL, encoded or not, `b64:` and that, a host and a path, or a path on the
/// origin.
pub(super) fn source(image: &str) -> Result<Source, Refusal> {
    let no_source = || Refusal::bad("", "the image is no URL");
    if image.starts_with("color:") {
        return Err(Refusal::unequalled("", "color:"));
    }
    let text = match image.strip_prefix("b64:") {
        Some(encoded) => text_of_base64(encoded).ok_or_else(no_source)?,
        None => percent_decoded(image),
    };
    let is_host = text.split_once('/').is_some_and(|(host, path)| {
        let name = host.split(':').next().unwrap_or_default();
        let labels = name.contains('.') && !name.starts_with('.') && !name.ends_with('.');
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-.".contains(&b);
        labels && name.bytes().all(plain) && !path.is_empty()
    });
    let source = match is_host {
        true => Source::parse(&format!("https://{text}")),
        false => source_of_path(&text),
    };
    source.ok_or_else(no_source)
}

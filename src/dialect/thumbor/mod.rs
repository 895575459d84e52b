//! thumbor and imagor: `/<hash or unsafe>/<operations>/<image>`.
//!
//! Operations stand in a fixed order: `meta`, `trim`, a crop, how the picture fits, its size,
//! padding (imagor), where it is kept, `smart`, and filters. Without `fit-in` a picture covers its
//! box and is enlarged for it. The signature covers everything behind it.

mod draft;
mod filter;
mod settle;
mod source;

use http::StatusCode;
use serde_json::json;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::dialect::bytes::to_base64url;
use crate::dialect::call::{
    Call, Disposition, Failure, Refusal, Told, Translation, percent_decoded,
};
use crate::dialect::keys::{Owner, are_equal, hmac};
use crate::dialect::options::{Hash, Options};
use crate::dialect::thumbor::draft::Draft;
use crate::dialect::thumbor::source::source;

/// Reads a request. The query string is ignored.
pub(crate) fn read(
    call: &Call<'_>,
    options: &Options,
    is_imagor: bool,
) -> Result<Translation, Refusal> {
    let (hash, rest) = call
        .path
        .split_once('/')
        .ok_or_else(|| bad("expected a signature or unsafe, and an image"))?;
    let signed = call.keys.has(Owner::Thumbor);
    let decoded;
    let mut rest = rest;
    if signed && !is_signed(call, hash, rest, options) {
        // Some composers sign what they encode afterwards. What is read is what was signed.
        decoded = percent_decoded(rest);
        if !is_signed(call, hash, &decoded, options) {
            return Err(Refusal::signature("", "signature mismatch"));
        }
        rest = &decoded;
    }
    let mut draft = Draft {
        is_imagor,
        ..Draft::default()
    };
    let image = draft.operations(rest)?;
    let source = source(image)?;
    let transform = draft.finished()?;
    let mut translation = Translation::new(source, transform);
    translation.signed = signed;
    std::mem::take(&mut draft.watermarks).lay(&mut translation);
    translation.asked.max_age_secs = draft.max_age_secs;
    if let Some(expires_ms) = draft.expires_ms {
        let expires_secs = expires_ms / 1000;
        if expires_secs <= call.now_secs {
            return Err(Refusal {
                code: "expired",
                ..bad("the URL has expired")
            }
            .with_status(StatusCode::GONE));
        }
        translation.asked.expires_secs = Some(expires_secs);
    }
    let source = &translation.asked.source;
    translation.asked.disposition = draft
        .attachment
        .map(|name| Disposition::saved_as(&name, source));
    Ok(translation)
}

/// Whether the hash is the signature of the rest.
fn is_signed(call: &Call<'_>, hash: &str, rest: &str, options: &Options) -> bool {
    let kind = options.hash.unwrap_or(Hash::Sha1);
    let parts = &[rest.as_bytes()][..];
    let mut keys = call.keys.of(Owner::Thumbor);
    keys.any(|(key, _)| {
        let tag = match kind {
            Hash::Sha1 => hmac::<Sha1>(key, parts),
            Hash::Sha256 => hmac::<Sha256>(key, parts),
            Hash::Sha512 => hmac::<Sha512>(key, parts),
        };
        let mut tag = to_base64url(&tag);
        tag.extend(std::iter::repeat_n('=', (4 - tag.len() % 4) % 4));
        tag.truncate(options.signature_bytes.map_or(tag.len(), usize::from));
        are_equal(tag.as_bytes(), hash.as_bytes())
    })
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::bad("", message)
}

/// Tells an error as text.
pub(crate) fn tell(failure: &Failure<'_>) -> Told {
    let (status, message) = words(failure);
    Told::text(status, format!("{}: {message}", status.as_u16()))
}

/// Tells an error as the JSON of imagor.
pub(crate) fn tell_imagor(failure: &Failure<'_>) -> Told {
    let (status, message) = words(failure);
    let body = json!({ "message": format!("imagor: {} {message}", status.as_u16()), "status": status.as_u16() });
    Told::json(status, &body)
}

fn words<'f>(failure: &Failure<'f>) -> (StatusCode, &'f str) {
    let status = match (failure.code, failure.of_source) {
        (_, Some(status)) => status,
        ("unsupported-format", _) => StatusCode::NOT_ACCEPTABLE,
        ("origin-timeout", _) => StatusCode::REQUEST_TIMEOUT,
        ("origin-unreachable", _) => StatusCode::NOT_FOUND,
        _ => failure.status,
    };
    (status, failure.message)
}

//! imgproxy: `/<signature>/<options>/<source>`.
//!
//! Options are segments `name:arg:arg`, and the first segment without a colon ends them. The source
//! is `plain/<percent-encoded>[@ext]`, base64url that may be cut by slashes, or `enc/` and that of
//! an encrypted URL. The signature covers everything behind it, the slash in front included.

mod draft;
mod place;
mod refusal;
mod settle;
mod source;
mod value;

use http::StatusCode;
use sha2::Sha256;

use crate::dialect::bytes::to_base64url;
use crate::dialect::call::{Call, Disposition, Failure, Refusal, Told, Translation};
use crate::dialect::imgproxy::draft::Draft;
use crate::dialect::imgproxy::refusal::{invalid, unequalled};
use crate::dialect::imgproxy::source::source;
use crate::dialect::keys::{Owner, are_equal, hmac};
use crate::dialect::options::Options;
use crate::dialect::watermark::Watermarks;
use letterbox_engine::transform::Target;

/// Reads a request. The query string is ignored.
pub(crate) fn read(call: &Call<'_>, options: &Options) -> Result<Translation, Refusal> {
    let (signature, rest) = call
        .path
        .split_once('/')
        .ok_or_else(|| invalid("no options"))?;
    let signed = call.keys.has(Owner::Imgproxy);
    if signed {
        verify(call, signature, rest, options)?;
    }
    let mut draft = Draft::new(options);
    draft.preset("default", 0)?;
    let mut rest = rest;
    while let Some((segment, behind)) = rest.split_once('/') {
        if !segment.contains(':') {
            break;
        }
        draft.option(segment, 0)?;
        rest = behind;
    }
    let (source, format) = source(rest, call)?;
    if let Some(format) = format {
        draft.transform.target = Target::Image(format);
    }
    let mut translation = Translation::new(source, draft.finished()?);
    translation.signed = signed;
    if let Some(overlay) = draft.watermark {
        let picture = options.watermark.clone().ok_or_else(|| {
            unequalled(
                "watermark without the option watermark of the mount, which names its picture,",
            )
        })?;
        let mut watermarks = Watermarks::default();
        watermarks.push(overlay, picture);
        watermarks.lay(&mut translation);
    }
    translation.asked.version = draft.version;
    translation.asked.fallback = draft.fallback;
    if let Some(expires_secs) = draft.expires_secs {
        if expires_secs <= call.now_secs {
            return Err(Refusal {
                code: "expired",
                ..invalid("the URL has expired")
            });
        }
        translation.asked.expires_secs = Some(expires_secs);
    }
    translation.asked.disposition = Some(match &draft.file_name {
        Some(name) => Disposition::new(draft.attachment, name),
        None => Disposition::of_source(draft.attachment, &translation.asked.source),
    });
    Ok(translation)
}

/// Checks the signature.
fn verify(call: &Call<'_>, signature: &str, rest: &str, options: &Options) -> Result<(), Refusal> {
    let bytes = usize::from(options.signature_bytes.unwrap_or(32)).min(32);
    let mut keys = call.keys.of(Owner::Imgproxy);
    let is_good = keys.any(|(key, salt)| {
        let tag = hmac::<Sha256>(key, &[salt, b"/", rest.as_bytes()]);
        let tag = to_base64url(&tag[..bytes.min(tag.len())]);
        are_equal(tag.as_bytes(), signature.as_bytes())
    });
    if is_good {
        return Ok(());
    }
    Err(Refusal::signature(
        "",
        "Forbidden: the signature is not that of this URL",
    ))
}

/// Tells an error as text. Of an error about the source, its own status is passed on where it is
/// the client's.
pub(crate) fn tell(failure: &Failure<'_>) -> Told {
    let status = match (failure.code, failure.of_source) {
        (_, Some(status)) if status.is_client_error() => status,
        (_, Some(_)) => StatusCode::BAD_GATEWAY,
        (
            "source-not-allowed" | "origin-unreachable" | "redirect-refused" | "too-many-redirects",
            _,
        ) => StatusCode::NOT_FOUND,
        (
            "unsupported-format" | "corrupt-image" | "image-too-large" | "answer-too-large"
            | "source-too-large",
            _,
        ) => StatusCode::UNPROCESSABLE_ENTITY,
        ("busy", _) => StatusCode::TOO_MANY_REQUESTS,
        ("bad-parameter", _) => StatusCode::NOT_FOUND,
        _ => failure.status,
    };
    let text = match failure.code {
        "source-not-allowed" => "Invalid source URL",
        _ => failure.message,
    };
    Told::text(status, text)
}

//! Netlify Image CDN: `/.netlify/images?url=…&w=…&h=…&fit=…&position=…&fm=…&q=…`.
//!
//! Nothing is enlarged, as in Netlify's own emulation; its production does not say.

use http::StatusCode;
use url::form_urlencoded::parse;

use crate::dialect::call::{
    Call, Failure, Refusal, Told, Translation, UNASKED, aspect_crop, number, set_quality, side,
};
use crate::url::{Source, value};
use letterbox_engine::transform::{Fit, Side, Target, Transform};

/// Longest side, in pixels.
const MOST_PIXELS: u64 = 8192;

/// Reads a request. Unknown parameters are ignored.
pub(crate) fn read(call: &Call<'_>) -> Result<Translation, Refusal> {
    let mut source = None;
    let mut quality = 75;
    let mut transform = Transform {
        enlarge: false,
        target: Target::Auto(call.negotiated()),
        ..UNASKED
    };
    for (name, text) in parse(call.query.as_bytes()) {
        let bad = |expected| Refusal::value("", &name, &text, expected);
        let pixels = || {
            let pixels = number(&text).filter(|pixels| (1..=MOST_PIXELS).contains(pixels));
            pixels
                .map(side)
                .ok_or_else(|| bad("a whole number from 1 to 8192"))
        };
        match &*name {
            "url" => {
                // A path may stand without its slash.
                let is_path = !text.contains("://") && !text.starts_with('/');
                let text = if is_path {
                    format!("/{text}")
                } else {
                    text.to_string()
                };
                let parsed = Source::parse(&text);
                source = Some(
                    parsed
                        .ok_or_else(|| Refusal::bad("", "url is not an absolute URL or a path"))?,
                );
            }
            "w" | "width" => transform.width = pixels()?,
            "h" | "height" => transform.height = pixels()?,
            "fit" => {
                transform.fit = match &*text {
                    "contain" => Fit::Inside,
                    "cover" => Fit::Cover,
                    "fill" => Fit::Fill,
                    _ => return Err(bad("contain, cover or fill")),
                }
            }
            "position" => {
                let named = ["center", "top", "bottom", "left", "right"].contains(&&*text);
                transform.gravity = named
                    .then(|| value::gravity(&text))
                    .flatten()
                    .ok_or_else(|| bad("center, top, bottom, left or right"))?;
            }
            "fm" => {
                let named = ["avif", "jpg", "png", "webp", "gif", "blurhash"].contains(&&*text);
                transform.target = named
                    .then(|| value::target(&text, call.negotiated()))
                    .flatten()
                    .ok_or_else(|| bad("avif, jpg, png, webp, gif or blurhash"))?;
            }
            "q" => {
                quality = number(&text)
                    .and_then(|quality| u8::try_from(quality).ok())
                    .filter(|quality| (1..=100).contains(quality))
                    .ok_or_else(|| bad("a whole number from 1 to 100"))?;
            }
            _ => {}
        }
    }
    let both = transform.width != Side::Auto && transform.height != Side::Auto;
    match transform.fit {
        Fit::Cover if both => aspect_crop(&mut transform),
        Fit::Cover => transform.fit = Fit::Inside,
        _ => {}
    }
    set_quality(&mut transform, quality);
    let source = source.ok_or_else(|| Refusal::bad("", "url is missing: expected an image"))?;
    Ok(Translation::new(source, transform))
}

/// Tells an error: a sentence and a status.
pub(crate) fn tell(failure: &Failure<'_>) -> Told {
    let status = match failure.code {
        "source-not-allowed" => StatusCode::FORBIDDEN,
        _ => failure.status,
    };
    Told::text(status, failure.message)
}

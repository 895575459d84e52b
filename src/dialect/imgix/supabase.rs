//! Supabase Storage, which asks imgproxy: `/<bucket>/<path>?width=300&height=200`.

use http::StatusCode;
use serde_json::json;

use crate::dialect::call::{Failure, Refusal, Told, number, side};
use crate::dialect::imgix::draft::Draft;
use crate::dialect::imgix::variant::Meaning::{By, Refused};
use crate::dialect::imgix::variant::{self, Given, Variant};
use letterbox_engine::transform::{Fit, Side};

/// Nothing grows, and both sides are covered. Clients get the format that they take.
pub(crate) const SUPABASE: Variant = Variant {
    rows: &[
        ("width", By(extent)),
        ("height", By(extent)),
        ("resize", By(resize)),
        ("quality", By(quality)),
        ("format", By(format)),
        // A token is good for a path in the store, which is not known here.
        ("token", Refused),
    ],
    start: |draft| {
        (draft.fit, draft.enlarge) = (Fit::Cover, false);
        draft.is_auto = true;
        draft.quality = 80;
    },
    settle: variant::as_it_is,
};

/// Longest side that the service makes.
const MOST: u64 = 2500;

fn extent(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    let pixels = number(given.text).ok_or_else(|| given.bad("a whole number of pixels"))?;
    let pixels: Side = side(pixels.min(MOST));
    match given.name {
        "width" => draft.transform.width = pixels,
        _ => draft.transform.height = pixels,
    }
    Ok(())
}

fn resize(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    draft.fit = match given.text {
        "cover" => Fit::Cover,
        "contain" => Fit::Inside,
        "fill" => Fit::Fill,
        _ => return Err(given.bad("cover, contain or fill")),
    };
    Ok(())
}

fn quality(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    draft.quality = given.whole(20, 100)? as u8;
    Ok(())
}

fn format(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    match given.text {
        "origin" => {
            draft.is_auto = false;
            Ok(())
        }
        "avif" | "webp" => variant::format(draft, given),
        _ => Err(given.bad("origin, avif or webp")),
    }
}

/// Tells an error as the JSON of the service.
pub(crate) fn tell(failure: &Failure<'_>) -> Told {
    let (status, error) = match failure.code {
        "source-not-found" => (StatusCode::NOT_FOUND, "not_found"),
        "bad-parameter" => (StatusCode::BAD_REQUEST, "InvalidRequest"),
        "unsupported-format" | "corrupt-image" => {
            (StatusCode::UNPROCESSABLE_ENTITY, "ImageProcessingError")
        }
        _ => (failure.status, "ImageProcessingError"),
    };
    let code = status.as_u16().to_string();
    let body = json!({ "statusCode": code, "error": error, "message": failure.message });
    Told::json(status, &body)
}

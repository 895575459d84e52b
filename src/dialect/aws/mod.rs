//! AWS Dynamic Image Transformation (serverless image handler): `/<base64 of JSON>`, or thumbor's
//! operations in front of a key, and a query over both.
//!
//! Each form becomes a map of edits, which are the methods of sharp, and one reader makes a
//! transform of them. Sizes without a fit cover their box, and everything may grow.

mod edit;
mod filter;
mod request;
mod signature;
mod value;

use http::StatusCode;
use serde_json::{Value, json};

pub(crate) use crate::dialect::aws::edit::transform;
use crate::dialect::aws::request::Request;
use crate::dialect::aws::value::{is_on, number};
use crate::dialect::call::{Call, Failure, Refusal, Told, Translation};
use crate::dialect::options::Options;
use crate::dialect::watermark::{self, Watermarks};
use crate::url::Source;
use letterbox_engine::transform::Overlay;

/// Reads a request.
pub(crate) fn read(call: &Call<'_>, options: &Options) -> Result<Translation, Refusal> {
    let query: Vec<(String, String)> = url::form_urlencoded::parse(call.query.as_bytes())
        .into_owned()
        .collect();
    let signed = signature::verify(call, &query)?;
    let expires_secs = signature::expiry(call, &query)?;
    let mut request = Request::read(call.path, &query)?;
    let watermark = request.edits.remove("overlayWith");
    let transform = transform(&request.edits, call, options)?;
    let key = (request.bucket.as_deref(), &*request.key);
    let mut translation = Translation::new(source(key, options)?, transform);
    if let Some(value) = watermark.filter(is_on) {
        overlay(&value, options)?.lay(&mut translation);
    }
    translation.signed = signed;
    translation.asked.expires_secs = expires_secs;
    translation.asked.max_age_secs = request.max_age_secs;
    Ok(translation)
}

/// Returns the source of a key. Without buckets in the options every bucket is the origin; without
/// a bucket in the request the first of them is meant.
fn source((bucket, key): (Option<&str>, &str), options: &Options) -> Result<Source, Refusal> {
    let own = |name: &str| options.buckets.iter().find(|(own, _)| own == name);
    let prefix = match (bucket, options.buckets.first()) {
        (_, None) => "",
        (None, Some((_, prefix))) => prefix,
        (Some(name), Some(_)) => match own(name) {
            Some((_, prefix)) => prefix,
            None => {
                let message = format!(
                    "The bucket {} is none of this deployment's.",
                    crate::url::quote(name)
                );
                let refusal = Refusal::bad("ImageBucket::CannotAccessBucket", message);
                return Err(refusal.with_status(StatusCode::FORBIDDEN));
            }
        },
    };
    // A key is no URL: what would begin a query or an escape is a letter of it.
    let key = key.trim_start_matches('/').replace('%', "%25");
    let key = key.replace('?', "%3F").replace('#', "%23");
    let source = (!key.is_empty()).then(|| Source::parse(&format!("{prefix}/{key}")));
    source.flatten().ok_or_else(|| {
        let message = "The image you specified could not be found: expected a key.";
        Refusal::bad("ImageEdits::CannotFindImage", message)
    })
}

/// Reads `overlayWith`: a picture of a bucket, its place, how transparent it is, and the box that
/// it fits into.
fn overlay(value: &Value, options: &Options) -> Result<Watermarks, Refusal> {
    let wrong = || {
        let expected =
            "bucket, key, alpha, wRatio and hRatio up to 100, and left and top as options";
        let own = "ImageEdits::CannotParseEdits";
        Refusal::value(own, "overlayWith", &value.to_string(), expected)
    };
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let percent = |name: &str| match value.get(name).filter(|value| is_on(value)) {
        None => Ok(0.0),
        Some(value) if value == "" => Ok(0.0),
        Some(value) => {
            let percent = number(value).filter(|percent| (0.0..=100.0).contains(percent));
            percent.ok_or_else(wrong)
        }
    };
    let place = |name: &str| {
        let own = value.get("options").and_then(|options| options.get(name));
        match own.filter(|value| is_on(value)) {
            None => watermark::along("center"),
            Some(value) => watermark::along(&text(value)?),
        }
    };
    let at = place("left").zip(place("top"));
    let at = at.and_then(|(across, down)| watermark::at(across, down));
    let overlay = at.ok_or_else(wrong)?;
    let (width, height) = (percent("wRatio")?, percent("hRatio")?);
    let scale = (watermark::share(width), watermark::share(height));
    let bucket = value.get("bucket").and_then(Value::as_str);
    let key = value.get("key").and_then(Value::as_str);
    let picture = source((bucket, key.unwrap_or_default()), options)?;
    let mut watermarks = Watermarks::default();
    if let Some(opacity) = watermark::opacity(1.0 - percent("alpha")? / 100.0) {
        let overlay = Overlay {
            scale,
            opacity,
            ..overlay
        };
        watermarks.push(overlay, picture);
    }
    Ok(watermarks)
}

/// Tells an error as the JSON of the service.
pub(crate) fn tell(failure: &Failure<'_>) -> Told {
    let (status, code) = match failure.code {
        _ if !failure.own.is_empty() => (failure.status, failure.own),
        "source-not-found" => (StatusCode::NOT_FOUND, "NoSuchKey"),
        "source-not-allowed" => (StatusCode::FORBIDDEN, "ImageBucket::CannotAccessBucket"),
        "source-too-large" | "image-too-large" => {
            (StatusCode::PAYLOAD_TOO_LARGE, "TooLargeImageException")
        }
        "expired" => (StatusCode::BAD_REQUEST, "ImageRequestExpired"),
        "origin-timeout" => (failure.status, "TimeoutException"),
        "bad-parameter" => (failure.status, "ImageEdits::CannotParseEdits"),
        "bad-signature" => (failure.status, "SignatureDoesNotMatch"),
        _ => (failure.status, "InternalError"),
    };
    let message = failure.message;
    let body = json!({ "status": status.as_u16(), "code": code, "message": message });
    Told::json(status, &body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::bytes::to_base64url;
    use crate::dialect::testing::{call, native};

    fn same(path: &str, query: &str, ours: &str) {
        let options = Options::default();
        let read = read(&call(path, query), &options).expect(path);
        assert_eq!(read.asked, native(ours), "{path}?{query}");
    }

    fn encoded(json: &str) -> String {
        to_base64url(json.as_bytes())
            .replace('-', "+")
            .replace('_', "/")
    }

    #[test]
    fn edits_are_the_methods_of_sharp() {
        let plain = "w=auto&h=auto&fit=inside&bg=black";
        for (edits, ours) in [
            ("{}", format!("s=/a/b.jpg&{plain}")),
            (
                r#"{"resize":{"width":300,"height":200}}"#,
                "s=/a/b.jpg&w=300&h=200&fit=cover&bg=black".to_owned(),
            ),
            (
                r#"{"resize":{"width":"300","height":null,"fit":"cover"}}"#,
                "s=/a/b.jpg&w=300&h=auto&fit=inside&bg=black".to_owned(),
            ),
            (
                r#"{"resize":{"width":300,"height":200,"fit":"contain","position":"right top",
                    "background":{"r":255,"g":0,"b":0,"alpha":1},"withoutEnlargement":true}}"#,
                "s=/a/b.jpg&w=300&h=200&fit=contain&a=top-right&bg=red&we".to_owned(),
            ),
            (
                r#"{"rotate":90,"flip":true,"flop":false,"grayscale":true,"blur":5,"sharpen":{"sigma":2,"m1":0.5}}"#,
                format!("s=/a/b.jpg&{plain}&ro=90&flip&filt=greyscale&blur=5&sharp=2,0.5,2"),
            ),
            (
                r#"{"rotate":null,"extract":{"left":1,"top":2,"width":30,"height":40},"trim":{"threshold":20}}"#,
                format!("s=/a/b.jpg&{plain}&or=0&cx=1&cy=2&cw=30&ch=40&trim=20"),
            ),
            (
                r#"{"modulate":{"brightness":1.5,"hue":90},"normalize":true,"median":5,"threshold":9,"tint":"blue"}"#,
                format!("s=/a/b.jpg&{plain}&mod=1.5,1,90&normalise&median=5&threshold=9&tint=blue"),
            ),
            (
                r#"{"webp":{"quality":79,"lossless":false},"extend":{"top":1,"right":2,"bottom":3,"left":4}}"#,
                format!("s=/a/b.jpg&{plain}&f=webp&q=80&pad=1,2,3,4"),
            ),
            (
                r##"{"jpeg":{"quality":60,"progressive":true},"flatten":{"background":"#ff0000"}}"##,
                "s=/a/b.jpg&w=auto&h=auto&fit=inside&bg=red&f=jpg&q=60&il".to_owned(),
            ),
            (
                r#"{"toFormat":"avif"}"#,
                format!("s=/a/b.jpg&{plain}&f=avif&q=66"),
            ),
        ] {
            let json = format!(r#"{{"bucket":"x","key":"a/b.jpg","edits":{edits}}}"#);
            same(&encoded(&json), "", &ours);
        }
        let json = r#"{"key":"a%20?b.jpg","outputFormat":"png","headers":{"Cache-Control":"max-age=60,public"}}"#;
        same(
            &encoded(json),
            "",
            &format!("s=/a%252520%253Fb.jpg&{plain}&f=png&maxage=60"),
        );
    }

    #[test]
    fn thumbor_operations_and_a_query_are_edits_too() {
        for (path, query, ours) in [
            (
                "fit-in/300x200/a/b.jpg",
                "",
                "s=/a/b.jpg&w=300&h=200&fit=inside&bg=black",
            ),
            (
                "300x0/filters:no_upscale()/a%20b.jpg",
                "",
                "s=/a b.jpg&w=300&h=auto&fit=inside&we&bg=black",
            ),
            (
                "10x20:40x60/300x200/filters:fill(red)/filters:quality(70):format(webp)/b.jpg",
                "",
                "s=/b.jpg&cx=10&cy=20&cw=30&ch=40&w=300&h=200&fit=contain&bg=red&f=webp&q=71",
            ),
            (
                "300x200/filters:blur(4):grayscale():rotate(90):rgb(100,0,0):equalize():stretch()/b.jpg",
                "",
                "s=/b.jpg&w=300&h=200&fit=fill&blur=2&filt=greyscale&ro=90&tint=red&normalise&bg=black",
            ),
            (
                "300x200/b.jpg",
                "width=90&height=0&fit=contain&format=webp&flip=1&flop=false&rotate=",
                "s=/b.jpg&w=90&h=auto&fit=inside&f=webp&q=81&flip&or=0&bg=black",
            ),
            (
                "300x200/filters:watermark(b,l/o.png,center,-7,100)/b.jpg",
                "",
                "s=/b.jpg&w=300&h=200&fit=cover&bg=black",
            ),
            (
                "unsafe/filters:proportion(0.5):sharpen(1,2,true)/s3:x/b.jpg",
                "",
                "s=/b.jpg&w=50%25&h=auto&fit=inside&sharp=2&bg=black",
            ),
        ] {
            same(path, query, ours);
        }
    }

    #[test]
    fn a_wrong_request_has_the_code_of_the_service() {
        let options = Options::default();
        for (path, query, own, word) in [
            (
                encoded(r#"{"key":"a","edits":{"smartCrop":true}}"#),
                "",
                "ImageEdits::CannotParseEdits",
                "smartCrop",
            ),
            (
                encoded(r#"{"key":"a","edits":{"resize":{"width":-1}}}"#),
                "",
                "InvalidResizeException",
                "width",
            ),
            (
                encoded(r#"{"key":"a","edits":{"resize":{"fit":"crop"}}}"#),
                "",
                "InvalidResizeException",
                "fit",
            ),
            (
                encoded(r#"{"key":"a","edits":{"flatten":{"background":"red"}}}"#),
                "",
                "ImageEdits::CannotParseEdits",
                "flatten",
            ),
            (
                encoded(r#"{"key":"a","edits":{"extract":{"left":1}}}"#),
                "",
                "Crop::AreaOutOfBounds",
                "extract",
            ),
            (
                encoded(r#"{"edits":{}}"#),
                "",
                "ImageEdits::CannotFindImage",
                "key",
            ),
            (
                encoded(r#"{"key":"a","edits":7}"#),
                "",
                "ImageEdits::CannotParseEdits",
                "edits",
            ),
            (
                "300x200/".to_owned(),
                "",
                "ImageEdits::CannotFindImage",
                "key",
            ),
            (
                "filters:watermark(b,k,1,x)/a".to_owned(),
                "",
                "ImageEdits::CannotParseEdits",
                "overlayWith",
            ),
            (
                "filters:blur(/a".to_owned(),
                "",
                "RequestTypeError",
                "filter",
            ),
            ("a".to_owned(), "width=x", "InvalidResizeException", "width"),
            (
                "a".to_owned(),
                "expires=tomorrow",
                "ImageRequestExpiryFormat",
                "expires",
            ),
            (
                "a".to_owned(),
                "expires=20200101T000000Z",
                "ImageRequestExpired",
                "expired",
            ),
        ] {
            let refusal = read(&call(&path, query), &options).expect_err(&path);
            assert_eq!(refusal.own, own, "{path}?{query}: {}", refusal.message);
            assert!(
                refusal.message.contains(word),
                "{path}: {}",
                refusal.message
            );
        }
    }
}

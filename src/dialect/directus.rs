//! Directus: `/assets/<id>?width=300&fit=cover`, whose names are those of sharp.
//!
//! Each parameter becomes an edit, as those of AWS do.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::dialect::aws;
use crate::dialect::call::{Call, Failure, Refusal, Told, Translation, source_of_encoded};
use crate::dialect::options::Options;
use letterbox_engine::transform::Target;

/// Longest list of transforms.
const MOST: usize = 32;

/// Reads a request.
pub(crate) fn read(call: &Call<'_>, options: &Options) -> Result<Translation, Refusal> {
    let source =
        source_of_encoded(call.path).ok_or_else(|| Refusal::bad("", "the path is no file"))?;
    let mut edits = Map::new();
    let mut resize = Map::new();
    let mut is_auto = false;
    let mut saves = false;
    for (name, text) in url::form_urlencoded::parse(call.query.as_bytes()) {
        let bad = |expected: &str| Refusal::value("", &name, &text, expected);
        match &*name {
            "width" | "height" | "fit" => {
                resize.insert(name.into_owned(), Value::String(text.into_owned()));
            }
            "withoutEnlargement" => {
                let on = !matches!(&*text, "false" | "0");
                resize.insert(name.into_owned(), Value::Bool(on));
            }
            "quality" => drop(edits.insert("quality".to_owned(), json!(text))),
            "format" => match &*text {
                "auto" => is_auto = true,
                "jpg" | "jpeg" | "png" | "webp" | "avif" => {
                    edits.insert("toFormat".to_owned(), json!(text));
                }
                _ => return Err(bad("auto, jpg, png, webp or avif")),
            },
            "transforms" => {
                let list: Option<Vec<Vec<Value>>> = serde_json::from_str(&text).ok();
                let list = list.filter(|list| list.len() <= MOST);
                let list = list.ok_or_else(|| bad("a list of calls such as [[\"blur\",5]]"))?;
                for call in list {
                    transformed(&call, &mut edits, &mut resize)
                        .ok_or_else(|| bad("calls of sharp with one value, each once"))?;
                }
            }
            "download" => saves = true,
            "key" | "focal_point_x" | "focal_point_y" => {
                return Err(Refusal::unsupported("", &name));
            }
            // Who may see the file is the store's own affair.
            _ => {}
        }
    }
    if !resize.is_empty() {
        edits.insert("resize".to_owned(), Value::Object(resize));
    }
    let mut transform = aws::transform(&edits, call, options)?;
    if is_auto && transform.target == Target::Keep {
        transform.target = Target::Auto(call.negotiated());
    }
    let mut translation = Translation::new(source, transform);
    if saves {
        let source = &translation.asked.source;
        translation.asked.disposition = Some(crate::url::Disposition::of_source(true, source));
    }
    Ok(translation)
}

/// Adds a call of sharp: its name, and its values. One that is there already would be done twice.
fn transformed(
    call: &[Value],
    edits: &mut Map<String, Value>,
    resize: &mut Map<String, Value>,
) -> Option<()> {
    let (name, values) = call.split_first()?;
    let name = name.as_str()?;
    let value = match values {
        [] => Value::Bool(true),
        [value] => value.clone(),
        [format, options] if name == "toFormat" => {
            let quality = options.get("quality").cloned();
            quality.map(|quality| edits.insert("quality".to_owned(), quality));
            format.clone()
        }
        [width, height, rest @ ..] if name == "resize" && rest.len() <= 1 => {
            let mut all = rest
                .first()
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default();
            all.insert("width".to_owned(), width.clone());
            all.insert("height".to_owned(), height.clone());
            Value::Object(all)
        }
        _ => return None,
    };
    if name == "resize" {
        let all = value.as_object()?;
        all.iter()
            .all(|(name, value)| resize.insert(name.clone(), value.clone()).is_none())
            .then_some(())
    } else {
        edits.insert(name.to_owned(), value).is_none().then_some(())
    }
}

/// Whether a query has a parameter that asks for another picture.
pub(crate) fn knows_one_of(query: &str) -> bool {
    const NAMES: [&str; 10] = [
        "width",
        "height",
        "fit",
        "withoutEnlargement",
        "quality",
        "format",
        "transforms",
        "key",
        "focal_point_x",
        "focal_point_y",
    ];
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| NAMES.contains(&&*name))
}

/// Tells an error as the JSON of the service.
pub(crate) fn tell(failure: &Failure<'_>) -> Told {
    let (status, code) = match failure.code {
        "bad-parameter" => (failure.status, "INVALID_QUERY"),
        "source-not-found" => (StatusCode::FORBIDDEN, "FORBIDDEN"),
        "unsupported-format" => (StatusCode::BAD_REQUEST, "ILLEGAL_ASSET_TRANSFORMATION"),
        "source-not-allowed" | "bad-signature" => (failure.status, "FORBIDDEN"),
        _ => (failure.status, "SERVICE_UNAVAILABLE"),
    };
    let error = json!({ "message": failure.message, "extensions": { "code": code } });
    Told::json(status, &json!({ "errors": [error] }))
}

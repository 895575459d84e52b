//! A request: the key of an image, and edits, whatever form they have.

use serde_json::{Value, json};

use crate::dialect::aws::filter;
use crate::dialect::aws::value::Edits;
use crate::dialect::bytes::from_base64;
use crate::dialect::call::{Refusal, number, percent_decoded};

/// A request.
pub(super) struct Request {
    /// The bucket, if one is named.
    pub(super) bucket: Option<String>,
    /// The key in it.
    pub(super) key: String,
    /// Edits.
    pub(super) edits: Edits,
    /// Seconds for which the answer is kept.
    pub(super) max_age_secs: Option<u32>,
}

impl Request {
    /// Reads the path, and the query over it.
    pub(super) fn read(path: &str, query: &[(String, String)]) -> Result<Request, Refusal> {
        let path = percent_decoded(path);
        let bytes = from_base64(path.trim_matches('/'));
        let json = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let mut request = match json {
            Some(Value::Object(json)) => of_json(json)?,
            _ => of_operations(&path)?,
        };
        over(&mut request.edits, query);
        Ok(request)
    }
}

/// Reads the form in JSON.
fn of_json(json: Edits) -> Result<Request, Refusal> {
    let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut edits = match json.get("edits") {
        None | Some(Value::Null) => Edits::new(),
        Some(Value::Object(edits)) => edits.clone(),
        Some(_) => {
            let message = "edits is wrong: expected an object";
            return Err(Refusal::bad("ImageEdits::CannotParseEdits", message));
        }
    };
    if let Some(format) = text("outputFormat") {
        edits.insert("toFormat".to_owned(), json!(format));
    }
    let field = json.get("headers").and_then(|fields| {
        let fields = fields.as_object()?;
        let mut fields = fields.iter();
        fields.find(|(name, _)| name.eq_ignore_ascii_case("cache-control"))
    });
    let words = field.and_then(|(_, field)| field.as_str()).unwrap_or("");
    let age = words
        .split(',')
        .find_map(|word| word.trim().strip_prefix("max-age="));
    Ok(Request {
        bucket: text("bucket"),
        key: text("key").unwrap_or_default(),
        edits,
        max_age_secs: age
            .and_then(number)
            .and_then(|secs| u32::try_from(secs).ok()),
    })
}

/// Reads thumbor's operations: segments with a meaning, and the key, which is the rest.
fn of_operations(path: &str) -> Result<Request, Refusal> {
    let mut edits = Edits::new();
    let mut filters: Vec<(&str, &str)> = Vec::new();
    let (mut sized, mut cropped, mut fits_in) = (None, false, false);
    let (mut bucket, mut key) = (None, Vec::new());
    let mut rest = path.trim_start_matches('/');
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix("filters:") {
            rest = filter::split(behind, &mut filters)?;
            continue;
        }
        let (segment, behind) = rest.split_once('/').unwrap_or((rest, ""));
        let is_last = !rest.contains('/');
        rest = behind;
        if is_last {
            key.push(segment);
            continue;
        }
        if let (false, Some([left, top, right, bottom])) = (cropped, corners(segment)) {
            cropped = true;
            let area = json!({ "left": left, "top": top, "width": right.saturating_sub(left), "height": bottom.saturating_sub(top) });
            edits.insert("extract".to_owned(), area);
        } else if let Some(size) = pair(segment) {
            sized.get_or_insert(size);
        } else if segment == "fit-in" {
            fits_in = true;
        } else if let (None, Some(name)) = (&bucket, segment.strip_prefix("s3:")) {
            bucket = Some(name.to_owned());
        } else if segment != "unsafe" || !key.is_empty() {
            key.push(segment);
        }
    }
    let mut resize = Edits::new();
    if let Some((width, height)) = sized {
        resize.insert("width".to_owned(), json!(width));
        resize.insert("height".to_owned(), json!(height));
    }
    if fits_in {
        resize.insert("fit".to_owned(), json!("inside"));
    }
    // Filters take effect in the order of their names.
    filters.sort_by_key(|(name, _)| *name);
    for (name, text) in filters {
        filter::apply(name, text, &mut edits, &mut resize)?;
    }
    if !resize.is_empty() {
        edits.insert("resize".to_owned(), Value::Object(resize));
    }
    Ok(Request {
        bucket,
        key: key.join("/"),
        edits,
        max_age_secs: None,
    })
}

/// Reads `WxH`.
fn pair(text: &str) -> Option<(u64, u64)> {
    let (width, height) = text.split_once('x')?;
    Some((number(width)?, number(height)?))
}

/// Reads `LxT:RxB`.
fn corners(text: &str) -> Option<[u64; 4]> {
    let (start, end) = text.split_once(':')?;
    let ((left, top), (right, bottom)) = (pair(start)?, pair(end)?);
    Some([left, top, right, bottom])
}

/// Puts the parameters of the query over the edits. Others are none of the service's.
fn over(edits: &mut Edits, query: &[(String, String)]) {
    for (name, text) in query {
        let is_on = !matches!(&**text, "" | "0" | "false");
        let text = if is_on { json!(text) } else { Value::Null };
        match &**name {
            "width" | "height" | "fit" => {
                let resize = edits.entry("resize").or_insert_with(|| json!({}));
                if let Some(resize) = resize.as_object_mut() {
                    resize.insert(name.clone(), text);
                }
            }
            "format" => {
                edits.insert("toFormat".to_owned(), text);
            }
            "rotate" => {
                edits.insert(name.clone(), text);
            }
            "flip" | "flop" | "grayscale" | "greyscale" => {
                edits.insert(name.clone(), json!(is_on));
            }
            _ => {}
        }
    }
}

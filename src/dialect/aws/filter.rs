//! Filters in the spelling of thumbor, as edits.

use serde_json::{Value, json};

use crate::dialect::aws::value::Edits;
use crate::dialect::call::{Refusal, decimal};
use crate::dialect::colour;

/// Cuts `name(text):name(text)/` into filters, and returns what stands behind.
pub(super) fn split<'t>(
    text: &'t str,
    filters: &mut Vec<(&'t str, &'t str)>,
) -> Result<&'t str, Refusal> {
    let bad = |message| Refusal::bad("RequestTypeError", message);
    let mut rest = text;
    loop {
        let (name, behind) = rest
            .split_once('(')
            .ok_or_else(|| bad("a filter has no arguments"))?;
        let (text, behind) = behind
            .split_once(')')
            .ok_or_else(|| bad("a filter's arguments have no end"))?;
        filters.push((name, text));
        match behind.split_at_checked(1) {
            Some((":", more)) => rest = more,
            Some(("/", more)) => return Ok(more),
            None => return Ok(""),
            Some(_) => return Err(bad("a filter ends with a colon or a slash")),
        }
    }
}

/// Applies a filter.
pub(super) fn apply(
    name: &str,
    text: &str,
    edits: &mut Edits,
    resize: &mut Edits,
) -> Result<(), Refusal> {
    let args: Vec<&str> = text.split(',').map(str::trim).collect();
    let wrong = |expected| Refusal::value("ImageEdits::CannotParseEdits", name, text, expected);
    let number = |at: usize| {
        let number = args.get(at).and_then(|text| decimal(text));
        number.ok_or_else(|| wrong("a number"))
    };
    let is_inside = |resize: &Edits| resize.get("fit") == Some(&json!("inside"));
    let mut set = |name: &str, value: Value| {
        edits.insert(name.to_owned(), value);
    };
    match name {
        "autojpg" => set("toFormat", json!("jpeg")),
        "background_color" => set("flatten", json!({ "background": css(args[0]) })),
        "blur" => {
            let sigma = if args.len() > 1 {
                number(1)?
            } else {
                number(0)? / 2.0
            };
            set("blur", json!(sigma));
        }
        "equalize" => set("normalize", json!(true)),
        "fill" => {
            resize.insert("background".to_owned(), json!(css(args[0])));
            if !is_inside(resize) {
                resize.insert("fit".to_owned(), json!("contain"));
            }
        }
        "format" => set("toFormat", json!(args[0])),
        "grayscale" => set("grayscale", json!(true)),
        "no_upscale" => {
            resize.insert("withoutEnlargement".to_owned(), json!(true));
        }
        "proportion" => {
            resize.insert("ratio".to_owned(), json!(number(0)?));
        }
        "quality" => set("quality", json!(number(0)?)),
        "rgb" => {
            let channel = |at: usize| Ok((number(at)? * 2.55).round().clamp(0.0, 255.0));
            let tint = json!({ "r": channel(0)?, "g": channel(1)?, "b": channel(2)? });
            set("tint", tint);
        }
        // Without an angle EXIF's orientation is applied, as it is without the filter.
        "rotate" if text.is_empty() => {}
        "rotate" => set("rotate", json!(number(0)?)),
        "sharpen" => set("sharpen", json!(1.0 + number(1)? / 2.0)),
        "stretch" => {
            if !is_inside(resize) {
                resize.insert("fit".to_owned(), json!("fill"));
            }
        }
        "strip_exif" | "strip_icc" => set("rotate", Value::Null),
        "upscale" => {
            resize.insert("fit".to_owned(), json!("inside"));
        }
        "watermark" => {
            let arg = |at: usize| args.get(at).copied().unwrap_or_default();
            let place = |at: usize| (!arg(at).is_empty()).then(|| arg(at));
            let overlay = json!({
                "bucket": arg(0), "key": arg(1), "alpha": arg(4), "wRatio": arg(5), "hRatio": arg(6),
                "options": { "left": place(2), "top": place(3) },
            });
            set("overlayWith", overlay);
        }
        "animated" => set("animated", json!(text != "false")),
        _ => {
            return Err(Refusal::unsupported("ImageEdits::CannotParseEdits", name));
        }
    }
    Ok(())
}

/// Spells a colour so that hexadecimal digits need no `#`.
fn css(text: &str) -> String {
    let hashed = format!("#{text}");
    match colour::css(text).is_none() && colour::css(&hashed).is_some() {
        true => hashed,
        false => text.to_owned(),
    }
}

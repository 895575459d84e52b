//! Table of parameters for the playground: name, words, values, and which control takes them.

use letterbox::url::param::{PARAMS, Param};
use serde_json::{Value, json};

use crate::typescript::{SWITCH, may_be_bare, words};
use letterbox::config::Config;
use letterbox::url::parse;

/// Whether the parser takes the value, beside a box so small that no limit of an answer is met.
fn is_taken(param: &Param, value: f64) -> bool {
    let sides = ["w", "h"].into_iter().filter(|side| *side != param.name);
    let sides: String = sides.map(|side| format!("&{side}=1")).collect();
    let query = format!("s=/{sides}&{}={value}", param.name);
    parse(&query, &Config::default().url_defaults()).is_ok()
}

/// Returns the bounds and the step of a parameter whose value is a number, as its words name them
/// and its parser confirms.
fn range(param: &Param) -> Option<(f64, f64, f64)> {
    let expected = param.expected();
    let is_number = |text: &&str| text.starts_with(|b: char| b.is_ascii_digit() || b == '-');
    let (_, rest) = expected.split_once(" from ")?;
    let mut ends = rest.split(' ').filter(is_number);
    let end = |text: &str| text.trim_end_matches([',', ';', ':']).parse::<f64>().ok();
    let (first, last) = (end(ends.next()?)?, end(ends.next()?)?);
    let is_whole = expected.contains("whole number");
    let step = if is_whole { 1.0 } else { 0.01 };
    let is_range = is_taken(param, first)
        && is_taken(param, last)
        && !is_taken(param, first - step)
        && !is_taken(param, last + step);
    is_range.then_some((first, last, step))
}

/// Returns the control that takes the values, and what it has to know.
fn control(param: &Param) -> Value {
    let words = words(param);
    let examples = param.examples.good.iter().map(|spellings| spellings[0]);
    let filled: Vec<_> = examples.filter(|text| !text.is_empty()).collect();
    let is_word = |text: &&str| words.iter().any(|word| word == text);
    if param.expected() == SWITCH {
        return json!({ "control": "switch" });
    }
    if param.expected().starts_with("a CSS colour name") {
        return json!({ "control": "colour" });
    }
    if filled.iter().all(is_word) && !words.is_empty() {
        return json!({ "control": "choice", "words": words });
    }
    // Whose values may be something else as well needs a field for text.
    let is_letters = |text: &&str| text.bytes().all(|b| b.is_ascii_lowercase());
    let is_plain = |text: &&str| is_letters(text) || text.parse::<f64>().is_ok();
    match range(param).filter(|_| filled.iter().all(is_plain)) {
        Some((least, most, step)) => {
            let words: Vec<_> = filled.into_iter().filter(is_letters).collect();
            json!({ "control": "number", "least": least, "most": most, "step": step, "words": words })
        }
        None => json!({ "control": "text", "words": words }),
    }
}

/// Returns site/parameters.mjs.
pub(crate) fn table() -> String {
    let rows: String = PARAMS
        .iter()
        .map(|param| {
            let default = match param.default_text() {
                Some(text) => param.default.replace("{}", &text),
                None => param.default.replace("{}", "the deployment's"),
            };
            let examples = param.examples.good.iter().map(|spellings| spellings[0]);
            let examples: Vec<_> = examples.filter(|text| !text.is_empty()).collect();
            let mut row = json!({
                "name": param.name,
                "aliases": param.aliases,
                "doc": param.doc,
                "expected": param.expected(),
                "default": default,
                "examples": examples,
            });
            let fields = row.as_object_mut().expect("an object");
            if may_be_bare(param) && param.expected() != SWITCH {
                fields.insert("bare".to_owned(), json!(true));
            }
            fields.extend(control(param).as_object().expect("an object").clone());
            format!("  {row},\n")
        })
        .collect();
    format!(
        "// Written by `npm run docs` from the parameters of src/url/param/.\n\n\
         export const parameters = [\n{rows}];\n"
    )
}

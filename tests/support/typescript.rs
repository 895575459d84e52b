//! The table of parameters for the URL builder: its types, and what it has to know when it runs.

use letterbox::config::Config;
use letterbox::url::param::{PARAMS, Param};
use letterbox::url::parse;

pub(crate) const SWITCH: &str = "nothing, 1 or true for on, 0 or false for off";

/// Whether the parser takes the value.
pub(crate) fn is_taken(param: &Param, text: &str) -> bool {
    let query = format!("s=/&{}={text}", param.name);
    parse(&query, &Config::default().url_defaults()).is_ok()
}

/// Returns the words that stand among the expected values and are values; none where any word is.
pub(crate) fn words(param: &Param) -> Vec<String> {
    if is_taken(param, "whatever") {
        return Vec::new();
    }
    let expected = param.expected().replace(['(', ')'], ",");
    let words = expected.split(',').flat_map(|part| part.split(" or "));
    let words = words.map(|word| word.trim().trim_start_matches("or ").trim());
    let is_word = |word: &&str| {
        let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let is_number = word.bytes().all(|b| b.is_ascii_digit());
        let is_unit = !is_number && word.starts_with(|first: char| first.is_ascii_digit());
        let is_name = !word.is_empty() && word.bytes().all(is_name) && !is_unit;
        is_name && is_taken(param, word)
    };
    words.filter(is_word).map(str::to_owned).collect()
}

/// Whether nothing behind the name is a value, which is said of every parameter that has it.
pub(crate) fn may_be_bare(param: &Param) -> bool {
    param.expected().contains("nothing")
}

fn type_of(param: &Param) -> String {
    if param.name == "widths" {
        return "readonly number[] | string".to_owned();
    }
    if param.expected() == SWITCH {
        return "boolean".to_owned();
    }
    let words = words(param);
    let number = param.expected().contains("number");
    let is_number = |text: &str| text.parse::<f64>().is_ok();
    let mut types: Vec<String> = words
        .iter()
        .filter(|word| !number || !is_number(word))
        .map(|word| match is_number(word) {
            true => word.clone(),
            false => format!("'{word}'"),
        })
        .collect();
    if number {
        types.push("number".to_owned());
    }
    if may_be_bare(param) {
        types.push("true".to_owned());
    }
    let examples = param.examples.good.iter().map(|spellings| spellings[0]);
    let is_closed = examples
        .filter(|text| !text.is_empty())
        .all(|text| words.iter().any(|word| word == text) || (number && is_number(text)));
    if !is_closed || types.is_empty() {
        // What completes the words in an editor, and takes any other text.
        let any = if words.is_empty() {
            "string"
        } else {
            "(string & {})"
        };
        types.push(any.to_owned());
    }
    types.join(" | ")
}

/// Returns url/parameters.d.mts.
pub(crate) fn declarations() -> String {
    let builder = PARAMS.iter().filter(|p| !["s", "sig"].contains(&p.name));
    let fields: String = builder
        .map(|p| {
            let default = match p.default_text() {
                Some(text) => p.default.replace("{}", &text),
                None => p.default.replace("{}", "the deployment's"),
            };
            let (name, aliases, doc, of) = (p.name, p.aliases, p.doc, type_of(p));
            let own = format!("  /** {doc}. Default: {default}. */\n  {name}?: {of};\n");
            let also = aliases.iter().map(|alias| {
                let alias = if alias.contains('-') {
                    format!("'{alias}'")
                } else {
                    alias.to_string()
                };
                format!("  /** Another name of `{name}`. */\n  {alias}?: Parameters['{name}'];\n")
            });
            own + &also.collect::<String>()
        })
        .collect();
    format!(
        "// Written by `npm run docs` from the parameters of src/url/param/.\n\n\
         export interface Parameters {{\n{fields}}}\n"
    )
}

/// Returns url/parameters.mjs.
pub(crate) fn table() -> String {
    let rows: String = PARAMS
        .iter()
        .map(|p| {
            let others: Vec<_> = p.aliases.iter().map(|other| format!("'{other}'")).collect();
            let switch = match p.expected() {
                text if text == SWITCH => ", on: '1', off: '0'",
                _ if may_be_bare(p) => ", on: ''",
                _ => "",
            };
            format!(
                "  {}: {{ aliases: [{}]{switch} }},\n",
                p.name,
                others.join(", ")
            )
        })
        .collect();
    format!(
        "// Written by `npm run docs` from the parameters of src/url/param/: other names, and what a switch is written as.\n\n\
         export const parameters = {{\n{rows}}};\n"
    )
}

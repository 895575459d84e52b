//! Parts of a query string without effect, as a hint for the author of a page.

use url::form_urlencoded::{byte_serialize, parse};

use crate::url::param;

/// Most names that are reported.
const MOST_NAMES: usize = 16;

/// Longest name that is reported in full, in characters.
const MOST_LETTERS: usize = 40;

/// Returns the names of unknown parameters, percent-encoded and separated by commas. The list has
/// `s` too if an unknown parameter follows a source whose own query was not encoded, because the
/// source has then lost a part of its query. Returns `None` if there is neither.
pub fn ignored(query: &str) -> Option<String> {
    let (mut names, mut cut_off) = (Vec::new(), false);
    let mut open_source = false;
    for field in query.split('&') {
        let Some((name, value)) = parse(field.as_bytes()).next() else {
            continue;
        };
        match param::find(&name) {
            Some((_, param)) if param.name == "s" => {
                let raw = field.split_once('=').map_or("", |(_, raw)| raw);
                open_source = value.contains('?') && raw.contains(['?', '=']);
            }
            Some(_) => {}
            None if name.is_empty() => {}
            None => {
                cut_off |= open_source;
                let short: String = name.chars().take(MOST_LETTERS).collect();
                let name: String = byte_serialize(short.as_bytes()).collect();
                if !names.contains(&name) && names.len() < MOST_NAMES {
                    names.push(name);
                }
            }
        }
    }
    if cut_off {
        names.push("s;detail=\"its query ends at the first &: write %26 for it\"".to_owned());
    }
    (!names.is_empty()).then(|| names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_are_told_and_so_is_a_source_that_was_cut_off() {
        let told = |query| ignored(query).unwrap_or_default();
        assert_eq!(told("s=https://a.example/x&w=5&q=80&sig=x"), "");
        assert_eq!(told("s=/x&utm=1&W=5&utm=2"), "utm, W");
        assert_eq!(told("s=/x&a%0Ab,c=1&=2"), "a%0Ab%2Cc");
        let cut = "s;detail=\"its query ends at the first &: write %26 for it\"";
        assert_eq!(told("s=https://a/x?y=1&z=2"), format!("z, {cut}"));
        assert_eq!(
            told("w=5&src=https%3A%2F%2Fa%2Fx%3Fy=1&h=5&z"),
            format!("z, {cut}")
        );
        // Parameters before the source, or after an encoded source, are not part of it.
        assert_eq!(told("z=2&s=https://a/x?y=1"), "z");
        assert_eq!(told("s=https%3A%2F%2Fa%2Fx%3Fy%3D1%26z%3D2&utm=1"), "utm");
        assert_eq!(told("s=https://a/x&z=2"), "z");
    }

    #[test]
    fn what_is_told_is_short_and_a_field_value() {
        let many: String = (0..999).map(|at| format!("&{at}=")).collect();
        assert_eq!(
            ignored(&many).expect("names").split(", ").count(),
            MOST_NAMES
        );
        let told = ignored(&format!("{}=1&\u{e9}\r\n=2", "x".repeat(5000))).expect("names");
        assert_eq!(told, format!("{}, %C3%A9%0D%0A", "x".repeat(MOST_LETTERS)));
    }
}

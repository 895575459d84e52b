//! Data points: a request's figures for a dataset of the platform, without a name of a source.

use http::StatusCode;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Words of a point, in their order; each is empty where there is none.
pub const WORDS: [&str; 6] = [
    "way",
    "code",
    "format",
    "source_format",
    "dialect",
    "method",
];

/// Numbers of a point, in their order; each is 0 where there is none.
pub const NUMBERS: [&str; 12] = [
    "status",
    "ms",
    "bytes",
    "source_bytes",
    "width",
    "height",
    "source_width",
    "source_height",
    "decoded_pixels",
    "peak_bytes",
    "fetch_ms",
    "waiting_ms",
];

/// A request in figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Hash of the source's host, by which the platform samples: 16 hexadecimal digits, or nothing.
    pub host: String,
    /// [`WORDS`].
    pub words: [String; WORDS.len()],
    /// [`NUMBERS`].
    pub numbers: [f64; NUMBERS.len()],
}

impl Point {
    /// Returns the point of a request that took so many milliseconds, from what its line in the log
    /// says.
    pub(crate) fn of(facts: &Map<String, Value>, status: StatusCode, ms: f64) -> Point {
        let word = |name| facts.get(name).and_then(Value::as_str).unwrap_or_default();
        let number = |name| facts.get(name).and_then(Value::as_f64).unwrap_or_default();
        Point {
            host: hashed(word("host")),
            words: WORDS.map(|name| match (name, word(name)) {
                ("code", "") => "ok".to_owned(),
                (_, word) => word.to_owned(),
            }),
            numbers: NUMBERS.map(|name| match name {
                "status" => f64::from(status.as_u16()),
                "ms" => ms,
                _ => number(name),
            }),
        }
    }
}

/// Returns the first 16 digits of the SHA-256 of a host; nothing for none.
fn hashed(host: &str) -> String {
    let digest = Sha256::digest(host);
    let digits = digest[..8].iter().map(|byte| format!("{byte:02x}"));
    if host.is_empty() {
        String::new()
    } else {
        digits.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_every_column_in_its_place() {
        let page = include_str!("../docs/metrics.md");
        let row = |column: String, name: &str| format!("| `{column}` | `{name}` |");
        let words = WORDS
            .iter()
            .enumerate()
            .map(|(at, name)| row(format!("blob{}", at + 1), name));
        let numbers = NUMBERS.iter().enumerate();
        let numbers = numbers.map(|(at, name)| row(format!("double{}", at + 1), name));
        for row in words.chain(numbers) {
            assert!(page.contains(&row), "docs/metrics.md has no row {row}");
        }
    }

    #[test]
    fn a_host_is_what_a_shell_makes_of_it_too() {
        // printf images.example.com | sha256sum | cut -c1-16
        assert_eq!(hashed("images.example.com"), "f42f6c18badecf43");
        assert_eq!(hashed(""), "");
    }
}

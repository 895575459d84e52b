//! Check that a path stays below another one, however a server resolves it.
//!
//! The WHATWG parser has removed the dot segments that it knows, `%2e%2e` among them. Servers know
//! more: they decode once more, strip a segment's parameters or blanks after they have checked it,
//! or accept invalid UTF-8. A path with a part that some server could take for a dot segment is
//! outside of every prefix.

/// Rounds of percent-decoding; a path that is still encoded afterwards is refused, because no
/// honest name needs more.
const MOST_ROUNDS: usize = 8;

/// Whether a path, as the URL parser returns it, is `prefix` or lies below it on a segment
/// boundary, however a server reads the path.
pub(super) fn is_below(path: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_end_matches('/');
    if prefix.is_empty() {
        return true;
    }
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        && is_plain(path)
}

/// Whether every server reads the same segments in a path.
fn is_plain(path: &str) -> bool {
    let decoded = decode(path);
    // An encoded separator is a separator to some servers.
    let slashes = |text: &str| text.matches('/').count();
    let hidden = slashes(&decoded) != slashes(path) || decoded.contains('\\');
    let still_encoded = decode_once(&decoded) != decoded.as_bytes();
    !hidden && !still_encoded && !decoded.split(['/', '\u{ff0f}', '\u{ff3c}']).any(is_dots)
}

/// Whether some server could read a decoded segment as `.` or `..`. Segments of more dots, and
/// those that begin with two dots, count too.
fn is_dots(segment: &str) -> bool {
    // Dots in compatibility forms (NFKC).
    let dots = segment
        .replace(['\u{ff0e}', '\u{2024}', '\u{fe52}'], ".")
        .replace('\u{2025}', "..")
        .replace('\u{2026}', "...");
    let blank = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    let dots = dots.trim_matches(blank);
    let name = dots.split(';').next().unwrap_or_default();
    dots.starts_with("..") || name.trim_matches(blank) == "."
}

/// Undoes all rounds of percent-encoding of a path.
pub(super) fn decode(path: &str) -> String {
    let mut text = path.to_owned();
    for _ in 0..MOST_ROUNDS {
        let decoded = decode_once(&text);
        if decoded == text.as_bytes() {
            break;
        }
        text = lenient_utf8(&decoded);
    }
    text
}

/// Undoes one round of `%2e`, and of `%u002e` as some servers do.
fn decode_once(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    while let [first, rest @ ..] = bytes {
        bytes = rest;
        if *first != b'%' {
            decoded.push(*first);
        } else if let Some((code, rest)) = digits(rest, 2) {
            decoded.push(code as u8);
            bytes = rest;
        } else if let Some((code, rest)) = rest
            .split_first()
            .filter(|(u, _)| u.eq_ignore_ascii_case(&b'u'))
            .and_then(|(_, rest)| digits(rest, 4))
        {
            let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            decoded.extend(letter.encode_utf8(&mut [0; 4]).bytes());
            bytes = rest;
        } else {
            decoded.push(b'%');
        }
    }
    decoded
}

/// Parses `count` hexadecimal digits, and returns the rest.
fn digits(bytes: &[u8], count: usize) -> Option<(u32, &[u8])> {
    let (digits, rest) = bytes.split_at_checked(count)?;
    let add = |sum: u32, digit: &u8| Some(sum * 16 + char::from(*digit).to_digit(16)?);
    Some((digits.iter().try_fold(0, add)?, rest))
}

/// Decodes bytes as a lenient reader does: an overlong form of an ASCII character (`%c0%ae` for a
/// dot) is that character.
fn lenient_utf8(bytes: &[u8]) -> String {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((letter, length)) = overlong(rest).or(rest.first().map(|first| (*first, 1))) {
        plain.push(letter);
        rest = rest.get(length..).unwrap_or_default();
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Parses an overlong ASCII character of two to four bytes, and returns its length.
fn overlong(bytes: &[u8]) -> Option<(u8, usize)> {
    let (high, low, length) = match bytes {
        [high @ 0xc0..=0xc1, low, ..] => (high & 1, low, 2),
        [0xe0, high @ 0x80..=0x81, low, ..] => (high & 1, low, 3),
        [0xf0, 0x80, high @ 0x80..=0x81, low, ..] => (high & 1, low, 4),
        _ => return None,
    };
    (low & 0xc0 == 0x80).then_some((high << 6 | low & 0x3f, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use url::Url;

    fn below(path: &str) -> bool {
        let url = Url::parse(&format!("https://shared.example.com{path}")).expect("a URL");
        is_below(url.path(), "/public/")
    }

    #[test]
    fn honest_names_are_below() {
        for path in [
            "/public",
            "/public/",
            "/public/a.jpg",
            "/public/a%20b.jpg",
            "/public/.well-known/a.jpg",
            "/public/.hidden",
            "/public/a..b.jpg",
            "/public/a...jpg",
            "/public/a;v=1/b;c.jpg",
            "/public/100%25.jpg",
            "/public/100%.jpg",
            "/public/100%2525.jpg",
            "/public/caf%C3%A9.jpg",
            "/public/caf%E9.jpg",
            "/public/%E3%81%82%EF%BC%8F.jpg",
            "/public/x/../a.jpg",
            "/public/./a.jpg",
        ] {
            assert!(below(path), "{path}");
        }
    }

    #[test]
    fn no_spelling_of_a_dot_segment_is_below() {
        let dots = [
            "..",
            ".%2e",
            "%2E.",
            "%2e%2e",
            "%252e%252e",
            "%25252e.",
            ".%252e",
            "%252e.",
            "%u002e%u002e",
            ".%U002e",
            "%c0%ae%c0%ae",
            "%e0%80%ae.",
            "%f0%80%80%ae.",
            "%25c0%25ae.",
            "%ef%bc%8e.",
            "．．",
            "․․",
            "‥",
            "%e2%80%a5",
            "﹒﹒",
            "...",
            "....",
        ];
        let tails = [
            "",
            ";",
            ";x",
            ";x=1",
            "%3b",
            "%3Bx",
            "%253b",
            "%20",
            "%2520",
            "%09",
            "%0a",
            "%0d",
            "%00",
            "%2500",
            "+",
            "%a0",
            "%c2%a0",
            "%e3%80%80",
            " ;x",
            "%20;",
            ";%20",
            "%3f",
            "%23x",
            ":",
            "%3a",
        ];
        for (dot, tail) in dots
            .into_iter()
            .flat_map(|dot| tails.map(|tail| (dot, tail)))
        {
            for head in ["", "%20", "%09", "%2520", "+"] {
                let segment = format!("{head}{dot}{tail}");
                for path in [
                    format!("/public/{segment}/secret.jpg"),
                    format!("/public/a/{segment}/{segment}/secret.jpg"),
                    format!("/public/{segment}"),
                ] {
                    assert!(!below(&path), "{path}");
                }
            }
        }
        for dot in [".", "%2e", "%252e", "．"] {
            for tail in [";", ";x", "%3bx", "%20", "%09", "%00"] {
                let path = format!("/public/{dot}{tail}/a.jpg");
                assert!(!below(&path), "{path}");
            }
        }
    }

    #[test]
    fn no_spelling_of_a_separator_is_below() {
        for path in [
            "/public/..%2fsecret.jpg",
            "/public/..%5Csecret.jpg",
            "/public/..%252fsecret.jpg",
            "/public/..%255csecret.jpg",
            "/public/x%2f..%2f..%2fsecret.jpg",
            "/public/%c0%ae%c0%ae%c0%afsecret.jpg",
            "/public/..%e0%80%afsecret.jpg",
            "/public/..%c1%9csecret.jpg",
            "/public/..%u2215secret.jpg",
            "/public/..%u002fsecret.jpg",
            "/public/..／secret.jpg",
            "/public/x／..／secret.jpg",
            "/public/..＼secret.jpg",
            "/public/a%2fb.jpg",
            "/public\\..\\secret.jpg",
            "/public%2f..%2fsecret.jpg",
        ] {
            assert!(!below(path), "{path}");
        }
        // A path that is encoded more often than any server decodes.
        let deep = format!(
            "/public/%{}2e%{}2e/secret.jpg",
            "25".repeat(20),
            "25".repeat(20)
        );
        assert!(!below(&deep));
        assert!(!below("/publicity/a.jpg") && !below("/PUBLIC/a.jpg") && !below("//public/a.jpg"));
    }

    proptest! {
        #[test]
        fn no_text_panics(path in "[./%2eE5cC0fFuU;\\\\ +a-z\u{ff0e}\u{2025}]{0,40}") {
            let _ = is_below(&format!("/public/{path}"), "/public/");
        }
    }
}

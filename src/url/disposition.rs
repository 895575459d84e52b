//! The name under which browsers save an answer (RFC 6266).

use crate::url::source::Source;
use crate::url::value::percent_decoded;

/// Most characters of a name.
const MOST_CHARS: usize = 128;

/// Content-Disposition of an answer (RFC 6266).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposition {
    /// Whether browsers save the answer instead of showing it.
    pub attachment: bool,
    /// Name of the file, without the ending.
    pub name: String,
}

impl Disposition {
    /// Creates a disposition from any text: characters that no file name has, or that end a field
    /// or a part of a path, are replaced.
    pub(crate) fn new(attachment: bool, name: &str) -> Disposition {
        let is_plain = |c: char| c.is_alphanumeric() || "-_. ()".contains(c);
        let plain = |c| if is_plain(c) { c } else { '_' };
        let name = name.chars().take(MOST_CHARS).map(plain).collect();
        Disposition { attachment, name }
    }

    /// Creates the disposition of a source: the last part of its path, without the ending.
    pub(crate) fn of_source(attachment: bool, source: &Source) -> Disposition {
        let text = source.to_string();
        let path = text.split(['?', '#']).next().unwrap_or_default();
        let path = path.split_once("://").map_or(path, |(_, rest)| rest);
        let name = match path.rsplit_once('/') {
            Some((_, name)) => percent_decoded(name),
            None => String::new(),
        };
        let stem = stem(&name);
        Disposition::new(attachment, if stem.is_empty() { "image" } else { stem })
    }

    /// Returns the disposition of an answer that is saved as asked, or under its source's name if
    /// no name is asked for.
    pub(crate) fn saved_as(name: &str, source: &Source) -> Disposition {
        match stem(name) {
            "" => Disposition::of_source(true, source),
            stem => Disposition::new(true, stem),
        }
    }

    /// Returns the value of the field for a file with this ending. A name that is not ASCII is told
    /// twice, because not every client knows the second way (RFC 6266, section 5).
    pub(crate) fn field(&self, ending: &str) -> String {
        let kind = if self.attachment {
            "attachment"
        } else {
            "inline"
        };
        let plain = |c: char| if c.is_ascii() { c } else { '_' };
        let ascii: String = self.name.chars().map(plain).collect();
        let field = format!("{kind}; filename=\"{ascii}.{ending}\"");
        if self.name.is_ascii() {
            return field;
        }
        // An attr-char of RFC 8187 stays; all else is bytes of UTF-8.
        let encoded = |byte: u8| match byte {
            b'-' | b'_' | b'.' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        };
        let name: String = self.name.bytes().map(encoded).collect();
        format!("{field}; filename*=UTF-8''{name}.{ending}")
    }
}

/// Parses a file name; `None` for one that is too long.
pub(super) fn file_name(text: &str) -> Option<String> {
    (text.chars().count() <= MOST_CHARS).then(|| text.to_owned())
}

/// Returns a name without its ending, which has letters and digits alone.
fn stem(name: &str) -> &str {
    let is_ending = |ending: &str| ending.chars().all(char::is_alphanumeric);
    match name.rsplit_once('.') {
        Some((stem, ending)) if is_ending(ending) => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_neither_its_field_nor_its_folder() {
        let source =
            Source::parse("https://a.example/b/holiday%20%C3%A4.2024.png?x=1").expect("a URL");
        for (asked, wanted) in [
            (
                "",
                r#"attachment; filename="holiday _.2024.jpg"; filename*=UTF-8''holiday%20%C3%A4.2024.jpg"#,
            ),
            ("card", r#"attachment; filename="card.jpg""#),
            ("card.png", r#"attachment; filename="card.jpg""#),
            (
                "a\"; x=\r\n../b\\c",
                r#"attachment; filename="a__ x___.._b_c.jpg""#,
            ),
            (
                ".htaccess",
                r#"attachment; filename="holiday _.2024.jpg"; filename*=UTF-8''holiday%20%C3%A4.2024.jpg"#,
            ),
            ("\u{202e}gpj", r#"attachment; filename="_gpj.jpg""#),
        ] {
            let disposition = Disposition::saved_as(asked, &source);
            assert_eq!(disposition.field("jpg"), wanted, "{asked:?}");
        }
    }
}

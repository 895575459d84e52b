//! Bytes that URLs hold as text: base64 in both alphabets.

/// Decodes base64 or base64url, with padding or without; `None` for what is neither. A last letter
/// whose unused bits are set counts as its bytes.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut held) = (0u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xfff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    // A letter alone is no byte.
    (text.len() % 4 != 1).then_some(bytes)
}

/// Encodes base64url without padding.
pub(crate) fn to_base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for letter in 0..=group.len() {
            let value = bits >> (18 - 6 * letter) & 63;
            text.push(LETTERS[value as usize].into());
        }
    }
    text
}

/// Decodes base64 to text.
pub(crate) fn text_of_base64(text: &str) -> Option<String> {
    String::from_utf8(from_base64(text)?).ok()
}

/// Decodes hexadecimal digits.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs
        .iter()
        .map(|[high, low]| Some((digit(*high)? << 4 | digit(*low)?) as u8));
    rest.is_empty().then(|| bytes.collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_has_two_alphabets_and_needs_no_padding() {
        for (text, wanted) in [
            ("", Some("")),
            ("Zg", Some("f")),
            ("Zg==", Some("f")),
            ("Zm8=", Some("fo")),
            ("Zm9v", Some("foo")),
            ("w7_Dvw", Some("ÿÿ")),
            ("w7/Dvw==", Some("ÿÿ")),
            ("Z", None),
            ("Zm9v!", None),
            ("_w", None),
        ] {
            assert_eq!(text_of_base64(text).as_deref(), wanted, "{text}");
        }
        for bytes in ["", "f", "fo", "foo", "ÿÿ"] {
            let text = to_base64url(bytes.as_bytes());
            assert_eq!(text_of_base64(&text).as_deref(), Some(bytes), "{text}");
        }
        assert_eq!(to_base64url(&[255, 239, 190]), "_---");
        assert_eq!(from_hex("00fF"), Some(vec![0, 255]));
        assert_eq!((from_hex("0"), from_hex("0g")), (None, None));
    }
}

//! Colours as other services spell them.

use letterbox_engine::transform::Colour;

use crate::dialect::call::decimal;
use crate::url::value;

/// Parses a colour of CSS: a name, hexadecimal digits with or without `#`, `rgb()` or `rgba()`.
pub(crate) fn css(text: &str) -> Option<Colour> {
    let text = text.trim();
    if let Some(colour) = value::colour(text.strip_prefix('#').unwrap_or(text)) {
        return Some(colour);
    }
    let (name, inner) = text.strip_suffix(')')?.split_once('(')?;
    if !name.eq_ignore_ascii_case("rgb") && !name.eq_ignore_ascii_case("rgba") {
        return None;
    }
    let parts: Vec<&str> = inner
        .split([',', ' ', '/'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let share = |text: &str, unit: f64| {
        let (number, unit) = match text.strip_suffix('%') {
            Some(percent) => (decimal(percent)?, 2.55),
            None => (decimal(text)?, unit),
        };
        Some((number * unit).round().clamp(0.0, 255.0) as u8)
    };
    let (r, g, b, a) = match parts[..] {
        [r, g, b] => (r, g, b, 255),
        [r, g, b, a] => (r, g, b, share(a, 255.0)?),
        _ => return None,
    };
    Some(Colour {
        r: share(r, 1.0)?,
        g: share(g, 1.0)?,
        b: share(b, 1.0)?,
        a,
    })
}

/// Parses hexadecimal digits whose alpha stands first: `RGB`, `ARGB`, `RRGGBB` or `AARRGGBB`, or a
/// name, with or without `#`.
pub(crate) fn alpha_first(text: &str) -> Option<Colour> {
    let text = text.strip_prefix('#').unwrap_or(text);
    let is_hex = text.bytes().all(|b| b.is_ascii_hexdigit());
    let turned = match text.len() {
        4 if is_hex => format!("{}{}", &text[1..], &text[..1]),
        8 if is_hex => format!("{}{}", &text[2..], &text[..2]),
        _ => text.to_owned(),
    };
    value::colour(&turned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn css_colours_have_many_spellings() {
        let red = Some(Colour::rgb(0xff_0000));
        for text in [
            "red",
            "#f00",
            "F00",
            "#ff0000",
            "rgb(255,0,0)",
            "rgb(255 0 0)",
            "RGB(100%, 0%, 0%)",
            "rgba(255,0,0,1)",
            "rgb(255 0 0 / 100%)",
        ] {
            assert_eq!(css(text), red, "{text}");
        }
        assert_eq!(
            css("rgba(1,2,3,0.5)").map(|c| [c.r, c.g, c.b, c.a]),
            Some([1, 2, 3, 128])
        );
        for bad in [
            "",
            "rgb()",
            "rgb(1,2)",
            "rgb(1,2,3",
            "hsl(1,2,3)",
            "rgb(a,b,c)",
            "#ff",
            "é",
        ] {
            assert_eq!(css(bad), None, "{bad}");
        }
    }

    #[test]
    fn alpha_may_stand_first() {
        for (text, [r, g, b, a]) in [
            ("8f00", [255, 0, 0, 0x88]),
            ("80ff0000", [255, 0, 0, 0x80]),
            ("#0f0", [0, 255, 0, 255]),
            ("00ff00", [0, 255, 0, 255]),
        ] {
            assert_eq!(alpha_first(text), Some(Colour { r, g, b, a }), "{text}");
        }
        for bad in ["", "é000", "fffff", "nocolour", "\u{ff10}123456"] {
            assert_eq!(alpha_first(bad), None, "{bad}");
        }
    }
}

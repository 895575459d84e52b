//! Scripts that can be set glyph by glyph.

/// Whether a character is set by its glyph alone, from left to right. False for controls, for marks
/// that combine with other characters, and for scripts that go from right to left, whose letters
/// join, or whose signs change places: Hebrew, Arabic, Indic scripts, Thai, Khmer, Mongolian and
/// others. False for joiners and selectors too, which have a meaning in those and in emoji alone.
pub fn is_simple(char: char) -> bool {
    !is_refused(u32::from(char))
}

fn is_refused(code: u32) -> bool {
    matches!(code,
        // Controls.
        0..=0x1f | 0x7f..=0x9f
        // Marks of Latin, Greek and Cyrillic, and those between scripts.
        | 0x300..=0x36f | 0x483..=0x489 | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff
        | 0x2de0..=0x2dff | 0x302a..=0x302f | 0x3099..=0x309a | 0xa66f..=0xa67d
        | 0xfe20..=0xfe2f
        // Hebrew to N'Ko and Samaritan; India, Sri Lanka, Thai, Lao, Tibetan, Myanmar.
        | 0x590..=0x109f
        // Hangul in parts.
        | 0x1100..=0x11ff | 0xa960..=0xa97f | 0xd7b0..=0xd7ff
        // Philippine scripts, Khmer, Mongolian; scripts of South East Asia.
        | 0x1700..=0x18af | 0x1900..=0x1aaf | 0x1b00..=0x1c4f | 0x1cd0..=0x1cff
        | 0xa800..=0xa82f | 0xa840..=0xaa7f | 0xaa80..=0xab2f | 0xabc0..=0xabff
        // Marks of direction, joiners, selectors; interlinear and private use.
        | 0x200c..=0x200f | 0x2028..=0x202e | 0x2061..=0x206f | 0xfe00..=0xfe0f
        | 0xfff9..=0xffff | 0xe0000..=0x10ffff
        // Hebrew and Arabic in forms.
        | 0xfb1d..=0xfdff | 0xfe70..=0xfefe
        // Right to left, and India, beyond the first plane.
        | 0x10800..=0x11fff | 0x16100..=0x1613f | 0x1e000..=0x1efff
        // Skin tones.
        | 0x1f3fb..=0x1f3ff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_that_are_set_glyph_by_glyph_are_known() {
        for text in [
            "Año ß ŁŐ",
            "Ελληνικά ᾳ",
            "Ґанок Ы",
            "日本語 カナ 한국어",
            "ქართული",
            "€ “x” – …",
        ] {
            assert!(text.chars().all(is_simple), "{text}");
        }
        let e_and_accent = "e\u{301}";
        for text in [
            "שלום",
            "سلام",
            "नमस्ते",
            "ไทย",
            "ខ្មែរ",
            "\u{202e}",
            e_and_accent,
            "👍🏽",
            "\t",
        ] {
            assert!(!text.chars().all(is_simple), "{text}");
        }
    }
}

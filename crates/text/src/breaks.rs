//! Where a line may end: the rules of Unicode's line breaking (UAX 14) as far as Latin, Greek,
//! Cyrillic and East Asian text need them, by ranges of characters and without tables.
//!
//! Not followed: words of Thai, Lao and Khmer, which need a dictionary; Hebrew; emoji sequences.

/// A class of characters, by the names of UAX 14.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Letters and all that has no other rule.
    Letter,
    Digit,
    /// Space (SP): a line may end behind it.
    Space,
    /// Space without width (ZW).
    ZeroSpace,
    /// No end before or behind (GL, WJ).
    Glue,
    /// Closing brackets, `!`, `?` (CL, CP, EX) and separators (IS): no end before them.
    Close,
    /// `/` (SY): as those, and an end behind it where no digit follows.
    Slash,
    /// Opening brackets (OP): no end behind them.
    Open,
    /// Quotation marks (QU): no end on either side.
    Quote,
    /// Hyphens and dashes (HY, BA): an end behind them.
    Hyphen,
    /// The long dash (B2): an end on either side.
    Dash,
    /// Characters that are words by themselves (ID): an end on either side.
    Ideograph,
    /// Characters of those scripts that no line begins with (NS).
    NonStarter,
}

fn class(char: char) -> Class {
    match char {
        ' ' | '\t' | '\u{2000}'..='\u{2006}' | '\u{2008}'..='\u{200a}' | '\u{3000}' => Class::Space,
        '\u{200b}' => Class::ZeroSpace,
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{2011}' | '\u{2060}' | '\u{feff}' => Class::Glue,
        '0'..='9' => Class::Digit,
        ')' | ']' | '}' | '!' | '?' | ',' | '.' | ':' | ';' | '…' | '\u{2025}' => Class::Close,
        '、' | '。' | '〉' | '》' | '」' | '』' | '】' | '〕' | '〗' | '！' | '）' | '，'
        | '．' | '：' | '；' | '？' | '］' | '｝' | '｡' | '､' => Class::Close,
        '/' => Class::Slash,
        '(' | '[' | '{' | '¡' | '¿' | '\u{201a}' | '\u{201e}' | '〈' | '《' | '「' | '『'
        | '【' | '〔' | '〖' | '（' | '［' | '｛' => Class::Open,
        '"'
        | '\''
        | '«'
        | '»'
        | '\u{2018}'
        | '\u{2019}'
        | '\u{201b}'..='\u{201d}'
        | '\u{201f}'
        | '‹'
        | '›' => Class::Quote,
        '-' | '\u{2010}' | '\u{2012}' | '\u{2013}' => Class::Hyphen,
        '\u{2014}' => Class::Dash,
        'ー'
        | '々'
        | '〜'
        | '゛'..='ゞ'
        | 'ヽ'
        | 'ヾ'
        | '・'
        | 'ぁ'
        | 'ぃ'
        | 'ぅ'
        | 'ぇ'
        | 'ぉ'
        | 'っ'
        | 'ゃ'
        | 'ゅ'
        | 'ょ'
        | 'ゎ'
        | 'ァ'
        | 'ィ'
        | 'ゥ'
        | 'ェ'
        | 'ォ'
        | 'ッ'
        | 'ャ'
        | 'ュ'
        | 'ョ'
        | 'ヮ' => Class::NonStarter,
        '\u{2e80}'..='\u{303f}'
        | '\u{3040}'..='\u{9fff}'
        | '\u{a000}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f000}'..='\u{1faff}'
        | '\u{20000}'..='\u{3ffff}' => Class::Ideograph,
        _ => Class::Letter,
    }
}

/// Whether a character is a space that is not seen at the end of a line.
pub(crate) fn is_space(char: char) -> bool {
    matches!(class(char), Class::Space | Class::ZeroSpace)
}

/// Whether a character has no glyph and no width: it says where lines end, or how others join.
pub(crate) fn is_unseen(char: char) -> bool {
    matches!(
        char,
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}'
    )
}

/// Whether a line may end between two characters. `before` is the last one that is not a space,
/// where there is one.
pub(crate) fn may_end(before: Option<char>, left: char, right: char) -> bool {
    use Class::*;
    let (left, right) = (class(left), class(right));
    let before = before.map_or(Letter, class);
    match (left, right) {
        (_, Space | ZeroSpace) => false,
        (ZeroSpace, _) => true,
        (_, Close | Slash) => false,
        (Space, _) => before != Open,
        (Glue, _) | (_, Glue) | (Quote, _) | (_, Quote) | (Open, _) => false,
        (_, NonStarter | Hyphen) => false,
        (Dash, Dash) => false,
        (Dash, _) | (_, Dash) => true,
        (Hyphen | Slash, Digit) => false,
        (Hyphen | Slash, _) => true,
        (Ideograph | NonStarter, _) | (_, Ideograph) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text with a bar wherever a line may end.
    fn bars(text: &str) -> String {
        let mut with = String::new();
        let (mut before, mut last) = (None, None);
        for char in text.chars() {
            if let Some(left) = last
                && may_end(before, left, char)
            {
                with.push('|');
            }
            with.push(char);
            last = Some(char);
            if !is_space(char) {
                before = last;
            }
        }
        with
    }

    #[test]
    fn lines_end_where_unicode_lets_them() {
        for wanted in [
            "one |two  |three",
            "well-|known",
            "a-1",
            "1–|a",
            "and|—|so |on",
            "or/|and |3/4",
            "Bonjour ! |Oui",
            "(see |this) |that",
            "( this",
            "«Да», |сказал |он.",
            "“Quoted” |text",
            "3.14, |2,5",
            "don't",
            "10\u{a0}km",
            "a\u{2060}b",
            "re\u{200b}|sume",
            "東|京|は、|晴|れ",
            "「東|京」|で",
            "カー|ド",
            "Καλημέρα |κόσμε",
        ] {
            assert_eq!(bars(&wanted.replace('|', "")), wanted);
        }
    }
}

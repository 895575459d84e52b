//! Lines of a text in a box.

use crate::breaks::{is_space, is_unseen, may_end};
use crate::error::{Error, room};
use crate::font::Font;

/// Upper bound on the characters of a text.
pub const MOST_CHARS: usize = 1000;

/// Upper bound on the bytes that a [`Font`] and the [`Lines`] of a text allocate, at any time.
pub const LINES_BYTES: u64 = 64 << 10;

/// Shares of the asked size that are tried where a text has to become smaller, the least last.
const SHRUNK: [f64; 16] = [
    1.0, 0.96, 0.92, 0.88, 0.84, 0.8, 0.77, 0.74, 0.71, 0.68, 0.65, 0.62, 0.59, 0.56, 0.53, 0.5,
];

/// Where something stands in a box: at its start (left, above), in the middle, at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Left, or above.
    #[default]
    Start,
    /// In the middle.
    Centre,
    /// Right, or below.
    End,
}

impl Align {
    fn share(self) -> f64 {
        match self {
            Align::Start => 0.0,
            Align::Centre => 0.5,
            Align::End => 1.0,
        }
    }
}

/// A text's box, and how it stands there. Lengths are pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Length of the em.
    pub size: f64,
    /// Columns of the box.
    pub width: f64,
    /// Rows of the box.
    pub height: f64,
    /// Distance of baselines, in ems.
    pub leading: f64,
    /// Place of the lines across the box.
    pub align: Align,
    /// Place of all lines down the box.
    pub down: Align,
    /// Upper bound on the lines.
    pub most_lines: usize,
    /// Whether a text that does not fit becomes smaller, down to half its size, before it is cut.
    pub shrink: bool,
}

/// A glyph in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// The glyph.
    pub glyph: u16,
    /// Column of its origin in the box.
    pub x: f64,
    /// Row of its baseline in the box: a whole number.
    pub y: f64,
}

/// Lines in a box.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// The glyphs that are seen.
    pub glyphs: Vec<Placed>,
    /// Length of the em, which may be less than asked for.
    pub size: f64,
    /// Number of lines.
    pub count: usize,
    /// Whether the end of the text is missing, and an ellipsis is there instead.
    pub cut: bool,
}

/// A character of the text with its glyph.
#[derive(Clone, Copy)]
struct Char {
    char: char,
    /// `None` for what has no glyph: ends of lines, and characters that are not seen.
    glyph: Option<u16>,
}

/// A line: its characters, without spaces at the end.
#[derive(Clone, Copy)]
struct Line {
    from: usize,
    to: usize,
}

/// Lines at one size.
struct Wrapped {
    lines: Vec<Line>,
    /// Whether a word had to be broken because it is longer than a line.
    broken: bool,
}

impl Lines {
    /// Breaks a text into lines, and places its glyphs. A line ends at a line feed, or where
    /// Unicode lets it. A word that is longer than the box is broken anywhere. A text that is too
    /// long for its box becomes smaller where the style says so, and ends with an ellipsis where
    /// that does not do. One line with one character there is always.
    ///
    /// # Errors
    /// [`Error::NoGlyph`], [`Error::TooComplex`] above [`MOST_CHARS`], [`Error::OutOfMemory`].
    pub fn new(font: &Font<'_>, text: &str, style: &Style) -> Result<Lines, Error> {
        let text = Text::new(font, text)?;
        let sizes = if style.shrink { &SHRUNK[..] } else { &[1.0] };
        let at = |share: f64| Style {
            size: style.size * share,
            ..*style
        };
        // Words stay whole, if there is a size at which they do.
        for wants_words in [true, false] {
            for style in sizes.iter().map(|share| at(*share)) {
                let wrapped = text.wrap(&style)?;
                let is_good = !(wants_words && wrapped.broken);
                if is_good && wrapped.lines.len() <= style.room() {
                    return text.place(&style, &wrapped.lines, None);
                }
            }
        }
        let style = at(sizes[sizes.len() - 1]);
        let mut lines = text.wrap(&style)?.lines;
        lines.truncate(style.room());
        text.place(&style, &lines, Some(text.ellipsis()))
    }
}

impl Style {
    /// Lines that there is room for.
    fn room(&self) -> usize {
        let lines = (self.height / (self.size * self.leading) + 1e-6) as usize;
        lines.min(self.most_lines).max(1)
    }
}

struct Text<'a, 'f> {
    font: &'a Font<'f>,
    chars: Vec<Char>,
}

impl<'a, 'f> Text<'a, 'f> {
    fn new(font: &'a Font<'f>, text: &str) -> Result<Text<'a, 'f>, Error> {
        let count = text.chars().take(MOST_CHARS + 1).count();
        if count > MOST_CHARS {
            return Err(Error::TooComplex);
        }
        let mut chars = room(count)?;
        for char in text.chars() {
            let glyph = match char {
                '\n' => None,
                char if is_unseen(char) => None,
                // Spaces of other widths are seldom in a font.
                char if is_space(char) => font.glyph(char).or(font.glyph(' ')),
                char => Some(font.glyph(char).ok_or(Error::NoGlyph(char))?),
            };
            chars.push(Char { char, glyph });
        }
        Ok(Text { font, chars })
    }

    /// Units from the first of some characters to the end of the last one.
    fn units(&self, from: usize, to: usize) -> i64 {
        let mut last = None;
        let mut sum = 0;
        for char in &self.chars[from..to] {
            if let Some(glyph) = char.glyph {
                sum += self.step(last, glyph) + i64::from(self.font.advance(glyph));
                last = Some(glyph);
            }
        }
        sum
    }

    /// Kerning before a glyph.
    fn step(&self, last: Option<u16>, glyph: u16) -> i64 {
        last.map_or(0, |last| self.font.kerning(last, glyph).into())
    }

    fn wrap(&self, style: &Style) -> Result<Wrapped, Error> {
        let most = (style.width * f64::from(self.font.units_per_em()) / style.size + 1e-6) as i64;
        let mut lines = room(self.chars.len() + 1)?;
        let mut broken = false;
        let mut from = 0;
        loop {
            let (to, next, whole) = self.line(from, most);
            broken |= !whole;
            lines.push(Line { from, to });
            match next {
                Some(next) => from = next,
                None => return Ok(Wrapped { lines, broken }),
            }
        }
    }

    /// A line that begins with a character: where it ends without its spaces, where the next one
    /// begins, and whether no word was broken.
    fn line(&self, from: usize, most: i64) -> (usize, Option<usize>, bool) {
        let (mut units, mut last) = (0, None);
        // Last place where the line may end: behind which character, and where the next one begins.
        let mut end = None;
        let mut before = None;
        let mut seen = from;
        for at in from..self.chars.len() {
            let Char { char, glyph } = self.chars[at];
            if char == '\n' {
                return (seen, Some(at + 1), true);
            }
            if at > from && may_end(before, self.chars[at - 1].char, char) {
                end = Some((seen, at));
            }
            if let Some(glyph) = glyph {
                units += self.step(last, glyph) + i64::from(self.font.advance(glyph));
                last = Some(glyph);
            }
            if !is_space(char) {
                if units > most && at > from {
                    return match end {
                        Some((to, next)) if to > from || next > from => (to, Some(next), true),
                        _ => (seen.max(from + 1), Some(at.max(from + 1)), false),
                    };
                }
                before = Some(char);
                seen = at + 1;
            }
        }
        (seen, None, true)
    }

    /// Glyphs that say that something is missing: the ellipsis, three full stops, or none.
    fn ellipsis(&self) -> Ellipsis {
        let of = |char| self.font.glyph(char);
        match (of('…'), of('.')) {
            (Some(glyph), _) => Ellipsis { glyph, times: 1 },
            (None, Some(glyph)) => Ellipsis { glyph, times: 3 },
            (None, None) => Ellipsis { glyph: 0, times: 0 },
        }
    }

    fn place(
        &self,
        style: &Style,
        lines: &[Line],
        ellipsis: Option<Ellipsis>,
    ) -> Result<Lines, Error> {
        let scale = style.size / f64::from(self.font.units_per_em());
        let (ascent, descent) = self.font.extent();
        let pitch = style.size * style.leading;
        let glyphs_high = (f64::from(ascent) + f64::from(descent)) * scale;
        let top = (style.height - pitch * lines.len() as f64) * style.down.share();
        let first = top + (pitch - glyphs_high) / 2.0 + f64::from(ascent) * scale;
        let mut glyphs = room(self.chars.len() + 3)?;
        for (index, line) in lines.iter().enumerate() {
            let is_last = index + 1 == lines.len();
            let tail = ellipsis.filter(|_| is_last);
            let to = match tail {
                Some(tail) => self.cut(*line, tail, style.width / scale),
                None => line.to,
            };
            let tail_units = tail.map_or(0, |tail| tail.units(self.font));
            let width = (self.units(line.from, to) + tail_units) as f64 * scale;
            let mut x = (style.width - width) * style.align.share();
            let y = (first + pitch * index as f64).round();
            let mut last = None;
            for char in &self.chars[line.from..to] {
                let Some(glyph) = char.glyph else { continue };
                x += self.step(last, glyph) as f64 * scale;
                if !is_space(char.char) {
                    glyphs.push(Placed { glyph, x, y });
                }
                x += f64::from(self.font.advance(glyph)) * scale;
                last = Some(glyph);
            }
            if let Some(Ellipsis { glyph, times }) = tail {
                for _ in 0..times {
                    glyphs.push(Placed { glyph, x, y });
                    x += f64::from(self.font.advance(glyph)) * scale;
                }
            }
        }
        Ok(Lines {
            glyphs,
            size: style.size,
            count: lines.len(),
            cut: ellipsis.is_some(),
        })
    }

    /// Where a line ends that an ellipsis has to fit behind, too.
    fn cut(&self, line: Line, tail: Ellipsis, most: f64) -> usize {
        let room = most - tail.units(self.font) as f64;
        let mut to = line.to;
        while to > line.from {
            let ends_with_space = is_space(self.chars[to - 1].char);
            if !ends_with_space && self.units(line.from, to) as f64 <= room {
                break;
            }
            to -= 1;
        }
        to
    }
}

#[derive(Clone, Copy)]
struct Ellipsis {
    glyph: u16,
    times: usize,
}

impl Ellipsis {
    fn units(self, font: &Font<'_>) -> i64 {
        i64::from(font.advance(self.glyph)) * self.times as i64
    }
}

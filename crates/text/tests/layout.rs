//! Lines in boxes.

use letterbox_testkit::root;
use letterbox_text::{Align, Font, Lines, Style};

const STYLE: Style = Style {
    size: 100.0,
    width: 1000.0,
    height: 1000.0,
    leading: 1.2,
    align: Align::Start,
    down: Align::Start,
    most_lines: usize::MAX,
    shrink: false,
};

fn font() -> Vec<u8> {
    std::fs::read(root().join("fonts/NotoSans-SemiBold.ttf")).expect("the font")
}

/// The lines as texts, by the rows of their glyphs.
fn rows(text: &str, style: &Style) -> (Vec<String>, Lines) {
    let file = font();
    let font = Font::new(&file).expect("a font");
    let lines = Lines::new(&font, text, style).expect("lines");
    let char_of = |glyph: u16| {
        ('!'..'\u{2122}')
            .find(|char| font.glyph(*char) == Some(glyph))
            .expect("a character")
    };
    let mut rows: Vec<(f64, String)> = Vec::new();
    for placed in &lines.glyphs {
        if rows.last().is_none_or(|(y, _)| *y != placed.y) {
            rows.push((placed.y, String::new()));
        }
        rows.last_mut()
            .expect("a row")
            .1
            .push(char_of(placed.glyph));
    }
    (rows.into_iter().map(|(_, row)| row).collect(), lines)
}

#[test]
fn words_stay_whole_and_spaces_are_not_seen_at_the_ends() {
    let style = Style {
        width: 300.0,
        ..STYLE
    };
    let (lines, _) = rows("One two three  four", &style);
    assert_eq!(lines, ["One", "two", "three", "four"]);
    let (lines, _) = rows("One\n\ntwo", &STYLE);
    assert_eq!(lines, ["One", "two"]);
    let (_, lines) = rows("One\n\ntwo", &STYLE);
    assert_eq!(lines.count, 3);
    let (lines, _) = rows(
        "well-known",
        &Style {
            width: 400.0,
            ..STYLE
        },
    );
    assert_eq!(lines, ["well-", "known"]);
}

#[test]
fn a_word_longer_than_the_box_is_broken_or_made_smaller() {
    let style = Style {
        width: 310.0,
        ..STYLE
    };
    let (lines, all) = rows("illllllllllllllllli", &style);
    assert_eq!(lines.len(), 2);
    assert_eq!((all.size, all.cut), (100.0, false));
    let (lines, all) = rows(
        "illllllllllllllllli",
        &Style {
            shrink: true,
            ..style
        },
    );
    assert_eq!(lines.len(), 1);
    assert!(all.size < 100.0 && all.size >= 50.0, "{}", all.size);
}

#[test]
fn a_text_longer_than_the_box_ends_with_an_ellipsis() {
    let style = Style {
        width: 500.0,
        most_lines: 2,
        ..STYLE
    };
    let (lines, all) = rows("Some words that are many more than two lines", &style);
    assert!(all.cut);
    assert_eq!(lines, ["Some", "words…"]);
    let file = font();
    let font = Font::new(&file).expect("a font");
    let ends = all
        .glyphs
        .iter()
        .map(|glyph| glyph.x + f64::from(font.advance(glyph.glyph)) / 10.0);
    assert!(ends.fold(0.0, f64::max) <= 500.0);
    // Half the size has room for four times the words.
    let (lines, all) = rows(
        "Some words that are more",
        &Style {
            shrink: true,
            height: 240.0,
            ..style
        },
    );
    assert!(!all.cut && all.size < 100.0, "{lines:?}");
    // One line with one character there is always.
    let (lines, all) = rows(
        "Wide",
        &Style {
            width: 1.0,
            height: 1.0,
            ..STYLE
        },
    );
    assert_eq!((lines.len(), all.cut), (1, true));
}

#[test]
fn lines_stand_where_they_are_aligned() {
    let file = font();
    let font = Font::new(&file).expect("a font");
    let place = |align, down| {
        let lines = Lines::new(
            &font,
            "I",
            &Style {
                align,
                down,
                ..STYLE
            },
        )
        .expect("a line");
        (lines.glyphs[0].x, lines.glyphs[0].y)
    };
    let advance = f64::from(font.advance(font.glyph('I').expect("a glyph"))) / 10.0;
    let (left, top) = place(Align::Start, Align::Start);
    assert_eq!(left, 0.0);
    // Half of what the line has beside the font's own extent is above it.
    assert_eq!(top, ((120.0_f64 - 136.2) / 2.0 + 106.9).round());
    let (middle, centre) = place(Align::Centre, Align::Centre);
    assert!((middle - (1000.0 - advance) / 2.0).abs() < 1e-9);
    assert_eq!(centre, top + 440.0);
    let (right, bottom) = place(Align::End, Align::End);
    assert!((right - (1000.0 - advance)).abs() < 1e-9);
    assert_eq!(bottom, top + 880.0);
}

#[test]
fn pairs_are_kerned_within_a_line_alone() {
    let file = font();
    let font = Font::new(&file).expect("a font");
    let last = |text: &str, width| {
        let style = Style { width, ..STYLE };
        let lines = Lines::new(&font, text, &style).expect("lines");
        lines.glyphs.last().expect("a glyph").x
    };
    let advance = |char| f64::from(font.advance(font.glyph(char).expect("a glyph"))) / 10.0;
    assert!((last("AV", 1000.0) - (advance('A') - 4.0)).abs() < 1e-9);
    assert_eq!(last("A V", 90.0), 0.0);
}

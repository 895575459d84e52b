//! Fonts, beside what fonttools and `ttf-parser` read in them.

use letterbox_testkit::root;
use letterbox_text::{Align, Drawing, Error, Font, Lines, Style, Window};

fn file(path: &str) -> Vec<u8> {
    std::fs::read(root().join(path)).expect(path)
}

fn of_package() -> Vec<u8> {
    file("fonts/NotoSans-SemiBold.ttf")
}

fn small(name: &str) -> Vec<u8> {
    file(&format!("crates/text/tests/files/{name}"))
}

fn lines_of(name: &str) -> Vec<Vec<String>> {
    let text = String::from_utf8(small(name)).expect("text");
    let fields = |line: &str| line.split('\t').map(str::to_owned).collect();
    text.lines().map(fields).collect()
}

#[test]
fn advances_are_those_of_fonttools() {
    let file = of_package();
    let font = Font::new(&file).expect("a font");
    assert_eq!((font.units_per_em(), font.extent()), (1000, (1069, 293)));
    let all = lines_of("advances.tsv");
    assert!(all.len() > 500);
    for line in all {
        let code = u32::from_str_radix(&line[0], 16).expect("a code");
        let char = char::from_u32(code).expect("a character");
        let glyph = font.glyph(char).expect("a glyph");
        assert_eq!(font.advance(glyph).to_string(), line[1], "{char:?}");
    }
    assert_eq!(font.glyph('漢'), None);
}

#[test]
fn kerning_is_that_of_fonttools_by_gpos_and_by_kern() {
    let (file, old) = (of_package(), small("kern.ttf"));
    let (font, old) = (
        Font::new(&file).expect("a font"),
        Font::new(&old).expect("a font"),
    );
    let all = lines_of("kerning.tsv");
    assert!(all.len() > 300);
    let mut by_kern = 0;
    for line in all {
        let char = |at: usize| line[at].chars().next().expect("a character");
        let kerning = |font: &Font<'_>| {
            let glyph = |at| font.glyph(char(at));
            Some(font.kerning(glyph(0)?, glyph(1)?))
        };
        let wanted = line[2].parse().expect("units");
        assert_eq!(kerning(&font), Some(wanted), "{line:?}");
        if let Some(units) = kerning(&old) {
            assert_eq!(units, wanted, "{line:?}");
            by_kern += usize::from(units != 0);
        }
    }
    assert!(by_kern >= 6, "{by_kern}");
}

/// Chords of an outline in units.
#[derive(Default)]
struct Chords {
    start: (f64, f64),
    at: (f64, f64),
    list: Vec<[(f64, f64); 2]>,
}

impl Chords {
    fn to(&mut self, to: (f64, f64)) {
        self.list.push([self.at, to]);
        self.at = to;
    }

    fn curve(&mut self, by: impl Fn(f64) -> (f64, f64)) {
        for step in 1..=16 {
            self.to(by(f64::from(step) / 16.0));
        }
    }

    /// Coverage of a window, counted on sixteen lines a row: what lies between crossings is inside
    /// where they do not cancel each other out.
    fn count(&self, scale: f64, origin: (f64, f64), window: Window) -> Vec<u8> {
        let mut sums = vec![0.0; (window.width * window.height) as usize];
        let point = |(x, y): (f64, f64)| (origin.0 + x * scale, origin.1 - y * scale);
        for line in 0..16 * window.height {
            let y = f64::from(window.top) + (f64::from(line) + 0.5) / 16.0;
            let mut crossings: Vec<(f64, i32)> = Vec::new();
            for [from, to] in self.list.iter().map(|chord| chord.map(point)) {
                if (from.1 <= y) != (to.1 <= y) {
                    let x = from.0 + (y - from.1) * (to.0 - from.0) / (to.1 - from.1);
                    crossings.push((
                        x - f64::from(window.left),
                        if from.1 < to.1 { 1 } else { -1 },
                    ));
                }
            }
            crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
            let row = &mut sums[(line / 16 * window.width) as usize..];
            let mut winding = 0;
            for pair in crossings.windows(2) {
                winding += pair[0].1;
                if winding != 0 {
                    for (x, sum) in row.iter_mut().enumerate().take(window.width as usize) {
                        let x = x as f64;
                        *sum += (pair[1].0.min(x + 1.0) - pair[0].0.max(x)).max(0.0) / 16.0;
                    }
                }
            }
        }
        sums.iter().map(|sum| (sum * 255.0 + 0.5) as u8).collect()
    }
}

impl ttf_parser::OutlineBuilder for Chords {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = (x.into(), y.into());
        self.start = self.at;
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.to((x.into(), y.into()));
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let [x1, y1, x, y] = [x1, y1, x, y].map(f64::from);
        let from = self.at;
        let of = |t: f64, a: f64, b: f64, c: f64| {
            (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c
        };
        self.curve(|t| (of(t, from.0, x1, x), of(t, from.1, y1, y)));
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let [x1, y1, x2, y2, x, y] = [x1, y1, x2, y2, x, y].map(f64::from);
        let from = self.at;
        let of = |t: f64, a: f64, b: f64, c: f64, d: f64| {
            let u = 1.0 - t;
            u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
        };
        self.curve(|t| (of(t, from.0, x1, x2, x), of(t, from.1, y1, y2, y)));
    }
    fn close(&mut self) {
        self.to(self.start);
    }
}

/// The glyph of one character at 64 px, beside a count on the outline that another parser finds.
#[test]
fn glyphs_cover_the_pixels_that_another_parser_finds() {
    let fonts = [of_package(), small("cubic.otf")];
    for (file, at_least) in fonts.iter().zip([480, 20]) {
        let font = Font::new(file).expect("a font");
        let face = ttf_parser::Face::parse(file, 0).expect("a font");
        let style = Style {
            size: 64.0,
            width: 200.0,
            height: 200.0,
            leading: 1.2,
            align: Align::Centre,
            down: Align::Centre,
            most_lines: 1,
            shrink: false,
        };
        let mut drawn = 0;
        for char in ('!'..='\u{2122}').filter(|char| font.glyph(*char).is_some()) {
            let lines = Lines::new(&font, &char.to_string(), &style).expect("a line");
            let drawing = Drawing::new(&font, &lines, (0, 0), (200, 200)).expect("outlines");
            let mut chords = Chords::default();
            let id = face.glyph_index(char).expect("a glyph");
            assert_eq!(font.glyph(char), Some(id.0));
            let bounds = face.outline_glyph(id, &mut chords);
            let (Some(drawing), Some(bounds)) = (drawing, bounds) else {
                assert!("\u{a0}\u{ad}\u{202f}".contains(char), "{char:?}");
                continue;
            };
            let scale = 64.0 / f64::from(font.units_per_em());
            let mask = drawing.draw().expect("memory");
            let origin = (lines.glyphs[0].x, lines.glyphs[0].y);
            let wanted = chords.count(scale, origin, mask.window);
            let apart = |(a, b): (&u8, &u8)| u32::from(a.abs_diff(*b));
            let far: Vec<u32> = mask.coverage.iter().zip(&wanted).map(apart).collect();
            // Where edges of two contours lie in one pixel, their shares are added.
            let off = far.iter().filter(|far| **far > 12).count();
            assert!(off <= 12, "{char}: {off} pixels");
            assert!(far.iter().sum::<u32>() < 2 * far.len() as u32, "{char}");
            let x = |units: i16| origin.0 + f64::from(units) * scale;
            assert_eq!(mask.window.left, x(bounds.x_min).floor() as i32, "{char}");
            let right = mask.window.left + mask.window.width as i32;
            assert_eq!(right, x(bounds.x_max).ceil() as i32, "{char}");
            drawn += 1;
        }
        assert!(drawn >= at_least, "{drawn}");
    }
}

#[test]
fn what_is_no_font_is_told_apart() {
    let error = |file: &[u8]| Font::new(file).map(|_| ()).expect_err("no font");
    assert_eq!(error(b""), Error::Foreign("this file"));
    assert_eq!(error(b"GIF89a"), Error::Foreign("this file"));
    assert_eq!(
        error(b"wOF2\0\0"),
        Error::Foreign("WOFF, which is compressed")
    );
    let file = of_package();
    assert_eq!(error(&file[..40]), Error::Damaged("head"));
    let text = error(b"wOFF").to_string();
    assert_eq!(
        text,
        "expected a TrueType or OpenType font, not WOFF, which is compressed"
    );
    let none = Lines::new(&Font::new(&file).expect("a font"), "a漢", &STYLE);
    let none = none.expect_err("no glyph");
    assert_eq!(none, Error::NoGlyph('漢'));
    assert_eq!(none.to_string(), "the font has no glyph for '漢' (U+6F22)");
}

/// Ten glyphs that are ten of the next one are not 10^10 glyphs.
#[test]
fn glyphs_within_glyphs_are_counted() {
    let mut file = of_package();
    let table = |file: &[u8], name: &[u8; 4]| {
        let at = file
            .windows(4)
            .position(|tag| tag == name)
            .expect("a table");
        let number =
            |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes"));
        number(at + 8) as usize
    };
    let (glyf, loca, head) = (
        table(&file, b"glyf"),
        table(&file, b"loca"),
        table(&file, b"head"),
    );
    file[head + 51] = 1; // long offsets
    let mut bytes = Vec::new();
    let mut offsets = vec![0_u32];
    for glyph in 0..16_u16 {
        bytes.extend([0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
        for part in 0..10 {
            let more: u16 = if part < 9 { 0x22 } else { 2 };
            bytes.extend(more.to_be_bytes());
            bytes.extend((glyph + 1).min(15).to_be_bytes());
            bytes.extend([0, 0]);
        }
        offsets.push(bytes.len() as u32);
    }
    file[glyf..glyf + bytes.len()].copy_from_slice(&bytes);
    for (index, offset) in offsets.iter().enumerate() {
        file[loca + 4 * index..][..4].copy_from_slice(&offset.to_be_bytes());
    }
    let font = Font::new(&file).expect("a font");
    let text = (' '..'~')
        .find(|char| font.glyph(*char) == Some(1))
        .expect("its first glyph");
    let text = format!("{text}!");
    let lines = Lines::new(&font, text.trim(), &STYLE).expect("glyphs");
    let drawing = Drawing::new(&font, &lines, (0, 0), (100, 100));
    assert_eq!(
        drawing.map(|_| ()).expect_err("too much"),
        Error::TooComplex
    );
}

const STYLE: Style = Style {
    size: 10.0,
    width: 1000.0,
    height: 100.0,
    leading: 1.2,
    align: Align::Start,
    down: Align::Start,
    most_lines: 5,
    shrink: true,
};

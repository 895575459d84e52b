//! Checks any text in any font: lines and outlines have results or errors, a mask lies in the
//! canvas, and memory is at most what was said.

use letterbox_text::{Align, Drawing, Error, Font, LINES_BYTES, Lines, Mask, Style};

use letterbox_testkit::counting::most;

const CANVAS: (u32, u32) = (96, 64);

/// Runs the target. An input is two bytes for the style, a line of text, and a font.
pub fn run(input: &[u8]) {
    let Some((&[size, box_of], rest)) = input.split_first_chunk() else {
        return;
    };
    let end = rest.iter().position(|byte| *byte == b'\n');
    let (text, font) = rest.split_at(end.unwrap_or(0));
    let font = font.get(1..).unwrap_or_default();
    let text = String::from_utf8_lossy(text).replace('|', "\n");
    let align = [Align::Start, Align::Centre, Align::End];
    let style = Style {
        size: f64::from(size) + 1.0,
        width: f64::from(box_of % 16) * 16.0 + 1.0,
        height: f64::from(box_of / 16) * 16.0 + 1.0,
        leading: 0.5 + f64::from(size % 8) / 4.0,
        align: align[usize::from(box_of % 3)],
        down: align[usize::from(size % 3)],
        most_lines: usize::from(box_of % 5) + 1,
        shrink: size % 2 == 0,
    };
    let (lines, held) = most(|| lines(font, &text, &style));
    assert!(held as u64 <= LINES_BYTES, "{held} bytes for lines");
    let Ok(lines) = lines else { return };
    assert!(lines.count <= style.most_lines && lines.size <= style.size);
    let font = Font::new(font).expect("it was one before");
    let place = (i32::from(box_of) - 128, i32::from(size) - 128);
    let Ok(Some(drawing)) = Drawing::new(&font, &lines, place, CANVAS) else {
        return;
    };
    let window = drawing.window();
    let (mask, held) = most(|| drawing.draw().expect("it was measured"));
    let pixels = u64::from(window.width) * u64::from(window.height);
    assert!(held as u64 <= drawing.work_bytes() + pixels, "{held} bytes");
    check(&mask);
    let blurred = mask.blurred(size.into(), place, CANVAS).expect("memory");
    blurred.iter().for_each(check);
}

fn lines(font: &[u8], text: &str, style: &Style) -> Result<Lines, Error> {
    Lines::new(&Font::new(font)?, text, style)
}

fn check(mask: &Mask) {
    let window = mask.window;
    assert!(window.left >= 0 && window.left as u32 + window.width <= CANVAS.0);
    assert!(window.top >= 0 && window.top as u32 + window.height <= CANVAS.1);
    assert_eq!(mask.coverage.len(), (window.width * window.height) as usize);
}

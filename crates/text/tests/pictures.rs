//! Pictures of text beside those that have been looked at: `UPDATE_GOLDEN=1` writes them anew.

use std::path::PathBuf;

use letterbox_testkit::counting::{Counting, most};
use letterbox_testkit::root;
use letterbox_text::{Align, Drawing, Font, Lines, Mask, Style};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const CANVAS: (u32, u32) = (480, 250);

fn style(size: f64) -> Style {
    Style {
        size,
        width: 460.0,
        height: 230.0,
        leading: 1.2,
        align: Align::Start,
        down: Align::Start,
        most_lines: 9,
        shrink: true,
    }
}

fn draw(file: &[u8], text: &str, style: &Style, blur: Option<u32>) -> Vec<u8> {
    let font = Font::new(file).expect("a font");
    let lines = Lines::new(&font, text, style).expect("lines");
    let drawing = Drawing::new(&font, &lines, (10, 10), CANVAS).expect("outlines");
    let drawing = drawing.expect("something is seen");
    let (mask, held) = most(|| drawing.draw().expect("memory"));
    let said = drawing.work_bytes() + mask.coverage.len() as u64;
    assert!(
        held as u64 <= said && said <= held as u64 * 11 / 10,
        "{held} of {said}"
    );
    let mut canvas = vec![255; (CANVAS.0 * CANVAS.1) as usize];
    if let Some(blur) = blur {
        let (shadow, held) = most(|| mask.blurred(blur, (3, 3), CANVAS).expect("memory"));
        let shadow = shadow.expect("something is seen");
        let said = Mask::blurring_bytes(shadow.window) + shadow.coverage.len() as u64;
        assert!(
            held as u64 <= said && said <= held as u64 * 11 / 10,
            "{held} of {said}"
        );
        lay(&shadow, 128, &mut canvas);
    }
    lay(&mask, 255, &mut canvas);
    canvas
}

fn lay(mask: &Mask, alpha: u32, canvas: &mut [u8]) {
    let window = mask.window;
    for (y, row) in (window.top as u32..).zip(mask.coverage.chunks_exact(window.width as usize)) {
        for (x, covered) in (window.left as u32..).zip(row) {
            let pixel = &mut canvas[(y * CANVAS.0 + x) as usize];
            let left = 255 * 255 - u32::from(*covered) * alpha;
            *pixel = (u32::from(*pixel) * left / (255 * 255)) as u8;
        }
    }
}

fn compare(name: &str, pixels: &[u8]) {
    let path: PathBuf = root().join(format!("crates/text/tests/golden/{name}.png"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let file = std::fs::File::create(&path).expect("a file");
        let mut encoder = png::Encoder::new(file, CANVAS.0, CANVAS.1);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(pixels).expect("pixels");
        return;
    }
    let file = std::io::BufReader::new(std::fs::File::open(&path).expect("a golden picture"));
    let mut reader = png::Decoder::new(file).read_info().expect("a PNG");
    let mut wanted = vec![0; reader.output_buffer_size().expect("a size")];
    reader.next_frame(&mut wanted).expect("a picture");
    assert_eq!(wanted.len(), pixels.len());
    // Areas are exact, and sums of floats may end on either side of a half.
    let far = wanted.iter().zip(pixels).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(far <= Some(1), "{name} differs by {far:?}");
}

fn noto() -> Vec<u8> {
    std::fs::read(root().join("fonts/NotoSans-SemiBold.ttf")).expect("the font")
}

#[test]
fn latin_greek_and_cyrillic_look_as_they_did() {
    let text =
        "Letterbox “sets” Type\nΤύπος σε εικόνες\nТекст на картинках\nÀ la façon de Łódź – €5";
    compare("scripts", &draw(&noto(), text, &style(36.0), None));
}

#[test]
fn wrapped_lines_and_their_shadow_look_as_they_did() {
    let text = "A title of some length, over two lines or three, in the middle";
    let middle = Style {
        align: Align::Centre,
        down: Align::Centre,
        ..style(44.0)
    };
    compare("shadow", &draw(&noto(), text, &middle, Some(6)));
}

#[test]
fn cubic_outlines_look_as_they_did() {
    let path = root().join("crates/text/tests/files/cubic.otf");
    let font = std::fs::read(path).expect("the font");
    compare(
        "cubic",
        &draw(&font, "AaBbCg QRSs& 8%@éß ЖЮя…Ωδ", &style(80.0), None),
    );
}

#[test]
fn small_text_looks_as_it_did() {
    let text = "The quick brown fox jumps over the lazy dog. 0123456789 (AVATAR) To: \u{201e}Tyler\u{201c}. ";
    compare("small", &draw(&noto(), &text.repeat(4), &style(13.0), None));
}

//! GIF files that violate the standard and that all browsers show.

#[path = "support/answer.rs"]
mod answer;

use std::io::Cursor;

use answer::answer;
use letterbox_engine::Error;

/// Returns a picture's size, and the colours of its corners in hexadecimal: RGB, or RGBA if they
/// are not opaque.
fn seen(file: &[u8], page: u32) -> Result<String, Error> {
    let png = answer(file, &format!("w=auto&h=auto&f=png&page={page}"))?.body;
    let mut decoder = png::Decoder::new(Cursor::new(png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
    let info = reader.next_frame(&mut pixels).expect("a PNG");
    let samples = info.color_type.samples();
    let at = |x: u32, y: u32| {
        let start = samples * (y * info.width + x) as usize;
        let pixel = &pixels[start..start + samples];
        let opaque = samples < 4 || pixel[3] == 255;
        let shown = if opaque { &pixel[..3] } else { pixel };
        shown
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let (right, bottom) = (info.width - 1, info.height - 1);
    let corners = [at(0, 0), at(right, 0), at(0, bottom), at(right, bottom)];
    Ok(format!(
        "{}x{} {}",
        info.width,
        info.height,
        corners.join(" ")
    ))
}

const PALETTE: [u8; 12] = [0xdc, 20, 20, 20, 0xb4, 20, 30, 30, 0xdc, 255, 255, 255];
const CORNERS: &str = "dc1414 14b414 1e1edc ffffff";

fn screen(width: u16, height: u16) -> Vec<u8> {
    let mut file = b"GIF89a".to_vec();
    file.extend(width.to_le_bytes());
    file.extend(height.to_le_bytes());
    file.extend([0xf1, 0, 0]);
    file.extend(PALETTE);
    file
}

/// An image of four colours, one in each corner, of which only `pixels` pixels are there; with or
/// without its end code and the end of its blocks.
struct Image {
    place: [u16; 4],
    pixels: usize,
    end_code: bool,
    end_of_blocks: bool,
}

const WHOLE: Image = Image {
    place: [0, 0, 40, 30],
    pixels: 1200,
    end_code: true,
    end_of_blocks: true,
};

impl Image {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0x2c];
        self.place
            .iter()
            .for_each(|number| bytes.extend(number.to_le_bytes()));
        bytes.extend([0, 2]);
        let (width, height) = (usize::from(self.place[2]), usize::from(self.place[3]));
        let mut bits = Vec::new();
        let mut put = |code: u8| bits.extend((0..3).map(|bit| code >> bit & 1));
        for at in 0..self.pixels {
            // The dictionary is cleared before codes get longer.
            if at % 2 == 0 {
                put(4);
            }
            let (x, y) = (at % width, at / width);
            put(u8::from(x >= width / 2) + 2 * u8::from(y >= height / 2));
        }
        if self.end_code {
            put(5);
        }
        let data: Vec<u8> = bits
            .chunks(8)
            .map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit))
            .collect();
        for block in data.chunks(255) {
            bytes.push(block.len() as u8);
            bytes.extend(block);
        }
        if self.end_of_blocks {
            bytes.push(0);
        }
        bytes
    }
}

fn file(screen: Vec<u8>, images: &[&Image]) -> Vec<u8> {
    let images: Vec<u8> = images.iter().flat_map(|image| image.bytes()).collect();
    [screen, images, vec![0x3b]].concat()
}

#[test]
fn the_first_image_enlarges_a_screen_that_it_does_not_fit_on() {
    let whole = Ok(format!("40x30 {CORNERS}"));
    for (width, height) in [(40, 30), (20, 15), (0, 0), (0, 30), (40, 0), (1, 29)] {
        let file = file(screen(width, height), &[&WHOLE]);
        assert_eq!(seen(&file, 0), whole, "{width} x {height}");
        let own = answer(&file, "w=auto&h=auto").expect("sound").original;
        assert!(!own || (width, height) == (40, 30), "{width} x {height}");
    }
    let red = Ok("40x30 dc1414 dc1414 dc1414 dc1414".to_owned());
    assert_eq!(seen(include_bytes!("faults/gif-screen-small.gif"), 0), red);
    assert_eq!(seen(include_bytes!("faults/gif-screen-0.gif"), 0), red);
    // Cases: an image with an offset, and one that is larger than the screen.
    let placed = Image {
        place: [10, 10, 40, 30],
        ..WHOLE
    };
    let found = seen(&file(screen(40, 30), &[&placed]), 0);
    assert_eq!(
        found,
        Ok("50x40 00000000 00000000 00000000 ffffff".to_owned())
    );
    let found = seen(&file(screen(40, 60), &[&WHOLE]), 0);
    assert_eq!(
        found,
        Ok("40x60 dc1414 14b414 00000000 00000000".to_owned())
    );
    // Later images are clipped to the screen.
    let small = Image {
        place: [0, 0, 20, 15],
        pixels: 300,
        ..WHOLE
    };
    let moving = file(screen(20, 15), &[&small, &WHOLE]);
    assert_eq!(
        seen(&moving, 1),
        Ok("20x15 dc1414 dc1414 dc1414 dc1414".to_owned())
    );
    assert!(
        seen(
            &file(
                screen(0, 0),
                &[&Image {
                    place: [0; 4],
                    pixels: 0,
                    ..WHOLE
                }]
            ),
            0
        )
        .is_err()
    );
}

#[test]
fn an_image_that_has_too_few_pixels_is_shown_with_those_that_it_has() {
    let all_but_one = "40x30 dc1414 14b414 1e1edc ffffff";
    let half = "40x30 dc1414 14b414 ffffff ffffff";
    // Without an end code, the last bits of a byte may be a code, but not with these numbers of
    // pixels.
    for (pixels, shown) in [(1199, all_but_one), (1198, all_but_one), (620, half)] {
        for end_code in [true, false] {
            let short = Image {
                pixels,
                end_code: end_code || pixels == 1199,
                ..WHOLE
            };
            let still = file(screen(40, 30), &[&short]);
            assert_eq!(seen(&still, 0).as_deref(), Ok(shown), "{pixels}");
            assert!(!answer(&still, "w=auto&h=auto").expect("sound").original);
            // Missing pixels show the frame before.
            let moving = file(screen(40, 30), &[&WHOLE, &short, &WHOLE]);
            assert_eq!(seen(&moving, 1), Ok(format!("40x30 {CORNERS}")));
            let output = answer(&moving, "w=auto&h=auto").expect("sound");
            assert!(!output.original);
            assert_eq!(
                output.plan.animation.map(|animation| animation.count),
                Some(3)
            );
        }
    }
    let one_short = include_bytes!("faults/gif-one-pixel-short.gif");
    let without_the_last = "40x30 dc1414 14b414 dc1414 ffffff";
    assert_eq!(seen(one_short, 0).as_deref(), Ok(without_the_last));
    // If the picture has transparency, missing pixels are transparent.
    let control = [0x21, 0xf9, 4, 1, 0, 0, 3, 0];
    let short = Image {
        pixels: 600,
        ..WHOLE
    };
    let clear = [screen(40, 30), control.to_vec(), short.bytes(), vec![0x3b]].concat();
    let found = seen(&clear, 0);
    assert_eq!(
        found,
        Ok("40x30 dc1414 14b414 00000000 00000000".to_owned())
    );
}

#[test]
fn an_image_without_data_is_an_image() {
    let white = Ok("1x1 ffffff ffffff ffffff ffffff".to_owned());
    assert_eq!(seen(include_bytes!("faults/gif-pixel-0.gif"), 0), white);
    let mut empty = vec![0x2c, 0, 0, 0, 0, 40, 0, 30, 0, 0, 2, 0];
    let still = [screen(40, 30), empty.clone(), vec![0x3b]].concat();
    assert_eq!(
        seen(&still, 0),
        Ok("40x30 ffffff ffffff ffffff ffffff".to_owned())
    );
    empty.extend(WHOLE.bytes());
    let moving = [screen(40, 30), WHOLE.bytes(), empty, vec![0x3b]].concat();
    assert_eq!(seen(&moving, 1), Ok(format!("40x30 {CORNERS}")));
    assert!(seen(&moving, 2).is_ok() && seen(&moving, 3).is_err());
}

#[test]
fn a_file_that_ends_behind_its_last_pixel_is_complete_and_one_that_ends_before_is_not() {
    let open = Image {
        end_of_blocks: false,
        ..WHOLE
    };
    let still = file(screen(40, 30), &[&open]);
    let whole = Ok(format!("40x30 {CORNERS}"));
    // Cases: the trailer in place of a block length; no trailer; no end code.
    for missing in [0, 1, 2] {
        let cut = &still[..still.len() - missing];
        assert_eq!(seen(cut, 0), whole, "{missing}");
        assert!(!answer(cut, "w=auto&h=auto").expect("sound").original);
    }
    let cut = seen(include_bytes!("faults/gif-cut-after-pixels.gif"), 0);
    assert_eq!(cut, Ok("40x30 dc1414 14b414 dc1414 1e1edc".to_owned()));
    for missing in [4, 100, 300, 500] {
        let said = seen(&still[..still.len() - missing], 0).expect_err("a part of a picture");
        assert_eq!(said.to_string(), "the GIF is damaged or breaks off");
    }
    // The last of several images counts if it is complete.
    let moving = file(screen(40, 30), &[&WHOLE, &WHOLE, &open]);
    let frames = |file: &[u8]| {
        let output = answer(file, "w=auto&h=auto").expect("sound");
        output.plan.animation.map(|animation| animation.count)
    };
    assert_eq!(frames(&moving), Some(3));
    assert_eq!(frames(&moving[..moving.len() - 2]), Some(3));
    assert_eq!(frames(&moving[..moving.len() - 4]), Some(2));
    assert_eq!(frames(&moving[..moving.len() - 300]), Some(2));
    // Cut in the middle of an image, between two blocks.
    let half = Image {
        pixels: 600,
        end_code: false,
        end_of_blocks: false,
        ..WHOLE
    };
    let mut cut = file(screen(40, 30), &[&WHOLE, &WHOLE, &half]);
    cut.pop();
    assert_eq!(frames(&cut), Some(2));
}

#[test]
fn a_file_that_says_where_it_ends_is_handed_on() {
    let good = file(screen(40, 30), &[&WHOLE]);
    let output = answer(&good, "w=auto&h=auto").expect("sound");
    // The answer is the smaller file here; as a source, that answer is handed on.
    assert!(!output.original && output.body.len() < good.len());
    let small = output.body;
    assert!(answer(&small, "w=auto&h=auto").expect("sound").original);
}

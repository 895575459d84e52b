//! Bitmaps, icons and cursors with unusual headers that browsers show. A bitmap is 64 x 48 and has
//! red, green, blue and white corners; an icon is 32 x 32 and its upper left quarter is
//! transparent.

#[path = "support/answer.rs"]
mod answer;

use answer::answer;

const RED: [u8; 4] = [0xdc, 0x1e, 0x1e, 255];
const GREEN: [u8; 4] = [0x1e, 0xbe, 0x1e, 255];
const BLUE: [u8; 4] = [0x28, 0x28, 0xdc, 255];
const WHITE: [u8; 4] = [0xf5, 0xf5, 0xf5, 255];
const CLEAR: [u8; 4] = [0; 4];

/// Pixels near the corners, as RGBA, and the sides.
fn corners(file: &[u8]) -> (u32, u32, [[u8; 4]; 4]) {
    let output = answer(file, "w=auto&h=auto").expect("a sound file");
    assert_eq!(output.content_type, "image/png");
    let mut decoder = png::Decoder::new(std::io::Cursor::new(output.body));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("a good PNG");
    let at = |x: u32, y: u32| {
        let start = (y * info.width + x) as usize * info.color_type.samples();
        match pixels[start..][..info.color_type.samples()] {
            [_, _, _, 0] => CLEAR,
            [r, g, b, a] => [r, g, b, a],
            [r, g, b] => [r, g, b, 255],
            _ => CLEAR, // no colours
        }
    };
    let (right, lower) = (info.width - 3, info.height - 3);
    let corners = [at(2, 2), at(right, 2), at(2, lower), at(right, lower)];
    (info.width, info.height, corners)
}

#[track_caller]
fn assert_corners(file: &[u8], side: (u32, u32), expected: [[u8; 4]; 4]) {
    let (width, height, seen) = corners(file);
    assert_eq!((width, height), side);
    let samples = seen.as_flattened().iter().zip(expected.as_flattened());
    let close = samples.into_iter().all(|(a, b)| a.abs_diff(*b) <= 1);
    assert!(close, "{seen:02x?}, expected {expected:02x?}");
}

macro_rules! fault {
    ($name:literal) => {
        include_bytes!(concat!("faults/", $name))
    };
}

#[test]
fn bitmaps_are_shown_whatever_their_headers_leave_out() {
    for file in [
        &fault!("bmp-off0.bmp")[..],
        fault!("bmp-os2v2.bmp"),
        fault!("bmp-planes0.bmp"),
        fault!("bmp8-clr300.bmp"),
        fault!("bmp32-v4-bitfields-alpha0.bmp"),
    ] {
        assert_corners(file, (64, 48), [RED, GREEN, BLUE, WHITE]);
    }
}

#[test]
fn a_header_of_version_4_has_alpha() {
    let half = [BLUE[0], BLUE[1], BLUE[2], 128];
    let file = fault!("bmp32-v4-rgb-alphamask.bmp");
    assert_corners(file, (64, 48), [CLEAR, GREEN, half, WHITE]);
}

#[test]
fn icons_have_alpha_or_a_mask_and_cursors_are_icons() {
    for file in [
        &fault!("ico32-alpha0-mask.ico")[..],
        fault!("ico32-entry8bpp-fullmask.ico"),
        fault!("cur.cur"),
    ] {
        assert_corners(file, (32, 32), [CLEAR, GREEN, BLUE, WHITE]);
    }
}

#[test]
fn a_cursor_is_described_as_an_icon() {
    let output = answer(fault!("cur.cur"), "f=json").expect("a sound file");
    let json = String::from_utf8(output.body).expect("text");
    assert!(json.contains("\"ico\""), "{json}");
    let jpeg = answer(fault!("cur.cur"), "f=jpg&w=100").expect("a sound file");
    assert_eq!(jpeg.content_type, "image/jpeg");
}

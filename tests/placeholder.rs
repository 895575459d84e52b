//! Placeholders: they show the upright source, for any requested canvas, and there is none where
//! there is no picture.

#[path = "support/answer.rs"]
mod answer;

use answer::answer;
use letterbox_engine::Error;
use serde_json::Value;

const PHOTO: &[u8] = include_bytes!("../demo/samples/onlooker.jpg");

fn text(file: &[u8], query: &str) -> String {
    let output = answer(file, query).expect("a good file");
    String::from_utf8(output.body).expect("text")
}

fn json(file: &[u8], query: &str) -> Value {
    let output = answer(file, query).expect("a described file");
    assert_eq!(output.content_type, "application/json");
    serde_json::from_slice(&output.body).expect("JSON")
}

/// Builds a PNG of one row of colours after the other.
fn stripes(width: u32, height: u32, colour: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgba);
    let pixels: Vec<u8> = (0..width * height)
        .flat_map(|at| colour(at % width, at / width))
        .collect();
    let writer = encoder.write_header();
    writer
        .and_then(|mut writer| writer.write_image_data(&pixels))
        .expect("a valid PNG");
    file
}

/// Decodes the digits of a BlurHash, as its specification defines them.
fn digits(text: &str) -> u32 {
    const DIGITS: &str =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
    let digit = |c| DIGITS.find(c).expect("a digit") as u32;
    text.chars().fold(0, |value, c| value * 83 + digit(c))
}

#[test]
fn hashes_are_text_and_json_has_them_both() {
    let (thumbhash, blurhash) = (text(PHOTO, "f=thumbhash"), text(PHOTO, "f=blurhash"));
    let output = answer(PHOTO, "f=thumbhash").expect("a photo");
    assert_eq!(
        (output.content_type, output.name()),
        ("text/plain", "thumbhash")
    );
    assert_eq!(output.format(), None);
    let placeholder = &json(PHOTO, "f=json")["placeholder"];
    assert_eq!(placeholder["thumbhash"], thumbhash.as_str());
    assert_eq!(placeholder["blurhash"], blurhash.as_str());
    assert_eq!(placeholder["error"], Value::Null);
    let dominant = placeholder["dominant_colour"].as_str().expect("a colour");
    assert!(
        dominant.len() == 7 && dominant.starts_with('#'),
        "{dominant}"
    );
}

#[test]
fn the_canvas_that_is_asked_for_makes_no_difference() {
    for hash in ["thumbhash", "blurhash"] {
        let plain = text(PHOTO, &format!("f={hash}"));
        for query in [
            "w=40&h=300",
            "w=9&fit=cover&a=top",
            "fit=fill&dpr=2&q=3",
            "w=auto&h=auto",
        ] {
            assert_eq!(text(PHOTO, &format!("f={hash}&{query}")), plain, "{query}");
        }
    }
}

#[test]
fn the_average_is_the_average() {
    let file = stripes(300, 200, |x, y| [(x / 2) as u8, y as u8, 90, 255]);
    let hash = text(&file, "f=blurhash");
    // The hash has 4 x 3 components.
    assert_eq!((hash.len(), digits(&hash[..1])), (28, 3 + 2 * 9));
    let [_, r, g, b] = digits(&hash[2..6]).to_be_bytes();
    // The mean of linear light is above that of sRGB levels, which are 75 and 100.
    assert!(
        r.abs_diff(86) < 4 && g.abs_diff(117) < 4 && b.abs_diff(90) < 2,
        "{r} {g} {b}"
    );
    let json = json(&file, "f=json");
    let dominant = json["placeholder"]["dominant_colour"]
        .as_str()
        .expect("a colour");
    assert!(dominant.ends_with("5a"), "{dominant}");
}

#[test]
fn transparency_is_laid_on_the_background_for_a_blurhash_only() {
    let file = stripes(64, 64, |x, _| {
        if x < 32 {
            [0, 0, 0, 0]
        } else {
            [255, 0, 0, 255]
        }
    });
    let mean = |query: &str| digits(&text(&file, query)[2..6]).to_be_bytes();
    let [_, r, g, b] = mean("f=blurhash&bg=00f");
    assert!(
        r > 180 && g < 3 && b > 180,
        "half red, half blue: {r} {g} {b}"
    );
    let [_, r, g, _] = mean("f=blurhash");
    assert!(r == 255 && g > 180, "on white: {r} {g}");
    assert_eq!(
        text(&file, "f=thumbhash&bg=00f"),
        text(&file, "f=thumbhash")
    );
    assert_eq!(
        json(&file, "f=json")["placeholder"]["dominant_colour"],
        "#ff0000"
    );
}

#[test]
fn what_cannot_be_decoded_is_described_without() {
    let broken = &PHOTO[..PHOTO.len() / 2];
    let said = json(broken, "f=json");
    assert_eq!(said["source"]["format"], "jpg");
    assert_eq!(said["placeholder"]["thumbhash"], Value::Null);
    assert_eq!(said["placeholder"]["blurhash"], Value::Null);
    assert!(said["placeholder"]["error"].is_string(), "{said}");
    for hash in ["thumbhash", "blurhash"] {
        let refused = answer(broken, &format!("f={hash}"));
        assert!(matches!(refused, Err(Error::Corrupt(_))), "{refused:?}");
    }
}

#[test]
fn odd_shapes_have_placeholders() {
    for (width, height) in [(1, 1), (1, 3000), (3000, 1), (100, 100), (101, 99)] {
        let file = stripes(width, height, |x, y| {
            [x as u8, y as u8, 0, 255 - (x * y) as u8]
        });
        assert!(text(&file, "f=thumbhash").len() >= 20, "{width} x {height}");
        assert_eq!(text(&file, "f=blurhash").len(), 28, "{width} x {height}");
    }
}

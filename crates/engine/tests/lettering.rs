//! Words on answers: where they lie, on every frame, and what they take.

#[path = "support/gif_frames.rs"]
mod gif_frames;

use std::num::NonZeroU8;

use gif_frames::gif_frames;
use letterbox_engine::transform::{
    Colour, Fit, Format, Length, Quality, Shadow, Side, Target, Text, Third, Transform,
};
use letterbox_engine::{Error, Lettering, Limits, Output, Pipeline, Size, TextError};
use letterbox_testkit::counting::{Counting, Watch};
use letterbox_testkit::root;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const PHOTO: &[u8] = include_bytes!("../../../demo/samples/waterfall.jpg");

fn font() -> Vec<u8> {
    std::fs::read(root().join("fonts/NotoSans-SemiBold.ttf")).expect("the font")
}

/// Runs a transform with words as a caller does; the bytes planned for everything at the peak.
fn set(file: &[u8], transform: &Transform, words: &str) -> Result<(Output, u64), Error> {
    let limits = Limits::DEFAULT;
    let mut pipeline = Pipeline::new(transform, &limits);
    pipeline.promise(file.len() as u64)?;
    let mut planned = 0;
    let mut give = |pipeline: &mut Pipeline<'_>| -> Result<(), Error> {
        if let Some(canvas) = pipeline.canvas() {
            let font = font();
            let held = pipeline.held_bytes() + font.len() as u64;
            let lettering = Lettering::new(&font, words, &transform.text, canvas, transform.dpr)?;
            let layers: u64 = lettering.plans().iter().map(|plan| plan.bytes).sum();
            planned = planned.max(held + layers + lettering.work_bytes());
            pipeline.plan_layers(lettering.plans())?;
            if pipeline.shows_layers() {
                pipeline.lay(lettering.draw()?);
            }
        }
        planned = planned.max(pipeline.memory_bytes());
        Ok(())
    };
    for piece in file.chunks(65_536) {
        pipeline.push(piece)?;
        give(&mut pipeline)?;
    }
    pipeline.end()?;
    give(&mut pipeline)?;
    while !pipeline.play(&|| 0.0)? {
        give(&mut pipeline)?;
    }
    let output = pipeline.finish(&|| 0.0)?;
    Ok((output, planned))
}

fn with(text: Text) -> Transform {
    Transform {
        width: Side::px(600),
        height: Side::px(300),
        fit: Fit::Cover,
        target: Target::Image(Format::Png),
        quality: Quality::MOST,
        text: Text {
            shown: true,
            ..text
        },
        ..Transform::DEFAULT
    }
}

fn pixels(file: &[u8]) -> (usize, Vec<[u8; 3]>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().expect("a PNG");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut bytes).expect("a picture");
    let channels = info.color_type.samples();
    let pixel = |pixel: &[u8]| match *pixel {
        [r, g, b, ..] => [r, g, b],
        [grey, ..] => [grey; 3],
        [] => [0; 3],
    };
    let pixels = bytes.chunks(channels).map(pixel).collect();
    (info.width as usize, pixels)
}

/// The box of the pixels that two answers of one size do not share: left, top, right, bottom.
fn differing(one: &[u8], other: &[u8]) -> [usize; 4] {
    let ((width, one), (_, other)) = (pixels(one), pixels(other));
    let places = (0..one.len()).filter(|at| one[*at] != other[*at]);
    places.fold([usize::MAX, usize::MAX, 0, 0], |[l, t, r, b], at| {
        let (x, y) = (at % width, at / width);
        [l.min(x), t.min(y), r.max(x + 1), b.max(y + 1)]
    })
}

#[test]
fn words_lie_within_their_margins_and_are_of_their_colour() {
    let red = Colour::rgb(0xff_0000);
    let none = with(Text::NONE);
    let none = Transform {
        text: Text::NONE,
        ..none
    };
    let plain = set(PHOTO, &none, "").expect("a sound file").0.body;
    for (position, align) in [
        ((Third::Start, Third::Start), None),
        ((Third::End, Third::End), None),
        ((Third::Middle, Third::Middle), Some(Third::Start)),
    ] {
        let text = Text {
            colour: red,
            size: Length::Px(40),
            margins: (Length::Px(20), Length::Px(30)),
            width: Length::Share(5_000),
            position,
            align,
            ..Text::NONE
        };
        let words = "Words that wrap in a box of half of the width";
        let made = set(PHOTO, &with(text), words).expect("a sound file").0.body;
        let [left, top, right, bottom] = differing(&plain, &made);
        let (across, down) = match position {
            (Third::Start, _) => (20..320, 30..270),
            (Third::Middle, _) => (150..450, 30..270),
            (Third::End, _) => (280..580, 30..270),
        };
        assert!(
            left >= across.start && right <= across.end,
            "{left} {right}"
        );
        assert!(top >= down.start && bottom <= down.end, "{top} {bottom}");
        let (_, all) = pixels(&made);
        assert!(all.iter().filter(|pixel| **pixel == [255, 0, 0]).count() > 1000);
        match position {
            (_, Third::Start) => assert!(top < 50),
            (_, Third::Middle) => assert!(top > 60 && bottom < 240 && left < 160),
            (_, Third::End) => assert!(bottom > 250 && right > 570),
        }
    }
}

#[test]
fn every_frame_of_an_animation_has_the_words() {
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, 64, 32, &[0, 0, 0, 0, 128, 0]).expect("a GIF");
    for at in 0..3_u8 {
        let frame = gif::Frame::from_indexed_pixels(64, 32, vec![at % 2; 64 * 32], None);
        encoder.write_frame(&frame).expect("a frame");
    }
    drop(encoder);
    let transform = Transform {
        width: Side::px(64),
        height: Side::px(32),
        target: Target::Keep,
        text: Text {
            shown: true,
            size: Length::Px(28),
            ..Text::NONE
        },
        ..Transform::DEFAULT
    };
    let (made, _) = set(&file, &transform, "I").expect("a sound file");
    assert_eq!(
        made.plan.animation.map(|animation| animation.count),
        Some(3)
    );
    let frames = gif_frames(&made.body);
    for (at, canvas) in frames.iter().enumerate() {
        // The stem of the letter in the middle, and the picture beside it.
        assert_eq!(canvas[16 * 64 + 32], [255; 4], "frame {at}");
        assert!(canvas[16 * 64 + 10] != [255; 4], "frame {at}");
    }
    assert_eq!(frames.len(), 3);
}

#[test]
fn a_grey_picture_gets_words_in_colour() {
    let grey = letterbox_testkit::files("fuzz/seeds", "grey.jpg");
    let (_, file) = grey.first().expect("a seed");
    let transform = with(Text {
        colour: Colour::rgb(0x00_80ff),
        size: Length::Px(100),
        ..Text::NONE
    });
    let (made, _) = set(file, &transform, "Aa").expect("a sound file");
    let (_, all) = pixels(&made.body);
    assert!(all.contains(&[0, 0x80, 0xff]));
}

#[test]
fn dpr_multiplies_pixels_and_a_shadow_is_a_layer_below() {
    let font = font();
    let text = Text {
        shadow: Some(Shadow::MILD),
        size: Length::Px(20),
        ..Text::NONE
    };
    let canvas = |width, height| Size { width, height };
    let dpr = |millionths| {
        letterbox_engine::transform::Dpr::from_millionths(millionths).expect("in range")
    };
    let plans = |canvas, ratio| {
        let lettering = Lettering::new(&font, "Words", &text, canvas, dpr(ratio));
        lettering.expect("words").plans()
    };
    let once = plans(canvas(200, 100), 1_000_000);
    let twice = plans(canvas(400, 200), 2_000_000);
    assert_eq!((once.len(), twice.len()), (2, 2));
    assert!(
        once[0].size.width > once[1].size.width + 8,
        "the shadow is below"
    );
    for (one, two) in once.iter().zip(&twice) {
        assert!(two.size.width.abs_diff(2 * one.size.width) <= 4);
        assert!(two.size.height.abs_diff(2 * one.size.height) <= 4);
    }
}

#[test]
fn words_without_glyphs_or_out_of_sight_are_errors() {
    let font = font();
    let canvas = Size {
        width: 50,
        height: 50,
    };
    let error = |font: &[u8], words: &str| {
        let lettering = Lettering::new(font, words, &Text::NONE, canvas, Transform::DEFAULT.dpr);
        lettering.map(|_| ()).expect_err("no words")
    };
    assert_eq!(error(&font, "漢"), Error::Text(TextError::NoGlyph('漢')));
    assert_eq!(
        error(b"GIF89a", "A"),
        Error::Text(TextError::Foreign("this file"))
    );
    assert_eq!(error(&font, " \u{a0}"), Error::Text(TextError::Unseen));
    let said = error(&font, "a🎉").to_string();
    assert_eq!(
        said,
        "txt cannot be set: the font has no glyph for '🎉' (U+1F389)"
    );
}

/// Further bytes that the plan may have beside a third more than is taken, see `tests/honest.rs`.
const ALLOWANCE: u64 = 65_536 + 655_360;

#[test]
fn what_is_planned_is_what_is_taken() {
    let words = "A title of some length, over two lines or three. ".repeat(4);
    for format in [Format::Jpeg, Format::Png, Format::WebP] {
        for (side, size, shadow) in [(400, 30, None), (1200, 150, Some(Shadow::MILD))] {
            let transform = Transform {
                width: Side::px(side),
                height: Side::px(side),
                target: Target::Image(format),
                ..with(Text {
                    size: Length::Px(size),
                    lines: NonZeroU8::new(6),
                    shadow,
                    ..Text::NONE
                })
            };
            let watch = Watch::start();
            let (made, planned) = set(PHOTO, &transform, &words).expect("a sound file");
            let measured = watch.most() as u64;
            drop(made);
            let quotient = planned as f64 / measured as f64;
            eprintln!("{format:?} {side}: {planned} planned, {measured} measured, {quotient:.3}");
            assert!(
                measured <= planned,
                "{format:?} {side}: {measured} of {planned}"
            );
            assert!(
                planned <= measured * 13 / 10 + ALLOWANCE,
                "{format:?} {side}"
            );
        }
    }
}

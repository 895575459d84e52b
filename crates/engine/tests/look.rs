//! Looks: what they cost, and that what comes behind them is what comes without.

use letterbox_engine::transform::{
    Fit, Format, Gravity, Pad, Quality, Shape, Side, Smart, Target, Transform,
};
use letterbox_engine::{Limits, Output, Pipeline};
use std::num::NonZeroU8;

const PHOTO: &[u8] = include_bytes!("../../../demo/samples/waterfall.jpg");

fn answer(file: &[u8], transform: &Transform, piece: usize) -> Output {
    let mut pipeline = Pipeline::new(transform, &Limits::DEFAULT);
    for piece in file.chunks(piece) {
        pipeline.push(piece).expect("a sound file");
    }
    pipeline.finish(&|| 0.0).expect("a sound file")
}

/// The pixels of a JPEG.
fn pixels(file: &[u8]) -> Vec<u8> {
    let to_png = Transform {
        width: Side::Auto,
        height: Side::Auto,
        fit: Fit::Inside,
        quality: Quality::MOST,
        target: Target::Image(Format::Png),
        ..Transform::DEFAULT
    };
    let png = answer(file, &to_png, usize::MAX).body;
    let decoder = png::Decoder::new(std::io::Cursor::new(png));
    let mut reader = decoder.read_info().expect("a good PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    reader.next_frame(&mut pixels).expect("a good PNG");
    pixels
}

#[test]
fn a_photo_without_margin_is_the_same_with_a_look_and_without() {
    let without = Transform {
        width: Side::px(300),
        height: Side::px(200),
        fit: Fit::Cover,
        target: Target::Keep,
        ..Transform::DEFAULT
    };
    let with = Transform {
        trim: NonZeroU8::new(1),
        ..without
    };
    let plain = answer(PHOTO, &without, usize::MAX).body;
    for piece in [usize::MAX, 100_000, 4096] {
        assert!(answer(PHOTO, &with, piece).body == plain, "{piece}");
    }
}

/// A JPEG that stays one is decoded once.
#[test]
fn a_crop_around_a_point_is_that_of_the_point_when_it_is_given() {
    for (width, height) in [(300, 301), (101, 151), (640, 90), (77, 1500)] {
        for smart in [Smart::Attention, Smart::Entropy] {
            let smart = Transform {
                width: Side::px(width),
                height: Side::px(height),
                fit: Fit::Cover,
                gravity: Gravity::Smart(smart),
                quality: Quality::MOST,
                ..Transform::DEFAULT
            };
            let sharper = Transform {
                sharpen: Some(letterbox_engine::transform::Sharpening::Mild),
                ..smart
            };
            for asked in [smart, sharper] {
                let made = answer(PHOTO, &asked, 4096);
                let given = Transform {
                    gravity: made.plan.transform.gravity,
                    ..asked
                };
                assert!(
                    matches!(given.gravity, Gravity::Focus(..)),
                    "{width} x {height}: {:?}",
                    given.gravity
                );
                let wanted = answer(PHOTO, &given, usize::MAX).body;
                let [made, wanted] = [&made.body, &wanted].map(|file| pixels(file));
                assert_eq!(made.len(), wanted.len());
                let off = made.iter().zip(&wanted).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(off <= Some(4), "{width} x {height}: {off:?} levels");
            }
        }
    }
}

/// The file is decoded three times, or four where the rows at the end of the picture do not tell
/// its box.
#[test]
fn one_look_may_follow_another() {
    let smart = Transform {
        width: Side::px(100),
        height: Side::px(300),
        fit: Fit::Cover,
        gravity: Gravity::Smart(Smart::Attention),
        target: Target::Keep,
        ..Transform::DEFAULT
    };
    let both = Transform {
        trim: NonZeroU8::new(1),
        ..smart
    };
    let below = Transform {
        shape: Shape {
            pad: Pad {
                bottom: 400,
                ..Pad::NONE
            },
            ..Shape::PLAIN
        },
        ..Transform::DEFAULT
    };
    let padded = answer(PHOTO, &below, usize::MAX).body;
    for piece in [usize::MAX, 100_000, 4096] {
        let plain = answer(PHOTO, &smart, piece).body;
        assert!(answer(PHOTO, &both, piece).body == plain, "{piece}");
        let plan = answer(&padded, &both, piece).plan;
        assert!(plan.area.height < 660, "{:?}", plan.area);
    }
}

/// An animation has no margin, and is cropped in the middle.
#[test]
fn an_animation_stays_one_where_a_still_would_be_looked_at() {
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, 24, 16, &[0, 0, 0, 0, 128, 0]).expect("a GIF");
    for at in 0..3_u8 {
        let frame = gif::Frame::from_indexed_pixels(24, 16, vec![at % 2; 24 * 16], None);
        encoder.write_frame(&frame).expect("a frame");
    }
    drop(encoder);
    let plain = Transform {
        width: Side::px(10),
        height: Side::px(10),
        fit: Fit::Cover,
        ..Transform::DEFAULT
    };
    let trimmed = Transform {
        trim: NonZeroU8::new(10),
        ..plain
    };
    let smart = Transform {
        gravity: Gravity::Smart(Smart::Attention),
        ..plain
    };
    let wanted = answer(&file, &plain, usize::MAX).body;
    for transform in [trimmed, smart] {
        let made = answer(&file, &transform, 64);
        assert_eq!(
            made.plan.animation.map(|animation| animation.count),
            Some(3)
        );
        assert!(made.body == wanted);
    }
}

//! Looks: what they cost, and that what comes behind them is what comes without.

use letterbox_engine::transform::{Fit, Gravity, Pad, Shape, Side, Smart, Target, Transform};
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

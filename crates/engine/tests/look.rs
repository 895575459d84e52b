//! Looks: what they cost, and that what comes behind them is what comes without.

use letterbox_engine::transform::{Fit, Side, Target, Transform};
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

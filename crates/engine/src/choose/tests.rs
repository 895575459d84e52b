//! Tests of what a plan chooses: the decoder, its scale, and the kernel.

use super::*;
use crate::header::colours::Colours;
use crate::pixels::orientation::Orientation;
use crate::pixels::window::Window;
use crate::transform::{Border, Extend, Gravity, Offset, Pad, Ratio, Shape, Third};
use std::num::NonZeroU16;

const LIMITS: Limits = Limits {
    source_bytes: 1 << 26,
    output_side: 4096,
    output_pixels: 1 << 24,
    frame_pixels: 1 << 27,
    memory_bytes: 72 << 20,
};

fn header(width: u32, height: u32) -> Header {
    Header {
        format: Format::Jpeg,
        stored: Size { width, height },
        orientation: Orientation::default(),
        layout: Layout::Rgb,
        coding: Coding::Jpeg {
            sampling: [(2, 2), (1, 1), (1, 1), (0, 0)],
            progressive: false,
            chroma: Some((2, 2)),
            resident: false,
        },
        colours: Colours::Untagged,
        cmyk: false,
        palette: false,
    }
}

fn px(pixels: u16) -> Side {
    NonZeroU16::new(pixels).map_or(Side::Auto, Side::Px)
}

fn asked(width: u16, height: u16, fit: Fit) -> Transform {
    Transform {
        width: px(width),
        height: px(height),
        fit,
        ..Transform::DEFAULT
    }
}

fn plan(source: (u32, u32), transform: Transform) -> Plan {
    Plan::new(
        header(source.0, source.1),
        Source::Srgb,
        &transform,
        &LIMITS,
    )
    .expect("within the limits")
}

/// Canvas, image on it, and its place.
fn sizes(plan: &Plan) -> [u32; 6] {
    let (canvas, image, at) = (plan.canvas, plan.resized, plan.at);
    [
        canvas.width,
        canvas.height,
        image.width,
        image.height,
        at.0,
        at.1,
    ]
}

#[test]
fn the_five_fits_of_a_photo() {
    let of = |fit| sizes(&plan((1800, 1200), asked(1200, 627, fit)));
    assert_eq!(of(Fit::Contain), [1200, 627, 941, 627, 129, 0]);
    assert_eq!(of(Fit::Inside), [941, 627, 941, 627, 0, 0]);
    assert_eq!(of(Fit::Cover), [1200, 627, 1200, 627, 0, 0]);
    assert_eq!(of(Fit::Fill), [1200, 627, 1200, 627, 0, 0]);
    assert_eq!(of(Fit::Outside), [1200, 800, 1200, 800, 0, 0]);
}

#[test]
fn a_side_that_no_webp_has_is_refused_for_webp_alone() {
    let limits = Limits {
        output_side: 1 << 14,
        ..LIMITS
    };
    let of = |width, format| {
        let transform = Transform {
            target: Target::Image(format),
            ..asked(width, 1, Fit::Fill)
        };
        Plan::new(header(20, 20), Source::Srgb, &transform, &limits).map(|plan| plan.canvas.width)
    };
    assert_eq!(of(16_383, Format::WebP), Ok(16_383));
    assert_eq!(of(16_384, Format::Png), Ok(16_384));
    let refused = of(16_384, Format::WebP);
    assert!(
        matches!(refused, Err(Error::OutputTooLarge { side: 16_383, .. })),
        "{refused:?}"
    );
}

#[test]
fn auto_follows_the_source() {
    assert_eq!(
        sizes(&plan((1800, 1200), asked(600, 0, Fit::Contain))),
        [600, 400, 600, 400, 0, 0]
    );
    assert_eq!(
        sizes(&plan((1800, 1200), asked(0, 100, Fit::Cover))),
        [150, 100, 150, 100, 0, 0]
    );
    assert_eq!(
        sizes(&plan((1800, 1200), asked(0, 0, Fit::Inside))),
        [1800, 1200, 1800, 1200, 0, 0]
    );
}

#[test]
fn a_rounded_side_keeps_the_scale_and_shares_the_remainder() {
    // 400 x 600 covers 185 x 100 at 2.162: 277.5 rows become 278, of which 100 are kept from row 89 on.
    let window = plan((400, 600), asked(185, 100, Fit::Cover)).window;
    let (scale, rows) = (400.0 / 185.0, 600.0);
    assert!(
        (window.y - (89.0 * scale + (rows - 278.0 * scale) / 2.0)).abs() < 1e-9,
        "{window:?}"
    );
    assert!((window.height - 100.0 * scale).abs() < 1e-9, "{window:?}");
}

#[test]
fn without_enlargement_a_small_image_keeps_its_size() {
    let small = |fit| {
        sizes(&plan(
            (100, 50),
            Transform {
                enlarge: false,
                ..asked(400, 300, fit)
            },
        ))
    };
    assert_eq!(small(Fit::Contain), [400, 300, 100, 50, 150, 125]);
    assert_eq!(small(Fit::Inside), [100, 50, 100, 50, 0, 0]);
    assert_eq!(small(Fit::Cover), [100, 50, 100, 50, 0, 0]);
}

/// Sizes and places of a picture under a shape, beside those that the peers have.
#[test]
fn a_shape_adds_to_the_box() {
    let shape = Shape::PLAIN;
    let side = |pixels| NonZeroU16::new(pixels);
    let ratio = |across, down| {
        let [across, down] = [across, down].map(|v| NonZeroU16::new(v).expect("not zero"));
        Some(Ratio::new(across, down))
    };
    let of = |source, asked: Transform, shape| sizes(&plan(source, Transform { shape, ..asked }));
    let photo = (1800, 1200);
    let square = (100, 100);
    for (source, asked, shape, wanted) in [
        // A canvas of the box, and one of its ratio.
        (
            photo,
            asked(300, 300, Fit::Inside),
            Shape {
                extend: Some(Extend::Size),
                ..shape
            },
            [300, 300, 300, 200, 0, 50],
        ),
        (
            square,
            Transform {
                enlarge: false,
                ..asked(400, 200, Fit::Inside)
            },
            Shape {
                extend: Some(Extend::Ratio),
                ..shape
            },
            [200, 100, 100, 100, 50, 0],
        ),
        (
            square,
            Transform {
                enlarge: false,
                ..asked(200, 400, Fit::Cover)
            },
            Shape {
                extend: Some(Extend::Ratio),
                ..shape
            },
            [100, 200, 100, 100, 0, 50],
        ),
        // A box of which the ratio is known.
        (
            photo,
            asked(320, 0, Fit::Cover),
            Shape {
                ratio: ratio(16, 9),
                ..shape
            },
            [320, 180, 320, 180, 0, 0],
        ),
        (
            photo,
            asked(0, 0, Fit::Cover),
            Shape {
                ratio: ratio(1, 1),
                ..shape
            },
            [1200, 1200, 1200, 1200, 0, 0],
        ),
        // Least sides: the picture grows, and the box cuts it.
        (
            photo,
            asked(300, 0, Fit::Inside),
            Shape {
                least: (None, side(400)),
                ..shape
            },
            [300, 400, 300, 400, 0, 0],
        ),
        (
            square,
            Transform {
                enlarge: false,
                ..asked(0, 0, Fit::Inside)
            },
            Shape {
                least: (side(150), None),
                ..shape
            },
            [150, 150, 150, 150, 0, 0],
        ),
        // A part behind the resize, before the canvas.
        (
            photo,
            asked(300, 300, Fit::Contain),
            Shape {
                kept: Crop {
                    x: Some(Length::Px(10)),
                    width: Some(Length::Px(100)),
                    ..Crop::NONE
                },
                ..shape
            },
            [300, 300, 100, 200, 100, 50],
        ),
        // Padding and border, with dpr.
        (
            photo,
            Transform {
                dpr: Dpr::from_millionths(2_000_000).expect("2"),
                ..asked(150, 100, Fit::Inside)
            },
            Shape {
                pad: Pad {
                    top: 1,
                    right: 2,
                    bottom: 3,
                    left: 4,
                },
                border: Some(Border {
                    width: NonZeroU16::MIN,
                    colour: crate::transform::Colour::WHITE,
                }),
                ..shape
            },
            [316, 212, 300, 200, 10, 4],
        ),
        // A shift of the picture on its canvas.
        (
            photo,
            asked(300, 300, Fit::Contain),
            Shape {
                offset: (None, Some(Offset::Px(-20))),
                ..shape
            },
            [300, 300, 300, 200, 0, 30],
        ),
    ] {
        assert_eq!(of(source, asked, shape), wanted, "{shape:?}");
    }
}

#[test]
fn aspect_crop_keeps_the_shape_and_never_enlarges() {
    let of = |source, width, height| sizes(&plan(source, asked(width, height, Fit::AspectCrop)));
    assert_eq!(of((1800, 1200), 300, 300)[..2], [300, 300]);
    assert_eq!(of((100, 50), 400, 400)[..2], [50, 50]);
    assert_eq!(of((100, 50), 40, 400)[..2], [5, 50]);
    assert_eq!(of((100, 50), 400, 40)[..2], [100, 10]);
    assert_eq!(of((100, 50), 200, 20)[..2], [100, 10]);
    let up = |source| sizes(&plan(source, asked(400, 300, Fit::ScaleUp)));
    assert_eq!(up((100, 50))[..2], [400, 200]);
    assert_eq!(up((800, 600))[..2], [800, 600]);
}

#[test]
fn a_box_and_a_fit_follow_the_shape_of_the_source() {
    let of = |source, fit, adaptive| {
        let mut transform = asked(400, 300, fit);
        transform.shape.adaptive = adaptive;
        let [width, height, ..] = sizes(&plan(source, transform));
        (width, height)
    };
    // A square is not upright, and no side of it is the longer one.
    for (source, wanted) in [
        ((1600, 1000), (400, 300)),
        ((1000, 1000), (400, 300)),
        ((1000, 1600), (188, 300)),
    ] {
        assert_eq!(of(source, Fit::Auto, false), wanted, "{source:?}");
    }
    for (source, wanted) in [
        ((1600, 1000), (400, 250)),
        ((1000, 1000), (300, 300)),
        ((1000, 1600), (250, 400)),
    ] {
        assert_eq!(of(source, Fit::Inside, true), wanted, "{source:?}");
    }
    assert_eq!(of((1000, 1600), Fit::Auto, true), (300, 400));
    let one_side = asked(400, 0, Fit::Auto);
    assert_eq!(sizes(&plan((1000, 1600), one_side))[..2], [400, 640]);
}

#[test]
fn a_pixel_of_the_source_stays_in_view_behind_a_crop() {
    let kept = |gravity, x: u32| {
        let transform = Transform {
            gravity,
            crop: Crop {
                x: (x > 0).then_some(Length::Px(x)),
                ..Crop::NONE
            },
            ..asked(100, 100, Fit::Cover)
        };
        let plan = plan((400, 100), transform);
        f64::from(plan.cut.left) + plan.window.x
    };
    assert!((kept(Gravity::Pixel(200, 50), 0) - 151.0).abs() <= 1.0);
    assert!((kept(Gravity::Pixel(200, 50), 0) - kept(Gravity::Pixel(200, 50), 100)).abs() <= 1.0);
    assert!(kept(Gravity::Pixel(0, 0), 0).abs() < 1e-9);
    assert!((kept(Gravity::Pixel(0, 0), 100) - 100.0).abs() < 1e-9);
    assert!((kept(Gravity::Pixel(65_535, 0), 0) - 300.0).abs() < 1e-9);
}

#[test]
fn a_share_is_of_the_source() {
    let share = Side::Share(NonZeroU16::new(2500).expect("a quarter"));
    let transform = Transform {
        width: share,
        ..asked(0, 0, Fit::Inside)
    };
    assert_eq!(sizes(&plan((1801, 1200), transform))[..2], [450, 300]);
}

#[test]
fn cover_cuts_around_the_focal_point() {
    let window = |gravity| {
        plan(
            (1000, 1000),
            Transform {
                gravity,
                ..asked(100, 50, Fit::Cover)
            },
        )
        .window
    };
    let at = |y| Window {
        x: 0.0,
        y,
        width: 125.0,
        height: 62.5,
    }; // decoded at 1/8
    assert_eq!(window(Gravity::default()), at(31.25));
    assert_eq!(window(Gravity::Focus(5000, 0)), at(0.0));
    assert_eq!(window(Gravity::Focus(5000, 6000)), at(43.75));
    assert_eq!(window(Gravity::Focus(5000, 10_000)), at(62.5));
    assert_eq!(
        window(Gravity::Position(Third::Start, Third::End)),
        at(62.5)
    );
}

#[test]
fn orientation_swaps_the_axes_of_the_plan_and_not_of_the_answer() {
    let mut turned = header(1200, 1800);
    turned.orientation = Orientation::from_exif(6).expect("1 to 8");
    let plan = Plan::new(
        turned,
        Source::Srgb,
        &asked(1200, 627, Fit::Contain),
        &LIMITS,
    )
    .expect("within the limits");
    assert_eq!(sizes(&plan), [1200, 627, 627, 941, 129, 0]);
}

#[test]
fn the_jpeg_decoder_scales_as_far_as_the_resampler_still_has_work() {
    let shrink = |width| plan((width, width), asked(100, 100, Fit::Inside)).shrink;
    assert_eq!(
        [100, 199, 200, 299, 300, 400, 499, 500, 800, 900].map(shrink),
        [1, 1, 1, 1, 2, 2, 2, 4, 4, 8]
    );
    let odd = plan((2725, 2725), asked(100, 100, Fit::Inside));
    assert_eq!((odd.decoded.width, odd.window.width), (341, 340.625));
}

#[test]
fn what_is_too_large_is_refused_with_the_figures() {
    let over = Plan::new(
        header(1800, 1200),
        Source::Srgb,
        &asked(4096, 0, Fit::Inside),
        &Limits {
            output_side: 2000,
            ..LIMITS
        },
    );
    assert!(matches!(over, Err(Error::OutputTooLarge { .. })));
    let bomb = |side, coding| {
        let header = Header {
            coding,
            ..header(side, side)
        };
        let plan = Plan::new(header, Source::Srgb, &asked(100, 100, Fit::Inside), &LIMITS);
        plan.and_then(|plan| plan.check_budget(0, &LIMITS))
            .expect_err("a bomb")
    };
    let many = bomb(60_000, Coding::Rows { bits_per_pixel: 24 });
    assert!(matches!(many, Error::TooManyPixels { .. }), "{many:?}");
    assert!(many.to_string().contains("3600.0 megapixels"), "{many}");
    let whole = bomb(
        10_000,
        Coding::Whole {
            peak_bytes: 400_000_000,
            copies: 0,
        },
    );
    assert!(matches!(whole, Error::OverBudget { .. }), "{whole:?}");
    assert!(whole.to_string().contains("100.0 megapixels"), "{whole}");
}

#[test]
fn every_window_lies_on_its_image_but_for_a_quarter_of_a_result_pixel() {
    for fit in [
        Fit::Contain,
        Fit::Inside,
        Fit::Cover,
        Fit::Fill,
        Fit::Outside,
    ] {
        for (w, h) in [
            (1, 1),
            (1, 3000),
            (3000, 1),
            (7, 5),
            (2725, 1999),
            (640, 480),
        ] {
            for (bw, bh) in [(1, 1), (1200, 627), (3, 4000), (0, 50), (50, 0)] {
                for gravity in [
                    Gravity::default(),
                    Gravity::Focus(9999, 1),
                    Gravity::Position(Third::End, Third::End),
                ] {
                    let transform = Transform {
                        gravity,
                        ..asked(bw, bh, fit)
                    };
                    let Ok(plan) = Plan::new(header(w, h), Source::Srgb, &transform, &LIMITS)
                    else {
                        continue;
                    };
                    let Window {
                        x,
                        y,
                        width,
                        height,
                    } = plan.window;
                    for (start, length, kept, limit) in [
                        (x, width, plan.resized.width, plan.decoded.width),
                        (y, height, plan.resized.height, plan.decoded.height),
                    ] {
                        let beyond = length / f64::from(kept) / 4.0 + 1e-9 * f64::from(w.max(h));
                        assert!(length > 0.0 && start >= -beyond, "{plan:?}");
                        assert!(start + length <= f64::from(limit) + beyond, "{plan:?}");
                    }
                    assert!(
                        plan.at.0 + plan.resized.width <= plan.canvas.width,
                        "{plan:?}"
                    );
                }
            }
        }
    }
}

//! Layers over an answer: what is seen, which frames have them, and what they cost.

#[path = "support/gif_frames.rs"]
mod gif_frames;

use std::num::{NonZeroU8, NonZeroU16};

use gif_frames::gif_frames;
use letterbox_engine::transform::{
    Colour, Dpr, Fit, Format, Offset, Overlay, Place, Side, Target, Third, Transform,
};
use letterbox_engine::{Error, Ink, Layer, LayerPlan, Limits, Output, Pipeline, Size};
use letterbox_testkit::counting::{Counting, Watch};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const PHOTO: &[u8] = include_bytes!("../../../demo/samples/waterfall.jpg");

/// Bytes that a plan may be off by, whatever the picture; see `tests/honest.rs` of the service.
const ALLOWANCE: u64 = 11 * 65_536;

fn png(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgba);
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let pixels: Vec<u8> = places.flat_map(|(x, y)| pixel(x, y)).collect();
    let mut writer = encoder.write_header().expect("a writer");
    writer.write_image_data(&pixels).expect("pixels");
    drop(writer);
    file
}

/// A picture whose samples differ from pixel to pixel, alpha too.
fn noise(width: u32, height: u32, seed: u32, opaque: bool) -> Vec<u8> {
    png(width, height, |x, y| noise_at(x, y, seed, opaque))
}

fn noise_at(x: u32, y: u32, seed: u32, opaque: bool) -> [u8; 4] {
    let sample = |salt: u32| {
        ((x * 31 + y * 17 + seed * 91 + salt * 53).wrapping_mul(2_654_435_761) >> 24) as u8
    };
    let alpha = if opaque { 255 } else { sample(4) };
    [sample(1), sample(2), sample(3), alpha]
}

fn pixels(file: &[u8]) -> (u32, u32, Vec<[u8; 4]>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().expect("a PNG");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut bytes).expect("a PNG");
    let channels = info.line_size / info.width as usize;
    let pixel = |samples: &[u8]| match *samples {
        [grey, alpha] => [grey, grey, grey, alpha],
        [r, g, b, a] => [r, g, b, a],
        _ => unreachable!("{channels} samples"),
    };
    let pixels = bytes[..info.buffer_size()].chunks(channels).map(pixel);
    (info.width, info.height, pixels.collect())
}

/// Runs a transform with overlays as a caller does; the bytes planned for everything at the peak.
fn laid(
    file: &[u8],
    transform: &Transform,
    over: &[&[u8]],
    piece: usize,
) -> Result<(Output, u64), Error> {
    let limits = Limits::DEFAULT;
    let mut pipeline = Pipeline::new(transform, &limits);
    pipeline.promise(file.len() as u64)?;
    let mut planned = 0;
    let give = |pipeline: &mut Pipeline<'_>| -> Result<u64, Error> {
        let Some(canvas) = pipeline.canvas() else {
            return Ok(pipeline.memory_bytes());
        };
        let mut most = pipeline.memory_bytes();
        let overlays = transform.overlays.iter().filter(|overlay| overlay.shown);
        let mut opened = Vec::new();
        for (overlay, file) in overlays.zip(over) {
            let mut layer = Pipeline::of_overlay(*overlay, canvas, transform.dpr, &limits);
            layer.promise(file.len() as u64)?;
            let head = file.len().min(4096);
            layer.push(&file[..head])?;
            opened.push((layer, &file[head..]));
        }
        let plans = opened.iter().map(|(layer, _)| layer.layer_plan());
        let plans: Option<Vec<LayerPlan>> = plans.collect();
        pipeline.plan_layers(plans.expect("headers are short"))?;
        let mut layers = Vec::new();
        let mut done = 0;
        for (mut layer, rest) in opened.into_iter().filter(|_| pipeline.shows_layers()) {
            let held = pipeline.held_bytes() + done;
            most = most.max(held + layer.memory_bytes());
            for piece in rest.chunks(piece) {
                layer.push(piece)?;
                most = most.max(held + layer.memory_bytes());
            }
            layer.end()?;
            most = most.max(held + layer.memory_bytes());
            let layer = layer.into_layer(&|| 0.0)?;
            done += layer.plan().bytes;
            layers.push(layer);
        }
        if pipeline.shows_layers() {
            pipeline.lay(layers);
        }
        Ok(most.max(pipeline.memory_bytes()))
    };
    for piece in file.chunks(piece) {
        pipeline.push(piece)?;
        planned = planned.max(give(&mut pipeline)?);
    }
    pipeline.end()?;
    planned = planned.max(give(&mut pipeline)?);
    while !pipeline.play(&|| 0.0)? {
        planned = planned.max(give(&mut pipeline)?);
    }
    Ok((pipeline.finish(&|| 0.0)?, planned))
}

/// A transform that changes nothing but what it lays over.
fn with(overlays: &[Overlay]) -> Transform {
    let mut transform = Transform {
        width: Side::Auto,
        height: Side::Auto,
        fit: Fit::Inside,
        target: Target::Image(Format::Png),
        quality: letterbox_engine::transform::Quality::MOST,
        ..Transform::DEFAULT
    };
    for (to, overlay) in transform.overlays.iter_mut().zip(overlays) {
        *to = *overlay;
    }
    transform
}

fn at(x: i32, y: i32) -> Overlay {
    Overlay {
        position: (Third::Start, Third::Start),
        offset: (Offset::Px(x), Offset::Px(y)),
        ..Overlay::PLAIN
    }
}

/// `over` as Porter and Duff have it, in floats.
fn over(under: [u8; 4], pixel: [u8; 4], opacity: f64) -> [f64; 4] {
    let [upper, lower] = [
        f64::from(pixel[3]) / 255.0 * opacity,
        f64::from(under[3]) / 255.0,
    ];
    let alpha = upper + lower * (1.0 - upper);
    let mix = |at: usize| {
        let sum = f64::from(pixel[at]) * upper + f64::from(under[at]) * lower * (1.0 - upper);
        if alpha > 0.0 { sum / alpha } else { 0.0 }
    };
    [mix(0), mix(1), mix(2), alpha * 255.0]
}

#[test]
fn every_pixel_is_that_of_the_formula() {
    for opaque in [true, false] {
        let base = noise(40, 30, 1, opaque);
        let mark = noise(16, 12, 2, false);
        for (x, y, opacity) in [(3, 5, 100), (-6, 20, 50), (30, -4, 17)] {
            let overlay = Overlay {
                opacity: NonZeroU8::new(opacity).expect("not zero"),
                ..at(x, y)
            };
            let (made, _) = laid(&base, &with(&[overlay]), &[&mark], 777).expect("sound files");
            let (width, _, made) = pixels(&made.body);
            for (index, made) in made.into_iter().enumerate() {
                let (column, row) = (index as u32 % width, index as u32 / width);
                let under = noise_at(column, row, 1, opaque);
                let (left, top) = (column as i32 - x, row as i32 - y);
                let wanted = if (0..16).contains(&left) && (0..12).contains(&top) {
                    let pixel = noise_at(left as u32, top as u32, 2, false);
                    over(under, pixel, f64::from(opacity) / 100.0)
                } else {
                    under.map(f64::from)
                };
                // A colour that is hardly seen has as few levels as its alpha.
                let levels = 1.0 + 255.0 / wanted[3].max(1.0);
                for (at, (made, wanted)) in made.into_iter().zip(wanted).enumerate() {
                    let most = if at == 3 { 1.0 } else { levels };
                    let off = (f64::from(made) - wanted).abs();
                    assert!(
                        off <= most,
                        "{column},{row} sample {at}: {made}, not {wanted}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_share_is_of_the_answer_and_layers_lie_in_their_order() {
    let base = png(60, 40, |_, _| [0, 0, 0, 255]);
    let red = png(10, 10, |_, _| [255, 0, 0, 255]);
    let blue = png(4, 8, |_, _| [0, 0, 255, 255]);
    let fitted = Overlay {
        scale: (NonZeroU16::new(5_000), NonZeroU16::new(5_000)),
        ..Overlay::PLAIN
    };
    let (made, _) = laid(&base, &with(&[fitted, at(25, 12)]), &[&red, &blue], 99).expect("sound");
    let (_, _, made) = pixels(&made.body);
    let at = |x: usize, y: usize| made[y * 60 + x];
    // Ten by ten in thirty by twenty, in the middle.
    assert_eq!(at(19, 10), [0, 0, 0, 255]);
    assert_eq!(at(20, 10), [255, 0, 0, 255]);
    assert_eq!(at(39, 29), [255, 0, 0, 255]);
    assert_eq!(at(40, 29), [0, 0, 0, 255]);
    assert_eq!(at(25, 12), [0, 0, 255, 255]);
    assert_eq!(at(28, 19), [0, 0, 255, 255]);
    assert_eq!(at(29, 19), [255, 0, 0, 255]);
}

#[test]
fn tiles_cover_the_answer_with_gaps_between_them() {
    let base = png(20, 9, |_, _| [9, 9, 9, 255]);
    let mark = png(3, 2, |_, _| [200, 100, 50, 255]);
    let overlay = Overlay {
        tiled: true,
        ..at(2, 1)
    };
    let (made, _) = laid(&base, &with(&[overlay]), &[&mark], 50).expect("sound");
    let (_, _, made) = pixels(&made.body);
    for (index, pixel) in made.into_iter().enumerate() {
        let is_mark = index % 20 % 5 < 3 && index / 20 % 3 < 2;
        assert_eq!(pixel[0], if is_mark { 200 } else { 9 }, "{index}");
    }
}

#[test]
fn a_photo_takes_a_layer_whether_a_look_comes_first_or_not_and_however_it_arrives() {
    let mark = noise(50, 20, 3, false);
    let plain = Transform {
        width: Side::px(300),
        height: Side::px(200),
        fit: Fit::Cover,
        target: Target::Image(Format::Jpeg),
        ..with(&[Overlay::PLAIN])
    };
    let looked = Transform {
        trim: NonZeroU8::new(1),
        ..plain
    };
    let (whole, _) = laid(PHOTO, &plain, &[&mark], usize::MAX).expect("sound files");
    let without = Transform {
        overlays: [Overlay::NONE; 3],
        ..plain
    };
    let (bare, _) = laid(PHOTO, &without, &[], usize::MAX).expect("a sound file");
    assert!(whole.body != bare.body);
    for (transform, piece) in [(plain, 1000), (looked, usize::MAX), (looked, 5000)] {
        let (made, _) = laid(PHOTO, &transform, &[&mark], piece).expect("sound files");
        assert!(made.body == whole.body, "{piece}");
    }
}

#[test]
fn every_frame_of_an_animation_has_the_layer() {
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, 24, 16, &[0, 0, 0, 0, 128, 0]).expect("a GIF");
    for at in 0..3_u8 {
        let pixels = [at % 2; 24 * 16];
        encoder
            .write_frame(&gif::Frame::from_indexed_pixels(
                24,
                16,
                pixels.to_vec(),
                None,
            ))
            .expect("a frame");
    }
    drop(encoder);
    let mark = png(5, 5, |_, _| [255, 0, 0, 255]);
    let transform = Transform {
        target: Target::Keep,
        ..with(&[at(1, 1)])
    };
    let trimmed = Transform {
        trim: NonZeroU8::new(1),
        ..transform
    };
    for transform in [transform, trimmed] {
        let (made, _) = laid(&file, &transform, &[&mark], 64).expect("sound files");
        assert_eq!(made.plan.animation.map(|a| a.count), Some(3));
        let frames = gif_frames(&made.body);
        for (at, canvas) in frames.iter().enumerate() {
            assert_eq!(canvas[24 + 1], [255, 0, 0, 255], "frame {at}");
            assert_eq!(canvas[5 * 24 + 5], [255, 0, 0, 255], "frame {at}");
            assert!(canvas[6 * 24 + 6] != [255, 0, 0, 255], "frame {at}");
        }
        assert_eq!(frames.len(), 3);
    }
}

#[test]
fn a_drawn_layer_is_like_a_decoded_one() {
    let base = noise(30, 20, 5, true);
    let transform = with(&[Overlay::PLAIN]);
    let size = Size {
        width: 4,
        height: 3,
    };
    let place = Place {
        left: 2,
        top: 1,
        step: None,
    };
    let draw = |ink: Ink| {
        let mut pipeline = Pipeline::new(&transform, &Limits::DEFAULT);
        pipeline.push(&base).expect("a sound file");
        let canvas = pipeline.canvas().expect("its header is here");
        assert_eq!((canvas.width, canvas.height), (30, 20));
        let layer = Layer::new(size, place, 100, ink).expect("as many pixels");
        pipeline
            .plan_layers(vec![layer.plan()])
            .expect("a small one");
        pipeline.lay(vec![layer]);
        pipeline.finish(&|| 0.0).expect("a sound file").body
    };
    let covered: Vec<u8> = (0..12).map(|at| at * 23).collect();
    let rgba = covered.iter().flat_map(|covered| [10, 200, 90, *covered]);
    let rgba = Ink::Rgba(rgba.collect());
    let colour = Colour::rgb(0x0a_c85a);
    assert!(draw(Ink::Coverage(covered, colour)) == draw(rgba));
}

#[test]
fn an_answer_without_its_layers_is_none() {
    let base = noise(30, 20, 5, true);
    let transform = with(&[Overlay::PLAIN]);
    let mut pipeline = Pipeline::new(&transform, &Limits::DEFAULT);
    pipeline.push(&base).expect("a sound file");
    let made = pipeline.finish(&|| 0.0);
    assert!(matches!(made, Err(Error::Internal(_))), "{made:?}");
}

#[test]
fn an_overlay_outside_of_the_answer_is_an_error() {
    let (base, mark) = (noise(30, 20, 5, true), noise(5, 5, 6, true));
    for (x, y, outside) in [(29, 0, false), (30, 0, true), (0, -5, true), (0, -4, false)] {
        let scaled = Overlay {
            scale: (NonZeroU16::new(2_500), NonZeroU16::new(2_500)),
            ..at(x, y)
        };
        for overlay in [at(x, y), scaled] {
            let made = laid(&base, &with(&[overlay]), &[&mark], 99);
            let is_outside = matches!(made, Err(Error::Outside));
            assert_eq!(is_outside, outside, "{x},{y} {:?}", overlay.scale);
        }
    }
}

#[test]
fn a_description_knows_the_layers_without_their_pixels() {
    let (base, mark) = (noise(60, 40, 5, true), noise(5, 5, 6, true));
    let transform = Transform {
        target: Target::Json,
        ..with(&[at(2, 3)])
    };
    let (made, _) = laid(&base, &transform, &[&mark], 999).expect("sound files");
    let text = String::from_utf8(made.body).expect("JSON");
    for part in [
        r#""overlays":[{"height":5,"width":5,"x":2,"y":3}]"#,
        r#""stage":"overlay""#,
        r#""overlays":100"#,
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn layers_that_do_not_fit_are_refused_before_they_are_made() {
    let base = noise(30, 20, 5, true);
    let transform = with(&[Overlay::PLAIN]);
    let limits = Limits {
        memory_bytes: 2 << 20,
        ..Limits::DEFAULT
    };
    let mut pipeline = Pipeline::new(&transform, &limits);
    pipeline.push(&base).expect("a sound file");
    let plan = |bytes| LayerPlan {
        size: Size {
            width: 30,
            height: 20,
        },
        place: Place {
            left: 0,
            top: 0,
            step: None,
        },
        bytes,
    };
    let refused = pipeline.plan_layers(vec![plan(1 << 20), plan(1 << 20)]);
    assert!(
        matches!(refused, Err(Error::OverBudget { .. })),
        "{refused:?}"
    );
    let mut pipeline = Pipeline::new(&transform, &limits);
    pipeline.push(&base).expect("a sound file");
    assert_eq!(pipeline.plan_layers(vec![plan(4 << 10)]), Ok(()));
}

#[test]
fn what_is_planned_is_what_is_taken() {
    let big = noise(500, 400, 7, false);
    let tagged = include_bytes!("../../../demo/samples/waterfall.jpg");
    let marks: [&[u8]; 2] = [&big, tagged];
    let scaled = Overlay {
        scale: (NonZeroU16::new(9_000), NonZeroU16::new(9_000)),
        ..Overlay::PLAIN
    };
    for format in [Format::Jpeg, Format::Png, Format::WebP] {
        for side in [400, 900] {
            let transform = Transform {
                width: Side::px(side),
                height: Side::px(side),
                fit: Fit::Cover,
                target: Target::Image(format),
                dpr: Dpr::ONE,
                ..with(&[Overlay::PLAIN, scaled])
            };
            let watch = Watch::start();
            let (made, planned) = laid(PHOTO, &transform, &marks, 65_536).expect("sound files");
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

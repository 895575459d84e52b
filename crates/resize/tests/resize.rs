//! Tests of the public API against `fast_image_resize`, which has the whole image at once, and
//! against itself.
//!
//! In floating point the oracle gives the exact result, to be rounded once. In bytes the oracle
//! rounds and clamps between its two filters.

use fast_image_resize as fir;
use fir::images::Image;
use fir::pixels::{F32, F32x2, F32x3, F32x4, U8, U8x2, U8x3, U8x4};
use letterbox_resize::{Axis, Channels, Error, Filter, Resizer, Settings};
use letterbox_testkit::Noise;

const CHANNELS: [Channels; 4] = [
    Channels::Grey,
    Channels::GreyAlpha,
    Channels::Rgb,
    Channels::Rgba,
];

/// Filters that the oracle has too.
fn filters() -> [(Filter, fir::ResizeAlg); 7] {
    let lanczos2 = fir::Filter::new("Lanczos2", lanczos2, 2.0).expect("a positive support");
    let convolution = fir::ResizeAlg::Convolution;
    [
        (Filter::Nearest, fir::ResizeAlg::Nearest),
        (Filter::Box, convolution(fir::FilterType::Box)),
        (Filter::Triangle, convolution(fir::FilterType::Bilinear)),
        (Filter::CatmullRom, convolution(fir::FilterType::CatmullRom)),
        (Filter::Mitchell, convolution(fir::FilterType::Mitchell)),
        (
            Filter::Lanczos2,
            convolution(fir::FilterType::Custom(lanczos2)),
        ),
        (Filter::Lanczos3, convolution(fir::FilterType::Lanczos3)),
    ]
}

fn lanczos2(x: f64) -> f64 {
    let sinc = |x: f64| {
        let x = x * std::f64::consts::PI;
        if x == 0.0 { 1.0 } else { x.sin() / x }
    };
    if x.abs() < 2.0 {
        sinc(x) * sinc(x / 2.0)
    } else {
        0.0
    }
}

/// Makes waves, edges and noise: content at which filters ring, and which rounds differently every
/// time.
fn picture(width: u32, height: u32, channels: Channels) -> Vec<u8> {
    let mut noise = Noise(width ^ height << 16 ^ 0x9e37_79b9);
    let mut noise = move || i32::from(noise.byte());
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for c in 0..channels.count() as u32 {
                let wave = 128.0 + 90.0 * f64::sin(f64::from(x * (c + 2) + y * 3) / 9.0);
                let edge = i32::from((x / 13 + y / 7) % 5 == c % 5) * 200;
                let value = match (x / 32 + y / 32) % 3 {
                    0 => wave as i32 + noise() / 8 - 16,
                    1 => edge + noise() / 16,
                    _ => noise(),
                };
                pixels.push(value.clamp(0, 255) as u8);
            }
        }
    }
    pixels
}

fn resize(settings: &Settings, pixels: &[u8]) -> Vec<u8> {
    let mut resizer = Resizer::new(settings).expect("valid settings");
    let mut result = Vec::new();
    let row = settings.horizontal.source as usize * settings.channels.count();
    for row in pixels.chunks_exact(row) {
        resizer.push(row).expect("a row of this length");
        while let Some(row) = resizer.next_row() {
            result.extend_from_slice(row);
        }
    }
    assert!(resizer.is_complete());
    result
}

/// Resizes with the oracle. Generic over the type of pixel, because compiling the oracle for all
/// types takes minutes.
fn oracle<P: fir::PixelTrait>(
    settings: &Settings,
    algorithm: fir::ResizeAlg,
    pixels: &[u8],
    use_alpha: bool,
) -> Vec<u8> {
    let Settings {
        horizontal,
        vertical,
        ..
    } = *settings;
    // Floating-point pixels have to be aligned, and the buffer of an `Image` is.
    let mut source = Image::new(horizontal.source, vertical.source, P::pixel_type());
    source.buffer_mut().copy_from_slice(pixels);
    let mut result = Image::new(horizontal.result, vertical.result, P::pixel_type());
    let options = fir::ResizeOptions::new()
        .resize_alg(algorithm)
        .use_alpha(use_alpha)
        .crop(
            horizontal.start,
            vertical.start,
            horizontal.length,
            vertical.length,
        );
    fir::Resizer::new()
        .resize_typed(
            &source.typed_image::<P>().expect("pixels of that type"),
            &mut result.typed_image_mut::<P>().expect("pixels of that type"),
            &options,
        )
        .expect("a window within the source");
    result.into_vec()
}

/// Returns the result of a resizer that works in bytes.
fn in_bytes(settings: &Settings, algorithm: fir::ResizeAlg, pixels: &[u8]) -> Vec<u8> {
    let oracle = match settings.channels {
        Channels::Grey => oracle::<U8>,
        Channels::GreyAlpha => oracle::<U8x2>,
        Channels::Rgb => oracle::<U8x3>,
        Channels::Rgba => oracle::<U8x4>,
    };
    oracle(settings, algorithm, pixels, true)
}

/// Returns the exact result, except for the last rounding.
fn in_floating_point(settings: &Settings, algorithm: fir::ResizeAlg, pixels: &[u8]) -> Vec<u8> {
    let channels = settings.channels.count();
    let light = settings.linear_light;
    let before = |x| if light { to_light(x) } else { x };
    let after = |x| if light { from_light(x) } else { x };
    let mut samples = Vec::new();
    for pixel in pixels.chunks(channels) {
        let colours = channels - usize::from(channels.is_multiple_of(2));
        let alpha = f64::from(*pixel.get(colours).unwrap_or(&255)) / 255.0;
        let multiplied = |&code| before(f64::from(code) / 255.0) * alpha;
        samples.extend(pixel[..colours].iter().map(multiplied));
        samples.extend((colours < channels).then_some(alpha));
    }
    let bytes: Vec<u8> = samples
        .iter()
        .flat_map(|&sample| (sample as f32).to_ne_bytes())
        .collect();
    let oracle = match settings.channels {
        Channels::Grey => oracle::<F32>,
        Channels::GreyAlpha => oracle::<F32x2>,
        Channels::Rgb => oracle::<F32x3>,
        Channels::Rgba => oracle::<F32x4>,
    };
    let result = oracle(settings, algorithm, &bytes, false); // multiplied by alpha already
    let samples: Vec<f64> = result
        .as_chunks()
        .0
        .iter()
        .map(|&sample| f64::from(f32::from_ne_bytes(sample)))
        .collect();
    let code = |sample: f64| (after(sample.clamp(0.0, 1.0)) * 255.0 + 0.5) as u8;
    let mut codes = Vec::new();
    for pixel in samples.chunks(channels) {
        let colours = channels - usize::from(channels.is_multiple_of(2));
        let alpha = *pixel.get(colours).unwrap_or(&1.0);
        let shown = (alpha * 255.0 + 0.5).clamp(0.0, 255.0) as u8;
        for &colour in &pixel[..colours] {
            // Bytes are clamped before the division; light is not.
            let divided = if light {
                colour / alpha
            } else {
                colour.min(1.0) / alpha.min(1.0)
            };
            codes.push(if shown == 0 { 0 } else { code(divided) });
        }
        codes.extend((colours < channels).then_some(shown));
    }
    codes
}

fn to_light(x: f64) -> f64 {
    if x <= 0.04045 {
        x / 12.92
    } else {
        ((x + 0.055) / 1.055).powf(2.4)
    }
}

fn from_light(x: f64) -> f64 {
    if x <= 0.0031308 {
        x * 12.92
    } else {
        1.055 * x.powf(1.0 / 2.4) - 0.055
    }
}

fn greatest_difference(a: &[u8], b: &[u8]) -> u8 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| a.abs_diff(*b))
        .max()
        .unwrap_or(0)
}

/// Asserts that samples differ by one at most, except for `exceptions` samples, which may differ by
/// two.
///
/// Where alpha was divided out, colours are compared by their contribution to a background. Each
/// quotient may differ by another three quarters, half of it for the reciprocal of eight bits: at
/// an alpha of 2, one unit of the premultiplied colour is 127 units of the divided one.
fn assert_close(settings: &Settings, found: &[u8], expected: &[u8], exceptions: usize) {
    assert_eq!(found.len(), expected.len());
    let channels = settings.channels.count();
    let alpha = matches!(settings.channels, Channels::GreyAlpha | Channels::Rgba);
    let mut left = exceptions as isize;
    let mut compare = |found: f64, expected: f64, limit: f64| {
        let difference = (found - expected).abs();
        left -= isize::from(difference > limit);
        assert!(difference <= limit + 1.0, "{settings:?} {found} {expected}");
    };
    for (found, expected) in found.chunks(channels).zip(expected.chunks(channels)) {
        let (last, colours) = (channels - 1, channels - usize::from(alpha));
        let shown = |pixel: &[u8], c: usize| {
            let by = if alpha { pixel[last] } else { 255 };
            f64::from(pixel[c]) * f64::from(by) / 255.0
        };
        let limit = if alpha { 2.5 } else { 1.0 };
        for c in 0..colours {
            compare(shown(found, c), shown(expected, c), limit);
        }
        if alpha {
            compare(f64::from(found[last]), f64::from(expected[last]), 1.0);
        }
    }
    assert!(left >= 0, "{settings:?} {left}");
}

fn check(horizontal: Axis, vertical: Axis) {
    for channels in CHANNELS {
        let pixels = picture(horizontal.source, vertical.source, channels);
        for (filter, algorithm) in filters() {
            if filter == Filter::Nearest {
                continue; // the oracle's rows drift, and a centre between two pixels is anyone's
            }
            for linear_light in [false, true] {
                let settings = Settings {
                    filter,
                    linear_light,
                    ..Settings::new(horizontal, vertical, channels)
                };
                let expected = in_floating_point(&settings, algorithm, &pixels);
                assert_close(&settings, &resize(&settings, &pixels), &expected, 0);
            }
        }
    }
}

#[test]
fn results_are_rounded_once() {
    for ((width, height), (to_width, to_height)) in [
        ((1408, 1056), (836, 627)),
        ((2000, 1500), (836, 627)),
        ((704, 528), (320, 240)),
        ((300, 200), (836, 557)),
        ((2000, 1000), (20, 30)),
    ] {
        let (horizontal, vertical) = (Axis::whole(width, to_width), Axis::whole(height, to_height));
        let pixels = picture(width, height, Channels::Grey);
        for (linear_light, bound) in [(false, 0.1), (true, 0.4)] {
            let settings = Settings {
                linear_light,
                ..Settings::new(horizontal, vertical, Channels::Grey)
            };
            let lanczos3 = fir::ResizeAlg::Convolution(fir::FilterType::Lanczos3);
            let expected = in_floating_point(&settings, lanczos3, &pixels);
            let found = resize(&settings, &pixels);
            let squares = found.iter().zip(&expected);
            let squares = squares.map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
            let rms = (squares.sum::<f64>() / found.len() as f64).sqrt();
            assert!(rms < bound, "{settings:?} {rms}");
        }
    }
}

/// The picture has no black and white, so that there is no overshoot that the oracle would clamp
/// between its filters. The oracle's rounding between its filters may still, in one sample of a
/// thousand and together with the last rounding, make a second unit of difference.
#[test]
fn bytes_are_those_of_a_resizer_of_bytes() {
    for ((width, height), (to_width, to_height)) in [
        ((300, 200), (100, 67)),
        ((257, 129), (83, 41)),
        ((64, 48), (200, 150)),
        ((1408, 1056), (836, 627)),
        ((97, 61), (97, 20)),
    ] {
        let (horizontal, vertical) = (Axis::whole(width, to_width), Axis::whole(height, to_height));
        for channels in [Channels::Grey, Channels::Rgb] {
            let mut pixels = picture(width, height, channels);
            pixels
                .iter_mut()
                .for_each(|sample| *sample = 80 + *sample / 3);
            for (filter, algorithm) in filters() {
                if filter == Filter::Nearest {
                    continue;
                }
                let settings = Settings {
                    filter,
                    ..Settings::new(horizontal, vertical, channels)
                };
                let (found, expected) = (
                    resize(&settings, &pixels),
                    in_bytes(&settings, algorithm, &pixels),
                );
                assert_close(&settings, &found, &expected, 2 + found.len() / 1000);
            }
        }
    }
}

#[test]
fn whole_images_are_those_of_the_oracle() {
    for ((width, height), (to_width, to_height)) in [
        ((300, 200), (100, 67)),
        ((300, 200), (301, 199)),
        ((257, 129), (83, 41)),
        ((64, 48), (200, 150)),
        ((500, 333), (10, 7)),
        ((1000, 20), (13, 60)),
        ((33, 33), (32, 31)),
        ((1408, 1056), (836, 627)),
        ((97, 61), (97, 20)),
        ((97, 61), (20, 61)),
        ((97, 61), (97, 61)),
    ] {
        check(Axis::whole(width, to_width), Axis::whole(height, to_height));
    }
}

#[test]
fn fractional_windows_are_those_of_the_oracle() {
    let axis = |source, start, length, result| Axis {
        source,
        start,
        length,
        result,
    };
    check(axis(300, 10.25, 250.5, 77), axis(200, 3.7, 99.9, 45));
    check(axis(300, 0.0, 299.375, 150), axis(200, 0.5, 199.0, 120));
    check(axis(120, 17.0, 80.0, 80), axis(90, 7.5, 80.0, 80));
    check(axis(120, 17.3, 4.4, 60), axis(90, 80.1, 9.9, 33));
}

#[test]
fn any_size_becomes_any_other() {
    for width in [1, 2, 3, 7, 16, 40] {
        for height in [1, 2, 5, 9] {
            for to_width in [1, 2, 8, 33] {
                for to_height in [1, 3, 8, 17] {
                    check(Axis::whole(width, to_width), Axis::whole(height, to_height));
                }
            }
        }
    }
}

#[test]
fn a_flat_surface_stays_flat_even_where_the_window_reaches_beyond_the_edge() {
    for channels in CHANNELS {
        let both = |(filter, _)| [(filter, false), (filter, true)];
        for (filter, linear_light) in filters().into_iter().flat_map(both) {
            for (source, beyond, length, result) in [
                (100, 0.25, 100.0, 13),
                (100, 0.5, 102.0, 5),
                (7, 0.25, 7.0, 70),
                (1, 0.1, 1.0, 9),
                (341, 0.0, 341.4, 100),
            ] {
                let axis = Axis {
                    source,
                    start: -beyond * length / f64::from(result),
                    length,
                    result,
                };
                let settings = Settings {
                    filter,
                    linear_light,
                    ..Settings::new(axis, axis, channels)
                };
                let pixels = vec![201; (source * source) as usize * channels.count()];
                let found = resize(&settings, &pixels);
                assert_eq!(found.len(), (result * result) as usize * channels.count());
                // A colour of 201 multiplied by an alpha of 201 and divided by it is 201
                // again.
                assert!(found.iter().all(|&sample| sample == 201), "{settings:?}");
            }
        }
    }
}

#[test]
fn a_fine_pattern_of_black_and_white_becomes_a_grey_as_bright() {
    let mut pixels = [0; 100 * 100];
    pixels
        .iter_mut()
        .step_by(2)
        .for_each(|sample| *sample = 255);
    for (linear_light, grey) in [(false, 128), (true, 188)] {
        let settings = Settings {
            filter: Filter::Box,
            linear_light,
            ..Settings::new(Axis::whole(100, 50), Axis::whole(100, 50), Channels::Grey)
        };
        assert_eq!(resize(&settings, &pixels), [grey; 50 * 50]);
    }
}

#[test]
fn a_window_beyond_the_edge_shifts_no_pixel() {
    // The scale and the place are equal, but the window is wider by one result pixel on both sides,
    // so that its edges lie beyond.
    let pixels = picture(80, 80, Channels::Rgb);
    let window = |start: f64, result: u32| Axis {
        source: 80,
        start,
        length: 4.0 * f64::from(result),
        result,
    };
    let inner = Settings::new(window(3.0, 19), window(3.0, 19), Channels::Rgb);
    let outer = Settings::new(window(-1.0, 20), window(-1.0, 20), Channels::Rgb);
    let (inner, outer) = (resize(&inner, &pixels), resize(&outer, &pixels));
    for y in 0..19 {
        let from = ((y + 1) * 20 + 1) * 3;
        // At the edge weights are larger, so their unit may be coarser.
        assert!(greatest_difference(&inner[y * 57..][..57], &outer[from..][..57]) <= 1);
    }
}

#[test]
fn pixels_that_stay_where_they_are_stay_what_they_are() {
    let axis = |source, start| Axis {
        source,
        start,
        length: 40.0,
        result: 40,
    };
    let pixels = picture(64, 50, Channels::Rgb);
    for (filter, _) in filters() {
        let settings = Settings {
            filter,
            ..Settings::new(axis(64, 20.0), axis(50, 3.0), Channels::Rgb)
        };
        let found = resize(&settings, &pixels);
        for y in 0..40 {
            let from = ((y + 3) * 64 + 20) * 3;
            assert_eq!(found[y * 120..][..120], pixels[from..][..120]);
        }
    }
}

#[test]
fn rows_come_as_early_as_eight_of_them_are_ready() {
    let settings = Settings::new(Axis::whole(64, 16), Axis::whole(256, 64), Channels::Grey);
    let mut resizer = Resizer::new(&settings).expect("valid settings");
    assert_eq!(resizer.needed_rows(), 0..256);
    let mut first = None;
    for y in 0..256 {
        resizer.push(&[9; 64]).expect("a row of this length");
        while let Some(row) = resizer.next_row() {
            assert_eq!(row, [9; 16]);
            first.get_or_insert(y);
        }
    }
    // The eighth result row's centre is 30, and its taps end 12 rows later.
    assert_eq!(first, Some(41));
}

#[test]
fn rows_that_are_not_needed_may_be_anything_or_be_skipped() {
    let pixels = picture(60, 100, Channels::Rgba);
    let vertical = Axis {
        source: 100,
        start: 41.3,
        length: 20.0,
        result: 7,
    };
    let settings = Settings::new(Axis::whole(60, 20), vertical, Channels::Rgba);
    let expected = resize(&settings, &pixels);
    let mut resizer = Resizer::new(&settings).expect("valid settings");
    let needed = resizer.needed_rows();
    assert!(needed.start > 30 && needed.end < 72);
    assert_eq!(resizer.skip(needed.start + 1), Err(Error::RowNeeded));
    resizer.skip(needed.start).expect("not needed");
    let mut found = Vec::new();
    for row in pixels.chunks(240).skip(needed.start as usize) {
        resizer.push(row).expect("a row of this length");
        while let Some(row) = resizer.next_row() {
            found.extend_from_slice(row);
        }
    }
    assert_eq!(resizer.skip(u32::MAX), Ok(()));
    assert_eq!(resizer.push(&[0; 240]), Ok(()));
    assert!(resizer.next_row().is_none() && resizer.is_complete());
    assert_eq!(found, expected);
}

#[test]
fn what_cannot_be_is_an_error() {
    let settings = |horizontal, vertical| Settings::new(horizontal, vertical, Channels::Rgb);
    let good = Axis::whole(10, 5);
    for bad in [
        Axis::whole(0, 5),
        Axis::whole(10, 0),
        Axis::whole(10, u32::MAX),
        Axis::whole(u32::MAX, 10),
        Axis {
            start: f64::NAN,
            ..good
        },
        Axis {
            length: f64::INFINITY,
            ..good
        },
        Axis {
            length: -1.0,
            ..good
        },
        Axis { start: 2.0, ..good },
        Axis {
            start: -2.0,
            ..good
        },
    ] {
        for settings in [settings(good, bad), settings(bad, good)] {
            let refused = Resizer::new(&settings).err();
            assert!(matches!(refused, Some(Error::Geometry(_))), "{bad:?}");
            assert_eq!(Resizer::peak_bytes(&settings).err(), refused);
        }
    }
    let mut resizer = Resizer::new(&settings(good, Axis::whole(1, 100))).expect("valid settings");
    assert_eq!(
        resizer.push(&[0; 29]),
        Err(Error::RowLength {
            found: 29,
            expected: 30
        })
    );
    assert_eq!(resizer.push(&[0; 30]), Ok(()));
    assert_eq!(resizer.push(&[0; 30]), Err(Error::RowsWait));
    assert_eq!(resizer.skip(1), Err(Error::RowsWait));
}

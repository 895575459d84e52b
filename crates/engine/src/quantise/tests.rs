//! Tests of palettes and indices.

use crate::Pipeline;
use crate::limits::Limits;
use crate::quantise::count::Histogram;
use crate::quantise::map::Mapper;
use crate::quantise::palette::*;
use crate::spec::Format;
use crate::transform::{Fit, Quality, Side, Target, Transform};
use letterbox_testkit::Noise;
use std::num::NonZeroU16;

/// Returns an image after both passes, and its palette.
fn through(image: &[u8], width: usize, most: usize, dither: bool) -> (Vec<u8>, Vec<Colour>) {
    let mut histogram = Histogram::new(most).expect("memory");
    image.chunks(4 * width).for_each(|row| histogram.push(row));
    let mut mapper = Mapper::new(histogram.into_palette(), width as u32, dither).expect("memory");
    let colours = mapper.palette().colours().to_vec();
    let mut indices = vec![0; width];
    let mut result = Vec::new();
    for row in image.chunks(4 * width) {
        mapper.map(row, &mut indices);
        result.extend(
            indices
                .iter()
                .flat_map(|&index| colours[usize::from(index)]),
        );
    }
    (result, colours)
}

fn psnr(one: &[u8], other: &[u8]) -> f64 {
    let squares = one
        .iter()
        .zip(other)
        .map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    10.0 * (255.0 * 255.0 * one.len() as f64 / squares.sum::<f64>()).log10()
}

/// Returns the mean of each square of `square` pixels a side.
fn blurred(image: &[u8], width: usize, square: usize) -> Vec<u8> {
    let height = image.len() / 4 / width;
    let mut means = Vec::new();
    for (top, left) in (0..height / square).flat_map(|y| (0..width / square).map(move |x| (y, x))) {
        for sample in 0..4 {
            let of = |y: usize, x: usize| {
                u32::from(image[4 * ((top * square + y) * width + left * square + x) + sample])
            };
            let sum: u32 = (0..square)
                .map(|y| (0..square).map(|x| of(y, x)).sum::<u32>())
                .sum();
            means.push((sum / (square * square) as u32) as u8);
        }
    }
    means
}

/// Returns pseudo-random bytes.
fn noise(bytes: usize) -> Vec<u8> {
    Noise(1).bytes(bytes)
}

/// Returns a sample photo at 600 x 400, as RGBA.
fn photo() -> Vec<u8> {
    let transform = Transform {
        width: NonZeroU16::new(600).map_or(Side::Auto, Side::Px),
        height: NonZeroU16::new(400).map_or(Side::Auto, Side::Px),
        fit: Fit::Cover,
        target: Target::Image(Format::Png),
        quality: Quality::MOST,
        ..Transform::DEFAULT
    };
    let mut pipeline = Pipeline::new(&transform, &Limits::DEFAULT);
    let file = std::fs::read("../../demo/samples/waterfall.jpg").expect("a sample");
    pipeline.push(&file).expect("a good file");
    let answer = pipeline.finish(&|| 0.0).expect("a good file").body;
    let mut reader = png::Decoder::new(std::io::Cursor::new(answer))
        .read_info()
        .expect("a PNG");
    let mut rgb = vec![0; 600 * 400 * 3];
    reader.next_frame(&mut rgb).expect("a PNG");
    rgb.chunks(3)
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255])
        .collect()
}

#[test]
fn few_colours_are_kept_exactly() {
    for colours in [1, 2, 255, 256] {
        let mut palette = noise(4 * colours);
        for (at, pixel) in palette.chunks_mut(4).enumerate() {
            pixel[0] = at as u8; // all of them differ
            pixel[3] = pixel[3].max(1);
        }
        let image: Vec<u8> = noise(5000)
            .into_iter()
            .flat_map(|at| palette[usize::from(at) % colours * 4..][..4].to_vec())
            .collect();
        for dither in [false, true] {
            let (result, entries) = through(&image, 100, 256, dither);
            assert_eq!(result, image, "{colours}");
            assert!(entries.len() <= colours);
        }
    }
}

#[test]
fn transparent_pixels_are_one_colour_whatever_is_under_them() {
    let image = [
        [7, 8, 9, 0],
        [0, 0, 1, 0],
        [1, 2, 3, 255],
        [200, 100, 50, 0],
    ]
    .concat();
    let (result, entries) = through(&image, 4, 256, true);
    assert_eq!(entries, [[0, 0, 0, 0], [1, 2, 3, 255]]);
    assert_eq!(result, [[0; 4], [0; 4], [1, 2, 3, 255], [0; 4]].concat());
}

#[test]
fn a_photo_is_as_near_to_its_source_as_with_sharp() {
    // `sharp(…).png({ palette: true })` makes 40.08 dB of the same pixels, and 40.13 without its dithering.
    let image = photo();
    let (plain, colours) = through(&image, 600, 256, false);
    assert_eq!(colours.len(), 256);
    assert!(psnr(&plain, &image) > 39.9, "{}", psnr(&plain, &image));
    let (dithered, _) = through(&image, 600, 256, true);
    assert!(
        psnr(&dithered, &image) > 39.5,
        "{}",
        psnr(&dithered, &image)
    );
    let (fewer, colours) = through(&image, 600, 32, false);
    assert_eq!(colours.len(), 32);
    assert!(psnr(&fewer, &image) < psnr(&plain, &image));
}

#[test]
fn dithering_takes_the_steps_out_of_a_gradient() {
    let image: Vec<u8> = (0..256 * 64)
        .flat_map(|at| {
            let (x, y) = (at % 256, at / 256);
            [x as u8, (x / 2 + y) as u8, 100, 255]
        })
        .collect();
    let error = |dither| {
        let (result, _) = through(&image, 256, 12, dither);
        psnr(&blurred(&result, 256, 8), &blurred(&image, 256, 8))
    };
    assert!(
        error(true) > error(false) + 1.5,
        "{} {}",
        error(true),
        error(false)
    );
}

#[test]
fn opaque_stays_opaque_and_transparent_transparent() {
    let mut image = noise(400 * 400);
    for (at, pixel) in image.chunks_mut(4).enumerate() {
        match at % 4 {
            0 => pixel[3] = 0,
            1 => pixel[3] = 255,
            _ => {}
        }
    }
    for (most, dither) in [(256, false), (256, true), (3, false), (3, true)] {
        let (result, colours) = through(&image, 400, most, dither);
        assert!(colours.len() <= most, "{}", colours.len());
        assert!(
            colours.is_sorted_by_key(|colour| colour[3] == 255),
            "those with alpha come first"
        );
        for (from, to) in image.chunks(4).zip(result.chunks(4)) {
            assert!(from[3] > 0 || to[3] == 0, "{from:?} {to:?}");
            assert_eq!(from[3] == 255, to[3] == 255, "{from:?} {to:?}");
        }
    }
}

#[test]
fn a_fading_shadow_keeps_its_alpha() {
    let image: Vec<u8> = (0..600 * 200)
        .flat_map(|at| [(at % 600 / 3) as u8, 0, 0, (at / 600) as u8 + 20])
        .collect();
    let (result, _) = through(&image, 600, 256, false);
    let most = image
        .chunks(4)
        .zip(result.chunks(4))
        .map(|(a, b)| a[3].abs_diff(b[3]))
        .max();
    assert!(most < Some(16), "{most:?}");
}

#[test]
fn nothing_at_all_has_no_colours_and_no_panic() {
    let (result, colours) = through(&[], 10, 256, true);
    assert!(result.is_empty() && colours.is_empty());
    let mut mapper =
        Mapper::new(Histogram::new(0).expect("memory").into_palette(), 0, true).expect("memory");
    let mut indices = [9; 4];
    mapper.map(&[1; 16], &mut indices);
    assert_eq!(indices, [0; 4]);
    // Rows that are longer or shorter than was said.
    let mut histogram = Histogram::new(256).expect("memory");
    histogram.push(&noise(4 * 1001 + 3));
    let mut mapper = Mapper::new(histogram.into_palette(), 10, true).expect("memory");
    mapper.map(&noise(4 * 1001 + 3), &mut indices);
    mapper.map(&[], &mut indices);
}

#[test]
fn noise_fits_into_the_cells_that_there_are() {
    let image = noise(4 << 18);
    let mut histogram = Histogram::new(256).expect("memory");
    image.chunks(4 << 9).for_each(|row| histogram.push(row));
    let palette = histogram.into_palette();
    assert!(!palette.exact);
    assert_eq!(palette.colours().len(), 256);
}

#[test]
fn equal_rows_have_equal_palettes_and_indices() {
    let image = noise(4 << 14);
    assert_eq!(
        through(&image, 128, 64, true),
        through(&image, 128, 64, true)
    );
}

#[test]
fn more_colours_than_fit_are_not_exact() {
    let mut histogram = Histogram::exact().expect("memory");
    for colour in 0..256_u32 {
        histogram.push(&((colour * 0x01_01_03) | 0xff00_0000).to_le_bytes());
        assert!(histogram.is_exact());
    }
    histogram.push(&[9, 8, 7, 6]);
    assert!(!histogram.is_exact());
}

//! PNG answers with a palette, read by the `png` crate.

#[path = "support/answer.rs"]
mod support;

use std::io::Cursor;

use letterbox_engine::Error;
use letterbox_testkit::Noise;
use png::{BitDepth, ColorType};

/// A PNG as it is coded, and its pixels as RGBA.
struct Read {
    colour: ColorType,
    depth: BitDepth,
    colours: usize,
    width: usize,
    rgba: Vec<u8>,
}

fn transformed(file: &[u8], query: &str) -> Result<Vec<u8>, Error> {
    Ok(support::answer(file, query)?.body)
}

fn read(file: &[u8]) -> Read {
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("a PNG");
    let info = reader.info();
    let (colour, depth, width) = (info.color_type, info.bit_depth, info.width as usize);
    let colours = info.palette.as_ref().map_or(0, |palette| palette.len() / 3);
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let (kind, _) = reader.output_color_type();
    reader.next_frame(&mut pixels).expect("a good PNG");
    let rgba = pixels
        .chunks(kind.samples())
        .flat_map(|pixel| match *pixel {
            [grey] => [grey, grey, grey, 255],
            [grey, alpha] => [grey, grey, grey, alpha],
            [r, g, b] => [r, g, b, 255],
            [r, g, b, a] => [r, g, b, a],
            _ => [0; 4],
        })
        .collect();
    Read {
        colour,
        depth,
        colours,
        width,
        rgba,
    }
}

fn answer(file: &[u8], query: &str) -> Read {
    read(&transformed(file, query).expect("a good file"))
}

/// Builds a PNG with this RGBA palette.
fn indexed(width: u32, palette: &[[u8; 4]], indices: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, indices.len() as u32 / width);
    encoder.set_color(ColorType::Indexed);
    encoder.set_palette(
        palette
            .iter()
            .flat_map(|c| c[..3].to_vec())
            .collect::<Vec<u8>>(),
    );
    encoder.set_trns(palette.iter().map(|c| c[3]).collect::<Vec<u8>>());
    let writer = encoder.write_header();
    writer
        .and_then(|mut writer| writer.write_image_data(indices))
        .expect("a valid PNG");
    file
}

fn rgba(width: u32, pixels: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let height = pixels.len() as u32 / 4 / width;
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(ColorType::Rgba);
    let writer = encoder.write_header();
    writer
        .and_then(|mut writer| writer.write_image_data(pixels))
        .expect("a valid PNG");
    file
}

fn noise(bytes: usize) -> Vec<u8> {
    Noise(1).bytes(bytes)
}

/// Makes `count` distinct colours, some of them with alpha.
fn palette(count: usize) -> Vec<[u8; 4]> {
    let colour = |at: usize| {
        let alpha = if at.is_multiple_of(3) {
            at as u8 | 1
        } else {
            255
        };
        [at as u8, (at * 7) as u8, (255 - at) as u8, alpha]
    };
    (0..count).map(colour).collect()
}

fn pixels(palette: &[[u8; 4]], indices: &[u8]) -> Vec<u8> {
    let colour = |&index: &u8| palette[usize::from(index)];
    indices.iter().flat_map(colour).collect()
}

fn psnr(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len());
    let squares = one.iter().zip(other);
    let squares = squares.map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    10.0 * (255.0 * 255.0 * one.len() as f64 / squares.sum::<f64>()).log10()
}

const PHOTO: &[u8] = include_bytes!("../demo/samples/onlooker.jpg");

#[test]
fn a_quality_below_100_is_a_palette_of_as_many_colours() {
    let whole = answer(PHOTO, "w=300&h=200&f=png");
    assert_eq!((whole.colour, whole.colours), (ColorType::Rgb, 0));
    for (quality, colours, depth, least) in [
        (99, 254, BitDepth::Eight, 44.0),
        (80, 205, BitDepth::Eight, 43.0),
        (50, 128, BitDepth::Eight, 40.0),
        (6, 16, BitDepth::Four, 28.0),
        (1, 3, BitDepth::Two, 15.0),
    ] {
        let answer = answer(PHOTO, &format!("w=300&h=200&f=png&q={quality}"));
        assert_eq!(answer.colour, ColorType::Indexed, "{quality}");
        assert_eq!(
            (answer.colours, answer.depth),
            (colours, depth),
            "{quality}"
        );
        let psnr = psnr(&answer.rgba, &whole.rgba);
        assert!(psnr > least, "{quality}: {psnr} dB");
    }
}

#[test]
fn without_a_quality_a_photo_has_no_palette() {
    let source = transformed(PHOTO, "w=64&h=64&f=png").expect("a photo");
    for query in [
        "w=64&h=64",
        "w=64&h=64&q=50",
        "w=64&h=64&f=png",
        "w=64&h=64&f=png&q=100",
    ] {
        let answer = answer(&source, query);
        assert_eq!(answer.colour, ColorType::Rgb, "{query}");
        assert_eq!(answer.rgba, read(&source).rgba, "{query}");
    }
}

#[test]
fn a_palette_of_the_source_is_kept_where_every_pixel_is() {
    for count in [1, 2, 3, 4, 5, 16, 17, 255, 256] {
        let palette = palette(count);
        let indices: Vec<u8> = noise(37 * 23)
            .iter()
            .map(|&at| (usize::from(at) % count) as u8)
            .collect();
        let source = indexed(37, &palette, &indices);
        for query in [
            "w=auto&h=auto",
            "w=37&h=23&f=png",
            "w=50&h=23&bg=000701ff&fit=inside&we",
        ] {
            let answer = answer(&source, query);
            assert_eq!(answer.colour, ColorType::Indexed, "{count} {query}");
            assert_eq!(answer.rgba, pixels(&palette, &indices), "{count} {query}");
            let depth = match count {
                1..=2 => BitDepth::One,
                3..=4 => BitDepth::Two,
                5..=16 => BitDepth::Four,
                _ => BitDepth::Eight,
            };
            // Without padding the source's own file may be the smaller one.
            let own = answer.width == 37 && answer.depth == BitDepth::Eight;
            assert!(answer.depth == depth || own, "{count} {query}");
        }
    }
}

#[test]
fn padding_is_one_more_colour_and_257_are_none_too_few() {
    for (count, colour) in [(255, ColorType::Indexed), (256, ColorType::Rgba)] {
        let palette = palette(count);
        let indices: Vec<u8> = (0..256).map(|at| (at % count) as u8).collect();
        let source = indexed(16, &palette, &indices);
        let answer = answer(&source, "w=20&h=16&bg=fedcba");
        assert_eq!(answer.colour, colour, "{count}");
        assert_eq!(
            answer.rgba[..8],
            [0xfe, 0xdc, 0xba, 255, 0xfe, 0xdc, 0xba, 255]
        );
        let row = &answer.rgba[8..8 + 4 * 16];
        assert_eq!(row, pixels(&palette, &indices[..16]));
    }
}

#[test]
fn what_is_resampled_has_a_palette_if_its_colours_are_near_and_true_colours_if_not() {
    let palette = palette(256);
    let source = indexed(64, &palette, &noise(64 * 64));
    assert_eq!(answer(&source, "w=32&h=32").colour, ColorType::Rgba);
    assert_eq!(
        answer(&source, "w=64&h=32&fit=fill").colour,
        ColorType::Rgba
    );
    assert_eq!(answer(&source, "w=64&h=64").colour, ColorType::Indexed);
}

/// Returns the picture in true colours, as it is resampled without a palette.
fn in_true_colours(file: &[u8]) -> Vec<u8> {
    let Read {
        width,
        rgba: pixels,
        ..
    } = read(file);
    rgba(width as u32, &pixels)
}

#[test]
fn a_drawing_of_few_colours_stays_small_when_it_is_resampled() {
    let source: &[u8] = include_bytes!("faults/pal16-400.png");
    let whole = in_true_colours(source);
    for (query, most) in [("w=300&h=300", 8 << 10), ("w=200&h=200", 6 << 10)] {
        let file = transformed(source, query).expect("a drawing");
        let (small, exact) = (read(&file), answer(&whole, query));
        assert_eq!(small.colour, ColorType::Indexed, "{query}");
        assert!(file.len() <= most, "{query}: {} bytes", file.len());
        // 40 dB at such edges would take twice the bytes: every pair of sixteen colours meets
        // somewhere.
        let psnr = psnr(&small.rgba, &exact.rgba);
        assert!(psnr >= 35.0, "{query}: {psnr} dB");
        // Areas keep their colour.
        let of_source: std::collections::HashSet<[u8; 4]> =
            read(source).rgba.as_chunks().0.iter().copied().collect();
        let pairs = small
            .rgba
            .as_chunks::<4>()
            .0
            .iter()
            .zip(exact.rgba.as_chunks::<4>().0);
        let areas: Vec<_> = pairs
            .filter(|(_, exact)| of_source.contains(*exact))
            .collect();
        let same = areas.iter().filter(|(ours, exact)| ours == exact).count();
        let (bytes, of) = (file.len(), areas.len());
        eprintln!("{query}: {bytes} bytes, {psnr:.1} dB, {same} of {of} as they were");
        assert!(
            5 * of > small.rgba.len() / 4 && 100 * same > 95 * of,
            "{query}"
        );
    }
}

#[test]
fn writing_and_shades_that_are_resampled_are_nearly_exact() {
    // Sources: bars of two colours, like letters, and a disc of shades on white.
    let bars: Vec<u8> = (0..240 * 120)
        .map(|at| u8::from(at % 240 % 17 < 5 && at / 240 % 31 < 22))
        .collect();
    let bars = indexed(240, &[[255; 4], [20, 30, 60, 255]], &bars);
    let shade = |at: usize| {
        let (x, y) = ((at % 240) as f64 - 120.0, (at / 240) as f64 - 60.0);
        let away = x.hypot(y);
        if away < 50.0 {
            1 + (away * 2.0) as u8
        } else {
            0
        }
    };
    let disc: Vec<u8> = (0..240 * 120).map(shade).collect();
    let mut shades = vec![[255; 4]];
    shades.extend((0..120).map(|at| [at, 200 - at, 255 - 2 * at, 255]));
    let disc = indexed(240, &shades, &disc);
    for (what, source) in [("bars", bars), ("disc", disc)] {
        let (small, exact) = (
            answer(&source, "w=170&h=85"),
            answer(&in_true_colours(&source), "w=170&h=85"),
        );
        assert_eq!(small.colour, ColorType::Indexed, "{what}");
        let psnr = psnr(&small.rgba, &exact.rgba);
        eprintln!("{what}: {psnr:.1} dB, {} colours", small.colours);
        assert!(psnr >= 40.0, "{what}: {psnr} dB");
    }
}

#[test]
fn transparent_and_opaque_pixels_stay_what_they_are() {
    let mut image = noise(4 * 120 * 90);
    for (at, pixel) in image.chunks_mut(4).enumerate() {
        pixel[3] = [0, 255, pixel[3]][at % 3];
    }
    let source = rgba(120, &image);
    let answer = answer(&source, "w=120&h=90&f=png&q=60");
    assert_eq!(answer.colour, ColorType::Indexed);
    assert!(answer.colours <= 154);
    for (from, to) in image.chunks(4).zip(answer.rgba.chunks(4)) {
        assert!(from[3] > 0 || to[3] == 0, "{from:?} {to:?}");
        assert_eq!(from[3] == 255, to[3] == 255, "{from:?} {to:?}");
    }
}

#[test]
fn grey_photos_and_wide_margins_have_palettes_too() {
    let noise = noise(4 * 300 * 300);
    let source = rgba(300, &noise);
    for query in [
        // In these cases, the whole background comes before the image.
        "w=4&h=4000&a=bottom&f=png&q=90&we",
        "w=4000&h=1500&a=bottom&f=png&q=90&we&bg=red",
        "w=1500&h=4000&a=bottom-right&f=png&q=90&we&bg=transparent",
        "w=1500&h=4000&a=top&f=png&q=1&we",
        "w=1&h=1&f=png&q=5",
    ] {
        assert_eq!(answer(&source, query).colour, ColorType::Indexed, "{query}");
    }
    let mut grey = Vec::new();
    let mut encoder = png::Encoder::new(&mut grey, 300, 300);
    encoder.set_color(ColorType::Grayscale);
    let writer = encoder.write_header();
    writer
        .and_then(|mut writer| writer.write_image_data(&noise[..300 * 300]))
        .expect("a valid PNG");
    let answer = answer(&grey, "w=300&h=200&fit=cover&f=png&q=25");
    assert_eq!((answer.colour, answer.colours), (ColorType::Indexed, 64));
    let off = answer
        .rgba
        .chunks(4)
        .zip(&noise[300 * 50..])
        .map(|(pixel, &grey)| pixel[0].abs_diff(grey));
    assert!(off.max() <= Some(6), "64 greys of 256, dithered a little");
    assert_eq!(answer.width, 300);
}

#[test]
fn a_gif_that_becomes_a_png_has_its_palette() {
    let indices: Vec<u8> = noise(40 * 30).iter().map(|at| at % 7).collect();
    let palette: Vec<[u8; 4]> = palette(7)
        .iter()
        .map(|&[r, g, b, _]| [r, g, b, 255])
        .collect();
    let mut file = Vec::new();
    {
        let rgb: Vec<u8> = palette.iter().flat_map(|c| c[..3].to_vec()).collect();
        let mut encoder = gif::Encoder::new(&mut file, 40, 30, &rgb).expect("memory");
        let frame = gif::Frame::from_indexed_pixels(40, 30, indices.clone(), None);
        encoder.write_frame(&frame).expect("memory");
    }
    let answer = answer(&file, "w=auto&h=auto&f=png");
    assert_eq!(
        (answer.colour, answer.depth),
        (ColorType::Indexed, BitDepth::Four)
    );
    assert_eq!(answer.rgba, pixels(&palette, &indices));
}

#[test]
fn equal_requests_have_equal_files() {
    let made = || transformed(PHOTO, "w=200&h=100&f=png&q=70").expect("a photo");
    assert_eq!(made(), made());
}

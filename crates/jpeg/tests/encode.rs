//! Tests of the encoder against the decoder, another encoder, and its documentation.

use jpeg_encoder::{ColorType, SamplingFactor};
use letterbox_jpeg::{Decoder, Encoder, Error, Event, Pixels, Sampling, Scale, Settings};
use letterbox_testkit::Noise;

const PHOTO: &[u8] = include_bytes!("../../../demo/samples/waterfall.jpg");

fn encode(
    width: usize,
    height: usize,
    pixels: Pixels,
    samples: &[u8],
    settings: Settings,
) -> Result<Vec<u8>, Error> {
    let mut encoder = Encoder::new(width as u16, height as u16, pixels, settings)?;
    for row in samples.chunks(width * pixels.bytes()) {
        encoder.row(row)?;
    }
    encoder.finish()
}

/// Returns the width and all rows.
fn decode(file: &[u8]) -> (usize, Vec<u8>) {
    let (mut decoder, mut rows) = (Decoder::new(), Vec::new());
    decoder.push(file).expect("memory");
    decoder.finish();
    loop {
        match decoder.next().expect("a good file") {
            Event::NeedMore => unreachable!("it has all"),
            Event::Header => {}
            Event::Row(row) => rows.extend_from_slice(row),
            Event::Samples { .. } => {}
            Event::End(status) => {
                assert!(status.is_intact());
                let width = decoder.header().expect("there was one").width;
                return (width.into(), rows);
            }
        }
    }
}

fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let square = |(&a, &b): (&u8, &u8)| f64::from(a.abs_diff(b)).powi(2);
    let error = a.iter().zip(b).map(square).sum::<f64>() / a.len() as f64;
    10.0 * (255.0f64.powi(2) / error).log10()
}

/// Builds waves of colour with a little noise.
fn waves(width: usize, height: usize, pixels: Pixels) -> Vec<u8> {
    let mut noise = Noise(1);
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for c in 0..pixels.bytes() {
                let noise = f64::from(noise.bits(2));
                let wave = (x as f64 / 9.0 + c as f64).sin() + (y as f64 / 7.0 - c as f64).cos();
                samples.push((126.0 + 60.0 * wave + noise) as u8);
            }
        }
    }
    samples
}

fn all_settings(quality: u8) -> impl Iterator<Item = Settings> {
    [Sampling::S420, Sampling::S444]
        .into_iter()
        .flat_map(move |sampling| {
            [false, true].map(|progressive| Settings {
                quality,
                sampling,
                progressive,
            })
        })
}

const SIZES: [(usize, usize); 9] = [
    (1, 1),
    (7, 5),
    (16, 16),
    (17, 33),
    (100, 3),
    (3, 100),
    (24, 8),
    (8, 24),
    (130, 70),
];

#[test]
fn a_picture_comes_back_whatever_its_size() {
    for (width, height) in SIZES {
        for pixels in [Pixels::Grey, Pixels::Rgb] {
            let samples = waves(width, height, pixels);
            for settings in all_settings(95) {
                let file = encode(width, height, pixels, &samples, settings).expect("a picture");
                let (got_width, got) = decode(&file);
                assert_eq!(got_width, width);
                let psnr = psnr(&samples, &got);
                let least = match (pixels, settings.sampling) {
                    (Pixels::Rgb, Sampling::S420) => 28.0,
                    _ => 38.0,
                };
                assert!(
                    psnr > least,
                    "{width}x{height} {pixels:?} {settings:?}: {psnr:.1} dB"
                );
            }
        }
    }
}

#[test]
fn a_progressive_file_has_the_pixels_of_its_baseline_twin() {
    for (width, height) in SIZES {
        for quality in [1, 30, 80, 100] {
            for pixels in [Pixels::Grey, Pixels::Rgb] {
                let samples = waves(width, height, pixels);
                let files: Vec<_> = all_settings(quality)
                    .map(|settings| {
                        encode(width, height, pixels, &samples, settings).expect("a picture")
                    })
                    .collect();
                for twins in files.chunks(2) {
                    assert!(
                        decode(&twins[0]) == decode(&twins[1]),
                        "{width}x{height} {quality}"
                    );
                }
            }
        }
    }
}

/// End-of-band runs of the longest bands have up to 14 bits behind a code of up to 16.
#[test]
fn a_long_run_of_empty_blocks_behind_a_busy_corner_comes_back() {
    let (width, height) = (2048, 2048);
    let mut samples = vec![0; width * height];
    let mut noise = Noise(1);
    for y in 0..400 {
        for x in 0..400 {
            samples[y * width + x] = noise.byte();
        }
    }
    let twins = [false, true].map(|progressive| {
        let settings = Settings {
            progressive,
            ..Settings::default()
        };
        decode(&encode(width, height, Pixels::Grey, &samples, settings).expect("a picture"))
    });
    assert!(twins[0] == twins[1]);
}

#[test]
fn noise_of_the_extremes_comes_back_at_the_best_quality() {
    let mut noise = Noise(1);
    let samples: Vec<u8> = (0..96 * 96 * 3)
        .map(|_| 255 * noise.bits(1) as u8)
        .collect();
    for settings in all_settings(100).skip(2) {
        let file = encode(96, 96, Pixels::Rgb, &samples, settings).expect("a picture");
        let psnr = psnr(&samples, &decode(&file).1);
        assert!(psnr > 45.0, "{psnr:.1} dB");
    }
}

#[test]
fn files_are_no_larger_than_those_of_another_encoder() {
    let (width, samples) = decode(PHOTO);
    let height = samples.len() / width / 3;
    for settings in all_settings(80) {
        let ours = encode(width, height, Pixels::Rgb, &samples, settings).expect("a picture");
        let mut theirs = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut theirs, settings.quality);
        encoder.set_optimized_huffman_tables(true);
        encoder.set_progressive(settings.progressive);
        encoder.set_sampling_factor(match settings.sampling {
            Sampling::S420 => SamplingFactor::R_4_2_0,
            Sampling::S444 => SamplingFactor::R_4_4_4,
        });
        encoder
            .encode(&samples, width as u16, height as u16, ColorType::Rgb)
            .expect("a picture");
        eprintln!("{settings:?}: {} bytes, {} there", ours.len(), theirs.len());
        assert!(ours.len() as f64 <= 1.02 * theirs.len() as f64);
        let (ours, theirs) = (
            psnr(&samples, &decode(&ours).1),
            psnr(&samples, &decode(&theirs).1),
        );
        assert!(
            ours > theirs - 0.1,
            "{settings:?}: {ours:.2} dB, {theirs:.2} there"
        );
    }
}

#[test]
fn what_the_picture_does_not_have_is_refused() {
    let new = |width, height, pixels| Encoder::new(width, height, pixels, Settings::default());
    assert!(matches!(
        new(0, 1, Pixels::Rgb).err(),
        Some(Error::Usage(_))
    ));
    assert!(matches!(
        new(1, 0, Pixels::Grey).err(),
        Some(Error::Usage(_))
    ));
    assert!(
        matches!(new(1, 1, Pixels::Cmyk).err(), Some(Error::Unsupported(what)) if what.contains("CMYK"))
    );
    let mut encoder = new(2, 2, Pixels::Rgb).expect("memory");
    assert!(matches!(encoder.row(&[0; 5]), Err(Error::Usage(_))));
    assert!(matches!(encoder.row(&[0; 7]), Err(Error::Usage(_))));
    assert_eq!(encoder.row(&[0; 6]), Ok(()));
    assert_eq!(encoder.row(&[0; 6]), Ok(()));
    assert!(matches!(encoder.row(&[0; 6]), Err(Error::Usage(_))));
    assert!(encoder.finish().is_ok());
    let mut encoder = new(2, 2, Pixels::Rgb).expect("memory");
    assert_eq!(encoder.row(&[0; 6]), Ok(()));
    assert!(matches!(encoder.finish(), Err(Error::Usage(_))));
}

/// Decodes a file to each component's own samples.
fn components(file: &[u8]) -> [Vec<Vec<u8>>; 3] {
    let mut decoder = Decoder::new();
    decoder.separate_components();
    decoder.push(file).expect("memory");
    decoder.finish();
    let mut rows: [Vec<Vec<u8>>; 3] = Default::default();
    loop {
        match decoder.next().expect("a good file") {
            Event::Samples { component, row } => rows[component].push(row.to_vec()),
            Event::End(status) => {
                assert!(status.is_intact());
                break;
            }
            _ => {}
        }
    }
    for (index, rows) in rows.iter().enumerate() {
        let size = decoder.component_size(index, Scale::Full);
        assert_eq!(size, Some((rows[0].len() as u32, rows.len() as u32)));
    }
    rows
}

#[test]
fn samples_that_are_handed_out_and_taken_back_are_the_same_picture() {
    for sampling in [Sampling::S420, Sampling::S444] {
        for progressive in [false, true] {
            for (width, height) in [(1, 1), (17, 33), (40, 16), (100, 3)] {
                let settings = Settings {
                    quality: 100,
                    sampling,
                    progressive,
                };
                let mut encoder =
                    Encoder::new(width, height, Pixels::Rgb, settings).expect("memory");
                for y in 0..height {
                    let row: Vec<u8> = (0..3 * width)
                        .map(|x| (x * 2 + y * 3) as u8 / 2 + 60)
                        .collect();
                    encoder.row(&row).expect("a good row");
                }
                let before = components(&encoder.finish().expect("all rows"));
                let mut encoder =
                    Encoder::new(width, height, Pixels::Rgb, settings).expect("memory");
                // As many rows of chrominance as there are to rows of luminance.
                let down = if sampling == Sampling::S420 { 2 } else { 1 };
                for (y, row) in before[0].iter().enumerate() {
                    encoder.component_row(0, row).expect("a good row");
                    if y % down == 0 {
                        encoder
                            .component_row(1, &before[1][y / down])
                            .expect("a good row");
                        encoder
                            .component_row(2, &before[2][y / down])
                            .expect("a good row");
                    }
                }
                let after = components(&encoder.finish().expect("all rows"));
                for (before, after) in before.iter().flatten().zip(after.iter().flatten()) {
                    let apart = before.iter().zip(after).map(|(a, b)| a.abs_diff(*b)).max();
                    assert!(
                        apart <= Some(2),
                        "{width}x{height} {settings:?}: {before:?} {after:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn rows_of_components_that_do_not_fit_are_refused() {
    let new = || Encoder::new(20, 20, Pixels::Rgb, Settings::default()).expect("memory");
    let refused = |outcome| assert!(matches!(outcome, Err(Error::Usage(_))), "{outcome:?}");
    refused(new().component_row(3, &[0; 20]));
    refused(new().component_row(1, &[0; 20]));
    let mut encoder = new();
    (0..16).for_each(|_| encoder.component_row(0, &[0; 20]).expect("a row of MCUs"));
    refused(encoder.component_row(0, &[0; 20]));
    refused(encoder.row(&[0; 60]));
    refused(encoder.finish().map(|_| ()));
    let mut encoder = new();
    encoder.row(&[0; 60]).expect("a good row");
    refused(encoder.component_row(0, &[0; 20]));
}

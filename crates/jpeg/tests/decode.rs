//! Tests of the decoder against itself and against arithmetic: progressive twins, split input,
//! scales, damage.

mod support;

use std::ops::Range;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use letterbox_jpeg::{Decoder, Error, Event, Pixels, Scale};
use letterbox_testkit::{Noise, corpus, each};
use support::decode;

const SCALES: [Scale; 4] = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth];

/// A picture with edges, gradients and noise.
fn pixels(width: usize, height: usize) -> Vec<u8> {
    let mut noise = Noise(1);
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let noise = noise.bits(4) as usize;
            let disc = usize::from(
                (x * 2).abs_diff(width).pow(2) + (y * 2).abs_diff(height).pow(2) < width * height,
            ) * 90;
            pixels.extend([
                (x * 3 + noise + disc) as u8,
                (y * 2 + noise) as u8,
                ((x + y) / 2 + disc) as u8,
            ]);
        }
    }
    pixels
}

fn encoded(
    width: usize,
    height: usize,
    sampling: SamplingFactor,
    change: impl Fn(&mut Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 85);
    encoder.set_sampling_factor(sampling);
    change(&mut encoder);
    encoder
        .encode(
            &pixels(width, height),
            width as u16,
            height as u16,
            ColorType::Rgb,
        )
        .expect("a valid size");
    file
}

const SAMPLINGS: [SamplingFactor; 8] = [
    SamplingFactor::R_4_4_4,
    SamplingFactor::R_4_2_0,
    SamplingFactor::R_4_2_2,
    SamplingFactor::R_4_4_0,
    SamplingFactor::R_4_1_1,
    SamplingFactor::R_4_1_0,
    SamplingFactor::F_2_1,
    SamplingFactor::F_4_2,
];

#[test]
fn a_progressive_file_equals_its_baseline_twin_at_every_scale_and_sampling() {
    for sampling in SAMPLINGS {
        for (width, height) in [(97, 61), (16, 16), (1, 1), (200, 3)] {
            let baseline = encoded(width, height, sampling, |_| {});
            let optimised = encoded(width, height, sampling, |encoder| {
                encoder.set_optimized_huffman_tables(true)
            });
            let progressive = encoded(width, height, sampling, |encoder| {
                encoder.set_progressive(true)
            });
            let restarts = encoded(width, height, sampling, |encoder| {
                encoder.set_restart_interval(2)
            });
            for scale in SCALES {
                let want = decode(&baseline, scale, 1 << 20).expect("a good file");
                assert!(want.status.is_intact());
                for (name, twin) in [
                    ("optimised", &optimised),
                    ("progressive", &progressive),
                    ("restarts", &restarts),
                ] {
                    let got = decode(twin, scale, 1 << 20).expect("a good file");
                    assert!(
                        got.status.is_intact(),
                        "{name} {sampling:?} {width}x{height} {scale:?}"
                    );
                    assert!(
                        got.rows == want.rows,
                        "{name} {sampling:?} {width}x{height} {scale:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_file_is_the_same_however_it_is_split() {
    for file in [
        encoded(150, 90, SamplingFactor::R_4_2_0, |_| {}),
        encoded(150, 90, SamplingFactor::R_4_2_0, |encoder| {
            encoder.set_progressive(true)
        }),
        encoded(150, 90, SamplingFactor::R_4_2_2, |encoder| {
            encoder.set_restart_interval(3)
        }),
    ] {
        for scale in SCALES {
            let whole = decode(&file, scale, file.len()).expect("a good file");
            for chunk in [1, 2, 3, 7, 100, 1000, 5000] {
                assert!(
                    decode(&file, scale, chunk).expect("a good file").rows == whole.rows,
                    "{scale:?} by {chunk}"
                );
            }
        }
    }
}

const PHOTOS: [&[u8]; 2] = [
    include_bytes!("../../../demo/samples/waterfall.jpg"),
    include_bytes!("../../../demo/samples/onlooker.jpg"),
];

#[test]
fn a_scaled_photo_is_the_average_of_the_full_one() {
    for photo in PHOTOS {
        for scale in [Scale::Half, Scale::Quarter, Scale::Eighth] {
            let psnr = psnr_to_average(photo, scale);
            eprintln!("{scale:?}: {psnr:.1} dB");
            assert!(psnr >= 50.0, "{scale:?}: {psnr:.1} dB");
        }
    }
}

fn psnr_to_average(photo: &[u8], scale: Scale) -> f64 {
    let full = decode(photo, Scale::Full, 1 << 20).expect("a good file");
    let small = decode(photo, scale, 1 << 20).expect("a good file");
    let step = scale.denominator() as usize;
    let (mut error, mut count) = (0.0, 0.0);
    // Only whole cells are compared: the last column and row may cover a part of one.
    for y in 0..full.rows.len() / step {
        for x in 0..full.width / step {
            for c in 0..3 {
                let cell = (0..step * step).map(|at| {
                    f64::from(full.rows[y * step + at / step][(x * step + at % step) * 3 + c])
                });
                let average = cell.sum::<f64>() / (step * step) as f64;
                error += (f64::from(small.rows[y][x * 3 + c]) - average).powi(2);
                count += 1.0;
            }
        }
    }
    10.0 * (255.0f64.powi(2) / (error / count)).log10()
}

#[test]
fn a_file_that_breaks_off_gives_the_rows_it_has_and_says_so() {
    let file = encoded(64, 64, SamplingFactor::R_4_2_0, |_| {});
    let whole = decode(&file, Scale::Full, 1 << 20).expect("a good file");
    let no_end = decode(&file[..file.len() - 2], Scale::Full, 1 << 20)
        .expect("only the end marker is missing");
    assert!(no_end.status.is_intact() && no_end.rows == whole.rows);
    let half = decode(&file[..file.len() * 2 / 3], Scale::Full, 1 << 20).expect("has a header");
    let intact = half.status.intact_rows;
    assert!(intact > 0 && intact < 64, "{intact}");
    // The chroma of the last intact row may depend on the first damaged row.
    assert!(half.rows[..intact - 1] == whole.rows[..intact - 1]);
}

#[test]
fn damage_between_restart_markers_stays_between_them() {
    let file = encoded(160, 160, SamplingFactor::R_4_4_4, |encoder| {
        encoder.set_restart_interval(20)
    });
    let whole = decode(&file, Scale::Full, 1 << 20).expect("a good file");
    let marker = file
        .windows(2)
        .position(|pair| pair == [0xff, 0xd4])
        .expect("twenty intervals");
    let mut lost = file.clone();
    lost.drain(marker - 20..marker + 2); // the end of one interval, and the marker behind it
    let got = decode(&lost, Scale::Full, 1 << 20).expect("has a header");
    assert!(!got.status.is_intact());
    assert!(got.rows[..32] == whole.rows[..32] && got.rows[112..] == whole.rows[112..]);
}

#[test]
fn what_is_not_read_is_refused_by_name() {
    let file = encoded(16, 16, SamplingFactor::R_4_4_4, |_| {});
    let frame = file
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .expect("a baseline frame");
    let with = |at: usize, value: u8| {
        let mut file = file.clone();
        file[frame + at] = value;
        decode(&file, Scale::Full, 1 << 20).err()
    };
    assert!(matches!(with(1, 0xc9), Some(Error::Unsupported(what)) if what.contains("arithmetic")));
    assert!(matches!(with(1, 0xc3), Some(Error::Unsupported(what)) if what.contains("lossless")));
    assert!(matches!(with(4, 12), Some(Error::Unsupported(what)) if what.contains("8 bits")));
    assert_eq!(
        decode(b"<html>", Scale::Full, 2)
            .err()
            .map(|error| error.to_string()),
        Some("not a JPEG file".to_owned())
    );
}

#[test]
fn an_mcu_of_more_than_ten_blocks_is_refused() {
    let file = encoded(64, 64, SamplingFactor::R_4_2_0, |_| {});
    let frame = file
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .expect("a baseline frame");
    let mut crowded = file.clone();
    crowded[frame + 11] = 0x44; // sixteen blocks of luminance, and two of chrominance
    for chunk in [7, 1 << 20] {
        assert!(matches!(
            decode(&crowded, Scale::Full, chunk).err(),
            Some(Error::Corrupt(_))
        ));
    }
}

#[test]
fn a_late_height_is_found_in_its_segment() {
    let file = encoded(40, 24, SamplingFactor::R_4_4_4, |_| {});
    let frame = file
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .expect("a baseline frame");
    let mut late = file[..file.len() - 2].to_vec();
    late[frame + 5..frame + 7].fill(0);
    late.extend([0xff, 0xdc, 0, 4, 0, 24, 0xff, 0xd9]);
    assert!(
        decode(&late, Scale::Full, 100).expect("a good file").rows
            == decode(&file, Scale::Full, 100).expect("a good file").rows
    );
}

#[test]
fn metadata_is_handed_out() {
    let file = encoded(16, 16, SamplingFactor::R_4_4_4, |encoder| {
        encoder
            .add_icc_profile(&[7; 100_000])
            .expect("two segments");
        encoder.add_exif_metadata(b"II*\0").expect("short");
    });
    let mut decoder = Decoder::new();
    decoder.push(&file).expect("memory");
    assert!(matches!(decoder.next(), Ok(Event::Header)));
    let header = decoder.header().expect("the event says so");
    assert_eq!((header.pixels, header.resident), (Pixels::Rgb, false));
    assert_eq!(header.icc.as_deref(), Some(&[7; 100_000][..]));
    assert!(
        header
            .exif
            .as_deref()
            .is_some_and(|exif| exif.ends_with(b"II*\0"))
    );
}

/// Damaged files may decode or fail, but must not panic.
#[test]
fn no_damage_makes_it_panic() {
    let mut noise = Noise(9);
    let mut random = move |below: usize| noise.below(below);
    for sampling in SAMPLINGS {
        for progressive in [false, true] {
            let file = encoded(50, 40, sampling, |encoder| {
                encoder.set_progressive(progressive);
                encoder.set_restart_interval(3);
            });
            for _ in 0..400 {
                let mut file = file.clone();
                for _ in 0..=random(4) {
                    let at = random(file.len());
                    file[at] = [0, 1, 0x7f, 0x80, 0xfe, 0xff, random(256) as u8][random(7)];
                }
                file.truncate(file.len() - random(3) * random(file.len()) / 4);
                // A damaged size is a caller's matter; here it would only make the test slow.
                let _ = decode_within(&file, SCALES[random(4)], 1 + random(2000));
            }
        }
    }
}

/// Decodes every JPEG of a corpus beside the checkout at every scale, without a panic.
#[test]
fn no_file_of_the_corpus_makes_it_panic() {
    let Some(corpus) = corpus() else { return };
    each(&corpus.paths("jpeg"), |path| {
        let file = std::fs::read(path).expect("a file");
        for scale in SCALES {
            let _ = decode_within(&file, scale, 4096);
        }
    });
}

fn decode_within(file: &[u8], scale: Scale, chunk: usize) -> Result<(), Error> {
    let mut decoder = Decoder::new();
    for chunk in file.chunks(chunk) {
        decoder.push(chunk)?;
    }
    decoder.finish();
    if let Event::Header = decoder.next()? {
        let (width, height) = decoder.size(Scale::Full).expect("the event says so");
        if width * height > 1 << 22 {
            return Ok(());
        }
    }
    decode(file, scale, chunk).map(|_| ())
}

/// Returns the rows of a file of which a part is shown.
fn part(file: &[u8], scale: Scale, columns: Range<u32>, rows: Range<u32>) -> (Vec<Vec<u8>>, bool) {
    let mut decoder = Decoder::new();
    decoder.push(file).expect("a small file");
    decoder.finish();
    assert!(matches!(decoder.next(), Ok(Event::Header)));
    decoder.set_scale(scale);
    decoder.show(columns, rows);
    let mut made = Vec::new();
    loop {
        match decoder.next().expect("a good file") {
            Event::Row(row) => made.push(row.to_vec()),
            Event::End(status) => return (made, status.is_intact()),
            _ => return (made, false),
        }
    }
}

#[test]
fn a_part_that_is_shown_is_that_of_the_whole_picture_at_every_scale_and_sampling() {
    for sampling in SAMPLINGS {
        let baseline = encoded(197, 161, sampling, |_| {});
        let progressive = encoded(197, 161, sampling, |encoder| encoder.set_progressive(true));
        let restarts = encoded(197, 161, sampling, |encoder| {
            encoder.set_restart_interval(2)
        });
        for file in [baseline, progressive, restarts] {
            for scale in SCALES {
                let (whole, _) = part(&file, scale, 0..u32::MAX, 0..u32::MAX);
                let (width, height) = (whole[0].len() as u32 / 3, whole.len() as u32);
                for (left, top) in [(0, 0), (1, 2), (3, 1), (2, 3)] {
                    let columns = left * width / 4..(left + 1) * width / 4;
                    let rows = top * height / 4..(top + 1) * height / 4;
                    let (made, intact) = part(&file, scale, columns.clone(), rows.clone());
                    assert!(intact);
                    assert_eq!(made.len(), whole.len());
                    let bytes = 3 * columns.start as usize..3 * columns.end as usize;
                    for y in rows.start as usize..rows.end as usize {
                        let same = made[y][bytes.clone()] == whole[y][bytes.clone()];
                        assert!(same, "{sampling:?} {scale:?} {columns:?} {y}");
                    }
                }
            }
        }
    }
}

//! The encoder allocates no more than it says, and survives an allocator that refuses.
use letterbox_jpeg::{Encoder, Error, Pixels, Room, Sampling, Settings};
use letterbox_testkit::Noise;
use letterbox_testkit::counting::{Counting, Watch, most, within};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn encode(
    width: u16,
    samples: &[u8],
    pixels: Pixels,
    settings: Settings,
) -> Result<Vec<u8>, Error> {
    let row_bytes = usize::from(width) * pixels.bytes();
    let height = (samples.len() / row_bytes) as u16;
    let mut encoder = Encoder::new(width, height, pixels, settings)?;
    samples
        .chunks(row_bytes)
        .try_for_each(|row| encoder.row(row))?;
    encoder.finish()
}

/// Pictures from black to the noise that is hardest to code.
fn pictures() -> impl Iterator<Item = Vec<u8>> {
    [0, 8, 255].into_iter().map(|most| {
        let mut noise = Noise(1);
        let sample = |_| match most {
            255 => 255 * noise.bits(1) as u8,
            _ => (noise.bits(16) % (most + 1)) as u8,
        };
        (0..600 * 500).map(sample).collect()
    })
}

fn all_settings() -> impl Iterator<Item = (Pixels, Settings)> {
    let each = |pixels, sampling, quality| {
        [false, true].map(|progressive| {
            let settings = Settings {
                quality,
                sampling,
                progressive,
            };
            (pixels, settings)
        })
    };
    [80, 100].into_iter().flat_map(move |quality| {
        [
            each(Pixels::Grey, Sampling::S444, quality),
            each(Pixels::Rgb, Sampling::S420, quality),
            each(Pixels::Rgb, Sampling::S444, quality),
        ]
        .concat()
    })
}

#[test]
fn no_more_is_held_than_was_said() {
    for samples in pictures() {
        for (pixels, settings) in all_settings() {
            let (file, most) = most(|| encode(200, &samples, pixels, settings));
            let file = file.expect("memory");
            let height = (samples.len() / 200 / pixels.bytes()) as u16;
            let said = Encoder::peak_bytes(200, height, pixels, settings);
            eprintln!(
                "{pixels:?} {settings:?}: {most} of {said}, {} are the file",
                file.len()
            );
            assert!(most <= said, "{pixels:?} {settings:?}: {most}, {said} said");
        }
    }
}

/// Tables are made when the tokens reach their limit, for content unlike what comes later: one
/// colour, then noise of the extremes.
#[test]
fn bounds_of_the_callers_hold_whatever_comes_late() {
    let (width, height) = (200u16, 600u16);
    let mut samples = vec![7; 200 * 600];
    let noise = pictures().last().expect("three pictures");
    for calm in [0, 8, 300, 560] {
        samples[calm * 200..].copy_from_slice(&noise[calm * 200..200 * 600]);
        for quality in [30, 80, 95, 100] {
            let settings = Settings {
                quality,
                ..Settings::default()
            };
            for token_bytes in [0, 3_000, 30_000, 100_000] {
                let room = Room {
                    token_bytes,
                    ..Room::default()
                };
                let watch = Watch::start();
                let mut encoder = Encoder::within(width, height, Pixels::Grey, settings, room)
                    .expect("a picture");
                for row in samples.chunks(200) {
                    encoder.row(row).expect("memory");
                }
                let file = encoder.finish().expect("memory");
                let most = watch.most();
                let said = Encoder::peak_bytes_within(width, height, Pixels::Grey, settings, room);
                assert!(
                    most <= said,
                    "{calm} rows, {quality}, {room:?}: {most}, {said} said, {} are the file",
                    file.len()
                );
                drop(file);
            }
        }
        samples.fill(7);
    }
}

/// Rows that the caller frees as they are encoded count once: coefficients take their place.
#[test]
fn coefficients_take_the_place_of_rows() {
    let (width, height) = (200u16, 600u16);
    for samples in pictures() {
        let samples = &samples[..200 * 600];
        for quality in [1, 30, 80, 95, 100] {
            let settings = Settings {
                quality,
                progressive: true,
                ..Settings::default()
            };
            for token_bytes in [0, 3_000, 30_000] {
                let room = Room {
                    token_bytes,
                    freed_bytes: samples.len(),
                    ..Room::default()
                };
                let mut rows: Vec<Vec<u8>> = Vec::with_capacity(samples.len() / 200);
                let watch = Watch::start();
                rows.extend(samples.chunks(200).map(<[u8]>::to_vec));
                let mut encoder = Encoder::within(width, height, Pixels::Grey, settings, room)
                    .expect("a picture");
                for (y, row) in rows.drain(..).enumerate() {
                    encoder.row(&row).expect("memory");
                    encoder.hold(token_bytes + 200 * y);
                }
                encoder.hold(token_bytes + samples.len());
                let file = encoder.finish().expect("memory");
                let most = watch.most();
                let said = Encoder::peak_bytes_within(width, height, Pixels::Grey, settings, room);
                // Sixteen rows are in the encoder before their coefficients are.
                let said = said + samples.len() + 16 * 200;
                assert!(most <= said, "{quality}, {room:?}: {most}, {said} said");
                drop(file);
            }
        }
    }
}

#[test]
fn what_has_one_colour_is_not_reserved_for() {
    let bytes = |picture| {
        let room = Room {
            token_bytes: 10_000,
            picture,
            ..Room::default()
        };
        Encoder::peak_bytes_within(1200, 627, Pixels::Rgb, Settings::default(), room)
    };
    assert!(bytes((300, 627)) < bytes((1200, 627)) / 3);
    assert_eq!(bytes((1200, 627)), bytes((u16::MAX, u16::MAX)));
}

#[test]
fn the_largest_picture_has_a_bound_too() {
    let [baseline, progressive] = [false, true].map(|progressive| {
        let settings = Settings {
            progressive,
            ..Settings::default()
        };
        Encoder::peak_bytes(u16::MAX, u16::MAX, Pixels::Rgb, settings)
    });
    // Where a number of bytes has 32 bits, both are beyond it.
    assert!(baseline > 1 << 30 && progressive >= baseline);
}

#[test]
fn a_refused_allocation_is_an_error() {
    for samples in pictures() {
        for (pixels, settings) in all_settings() {
            // Small things are not asked for.
            for allowed in (10_000..400_000).step_by(37_000) {
                let result = within(allowed, || encode(200, &samples, pixels, settings));
                assert!(
                    matches!(result, Ok(_) | Err(Error::OutOfMemory)),
                    "{result:?}"
                );
            }
        }
    }
}

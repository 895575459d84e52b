//! Checks that the properties of each format are those of its files.

use letterbox_engine::header::Header;
use letterbox_engine::transform::{Format, Side, Target, Transform};
use letterbox_engine::{By, Error, Limits, Pipeline};

fn png() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 12, 8);
    encoder.set_color(png::ColorType::Rgba);
    let pixels: Vec<u8> = (0..12 * 8 * 4).map(|at| (at * 37 % 251) as u8).collect();
    let mut writer = encoder.write_header().expect("a writer");
    writer.write_image_data(&pixels).expect("pixels");
    drop(writer);
    file
}

fn answer(file: &[u8], target: Target) -> Result<Vec<u8>, Error> {
    let transform = Transform {
        width: Side::px(24),
        height: Side::px(24),
        target,
        ..Transform::DEFAULT
    };
    let mut pipeline = Pipeline::new(&transform, &Limits::DEFAULT);
    pipeline.push(file)?;
    Ok(pipeline.finish(&|| 0.0)?.body)
}

#[test]
fn an_answer_is_a_file_of_the_format_that_it_is_said_to_be() {
    for format in Format::ALL {
        let made = answer(&png(), Target::Image(format));
        match format.spec().written {
            By::Us | By::Guest { or_us: true } => {
                let made = made.unwrap_or_else(|error| panic!("{format:?}: {error}"));
                let header = Header::parse(&made, true).expect("sound").expect("whole");
                assert_eq!(header.format, format);
                assert!(format.spec().alpha || !header.layout.alpha());
                assert_eq!((header.stored.width, header.stored.height), (24, 24));
            }
            By::Guest { or_us: false } => {
                assert!(
                    matches!(made, Err(Error::Unsupported(_))),
                    "{format:?} without a guest"
                );
            }
            By::Nobody => assert!(made.is_err(), "{format:?} is written by nobody"),
        }
    }
}

#[test]
fn a_source_is_answered_in_the_format_that_is_kept() {
    let sources = Format::ALL
        .into_iter()
        .filter_map(|format| Some((format, answer(&png(), Target::Image(format)).ok()?)));
    for (format, source) in sources {
        let made = answer(&source, Target::Keep).expect("a sound source");
        let header = Header::parse(&made, true).expect("sound").expect("whole");
        assert_eq!(header.format, format.kept());
    }
}

//! Animations through the pipeline, without guest codecs: answers are read by independent
//! libraries, and hostile files are refused.

#[path = "support/answer.rs"]
mod answer;

use answer::{answer, transform};
use gif::{ColorOutput, DecodeOptions, DisposalMethod, Encoder, Frame, Repeat};
use image_webp::WebPDecoder;
use letterbox::config::Config;
use letterbox_engine::{Error, Output, Pipeline};
use letterbox_testkit::Noise;

fn refusal(file: &[u8], query: &str) -> String {
    match answer(file, query) {
        Ok(output) => format!("{} bytes of {}", output.body.len(), output.content_type),
        Err(error) => error.to_string(),
    }
}

/// Builds an image filled with one colour of the palette.
fn image(colour: u8, [left, top, width, height]: [u16; 4]) -> Frame<'static> {
    let pixels = vec![colour; usize::from(width) * usize::from(height)];
    Frame {
        left,
        top,
        delay: 10,
        ..Frame::from_indexed_pixels(width, height, pixels, None)
    }
}

/// Palette of black, red, green and blue.
const PALETTE: [u8; 12] = [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255];

fn animation(width: u16, height: u16, frames: &[Frame<'static>]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height, &PALETTE).expect("a valid size");
    encoder.set_repeat(Repeat::Infinite).expect("a file");
    for frame in frames {
        encoder.write_frame(frame).expect("a valid frame");
    }
    drop(encoder);
    file
}

/// Returns the width, the height, and the delay and place of each image.
fn images(file: &[u8]) -> Vec<(u16, [u16; 4])> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    let mut reader = options.read_info(file).expect("a sound file");
    let mut images = Vec::new();
    while let Some(frame) = reader.read_next_frame().expect("sound images") {
        images.push((
            frame.delay,
            [frame.left, frame.top, frame.width, frame.height],
        ));
    }
    images
}

fn red_then_a_green_corner() -> Vec<u8> {
    let corner = image(2, [30, 20, 10, 10]);
    animation(40, 30, &[image(1, [0, 0, 40, 30]), corner.clone(), corner])
}

#[test]
fn only_what_changes_is_written() {
    // With all of them, the file would be returned as it is.
    let corner = image(2, [30, 20, 10, 10]);
    let frames = [
        image(1, [0, 0, 40, 30]),
        corner.clone(),
        corner.clone(),
        corner,
    ];
    let output = answer(&animation(40, 30, &frames), "w=40&h=30&n=3").expect("sound");
    let all = [0, 0, 40, 30];
    assert_eq!(
        images(&output.body),
        [(10, all), (10, [30, 20, 10, 10]), (10, [0, 0, 1, 1])]
    );
}

#[test]
fn a_gif_becomes_a_webp_of_as_many_frames() {
    let output = answer(&red_then_a_green_corner(), "w=40&h=30&f=webp").expect("sound");
    let mut decoder =
        WebPDecoder::new(std::io::Cursor::new(&output.body[..])).expect("a sound file");
    assert_eq!((decoder.dimensions(), decoder.num_frames()), ((40, 30), 3));
    let mut frame = vec![0; decoder.output_buffer_size().expect("small")];
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    for (index, corner) in [[255, 0, 0], [0, 255, 0], [0, 255, 0]].iter().enumerate() {
        let delay = decoder.read_frame(&mut frame).expect("a sound frame");
        assert_eq!(delay, 100);
        assert_eq!(frame[..3], [255, 0, 0], "{index}");
        let last = frame.len() - channels;
        assert_eq!(frame[last..last + 3], *corner, "{index}");
    }
}

#[test]
fn what_becomes_transparent_is_cleared_away() {
    let mut first = image(1, [0, 0, 40, 30]);
    first.dispose = DisposalMethod::Background;
    let file = animation(40, 30, &[first, image(2, [5, 5, 10, 10])]);
    let output = answer(&file, "w=40&h=30&bg=transparent").expect("sound");
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    let mut reader = options.read_info(&output.body[..]).expect("a sound file");
    let first = reader.read_next_frame().expect("sound").expect("a frame");
    assert_eq!(first.dispose, DisposalMethod::Background);
    let second = reader.read_next_frame().expect("sound").expect("a frame");
    let place = [second.left, second.top, second.width, second.height];
    assert_eq!(place, [5, 5, 10, 10]);
}

#[test]
fn frames_that_are_not_on_the_screen_or_have_no_pixels_are_frames_all_the_same() {
    let mut file = animation(
        40,
        30,
        &[
            image(1, [0, 0, 40, 30]),
            image(2, [900, 900, 50, 50]),
            image(3, [39, 29, 100, 100]),
        ],
    );
    // An image without pixels, and without data.
    file.pop();
    file.extend([0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0x3b]);
    let output = answer(&file, "w=40&h=30").expect("sound");
    let places: Vec<_> = images(&output.body).iter().map(|image| image.1).collect();
    let (all, nothing) = ([0, 0, 40, 30], [0, 0, 1, 1]);
    assert_eq!(places, [all, nothing, [39, 29, 1, 1], nothing]);
}

#[test]
fn an_image_with_codes_that_mean_nothing_is_damage_and_a_file_without_its_last_bytes_is_not() {
    let file = red_then_a_green_corner();
    let mut damaged = file.clone();
    damaged.pop();
    damaged.extend([0x2c, 0, 0, 0, 0, 9, 0, 9, 0, 0, 2, 1, 0x3c, 0, 0x3b]);
    assert_eq!(refusal(&damaged, "w=9"), "the GIF is damaged or breaks off");
    // A still only depends on the frames that it needs.
    assert!(answer(&damaged, "w=9&n=1").is_ok());
    assert!(answer(&damaged, "w=9&f=jpg").is_ok());
    assert!(answer(&damaged, "w=9&page=3").is_err());
    let cut = answer(&file[..file.len() - 5], "w=40&h=30").expect("two frames");
    assert_eq!(images(&cut.body).len(), 2);
}

#[test]
fn a_hundred_thousand_frames_of_one_pixel_are_refused_at_once() {
    let mut file = animation(1, 1, &[image(1, [0, 0, 1, 1])]);
    file.pop();
    for _ in 1..100_000 {
        file.extend([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]);
    }
    file.push(0x3b);
    let said = refusal(&file, "w=1&h=1");
    assert!(
        said.starts_with("the source has 100000 frames, which are 409.6 megapixels"),
        "{said}"
    );
    assert!(answer(&file, "w=1&h=1&n=3").is_ok());
    let fits = |query: &str| {
        let described = answer(&file, query).expect("a description").body;
        let json: serde_json::Value = serde_json::from_slice(&described).expect("JSON");
        json["memory"]["fits"].as_bool()
    };
    assert_eq!(fits("w=1&h=1&f=json"), Some(false));
    assert_eq!(fits("w=1&h=1&f=json&n=3"), Some(true));
    let said = refusal(&file, "w=1&h=1&f=jpg&page=60000");
    assert!(said.contains("megapixels"), "{said}");
}

#[test]
fn what_does_not_fit_into_memory_says_so_and_what_else_there_is() {
    let mut covered = image(1, [0, 0, 4000, 4000]);
    covered.dispose = DisposalMethod::Previous;
    let file = animation(4000, 4000, &[covered, image(2, [0, 0, 10, 10])]);
    let said = refusal(&file, "w=100&h=100");
    assert!(
        said.starts_with("the source has 2 frames and this transform of them needs"),
        "{said}"
    );
    assert!(said.ends_with("n=1 gives a still"), "{said}");
    assert!(answer(&file, "w=100&h=100&n=1").is_ok());
}

#[test]
fn a_page_is_drawn_on_what_was_before_it() {
    let file = red_then_a_green_corner();
    let still = answer(&file, "w=40&h=30&f=png&page=1").expect("sound");
    let mut decoder = png::Decoder::new(std::io::Cursor::new(&still.body[..]));
    decoder.set_transformations(png::Transformations::EXPAND); // of a palette
    let mut reader = decoder.read_info().expect("a sound file");
    let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
    reader.next_frame(&mut pixels).expect("sound");
    assert_eq!(pixels[..3], [255, 0, 0]);
    assert_eq!(pixels[pixels.len() - 3..], [0, 255, 0]);
    assert_eq!(
        refusal(&file, "page=3"),
        "page=3 is not there: the source has 3 frames, and the first is page 0"
    );
    assert_eq!(
        refusal(&still.body, "page=1"),
        "page=1 is not there: the source has one frame, which is page 0"
    );
}

#[test]
fn a_description_counts_frames() {
    let described = |query: &str| {
        let output = answer(&red_then_a_green_corner(), query).expect("sound");
        let json: serde_json::Value = serde_json::from_slice(&output.body).expect("JSON");
        let frames = |of: &str| json[of]["frames"].as_u64();
        (frames("source"), frames("plan"))
    };
    assert_eq!(described("f=json"), (Some(3), Some(3)));
    assert_eq!(described("f=json&n=2"), (Some(3), Some(2)));
    assert_eq!(described("f=json&page=1"), (Some(3), Some(1)));
}

/// Hard letters that scroll: small as they are, and all over in shades when they are resized.
fn scrolling(frames: usize, width: usize, height: usize) -> Vec<u8> {
    let mut noise = Noise(7);
    let mut lines: Vec<Vec<u32>> = Vec::new();
    let mut file = Vec::new();
    let mut encoder =
        Encoder::new(&mut file, width as u16, height as u16, &PALETTE).expect("a valid size");
    encoder.set_repeat(Repeat::Infinite).expect("a file");
    for _ in 0..frames {
        let letters = 10 + noise.bits(16) % 60;
        lines.push((0..letters).map(|_| noise.bits(16) & 0x7fff).collect());
        let mut pixels = vec![0; width * height];
        for (row, line) in lines.iter().rev().take(height / 18).enumerate() {
            for (column, letter) in line.iter().enumerate() {
                // A grid of 3 x 5 dots, each of 2 x 2 pixels.
                for dot in (0..15).filter(|dot| letter >> dot & 1 == 1) {
                    let (x, y) = (
                        10 + 9 * column + 2 * (dot % 3),
                        4 + 18 * row + 2 * (dot / 3),
                    );
                    for at in [0, 1, width, width + 1].map(|off| y * width + x + off) {
                        if x + 1 < width {
                            pixels[at] = 1 + (column % 3) as u8;
                        }
                    }
                }
            }
        }
        let frame = Frame {
            delay: 8,
            ..Frame::from_indexed_pixels(width as u16, height as u16, pixels, None)
        };
        encoder.write_frame(&frame).expect("a valid frame");
    }
    drop(encoder);
    file
}

/// Plays an animation whose memory grows, and returns the answer and the number of times that it
/// grew. Each call may hold what the pipeline promised before the call.
fn played(file: &[u8], query: &str) -> Result<(Output, u32), Error> {
    let config = Config::default();
    let transform = transform(query);
    let mut pipeline = Pipeline::new(&transform, &config.limits);
    pipeline.promise(file.len() as u64)?;
    pipeline.push(file)?;
    pipeline.end()?;
    let (mut said, mut times) = (pipeline.memory_bytes(), 0);
    while !pipeline.play(&|| 0.0)? {
        assert!(pipeline.memory_bytes() > said, "it needs more than before");
        said = pipeline.memory_bytes();
        times += 1;
    }
    assert!(said <= config.limits.memory_bytes);
    Ok((pipeline.finish(&|| 0.0)?, times))
}

#[test]
fn an_animation_that_takes_more_than_its_source_gets_it() {
    let file = scrolling(259, 1000, 175);
    assert!(file.len() < 2_000_000, "{}", file.len());
    for query in ["w=900&h=auto", "w=500&h=auto", "w=500&h=auto&f=webp"] {
        let (output, times) = played(&file, query).expect("sound");
        assert!(times > 0 && times < 20, "{query}: {times}");
        assert!(output.body.len() > file.len(), "{query}");
        if !query.ends_with("webp") {
            assert_eq!(images(&output.body).len(), 259, "{query}");
        }
        // A caller that does not ask in between gets the same answer.
        if query == "w=500&h=auto" {
            assert!(answer(&file, query).expect("sound").body == output.body);
        }
        eprintln!(
            "{query}: {} to {} bytes, grown {times} times",
            file.len(),
            output.body.len()
        );
    }
}

#[test]
fn a_frame_that_is_much_more_than_those_before_it_begins_the_file_anew() {
    // Nothing for a while, then noise.
    let mut noise = Noise(1);
    let mut frames = vec![image(1, [0, 0, 600, 400]); 5];
    for _ in 0..3 {
        let pixels = (0..600 * 400)
            .map(|_| (noise.bits(16) % 4) as u8)
            .collect::<Vec<u8>>();
        frames.push(Frame::from_indexed_pixels(600, 400, pixels, None));
    }
    let file = animation(600, 400, &frames);
    let (output, times) = played(&file, "w=900&h=600").expect("sound");
    assert!(times > 0);
    assert_eq!(images(&output.body).len(), 8);
}

#[test]
fn an_answer_that_outgrows_all_memory_is_refused_with_the_figures() {
    let file = scrolling(60, 1000, 175);
    let config = Config::default();
    let described = answer(&file, "w=900&h=auto&f=json")
        .expect("a description")
        .body;
    let told: serde_json::Value = serde_json::from_slice(&described).expect("JSON");
    let limits = letterbox_engine::Limits {
        memory_bytes: told["memory"]["reserved_bytes"].as_u64().expect("a number") + 1000,
        ..config.limits
    };
    let transform = transform("w=900&h=auto");
    let mut pipeline = Pipeline::new(&transform, &limits);
    pipeline
        .promise(file.len() as u64)
        .expect("within the limits");
    pipeline.push(&file).expect("sound");
    let error = pipeline.finish(&|| 0.0).expect_err("too large");
    assert!(
        matches!(error, Error::Outgrown { frames: 60, .. }),
        "{error:?}"
    );
    assert!(
        error
            .to_string()
            .ends_with("n=1 gives a still, a smaller w or h smaller frames")
    );
}

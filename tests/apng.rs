//! Animated PNG files: they play as requested, and a file that violates the standard is shown as
//! its own still picture.

#[path = "support/answer.rs"]
mod answer;
#[path = "support/png.rs"]
mod pieces;

use std::io::Cursor;

use answer::answer;
use gif::{ColorOutput, DecodeOptions};
use letterbox::config::Config;
use letterbox_engine::Pipeline;
use pieces::{Adam7, adam7, chunk, file, header, zlib};

/// A frame as it is coded: its place, delay, disposal, blending, and its pixels' colour.
#[derive(Clone, Copy)]
struct Frame {
    place: [u32; 4],
    delay: (u16, u16),
    disposal: u8,
    blends: bool,
    colour: [u8; 4],
}

const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 255, 0, 255];
const HALF: [u8; 4] = [0, 0, 255, 128];
const CLEAR: [u8; 4] = [0; 4];
const WHOLE: Frame = Frame {
    place: [0, 0, 20, 10],
    delay: (1, 10),
    disposal: 0,
    blends: false,
    colour: RED,
};

impl Frame {
    fn data(&self, interlaced: Adam7) -> Vec<u8> {
        let [_, _, width, height] = self.place.map(|number| number as usize);
        let rows = match interlaced {
            Adam7::Yes => adam7(width, height, |_, _| self.colour.to_vec()),
            Adam7::No => {
                let row = [&[0][..], &self.colour.repeat(width)].concat();
                row.repeat(height)
            }
        };
        zlib(&rows)
    }

    fn control(&self, sequence: u32) -> Vec<u8> {
        let [left, top, width, height] = self.place;
        let mut content: Vec<u8> = [sequence, width, height, left, top]
            .iter()
            .flat_map(|number| number.to_be_bytes())
            .collect();
        content.extend(self.delay.0.to_be_bytes());
        content.extend(self.delay.1.to_be_bytes());
        content.extend([self.disposal, u8::from(self.blends)]);
        chunk(b"fcTL", &content)
    }
}

fn several(frames: u32, plays: u32) -> Vec<u8> {
    chunk(
        b"acTL",
        &[frames.to_be_bytes(), plays.to_be_bytes()].concat(),
    )
}

/// Builds the chunks of an animation whose first frame is the file's own picture.
fn chunks(frames: &[Frame], plays: u32, interlaced: Adam7) -> Vec<Vec<u8>> {
    let mut chunks = vec![several(frames.len() as u32, plays)];
    let mut sequence = 0;
    for (index, frame) in frames.iter().enumerate() {
        chunks.push(frame.control(sequence));
        sequence += 1;
        let data = frame.data(interlaced);
        if index == 0 {
            chunks.push(chunk(b"IDAT", &data));
            continue;
        }
        // In two pieces.
        for part in data.chunks(data.len().div_ceil(2)) {
            chunks.push(chunk(b"fdAT", &[&sequence.to_be_bytes(), part].concat()));
            sequence += 1;
        }
    }
    chunks
}

fn rgba(chunks: &[Vec<u8>], interlaced: Adam7) -> Vec<u8> {
    file(header(20, 10, 6, interlaced), chunks)
}

fn apng(frames: &[Frame]) -> Vec<u8> {
    rgba(&chunks(frames, 3, Adam7::No), Adam7::No)
}

/// Frames in turn: red; a green corner; a translucent blue over everything; the corner cleared; a
/// hole.
fn five() -> [Frame; 5] {
    let part = |place, disposal, blends, colour| Frame {
        place,
        disposal,
        blends,
        colour,
        ..WHOLE
    };
    [
        WHOLE,
        part([10, 5, 10, 5], 2, false, GREEN),
        part([0, 0, 20, 10], 2, true, HALF),
        part([0, 0, 5, 5], 1, true, GREEN),
        part([19, 9, 1, 1], 0, false, CLEAR),
    ]
}

/// First and last pixel of each of the five frames, as browsers show them.
const SEEN: [Ends; 5] = [
    [RED, RED],
    [RED, GREEN],
    [[127, 0, 128, 255], [127, 0, 128, 255]],
    [GREEN, RED],
    [CLEAR, CLEAR],
];

/// First and last pixel of a frame.
type Ends = [[u8; 4]; 2];

/// Plays an animated PNG on a canvas of its own, and returns the number of plays and, for each
/// frame, the delay in milliseconds and the first and last pixel.
fn shown(file: &[u8]) -> (u32, Vec<(u32, Ends)>) {
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_transformations(png::Transformations::ALPHA);
    let mut reader = decoder.read_info().expect("a PNG");
    let control = reader
        .info()
        .animation_control()
        .copied()
        .expect("several frames");
    let (width, height) = reader.info().size();
    let mut canvas = vec![[0; 4]; (width * height) as usize];
    let mut frames = Vec::new();
    for _ in 0..control.num_frames {
        let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
        let info = reader.next_frame(&mut pixels).expect("a frame");
        assert_eq!(info.color_type, png::ColorType::Rgba);
        let frame = *reader.info().frame_control().expect("a frame");
        assert_eq!(frame.dispose_op, png::DisposeOp::None);
        let rows = pixels.chunks(info.line_size).take(frame.height as usize);
        for (y, row) in (frame.y_offset..).zip(rows) {
            for (x, pixel) in (frame.x_offset..)
                .zip(row.as_chunks::<4>().0)
                .take(frame.width as usize)
            {
                let over = frame.blend_op == png::BlendOp::Over;
                // A blended pixel is transparent, opaque, or lies over a transparent one.
                assert!(
                    !over
                        || [0, 255].contains(&pixel[3])
                        || canvas[(y * width + x) as usize][3] == 0
                );
                if !over || pixel[3] > 0 {
                    canvas[(y * width + x) as usize] = *pixel;
                }
            }
        }
        let delay = 1000 * u32::from(frame.delay_num) / u32::from(frame.delay_den);
        frames.push((delay, [canvas[0], canvas[canvas.len() - 1]]));
    }
    (control.num_plays, frames)
}

const AS_IT_IS: &str = "w=auto&h=auto";

#[test]
fn an_animation_stays_one_with_its_delays_and_its_plays() {
    for interlaced in [Adam7::No, Adam7::Yes] {
        let source = rgba(&chunks(&five(), 3, interlaced), interlaced);
        let expected: Vec<_> = SEEN.map(|pixels| (100, pixels)).to_vec();
        for query in [AS_IT_IS, "w=auto&h=auto&f=png"] {
            let output = answer(&source, query).expect("sound");
            assert_eq!(output.content_type, "image/png");
            assert_eq!(shown(&output.body), (3, expected.clone()), "{interlaced:?}");
            // An answer is a valid source.
            let again = answer(&output.body, query).expect("sound");
            assert_eq!(shown(&again.body), (3, expected.clone()));
        }
    }
    let larger = answer(&apng(&five()), "w=40&h=20").expect("sound");
    let (_, frames) = shown(&larger.body);
    assert_eq!(frames.len(), 5);
    assert_eq!(frames[0], (100, [RED, RED]));
}

#[test]
fn an_animation_becomes_a_webp_or_a_gif() {
    let source = apng(&five());
    let webp = answer(&source, "w=auto&h=auto&f=webp").expect("sound").body;
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(&webp[..])).expect("a WebP");
    assert_eq!((decoder.dimensions(), decoder.num_frames()), ((20, 10), 5));
    let mut frame = vec![0; decoder.output_buffer_size().expect("small")];
    for seen in SEEN {
        assert_eq!(decoder.read_frame(&mut frame).expect("a frame"), 100);
        // The reference decoder rounds differently when it blends.
        let near = |pixel: &[u8], seen: [u8; 4]| {
            let pairs = pixel.iter().zip(seen);
            pairs.clone().all(|(a, b)| a.abs_diff(b) <= 2) && pixel[3] == seen[3]
        };
        assert!(near(&frame[..4], seen[0]) && near(&frame[frame.len() - 4..], seen[1]));
    }
    let gif = answer(&source, "w=auto&h=auto&f=gif").expect("sound").body;
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    let mut reader = options.read_info(&gif[..]).expect("a GIF");
    let mut count = 0;
    while let Some(frame) = reader.read_next_frame().expect("sound") {
        assert_eq!(frame.delay, 10);
        count += 1;
    }
    assert_eq!(count, 5);
}

/// A GIF counts repetitions in 16 bits, and 0 of them is for ever: more plays than that are as many
/// as there can be.
#[test]
fn more_plays_than_a_gif_can_count_are_as_many_as_it_can() {
    for plays in [65_536, 65_537, 65_538, u32::MAX] {
        let source = rgba(&chunks(&five(), plays, Adam7::No), Adam7::No);
        let gif = answer(&source, "w=auto&h=auto&f=gif").expect("sound").body;
        let at = gif.windows(11).position(|bytes| bytes == b"NETSCAPE2.0");
        let block = &gif[at.expect("a repeated animation") + 11..][..5];
        assert_eq!(block, [3, 1, 0xff, 0xff, 0], "{plays}");
    }
}

#[test]
fn one_frame_is_a_still() {
    let source = apng(&five());
    for query in ["n=1", "page=1", "f=jpg", "f=json", "f=thumbhash"] {
        let output = answer(&source, &format!("{AS_IT_IS}&{query}")).expect("sound");
        let count = output.plan.animation.map(|animation| animation.count);
        let described = query == "f=json";
        assert_eq!(count, Some(if described { 5 } else { 1 }), "{query}");
    }
    let first = |query: &str| {
        let body = answer(&source, query).expect("sound").body;
        let mut decoder = png::Decoder::new(Cursor::new(body));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().expect("a PNG");
        assert!(!reader.info().is_animated());
        let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
        reader.next_frame(&mut pixels).expect("a PNG");
        pixels[pixels.len() - 4..].to_vec()
    };
    assert_eq!(first("w=auto&h=auto&page=1"), GREEN);
    assert_eq!(first("w=auto&h=auto&page=4"), CLEAR);
    assert!(answer(&source, "page=5").is_err());
    let three = answer(&source, "w=auto&h=auto&n=3&page=1").expect("sound");
    let (_, frames) = shown(&three.body);
    assert_eq!(frames[0], (100, SEEN[1]));
    assert_eq!(frames.len(), 3);
}

#[test]
fn a_crawler_gets_a_still() {
    use letterbox_engine::transform::{Format, Negotiated, Target};
    let config = Config::default();
    let source = apng(&five());
    let of = |negotiated| {
        let mut transform = config.transform;
        transform.target = Target::Auto(negotiated);
        let mut pipeline = Pipeline::new(&transform, &config.limits);
        pipeline.push(&source).expect("sound");
        let output = pipeline.finish(&|| 0.0).expect("sound");
        let count = output.plan.animation.map(|animation| animation.count);
        (output.content_type, count)
    };
    let client = |webp: bool| {
        let webp = webp.then_some(Format::WebP);
        Negotiated::Client(webp.into_iter().collect())
    };
    assert_eq!(of(Negotiated::Card), ("image/png", Some(1)));
    assert_eq!(of(client(false)), ("image/png", Some(5)));
    assert_eq!(of(client(true)), ("image/webp", Some(5)));
}

#[test]
fn a_picture_for_who_knows_no_animations_is_none_of_its_frames() {
    let mut chunks = vec![several(2, 0), chunk(b"IDAT", &WHOLE.data(Adam7::No))];
    for (index, colour) in [GREEN, HALF].into_iter().enumerate() {
        let frame = Frame { colour, ..WHOLE };
        let sequence = 2 * index as u32;
        chunks.push(frame.control(sequence));
        let data = [&(sequence + 1).to_be_bytes()[..], &frame.data(Adam7::No)].concat();
        chunks.push(chunk(b"fdAT", &data));
    }
    let output = answer(&rgba(&chunks, Adam7::No), AS_IT_IS).expect("sound");
    assert_eq!(
        shown(&output.body),
        (0, vec![(100, [GREEN, GREEN]), (100, [HALF, HALF])])
    );
}

#[test]
fn frames_end_with_the_first_that_is_not_as_the_standard_has_it() {
    let count = |chunks: &[Vec<u8>]| {
        let output = answer(&rgba(chunks, Adam7::No), "w=auto&h=auto&f=gif").expect("sound");
        output
            .plan
            .animation
            .map_or(0, |animation| animation.frames)
    };
    let good = chunks(&five(), 0, Adam7::No);
    assert_eq!(count(&good), 5);
    let with = |at: usize, chunk: Vec<u8>| {
        let mut chunks = good.clone();
        chunks[at] = chunk;
        chunks
    };
    // The chunks are IHDR, the animation's control, a frame's control, IDAT, then a control and two
    // data chunks for each frame.
    let beyond = Frame {
        place: [11, 0, 10, 10],
        ..WHOLE
    };
    let nothing = Frame {
        place: [0; 4],
        ..WHOLE
    };
    assert_eq!(count(&with(3, beyond.control(1))), 1);
    assert_eq!(count(&with(3, nothing.control(1))), 1);
    assert_eq!(count(&with(6, WHOLE.control(9))), 2, "out of its order");
    let mut damaged = good[6].clone();
    damaged[20] ^= 1;
    assert_eq!(count(&with(6, damaged)), 2);
    assert_eq!(
        count(&with(1, WHOLE.control(7))),
        1,
        "the file's own picture"
    );
    // A truncated file has the frames that are complete.
    let file = rgba(&good, Adam7::No);
    let frames = |end: usize| {
        let output = answer(&file[..end], "w=auto&h=auto&f=gif").expect("sound");
        output
            .plan
            .animation
            .map_or(0, |animation| animation.frames)
    };
    assert_eq!(frames(file.len() - 12), 5, "without its last chunk");
    assert_eq!(frames(file.len() - 14), 4);
    // Without several frames the file is an ordinary PNG.
    let mut still = good.clone();
    still[0] = several(1, 0);
    let output = answer(&rgba(&still, Adam7::No), AS_IT_IS).expect("sound");
    assert!(output.plan.animation.is_none());
    // A frame with missing rows is damage, if the frame is wanted.
    let mut short = good;
    short.remove(5);
    let file = rgba(&short, Adam7::No);
    assert!(answer(&file, "w=auto&h=auto&n=1").is_ok());
}

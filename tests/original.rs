//! Never worse: a picture that is requested at its own size and format gets its own file, without
//! metadata, if that is smaller than the new answer.

#[path = "support/answer.rs"]
mod answer;

use answer::transform;
use letterbox::config::Config;
use letterbox_engine::{Error, Limits, Output, Pipeline};
use letterbox_testkit::Noise;

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const SECRET: &[u8] = b"secret-of-the-photographer";

fn run(file: &[u8], query: &str, limits: &Limits, promised: bool) -> Result<Output, Error> {
    let transform = transform(query);
    let mut pipeline = Pipeline::new(&transform, limits);
    if promised {
        pipeline.promise(file.len() as u64)?;
    }
    for chunk in file.chunks(10_000) {
        pipeline.push(chunk)?;
    }
    pipeline.finish(&|| 0.0)
}

fn output(file: &[u8], query: &str) -> Output {
    run(file, query, &Config::default().limits, true).expect("a sound picture")
}

/// Query for a file's own size and format.
const AS_IT_IS: &str = "w=auto&h=auto";

/// Returns the pixels of a photo in RGB, and its size.
fn photo() -> (u16, u16, Vec<u8>) {
    let mut decoder = jpeg_decoder::Decoder::new(PHOTO);
    let pixels = decoder.decode().expect("a good photo");
    let info = decoder.info().expect("it has been decoded");
    // The photo is reduced to a third of each side.
    let (width, height) = (usize::from(info.width) / 3, usize::from(info.height) / 3);
    let at = |x: usize, y: usize| 3 * (3 * y * usize::from(info.width) + 3 * x);
    let small = (0..height)
        .flat_map(|y| (0..width).map(move |x| at(x, y)))
        .flat_map(|at| pixels[at..at + 3].to_vec())
        .collect();
    (width as u16, height as u16, small)
}

fn jpeg(quality: u8, progressive: bool) -> Vec<u8> {
    let (width, height, rgb) = photo();
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, quality);
    encoder.set_progressive(progressive);
    encoder.set_optimized_huffman_tables(true);
    encoder
        .add_app_segment(1, [b"Exif\0\0", SECRET].concat())
        .expect("a short segment");
    encoder
        .encode(&rgb, width, height, jpeg_encoder::ColorType::Rgb)
        .expect("a valid size");
    file.extend_from_slice(SECRET); // behind the end
    file
}

fn decoded(jpeg: &[u8]) -> Vec<u8> {
    jpeg_decoder::Decoder::new(jpeg).decode().expect("a JPEG")
}

fn png(compression: png::Compression) -> Vec<u8> {
    let (width, height, rgb) = photo();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width.into(), height.into());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Four);
    encoder.set_palette((0..16).flat_map(|at| [at * 17; 3]).collect::<Vec<u8>>());
    encoder.set_compression(compression);
    let secret = String::from_utf8(SECRET.to_vec()).expect("ASCII");
    encoder
        .add_text_chunk("Comment".to_owned(), secret)
        .expect("a short text");
    let indices: Vec<u8> = rgb.iter().step_by(3).map(|sample| sample >> 4).collect();
    let rows = indices.chunks_exact(width.into());
    let packed: Vec<u8> = rows
        .flat_map(|row| {
            row.chunks(2)
                .map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0))
        })
        .collect();
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&packed))
        .expect("a valid PNG");
    file
}

fn has_secret(file: &[u8]) -> bool {
    file.windows(SECRET.len()).any(|window| window == SECRET)
}

#[test]
fn a_small_file_is_answered_without_its_metadata_and_pixel_by_pixel() {
    for progressive in [false, true] {
        let file = jpeg(40, progressive);
        for query in [
            AS_IT_IS,
            "w=auto&h=auto&f=jpg&q=95",
            "w=4000&h=4000&we&fit=inside",
        ] {
            let output = output(&file, query);
            assert!(output.original, "{query}");
            assert!(output.body.len() < file.len() && !has_secret(&output.body));
            assert_eq!(decoded(&output.body), decoded(&file));
        }
    }
}

#[test]
fn a_large_file_is_made_smaller() {
    for file in [jpeg(98, false), jpeg(98, true)] {
        let output = output(&file, AS_IT_IS);
        assert!(!output.original && 2 * output.body.len() < file.len());
    }
}

#[test]
fn no_answer_is_larger_than_its_source_whatever_the_quality() {
    for quality in [20, 50, 80, 95] {
        let file = jpeg(quality, false);
        for asked in [1, 50, 80, 100] {
            let output = output(&file, &format!("{AS_IT_IS}&q={asked}"));
            assert!(output.body.len() < file.len(), "{quality} as {asked}");
        }
    }
}

#[test]
fn a_png_with_a_palette_keeps_it() {
    let file = png(png::Compression::High);
    let output = output(&file, AS_IT_IS);
    assert!(output.original && output.body.len() < file.len());
    assert!(!has_secret(&output.body));
    let read = |file: &[u8]| {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file.to_vec()))
            .read_info()
            .expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
        reader.next_frame(&mut pixels).expect("a PNG");
        (reader.info().color_type, pixels)
    };
    assert_eq!(read(&output.body), read(&file));
}

#[test]
fn a_webp_and_a_gif_that_are_made_again_are_no_larger() {
    let photo = jpeg(90, false);
    for format in ["webp", "gif"] {
        let first = output(&photo, &format!("{AS_IT_IS}&f={format}")).body;
        let again = output(&first, AS_IT_IS);
        assert!(again.body.len() <= first.len(), "{format}");
        assert_eq!(again.body.len() < first.len(), !again.original, "{format}");
    }
}

#[test]
fn whoever_changes_the_picture_gets_a_new_one() {
    let file = jpeg(40, false);
    let (width, height, _) = photo();
    for query in [
        format!("w={}&h={height}", width - 1),
        format!("w={}&h={height}", width + 1),
        format!("w={width}&h={}&fit=cover", height - 1),
        format!("w={}&h={}&we", width + 2, height + 2),
        format!("{AS_IT_IS}&f=png"),
        format!("{AS_IT_IS}&f=webp"),
        format!("{AS_IT_IS}&il"),
    ] {
        let output = output(&file, &query);
        assert!(!output.original, "{query}");
    }
    assert!(output(&jpeg(40, true), &format!("{AS_IT_IS}&il")).original);
    // `ll` concerns WebP only.
    assert!(output(&file, &format!("{AS_IT_IS}&ll")).original);
}

#[test]
fn a_file_that_is_damaged_inside_is_made_again() {
    let sound = jpeg(40, false);
    assert!(output(&sound, AS_IT_IS).original);
    let mut shown = 0;
    for at in (sound.len() / 4..sound.len() / 2).step_by(sound.len() / 40) {
        let mut file = sound.clone();
        file[at..at + 4].copy_from_slice(&[0x55; 4]);
        // A truncated file is refused. A file that continues may have been a picture of another
        // kind.
        if let Ok(output) = run(&file, AS_IT_IS, &Config::default().limits, true) {
            shown += u32::from(!output.original);
        }
    }
    assert!(shown > 0);
}

#[test]
fn a_file_that_is_turned_is_made_again() {
    let mut file = jpeg(40, false);
    let exif =
        b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let table = file.windows(2).position(|pair| pair == b"\xff\xdb");
    let table = table.expect("a quantisation table");
    file.splice(table..table, exif.iter().copied());
    let (width, height, _) = photo();
    let output = output(&file, AS_IT_IS);
    assert!(!output.original);
    let canvas = output.plan.canvas;
    assert_eq!((canvas.width, canvas.height), (height.into(), width.into()));
}

#[test]
fn without_room_for_the_file_the_picture_is_made_all_the_same() {
    let file = jpeg(40, false);
    let all = Config::default().limits;
    let peak = output(&file, AS_IT_IS).plan.peak_bytes;
    for promised in [true, false] {
        let limits = Limits {
            memory_bytes: peak + file.len() as u64 / 2,
            ..all
        };
        let tight = run(&file, AS_IT_IS, &limits, promised).expect("a sound picture");
        assert!(!tight.original, "{promised}");
        assert!(
            run(&file, AS_IT_IS, &all, promised)
                .expect("sound")
                .original
        );
    }
}

#[test]
fn the_description_tells_of_it() {
    let file = jpeg(40, false);
    let described = output(&file, &format!("{AS_IT_IS}&f=json"));
    let told: serde_json::Value = serde_json::from_slice(&described.body).expect("JSON");
    let steps = told["memory"]["steps"].as_array().expect("a list");
    assert!(
        steps
            .iter()
            .all(|step| step["holds"]["original"] == file.len())
    );
    let described = output(&file, "w=100&h=100&f=json");
    assert!(!String::from_utf8_lossy(&described.body).contains("original"));
}

/// Builds a grey image of a GIF, with a value for each of its pixels.
fn image(
    [left, top, width, height]: [u16; 4],
    pixel: impl FnMut(u32) -> u8,
) -> gif::Frame<'static> {
    let count = u32::from(width) * u32::from(height);
    let pixels: Vec<u8> = (0..count).map(pixel).collect();
    gif::Frame {
        left,
        top,
        delay: 7,
        ..gif::Frame::from_indexed_pixels(width, height, pixels, None)
    }
}

fn film(frames: &[gif::Frame<'_>]) -> Vec<u8> {
    let mut file = Vec::new();
    let palette: Vec<u8> = (0..=255).flat_map(|grey| [grey; 3]).collect();
    let mut encoder = gif::Encoder::new(&mut file, 120, 90, &palette).expect("a valid size");
    encoder.set_repeat(gif::Repeat::Finite(3)).expect("a file");
    for frame in frames {
        encoder.write_frame(frame).expect("a valid frame");
    }
    drop(encoder);
    file
}

/// Builds an animation of a background and a moving square.
fn gif_film() -> Vec<u8> {
    let ground = image([0, 0, 120, 90], |at| (at % 120 + at / 120) as u8 & 0xf0);
    let square = |at: u16| image([10 * at, 5 * at, 9, 9], move |_| 20 * at as u8);
    let frames: Vec<_> = std::iter::once(ground).chain((1..9).map(square)).collect();
    film(&frames)
}

/// Adds a comment at each end, and bytes behind the trailer.
fn loaded_gif(bare: &[u8]) -> Vec<u8> {
    let comment = [b"\x21\xfe\x1a", SECRET, b"\0"].concat();
    let (head, rest) = bare.split_at(13 + (3 << ((bare[10] & 7) + 1)));
    let (frames, trailer) = rest.split_at(rest.len() - 1);
    [head, &comment, frames, &comment, trailer, SECRET].concat()
}

/// Adds EXIF, and bytes behind the end.
fn loaded_webp(bare: &[u8]) -> Vec<u8> {
    let exif = [b"EXIF\x1a\0\0\0", SECRET].concat();
    let size = (bare.len() + exif.len() - 8) as u32;
    [b"RIFF", &size.to_le_bytes()[..], &bare[8..], &exif, SECRET].concat()
}

#[test]
fn an_animation_whose_maker_took_trouble_is_its_own_file_and_bare() {
    let gif = output(&gif_film(), AS_IT_IS).body;
    let webp = output(&gif, &format!("{AS_IT_IS}&f=webp")).body;
    for (bare, file) in [(&gif, loaded_gif(&gif)), (&webp, loaded_webp(&webp))] {
        assert!(has_secret(&file));
        for query in [AS_IT_IS, "w=120&h=90&n=9", "w=120&h=90&n=all&q=95"] {
            for promised in [true, false] {
                let output = run(&file, query, &Config::default().limits, promised);
                let output = output.expect("a sound animation");
                assert!(output.original, "{query}");
                assert_eq!(&output.body, bare, "{query}");
            }
        }
    }
}

#[test]
fn what_is_made_of_an_animation_is_never_its_own_file() {
    let gif = output(&gif_film(), AS_IT_IS).body;
    let webp = output(&gif, &format!("{AS_IT_IS}&f=webp")).body;
    for (file, other) in [(&gif, "webp"), (&webp, "gif")] {
        for query in [
            format!("{AS_IT_IS}&n=1"),
            format!("{AS_IT_IS}&n=8"),
            format!("{AS_IT_IS}&page=1"),
            format!("{AS_IT_IS}&page=1&n=all"),
            format!("{AS_IT_IS}&f={other}"),
            format!("{AS_IT_IS}&f=png"),
            "w=119&h=90".to_owned(),
        ] {
            let output = output(file, &query);
            assert!(!output.original && !output.plan.original, "{query}");
        }
    }
}

#[test]
fn an_animation_whose_images_are_not_on_its_canvas_is_made_again() {
    let mut film = output(&gif_film(), AS_IT_IS).body;
    for (left, original) in [(118, true), (119, false)] {
        film.pop();
        film.extend([
            0x2c, left, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0x4c, 0x0a, 0, 0x3b,
        ]);
        assert_eq!(output(&film, AS_IT_IS).original, original, "{left}");
    }
}

/// Builds noise that is covered and uncovered again and again at no cost; a newly encoded file has
/// the noise many times.
fn curtain() -> Vec<gif::Frame<'static>> {
    let mut noise = Noise(1);
    let mut frames = vec![image([0, 0, 120, 90], |_| noise.byte())];
    for _ in 0..9 {
        let mut cover = image([0, 0, 120, 90], |_| 0);
        cover.dispose = gif::DisposalMethod::Previous;
        frames.extend([cover, image([0, 0, 1, 1], |_| 9)]);
    }
    frames
}

#[test]
fn what_outgrows_its_plan_is_its_own_file_where_all_of_that_is_sound() {
    let file = film(&curtain());
    let own = output(&file, AS_IT_IS);
    assert!(own.original && own.body == file);
    // With enough memory the answer grows; here there is only the memory that is planned at first.
    assert!(output(&file, &format!("{AS_IT_IS}&n=18")).body.len() > 5 * file.len());
    let described = output(&file, &format!("{AS_IT_IS}&f=json"));
    let told: serde_json::Value = serde_json::from_slice(&described.body).expect("JSON");
    let limits = Limits {
        // And a few images more.
        memory_bytes: told["memory"]["reserved_bytes"].as_u64().expect("a number") + 2000,
        ..Config::default().limits
    };
    let own = run(&file, AS_IT_IS, &limits, true).expect("sound");
    assert!(own.original && own.body == file);
    let refused =
        |file: &[u8], query: &str| run(file, query, &limits, true).expect_err("too large");
    let part = refused(&file, &format!("{AS_IT_IS}&n=18"));
    assert!(matches!(part, Error::Outgrown { .. }), "{part:?}");
    // Cases: a last image of meaningless codes, far behind the image that was too much; one of too
    // few pixels; and undefined bytes between images.
    let mut damaged = file.clone();
    damaged.pop();
    let mut loose = damaged.clone();
    let mut short = damaged.clone();
    damaged.extend([0x2c, 0, 0, 0, 0, 9, 0, 9, 0, 0, 2, 1, 0x3c, 0, 0x3b]);
    let error = refused(&damaged, AS_IT_IS);
    assert_eq!(error, Error::Corrupt("the GIF is damaged or breaks off"));
    short.extend([0x2c, 0, 0, 0, 0, 9, 0, 9, 0, 0, 2, 1, 0x0c, 0, 0x3b]);
    let error = refused(&short, AS_IT_IS);
    assert!(matches!(error, Error::Outgrown { .. }), "{error:?}");
    loose.extend([0, 0x3b]);
    let error = refused(&loose, AS_IT_IS);
    assert!(matches!(error, Error::Outgrown { .. }), "{error:?}");
}

#[test]
fn an_animation_is_not_held_twice() {
    let file = output(&gif_film(), AS_IT_IS).body;
    let described = output(&file, &format!("{AS_IT_IS}&f=json"));
    assert!(described.plan.original);
    assert!(!String::from_utf8_lossy(&described.body).contains("original"));
    // Memory for the decoder's copy is enough.
    let told: serde_json::Value = serde_json::from_slice(&described.body).expect("JSON");
    let needed = told["memory"]["reserved_bytes"].as_u64().expect("a number");
    let limits = Limits {
        memory_bytes: needed,
        ..Config::default().limits
    };
    assert!(run(&file, AS_IT_IS, &limits, true).expect("sound").original);
}

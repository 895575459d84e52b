//! Never worse: a picture that is asked for as it is gets its own file, without metadata, where that is smaller than what is made of it.

use letterbox::config::Config;
use letterbox::image::{Error, Limits, Output, Pipeline};
use letterbox::url;

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const SECRET: &[u8] = b"secret-of-the-photographer";

fn run(file: &[u8], query: &str, limits: &Limits, promised: bool) -> Result<Output, Error> {
    let config = Config::default();
    let asked = url::parse(&format!("s=/x&{query}"), &config.url_defaults());
    let transform = asked.expect("good parameters").expect("a source").transform;
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

/// As it is, whatever its size.
const AS_IT_IS: &str = "w=auto&h=auto";

/// A photo's pixels, RGB, and its size.
fn photo() -> (u16, u16, Vec<u8>) {
    let mut decoder = jpeg_decoder::Decoder::new(PHOTO);
    let pixels = decoder.decode().expect("a good photo");
    let info = decoder.info().expect("it has been decoded");
    // A third each way.
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
    // Lossless is a word about WebP.
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
        // What breaks off is refused, and what goes on may have been a picture of another kind.
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

//! What a transform allocates, counted: hostile files that cost more than they say, and honest ones at the price of the plan.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use letterbox::config::Config;
use letterbox::image::{Error, Pipeline};
use letterbox::transform::Transform;
use letterbox::url;

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
/// One test at a time, what it makes its files of included.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[allow(
    unsafe_code,
    reason = "counting is the test; every call is handed to the system's allocator as it came"
)]
// SAFETY: all obligations are the caller's and are passed on unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    /// What grows is there twice while it moves; what shrinks stays where it is.
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > layout.size() {
            let held = HELD.fetch_add(size, Ordering::Relaxed) + size;
            PEAK.fetch_max(held, Ordering::Relaxed);
            HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        } else {
            HELD.fetch_sub(layout.size() - size, Ordering::Relaxed);
        }
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The outcome, which is what was reserved, and what was allocated at the peak; the file's length is known beforehand.
fn measure(file: &[u8], query: &str) -> (Result<usize, Error>, usize) {
    measure_with(file, query, file.len())
}

fn measure_with(file: &[u8], query: &str, promised: usize) -> (Result<usize, Error>, usize) {
    let config = Config::default();
    let asked = url::parse(&format!("s=/x&{query}"), &config.url_defaults());
    let transform: Transform = asked.expect("good parameters").expect("a source").transform;
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let outcome = run(file, &transform, &config, promised);
    (outcome, PEAK.load(Ordering::Relaxed) - before)
}

fn run(
    file: &[u8],
    transform: &Transform,
    config: &Config,
    promised: usize,
) -> Result<usize, Error> {
    let mut pipeline = Pipeline::new(transform, &config.limits);
    pipeline.promise(promised as u64)?;
    let mut reserved = 0;
    for chunk in file.chunks(131_072) {
        pipeline.push(chunk)?;
        reserved = reserved.max(pipeline.memory_bytes());
    }
    pipeline.end()?;
    reserved = reserved.max(pipeline.memory_bytes());
    pipeline.finish(&|| 0.0)?;
    Ok(reserved as usize)
}

fn png(width: u32, height: u32, colour: png::ColorType, fill: impl Fn(usize) -> u8) -> Vec<u8> {
    deep_png(width, height, colour, png::BitDepth::Eight, fill)
}

fn deep_png(
    width: u32,
    height: u32,
    colour: png::ColorType,
    depth: png::BitDepth,
    fill: impl Fn(usize) -> u8,
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.set_compression(png::Compression::Fast);
    if colour == png::ColorType::Indexed {
        encoder.set_palette(
            (0..=255)
                .flat_map(|at| [at, 255 - at, 7])
                .collect::<Vec<u8>>(),
        );
    }
    let row_bytes = (width as usize * colour.samples() * depth as usize).div_ceil(8);
    let pixels: Vec<u8> = (0..row_bytes * height as usize).map(fill).collect();
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&pixels))
        .expect("a valid PNG");
    file
}

fn noise(at: usize) -> u8 {
    ((at as u32).wrapping_mul(2_654_435_761) >> 13) as u8
}

fn riff(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, content) in chunks {
        body.extend_from_slice(*name);
        body.extend((content.len() as u32).to_le_bytes());
        body.extend(content);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
}

#[test]
fn a_webp_whose_frame_is_larger_than_its_canvas_is_refused_cheaply() {
    let _turn = turn();
    let mut frame = vec![0x10, 2, 0, 0x9d, 0x01, 0x2a];
    frame.extend([0xff, 0x3f, 0xff, 0x3f]); // 16383 x 16383
    frame.extend([0; 200]);
    let (outcome, peak) = measure(
        &riff(&[(b"VP8X", vec![0; 10]), (b"VP8 ", frame)]),
        "w=10&h=10",
    );
    assert!(matches!(outcome, Err(Error::Corrupt(_))), "{outcome:?}");
    assert!(peak < 1 << 20, "{peak}");
}

#[test]
fn a_tiff_that_claims_millions_of_strips_is_refused_cheaply() {
    let _turn = turn();
    let mut file = b"II*\0\x08\0\0\0\x03\0".to_vec();
    for (tag, kind, count, value) in [
        (0x100u16, 3u16, 1u32, 1u32),
        (0x101, 3, 1, 1),
        (0x111, 4, 8_000_000, 8),
    ] {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(count.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 8]);
    let (outcome, peak) = measure(&file, "w=10&h=10");
    assert!(matches!(outcome, Err(Error::Corrupt(_))), "{outcome:?}");
    assert!(peak < 1 << 20, "{peak}");
}

#[test]
fn a_png_inside_an_icon_is_read_like_any_png() {
    let _turn = turn();
    let image = png(16, 16, png::ColorType::Rgb, noise);
    let mut icon = b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0".to_vec();
    icon.extend((image.len() as u32).to_le_bytes());
    icon.extend(22u32.to_le_bytes());
    icon.extend(image);
    let (outcome, peak) = measure(&icon, "w=10&h=10");
    assert!(outcome.is_ok(), "{outcome:?}");
    assert!(peak < 1 << 20, "{peak}");
}

#[test]
fn images_of_odd_shapes_and_noise_cost_no_more_than_planned() {
    let _turn = turn();
    let wide = png(16_000, 100, png::ColorType::Rgb, |_| 7);
    let tall = png(100, 60_000, png::ColorType::Rgb, |_| 7);
    let rgb = png(1400, 1400, png::ColorType::Rgb, noise);
    let rgba = png(1000, 1000, png::ColorType::Rgba, noise);
    let grey = png(1400, 1400, png::ColorType::Grayscale, noise);
    for (name, file, query) in [
        ("wide", &wide, "w=1&h=4096&fit=fill"),
        ("tall", &tall, "w=300&h=300"),
        ("tall", &tall, "w=4096&h=1&fit=fill"),
        ("rgb", &rgb, "w=1400&h=1400&f=webp"),
        ("rgb", &rgb, "w=1400&h=1400&f=png"),
        ("rgb", &rgb, "w=1400&h=1400&f=jpg&q=100"),
        ("rgb", &rgb, "w=1400&h=1400&f=jpg&q=100&il"),
        ("rgb", &rgb, "w=1400&h=1400&f=gif"),
        ("rgba", &rgba, "w=1000&h=1000&f=webp"),
        ("rgba", &rgba, "w=1000&h=1000&f=png"),
        ("rgba", &rgba, "w=1000&h=1000&f=jpg"),
        ("grey", &grey, "w=1400&h=1400&f=png"),
        ("grey", &grey, "w=1400&h=1400&f=webp"),
        ("grey", &grey, "w=1400&h=1400&f=gif"),
        ("grey", &grey, "w=1400&h=1400&f=jpg&q=100"),
    ] {
        let (outcome, peak) = measure(file, query);
        match outcome {
            Ok(planned) => assert!(
                peak <= planned,
                "{name} {query}: {peak} bytes, planned {planned}"
            ),
            Err(error @ Error::OverBudget { .. }) => {
                assert!(peak < 72 << 20, "{name} {query}: {error}")
            }
            Err(error) => panic!("{name} {query}: {error}"),
        }
    }
}

#[test]
fn a_png_costs_its_window_and_its_rows_and_not_its_file() {
    use png::{BitDepth::*, ColorType::*};
    let _turn = turn();
    for (name, file) in [
        ("wide", deep_png(30_000, 60, Rgb, Eight, noise)),
        ("tall", deep_png(60, 30_000, Rgb, Eight, noise)),
        ("16-bit RGBA", deep_png(1500, 1000, Rgba, Sixteen, noise)),
        (
            "wide 16-bit RGBA",
            deep_png(30_000, 30, Rgba, Sixteen, noise),
        ),
        ("palette", deep_png(3000, 2000, Indexed, Eight, noise)),
        ("palette of 16", deep_png(3000, 2000, Indexed, Four, noise)),
        (
            "grey of 16 bits",
            deep_png(3000, 2000, Grayscale, Sixteen, noise),
        ),
    ] {
        for query in ["w=64&h=64&f=jpg", "w=600&h=300&f=jpg"] {
            let (outcome, peak) = measure(&file, query);
            let planned = outcome.expect("a good PNG");
            assert!(
                peak <= planned,
                "{name} {query}: {peak} bytes, planned {planned}"
            );
            eprintln!("{name} {query}: {peak} bytes of {planned} planned");
        }
    }
}

/// A JPEG whose profile is a table of so many nodes an axis, from RGB to Lab of 16 bits.
fn with_table(jpeg: &[u8], nodes: usize) -> Vec<u8> {
    let mut table = b"mft2\0\0\0\0\x03\x03".to_vec();
    table.extend([nodes as u8, 0]);
    table.extend([0; 36]);
    table.extend([0, 2, 0, 2]);
    let straight = [0, 0, 0xff, 0xff];
    table.extend(straight.repeat(3));
    table.extend((0..6 * nodes.pow(3)).map(|at| (at * 7) as u8));
    table.extend(straight.repeat(3));
    let mut profile = vec![0; 128];
    profile[16..24].copy_from_slice(b"RGB Lab ");
    profile[36..40].copy_from_slice(b"acsp");
    profile.extend([0, 0, 0, 1]);
    profile.extend(b"A2B0");
    profile.extend(144u32.to_be_bytes());
    profile.extend((table.len() as u32).to_be_bytes());
    profile.extend(table);
    let mut file = jpeg[..2].to_vec();
    let count = profile.len().div_ceil(65_519) as u8;
    for (at, part) in profile.chunks(65_519).enumerate() {
        file.extend([0xff, 0xe2]);
        file.extend((part.len() as u16 + 16).to_be_bytes());
        file.extend(b"ICC_PROFILE\0");
        file.extend([at as u8 + 1, count]);
        file.extend(part);
    }
    file.extend(&jpeg[2..]);
    file
}

#[test]
fn a_profile_costs_what_is_planned_for_it() {
    let _turn = turn();
    let photo = std::fs::read("demo/samples/waterfall.jpg").expect("a sample");
    let (plain, without) = measure(&photo, "w=300&h=200");
    plain.expect("a photo");
    for nodes in [2, 9, 20, 33, 64] {
        let file = with_table(&photo, nodes);
        let (outcome, peak) = measure(&file, "w=300&h=200");
        let planned = outcome.expect("a photo with a profile");
        println!("{nodes} nodes: {peak} bytes, of {planned}; without a profile {without}");
        assert!(peak <= planned, "{nodes} nodes: {peak}, planned {planned}");
    }
}

#[test]
fn a_photo_costs_what_its_result_costs() {
    let _turn = turn();
    let photo = include_bytes!("../demo/samples/waterfall.jpg");
    for query in ["w=1200&h=627", "w=320&h=320", "w=1800&h=1200&fit=cover"] {
        let (outcome, peak) = measure(photo, query);
        let planned = outcome.expect("a good photo");
        assert!(peak <= planned, "{query}: {peak} bytes, planned {planned}");
        eprintln!("{query}: {peak} bytes of {planned} planned");
    }
}

#[test]
fn what_is_reserved_is_enough_whether_or_not_the_length_is_known() {
    let _turn = turn();
    let side = 2400;
    let pixels: Vec<u8> = (0..side * side * 3).map(noise).collect();
    let jpeg = |progressive| {
        let mut file = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut file, 90);
        encoder.set_progressive(progressive);
        let (side, colour) = (side as u16, jpeg_encoder::ColorType::Rgb);
        encoder
            .encode(&pixels, side, side, colour)
            .expect("a valid size");
        file
    };
    let png = png(2400, 600, png::ColorType::Rgb, noise);
    for (name, file) in [
        ("baseline", jpeg(false)),
        ("progressive", jpeg(true)),
        ("png", png),
    ] {
        for promised in [file.len(), 0, file.len() / 3] {
            let (outcome, peak) = measure_with(&file, "w=80&h=80", promised);
            let reserved = outcome.expect("a sound file");
            eprintln!(
                "{name} of {} bytes, {promised} promised: {peak} bytes of {reserved} reserved",
                file.len()
            );
            assert!(peak <= reserved, "{name}, {promised} promised");
        }
    }
}

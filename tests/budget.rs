//! Memory that a transform allocates: hostile files that cost more than they claim are refused, and
//! honest ones cost what was planned.

use letterbox::config::Config;
use letterbox_engine::transform::Transform;
use letterbox_engine::{Error, Pipeline};
use letterbox_testkit::counting::{Counting, most};

#[path = "support/answer.rs"]
mod answer;
#[path = "support/tiff.rs"]
mod tiff;

use answer::transform;
use tiff::{Chunk, Writer};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns the outcome, with the bytes reserved, and the peak of the bytes allocated. The file's
/// length is known beforehand.
fn measure(file: &[u8], query: &str) -> (Result<usize, Error>, usize) {
    measure_with(file, query, file.len())
}

fn measure_with(file: &[u8], query: &str, promised: usize) -> (Result<usize, Error>, usize) {
    let config = Config::default();
    let transform = transform(query);
    most(|| run(file, &transform, &config, promised))
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
    while !pipeline.play(&|| 0.0)? {
        reserved = reserved.max(pipeline.memory_bytes());
    }
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

/// Bit writer, lowest bit first (RFC 9649, section 3.2).
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn put(&mut self, value: u32, count: usize) {
        for bit in 0..count {
            self.bytes.resize(self.count / 8 + 1, 0);
            self.bytes[self.count / 8] |= ((u64::from(value) >> bit & 1) as u8) << (self.count % 8);
            self.count += 1;
        }
    }

    /// Writes the lengths of a code, up to 15, with 4 bits each.
    fn put_code(&mut self, lengths: &[u32]) {
        self.put(0, 1);
        self.put(15, 4);
        // Codes of equal length for the lengths, and none for 16 to 18.
        for length in [0, 0, 4, 4, 4, 4, 4, 4, 0, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4] {
            self.put(length, 3);
        }
        self.put(1, 1);
        self.put(2, 3);
        self.put(lengths.len() as u32 - 2, 6);
        for length in lengths {
            // Canonical code: the code of a length is the length itself, highest bit first.
            self.put(length.reverse_bits() >> 28, 4);
        }
    }
}

/// Builds a lossless stream of one pixel that claims `groups` groups of codes, with lengths up to
/// `longest`. If `headed`, the stream has a header with its size.
fn greedy(groups: u32, longest: u32, headed: bool) -> Vec<u8> {
    let mut bits = Bits::default();
    if headed {
        bits.put(0x2f, 8);
        bits.put(0, 14 + 14 + 1 + 3);
    }
    bits.put(0, 2); // no transform, no cache
    bits.put(1, 1); // several groups, of which an image of one pixel is the last
    bits.put(0, 3 + 1);
    for symbol in [(groups - 1) & 255, (groups - 1) >> 8, 0, 0, 0] {
        bits.put(0b101, 3);
        bits.put(symbol, 8);
    }
    // Symbols 1, 2 and so on have codes of 1, 2 and so on bits; the last two have equally many.
    let lengths: Vec<u32> = [0]
        .into_iter()
        .chain(1..=longest)
        .chain([longest])
        .collect();
    for _ in 0..groups * 5 {
        bits.put_code(&lengths);
    }
    bits.put(0, 64);
    bits.bytes
}

/// Builds the files that may hold such a stream: a picture, alpha, and the first frame of an
/// animation.
fn greedy_files(groups: u32, longest: u32) -> [(&'static str, Vec<u8>); 3] {
    let picture = greedy(groups, longest, true);
    let alpha = [vec![1], greedy(groups, longest, false)].concat();
    // One empty macroblock.
    let mut lossy = (32u32 << 5 | 0x10).to_le_bytes()[..3].to_vec();
    lossy.extend([0x9d, 0x01, 0x2a, 1, 0, 1, 0]);
    lossy.extend([0; 64]);
    let header = |flags| [&[flags][..], &[0; 9]].concat();
    let inner = riff(&[(b"VP8L", picture.clone())])[12..].to_vec();
    let frame = [vec![0; 16], inner].concat();
    [
        ("picture", riff(&[(b"VP8L", picture)])),
        (
            "alpha",
            riff(&[(b"VP8X", header(0x10)), (b"ALPH", alpha), (b"VP8 ", lossy)]),
        ),
        (
            "animation",
            riff(&[
                (b"VP8X", header(0x02)),
                (b"ANIM", vec![0; 6]),
                (b"ANMF", frame),
            ]),
        ),
    ]
}

#[test]
fn a_webp_that_claims_more_codes_than_there_is_room_for_is_refused_cheaply() {
    for (name, file) in greedy_files(40_000, 10) {
        let length = file.len();
        let (outcome, peak) = measure(&file, "w=10&h=10");
        let over = matches!(outcome, Err(Error::OverBudget { .. }));
        assert!(over, "{name}: {outcome:?}");
        assert!(
            peak < (1 << 20) + 4 * length,
            "{name}: {peak} for {length} bytes"
        );
    }
}

#[test]
fn the_codes_of_a_webp_are_reserved_before_they_are_made() {
    for (groups, longest) in [(1, 1), (700, 2), (700, 10), (700, 14)] {
        for (name, file) in greedy_files(groups, longest) {
            let (outcome, peak) = measure(&file, "w=10&h=10");
            let planned = outcome.unwrap_or_else(|error| panic!("{name} of {groups}: {error}"));
            eprintln!("{name}, {groups} groups of up to {longest} bits: {peak} bytes of {planned}");
            assert!(
                peak <= planned,
                "{name} of {groups}: {peak} bytes, planned {planned}"
            );
        }
    }
}

#[test]
fn codes_of_a_webp_that_do_not_fit_together_never_reach_its_decoder() {
    let mut bits = Bits::default();
    bits.put(0x2f, 8);
    bits.put(0, 14 + 14 + 1 + 3);
    bits.put(0, 3); // no transform, no cache, one group
    // Four times as many codes as fit, which a 16-bit sum takes for exactly as many.
    bits.put_code(&[1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15]);
    (0..4).for_each(|_| bits.put_code(&[0, 1, 1]));
    bits.put(0, 64);
    let (outcome, _) = measure(&riff(&[(b"VP8L", bits.bytes)]), "w=10&h=10");
    assert!(matches!(outcome, Err(Error::Corrupt(_))), "{outcome:?}");
}

#[test]
fn a_webp_whose_partitions_are_longer_than_its_file_is_refused_cheaply() {
    let mut frame = vec![0x10, 1, 0, 0x9d, 0x01, 0x2a, 1, 0, 1, 0];
    frame.extend([0; 5]); // some other settings of the frame than these
    frame.extend([0x03; 3]);
    frame.extend([0xff; 300]);
    for first in [0u32, 8, (1 << 19) - 1] {
        let tag = (first << 5 | 0x10).to_le_bytes();
        frame[..3].copy_from_slice(&tag[..3]);
        // The 256 settings cover every number of partitions.
        for settings in 0..=255 {
            frame[10] = settings;
            frame[12] = settings.wrapping_mul(29);
            let (outcome, peak) = measure(&riff(&[(b"VP8 ", frame.clone())]), "w=10&h=10");
            assert!(peak < 1 << 20, "{settings}: {peak}, {outcome:?}");
        }
    }
}

#[test]
fn the_frame_of_a_webp_that_is_decoded_is_the_one_that_was_planned() {
    let lossy = |side: u16| {
        let [low, high] = side.to_le_bytes();
        [
            &[0x10, 2, 0, 0x9d, 0x01, 0x2a, low, high, low, high][..],
            &[0; 200],
        ]
        .concat()
    };
    let frame =
        |chunks: &[(&[u8; 4], Vec<u8>)]| [vec![0; 16], riff(chunks)[12..].to_vec()].concat();
    let (small, large) = (lossy(1), lossy(16_383));
    for (flags, is_read, chunks) in [
        // An invalid frame in front of a valid picture.
        (
            0,
            false,
            vec![
                (b"ANMF", frame(&[(b"VP8 ", small.clone())])),
                (b"VP8 ", large.clone()),
            ],
        ),
        // Unknown chunks in an animation's frame are skipped.
        (
            0x12,
            true,
            vec![
                (b"ANIM", vec![0; 6]),
                (
                    b"ANMF",
                    frame(&[(b"ALPH", vec![0, 255]), (b"OHNO", large), (b"VP8 ", small)]),
                ),
            ],
        ),
    ] {
        let header = (b"VP8X", [&[flags][..], &[0; 9]].concat());
        let file = riff(&[vec![header], chunks].concat());
        let (outcome, peak) = measure(&file, "w=10&h=10");
        match outcome {
            Ok(_) => assert!(is_read),
            outcome => assert!(
                matches!(outcome, Err(Error::Corrupt(_))) && !is_read,
                "{outcome:?}"
            ),
        }
        assert!(peak < 1 << 20, "{peak}");
    }
}

#[test]
fn a_tiff_that_claims_millions_of_strips_is_refused_cheaply() {
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

/// A page of A4 at 600 dpi in two colours, 35 megapixels: only rows of it are held.
#[test]
fn a_scan_in_tiff_takes_rows_and_its_file() {
    let (width, height) = (4960u32, 7016u32);
    // T.6: every row equals the one above, which is white, so each row takes one bit; then two
    // end-of-line codes.
    let mut data = vec![0xff; height as usize / 8];
    data.extend([0x00, 0x10, 0x01]);
    for (compression, data) in [(4, data), (1, vec![0x5a; (width / 8 * height) as usize])] {
        let writer = Writer {
            bits: 1,
            photometric: 0,
            tags: vec![(259, true, vec![compression])],
            ..Writer::default()
        };
        let file = writer.file(width, height, 1, &[data]);
        let (outcome, peak) = measure(&file, "w=1200&h=627");
        let reserved = outcome.expect("a sound file");
        assert!(peak <= reserved, "{peak} of {reserved}");
        assert!(
            peak - file.len() < 3 << 20,
            "{peak}, the file {}",
            file.len()
        );
    }
}

/// Limits the cost of tiles and strips that claim more data than there is to the data that is
/// there.
#[test]
fn a_tiff_of_huge_strips_or_tiles_is_refused_cheaply() {
    for (width, height, chunk, tag) in [
        (
            1 << 14,
            1 << 14,
            Chunk::Strip(u32::MAX),
            (277, true, vec![1]),
        ),
        (64, 48, Chunk::Tile(1 << 30, 1 << 30), (277, true, vec![1])),
        (
            1 << 14,
            1 << 13,
            Chunk::Tile(1 << 13, 1 << 13),
            (277, true, vec![1]),
        ),
        (1 << 28, 1, Chunk::Strip(1), (277, true, vec![1])),
        (1 << 13, 1 << 13, Chunk::Tile(1, 1), (277, true, vec![1])),
        (1 << 13, 1 << 13, Chunk::Strip(1), (258, true, vec![16])),
    ] {
        let writer = Writer {
            chunk,
            photometric: 1,
            tags: vec![tag],
            ..Writer::default()
        };
        let file = writer.file(width, height, 1, &[vec![1; 1000]]);
        let (outcome, peak) = measure(&file, "w=1200&h=627");
        assert!(outcome.is_err(), "{chunk:?}");
        // Rows may be long, but only the planned bytes are allocated.
        assert!(peak < 4 << 20, "{chunk:?}: {peak}");
    }
}

#[test]
fn a_png_inside_an_icon_is_read_like_any_png() {
    let image = png(16, 16, png::ColorType::Rgb, noise);
    let mut icon = b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0".to_vec();
    icon.extend((image.len() as u32).to_le_bytes());
    icon.extend(22u32.to_le_bytes());
    icon.extend(image);
    let (outcome, peak) = measure(&icon, "w=10&h=10");
    assert!(outcome.is_ok(), "{outcome:?}");
    assert!(peak < 1 << 20, "{peak}");
}

/// Builds a lossy WebP of one colour, whose bits are all zero.
fn lossy_webp(width: u16, height: u16) -> Vec<u8> {
    // More bits than the modes and the tokens of that many macroblocks take.
    let macroblocks = usize::from(width.div_ceil(16)) * usize::from(height.div_ceil(16));
    let (modes, tokens) = (100 + macroblocks, 100 + 4 * macroblocks);
    let mut frame = ((modes as u32) << 5 | 0x10).to_le_bytes()[..3].to_vec();
    frame.extend([0x9d, 0x01, 0x2a]);
    frame.extend([width.to_le_bytes(), height.to_le_bytes()].concat());
    frame.resize(frame.len() + modes + tokens, 0);
    riff(&[(b"VP8 ", frame)])
}

#[test]
fn a_lossy_webp_takes_rows_and_its_file_however_large_it_is() {
    for (width, height, query) in [
        (8000, 4900, "w=1200&h=627&f=jpg"),
        (16_383, 16, "w=1&h=4096&fit=fill&f=jpg"),
        (16_383, 16, "w=1200&h=627&f=png"),
        (16, 16_383, "w=4096&h=1&fit=fill&f=jpg"),
        (16, 16_383, "w=300&h=300&f=jpg"),
        (400, 300, "w=1200&h=627&f=jpg"),
        (1, 1, "w=600&h=1&f=jpg"),
    ] {
        let file = lossy_webp(width, height);
        let (outcome, peak) = measure(&file, query);
        let planned = outcome.unwrap_or_else(|error| panic!("{width} x {height}: {error}"));
        let held = peak - file.len();
        eprintln!("{width} x {height}, {query}: {held} bytes beside the file, {planned} planned");
        assert!(peak <= planned, "{width} x {height}: {peak} of {planned}");
        assert!(held < 9 << 20, "{width} x {height}: {held}");
    }
}

#[test]
fn images_of_odd_shapes_and_noise_cost_no_more_than_planned() {
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

/// Builds a JPEG whose profile is a table of `nodes` nodes an axis, from RGB to 16-bit Lab.
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

#[test]
fn a_description_of_what_does_not_fit_says_so() {
    let mut header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    header.extend(12_000u32.to_be_bytes());
    header.extend(12_000u32.to_be_bytes());
    header.extend([8, 6, 0, 0, 1]); // RGBA, interlaced
    header.extend([0; 4]);
    header.extend(b"\0\0\0\0IDAT\0\0\0\0");
    let config = Config::default();
    let as_json = transform("w=600&h=300&f=json");
    let mut pipeline = Pipeline::new(&as_json, &config.limits);
    pipeline.push(&header).expect("it is not decoded");
    let output = pipeline.finish(&|| 0.0).expect("it is not decoded");
    let said: serde_json::Value = serde_json::from_slice(&output.body).expect("JSON");
    let memory = &said["memory"];
    assert_eq!(memory["fits"], false);
    assert_ne!(memory["peak"], "encode", "the image is whole before that");
    assert!(memory["reserved_bytes"].as_u64() > memory["budget_bytes"].as_u64());

    let as_image = transform("w=600&h=300&f=jpg");
    let refused = Pipeline::new(&as_image, &config.limits).push(&header);
    assert!(
        matches!(refused, Err(Error::OverBudget { .. })),
        "{refused:?}"
    );
}

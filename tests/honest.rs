//! A plan reserves what a transform takes, and not much more. For every good file of the corpus and
//! for generated pictures of all kinds, the bytes allocated at the peak are at most those reserved,
//! and those reserved are at most 1.3 times the peak.
//!
//! `cargo test --test honest -- --nocapture` prints the quotients. The corpus is found as in
//! `corpus.rs`; the test reports that it is skipped if there is none.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use letterbox::config::Config;
use letterbox_engine::{Error, Pipeline};
use letterbox_testkit::counting::{Counting, Watch};
use letterbox_testkit::{Noise, corpus, each};

#[path = "support/answer.rs"]
mod answer;
#[path = "support/tiff.rs"]
mod tiff;

use answer::transform;
use tiff::{Chunk, Packing, Writer};

/// Largest quotient of the estimate and the measured peak.
const MOST: f64 = 1.3;
/// Further bytes that the estimate may have: buffers whose size does not depend on the picture, and
/// which not every file uses, such as the Huffman tables of a JPEG and the window of a PNG.
const ALLOWANCE: f64 = 65_536.0;
/// Further bytes for a PNG: a window and hashes, with which drawings are compressed and photos are
/// not, and the counts of colours that may become a palette.
const OF_A_DRAWING: f64 = 10.0 * ALLOWANCE;

/// Query for a file's own size and format. The source's file is held beside the answer, see
/// `tests/original.rs`. An icon stays an icon, and buffers of fixed size weigh twice as much
/// compared with an icon.
const AS_IT_IS: &str = "w=auto&h=auto";

/// Returns the largest quotient for a query. Descriptions have a larger one: at 100 x 100 pixels
/// most of the memory of describing a progressive JPEG is its decoder, which is planned for the
/// coefficients of the worst scans. A look at all pixels of a JPEG is such a case, too.
fn most(query: &str) -> f64 {
    if query == "f=json" || query == "f=blurhash" || query.contains("trim") || query.contains("a=")
    {
        1.7
    } else {
        MOST
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes reserved and bytes allocated at the peak, with the allowed deviations.
struct Cost {
    planned: f64,
    measured: f64,
    allowance: f64,
    most: f64,
}

fn config() -> &'static Config {
    static CONFIG: OnceLock<Config> = OnceLock::new();
    CONFIG.get_or_init(Config::default)
}

fn measure(file: &[u8], query: &str) -> Result<(Cost, Vec<u8>), Error> {
    let config = config();
    let transform = transform(query);
    let watch = Watch::start();
    let mut pipeline = Pipeline::new(&transform, &config.limits);
    pipeline.promise(file.len() as u64)?;
    let mut planned = 0;
    for chunk in file.chunks(131_072) {
        pipeline.push(chunk)?;
        planned = planned.max(pipeline.memory_bytes());
    }
    pipeline.end()?;
    planned = planned.max(pipeline.memory_bytes());
    while !pipeline.play(&|| 0.0)? {
        planned = planned.max(pipeline.memory_bytes());
    }
    let output = pipeline.finish(&|| 0.0)?;
    planned = planned.max(output.metadata_bytes(&config.limits)?);
    let output = output.with_metadata()?;
    let icons = if query == AS_IT_IS { ALLOWANCE } else { 0.0 };
    let cost = Cost {
        planned: planned as f64,
        measured: watch.most() as f64,
        allowance: match output.body.get(..26) {
            Some([0x89, b'P', b'N', b'G', ..]) => ALLOWANCE + icons + OF_A_DRAWING,
            _ => ALLOWANCE + icons,
        },
        most: most(query),
    };
    Ok((cost, output.body))
}

/// Quotients by kind of transform, and the failures.
#[derive(Default)]
struct Ledger {
    quotients: BTreeMap<String, Vec<f64>>,
    faults: Vec<String>,
}

impl Ledger {
    fn enter(&mut self, kind: &str, name: &str, cost: &Cost) {
        let Cost {
            planned,
            measured,
            allowance,
            most,
        } = *cost;
        let quotient = planned / measured;
        if std::env::var_os("EACH").is_some() {
            eprintln!("{kind:24} {quotient:.3} {measured:9} {planned:9} {name}");
        }
        self.quotients
            .entry(kind.to_owned())
            .or_default()
            .push(quotient);
        if measured > planned || planned > most * measured + allowance {
            self.faults.push(format!(
                "{kind}, {name}: {planned} bytes planned, {measured} measured, {quotient:.2}"
            ));
        }
    }

    fn close(mut self) {
        for (kind, quotients) in &mut self.quotients {
            quotients.sort_by(f64::total_cmp);
            let (count, last) = (quotients.len(), quotients.len() - 1);
            eprintln!(
                "{kind:24} {count:4} files, estimate / measured: {:.2} to {:.2}, median {:.2}",
                quotients[0],
                quotients[last],
                quotients[count / 2],
            );
        }
        self.faults.iter().for_each(|fault| eprintln!("{fault}"));
        assert!(
            self.faults.is_empty(),
            "{} plans are not honest",
            self.faults.len()
        );
    }
}

/// The good files of a format of the corpus, at the default transform; every `nth` one as each
/// format of answers, and small.
fn corpus_of(format: &str, nth: usize) {
    let Some(corpus) = corpus() else { return };
    let files = corpus.of(format).filter(|entry| entry.is_to_be_served());
    let files: Vec<_> = files.enumerate().collect();
    let costs = each(&files, |(at, entry)| {
        let file = corpus.read(entry);
        let mut queries = vec!["w=1200&h=627"];
        if at % nth == 0 {
            queries.extend([
                "w=320&h=320",
                "w=1200&h=627&f=jpg",
                "w=1200&h=627&f=png",
                "w=1200&h=627&f=png&q=80",
                "w=1200&h=627&f=webp",
                "w=1200&h=627&f=gif",
                AS_IT_IS,
                "w=1200&h=627&f=jpg&il",
            ]);
        }
        if format == "gif" {
            queries.push("w=auto&h=auto&f=png"); // with the palette that it has
        }
        // Not every good file is served: some break off.
        let cost = |query| Some((query, measure(&file, query).ok()?.0));
        queries.into_iter().filter_map(cost).collect::<Vec<_>>()
    });
    let mut ledger = Ledger::default();
    for ((_, entry), costs) in files.iter().zip(&costs) {
        for (query, cost) in costs {
            ledger.enter(&format!("{format} {}", &query[2..]), &entry.name, cost);
        }
    }
    ledger.close();
}

#[test]
fn corpus_of_jpeg() {
    corpus_of("jpeg", 8);
}

#[test]
fn corpus_of_png() {
    corpus_of("png", 16);
}

#[test]
fn corpus_of_webp() {
    corpus_of("webp", 4);
}

#[test]
fn corpus_of_gif() {
    corpus_of("gif", 4);
}

#[test]
fn corpus_of_bitmaps_and_icons() {
    corpus_of("bmp", 4);
    corpus_of("ico", 2);
}

#[test]
fn corpus_of_tiff() {
    corpus_of("tiff", 4);
}

/// Returns the pixels of a photo in RGB, 900 x 600.
fn photo() -> (usize, usize, Vec<u8>) {
    let file: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
    let mut decoder = jpeg_decoder::Decoder::new(file);
    let pixels = decoder.decode().expect("a good photo");
    let info = decoder.info().expect("it has been decoded");
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    let half = |y: usize| pixels[3 * y * width..][..3 * width].chunks(6);
    let halves: Vec<u8> = (0..height)
        .step_by(2)
        .flat_map(half)
        .flat_map(|pair| &pair[..3])
        .copied()
        .collect();
    (width.div_ceil(2), height.div_ceil(2), halves)
}

fn noise(bytes: usize) -> Vec<u8> {
    Noise(1).bytes(bytes)
}

fn jpeg(width: usize, height: usize, rgb: &[u8], progressive: bool) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 88);
    encoder.set_progressive(progressive);
    encoder
        .encode(
            rgb,
            width as u16,
            height as u16,
            jpeg_encoder::ColorType::Rgb,
        )
        .expect("a valid size");
    file
}

fn png(
    (width, height): (usize, usize),
    colour: png::ColorType,
    depth: png::BitDepth,
    pixels: &[u8],
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width as u32, height as u32);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.set_compression(png::Compression::Fast);
    if colour == png::ColorType::Indexed {
        let palette: Vec<u8> = (0..=255).flat_map(|at| [at, 255 - at, 7]).collect();
        encoder.set_palette(palette);
    }
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(pixels))
        .expect("a valid PNG");
    file
}

/// Builds an interlaced PNG of RGB: the seven passes (PNG, 8.2), rows unfiltered, in stored blocks.
fn interlaced_png(width: usize, height: usize, rgb: &[u8]) -> Vec<u8> {
    let mut raw = Vec::new();
    for (x, y, right, down) in [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ] {
        for y in (y..height).step_by(down) {
            raw.push(0);
            for x in (x..width).step_by(right) {
                raw.extend_from_slice(&rgb[3 * (y * width + x)..][..3]);
            }
        }
    }
    let mut data = vec![0x78, 0x01];
    for (at, block) in raw.chunks(65_535).enumerate() {
        data.push(u8::from((at + 1) * 65_535 >= raw.len()));
        data.extend((block.len() as u16).to_le_bytes());
        data.extend((!(block.len() as u16)).to_le_bytes());
        data.extend_from_slice(block);
    }
    let sums = raw.iter().fold((1, 0), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    data.extend((sums.1 << 16 | sums.0).to_be_bytes());
    let mut header = Vec::new();
    header.extend((width as u32).to_be_bytes());
    header.extend((height as u32).to_be_bytes());
    header.extend([8, 2, 0, 0, 1]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [(b"IHDR", &header[..]), (b"IDAT", &data), (b"IEND", &[])] {
        file.extend((content.len() as u32).to_be_bytes());
        let start = file.len();
        file.extend_from_slice(kind);
        file.extend_from_slice(content);
        let crc = file[start..].iter().fold(!0u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| {
                crc >> 1 ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
            })
        });
        file.extend((!crc).to_be_bytes());
    }
    file
}

/// Query for a progressive JPEG with all of its chrominance.
const WHOLE_AND_PROGRESSIVE: &str = "w=700&fit=inside&f=jpg&subsampling=444&il";

/// Measures pictures of one source in all formats of answers.
fn generated(sources: &[(&str, Vec<u8>)]) {
    let mut ledger = Ledger::default();
    for (name, file) in sources {
        for query in [
            "w=1200&h=627",
            "w=320&h=320",
            "w=1200&h=627&f=jpg",
            "w=1200&h=627&f=jpg&q=100",
            "w=1200&h=627&f=png",
            "w=1200&h=627&f=png&q=80",
            "w=1200&h=627&f=webp",
            "w=1200&h=627&f=gif",
            "w=700&fit=inside&f=jpg&il",
            "w=1200&h=627&f=jpg&subsampling=444",
            "w=1200&h=627&f=jpg&subsampling=444&q=100",
            WHOLE_AND_PROGRESSIVE,
            "w=1200&h=627&f=jpg&bytes=30000",
            "w=700&h=500&f=jpg&il&bytes=100000000",
            AS_IT_IS,
            "w=1200&h=627&f=jpg&il&q=100",
            "w=1200&h=627&f=jpg&il&q=20",
            "f=json",
            "f=blurhash",
            "w=400&h=300&trim=10",
            "w=700&h=500&cx=10p&cy=20p&cw=50p&ch=50p&ro=90&flip",
            "w=700&h=500&blur=8&bri=20&filt=sepia",
            "w=700&h=500&fit=inside&ext=ratio&pad=10,20&border=5,red&ow=50p",
            "w=700&h=500&mask=star&radius=40&border=9,red&f=png",
            "w=500&h=500&fit=cover&a=attention",
            "w=300&h=700&fit=cover&a=entropy",
            "w=700&h=500&sharp=3&sat=1.5&tint=red&con=10",
            "w=700&h=500&normalise&median=7&mod=1.1,1.2,30&threshold&pixelate=9",
            "w=700&h=500&pixelate=400&blur=150",
            "w=1200&h=627&bg=blur",
            "w=1200&h=627&bg=blur&f=png",
            "w=1200&h=627&bg=blur&f=png&q=80",
            "w=1200&h=627&bg=blur&f=webp",
            "w=1200&h=627&bg=blur&f=gif",
            "w=900&h=900&bg=blur&ro=90&f=jpg&filt=sepia",
            "w=900&h=900&bg=blur&f=jpg&il",
            "w=1000&h=1000&fit=inside&we&ext=size&pad=30&bg=blur&f=jpg&q=100",
        ] {
            // All coefficients of noise are planned for, and the chrominance of a photo has few: of
            // a GIF, which is decoded in little memory, 1.38 times as much as is taken.
            if *name == "GIF" && query == WHOLE_AND_PROGRESSIVE {
                continue;
            }
            let (cost, _) = measure(file, query).expect("a sound picture");
            ledger.enter(&format!("{name} {query}"), name, &cost);
        }
    }
    ledger.close();
}

#[test]
fn photos_and_noise_as_jpeg() {
    let (width, height, rgb) = photo();
    generated(&[
        ("baseline JPEG", jpeg(width, height, &rgb, false)),
        ("progressive JPEG", jpeg(width, height, &rgb, true)),
        (
            "JPEG of noise",
            jpeg(1000, 700, &noise(1000 * 700 * 3), false),
        ),
    ]);
}

/// A profile of Display P3, with a gamma of 2.2 (ICC.1, clause 8.4).
fn display_p3() -> Vec<u8> {
    let mut profile = vec![0; 128];
    profile[16..24].copy_from_slice(b"RGB XYZ ");
    profile[36..40].copy_from_slice(b"acsp");
    let columns = [
        (b"rXYZ", [0.5151, 0.2412, -0.0011]),
        (b"gXYZ", [0.2920, 0.6922, 0.0419]),
        (b"bXYZ", [0.1571, 0.0666, 0.7841]),
    ];
    let start = 128 + 4 + 12 * 6;
    profile.extend([0, 0, 0, 6]);
    let mut entry = |name: &[u8; 4], at: usize, length: u32| {
        profile.extend(name);
        profile.extend((at as u32).to_be_bytes());
        profile.extend(length.to_be_bytes());
    };
    for (at, (name, _)) in columns.iter().enumerate() {
        entry(name, start + 20 * at, 20);
    }
    for name in [b"rTRC", b"gTRC", b"bTRC"] {
        entry(name, start + 60, 14);
    }
    for (_, column) in columns {
        profile.extend(b"XYZ \0\0\0\0");
        for value in column {
            profile.extend(((value * 65_536.0) as i32).to_be_bytes());
        }
    }
    profile.extend(b"curv\0\0\0\0\0\0\0\x01\x02\x33\0\0");
    profile
}

/// A JPEG with EXIF, XMP and IPTC of this many bytes each, and the profile of a file.
fn with_metadata(jpeg: &[u8], bytes: usize, profile: &[u8]) -> Vec<u8> {
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x82\x98\0\x02\0\0\0\x04Ada\0\0\0\0\0";
    let mut file = jpeg[..2].to_vec();
    let profile = [b"ICC_PROFILE\0\x01\x01", profile].concat();
    for (marker, start, length) in [
        (0xe1, &exif[..], bytes),
        (0xe1, b"http://ns.adobe.com/xap/1.0/\0", bytes),
        (0xed, b"Photoshop 3.0\0", bytes),
        (0xe2, &profile, profile.len()),
    ] {
        file.extend([0xff, marker]);
        file.extend((length as u16 + 2).to_be_bytes());
        file.extend(start);
        file.resize(file.len() + length - start.len(), 0);
    }
    file.extend_from_slice(&jpeg[2..]);
    file
}

#[test]
fn metadata_that_is_kept() {
    let (width, height, rgb) = photo();
    let profile = display_p3();
    let mut ledger = Ledger::default();
    for (name, bytes) in [("little metadata", 200), ("much metadata", 60_000)] {
        let file = with_metadata(&jpeg(width, height, &rgb, false), bytes, &profile);
        for query in [
            "w=700&h=500&meta=keep",
            "w=700&h=500&meta=keep&cs=keep&f=png",
            "w=700&h=500&meta=copyright&f=webp",
            "w=700&h=500&meta=keep&f=gif",
            "w=auto&h=auto&meta=keep",
        ] {
            let (cost, body) = measure(&file, query).expect("a sound picture");
            ledger.enter(&format!("{name} {query}"), name, &cost);
            let has = body.windows(3).any(|window| window == b"Ada");
            assert_eq!(has, !query.contains("gif"), "{query}");
        }
    }
    ledger.close();
}

/// Nothing but the file and the text is held while a file becomes a data URL.
#[test]
fn data_urls_take_what_they_say() {
    let (width, height, rgb) = photo();
    let file = jpeg(width, height, &rgb, false);
    let limits = &config().limits;
    let mut ledger = Ledger::default();
    for query in ["w=900&f=jpg", "w=30&h=20&f=png", "w=900&f=webp", "f=json"] {
        let transform = transform(query);
        let mut pipeline = Pipeline::new(&transform, limits);
        pipeline.push(&file).expect("a sound picture");
        let output = pipeline.finish(&|| 0.0).expect("a sound picture");
        let (held, length) = (output.body.capacity(), output.body.len());
        let planned = output.data_url_bytes(limits).expect("little");
        let watch = Watch::start();
        let url = output.into_data_url().expect("memory");
        let cost = Cost {
            planned: planned as f64,
            measured: (watch.most() + held) as f64,
            allowance: 0.0,
            most: MOST,
        };
        assert!(url.body.len() > length * 4 / 3);
        ledger.enter("data URL", query, &cost);
    }
    ledger.close();
}

#[test]
fn photos_and_noise_as_png() {
    use png::{BitDepth::*, ColorType::*};
    let (width, height, rgb) = photo();
    let size = (width, height);
    let rgba: Vec<u8> = rgb
        .as_chunks::<3>()
        .0
        .iter()
        .enumerate()
        .flat_map(|(at, [r, g, b])| [*r, *g, *b, (at / 9) as u8])
        .collect();
    let deep: Vec<u8> = rgb.iter().flat_map(|&sample| [sample, 77]).collect();
    let indices: Vec<u8> = rgb.iter().step_by(3).copied().collect();
    let of_noise = noise(1000 * 700 * 4);
    generated(&[
        ("PNG of RGB", png(size, Rgb, Eight, &rgb)),
        ("PNG of RGBA", png(size, Rgba, Eight, &rgba)),
        ("PNG of 16 bits", png(size, Rgb, Sixteen, &deep)),
        ("PNG with a palette", png(size, Indexed, Eight, &indices)),
        ("PNG, interlaced", interlaced_png(width, height, &rgb)),
        ("PNG of noise", png((1000, 700), Rgba, Eight, &of_noise)),
    ]);
}

#[test]
fn photos_and_scans_in_tiff() {
    let (width, height, rgb) = photo();
    let (columns, rows) = (width as u32, height as u32);
    let rgba: Vec<u8> = rgb
        .as_chunks::<3>()
        .0
        .iter()
        .enumerate()
        .flat_map(|(at, [r, g, b])| [*r, *g, *b, (at / 9) as u8])
        .collect();
    let grey: Vec<u8> = rgb.iter().step_by(3).copied().collect();
    let write =
        |writer: Writer, samples, picture: &[u8]| writer.write(columns, rows, samples, picture);
    let usual = Writer::default;
    let (strips, tiles) = (Chunk::Strip(16), Chunk::Tile(256, 256));
    let mut strip = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut strip, 90);
    let size = (width as u16, height as u16);
    let encoded = encoder.encode(&rgb, size.0, size.1, jpeg_encoder::ColorType::Rgb);
    encoded.expect("a valid picture");
    let as_jpeg = Writer {
        photometric: 6,
        tags: vec![(259, true, vec![7])],
        ..usual()
    };
    let white = vec![0; 2400 / 8 * 3500];
    generated(&[
        ("TIFF of RGB", write(usual(), 3, &rgb)),
        (
            "TIFF in strips, LZW",
            write(
                Writer {
                    chunk: strips,
                    packing: Packing::Lzw,
                    predicted: true,
                    ..usual()
                },
                3,
                &rgb,
            ),
        ),
        (
            "TIFF in tiles, deflate",
            write(
                Writer {
                    chunk: tiles,
                    packing: Packing::Deflate,
                    ..usual()
                },
                4,
                &rgba,
            ),
        ),
        (
            "TIFF in planes of tiles, LZW, 16 bits",
            write(
                Writer {
                    chunk: tiles,
                    packing: Packing::Lzw,
                    planar: true,
                    bits: 16,
                    ..usual()
                },
                4,
                &rgba,
            ),
        ),
        (
            "TIFF of inks",
            write(
                Writer {
                    photometric: 5,
                    packing: Packing::PackBits,
                    chunk: strips,
                    ..usual()
                },
                4,
                &rgba,
            ),
        ),
        (
            "TIFF of grey, white is zero",
            write(
                Writer {
                    photometric: 0,
                    chunk: Chunk::Strip(1),
                    ..usual()
                },
                1,
                &grey,
            ),
        ),
        ("TIFF of JPEG", as_jpeg.file(columns, rows, 3, &[strip])),
        (
            "TIFF of a scan",
            Writer {
                bits: 1,
                photometric: 0,
                ..usual()
            }
            .file(2400, 3500, 1, &[white]),
        ),
    ]);
}

#[test]
fn palettes_that_are_kept() {
    use png::{BitDepth::Eight, ColorType::Indexed};
    let mut ledger = Ledger::default();
    for (width, height) in [(1, 1), (16, 16), (300, 200), (1500, 900), (20, 4000)] {
        for (kind, modulus, each) in [("noise", 256, 1), ("drawing", 7, 50), ("two", 2, 1)] {
            let noise = noise(width * height);
            let index = |at: usize| (usize::from(noise[at / each]) % modulus) as u8;
            let indices: Vec<u8> = (0..width * height).map(index).collect();
            let file = png((width, height), Indexed, Eight, &indices);
            for query in [
                "w=auto&h=auto",
                "w=auto&h=auto&f=png&q=70",
                "w=1600&h=4000&we",
            ] {
                let (cost, _) = measure(&file, query).expect("a sound picture");
                let name = format!("{kind}, {width} x {height}");
                ledger.enter(&format!("palette {query}"), &name, &cost);
            }
        }
    }
    ledger.close();
}

#[test]
fn photos_and_noise_as_webp_and_gif() {
    let (width, height, rgb) = photo();
    let photo = png(
        (width, height),
        png::ColorType::Rgb,
        png::BitDepth::Eight,
        &rgb,
    );
    let noise = png(
        (900, 700),
        png::ColorType::Rgb,
        png::BitDepth::Eight,
        &noise(900 * 700 * 3),
    );
    let made = |file: &[u8], query| measure(file, query).expect("a sound picture").1;
    generated(&[
        ("WebP", made(&photo, "w=900&fit=inside&f=webp")),
        ("WebP of noise", made(&noise, "w=900&h=700&f=webp")),
        ("GIF", made(&photo, "w=900&fit=inside&f=gif")),
        ("GIF of noise", made(&noise, "w=900&h=700&f=gif")),
    ]);
}

/// Tiles the photo, mirrored at every edge, to the given size.
fn large(width: usize, height: usize) -> Vec<u8> {
    let (across, down, rgb) = photo();
    let mirrored = |at: usize, side: usize| match at / side % 2 {
        0 => at % side,
        _ => side - 1 - at % side,
    };
    (0..width * height)
        .flat_map(|at| {
            let (x, y) = (mirrored(at % width, across), mirrored(at / width, down));
            <[u8; 3]>::try_from(&rgb[3 * (y * across + x)..][..3]).expect("three samples")
        })
        .collect()
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = [&kind[..], &(content.len() as u32).to_le_bytes(), content].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
    let chunks = chunks.concat();
    let length = (chunks.len() as u32 + 4).to_le_bytes();
    [&b"RIFF"[..], &length, b"WEBP", &chunks].concat()
}

fn lossless_webp((width, height): (usize, usize), pixels: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let colour = match pixels.len() / (width * height) {
        3 => image_webp::ColorType::Rgb8,
        _ => image_webp::ColorType::Rgba8,
    };
    image_webp::WebPEncoder::new(&mut file)
        .encode(pixels, width as u32, height as u32, colour)
        .expect("a valid size");
    file
}

/// Builds a lossy frame of one colour, whose bits are all zero.
fn lossy_frame((width, height): (usize, usize)) -> Vec<u8> {
    // More bits than the modes and the tokens of that many macroblocks take.
    let macroblocks = width.div_ceil(16) * height.div_ceil(16);
    let (modes, tokens) = (100 + macroblocks, 100 + 4 * macroblocks);
    let mut frame = ((modes as u32) << 5 | 0x10).to_le_bytes()[..3].to_vec();
    frame.extend([0x9d, 0x01, 0x2a]);
    frame.extend([(width as u16).to_le_bytes(), (height as u16).to_le_bytes()].concat());
    frame.resize(frame.len() + modes + tokens, 0);
    chunk(b"VP8 ", &frame)
}

/// Builds a lossy WebP whose alpha is a photo, stored raw or coded as a lossless stream.
fn lossy_webp_with_alpha(size: (usize, usize), rgb: &[u8], coded: bool) -> Vec<u8> {
    let alpha = if coded {
        // The stream behind its header.
        [&[1], &lossless_webp(size, rgb)[25..]].concat()
    } else {
        let green = rgb.iter().skip(1).step_by(3).copied();
        [0].into_iter().chain(green).collect()
    };
    let [width, height] = [size.0, size.1].map(|side| (side as u32 - 1).to_le_bytes());
    let header = [&[0x10, 0, 0, 0][..], &width[..3], &height[..3]].concat();
    webp(&[
        chunk(b"VP8X", &header),
        chunk(b"ALPH", &alpha),
        lossy_frame(size),
    ])
}

/// Builds an animation of three lossless frames.
fn animated_webp(size: (usize, usize), rgb: &[u8]) -> Vec<u8> {
    let [width, height] = [size.0, size.1].map(|side| (side as u32 - 1).to_le_bytes());
    let header = [&[2, 0, 0, 0][..], &width[..3], &height[..3]].concat();
    let place = [&[0; 6][..], &width[..3], &height[..3], &[100, 0, 0, 0]].concat();
    let frame = [place, lossless_webp(size, rgb)[12..].to_vec()].concat();
    let frame = chunk(b"ANMF", &frame);
    let start = [chunk(b"VP8X", &header), chunk(b"ANIM", &[0; 6])].concat();
    webp(&[start, frame.clone(), frame.clone(), frame])
}

fn gif_of((width, height): (usize, usize), rgb: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let palette: Vec<u8> = (0..=255).flat_map(|at| [at, at, 255 - at]).collect();
    let mut encoder =
        gif::Encoder::new(&mut file, width as u16, height as u16, &palette).expect("a valid size");
    let indices = rgb.iter().step_by(3).copied();
    let frame = gif::Frame {
        width: width as u16,
        height: height as u16,
        buffer: indices.collect::<Vec<u8>>().into(),
        ..gif::Frame::default()
    };
    encoder.write_frame(&frame).expect("a valid frame");
    drop(encoder);
    file
}

/// Checks that photos of 1 to 8 megapixels of every kind that is decoded here fit into the default
/// budget, and take what is planned for them.
#[test]
fn photos_of_every_kind_up_to_eight_megapixels() {
    let mut ledger = Ledger::default();
    for size in [(1200, 900), (3300, 2475)] {
        let rgb = large(size.0, size.1);
        let rgba: Vec<u8> = rgb
            .as_chunks::<3>()
            .0
            .iter()
            .enumerate()
            .flat_map(|(at, [r, g, b])| [*r, *g, *b, (at / 9) as u8])
            .collect();
        let palette: Vec<u8> = rgb.iter().map(|sample| sample & 0xc0).collect();
        let moving = (size.0 / 2, size.1 / 2);
        let film = animated_webp(moving, &large(moving.0, moving.1));
        use png::{BitDepth::Eight, ColorType::*};
        for (kind, file) in [
            ("lossless", lossless_webp(size, &rgb)),
            ("lossless, few colours", lossless_webp(size, &palette)),
            ("lossless, alpha", lossless_webp(size, &rgba)),
            ("lossy", webp(&[lossy_frame(size)])),
            ("lossy, alpha", lossy_webp_with_alpha(size, &rgb, true)),
            ("lossy, raw alpha", lossy_webp_with_alpha(size, &rgb, false)),
            ("animated", film),
            ("GIF", gif_of(size, &rgb)),
            ("PNG", png(size, Rgb, Eight, &rgb)),
            ("PNG, alpha", png(size, Rgba, Eight, &rgba)),
        ] {
            for query in ["w=1200&h=627", "w=320&h=320"] {
                let name = format!("{kind}, {} x {}", size.0, size.1);
                let measured = measure(&file, query);
                let (cost, _) = measured.unwrap_or_else(|error| panic!("{name}: {error}"));
                ledger.enter(&format!("large {kind}"), &format!("{name} {query}"), &cost);
            }
        }
    }
    ledger.close();
}

/// Measures animations in all formats of answers: a photo whose middle changes in every frame, with
/// transparency and disposal or without.
#[test]
fn animations_as_gif_and_webp() {
    let (width, height, rgb) = photo();
    let noisy = noise(32 * 32 * 3 * 12);
    let film = |dispose: gif::DisposalMethod, transparent: bool| {
        let mut file = Vec::new();
        let mut encoder =
            gif::Encoder::new(&mut file, width as u16, height as u16, &[]).expect("a valid size");
        for index in 0..12 {
            let mut pixels: Vec<u8> = rgb
                .as_chunks::<3>()
                .0
                .iter()
                .enumerate()
                .flat_map(|(at, [r, g, b])| {
                    let shift = (index * 9) as u8;
                    let hole = transparent && (at % width).abs_diff(40 * index) < 60;
                    [r / 2 + shift, *g, b / 2, if hole { 0 } else { 255 }]
                })
                .collect();
            let mut frame =
                gif::Frame::from_rgba_speed(width as u16, height as u16, &mut pixels, 30);
            frame.dispose = dispose;
            encoder.write_frame(&frame).expect("a valid frame");
        }
        drop(encoder);
        file
    };
    let small = {
        let mut file = Vec::new();
        let mut encoder = gif::Encoder::new(&mut file, 32, 32, &[]).expect("a valid size");
        for pixels in noisy.chunks_exact(32 * 32 * 3) {
            let frame = gif::Frame::from_rgb_speed(32, 32, pixels, 30);
            encoder.write_frame(&frame).expect("a valid frame");
        }
        drop(encoder);
        file
    };
    let still = gif::DisposalMethod::Keep;
    let sources = [
        ("photo", film(still, false)),
        ("hole", film(gif::DisposalMethod::Background, true)),
        ("restored", film(gif::DisposalMethod::Previous, true)),
        ("noise", small),
    ];
    let mut ledger = Ledger::default();
    for (name, file) in &sources {
        let webp = measure(file, "w=400&h=300&f=webp")
            .expect("a sound animation")
            .1;
        for (kind, file) in [("gif", &file[..]), ("webp", &webp)] {
            for query in [
                "w=320&h=320&f=gif",
                "w=600&h=600&f=gif&bg=transparent",
                "w=320&h=320&f=gif&n=1",
                "w=320&h=320&f=png&page=7",
                "w=320&h=320&f=webp",
            ] {
                let (cost, _) = measure(file, query).expect("a sound animation");
                let kind = format!("animated {kind} {query}");
                ledger.enter(&kind, name, &cost);
            }
        }
    }
    ledger.close();
}

/// Measures animated PNGs of a moving photo, with alpha and without.
#[test]
fn animations_as_png() {
    let (width, height, rgb) = photo();
    let film = |colour: png::ColorType| {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width as u32, height as u32);
        encoder.set_color(colour);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        encoder.set_animated(6, 0).expect("several frames");
        let mut writer = encoder.write_header().expect("a valid header");
        for index in 0..6 {
            let pixels: Vec<u8> = rgb
                .as_chunks::<3>()
                .0
                .iter()
                .enumerate()
                .flat_map(|(at, [r, g, b])| {
                    let clear = (at % width).abs_diff(80 * index) < 60;
                    let pixel = [
                        r / 2 + 9 * index as u8,
                        *g,
                        b / 2,
                        if clear { 70 } else { 255 },
                    ];
                    pixel.into_iter().take(colour.samples())
                })
                .collect();
            writer.write_image_data(&pixels).expect("a valid frame");
        }
        writer.finish().expect("memory");
        file
    };
    let mut ledger = Ledger::default();
    for (name, colour) in [
        ("opaque", png::ColorType::Rgb),
        ("alpha", png::ColorType::Rgba),
    ] {
        let file = film(colour);
        for query in [
            "w=320&h=320",
            "w=700&h=500&bg=transparent",
            "w=320&h=320&f=gif",
            "w=320&h=320&f=webp",
            "w=320&h=320&n=1",
            "w=320&h=320&f=jpg&page=3",
        ] {
            let (cost, _) = measure(&file, query).expect("a sound animation");
            ledger.enter(&format!("animated PNG {query}"), name, &cost);
        }
    }
    ledger.close();
}

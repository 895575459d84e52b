//! TIFF: one picture in all layouts of a file, files that were once shown wrong, and files with
//! false claims.

#[path = "support/answer.rs"]
mod answer;
#[path = "support/tiff.rs"]
mod tiff;

use std::path::Path;

use answer::answer;
use letterbox_engine::Error;
use letterbox_testkit::{Noise, corpus, each, files};
use tiff::{Chunk, Packing, Writer};

/// Decodes a file at its own size, as RGBA.
fn shown(file: &[u8]) -> Result<(u32, u32, Vec<[u8; 4]>), Error> {
    let answer = answer(file, "w=auto&h=auto")?.body;
    let mut decoder = png::Decoder::new(std::io::Cursor::new(answer));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("our own PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a small picture")];
    let info = reader.next_frame(&mut pixels).expect("our own PNG");
    let rgba = |pixel: &[u8]| match *pixel {
        [l] => [l, l, l, 255],
        [l, a] => [l, l, l, a],
        [r, g, b] => [r, g, b, 255],
        [r, g, b, a] => [r, g, b, a],
        _ => unreachable!("1 to 4 samples"),
    };
    let samples = info.color_type.samples();
    let pixels = pixels.chunks_exact(samples).map(rgba).collect();
    Ok((info.width, info.height, pixels))
}

fn fault(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults");
    std::fs::read(folder.join(name)).expect("a file of the tests")
}

/// Returns the colours near the corners of a picture: upper left, upper right, lower left, lower
/// right.
fn corners(file: &[u8]) -> [[u8; 4]; 4] {
    let (width, height, pixels) = shown(file).expect("a sound file");
    assert_eq!((width, height), (64, 48));
    [(8, 6), (56, 6), (8, 42), (56, 42)].map(|(x, y)| pixels[y * 64 + x])
}

fn assert_near(name: &str, found: [[u8; 4]; 4], expected: [u32; 4], most: u8) {
    for (found, expected) in found.iter().zip(expected) {
        let expected = expected.to_be_bytes();
        let near = found
            .iter()
            .zip(expected)
            .all(|(a, b)| a.abs_diff(b) <= most);
        assert!(near, "{name}: {found:02x?}, expected {expected:02x?}");
    }
}

const CORNERS: [u32; 4] = [0xdc1e_1eff, 0x1ebe_1eff, 0x2828_dcff, 0xf5f5_f5ff];

#[test]
fn a_picture_has_its_corners_in_every_file() {
    for (name, expected, most) in [
        ("tiff-rps-max.tif", CORNERS, 0),
        ("tiff-rgbx-lzw-p2.tif", CORNERS, 0),
        ("tiff-pal.tif", CORNERS, 1),
        ("tiff-rgb-jpeg.tif", CORNERS, 2),
        ("tiff-ycbcr-jpeg.tif", CORNERS, 3),
        // Straight colours are restored as precisely as eight bits allow at such an alpha.
        (
            "tiff-rgba-extra1.tif",
            [0xdc1e_1e40, 0x1ebe_1eff, 0x2828_dc80, 0xf5f5_f5ff],
            2,
        ),
        (
            "tiff-la-raw-p1.tif",
            [0x1e1e_1e40, 0xbebe_beff, 0x2828_2880, 0xf5f5_f5ff],
            0,
        ),
        (
            "tiff-grey4.tif",
            [0x5555_55ff, 0x7777_77ff, 0x3333_33ff, 0xffff_ffff],
            0,
        ),
        (
            "tiff-bw-miniswhite.tif",
            [0x0000_00ff, 0x0000_00ff, 0x0000_00ff, 0xffff_ffff],
            0,
        ),
    ] {
        assert_near(name, corners(&fault(name)), expected, most);
    }
}

#[test]
fn inks_are_converted_with_their_profile_and_without_one() {
    // Converted as a JPEG without a profile is, in both compressions.
    let plain = corners(&fault("tiff-cmyk-raw-p1.tif"));
    let expected = [0xcb2d_20ff, 0x067b_3dff, 0x392d_79ff, 0xf2f0_efff];
    assert_near("tiff-cmyk-raw-p1.tif", plain, expected, 12);
    let jpeg = corners(&fault("tiff-cmyk-jpeg.tif"));
    let Ok(file) =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/faults/cmyk-icc.tif"))
    else {
        eprintln!("skipped: no large files beside the checkout");
        return;
    };
    let with = corners(&file);
    let expected = [0xd927_13ff, 0x4ca4_28ff, 0x2936_86ff, 0xf3f3_f3ff];
    assert_near("cmyk-icc.tif", with, expected, 16);
    // Red is much purer with the profile's inks.
    assert!(with[1][0] > plain[1][0] + 32, "{with:?} {plain:?}");
    assert!(jpeg[0][0] > 150 && jpeg[0][2] < 80, "{jpeg:?}");
}

#[test]
fn faxes_are_one_picture_in_every_compression_and_order_of_bits() {
    let order = "tiff-bw-fillorder2.tif";
    assert_eq!(
        shown(&fault(order)),
        shown(&fault("tiff-bw-miniswhite.tif")),
        "{order}"
    );
    let group3 = shown(&fault("tiff-bw-group3.tif")).expect("a sound file");
    let black = group3.2.iter().filter(|pixel| pixel[0] == 0).count();
    assert_eq!(black, 1557, "of 3072"); // what libtiff reads
    for name in [
        "tiff-bw-group3-2d.tif",
        "tiff-bw-group4.tif",
        "tiff-bw-group4-fillorder2.tif",
        "tiff-bw-rle.tif",
    ] {
        assert_eq!(shown(&fault(name)).as_ref(), Ok(&group3), "{name}");
    }
}

/// Makes a picture with runs, edges and noise.
fn picture(width: u32, height: u32, samples: usize, levels: u32) -> Vec<u8> {
    let mut noise = Noise(5);
    let mut picture = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for sample in 0..samples as u32 {
                let grain = noise.bits(3);
                let flat = if x < width / 2 {
                    40 * sample + y / 8
                } else {
                    x * 3 + y
                };
                let grain = if y > height / 2 { grain } else { 0 };
                picture.push(((flat + grain) % levels) as u8);
            }
        }
    }
    picture
}

fn expected(picture: &[u8], samples: usize, rgba: impl Fn(&[u8]) -> [u8; 4]) -> Vec<[u8; 4]> {
    picture.chunks_exact(samples).map(rgba).collect()
}

const CHUNKS: [Chunk; 8] = [
    Chunk::Strip(u32::MAX),
    Chunk::Strip(0x7fff_ffff),
    Chunk::Strip(1),
    Chunk::Strip(7),
    Chunk::Tile(16, 16),
    Chunk::Tile(32, 48),
    Chunk::Tile(112, 16),
    Chunk::Tile(16, 256),
];
const PACKINGS: [Packing; 5] = [
    Packing::None,
    Packing::PackBits,
    Packing::Lzw,
    Packing::OldLzw,
    Packing::Deflate,
];

#[test]
fn one_picture_is_one_picture_however_it_lies_in_the_file() {
    let (width, height) = (75, 53);
    let of = |samples| picture(width, height, samples, 256);
    let (rgb, rgbx) = (of(3), of(4));
    let wanted = expected(&rgb, 3, |pixel| [pixel[0], pixel[1], pixel[2], 255]);
    let wanted_x = expected(&rgbx, 4, |pixel| [pixel[0], pixel[1], pixel[2], 255]);
    let mut files = 0;
    for chunk in CHUNKS {
        for packing in PACKINGS {
            for way in 0..64 {
                let set = |bit: u32| way >> bit & 1 == 1;
                let predicted = set(0);
                if predicted && matches!(packing, Packing::None | Packing::PackBits) {
                    continue;
                }
                let writer = Writer {
                    chunk,
                    packing,
                    predicted,
                    big_endian: set(1),
                    bits: if set(2) { 16 } else { 8 },
                    planar: set(3),
                    reversed: set(4),
                    big: way % 7 == 3,
                    // An extra sample without a meaning.
                    tags: if set(5) {
                        vec![(338, true, vec![0])]
                    } else {
                        vec![]
                    },
                    ..Writer::default()
                };
                let (samples, picture, wanted) = if set(5) {
                    (4, &rgbx, &wanted_x)
                } else {
                    (3, &rgb, &wanted)
                };
                let file = writer.write(width, height, samples, picture);
                let (w, h, pixels) =
                    shown(&file).unwrap_or_else(|error| panic!("{error}: {writer:?}"));
                assert_eq!((w, h), (width, height));
                assert!(pixels == *wanted, "{writer:?}");
                files += 1;
            }
        }
    }
    assert!(files > 2000, "{files}");
}

#[test]
fn grey_of_every_depth_and_palettes_are_what_they_say() {
    let (width, height) = (75, 53);
    for bits in [1, 2, 4, 8, 16] {
        let levels = 1 << bits.min(8);
        let indices = picture(width, height, 1, levels);
        for (way, chunk) in CHUNKS.into_iter().enumerate() {
            let packing = PACKINGS[way % PACKINGS.len()];
            let writer = |photometric, tags| Writer {
                chunk,
                packing,
                bits,
                photometric,
                tags,
                reversed: way % 2 == 1,
                big_endian: way % 3 == 1,
                ..Writer::default()
            };
            let grey = |index: u8| (u32::from(index) * 255 / (levels - 1)) as u8;
            for (photometric, flip) in [(1, 0), (0, 255)] {
                let file = writer(photometric, vec![]).write(width, height, 1, &indices);
                let wanted = expected(&indices, 1, |pixel| {
                    let level = grey(pixel[0]) ^ flip;
                    [level, level, level, 255]
                });
                let (.., pixels) = shown(&file).expect("a sound file");
                assert!(pixels == wanted, "{bits} bits, {photometric}, {chunk:?}");
            }
            if bits == 16 {
                continue;
            }
            // All reds, then greens, then blues, of 16 bits or, as some writers do it, of 8.
            let colour = |index: u32| [index * 5 % 256, 255 - index, index * 11 % 256];
            for scale in [257, 1] {
                let map: Vec<u32> = (0..3)
                    .flat_map(|at| (0..levels).map(move |index| colour(index)[at] * scale))
                    .collect();
                let file = writer(3, vec![(320, true, map)]).write(width, height, 1, &indices);
                let wanted = expected(&indices, 1, |pixel| {
                    let [r, g, b] = colour(pixel[0].into()).map(|level| level as u8);
                    [r, g, b, 255]
                });
                let (.., pixels) = shown(&file).expect("a sound file");
                assert!(pixels == wanted, "{bits} bits, palette, {chunk:?}, {scale}");
            }
        }
    }
}

#[test]
fn alpha_is_straight_or_is_divided_out_or_is_none() {
    let (width, height) = (75, 53);
    let straight = picture(width, height, 4, 256);
    let associated: Vec<u8> = straight
        .as_chunks::<4>()
        .0
        .iter()
        .flat_map(|&[r, g, b, a]| {
            let times = |level: u8| ((u32::from(level) * u32::from(a) + 127) / 255) as u8;
            [times(r), times(g), times(b), a]
        })
        .collect();
    for (way, chunk) in CHUNKS.into_iter().enumerate() {
        let write = |extra, bits, samples, picture: &[u8]| {
            let writer = Writer {
                chunk,
                bits,
                photometric: if samples < 4 { 1 } else { 2 },
                packing: PACKINGS[way % PACKINGS.len()],
                planar: way % 2 == 1,
                tags: match extra {
                    Some(extra) => vec![(338, true, extra)],
                    None => vec![],
                },
                ..Writer::default()
            };
            let file = writer.write(width, height, samples, picture);
            shown(&file).expect("a sound file").2
        };
        let wanted = expected(&straight, 4, |pixel| {
            [pixel[0], pixel[1], pixel[2], pixel[3]]
        });
        for bits in [8, 16] {
            assert!(write(Some(vec![2]), bits, 4, &straight) == wanted);
            assert!(
                write(None, bits, 4, &straight) == wanted,
                "what is not said is alpha"
            );
            let divided = write(Some(vec![1]), bits, 4, &associated);
            for (found, wanted) in divided.iter().zip(&wanted) {
                // Half a level of the premultiplied colour.
                let most = 1 + 128 / u16::from(wanted[3]).max(1);
                let near = |at: usize| u16::from(found[at].abs_diff(wanted[at])) <= most;
                assert!(found[3] == wanted[3] && (0..3).all(near) || wanted[3] == 0);
            }
            // Samples: grey, one without a meaning, alpha.
            let odd = picture(width, height, 3, 256);
            let wanted = expected(&odd, 3, |pixel| [pixel[0], pixel[0], pixel[0], pixel[2]]);
            assert!(write(Some(vec![0, 2]), bits, 3, &odd) == wanted);
            let pairs = picture(width, height, 2, 256);
            let wanted = expected(&pairs, 2, |pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]);
            assert!(write(Some(vec![2]), bits, 2, &pairs) == wanted);
            let opaque = expected(&pairs, 2, |pixel| [pixel[0], pixel[0], pixel[0], 255]);
            assert!(write(Some(vec![0]), bits, 2, &pairs) == opaque);
        }
    }
}

/// Flat colours in subsampling units: the luminances of a block, then its chrominances.
#[test]
fn ycbcr_is_light_in_every_subsampling() {
    let (width, height) = (37u32, 23u32);
    for (across, down) in [(1, 1), (2, 1), (1, 2), (2, 2), (4, 2), (4, 4)] {
        for rows in [u32::MAX, 8] {
            let mut chunks = Vec::new();
            let strip = rows.min(height);
            for top in (0..height).step_by(strip as usize) {
                let mut chunk = Vec::new();
                for y in (top..height.min(top + strip)).step_by(down) {
                    for x in (0..width).step_by(across) {
                        for line in 0..down as u32 {
                            chunk.extend(
                                (0..across as u32).map(|at| (x + at + 5 * (y + line)) as u8),
                            );
                        }
                        chunk.extend(if x < 20 { [128, 128] } else { [90, 160] });
                    }
                }
                chunks.push(chunk);
            }
            let writer = Writer {
                chunk: Chunk::Strip(rows),
                photometric: 6,
                tags: vec![(530, true, vec![across as u32, down as u32])],
                ..Writer::default()
            };
            let (.., pixels) =
                shown(&writer.file(width, height, 3, &chunks)).expect("a sound file");
            for (at, pixel) in pixels.iter().enumerate() {
                let (x, y) = (at as u32 % width, at as u32 / width);
                let luma = f64::from(x + 5 * y);
                let (cb, cr) = if x < 20 { (0.0, 0.0) } else { (-38.0, 32.0) };
                let light = [
                    luma + 1.402 * cr,
                    luma - 0.344_136 * cb - 0.714_136 * cr,
                    luma + 1.772 * cb,
                ];
                for (&found, light) in pixel.iter().zip(light) {
                    let off = f64::from(found) - light.clamp(0.0, 255.0);
                    assert!(off.abs() <= 1.0, "{across} x {down} at {x}, {y}: {pixel:?}");
                }
            }
        }
    }
}

/// JPEG in strips, tiles and planes, baseline and progressive, with application segments; and one
/// whole JPEG, of the old kind.
#[test]
fn jpeg_in_tiff_is_what_the_jpeg_is() {
    let (width, height) = (64, 48);
    let rgb = picture(width, height, 3, 256);
    let smooth: Vec<u8> = rgb.iter().map(|level| 100 + level / 8).collect();
    // Part of the picture of so many columns.
    let jpeg = |left: usize, columns: usize, rows: std::ops::Range<usize>, progressive| {
        let mut file = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut file, 95);
        encoder.set_progressive(progressive);
        encoder
            .add_app_segment(13, vec![7; 3000])
            .expect("a short segment");
        let part: Vec<u8> = rows
            .clone()
            .flat_map(|y| &smooth[(y * 64 + left) * 3..][..columns * 3])
            .copied()
            .collect();
        let size = (columns as u16, rows.len() as u16);
        let colours = jpeg_encoder::ColorType::Rgb;
        encoder
            .encode(&part, size.0, size.1, colours)
            .expect("a valid picture");
        file
    };
    for progressive in [false, true] {
        let mut of = Vec::new();
        for (chunk, columns, rows) in [
            (Chunk::Strip(u32::MAX), 64, 48),
            (Chunk::Strip(16), 64, 16),
            (Chunk::Tile(64, 16), 64, 16),
            (Chunk::Tile(32, 16), 32, 16),
        ] {
            let mut chunks = Vec::new();
            for top in (0..48).step_by(rows) {
                let each = (0..64).step_by(columns);
                chunks.extend(each.map(|left| jpeg(left, columns, top..top + rows, progressive)));
            }
            let tags = vec![(259, true, vec![7])];
            let writer = Writer {
                chunk,
                photometric: 6,
                tags,
                ..Writer::default()
            };
            let (.., pixels) =
                shown(&writer.file(width, height, 3, &chunks)).expect("a sound file");
            for (found, wanted) in pixels.iter().zip(smooth.as_chunks::<3>().0) {
                let near = found.iter().zip(wanted).all(|(a, b)| a.abs_diff(*b) < 24);
                assert!(near, "{found:?}, {wanted:?}");
            }
            of.push(pixels);
        }
        assert!(of[1] == of[2], "a tile of the width is a strip");
    }
    let whole = jpeg(0, 64, 0..48, false);
    let old = |tags: Vec<(u16, bool, Vec<u32>)>, jpeg: &[u8]| {
        let mut tags = tags;
        tags.push((259, true, vec![6]));
        let writer = Writer {
            photometric: 6,
            tags,
            ..Writer::default()
        };
        shown(&writer.file(width, height, 3, &[jpeg.to_vec()]))
    };
    assert!(old(vec![], &whole).is_ok());
    let refused = old(vec![], &whole[20..]).expect_err("entropy-coded data alone");
    assert!(refused.to_string().contains("compression 6"), "{refused}");
    // Samples that are not YCbCr are not converted.
    let tags = vec![(259, true, vec![7])];
    let writer = Writer {
        tags,
        ..Writer::default()
    };
    let (.., raw) = shown(&writer.file(width, height, 3, &[whole])).expect("a sound file");
    assert!(
        raw[0][1].abs_diff(128) < 40 && raw[0][2].abs_diff(128) < 40,
        "{raw:?}"
    );
}

/// Serves each file of the corpus that two reference decoders read alike, except signed samples and
/// floating point.
#[test]
fn files_of_the_corpus_are_served() {
    let Some(corpus) = corpus() else { return };
    let entries: Vec<_> = corpus.of("tiff").collect();
    let refused = each(&entries, |entry| shown(&corpus.read(entry)).err());
    let (mut served, all) = (0, entries.len());
    for (entry, refused) in entries.iter().zip(refused) {
        match refused {
            None => served += 1,
            Some(error) => eprintln!("{}: {error}", entry.name),
        }
    }
    eprintln!("{served} of {all} files are served");
    assert!(served >= 110, "{served} of {all}");
}

/// Refuses each unsupported feature by its name.
#[test]
fn what_is_not_read_is_refused_by_name() {
    let rgb = picture(16, 16, 4, 256);
    for (tag, value, name) in [
        (259, 34925, "LZMA"),
        (259, 50000, "Zstandard"),
        (259, 50001, "WebP"),
        (259, 34712, "JPEG 2000"),
        (262, 8, "L*a*b*"),
        (262, 32803, "camera"),
        (258, 12, "bits"),
        (339, 2, "signed"),
        (339, 3, "floating point"),
    ] {
        let tags = vec![(
            tag,
            true,
            vec![value; if tag == 258 || tag == 339 { 4 } else { 1 }],
        )];
        let writer = Writer {
            tags,
            ..Writer::default()
        };
        let refused = shown(&writer.write(16, 16, 4, &rgb)).expect_err("not read");
        assert!(matches!(refused, Error::Unsupported(_)), "{refused:?}");
        assert!(refused.to_string().contains(name), "{refused}");
    }
}

/// Refuses files with false claims, without a panic.
#[test]
fn files_that_lie_are_refused() {
    let rgb = picture(64, 48, 3, 256);
    let lie = |tag: u16, values: Vec<u32>| {
        let tags = vec![(tag, false, values)];
        let writer = Writer {
            chunk: Chunk::Strip(8),
            tags,
            ..Writer::default()
        };
        shown(&writer.write(64, 48, 3, &rgb))
    };
    for (tag, values) in [
        (256, vec![0]),
        (256, vec![u32::MAX]),
        (257, vec![u32::MAX]),
        (258, vec![0; 3]),
        (258, vec![u32::MAX; 3]),
        (273, vec![10; 5]),
        (273, vec![u32::MAX; 6]),
        (277, vec![0]),
        (277, vec![u32::MAX]),
        (277, vec![1]),
        (322, vec![0]),
        (322, vec![u32::MAX]),
        (266, vec![]),
    ] {
        let outcome = lie(tag, values.clone());
        let fine = tag == 266; // without a value it is not there
        assert_eq!(outcome.is_ok(), fine, "{tag} {values:?}: {outcome:?}");
    }
    // These false values are harmless.
    for (tag, values) in [
        (278, vec![0]),
        (279, vec![u32::MAX; 6]),
        (279, vec![0; 6]),
        (279, vec![1536]),
        (279, vec![1; 6]),
    ] {
        let outcome = if tag == 278 {
            let tags = vec![(278, false, vec![0])];
            let writer = Writer {
                tags,
                ..Writer::default()
            };
            shown(&writer.write(64, 48, 3, &rgb))
        } else {
            lie(tag, values.clone())
        };
        assert!(outcome.is_ok(), "{tag} {values:?}: {outcome:?}");
    }
    // Overlapping strips are read as they are.
    assert!(lie(273, vec![8; 6]).is_ok());
    // Tiles far larger than the picture would be unpacked for nothing.
    let huge = Writer {
        chunk: Chunk::Tile(64, 64),
        tags: vec![(322, false, vec![1 << 30])],
        ..Writer::default()
    };
    let refused = shown(&huge.write(64, 48, 3, &rgb)).expect_err("a huge tile");
    assert!(refused.to_string().contains("tile"), "{refused}");
}

/// Cuts small files, and changes bytes in them: the result is an answer or a refusal.
#[test]
fn no_damage_panics() {
    let mut count = 0;
    for (_, file) in files("tests/faults", ".tif") {
        if file.len() > 1500 {
            continue;
        }
        count += 1;
        for at in (0..file.len()).step_by(3) {
            let _ = shown(&file[..at]);
            let mut bad = file.clone();
            for value in [0, 0xff] {
                bad[at] = value;
                let _ = shown(&bad);
            }
        }
    }
    assert!(count > 5, "{count}");
}

/// Cuts and damages strips and tiles in planes.
#[test]
fn no_damage_of_strips_and_tiles_panics() {
    let rgb = picture(40, 24, 3, 256);
    let mut noise = Noise(9);
    for chunk in CHUNKS {
        for packing in PACKINGS {
            for planar in [false, true] {
                let writer = Writer {
                    chunk,
                    packing,
                    planar,
                    predicted: true,
                    ..Writer::default()
                };
                let file = writer.write(40, 24, 3, &rgb);
                for _ in 0..60 {
                    let mut bad = file.clone();
                    let mut end = 0;
                    for _ in 0..3 {
                        let word = noise.word();
                        end = (word >> 8) as usize;
                        let at = end % bad.len();
                        bad[at] = (word >> 3) as u8;
                    }
                    let _ = shown(&bad);
                    let _ = shown(&file[..end % file.len()]);
                }
            }
        }
    }
}

//! JPEG files that browsers and libvips read in the same way: EXIF that violates its standard,
//! CMYK, segments and components with odd numbers. Most of them show one picture of 64 x 48 whose
//! corners are red, green, blue and white.

#[path = "support/answer.rs"]
mod answer;

use answer::answer;
use letterbox_engine::Error;
use letterbox_engine::header::Header;

const TWO_ORIENTATIONS: &[u8] = include_bytes!("faults/exif-two-6-1.jpg");
const COUNTS_TOO_MANY: &[u8] = include_bytes!("faults/exif-count-too-big.jpg");
const INKS: &[u8] = include_bytes!("faults/cmyk-noadobe-inverted.jpg");
const BLACKS: &[u8] = include_bytes!("faults/cmyk-k-ramp.jpg");
const SOLIDS: &[u8] = include_bytes!("faults/cmyk-solids.jpg");
const NAMES: &[u8] = include_bytes!("faults/ids-111.jpg");
const COMMENT: &[u8] = include_bytes!("faults/com-len0.jpg");

/// Picture in RGB.
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    fn of(file: &[u8]) -> Result<Picture, Error> {
        let answer = answer(file, "w=auto&h=auto&f=png")?.body;
        let mut decoder = png::Decoder::new(std::io::Cursor::new(answer));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().expect("a PNG");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut bytes).expect("a good PNG");
        assert_eq!(info.color_type, png::ColorType::Rgb);
        Ok(Picture {
            width: info.width as usize,
            height: info.height as usize,
            pixels: bytes.as_chunks().0.to_vec(),
        })
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        self.pixels[y * self.width + x]
    }

    /// Returns the corners: upper left, upper right, lower left, lower right.
    fn corners(&self) -> [[u8; 3]; 4] {
        let (right, lower) = (self.width - 3, self.height - 3);
        [
            self.at(2, 2),
            self.at(right, 2),
            self.at(2, lower),
            self.at(right, lower),
        ]
    }
}

const RED: [u8; 3] = [0xdc, 0x1e, 0x1e];
const GREEN: [u8; 3] = [0x1e, 0xbe, 0x1e];
const BLUE: [u8; 3] = [0x28, 0x28, 0xdc];
const WHITE: [u8; 3] = [0xf5, 0xf5, 0xf5];
const CORNERS: [[u8; 3]; 4] = [RED, GREEN, BLUE, WHITE];

#[track_caller]
fn assert_close(seen: &[[u8; 3]], expected: &[[u8; 3]], most: u8) {
    let samples = seen.as_flattened().iter().zip(expected.as_flattened());
    let differ = samples.map(|(a, b)| a.abs_diff(*b)).max();
    assert!(
        seen.len() == expected.len() && differ <= Some(most),
        "{seen:02x?}, expected {expected:02x?}"
    );
}

#[track_caller]
fn assert_upright(file: &[u8]) {
    let picture = Picture::of(file).expect("a sound file");
    assert_eq!((picture.width, picture.height), (64, 48));
    assert_close(&picture.corners(), &CORNERS, 3);
}

/// Asserts that the picture is turned to the right by a quarter.
#[track_caller]
fn assert_turned(file: &[u8]) {
    let picture = Picture::of(file).expect("a sound file");
    assert_eq!((picture.width, picture.height), (48, 64));
    assert_close(&picture.corners(), &[BLUE, RED, WHITE, GREEN], 3);
}

/// Returns the file without its application segments.
fn bare(file: &[u8]) -> Vec<u8> {
    let mut bare = file[..2].to_vec();
    let mut at = 2;
    while file[at + 1] != 0xda {
        let end = at + 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        if !(0xe0..=0xef).contains(&file[at + 1]) {
            bare.extend(&file[at..end]);
        }
        at = end;
    }
    bare.extend(&file[at..]);
    bare
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&[0xff, marker], &length[..], content].concat()
}

/// Returns a file with these bytes behind its first marker.
fn with(start: &[u8], file: &[u8]) -> Vec<u8> {
    let bare = bare(file);
    [&bare[..2], start, &bare[2..]].concat()
}

/// Builds an EXIF directory with one entry.
fn exif(tag: u8, value: u8) -> Vec<u8> {
    let entry = [tag, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0];
    [&b"II*\0\x08\0\0\0\x01\0"[..], &entry, &[0; 4]].concat()
}

#[test]
fn of_two_exif_segments_the_first_with_the_tag_counts() {
    assert_turned(TWO_ORIENTATIONS);
    let (six, one, none) = (exif(0x12, 6), exif(0x12, 1), exif(0x00, 6));
    let of = |blocks: &[&[u8]]| {
        let segments = blocks.iter().map(|tiff| {
            let content = [b"Exif\0\0", *tiff].concat();
            segment(0xe1, &content)
        });
        with(&segments.collect::<Vec<_>>().concat(), NAMES)
    };
    assert_turned(&of(&[&six, &one]));
    assert_upright(&of(&[&one, &six]));
    assert_upright(&of(&[&exif(0x12, 9), &six]));
    assert_turned(&of(&[&none, &six]));
    assert_turned(&of(&[b"", &six]));
    assert_turned(&of(&[b"XX*\0\x08\0\0\0", &six]));
    let xmp = segment(
        0xe1,
        b"http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation='1'/>",
    );
    let behind = [xmp, segment(0xe1, &[b"Exif\0\0", &six[..]].concat())].concat();
    assert_turned(&with(&behind, NAMES));
    // Fill bytes may stand in front of a marker.
    assert_turned(&with(&[&[0xff; 3], &behind[..]].concat(), NAMES));
}

#[test]
fn an_exif_directory_is_read_as_far_as_it_goes() {
    assert_turned(COUNTS_TOO_MANY);
}

/// Returns the orientations of a PNG and a WebP with these blocks of EXIF.
fn orientations(blocks: &[&[u8]]) -> [u8; 2] {
    let orientation = |file: &[u8]| {
        let header = Header::parse(file, true).expect("a good file");
        header.expect("is whole").orientation.to_exif()
    };
    let mut png = Vec::new();
    let encoder = png::Encoder::new(&mut png, 2, 1);
    let mut writer = encoder.write_header().expect("a valid header");
    for block in blocks {
        let kind = png::chunk::ChunkType(*b"eXIf");
        writer.write_chunk(kind, block).expect("memory is writable");
    }
    writer.write_image_data(&[7, 8]).expect("two samples");
    writer.finish().expect("memory is writable");
    let lossy: &[u8] = include_bytes!("../fuzz/seeds/lossy-alpha.webp");
    let mut webp = lossy.to_vec();
    webp[20] |= 8;
    for block in blocks {
        webp.extend(b"EXIF");
        webp.extend((block.len() as u32).to_le_bytes());
        webp.extend(*block);
        webp.resize(webp.len().next_multiple_of(2), 0);
    }
    let length = (webp.len() as u32 - 8).to_le_bytes();
    webp[4..8].copy_from_slice(&length);
    [orientation(&png), orientation(&webp)]
}

#[test]
fn png_and_webp_take_the_first_tag_too() {
    let (six, one, none) = (exif(0x12, 6), exif(0x12, 1), exif(0x00, 6));
    assert_eq!(orientations(&[&six]), [6, 6]);
    assert_eq!(orientations(&[&six, &one]), [6, 6]);
    assert_eq!(orientations(&[&one, &six]), [1, 1]);
    assert_eq!(orientations(&[&none, &six]), [6, 6]);
    let mut counts = six.clone();
    counts[8] = 40;
    assert_eq!(orientations(&[&counts[..22]]), [6, 6]);
    assert_eq!(orientations(&[&none]), [1, 1]);
}

#[test]
fn inks_are_inverted_with_adobes_marker_and_without() {
    let cmyk = [
        [0x00, 0x99, 0xe3],
        [0xea, 0, 0x80],
        [0xff, 0xf0, 0],
        [0x14, 0x05, 0],
    ];
    let corners = |file: &[u8]| Picture::of(file).expect("a sound file").corners();
    assert_close(&corners(INKS), &cmyk, 2);
    let adobe = |transform: u8| {
        let content = [&b"Adobe\0\x64\0\0\0\0"[..], &[transform]].concat();
        with(&segment(0xee, &content), INKS)
    };
    assert_close(&corners(&adobe(0)), &cmyk, 2);
    let jfif = segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    assert_close(&corners(&with(&jfif, INKS)), &cmyk, 2);
}

#[test]
fn full_black_is_black_and_solids_are_what_libvips_makes_of_them() {
    let patches = |file: &[u8]| {
        let picture = Picture::of(file).expect("a sound file");
        (0..9).map(|at| picture.at(16 * at + 8, 8)).collect()
    };
    let blacks: Vec<[u8; 3]> = patches(BLACKS);
    let expected = [
        [0xff, 0xff, 0xff],
        [0xd7, 0xd7, 0xd5],
        [0xba, 0xb9, 0xb8],
        [0xa0, 0x9f, 0x9f],
        [0x86, 0x85, 0x84],
        [0x6d, 0x6b, 0x6a],
        [0x51, 0x4e, 0x4c],
        [0x37, 0x33, 0x31],
        [0x14, 0x05, 0x00],
    ];
    assert_close(&blacks, &expected, 6);
    let darkest = blacks[8].iter().zip(expected[8]);
    assert!(
        darkest.into_iter().all(|(seen, most)| *seen <= most),
        "{blacks:?}"
    );
    let solids: Vec<[u8; 3]> = patches(SOLIDS);
    let expected = [
        [0x00, 0x99, 0xe3],
        [0xea, 0x00, 0x80],
        [0xff, 0xf0, 0x00],
        [0x20, 0x06, 0x75],
        [0xe8, 0x00, 0x00],
        [0x00, 0x8d, 0x2d],
        [0x21, 0x11, 0x1f],
        [0x00, 0x00, 0x00],
    ];
    assert_close(&solids[..8], &expected, 2);
    assert_close(&solids[8..], &[[0x0b, 0x09, 0x07]], 12);
}

/// Returns the file with other names of its components, in the frame and in the scan.
fn renamed(names: [u8; 3]) -> Vec<u8> {
    let mut file = bare(NAMES);
    let mut at = 2;
    while file[at + 1] != 0xda {
        if file[at + 1] == 0xc0 {
            (0..3).for_each(|index| file[at + 10 + 3 * index] = names[index]);
        }
        at += 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
    }
    (0..3).for_each(|index| file[at + 5 + 2 * index] = names[index]);
    file
}

#[test]
fn components_of_one_name_are_meant_in_their_order() {
    assert_upright(NAMES);
    for names in [[0, 0, 0], [1, 1, 2], [1, 2, 1], [1, 2, 2], [9, 8, 7]] {
        assert_upright(&renamed(names));
    }
}

/// Refuses a scan of one component out of several that share its name: the scan is ambiguous, and
/// decoders that take the first component show garbage.
#[test]
fn a_scan_that_does_not_name_all_components_of_a_name_is_refused() {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 90);
    encoder.set_progressive(true);
    let pixels: Vec<u8> = (0..32 * 32 * 3).map(|at| (at / 7) as u8).collect();
    encoder
        .encode(&pixels, 32, 32, jpeg_encoder::ColorType::Rgb)
        .expect("a valid size");
    assert!(Picture::of(&file).is_ok());
    let markers = |marker: u8| {
        let pairs = file.windows(2).enumerate();
        let of = pairs.filter(move |(_, pair)| *pair == [0xff, marker]);
        of.map(|(at, _)| at).collect::<Vec<_>>()
    };
    let (frames, scans) = (markers(0xc2), markers(0xda));
    assert!(frames.len() == 1 && scans.len() > 3);
    (0..3).for_each(|index| file[frames[0] + 10 + 3 * index] = 1);
    for scan in scans {
        (0..usize::from(file[scan + 4])).for_each(|index| file[scan + 5 + 2 * index] = 1);
    }
    assert!(matches!(Picture::of(&file), Err(Error::Corrupt(_))));
}

#[test]
fn segments_that_are_skipped_may_be_shorter_than_their_length() {
    assert_upright(COMMENT);
    for length in [0, 1] {
        for marker in [0xfe, 0xe0, 0xe1, 0xe2, 0xee, 0xef, 0xdc] {
            assert_upright(&with(&[0xff, marker, 0, length], NAMES));
        }
        for marker in [0xdb, 0xc4, 0xc0, 0xdd] {
            let refused = Picture::of(&with(&[0xff, marker, 0, length], NAMES));
            assert!(matches!(refused, Err(Error::Corrupt(_))), "{marker:x}");
        }
    }
}

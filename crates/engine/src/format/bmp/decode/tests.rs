//! Tests with bitmaps of every kind, made here, and with a corpus, compared with another reader.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::ico::IcoDecoder;
use image::{DynamicImage, ImageDecoder};
use letterbox_testkit::corpus;

use crate::error::Error;
use crate::format::bmp::decode::{decode, decoder_bytes};
use crate::format::ico::decode as ico;
use crate::header::{Coding, Header};
use crate::limits::Limits;
use crate::pixels::frame::Frame;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSink;
use crate::plan::Plan;
use crate::plan::source::Source;
use crate::spec::Format;
use crate::transform::Transform;

struct Taken(Vec<u8>);

impl RowSink for Taken {
    fn row(&mut self, _: usize, row: &[u8]) -> Result<(), Error> {
        self.0.extend_from_slice(row);
        Ok(())
    }

    fn frame(&mut self, frame: Frame) -> Result<(), Error> {
        self.0.extend(frame.pixels);
        Ok(())
    }
}

/// Returns a file's layout and pixels.
fn ours(file: &[u8]) -> Result<(Layout, Vec<u8>), Error> {
    let none = Error::Corrupt("there is no header");
    let header = Header::parse(file, true)?.ok_or(none)?;
    let plan = Plan::new(header, Source::Srgb, &Transform::DEFAULT, &Limits::DEFAULT)?;
    plan.check_budget(file.len() as u64, &Limits::DEFAULT)?;
    let mut taken = Taken(Vec::new());
    match header.format {
        Format::Ico => ico::decode(file, &plan, &mut taken)?,
        _ => decode(file, &plan, &mut taken)?,
    }
    Ok((header.layout, taken.0))
}

fn rgb(file: &[u8]) -> Vec<u8> {
    let (layout, pixels) = ours(file).expect("a sound file");
    assert_eq!(layout, Layout::Rgb);
    pixels
}

fn rgba(file: &[u8]) -> Vec<u8> {
    let (layout, pixels) = ours(file).expect("a sound file");
    assert_eq!(layout, Layout::Rgba);
    pixels
}

/// Bytes before the pixels, without the file header.
struct Start {
    length: u32,
    size: (i32, i32),
    bits: u16,
    compression: u32,
    colours: u32,
    /// Fields that follow the 40 bytes of version 1, in the header or behind it.
    more: Vec<u8>,
    palette: Vec<u8>,
}

impl Start {
    fn new(size: (i32, i32), bits: u16) -> Start {
        Start {
            length: 40,
            size,
            bits,
            compression: 0,
            colours: 0,
            more: Vec::new(),
            palette: Vec::new(),
        }
    }

    fn compression(self, compression: u32) -> Start {
        Start {
            compression,
            ..self
        }
    }

    /// Returns a header of version 3 to 5 with these masks.
    fn version(self, length: u32, masks: [u32; 4]) -> Start {
        let mut more: Vec<u8> = masks.iter().flat_map(|mask| mask.to_le_bytes()).collect();
        more.resize(length as usize - 40, 0);
        Start {
            length,
            more,
            ..self
        }
    }

    fn palette(self, colours: &[[u8; 3]]) -> Start {
        let entries = colours.iter().flat_map(|&[r, g, b]| [b, g, r, 0]);
        Start {
            colours: colours.len() as u32,
            palette: entries.collect(),
            ..self
        }
    }

    /// Returns the header, its palette, and the pixels.
    fn bitmap(&self, pixels: &[u8]) -> Vec<u8> {
        let mut bytes = self.length.to_le_bytes().to_vec();
        bytes.extend(self.size.0.to_le_bytes());
        bytes.extend(self.size.1.to_le_bytes());
        bytes.extend([1, 0]);
        bytes.extend(self.bits.to_le_bytes());
        for field in [self.compression, 0, 0, 0, self.colours, 0] {
            bytes.extend(field.to_le_bytes());
        }
        bytes.truncate(self.length as usize);
        bytes.extend(&self.more);
        bytes.extend(&self.palette);
        bytes.extend(pixels);
        bytes
    }

    fn file(&self, pixels: &[u8]) -> Vec<u8> {
        let bitmap = self.bitmap(pixels);
        let data = 14 + bitmap.len() - pixels.len();
        in_file(&bitmap, data as u32)
    }

    /// Wraps the bitmap as the only image of an icon.
    fn icon(&self, pixels: &[u8]) -> Vec<u8> {
        let doubled = Start {
            size: (self.size.0, self.size.1 * 2),
            more: self.more.clone(),
            palette: self.palette.clone(),
            ..*self
        };
        in_icon(&doubled.bitmap(pixels), 1, 0)
    }
}

fn in_file(bitmap: &[u8], data: u32) -> Vec<u8> {
    let mut file = b"BM".to_vec();
    file.extend((14 + bitmap.len() as u32).to_le_bytes());
    file.extend([0; 4]);
    file.extend(data.to_le_bytes());
    file.extend(bitmap);
    file
}

/// Returns an icon file of this type: 1 is an icon, 2 a cursor.
fn in_icon(bitmap: &[u8], kind: u8, bits: u8) -> Vec<u8> {
    let mut file = vec![0, 0, kind, 0, 1, 0, 2, 2, 0, 0, 1, 0, bits, 0];
    file.extend((bitmap.len() as u32).to_le_bytes());
    file.extend(22u32.to_le_bytes());
    file.extend(bitmap);
    file
}

const RED: [u8; 3] = [220, 30, 30];
const GREEN: [u8; 3] = [30, 190, 30];
const BLUE: [u8; 3] = [40, 40, 220];
const WHITE: [u8; 3] = [245, 245, 245];
/// Two rows of two pixels, from the top.
const PICTURE: [[u8; 3]; 4] = [RED, GREEN, BLUE, WHITE];
const COLOURS: [u8; 12] = [220, 30, 30, 30, 190, 30, 40, 40, 220, 245, 245, 245];

/// Returns the picture's rows from the bottom, blue first, each padded to four bytes.
fn of_24_bits() -> Vec<u8> {
    let row = |pixels: &[[u8; 3]]| {
        let mut row: Vec<u8> = pixels.iter().flat_map(|&[r, g, b]| [b, g, r]).collect();
        row.resize(8, 0);
        row
    };
    [row(&PICTURE[2..]), row(&PICTURE[..2])].concat()
}

/// Returns the picture's pixels with a fourth byte each.
fn of_32_bits(fourth: [u8; 4]) -> Vec<u8> {
    let pixel = |at: usize| {
        let [r, g, b] = PICTURE[at];
        [b, g, r, fourth[at]]
    };
    [2, 3, 0, 1].into_iter().flat_map(pixel).collect()
}

fn with_alpha(alpha: [u8; 4]) -> Vec<u8> {
    let pixels = PICTURE.into_iter().zip(alpha);
    pixels
        .flat_map(|([r, g, b], alpha)| [r, g, b, alpha])
        .collect()
}

const ALPHA: [u32; 4] = [0x00ff_0000, 0xff00, 0xff, 0xff00_0000];

#[test]
fn every_depth_is_read_from_the_bottom_up() {
    let of = |bits| Start::new((2, 2), bits);
    let indexed = |bits| of(bits).palette(&PICTURE);
    assert_eq!(rgb(&of(24).file(&of_24_bits())), COLOURS);
    assert_eq!(rgb(&of(32).file(&of_32_bits([0, 255, 9, 1]))), COLOURS);
    for (bits, pixels) in [
        (8, [2, 3, 0, 0, 0, 1, 0, 0]),
        (4, [0x23, 0, 0, 0, 0x01, 0, 0, 0]),
        (2, [0b1011_0000, 0, 0, 0, 0b0001_0000, 0, 0, 0]),
    ] {
        assert_eq!(rgb(&indexed(bits).file(&pixels)), COLOURS, "{bits}");
    }
    let two = of(1).palette(&PICTURE[..2]);
    let pixels = [0b0100_0000, 0, 0, 0, 0b1000_0000, 0, 0, 0];
    assert_eq!(
        rgb(&two.file(&pixels)),
        [GREEN, RED, RED, GREEN].as_flattened()
    );
}

#[test]
fn a_negative_height_is_top_down() {
    let turned: Vec<u8> = [&of_24_bits()[8..], &of_24_bits()[..8]].concat();
    assert_eq!(rgb(&Start::new((2, -2), 24).file(&turned)), COLOURS);
}

#[test]
fn sixteen_bits_are_five_each_or_what_masks_say() {
    let row = |a: u16, b: u16| [a.to_le_bytes(), b.to_le_bytes()].concat();
    let pixels = [row(0x001f, 0x7fff), row(0x7c00, 0x03e0)].concat();
    let of_fives = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
    assert_eq!(rgb(&Start::new((2, 2), 16).file(&pixels)), of_fives);
    let mut masks = Start::new((2, 2), 16).compression(3);
    masks.more = [0xf800u32, 0x07e0, 0x001f].map(u32::to_le_bytes).concat();
    let pixels = [row(0x001f, 0xffff), row(0xf800, 0x07e0)].concat();
    assert_eq!(rgb(&masks.file(&pixels)), of_fives);
    // 16 of 31 and 32 of 63.
    let middle = [row(0x8410, 0), row(0, 0)].concat();
    assert_eq!(rgb(&masks.file(&middle))[6..9], [132, 130, 132]);
}

#[test]
fn masks_of_more_than_eight_bits_keep_the_upper_ones() {
    let mut masks = Start::new((1, 1), 32).compression(3);
    masks.more = [0x3ff0_0000u32, 0x000f_fc00, 0x0000_03ff]
        .map(u32::to_le_bytes)
        .concat();
    let pixel = 0x3ffu32 << 20 | 0x200 << 10 | 0x003;
    assert_eq!(rgb(&masks.file(&pixel.to_le_bytes())), [255, 128, 0]);
    masks.more[0] = 1; // a hole
    assert!(matches!(
        ours(&masks.file(&pixel.to_le_bytes())),
        Err(Error::Corrupt(_))
    ));
}

#[test]
fn the_mask_of_alpha_counts_whatever_the_compression() {
    let alpha = [255, 7, 0, 128];
    for length in [56, 108, 124] {
        for compression in [0, 3] {
            let start = Start::new((2, 2), 32)
                .compression(compression)
                .version(length, ALPHA);
            let read = rgba(&start.file(&of_32_bits(alpha)));
            assert_eq!(read, with_alpha(alpha), "{length} {compression}");
        }
    }
    let mut masks = Start::new((2, 2), 32).compression(6);
    masks.more = ALPHA.map(u32::to_le_bytes).concat();
    assert_eq!(rgba(&masks.file(&of_32_bits(alpha))), with_alpha(alpha));
    let of_24 = Start::new((2, 2), 24).version(108, ALPHA);
    assert_eq!(rgb(&of_24.file(&of_24_bits())), COLOURS);
}

#[test]
fn alpha_that_is_0_everywhere_is_opaque() {
    for compression in [0, 3] {
        let start = Start::new((2, 2), 32)
            .compression(compression)
            .version(108, ALPHA);
        assert_eq!(rgba(&start.file(&of_32_bits([0; 4]))), with_alpha([255; 4]));
    }
    let five = Start::new((2, 1), 16)
        .compression(3)
        .version(108, [0x7c00, 0x03e0, 0x1f, 0x8000]);
    assert_eq!(
        rgba(&five.file(&[0, 0x7c, 0x1f, 0])),
        [255, 0, 0, 255, 0, 0, 255, 255]
    );
    assert_eq!(
        rgba(&five.file(&[0, 0xfc, 0x1f, 0])),
        [255, 0, 0, 255, 0, 0, 255, 0]
    );
}

#[test]
fn an_icon_of_32_bits_has_its_alpha_or_its_mask() {
    let icon = Start::new((2, 2), 32);
    // Transparent below on the left, and above on the right.
    let mask = [0b1000_0000, 0, 0, 0, 0b0100_0000, 0, 0, 0];
    let seen = [&of_32_bits([1, 2, 3, 4])[..], &mask].concat();
    assert_eq!(rgba(&icon.icon(&seen)), with_alpha([1, 2, 3, 4]));
    let all = [&of_32_bits([255; 4])[..], &[255; 8]].concat();
    assert_eq!(rgba(&icon.icon(&all)), with_alpha([255; 4]));
    let unseen = [&of_32_bits([0; 4])[..], &mask].concat();
    assert_eq!(rgba(&icon.icon(&unseen)), with_alpha([255, 0, 0, 255]));
    let without = icon.icon(&of_32_bits([0; 4]));
    assert_eq!(rgba(&without), with_alpha([255; 4]), "no mask at all");
    // The depth in the directory is ignored; a cursor's directory has another value there.
    let bitmap = Start::new((2, 4), 32).bitmap(&all);
    for (kind, bits) in [(1, 8), (1, 1), (2, 7)] {
        let file = in_icon(&bitmap, kind, bits);
        assert_eq!(rgba(&file), with_alpha([255; 4]), "{kind} {bits}");
    }
}

#[test]
fn an_icon_without_alpha_has_its_mask() {
    let mask = [0b1000_0000, 0, 0, 0, 0b0100_0000, 0, 0, 0];
    let with_mask = |pixels: &[u8]| [pixels, &mask].concat();
    let expected = with_alpha([255, 0, 0, 255]);
    let of = |bits| Start::new((2, 2), bits);
    assert_eq!(rgba(&of(24).icon(&with_mask(&of_24_bits()))), expected);
    let eight = with_mask(&[2, 3, 0, 0, 0, 1, 0, 0]);
    assert_eq!(rgba(&of(8).palette(&PICTURE).icon(&eight)), expected);
    let cut = &with_mask(&of_24_bits())[..21];
    assert_eq!(
        rgba(&of(24).icon(cut)),
        expected,
        "without what fills up the last row"
    );
    let broken = of(24).icon(&with_mask(&of_24_bits())[..20]);
    assert!(matches!(ours(&broken), Err(Error::Corrupt(_))));
}

#[test]
fn pixels_are_found_whatever_the_file_says_of_their_place() {
    let plain = Start::new((2, 2), 24).bitmap(&of_24_bits());
    for data in [0, 1, 53] {
        assert_eq!(rgb(&in_file(&plain, data)), COLOURS, "{data}");
    }
    // With a gap.
    let mut bitmap = Start::new((2, 2), 24).bitmap(&[9; 5]);
    bitmap.extend(of_24_bits());
    assert_eq!(rgb(&in_file(&bitmap, 59)), COLOURS);
    let eight = Start::new((2, 2), 8).palette(&PICTURE);
    let bitmap = eight.bitmap(&[2, 3, 0, 0, 0, 1, 0, 0]);
    assert_eq!(rgb(&in_file(&bitmap, 0)), COLOURS);
    for data in [54, 53] {
        assert_eq!(rgb(&in_file(&bitmap, data)), COLOURS, "{data}");
    }
    let mut masks = Start::new((2, 2), 32).compression(3);
    masks.more = [ALPHA[0], ALPHA[1], ALPHA[2]]
        .map(u32::to_le_bytes)
        .concat();
    let bitmap = masks.bitmap(&of_32_bits([0; 4]));
    assert_eq!(rgb(&in_file(&bitmap, 0)), COLOURS);
}

#[test]
fn a_palette_may_be_longer_or_shorter_than_its_depth() {
    let mut colours = vec![[9; 3]; 300];
    colours[..4].copy_from_slice(&PICTURE);
    let pixels = [2, 3, 0, 0, 0, 1, 0, 0];
    let long = Start::new((2, 2), 8).palette(&colours);
    assert_eq!(rgb(&long.file(&pixels)), COLOURS);
    assert_eq!(rgb(&in_file(&long.bitmap(&pixels), 0)), COLOURS);
    let short = Start::new((2, 2), 8).palette(&PICTURE[..3]);
    let read = rgb(&short.file(&pixels));
    assert_eq!(
        (&read[..9], &read[9..]),
        (&COLOURS[..9], &[0; 3][..]),
        "black"
    );
    // It says nothing of its length, and ends where pixels start.
    let mut unsaid = Start::new((2, 2), 8).palette(&PICTURE);
    unsaid.colours = 0;
    assert_eq!(rgb(&unsaid.file(&pixels)), COLOURS);
    let hints = Start::new((2, 2), 24).palette(&PICTURE);
    assert_eq!(
        rgb(&in_file(&hints.bitmap(&of_24_bits()), 0)),
        COLOURS,
        "hints"
    );
}

#[test]
fn headers_of_os_2_are_read() {
    let mut core = 12u32.to_le_bytes().to_vec();
    core.extend([2, 0, 2, 0, 1, 0, 8, 0]);
    PICTURE.iter().for_each(|&[r, g, b]| core.extend([b, g, r]));
    core.extend([2, 3, 0, 0, 0, 1, 0, 0]);
    assert_eq!(rgb(&in_file(&core, 14 + 12 + 12)), COLOURS);
    // A header of version 2 may end behind any of its fields.
    for length in [16, 20, 24, 36, 64] {
        let mut start = Start::new((2, 2), 24);
        start.length = length;
        start.more = vec![3; (length as usize).saturating_sub(40)];
        assert_eq!(rgb(&start.file(&of_24_bits())), COLOURS, "{length}");
    }
}

#[test]
fn planes_are_not_looked_at() {
    for planes in [0, 2, 9] {
        let mut file = Start::new((2, 2), 24).file(&of_24_bits());
        file[14 + 12] = planes;
        assert_eq!(rgb(&file), COLOURS, "{planes}");
    }
}

#[test]
fn runs_are_drawn_row_by_row() {
    let colours = [[0, 0, 0], RED, GREEN, BLUE, WHITE];
    let eight = Start::new((4, 3), 8).compression(1).palette(&colours);
    let black = [0; 3];
    let expect = |file: &[u8], rows: [[[u8; 3]; 4]; 3]| {
        assert_eq!(rgb(file), rows.as_flattened().as_flattened());
    };
    // A run, pixels one by one, and a row that is filled up to an even number of bytes.
    let data = [
        4, 1, 0, 0, 0, 3, 2, 3, 4, 0, 1, 1, 0, 0, 2, 2, 2, 3, 0, 0, 0, 1,
    ];
    let rows = [
        [GREEN, GREEN, BLUE, BLUE],
        [GREEN, BLUE, WHITE, RED],
        [RED; 4],
    ];
    expect(&eight.file(&data), rows);
    // The end of the last row, and of the picture, may be left out.
    expect(&eight.file(&data[..data.len() - 2]), rows);
    expect(&eight.file(&data[..data.len() - 4]), rows);
    // A jump to the right and two rows up leaves what it jumps over black.
    let data = [1, 1, 0, 2, 1, 2, 2, 3, 0, 1];
    let rows = [
        [black, black, BLUE, BLUE],
        [black; 4],
        [RED, black, black, black],
    ];
    expect(&eight.file(&data), rows);
    // One in its row.
    let data = [1, 1, 0, 2, 2, 0, 1, 4, 0, 1];
    expect(
        &eight.file(&data),
        [[black; 4], [black; 4], [RED, black, black, WHITE]],
    );
    // What goes beyond a row's end is left out.
    let data = [9, 1, 0, 0, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0, 4, 3, 0, 1];
    expect(&eight.file(&data), [[BLUE; 4], [GREEN; 4], [RED; 4]]);
}

#[test]
fn runs_of_four_bits_take_turns_and_those_of_24_have_colours() {
    let colours = [[0, 0, 0], RED, GREEN, BLUE, WHITE];
    let four = Start::new((4, 1), 4).compression(2).palette(&colours);
    let expect = |file: &[u8], row: [[u8; 3]; 4]| assert_eq!(rgb(file), row.as_flattened());
    expect(&four.file(&[4, 0x12, 0, 1]), [RED, GREEN, RED, GREEN]);
    expect(
        &four.file(&[1, 0x12, 0, 3, 0x34, 0x10, 0, 1]),
        [RED, BLUE, WHITE, RED],
    );
    let of_24 = Start {
        length: 64,
        more: vec![0; 24],
        ..Start::new((4, 1), 24).compression(4)
    };
    let data = [
        1, 30, 30, 220, 0, 3, 30, 190, 30, 220, 40, 40, 9, 9, 9, 0, 0, 1,
    ];
    expect(&of_24.file(&data), [RED, GREEN, BLUE, [9; 3]]);
}

#[test]
fn what_breaks_off_is_refused() {
    let file = Start::new((2, 2), 24).file(&of_24_bits());
    assert!(
        ours(&file[..file.len() - 2]).is_ok(),
        "without what fills up the last row"
    );
    for end in 0..file.len() - 2 {
        assert!(ours(&file[..end]).is_err(), "{end}");
    }
    let eight = Start::new((2, 2), 8).compression(1).palette(&PICTURE);
    for data in [
        &[2, 1][..],
        &[2, 1, 0, 0, 1, 1],
        &[2, 1, 0, 0, 0, 3, 1],
        &[0, 2, 1],
    ] {
        assert_eq!(
            ours(&eight.file(data)),
            Err(Error::Corrupt("the bitmap breaks off"))
        );
    }
}

#[test]
fn what_is_not_read_is_refused_by_name() {
    for (bits, compression, named) in [
        (0, 4, "JPEG"),
        (0, 5, "PNG"),
        (1, 3, "Huffman"),
        (32, 11, "four inks"),
        (64, 0, "depth"),
        (24, 77, "compression"),
    ] {
        let file = Start::new((2, 2), bits)
            .compression(compression)
            .file(&[0; 64]);
        let refused = ours(&file).expect_err("not read");
        assert!(
            matches!(refused, Error::Unsupported(what) if what.contains(named)),
            "{refused:?}"
        );
    }
}

#[test]
fn damage_anywhere_is_no_panic() {
    let eight = Start::new((3, 3), 8).compression(1).palette(&PICTURE);
    let files = [
        Start::new((2, 2), 32)
            .version(124, ALPHA)
            .file(&of_32_bits([1; 4])),
        eight.file(&[3, 1, 0, 0, 0, 3, 2, 3, 1, 0, 0, 2, 1, 0, 2, 2, 0, 1]),
        Start::new((2, 2), 24).icon(&[&of_24_bits()[..], &[0; 8]].concat()),
    ];
    for good in files {
        assert!(ours(&good).is_ok());
        for at in 0..good.len() {
            let _ = ours(&good[..at]);
            for value in [0, 1, 2, 0x7f, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[at] = value;
                let _ = ours(&bad);
            }
        }
    }
}

#[test]
fn a_large_bitmap_takes_a_row_beside_its_file() {
    let start = Start::new((9000, 9000), 24).file(&[]);
    let header = Header::parse(&start, false).expect("good").expect("whole");
    assert_eq!(header.coding, Coding::Bitmap { runs: false });
    let plan =
        Plan::new(header, Source::Srgb, &Transform::DEFAULT, &Limits::DEFAULT).expect("a size");
    assert_eq!(decoder_bytes(&plan, false), 27_000);
}

/// Reads a file with another reader, in this layout.
fn theirs(file: &[u8], layout: Layout) -> Option<Vec<u8>> {
    let image = if file.starts_with(b"BM") {
        of_decoder(BmpDecoder::new(Cursor::new(file)).ok()?)?
    } else {
        of_decoder(IcoDecoder::new(Cursor::new(file)).ok()?)?
    };
    Some(match layout {
        Layout::Rgb => image.into_rgb8().into_raw(),
        Layout::Rgba => image.into_rgba8().into_raw(),
        Layout::Grey => image.into_luma8().into_raw(),
        Layout::GreyAlpha => image.into_luma_alpha8().into_raw(),
    })
}

fn of_decoder(decoder: impl ImageDecoder) -> Option<DynamicImage> {
    let fits = decoder.total_bytes() < 1 << 28;
    fits.then(|| DynamicImage::from_decoder(decoder).ok())?
}

/// Files of the corpus that both readers accept and show differently. In bitmaps, alpha is 0
/// everywhere, alpha has a mask without compression, or pixels are declared to start before the
/// palette. In icons, there is alpha beside the mask, or there are two images of the same size, of
/// which ours is the first.
const DIFFERENT: [&str; 9] = [
    "005a2d89038fbd62.bmp",
    "9bfa2507dd6b2d4e.bmp",
    "ba020e5bc84726eb.bmp",
    "dd045c6ab24dacad.bmp",
    "efccd6ecb8e3e419.bmp",
    "4d55710a90814992.bmp",
    "aade4010679af449.bmp",
    "05a323d33d3dd3c2.ico",
    "8c30de996f56ccc5.ico",
];

#[test]
fn the_corpus_is_read_as_another_reader_reads_it() {
    let Some(corpus) = corpus() else { return };
    for format in ["bmp", "ico"] {
        let (mut read, mut refused, mut other, mut same, mut faults) = (0, 0, 0, 0, Vec::new());
        for path in corpus.paths(format) {
            let file = std::fs::read(&path).expect("a readable file");
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            let ours = ours(&file);
            let layout = ours.as_ref().map_or(Layout::Rgba, |(layout, _)| *layout);
            let theirs = theirs(&file, layout);
            other += u32::from(theirs.is_some());
            match (ours, theirs) {
                (Ok((_, ours)), Some(theirs)) => {
                    read += 1;
                    same += u32::from(ours == theirs);
                    if ours != theirs && !DIFFERENT.contains(&name) {
                        faults.push(format!("{name} is another picture"));
                    }
                }
                (Ok(_), None) => {
                    eprintln!("{name} is read by us only");
                    read += 1;
                }
                (Err(error), Some(_)) => faults.push(format!("{name}: {error}")),
                (Err(error), None) => {
                    eprintln!("{name} is refused: {error}");
                    refused += 1;
                }
            }
        }
        eprintln!(
            "{format}: {read} read, {same} of {other} as the other reader, {refused} refused"
        );
        faults.iter().for_each(|fault| eprintln!("{fault}"));
        assert!(faults.is_empty() && read > 10);
    }
}

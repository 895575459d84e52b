//! Crops: what lies below them is not decoded, whatever pieces the file comes in.

use letterbox_engine::transform::{Crop, Fit, Format, Length, Side, Target, Transform};
use letterbox_engine::{Error, Limits, Output, Pipeline};

const PHOTO: &[u8] = include_bytes!("../../../demo/samples/onlooker.jpg");
const LOSSY: &[u8] = include_bytes!("../../vp8/tests/files/smooth-133x95.webp");

/// Ways of a file to come.
const PIECES: [usize; 4] = [61, 4096, 100_000, usize::MAX];

fn answer(file: &[u8], transform: &Transform, piece: usize) -> Result<Output, Error> {
    let mut pipeline = Pipeline::new(transform, &Limits::DEFAULT);
    for piece in file.chunks(piece) {
        pipeline.push(piece)?;
    }
    pipeline.finish(&|| 0.0)
}

/// The upper left of a picture, in percent of its sides.
fn upper_left(percent: u16, format: Format) -> Transform {
    let share = Some(Length::Share(100 * percent));
    Transform {
        width: Side::px(60),
        height: Side::px(40),
        fit: Fit::Fill,
        target: Target::Image(format),
        crop: Crop {
            width: share,
            height: share,
            ..Crop::NONE
        },
        ..Transform::DEFAULT
    }
}

/// A TIFF of RGB in four strips without compression, the last of them beyond the end of the file.
fn tiff_without_its_last_strip() -> Vec<u8> {
    let (width, height, rows) = (32_u32, 32_u32, 8_u32);
    let strip = width * rows * 3;
    let mut data: Vec<u8> = (0..3 * strip).map(|at| (at * 7 % 251) as u8).collect();
    let (offsets, counts) = (8 + 3 * strip, 8 + 3 * strip + 16);
    (0..4_u32)
        .for_each(|at| data.extend((if at == 3 { 1 << 20 } else { 8 + at * strip }).to_le_bytes()));
    (0..4).for_each(|_| data.extend(strip.to_le_bytes()));
    let entries: [[u32; 4]; 9] = [
        [256, 4, 1, width],
        [257, 4, 1, height],
        [258, 4, 1, 8],
        [259, 4, 1, 1],
        [262, 4, 1, 2],
        [273, 4, 4, offsets],
        [277, 4, 1, 3],
        [278, 4, 1, rows],
        [279, 4, 4, counts],
    ];
    let mut file = b"II*\0".to_vec();
    file.extend((8 + data.len() as u32).to_le_bytes());
    file.extend(data);
    file.extend((entries.len() as u16).to_le_bytes());
    for [tag, kind, count, value] in entries {
        file.extend((tag as u16).to_le_bytes());
        file.extend((kind as u16).to_le_bytes());
        file.extend(count.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    file
}

#[test]
fn damage_below_a_crop_of_a_jpeg_is_not_seen_in_any_pieces() {
    for format in [Format::Jpeg, Format::Png] {
        let crop = upper_left(40, format);
        let whole = answer(PHOTO, &crop, usize::MAX).expect("a good file").body;
        let broken = &PHOTO[..PHOTO.len() * 3 / 5];
        for piece in PIECES {
            assert!(answer(PHOTO, &crop, piece).expect("a good file").body == whole);
            let made = answer(broken, &crop, piece);
            let same = made.as_ref().is_ok_and(|made| made.body == whole);
            assert!(same, "{format:?} in pieces of {piece}: {:?}", made.err());
            // In the crop, a file that breaks off is an error as ever.
            assert!(answer(broken, &upper_left(95, format), piece).is_err());
        }
    }
}

#[test]
fn damage_below_a_crop_of_a_lossy_webp_is_not_seen_in_any_pieces() {
    let crop = upper_left(30, Format::Png);
    let whole = answer(LOSSY, &crop, usize::MAX).expect("a good file").body;
    let mut broken = LOSSY.to_vec();
    let end = broken.len() - 8;
    broken[end..].fill(0x55);
    for piece in PIECES {
        let made = answer(&broken, &crop, piece).expect("damage below the crop");
        assert!(made.body == whole, "in pieces of {piece}");
    }
}

#[test]
fn damage_below_a_crop_of_a_tiff_is_not_seen_in_any_pieces() {
    let file = tiff_without_its_last_strip();
    for piece in PIECES {
        assert!(answer(&file, &upper_left(50, Format::Png), piece).is_ok());
        assert!(answer(&file, &upper_left(75, Format::Png), piece).is_ok());
        assert!(answer(&file, &upper_left(80, Format::Png), piece).is_err());
    }
}

/// The checksums of a PNG are those of all of its data.
#[test]
fn damage_below_a_crop_of_a_png_is_seen_in_all_pieces() {
    let made = answer(PHOTO, &upper_left(100, Format::Png), usize::MAX);
    let file = made.expect("a good file").body;
    let broken = &file[..file.len() - 60];
    for piece in PIECES {
        assert!(answer(&file, &upper_left(30, Format::Png), piece).is_ok());
        assert!(answer(broken, &upper_left(30, Format::Png), piece).is_err());
    }
}

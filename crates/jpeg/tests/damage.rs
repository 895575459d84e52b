//! Damaged data is shown as libjpeg-turbo shows it, and the status tells what was damaged or is
//! missing.

mod support;

use letterbox_jpeg::Scale;
use letterbox_testkit::Noise;
use support::{Bits, END, Picture, decode, grey_row, scan, segment, start};

fn full(file: &[u8]) -> Picture {
    let whole = decode(file, Scale::Full, file.len()).expect("it has a header");
    for chunk in [1, 3, 1000] {
        let split = decode(file, Scale::Full, chunk).expect("it has a header");
        assert!(split.rows == whole.rows && split.status == whole.status);
    }
    whole
}

/// The first sample of every block of the first row.
fn levels(picture: &Picture) -> Vec<u8> {
    picture.rows[0].iter().step_by(8).copied().collect()
}

#[test]
fn a_code_that_is_not_in_the_table_is_a_zero_of_seventeen_bits() {
    let mut data = Bits::default();
    data.dc(10).no_code().dc(10).symbol(0);
    let picture = full(&grey_row(2, &data));
    assert_eq!(levels(&picture), [138, 148]);
}

#[test]
fn a_run_that_leaves_the_block_sets_its_last_coefficient() {
    let (mut left, mut last) = (Bits::default(), Bits::default());
    for (data, skip) in [(&mut left, 15), (&mut last, 14)] {
        data.dc(0).symbol(0xf0).symbol(0xf0).symbol(0xf0);
        data.ac(skip, 40).dc(10).symbol(0);
    }
    assert!(full(&grey_row(2, &left)).rows == full(&grey_row(2, &last)).rows);
}

#[test]
fn stuffing_is_understood_behind_fill_bytes() {
    let mut data = Bits::default();
    data.dc(0).symbol(0).dc(2047).symbol(0).dc(-2040).symbol(0);
    let good = grey_row(3, &data);
    let at = good.windows(2).rposition(|pair| pair == [0xff, 0]);
    let mut filled = good.clone();
    filled.insert(at.expect("eight ones in step"), 0xff);
    assert_eq!(full(&filled).rows, full(&good).rows);
    assert_eq!(levels(&full(&filled))[2], 135);
}

/// Builds a row of grey blocks, with a restart marker of the given number before each but the
/// first.
fn restarts(levels: &[i32], markers: &[u8]) -> Vec<u8> {
    let mut file = start(0xc0, 8 * levels.len() as u16, 8, &[(1, 1)]);
    file.extend(segment(0xdd, &[0, 1]));
    file.extend(scan(&[1], (0, 63), 0));
    for (at, &level) in levels.iter().enumerate() {
        if at > 0 {
            file.extend([0xff, markers[at - 1]]);
        }
        file.extend(Bits::default().dc(level).symbol(0).bytes());
    }
    [&file, END].concat()
}

#[test]
fn restart_markers_are_followed_as_the_reference_follows_them() {
    let levels_of = |markers: &[u8]| {
        let file = restarts(&[1, 2, 3, 4, 5, 6], markers);
        levels(&full(&file))
    };
    assert_eq!(
        levels_of(&[0xd0, 0xd1, 0xd2, 0xd3, 0xd4]),
        [129, 130, 131, 132, 133, 134]
    );
    // One marker early: an interval of zeroes, then in step again, so that the last interval is not
    // reached.
    assert_eq!(
        levels_of(&[0xd0, 0xd2, 0xd3, 0xd4, 0xd5]),
        [129, 130, 128, 131, 132, 133]
    );
    // A late marker, or bytes that are no marker, are skipped with the data behind them.
    assert_eq!(
        levels_of(&[0xd0, 0xd0, 0xd1, 0xd2, 0xd3]),
        [129, 130, 132, 133, 134, 128]
    );
    assert_eq!(
        levels_of(&[0xd0, 0x47, 0xd1, 0xd2, 0xd3]),
        [129, 130, 132, 133, 134, 128]
    );
    // A marker that is far away is taken.
    assert_eq!(
        levels_of(&[0xd0, 0xd5, 0xd2, 0xd3, 0xd4]),
        [129, 130, 131, 132, 133, 134]
    );
}

/// Returns whether the status is intact, and whether it is truncated.
fn said(file: &[u8]) -> (bool, bool) {
    let status = full(file).status;
    (status.is_intact(), status.truncated)
}

const SOUND: (bool, bool) = (true, false);
const DAMAGED: (bool, bool) = (false, false);
const TRUNCATED: (bool, bool) = (false, true);

#[test]
fn the_status_tells_sound_from_damaged_from_broken_off() {
    let whole = restarts(&[1, 2, 3, 4], &[0xd0, 0xd1, 0xd2]);
    let without_end = &whole[..whole.len() - 2];
    assert_eq!(said(&whole), SOUND);
    assert_eq!(said(without_end), SOUND, "only EOI is missing");
    // The last interval is two bytes, its marker two more.
    assert_eq!(said(&without_end[..without_end.len() - 2]), TRUNCATED);
    assert_eq!(said(&without_end[..without_end.len() - 5]), TRUNCATED);
    let ended = |marker| [&without_end[..without_end.len() - 4], &[0xff, marker], END].concat();
    assert_eq!(said(&ended(0xd9)), TRUNCATED, "EOI is early");
    assert_eq!(said(&ended(0xfe)), TRUNCATED, "another marker is");

    let skipped = restarts(&[1, 2, 3, 4], &[0xd0, 0xd2, 0xd3]);
    assert_eq!(said(&skipped), DAMAGED, "an interval is empty");
    let late = restarts(&[1, 2, 3, 4], &[0xd0, 0xd0, 0xd1]);
    assert_eq!(said(&late), TRUNCATED, "the last interval is empty");
    let mut skipped = restarts(&[1, 2], &[0xd0]);
    let at = skipped.windows(2).rposition(|pair| pair == [0xff, 0xd0]);
    skipped.insert(at.expect("one restart"), 0);
    assert_eq!(said(&skipped), DAMAGED, "bytes before a marker");
    let mut data = Bits::default();
    data.dc(10).no_code().dc(10).symbol(0);
    assert_eq!(said(&grey_row(2, &data)), DAMAGED, "no such code");
    let mut data = Bits::default();
    data.dc(10).symbol(0xf0).symbol(0xf0).symbol(0xf0).ac(15, 1);
    assert_eq!(said(&grey_row(1, &data)), DAMAGED, "a run out of the block");
}

/// A progressive picture of one block: DC in two steps, then the rest.
fn progressive() -> [Vec<u8>; 4] {
    let dc = Bits::default().dc(5).bytes();
    let refinement = Bits::default().put(1, 1).bytes();
    let ac = Bits::default().ac(0, 3).symbol(0).bytes();
    [
        start(0xc2, 8, 8, &[(1, 1)]),
        [scan(&[1], (0, 0), 0x01), dc].concat(),
        [scan(&[1], (1, 63), 0x00), ac].concat(),
        [scan(&[1], (0, 0), 0x10), refinement].concat(),
    ]
}

#[test]
fn a_progressive_file_is_truncated_when_scans_are_missing_and_its_end_is() {
    let [start, dc, ac, refinement] = progressive();
    let parts = |parts: &[&[u8]]| said(&[&[&start[..]], parts].concat().concat());
    assert_eq!(parts(&[&dc, &ac, &refinement, END]), SOUND);
    assert_eq!(parts(&[&dc, &ac, &refinement]), SOUND);
    assert_eq!(parts(&[&dc, &ac, END]), SOUND, "its encoder wanted no more");
    assert_eq!(parts(&[&dc, &ac]), TRUNCATED);
    assert_eq!(parts(&[&dc]), TRUNCATED);
    assert_eq!(parts(&[&dc, &ac[..ac.len() - 2], END]), TRUNCATED);
}

#[test]
fn a_sequential_file_in_several_scans_needs_every_component() {
    let block = |level| Bits::default().dc(level).symbol(0).bytes();
    let scan_of = |name: u8| [scan(&[name], (0, 63), 0), block(name.into())].concat();
    let head = start(0xc0, 8, 8, &[(1, 1), (1, 1), (1, 1)]);
    let file = |names: &[u8]| {
        let scans: Vec<u8> = names.iter().flat_map(|&name| scan_of(name)).collect();
        [&head, &scans[..], END].concat()
    };
    assert_eq!(said(&file(&[2, 1, 3])), SOUND);
    assert_eq!(said(&file(&[1, 2])), TRUNCATED);
}

#[test]
fn a_damaged_file_is_the_same_however_it_is_split() {
    let mut noise = Noise(77);
    let mut random = move |below: usize| noise.below(below);
    // Noise, in intervals longer than what the decoder waits for.
    let pixels: Vec<u8> = (0..200 * 160 * 3).map(|_| random(256) as u8).collect();
    for interval in [0, 3, 100] {
        let mut file = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut file, 95);
        encoder.set_restart_interval(interval);
        encoder
            .encode(&pixels, 200, 160, jpeg_encoder::ColorType::Rgb)
            .expect("a valid size");
        for _ in 0..60 {
            let mut file = file.clone();
            for _ in 0..=random(3) {
                let at = 700 + random(file.len() - 700);
                match random(4) {
                    0 => file[at] = 0xff,
                    1 => file[at] = random(256) as u8,
                    2 => drop(file.drain(at..(at + random(9000)).min(file.len()))),
                    _ => drop(file.splice(at..at, [0xff, 0xc0 + random(64) as u8])),
                }
            }
            let whole = decode(&file, Scale::Full, file.len());
            for chunk in [61, 1500, 20_000] {
                let split = decode(&file, Scale::Full, chunk);
                match (&whole, &split) {
                    (Ok(whole), Ok(split)) => {
                        assert!(whole.rows == split.rows && whole.status == split.status);
                    }
                    _ => assert_eq!(whole.as_ref().err(), split.as_ref().err()),
                }
            }
        }
    }
}

//! Block smoothing of progressive files whose last scans are missing, compared with values worked
//! out by hand.

mod support;

use letterbox_jpeg::{Encoder, Pixels, Sampling, Scale, Settings};
use support::{Bits, END, Picture, scan, start};

/// Builds a file of two flat blocks, 128 and 228, with quality 50, whose DC step is 16: the DC
/// coefficients are 0 and 50.
fn two_blocks() -> Vec<u8> {
    let settings = Settings {
        quality: 50,
        progressive: true,
        ..Settings::default()
    };
    let mut encoder = Encoder::new(16, 8, Pixels::Grey, settings).expect("a valid size");
    for _ in 0..8 {
        let row = [[128; 8], [228; 8]].concat();
        encoder.row(&row).expect("a row of this length");
    }
    encoder.finish().expect("all rows")
}

/// Returns the file up to the end of the given scan, counted from 1, and EOI.
fn cut(file: &[u8], scans: usize) -> Vec<u8> {
    let mut left = scans;
    let is_end = |at: &usize| {
        let marker = file[*at] == 0xff && !matches!(file[at + 1], 0 | 0xd0..=0xd7);
        let began = marker && file[at + 1] == 0xda;
        left -= usize::from(began && left > 0);
        left == 0 && marker && !began
    };
    let end = (2..file.len() - 1).find(is_end).expect("that many scans");
    [&file[..end], END].concat()
}

fn decoded(file: &[u8], scale: Scale) -> Picture {
    let whole = support::decode(file, scale, file.len()).expect("a picture");
    for chunk in [1, 7, 100] {
        let split = support::decode(file, scale, chunk).expect("a picture");
        assert_eq!(split.rows, whole.rows, "in chunks of {chunk}");
    }
    whole
}

/// Computes a row of samples from a block's dequantised coefficients of one row (T.81, A.3.3).
fn row(coefficients: [f64; 4]) -> [f64; 8] {
    core::array::from_fn(|x| {
        let wave = |u: usize| ((2 * x + 1) as f64 * u as f64 * core::f64::consts::PI / 16.0).cos();
        let ac = (1..4).map(|u| coefficients[u] * wave(u)).sum::<f64>();
        128.0 + coefficients[0] / 8.0 + ac / 32f64.sqrt()
    })
}

fn assert_rows(picture: &Picture, blocks: [[f64; 4]; 2]) {
    let expected = blocks.map(row).concat();
    for (y, row) in picture.rows.iter().enumerate() {
        for (x, (&sample, expected)) in row.iter().zip(&expected).enumerate() {
            let difference = f64::from(sample) - expected;
            assert!(
                difference.abs() <= 1.0,
                "{x}, {y}: {sample}, not {expected}"
            );
        }
    }
    assert!(picture.status.is_intact());
}

/// The five blocks around the first one are 0 0 0 50 50 from left to right, and those around the
/// second one 0 0 50 50 50, in all rows. Each result is the product of these with the sums of
/// weights by column, times the DC step 16, divided by 256 times the step, rounded:
///
/// | | weights | first | second | step |
/// | DC | -24 42 220 42 -24 | 900 -> 4 | 11900 -> 46 | 16 |
/// | 01 | -11 62 0 -62 11 | -2550 -> -14 | -2550 -> -14 | 11 |
/// | 02 | 1 11 -24 11 1 | 600 -> 4 | -600 -> -4 | 10 |
/// | 03 | 0 4 0 -4 0 | -200 -> -1 | -200 -> -1 | 16 |
/// | 20 | 0 -1 2 -1 0 | -50 -> 0 | 50 -> 0 | 14 |
/// | 21 | 0 -1 0 1 0 | 50 -> 0 | 50 -> 0 | 13 |
#[test]
fn of_dc_alone_ten_coefficients_are_estimated() {
    let picture = decoded(&cut(&two_blocks(), 1), Scale::Full);
    let first = [4.0 * 16.0, -14.0 * 11.0, 4.0 * 10.0, -16.0];
    let second = [46.0 * 16.0, -14.0 * 11.0, -4.0 * 10.0, -16.0];
    assert_rows(&picture, [first, second]);
}

/// The second scan says that the first five AC coefficients are below 4. The weights are -7 50 0
/// -50 7 for 01, which gives -2150 and -12, and -1 13 -24 13 -1 for 02, which gives 600 and 4, and
/// -600 and -4. The DC stays as it is.
#[test]
fn estimates_do_not_contradict_what_is_known() {
    let picture = decoded(&cut(&two_blocks(), 2), Scale::Full);
    let first = [0.0, -3.0 * 11.0, 3.0 * 10.0, 0.0];
    let second = [50.0 * 16.0, -3.0 * 11.0, -3.0 * 10.0, 0.0];
    assert_rows(&picture, [first, second]);
}

#[test]
fn a_complete_file_is_not_smoothed() {
    let picture = decoded(&two_blocks(), Scale::Full);
    assert_rows(&picture, [[0.0; 4], [50.0 * 16.0, 0.0, 0.0, 0.0]]);
}

#[test]
fn smaller_scales_are_smoothed_too() {
    let file = cut(&two_blocks(), 1);
    // DC coefficients of 4 and 46, times 16, divided by 8.
    assert_eq!(decoded(&file, Scale::Eighth).rows, [[136, 220]]);
    assert_eq!(
        decoded(&cut(&two_blocks(), 2), Scale::Eighth).rows,
        [[128, 228]]
    );
    // A slope, and no longer two levels.
    for scale in [Scale::Half, Scale::Quarter] {
        let picture = decoded(&file, scale);
        assert!(
            picture
                .rows
                .iter()
                .all(|row| row.is_sorted() && row[0] < row[1])
        );
    }
}

/// Three rows of blocks have the DC coefficients 0 and 50 and steps of 8; the last scan ends behind
/// the first row of blocks.
#[test]
fn what_the_last_scan_does_not_reach_is_smoothed_as_if_it_were_not_there() {
    let (mut dc, mut ac) = (Bits::default(), Bits::default());
    dc.dc(0).dc(50);
    for _ in 0..2 {
        dc.dc(-50).dc(50);
    }
    ac.symbol(0).symbol(0);
    let file = [
        start(0xc2, 16, 24, &[(1, 1)]),
        scan(&[1], (0, 0), 0),
        dc.bytes(),
        scan(&[1], (1, 5), 2),
        ac.bytes(),
    ]
    .concat();
    let picture = decoded(&file, Scale::Eighth);
    // The scan breaks off in the second row of blocks. In the third row, DC coefficients are
    // estimated: 900 and 11900, in 256ths.
    assert_eq!(picture.rows, [[128, 178], [128, 178], [132, 174]]);
    assert!(picture.status.truncated);
    assert_eq!(
        picture.status.intact_rows, 3,
        "of the DC coefficients none is missing"
    );
}

/// A quantisation step of zero takes no part in the picture, but an estimate would be divided by
/// it.
#[test]
fn a_step_of_zero_leaves_blocks_as_they_are() {
    let mut file = cut(&two_blocks(), 1);
    let table = file
        .windows(2)
        .position(|w| w == [0xff, 0xdb])
        .expect("one");
    file[table + 5 + 9] = 0; // the tenth in coding order
    let picture = decoded(&file, Scale::Full);
    assert_rows(&picture, [[0.0; 4], [50.0 * 16.0, 0.0, 0.0, 0.0]]);
}

/// Either all components are smoothed or none: here the chrominances have no DC.
#[test]
fn without_dc_nothing_is_estimated() {
    let mut dc = Bits::default();
    dc.dc(0).dc(50);
    let file = |components: &[u8]| {
        let factors = [(1, 1); 3];
        let mut file = start(0xc2, 16, 8, &factors);
        for &component in components {
            file.extend(scan(&[component], (0, 0), 0));
            file.extend(dc.bytes());
        }
        [&file, END].concat()
    };
    let flat = decoded(&file(&[1]), Scale::Full);
    assert_eq!(flat.rows[0][..24], [128; 24]);
    assert_eq!(flat.rows[0][24..], [178; 24]);
    let smoothed = decoded(&file(&[1, 2, 3]), Scale::Full);
    assert_ne!(smoothed.rows[0][..3], smoothed.rows[0][21..24]);
}

#[test]
fn colours_and_their_subsampling_are_smoothed() {
    let settings = Settings {
        sampling: Sampling::S420,
        progressive: true,
        ..Settings::default()
    };
    let mut encoder = Encoder::new(50, 50, Pixels::Rgb, settings).expect("a valid size");
    for y in 0..50u8 {
        let row: Vec<u8> = (0..50u8).flat_map(|x| [4 * x, 4 * y, 100]).collect();
        encoder.row(&row).expect("a row of this length");
    }
    let file = encoder.finish().expect("all rows");
    let (whole, cut) = (
        decoded(&file, Scale::Full),
        decoded(&cut(&file, 1), Scale::Full),
    );
    // Without smoothing it is 10.5.
    let samples = |picture: &Picture| picture.rows.concat();
    let differences = samples(&whole).into_iter().zip(samples(&cut));
    let sum: u32 = differences.map(|(a, b)| u32::from(a.abs_diff(b))).sum();
    let mean = f64::from(sum) / 7500.0;
    assert!(mean < 5.0, "{mean}");
}

//! The caller's limits are checked before anything is allocated beyond them.

mod support;

use letterbox_jpeg::{Decoder, Error, Event, Limits, Scale};
use support::{Bits, END, decode_with, grey_row, scan, segment, start};

fn within(limits: Limits, file: &[u8]) -> Result<(), Error> {
    let whole = decode_with(
        Decoder::with_limits(limits),
        file,
        Scale::Full,
        file.len().max(1),
    )
    .map(|_| ());
    let split = decode_with(Decoder::with_limits(limits), file, Scale::Full, 3).map(|_| ());
    assert_eq!(whole, split);
    whole
}

fn block() -> Vec<u8> {
    Bits::default().dc(1).symbol(0).bytes()
}

#[test]
fn pixels_are_limited() {
    let file = grey_row(4, Bits::default().put(0, 32).put(0, 16));
    let limits = |pixels| Limits {
        pixels,
        ..Limits::default()
    };
    assert_eq!(within(limits(256), &file), Ok(()));
    assert!(matches!(
        within(limits(255), &file),
        Err(Error::Limit(what)) if what.contains("pixels")
    ));
    // Also where the height comes late.
    let mut late = start(0xc0, 8, 0, &[(1, 1)]);
    late.extend(scan(&[1], (0, 63), 0));
    late.extend(block());
    late.extend(segment(0xdc, &[0, 8]));
    late.extend(END);
    assert_eq!(within(limits(64), &late), Ok(()));
    assert!(matches!(within(limits(63), &late), Err(Error::Limit(_))));
    let default = start(0xc0, 65_500, 65_500, &[(1, 1)]);
    let default = [default, scan(&[1], (0, 63), 0)].concat();
    assert!(matches!(
        within(Limits::default(), &default),
        Err(Error::Limit(_))
    ));
}

#[test]
fn scans_are_limited() {
    let mut file = start(0xc2, 8, 8, &[(1, 1)]);
    for low in [3, 0x32, 0x21, 0x10] {
        file.extend(scan(&[1], (0, 0), low));
        file.extend(Bits::default().dc(0).bytes());
    }
    file.extend(END);
    let limits = |scans| Limits {
        scans,
        ..Limits::default()
    };
    assert_eq!(within(limits(4), &file), Ok(()));
    assert!(matches!(
        within(limits(3), &file),
        Err(Error::Limit(what)) if what.contains("scans")
    ));
}

#[test]
fn tables_are_limited_and_those_that_no_scan_uses_are_none() {
    let bits = || Bits::default().dc(0).bytes();
    let mut file = start(0xc2, 8, 8, &[(1, 1)]);
    for low in [3, 0x32, 0x21, 0x10] {
        file.extend(scan(&[1], (0, 0), low));
        file.extend(bits());
    }
    file.extend(END);
    let limits = |tables| Limits {
        tables,
        ..Limits::default()
    };
    // One scan of them has codes; the others refine it, bit by bit.
    assert_eq!(within(limits(1), &file), Ok(()));
    assert!(matches!(
        within(limits(0), &file),
        Err(Error::Limit(what)) if what.contains("tables")
    ));
}

#[test]
fn metadata_is_limited_and_may_be_left_out() {
    let plain = grey_row(1, Bits::default().dc(1).symbol(0));
    let mut file = plain[..2].to_vec();
    file.extend(segment(0xe1, b"Exif\0\0II*\0"));
    for number in [1, 2] {
        file.extend(segment(
            0xe2,
            &[&b"ICC_PROFILE\0"[..], &[number, 2], &[7; 10][..]].concat(),
        ));
    }
    file.extend(&plain[2..]);
    let limits = |metadata_bytes| Limits {
        metadata_bytes,
        ..Limits::default()
    };
    assert_eq!(within(limits(24), &file), Ok(()));
    assert!(matches!(
        within(limits(23), &file),
        Err(Error::Limit(what)) if what.contains("EXIF")
    ));
    let mut decoder = Decoder::with_limits(limits(0));
    decoder.ignore_metadata();
    assert!(decode_with(decoder, &file, Scale::Full, 3).is_ok());
}

/// Each empty part would cost a list entry that no limit on bytes counts.
#[test]
fn empty_parts_of_a_profile_are_not_collected() {
    let plain = grey_row(1, Bits::default().dc(1).symbol(0));
    let mut file = plain[..2].to_vec();
    for _ in 0..1000 {
        file.extend(segment(0xe2, b"ICC_PROFILE\0\x01\x01."));
    }
    file.extend(&plain[2..]);
    let mut decoder = Decoder::new();
    decoder.push(&file).expect("memory");
    assert!(matches!(decoder.next(), Ok(Event::Header)));
    let header = decoder.header().expect("the event says so");
    assert_eq!(header.icc.as_deref(), Some(&[b'.'; 255][..]));
}

#[test]
fn resident_bytes_are_limited_where_a_file_has_to_be_resident() {
    let mut file = start(0xc2, 8, 8, &[(1, 1)]);
    file.extend(scan(&[1], (0, 0), 0));
    file.extend(Bits::default().dc(0).bytes());
    file.extend(END);
    let limits = |resident_bytes| Limits {
        resident_bytes,
        ..Limits::default()
    };
    assert_eq!(within(limits(file.len()), &file), Ok(()));
    assert!(matches!(
        within(limits(file.len() - 1), &file),
        Err(Error::Limit(what)) if what.contains("resident")
    ));
    let baseline = grey_row(1, Bits::default().dc(1).symbol(0));
    assert_eq!(within(limits(0), &baseline), Ok(()));
}

#[test]
fn bytes_of_no_use_are_not_kept() {
    for junk in [[0, 0], [0xff, 0xd0], [0xff, 0xff]] {
        let mut decoder = Decoder::new();
        decoder.push(&[0xff, 0xd8]).expect("memory");
        for _ in 0..100 {
            assert!(matches!(decoder.next(), Ok(Event::NeedMore)));
            decoder.push(&junk.repeat(5000)).expect("memory");
        }
        assert!(decoder.resident_bytes() < 50_000, "{junk:?}");
    }
    // Behind the picture, and before a restart marker that does not come.
    let mut endless = start(0xc0, 16, 8, &[(1, 1)]);
    endless.extend(segment(0xdd, &[0, 1]));
    endless.extend(scan(&[1], (0, 63), 0));
    endless.extend(block());
    for file in [grey_row(1, Bits::default().dc(1).symbol(0)), endless] {
        let mut decoder = Decoder::new();
        decoder.push(&file).expect("memory");
        for _ in 0..100 {
            while let Event::Header | Event::Row(_) = decoder.next().expect("a header") {}
            decoder.push(&[7; 10_000]).expect("memory");
        }
        assert!(decoder.resident_bytes() < 50_000);
    }
}

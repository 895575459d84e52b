//! Stripping a JPEG (ITU T.81, annex B). Segments that decoding needs are kept, and of the
//! application segments the two that define the components.

use crate::format::strip::Cutting;

/// Marker of JFIF 1.01 (section "Application marker") with square pixels and no thumbnail.
const JFIF: &[u8] = b"\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
/// Adobe's marker without its last byte, the transform.
const ADOBE: &[u8] = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0";

pub(crate) fn strip(file: &mut Cutting) -> Option<()> {
    if !file.rest().starts_with(b"\xff\xd8") {
        return None;
    }
    file.keep(2)?;
    let (mut frames, mut scans, mut jfif, mut adobe) = (0, 0, 0, 0);
    let mut progressive = false;
    loop {
        let marker = match *file.rest() {
            [0xff, 0xff, ..] => {
                file.skip(1)?; // a fill byte
                continue;
            }
            [0xff, marker, ..] => marker,
            _ => return None,
        };
        if marker == 0xd9 {
            file.keep(2)?;
            return (frames == 1 && scans > 0).then_some(());
        }
        let length = 2 + usize::from(u16::from_be_bytes(*file.rest().get(2..)?.first_chunk()?));
        let content = file.rest().get(4..length)?;
        match marker {
            0xc0..=0xc2 | 0xc4 | 0xdb | 0xdd => {
                frames += u32::from(marker < 0xc3);
                progressive |= marker == 0xc2;
                file.keep(length)?;
            }
            0xda if is_scan(content, progressive) => {
                scans += 1;
                file.keep(length)?;
                let data = entropy_coded(file.rest());
                file.keep(data)?;
            }
            0xe0 if content.starts_with(b"JFIF\0") => {
                jfif += 1;
                if content.len() < 14 || jfif > 1 {
                    return None;
                }
                file.skip(length)?;
                file.put(JFIF)?;
            }
            0xee if content.starts_with(b"Adobe") => {
                adobe += 1;
                let transform = *content.get(11).filter(|_| adobe == 1)?;
                file.skip(length)?;
                file.put(ADOBE)?;
                file.put(&[transform])?;
            }
            0xe0..=0xef | 0xfe => file.skip(length)?,
            _ => return None,
        }
    }
}

/// Whether a scan header's spectral selection and successive approximation are possible ones (T.81,
/// table B.3).
fn is_scan(content: &[u8], progressive: bool) -> bool {
    let [.., first, last, bits] = *content else {
        return false;
    };
    let (high, low) = (bits >> 4, bits & 15);
    if progressive {
        let band = if first == 0 { last == 0 } else { last >= first };
        band && last <= 63 && low <= 13 && (high == 0 || high == low + 1)
    } else {
        (first, last, bits) == (0, 63, 0)
    }
}

/// Returns the number of bytes up to the next marker that is not a restart marker.
fn entropy_coded(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|&byte| byte == 0xff) {
        at += next;
        match bytes.get(at + 1) {
            Some(0 | 0xd0..=0xd7) => at += 2,
            _ => return at,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use crate::format::strip::tests::{assert_strict, stripped};
    use crate::transform::Format::Jpeg;

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u16 + 2).to_be_bytes();
        [&[0xff, marker], &length[..], content].concat()
    }

    /// Writes a start, a table, a frame, a scan with a restart and a stuffed byte, and an end;
    /// `extra` precedes the frame.
    fn file(extra: &[u8]) -> Vec<u8> {
        [
            b"\xff\xd8",
            extra,
            &segment(0xdb, &[1; 65]),
            &segment(0xc0, b"\x08\0\x08\0\x08\x01\x01\x11\0"),
            &segment(0xda, b"\x01\x01\0\0\x3f\0"),
            b"\x12\xff\0\x34\xff\xd0\x56\xff\xd9",
        ]
        .concat()
    }

    #[test]
    fn a_plain_file_stays_as_it_is_and_is_left_alone_where_it_breaks_off() {
        let plain = file(crate::format::jpeg::strip::JFIF);
        assert_eq!(stripped(Jpeg, &plain), Some(plain.clone()));
        assert_strict(&plain, |file| stripped(Jpeg, file));
    }

    #[test]
    fn what_an_application_says_goes_and_so_does_what_stands_behind_the_end() {
        let all = [
            segment(0xe0, b"JFXX\0\x10thumbnail"),
            segment(0xe1, b"Exif\0\0secret"),
            segment(0xe2, b"ICC_PROFILE\0\x01\x01profile"),
            segment(0xe2, b"MPF\0second image"),
            segment(0xed, b"Photoshop 3.0\0secret"),
            segment(0xee, b"another's"),
            segment(0xfe, b"a comment"),
            b"\xff\xff\xff".to_vec(), // fill bytes
            segment(0xef, b""),
        ];
        let loaded = [&file(&all.concat())[..], b"\xff\xd8 behind the end"].concat();
        assert_eq!(stripped(Jpeg, &loaded), Some(file(b"")));
    }

    #[test]
    fn jfif_and_adobe_stay_without_what_else_is_in_them() {
        let jfif = segment(
            0xe0,
            b"JFIF\0\x01\x02\x01\0\x48\0\x48\x01\x01rgb, of the thumbnail",
        );
        let adobe = segment(0xee, b"Adobe\0\x65secr\x02and more");
        let kept = [
            crate::format::jpeg::strip::JFIF,
            crate::format::jpeg::strip::ADOBE,
            b"\x02",
        ]
        .concat();
        assert_eq!(
            stripped(Jpeg, &file(&[jfif.clone(), adobe.clone()].concat())),
            Some(file(&kept))
        );
        for twice in [&jfif, &adobe] {
            let twice = [&twice[..], twice].concat();
            assert_eq!(stripped(Jpeg, &file(&twice)), None);
        }
        assert_eq!(stripped(Jpeg, &file(&segment(0xe0, b"JFIF\0\x01"))), None);
        assert_eq!(stripped(Jpeg, &file(&segment(0xee, b"Adobe\0"))), None);
    }

    #[test]
    fn a_scan_ends_at_its_marker_and_what_stands_between_scans_goes() {
        let plain = file(b"");
        let (first, end) = plain.split_at(plain.len() - 2);
        let second = [&segment(0xda, b"\x01\x01\0\0\x3f\0")[..], b"\x78"].concat();
        let between = segment(0xfe, b"a comment");
        let two = [first, &second, end].concat();
        let loaded = [first, &between, &second, &between, b"\xff", end].concat();
        assert_eq!(stripped(Jpeg, &loaded), Some(two));
    }

    #[test]
    fn a_scan_has_a_band_and_bits_that_are_possible() {
        for (progressive, parameters, possible) in [
            (false, b"\0\x3f\0", true),
            (false, b"\0\x3f\x10", false),
            (false, b"\x01\x3f\0", false),
            (true, b"\0\0\x01", true),
            (true, b"\0\0\x10", true),
            (true, b"\x01\x3f\x21", true),
            (true, b"\x06\x05\0", false),
            (true, b"\x01\x40\0", false),
            (true, b"\0\x3f\0", false),
            (true, b"\x01\x3f\xab", false),
            (true, b"\x01\x3f\x0e", false),
        ] {
            assert_eq!(
                crate::format::jpeg::strip::is_scan(
                    &[&b"\x01\x01\0"[..], parameters].concat(),
                    progressive
                ),
                possible,
                "{progressive} {parameters:x?}"
            );
        }
        assert!(!crate::format::jpeg::strip::is_scan(b"\0\x3f", false));
    }

    #[test]
    fn what_is_not_as_the_standard_has_it_is_left_alone() {
        for strange in [
            &b"bytes that are no marker"[..],
            &segment(0xc0, b"\x08\0\x08\0\x08\x01\x01\x11\0"),
            &segment(0xc9, b"arithmetic"),
            &segment(0xdc, b"\0\x08"),
            b"\xff\xd8",
            b"\xff\x01",
            b"\xff\xe1\0\x01",
        ] {
            assert_eq!(stripped(Jpeg, &file(strange)), None, "{strange:x?}");
        }
        assert_eq!(stripped(Jpeg, b"\xff\xd8\xff\xd9"), None);
    }
}

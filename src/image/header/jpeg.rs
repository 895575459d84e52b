//! ITU T.81 markers up to the frame header, and the orientation in APP1.

use super::cursor::{Cursor, Stop};
use super::{Coding, Header, exif};
use crate::image::frame::{Layout, Size};
use crate::image::orient::Orientation;
use crate::transform::Format;

pub(super) fn parse(bytes: &[u8]) -> Result<Header, Stop> {
    let mut cursor = Cursor::big_endian(bytes).seek(2);
    let mut orientation = Orientation::default();
    loop {
        match next_marker(&mut cursor)? {
            0x01 | 0xd0..=0xd7 => {} // TEM, RSTn: no parameters
            0xc0..=0xc2 => return frame(&mut cursor, orientation),
            0xc3 => return Err(Stop::Unsupported("lossless JPEG is not read")),
            0xc5..=0xc7 => return Err(Stop::Unsupported("hierarchical JPEG is not read")),
            0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(Stop::Unsupported("arithmetic-coded JPEG is not read"));
            }
            0xd8..=0xda => return Err(Stop::Corrupt("the JPEG has no frame header")),
            marker => {
                let length = usize::from(cursor.u16()?);
                let segment = cursor.take(
                    length
                        .checked_sub(2)
                        .ok_or(Stop::Corrupt("a JPEG segment is too short"))?,
                )?;
                if marker == 0xe1 && segment.starts_with(b"Exif\0\0") {
                    orientation = exif::orientation_with_prefix(segment);
                }
            }
        }
    }
}

/// The next marker's code; bytes that are no marker are skipped, as every decoder does.
fn next_marker(cursor: &mut Cursor<'_>) -> Result<u8, Stop> {
    loop {
        while cursor.u8()? != 0xff {}
        let mut code = cursor.u8()?;
        while code == 0xff {
            code = cursor.u8()?;
        }
        if code != 0 {
            return Ok(code);
        }
    }
}

/// T.81, B.2.2.
fn frame(cursor: &mut Cursor<'_>, orientation: Orientation) -> Result<Header, Stop> {
    cursor.skip(2);
    if cursor.u8()? != 8 {
        return Err(Stop::Unsupported(
            "JPEG with more than 8 bits a sample is not read",
        ));
    }
    let (height, width, components) = (cursor.u16()?, cursor.u16()?, cursor.u8()?);
    if height == 0 {
        return Err(Stop::Unsupported(
            "JPEG with its height in a DNL segment is not read",
        ));
    }
    if !(1..=4).contains(&components) {
        return Err(Stop::Unsupported(
            "JPEG with other than 1 to 4 components is not read",
        ));
    }
    let (mut h_max, mut units) = (1, 0);
    for _ in 0..components {
        let [_, sampling, _] = cursor.array()?;
        let (h, v) = (u32::from(sampling >> 4), u32::from(sampling & 15));
        if !(1..=4).contains(&h) || !(1..=4).contains(&v) {
            return Err(Stop::Corrupt("a JPEG sampling factor is out of range"));
        }
        (h_max, units) = (h_max.max(h), units + h * v);
    }
    Ok(Header {
        format: Format::Jpeg,
        stored: Size {
            width: width.into(),
            height: height.into(),
        },
        orientation,
        layout: Layout::of(components <= 2, false),
        coding: Coding::Jpeg {
            blocks_a_row: u32::from(width).div_ceil(8 * h_max) * units,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(marker: u8, precision: u8, components: &[u8]) -> Vec<u8> {
        let mut bytes = vec![
            0xff,
            0xd8,
            0xff,
            0xe0,
            0,
            4,
            9,
            9,
            0xff,
            0xff,
            marker,
            0,
            8 + 3 * components.len() as u8,
        ];
        bytes.extend([precision, 0, 20, 0, 33, components.len() as u8]);
        components
            .iter()
            .for_each(|sampling| bytes.extend([1, *sampling, 0]));
        bytes
    }

    #[test]
    fn size_and_blocks_come_from_the_frame_header() {
        let header = parse(&file(0xc2, 8, &[0x22, 0x11, 0x11])).expect("a good header");
        assert_eq!(
            header.stored,
            Size {
                width: 33,
                height: 20
            }
        );
        assert_eq!(
            header.coding,
            Coding::Jpeg {
                blocks_a_row: 3 * 6
            }
        );
        assert_eq!(
            parse(&file(0xc0, 8, &[0x11])).expect("grey").layout,
            Layout::Grey
        );
    }

    #[test]
    fn what_is_not_read_is_refused_by_name() {
        assert!(
            matches!(parse(&file(0xc9, 8, &[0x11])), Err(Stop::Unsupported(what)) if what.contains("arithmetic"))
        );
        assert!(
            matches!(parse(&file(0xc3, 8, &[0x11])), Err(Stop::Unsupported(what)) if what.contains("lossless"))
        );
        assert!(
            matches!(parse(&file(0xc1, 12, &[0x11])), Err(Stop::Unsupported(what)) if what.contains("8 bits"))
        );
        assert!(matches!(
            parse(&file(0xc0, 8, &[0x11; 5])),
            Err(Stop::Unsupported(_))
        ));
        assert!(
            parse(&file(0xc0, 8, &[0x11, 0x11])).is_ok_and(|header| header.layout.grey()),
            "of two components the first is read"
        );
        assert!(matches!(
            parse(&file(0xc0, 8, &[0x51])),
            Err(Stop::Corrupt(_))
        ));
        assert_eq!(
            parse(b"\xff\xd8\xff\xda"),
            Err(Stop::Corrupt("the JPEG has no frame header"))
        );
    }
}

//! ITU T.81 markers up to the first scan header: the frame header, the orientation in APP1, the
//! profile in APP2, and the markers that define the components.

use crate::header::colours::Colours;
use crate::header::cursor::{Cursor, Stop};
use crate::header::kept::{self, Blocks};
use crate::header::profile::Parts;
use crate::header::{Coding, Header, exif};
use crate::pixels::layout::{Layout, Size};
use crate::pixels::orientation::Orientation;
use crate::spec::Format;

pub(crate) fn parse(bytes: &[u8]) -> Result<Header, Stop> {
    let mut cursor = Cursor::big_endian(bytes).seek(2);
    let mut orientation = None;
    let mut frame: Option<Frame> = None;
    let (mut jfif, mut adobe) = (false, None);
    let mut profile = Parts::default();
    loop {
        let marker = next_marker(&mut cursor)?;
        if matches!(marker, 0x01 | 0xd0..=0xd7) {
            continue; // TEM, RSTn: no parameters
        }
        match (marker, frame) {
            (0xda, Some(frame)) => {
                let [_, _, members] = cursor.array()?;
                let colours = match profile.bytes() {
                    Some(bytes) => Colours::Profile(bytes as u32),
                    None => Colours::Untagged,
                };
                return Ok(Header {
                    orientation: orientation.unwrap_or_default(),
                    colours,
                    ..frame.header(jfif, adobe, members)
                });
            }
            (0xd8..=0xda, _) => return Err(Stop::Corrupt("the JPEG has no frame header")),
            _ => {}
        }
        let length = usize::from(cursor.u16()?);
        // Some writers count only a comment's text. Decoders tolerate such a length and go on
        // behind it.
        if length < 2 && !matches!(marker, 0xdc | 0xe0..=0xef | 0xfe) {
            return Err(Stop::Corrupt("a JPEG segment is too short"));
        }
        let segment = cursor.take(length.saturating_sub(2))?;
        match marker {
            0xc0..=0xc2 if frame.is_none() => {
                frame = Some(Frame::read(segment, marker == 0xc2)?);
            }
            0xc0..=0xc2 => {
                return Err(Stop::Unsupported(
                    "JPEG with more than one frame is not read",
                ));
            }
            0xc3 => return Err(Stop::Unsupported("lossless JPEG is not read")),
            0xc5..=0xc7 => return Err(Stop::Unsupported("hierarchical JPEG is not read")),
            0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(Stop::Unsupported("arithmetic-coded JPEG is not read"));
            }
            0xe0 => jfif |= segment.starts_with(b"JFIF\0"),
            // Of several segments the first that has the tag counts, as in browsers.
            0xe1 if orientation.is_none() && segment.starts_with(exif::PREFIX) => {
                orientation = exif::orientation_with_prefix(segment);
            }
            0xe2 => profile.take(marker, segment),
            0xee if segment.starts_with(b"Adobe") => adobe = segment.get(11).copied(),
            _ => {}
        }
    }
}

/// Hands on the code and the content of every segment before the first scan.
pub(crate) fn each_segment<'a>(
    file: &'a [u8],
    mut segment: impl FnMut(u8, &'a [u8]),
) -> Result<(), Stop> {
    let mut cursor = Cursor::big_endian(file).seek(2);
    loop {
        match next_marker(&mut cursor)? {
            0x01 | 0xd0..=0xd7 => {}
            0xd8..=0xda => return Ok(()),
            marker => {
                let length = usize::from(cursor.u16()?);
                segment(marker, cursor.take(length.saturating_sub(2))?);
            }
        }
    }
}

/// Returns the first block of each kind of metadata.
pub(crate) fn blocks(file: &[u8]) -> Blocks<'_> {
    let mut found = Blocks::default();
    // A file that ends within a segment has those before it.
    let _ = each_segment(file, |marker, content| {
        let (block, prefix) = match marker {
            0xe1 if content.starts_with(exif::PREFIX) => (&mut found.exif, exif::PREFIX),
            0xe1 => (&mut found.xmp, kept::XMP),
            0xed => (&mut found.photoshop, kept::PHOTOSHOP),
            _ => return,
        };
        *block = block.or(content.strip_prefix(prefix));
    });
    found
}

/// Returns the next marker's code. Bytes that are no marker are skipped, as in every decoder.
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

/// Frame header (T.81, B.2.2).
#[derive(Clone, Copy)]
struct Frame {
    size: Size,
    progressive: bool,
    components: u8,
    names: [u8; 3],
    /// Sampling factors.
    sampling: [(u32, u32); 4],
}

impl Frame {
    fn read(segment: &[u8], progressive: bool) -> Result<Frame, Stop> {
        let mut cursor = Cursor::big_endian(segment);
        let short = |_| Stop::Corrupt("a JPEG segment is too short");
        if cursor.u8().map_err(short)? != 8 {
            return Err(Stop::Unsupported(
                "JPEG with more than 8 bits a sample is not read",
            ));
        }
        let (height, width) = (cursor.u16().map_err(short)?, cursor.u16().map_err(short)?);
        let components = cursor.u8().map_err(short)?;
        if height == 0 {
            return Err(Stop::Unsupported(
                "JPEG with its height in a DNL segment is not read",
            ));
        }
        if !(1..=4).contains(&components) {
            return Err(Stop::Unsupported(
                "JPEG with more than four components is not read",
            ));
        }
        let mut frame = Frame {
            size: Size {
                width: width.into(),
                height: height.into(),
            },
            progressive,
            components,
            names: [0; 3],
            sampling: [(0, 0); 4],
        };
        for index in 0..usize::from(components) {
            let [name, sampling, _] = cursor.array().map_err(short)?;
            let (h, v) = (u32::from(sampling >> 4), u32::from(sampling & 15));
            if !(1..=4).contains(&h) || !(1..=4).contains(&v) {
                return Err(Stop::Corrupt("a JPEG sampling factor is out of range"));
            }
            frame.sampling[index] = (h, v);
            if let Some(to) = frame.names.get_mut(index) {
                *to = name;
            }
        }
        Ok(frame)
    }

    /// Returns the header of the file; `members` is the number of components in the first scan.
    fn header(self, jfif: bool, adobe: Option<u8>, members: u8) -> Header {
        Header {
            format: Format::Jpeg,
            stored: self.size,
            orientation: Orientation::default(),
            // Of two components the first is shown.
            layout: Layout::of(self.components <= 2, false),
            coding: Coding::Jpeg {
                sampling: self.sampling.map(|(h, v)| (h as u8, v as u8)),
                progressive: self.progressive,
                chroma: self.chroma(jfif, adobe),
                resident: self.progressive || members != self.components,
            },
            colours: Colours::Untagged,
            cmyk: self.components == 4,
            palette: false,
        }
    }

    /// Returns the number of columns and rows of luminance per sample of chrominance; `None` where
    /// the components are not YCbCr or not in whole ratios. JFIF and Adobe's marker define the
    /// components, or else their names do, as in the decoder.
    fn chroma(self, jfif: bool, adobe: Option<u8>) -> Option<(u32, u32)> {
        let rgb = match adobe {
            Some(transform) => transform == 0,
            None => self.names == *b"RGB",
        };
        let [luma, cb, cr, _] = self.sampling;
        let whole = luma.0 % cb.0.max(1) == 0 && luma.1 % cb.1.max(1) == 0;
        let ycbcr = self.components == 3 && (jfif || !rgb);
        (ycbcr && cb == cr && whole).then(|| (luma.0 / cb.0, luma.1 / cb.1))
    }
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
        bytes.extend([0xff, 0xda, 0, 0, components.len() as u8]);
        bytes
    }

    #[test]
    fn size_and_sampling_come_from_the_frame_header() {
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
                sampling: [(2, 2), (1, 1), (1, 1), (0, 0)],
                progressive: true,
                chroma: Some((2, 2)),
                resident: true,
            }
        );
        assert_eq!(
            parse(&file(0xc0, 8, &[0x11])).expect("grey").layout,
            Layout::Grey
        );
    }

    #[test]
    fn a_file_stays_in_memory_if_its_scans_have_to_come_together() {
        let resident = |file: &[u8]| {
            let header = parse(file).expect("a good header");
            matches!(header.coding, Coding::Jpeg { resident: true, .. })
        };
        let baseline = file(0xc0, 8, &[0x22, 0x11, 0x11]);
        assert!(!resident(&baseline) && resident(&file(0xc2, 8, &[0x11])));
        let mut apart = baseline;
        *apart.last_mut().expect("a scan header") = 1;
        assert!(resident(&apart));
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

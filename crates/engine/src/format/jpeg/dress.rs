//! A finished JPEG with metadata: segments behind the one of JFIF (T.81, annex B; EXIF 2.32,
//! section 4.7; ICC.1, annex B.4).

use crate::error::Error;
use crate::header::exif::PREFIX;
use crate::header::kept::{Kept, PHOTOSHOP, XMP};
use crate::pixels::buffer::reserved;

/// Most bytes of a profile in a segment.
const MOST_PART: usize = 65_519;

pub(crate) fn dress(file: &[u8], kept: &Kept) -> Result<Vec<u8>, Error> {
    let mut dressed = reserved(file.len() as u64 + kept.bytes())?;
    let mut at = 2.min(file.len());
    while let Some([0xff, 0xe0, high, low]) = file.get(at..at + 4) {
        at = (at + 2 + usize::from(u16::from_be_bytes([*high, *low]))).min(file.len());
    }
    dressed.extend_from_slice(&file[..at]);
    let mut segment = |marker: u8, parts: &[&[u8]]| {
        let length = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
        dressed.extend([0xff, marker]);
        dressed.extend((length as u16).to_be_bytes());
        parts
            .iter()
            .for_each(|part| dressed.extend_from_slice(part));
    };
    for (marker, prefix, block) in [
        (0xe1, PREFIX, &kept.exif),
        (0xe1, XMP, &kept.xmp),
        (0xed, PHOTOSHOP, &kept.photoshop),
    ] {
        if !block.is_empty() {
            segment(marker, &[prefix, block]);
        }
    }
    let parts = kept.profile.chunks(MOST_PART);
    let count = parts.len() as u8;
    for (number, part) in (1..).zip(parts) {
        segment(0xe2, &[b"ICC_PROFILE\0", &[number, count], part]);
    }
    dressed.extend_from_slice(&file[at..]);
    Ok(dressed)
}

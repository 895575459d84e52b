//! The orientation in an EXIF block: one tag of the first directory of a TIFF structure (EXIF 2.32, section 4.6.4).

use super::cursor::{Cursor, Stop};
use crate::image::orient::Orientation;

const ORIENTATION: u16 = 0x0112;
/// More entries than any camera writes; what claims more is not worth reading.
const MOST_ENTRIES: u16 = 512;

/// The orientation that a TIFF structure names; upright when it names none or cannot be read.
pub(crate) fn orientation(tiff: &[u8]) -> Orientation {
    find(tiff).unwrap_or_default()
}

/// The same, behind the `Exif\0\0` that some containers keep.
pub(super) fn orientation_with_prefix(bytes: &[u8]) -> Orientation {
    orientation(bytes.strip_prefix(b"Exif\0\0").unwrap_or(bytes))
}

fn find(tiff: &[u8]) -> Option<Orientation> {
    let mut entries = directory(tiff).ok()?;
    entries
        .find(|entry| entry.tag == ORIENTATION)
        .and_then(|entry| Orientation::from_exif(entry.value))
}

/// An entry whose value fits its field.
pub(super) struct Entry {
    pub(super) tag: u16,
    /// The first value, if it is a BYTE, SHORT or LONG and stands in the entry itself; else the offset.
    pub(super) value: u32,
}

/// The entries of the first directory.
pub(super) fn directory(tiff: &[u8]) -> Result<impl Iterator<Item = Entry>, Stop> {
    let start = start(tiff)?;
    let offset = start.seek(4).u32()?;
    let mut cursor = start.seek(offset as usize);
    let count = cursor.u16()?;
    if count > MOST_ENTRIES {
        return Err(Stop::Corrupt("the TIFF directory is too long"));
    }
    // Reading to the last entry first tells a directory that is not all here from one that is damaged.
    let entries = start
        .seek(offset as usize + 2)
        .take(usize::from(count) * 12)?;
    let mut cursor = start.seek(offset as usize + 2);
    Ok(entries
        .chunks_exact(12)
        .map_while(move |_| entry(&mut cursor).ok()))
}

fn start(tiff: &[u8]) -> Result<Cursor<'_>, Stop> {
    match tiff.get(..4).ok_or(Stop::NeedMore)? {
        b"II*\0" => Ok(Cursor::little_endian(tiff)),
        b"MM\0*" => Ok(Cursor::big_endian(tiff)),
        _ => Err(Stop::Corrupt("the TIFF header is damaged")),
    }
}

fn entry(cursor: &mut Cursor<'_>) -> Result<Entry, Stop> {
    let (tag, kind, count) = (cursor.u16()?, cursor.u16()?, cursor.u32()?);
    let mut field = *cursor;
    cursor.skip(4);
    let value = match kind {
        1 => u32::from(field.u8()?),
        3 if count <= 2 => u32::from(field.u16()?),
        _ => field.u32()?,
    };
    Ok(Entry { tag, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orientation_is_read_in_both_byte_orders() {
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        assert_eq!(Some(orientation(little)), Orientation::from_exif(6));
        assert_eq!(Some(orientation(big)), Orientation::from_exif(6));
        assert_eq!(
            orientation_with_prefix(&[b"Exif\0\0", &big[..]].concat()),
            orientation(big)
        );
    }

    #[test]
    fn damage_anywhere_means_upright_and_never_a_panic() {
        let good = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        for end in 0..good.len() {
            let _ = orientation(&good[..end]);
            for value in [0, 1, 127, 128, 255] {
                let mut bytes = good.to_vec();
                bytes[end] = value;
                let _ = orientation(&bytes);
            }
        }
        assert_eq!(
            orientation(b"II*\0\xff\xff\xff\xff"),
            Orientation::default()
        );
    }
}

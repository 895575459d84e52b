//! Orientation in an EXIF block: one tag of the first directory of a TIFF structure (EXIF 2.32,
//! section 4.6.4).

use crate::header::cursor::{Cursor, Stop};
use crate::pixels::orientation::Orientation;

const ORIENTATION: u16 = 0x0112;
/// Bytes of an entry in a directory.
const ENTRY_BYTES: usize = 12;
/// Bytes in front of the TIFF structure in a JPEG's segment.
pub(crate) const PREFIX: &[u8] = b"Exif\0\0";

/// Returns the orientation that a TIFF structure names; `None` when no tag for the orientation can
/// be read. A value outside 1 to 8 means upright.
///
/// The directory is read as far as its bytes go: some programs count more entries than they write,
/// and viewers turn such a picture all the same.
pub(crate) fn orientation(tiff: &[u8]) -> Option<Orientation> {
    let start = start(tiff).ok()?;
    let offset = start.seek(4).u32().ok()?;
    let mut next = start.seek(offset as usize);
    for _ in 0..next.u16().ok()? {
        let entry = next;
        next.take(ENTRY_BYTES).ok()?;
        if let Some(value) = number(start, entry) {
            return Some(Orientation::from_exif(value).unwrap_or_default());
        }
    }
    None
}

/// Returns the orientation behind the `Exif\0\0` that some containers keep.
pub(crate) fn orientation_with_prefix(bytes: &[u8]) -> Option<Orientation> {
    orientation(bytes.strip_prefix(PREFIX).unwrap_or(bytes))
}

/// Returns the first value of an entry, if the entry is the orientation's and holds whole numbers.
/// A BYTE or a LONG is accepted where a SHORT is due, because some writers use one.
fn number<'a>(start: Cursor<'a>, mut entry: Cursor<'a>) -> Option<u32> {
    let (tag, kind, count) = (entry.u16().ok()?, entry.u16().ok()?, entry.u32().ok()?);
    let bytes = match kind {
        1 | 6 => 1,
        3 | 8 => 2,
        4 | 9 => 4,
        _ => return None,
    };
    if tag != ORIENTATION || count == 0 {
        return None;
    }
    // Values that do not fit the field stand where the field points, all of them.
    if u64::from(count) * bytes > 4 {
        entry = start.seek(entry.u32().ok()? as usize);
        let mut all = entry;
        all.take(usize::try_from(u64::from(count) * bytes).ok()?)
            .ok()?;
    }
    Some(match bytes {
        1 => entry.u8().ok()?.into(),
        2 => entry.u16().ok()?.into(),
        _ => entry.u32().ok()?,
    })
}

/// Returns the reader of a TIFF structure, in its byte order.
pub(crate) fn start(tiff: &[u8]) -> Result<Cursor<'_>, Stop> {
    match tiff.get(..4).ok_or(Stop::NeedMore)? {
        b"II*\0" => Ok(Cursor::little_endian(tiff)),
        b"MM\0*" => Ok(Cursor::big_endian(tiff)),
        _ => Err(Stop::Corrupt("the TIFF header is damaged")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a directory at `at` that counts `count` entries and has these: tag, type, count, and
    /// the field as it is written.
    fn tiff(big: bool, at: u32, count: u16, entries: &[(u16, u16, u32, [u8; 4])]) -> Vec<u8> {
        let short = |value: u16| match big {
            true => value.to_be_bytes(),
            false => value.to_le_bytes(),
        };
        let long = |value: u32| match big {
            true => value.to_be_bytes(),
            false => value.to_le_bytes(),
        };
        let mut file = if big { b"MM\0*" } else { b"II*\0" }.to_vec();
        file.extend(long(at));
        file.resize(at as usize, 0);
        file.extend(short(count));
        for (tag, kind, count, field) in entries {
            file.extend([short(*tag), short(*kind)].as_flattened());
            file.extend(long(*count));
            file.extend(field);
        }
        file
    }

    /// Returns an entry of the orientation: its type, its count, and its field.
    fn of(kind: u16, count: u32, field: [u8; 4]) -> (u16, u16, u32, [u8; 4]) {
        (ORIENTATION, kind, count, field)
    }

    /// Returns the tag's value that is read; 0 where none is.
    fn value(tiff: &[u8]) -> u8 {
        orientation(tiff).map_or(0, Orientation::to_exif)
    }

    const SIX: (u16, u16, u32, [u8; 4]) = (ORIENTATION, 3, 1, [6, 0, 0, 0]);
    const WIDTH: (u16, u16, u32, [u8; 4]) = (0x0100, 3, 1, [64, 0, 0, 0]);

    #[test]
    fn orientation_is_read_in_both_byte_orders() {
        let big = tiff(true, 8, 1, &[of(3, 1, [0, 6, 0, 0])]);
        assert_eq!(value(&tiff(false, 8, 1, &[SIX])), 6);
        assert_eq!(value(&big), 6);
        let prefixed = [PREFIX, &big].concat();
        assert_eq!(orientation_with_prefix(&prefixed), orientation(&big));
    }

    #[test]
    fn a_directory_that_counts_too_many_entries_is_read_as_far_as_it_goes() {
        for count in [2, 40, 600, u16::MAX] {
            assert_eq!(value(&tiff(false, 8, count, &[SIX])), 6, "{count}");
            let late = [WIDTH, WIDTH, SIX];
            assert_eq!(value(&tiff(false, 11, count.max(3), &late)), 6, "{count}");
        }
        let many = [vec![WIDTH; 700], vec![SIX]].concat();
        assert_eq!(value(&tiff(false, 8, 701, &many)), 6);
        assert_eq!(value(&tiff(false, 8, 0, &[SIX])), 0, "no entries");
    }

    #[test]
    fn any_type_of_whole_numbers_will_do() {
        for (kind, little, big) in [
            (1, [6, 9, 9, 9], [6, 9, 9, 9]),
            (6, [6, 9, 9, 9], [6, 9, 9, 9]),
            (3, [6, 0, 9, 9], [0, 6, 9, 9]),
            (8, [6, 0, 9, 9], [0, 6, 9, 9]),
            (4, [6, 0, 0, 0], [0, 0, 0, 6]),
            (9, [6, 0, 0, 0], [0, 0, 0, 6]),
        ] {
            assert_eq!(
                value(&tiff(false, 8, 1, &[of(kind, 1, little)])),
                6,
                "{kind}"
            );
            assert_eq!(value(&tiff(true, 8, 1, &[of(kind, 1, big)])), 6, "{kind}");
        }
        for kind in [0, 2, 5, 7, 11, 13, 99] {
            assert_eq!(
                value(&tiff(false, 8, 1, &[of(kind, 1, [6, 0, 0, 0])])),
                0,
                "{kind}"
            );
        }
    }

    #[test]
    fn several_values_are_looked_for_where_they_are() {
        assert_eq!(value(&tiff(false, 8, 1, &[of(3, 2, [6, 0, 8, 0])])), 6);
        let apart = [
            tiff(false, 8, 1, &[of(3, 3, [22, 0, 0, 0])]),
            vec![6, 0, 1, 0, 1, 0],
        ]
        .concat();
        assert_eq!(value(&apart), 6);
        assert_eq!(value(&apart[..apart.len() - 1]), 0, "the last is not there");
        assert_eq!(value(&tiff(false, 8, 1, &[of(3, 0, [6, 0, 0, 0])])), 0);
        assert_eq!(
            value(&tiff(false, 8, 1, &[of(3, u32::MAX, [6, 0, 0, 0])])),
            0
        );
    }

    #[test]
    fn the_first_tag_counts_and_a_value_of_none_is_upright() {
        let of_values = |values: &[u8]| {
            let entries: Vec<_> = values
                .iter()
                .map(|&value| of(3, 1, [value, 0, 0, 0]))
                .collect();
            value(&tiff(false, 8, values.len() as u16, &entries))
        };
        assert_eq!(of_values(&[6, 1]), 6);
        assert_eq!(of_values(&[1, 6]), 1);
        for outside in [0, 9, 255] {
            assert_eq!(of_values(&[outside, 6]), 1, "{outside}");
        }
        assert_eq!(value(&tiff(false, 8, 1, &[of(3, 1, [6, 1, 0, 0])])), 1);
    }

    #[test]
    fn damage_anywhere_is_no_panic() {
        let good = tiff(false, 8, 2, &[WIDTH, SIX]);
        for end in 0..good.len() {
            let _ = orientation(&good[..end]);
            for value in [0, 1, 127, 128, 255] {
                let mut bytes = good.clone();
                bytes[end] = value;
                let _ = orientation(&bytes);
            }
        }
        assert_eq!(orientation(b"II*\0\xff\xff\xff\xff"), None);
        assert_eq!(orientation(b"II*\0\x06\0\0\0"), None);
    }
}

//! `cmap`: from characters to glyphs, formats 4 and 12.

use crate::bytes::Bytes;

/// A table of characters.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cmap<'f> {
    /// Segments of 16 bits.
    Short(Bytes<'f>),
    /// Groups of 32 bits.
    Long(Bytes<'f>),
}

/// Upper bound on the encodings that are looked at.
const MOST_ENCODINGS: u16 = 64;

impl<'f> Cmap<'f> {
    /// Returns the table with the most characters among those of Unicode.
    pub(crate) fn new(table: Bytes<'f>) -> Option<Cmap<'f>> {
        let mut found = None;
        for index in 0..table.u16(2)?.min(MOST_ENCODINGS) {
            let record = 4 + 8 * usize::from(index);
            let (platform, encoding) = (table.u16(record)?, table.u16(record + 2)?);
            if !matches!((platform, encoding), (0, 0..=4 | 6) | (3, 1 | 10)) {
                continue;
            }
            let Some(sub) = table.from(table.u32(record + 4)? as usize) else {
                continue;
            };
            match sub.u16(0) {
                Some(12) => return Some(Cmap::Long(sub)),
                Some(4) => found = Some(Cmap::Short(sub)),
                _ => {}
            }
        }
        found
    }

    /// Returns the glyph of a character.
    pub(crate) fn glyph(self, char: char) -> Option<u16> {
        let code = u32::from(char);
        let glyph = match self {
            Cmap::Short(table) => short(table, u16::try_from(code).ok()?)?,
            Cmap::Long(table) => long(table, code)?,
        };
        (glyph != 0).then_some(glyph)
    }
}

fn short(table: Bytes<'_>, code: u16) -> Option<u16> {
    let segments = usize::from(table.u16(6)? / 2);
    let (ends, starts) = (14, 16 + 2 * segments);
    let index = first(segments, |index| Some(table.u16(ends + 2 * index)? >= code))?;
    let start = table.u16(starts + 2 * index)?;
    if start > code {
        return None;
    }
    let delta = table.u16(starts + 2 * (segments + index))?;
    let place = starts + 2 * (2 * segments + index);
    match table.u16(place)? {
        0 => Some(code.wrapping_add(delta)),
        offset => {
            let at = place + usize::from(offset) + 2 * usize::from(code - start);
            match table.u16(at)? {
                0 => None,
                glyph => Some(glyph.wrapping_add(delta)),
            }
        }
    }
}

fn long(table: Bytes<'_>, code: u32) -> Option<u16> {
    let groups = table.u32(12)? as usize;
    let index = first(groups.min(table.len() / 12), |index| {
        Some(table.u32(16 + 12 * index + 4)? >= code)
    })?;
    let group = 16 + 12 * index;
    let into = code.checked_sub(table.u32(group)?)?;
    u16::try_from(table.u32(group + 8)?.checked_add(into)?).ok()
}

/// Returns the first of so many for which a condition holds that holds for all behind it.
pub(crate) fn first(count: usize, holds: impl Fn(usize) -> Option<bool>) -> Option<usize> {
    let (mut from, mut to) = (0, count);
    while from < to {
        let middle = from + (to - from) / 2;
        if holds(middle)? {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    (from < count).then_some(from)
}

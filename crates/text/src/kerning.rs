//! Kerning: pairs of `GPOS`, and those of `kern` where there is no feature of that name.

use crate::bytes::Bytes;
use crate::cmap::first;
use crate::error::{Error, room};

/// Upper bound on the features, lookups and subtables that are looked at: a pair costs as many
/// steps. Fonts have up to some dozens.
const MOST: usize = 256;

/// The kerning of a font.
#[derive(Debug)]
pub(crate) struct Kerning<'f> {
    /// Subtables of pairs; the number is that of the lookup.
    pairs: Vec<(u16, Bytes<'f>)>,
    /// The pairs of `kern`.
    old: Option<Bytes<'f>>,
}

impl<'f> Kerning<'f> {
    /// Finds the subtables. What is damaged has no kerning.
    pub(crate) fn new(
        gpos: Option<Bytes<'f>>,
        kern: Option<Bytes<'f>>,
    ) -> Result<Kerning<'f>, Error> {
        let mut pairs = room(MOST)?;
        if let Some(gpos) = gpos {
            let _ = collect(gpos, &mut pairs);
        }
        let old = if pairs.is_empty() {
            kern.and_then(horizontal)
        } else {
            None
        };
        pairs.shrink_to_fit();
        Ok(Kerning { pairs, old })
    }

    /// Returns the units that a glyph's advance changes by before another glyph.
    pub(crate) fn between(&self, left: u16, right: u16) -> i32 {
        let mut sum = 0;
        let mut done = None;
        for &(lookup, table) in &self.pairs {
            // The first subtable that has the pair ends its lookup.
            if done != Some(lookup)
                && let Some(change) = adjusted(table, left, right)
            {
                sum += i32::from(change);
                done = Some(lookup);
            }
        }
        let old = self.old.and_then(|pairs| old_pair(pairs, left, right));
        sum + i32::from(old.unwrap_or(0))
    }
}

fn collect<'f>(gpos: Bytes<'f>, pairs: &mut Vec<(u16, Bytes<'f>)>) -> Option<()> {
    let (features, lookups) = (gpos.behind(6)?, gpos.behind(8)?);
    let mut wanted = [u16::MAX; MOST];
    let mut count = 0;
    for index in 0..usize::from(features.u16(0)?).min(4 * MOST) {
        let record = 2 + 6 * index;
        if features.u32(record)? != u32::from_be_bytes(*b"kern") {
            continue;
        }
        let feature = features.behind(record + 4)?;
        for index in 0..usize::from(feature.u16(2)?).min(MOST) {
            let lookup = feature.u16(4 + 2 * index)?;
            if count < MOST && !wanted[..count].contains(&lookup) {
                wanted[count] = lookup;
                count += 1;
            }
        }
    }
    let wanted = &mut wanted[..count];
    wanted.sort_unstable();
    for &mut number in wanted {
        if number >= lookups.u16(0)? {
            continue;
        }
        let lookup = lookups.behind(2 + 2 * usize::from(number))?;
        let kind = lookup.u16(0)?;
        for index in 0..usize::from(lookup.u16(4)?) {
            if pairs.len() >= MOST {
                return Some(());
            }
            let table = lookup.behind(6 + 2 * index)?;
            match kind {
                2 => pairs.push((number, table)),
                9 if table.u16(2)? == 2 => {
                    pairs.push((number, table.from(table.u32(4)? as usize)?));
                }
                _ => {}
            }
        }
    }
    Some(())
}

/// The change of a pair in a subtable of pairs; `None` where the subtable does not have it.
fn adjusted(table: Bytes<'_>, left: u16, right: u16) -> Option<i16> {
    let covered = coverage(table.behind(2)?, left)?;
    let (one, other) = (table.u16(4)?, table.u16(6)?);
    let bytes = |format: u16| 2 * (format & 0xff).count_ones() as usize;
    let pair = bytes(one) + bytes(other);
    let value = match table.u16(0)? {
        1 => {
            let set = table.behind(10 + 2 * usize::from(covered))?;
            let count = usize::from(set.u16(0)?);
            let record = |index: usize| 2 + index * (2 + pair);
            let found = first(count, |index| Some(set.u16(record(index))? >= right))?;
            if set.u16(record(found))? != right {
                return None;
            }
            set.from(record(found) + 2)?
        }
        2 => {
            let left = class(table.behind(8)?, left);
            let right = class(table.behind(10)?, right);
            let (lefts, rights) = (table.u16(12)?, table.u16(14)?);
            if left >= lefts || right >= rights {
                return None;
            }
            let index = usize::from(left) * usize::from(rights) + usize::from(right);
            table.from(16 + index * pair)?
        }
        _ => return None,
    };
    match one & 4 {
        0 => Some(0), // no change of the first advance
        _ => value.i16(2 * (one & 3).count_ones() as usize),
    }
}

/// The place of a glyph among those that a table is for.
fn coverage(table: Bytes<'_>, glyph: u16) -> Option<u16> {
    let count = usize::from(table.u16(2)?);
    match table.u16(0)? {
        1 => {
            let index = first(count, |index| Some(table.u16(4 + 2 * index)? >= glyph))?;
            (table.u16(4 + 2 * index)? == glyph).then_some(index as u16)
        }
        2 => {
            let index = first(count, |index| Some(table.u16(6 + 6 * index)? >= glyph))?;
            let into = glyph.checked_sub(table.u16(4 + 6 * index)?)?;
            table.u16(8 + 6 * index)?.checked_add(into)
        }
        _ => None,
    }
}

/// The class of a glyph; 0 where it has none.
fn class(table: Bytes<'_>, glyph: u16) -> u16 {
    let of = || match table.u16(0)? {
        1 => {
            let into = usize::from(glyph.checked_sub(table.u16(2)?)?);
            if into >= usize::from(table.u16(4)?) {
                return None;
            }
            table.u16(6 + 2 * into)
        }
        2 => {
            let count = usize::from(table.u16(2)?);
            let index = first(count, |index| Some(table.u16(6 + 6 * index)? >= glyph))?;
            (table.u16(4 + 6 * index)? <= glyph).then(|| table.u16(8 + 6 * index))?
        }
        _ => None,
    };
    of().unwrap_or(0)
}

/// The first horizontal subtable of `kern` in format 0, from its count on.
fn horizontal(table: Bytes<'_>) -> Option<Bytes<'_>> {
    if table.u16(0)? != 0 {
        return None;
    }
    let mut at = 4;
    for _ in 0..usize::from(table.u16(2)?).min(MOST) {
        let coverage = table.u16(at + 4)?;
        // Format 0; horizontal, no minimum, not across.
        if coverage & 0xff07 == 1 {
            return table.from(at + 6);
        }
        at += usize::from(table.u16(at + 2)?);
    }
    None
}

fn old_pair(pairs: Bytes<'_>, left: u16, right: u16) -> Option<i16> {
    let wanted = u32::from(left) << 16 | u32::from(right);
    let count = usize::from(pairs.u16(0)?);
    let index = first(count, |index| Some(pairs.u32(8 + 6 * index)? >= wanted))?;
    let record = 8 + 6 * index;
    (pairs.u32(record)? == wanted).then(|| pairs.i16(record + 4))?
}

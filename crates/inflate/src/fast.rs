//! Inner loop for almost all symbols, used while there is more than enough input and room for
//! output.

use crate::bits::Bits;
use crate::error::Error;
use crate::table::{DISTANCE_BITS, Entry, FAR, Kind, SYMBOL_BITS, WORD, look_further};

/// Most bytes that a turn reads: it fills the bit buffer twice.
const INPUT: usize = 16;

/// Most bytes that a turn writes: two looks, the longest copy, and the rest of sixteen bytes.
const OUTPUT: usize = 2 * WORD + 258 + 16;

/// Longest distance of deflate.
const REACH: usize = 32 << 10;

/// Size of the part of the output that the loop works on at a time. The size is a constant, so few
/// bounds checks are left.
const REGION: usize = REACH + 1024;

/// The tables of a block.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'a> {
    pub(crate) symbols: &'a [Entry],
    pub(crate) distances: &'a [Entry],
    /// Whether copies are so rare that branch prediction works; otherwise copying nothing is faster
    /// than a branch.
    pub(crate) copies_are_rare: bool,
}

/// State of a stream in the inner loop.
#[derive(Clone, Copy)]
pub(crate) struct Progress<'a> {
    pub(crate) bits: Bits,
    pub(crate) input: &'a [u8],
    /// Position of the next byte in the output.
    pub(crate) at: usize,
}

/// Decodes symbols until the block ends (`true`), or until input or room might not suffice for
/// another turn.
///
/// Output goes up to `end`; the bytes behind `end` stay as they are.
pub(crate) fn symbols(
    tables: Tables<'_>,
    progress: &mut Progress<'_>,
    output: &mut [u8],
    end: usize,
) -> Result<bool, Error> {
    let Some(symbols) = tables.symbols.first_chunk() else {
        return Ok(false);
    };
    let Some(last) = output.len().checked_sub(REGION) else {
        return Ok(false);
    };
    let stop = end.saturating_sub(OUTPUT);
    if progress.at < FAR {
        return Ok(false);
    }
    let plain = match tables.copies_are_rare {
        true => plain::<true>,
        false => plain::<false>,
    };
    while progress.at < stop && progress.input.len() >= INPUT {
        let start = progress.at.saturating_sub(REACH).min(last);
        let Some(region) = output[start..].first_chunk_mut() else {
            return Ok(false);
        };
        progress.at -= start;
        let found = plain(symbols, progress, region, stop - start);
        progress.at += start;
        match found {
            None => {}
            Some(entry) => {
                let after = rare(tables, entry, progress.bits, output, progress.at)?;
                (progress.bits, progress.at) = (after.bits, after.at);
                if after.ended {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// Executes plain entries up to the first entry that is not plain. That entry is returned, with its
/// bits still in the buffer.
///
/// The function stands by itself, calls nothing and has few variables: a number that leaves the
/// processor's registers and comes back lengthens the dependency chain.
#[inline(never)]
fn plain<const COPIES_ARE_RARE: bool>(
    symbols: &[Entry; 1 << SYMBOL_BITS],
    progress: &mut Progress<'_>,
    output: &mut [u8; REGION],
    stop: usize,
) -> Option<Entry> {
    let look = |held: u64| symbols[held as usize & (symbols.len() - 1)];
    let mut input = progress.input;
    let Bits {
        mut held,
        mut count,
    } = progress.bits;
    let (mut at, stop) = (progress.at, stop.min(REGION - OUTPUT));
    let mut found = None;
    if let Some(word) = input.first_chunk() {
        held |= u64::from_le_bytes(*word) << (count & 63);
        input = &input[(!count >> 3 & 7) as usize..];
        count |= 56;
    }
    let mut entry = look(held);
    while input.len() >= INPUT
        && at < stop
        && let Some(word) = input.first_chunk()
    {
        // Above the valid bits the buffer holds more bits, so the previous look did not have to
        // wait for this fill. A fill lasts for two looks with a distance each: 2 * (11 + 13) bits.
        held |= u64::from_le_bytes(*word) << (count & 63);
        input = &input[(!count >> 3 & 7) as usize..];
        count |= 56;
        let after = held >> (entry.0 & 63);
        if !entry.is(Kind::Plain) || !write::<COPIES_ARE_RARE>(entry, held, after, output, at) {
            found = Some(entry);
            break;
        }
        at += entry.bytes();
        held = after;
        count = count.wrapping_sub(entry.0 as u32);
        entry = look(held);
        let after = held >> (entry.0 & 63);
        if entry.is(Kind::Plain) && write::<COPIES_ARE_RARE>(entry, held, after, output, at) {
            at += entry.bytes();
            held = after;
            count = count.wrapping_sub(entry.0 as u32);
            entry = look(held);
        }
    }
    let count = count & 63;
    progress.bits = Bits { held, count };
    progress.input = input;
    progress.at = at;
    found
}

/// Writes the literals and the copy of a plain entry; `false` if the source of the copy is outside
/// of the region.
#[inline(always)]
fn write<const COPIES_ARE_RARE: bool>(
    entry: Entry,
    held: u64,
    after: u64,
    output: &mut [u8; REGION],
    at: usize,
) -> bool {
    let mut bytes = entry.values();
    if !COPIES_ARE_RARE || entry.copied() > 0 {
        let dropped = held ^ after.rotate_left(entry.0 as u32);
        let from = at.wrapping_sub(entry.number_of(dropped));
        if from > REGION - WORD {
            return false;
        }
        let mut copied = [0; WORD];
        copied.copy_from_slice(&output[from..from + WORD]);
        bytes |= u64::from_le_bytes(copied) << (entry.value_bits() & 63);
    }
    if at > REGION - WORD {
        return false;
    }
    output[at..at + WORD].copy_from_slice(&bytes.to_le_bytes());
    true
}

/// State after a rare symbol.
struct After {
    bits: Bits,
    at: usize,
    /// Set if the symbol was the end of the block.
    ended: bool,
}

/// Decodes a symbol that the inner loop does not handle: a long code, a long copy, a copy from
/// near, or the end of the block. The caller ensures enough bits and room.
#[inline(never)]
fn rare(
    tables: Tables<'_>,
    mut entry: Entry,
    mut bits: Bits,
    output: &mut [u8],
    mut at: usize,
) -> Result<After, Error> {
    if entry.is(Kind::Longer) {
        entry = look_further(tables.symbols, entry, bits.held, SYMBOL_BITS);
    }
    if entry.is(Kind::Nothing) {
        return Err(Error::Corrupt);
    }
    let number = entry.number_in(bits.held);
    bits.skip(entry.0);
    let (length, distance) = if entry.is(Kind::Number) {
        (number, far(tables, &mut bits)?)
    } else {
        let ended = entry.is(Kind::End);
        for &byte in entry.values().to_le_bytes().iter().take(entry.literals()) {
            output[at] = byte;
            at += 1;
        }
        if entry.copied() == 0 {
            return Ok(After { bits, at, ended });
        }
        let literals = if entry.is(Kind::Plain) {
            entry.literals()
        } else {
            0
        };
        (entry.copied(), number + literals)
    };
    if distance > at {
        return Err(Error::Corrupt);
    }
    if distance < 16 {
        near(output, at, distance, length);
    } else {
        for done in (0..length).step_by(16) {
            sixteen(output, at - distance + done, at + done);
        }
    }
    Ok(After {
        bits,
        at: at + length,
        ended: false,
    })
}

/// Decodes a distance by itself.
fn far(tables: Tables<'_>, bits: &mut Bits) -> Result<usize, Error> {
    let mut entry = tables.distances[bits.held as usize & ((1 << DISTANCE_BITS) - 1)];
    if entry.is(Kind::Longer) {
        entry = look_further(tables.distances, entry, bits.held, DISTANCE_BITS);
    }
    if !entry.is(Kind::Number) {
        return Err(Error::Corrupt);
    }
    let distance = entry.number_in(bits.held);
    bits.skip(entry.0);
    Ok(distance)
}

/// Copies from less than sixteen bytes back. Writes up to fifteen bytes more than `length`, for
/// which there has to be room.
#[inline(never)]
fn near(output: &mut [u8], at: usize, distance: usize, length: usize) {
    if distance == 1 {
        let byte = output[at - 1];
        output[at..at + length].fill(byte);
        return;
    }
    // The pattern is written once and then repeated from a multiple of the distance, the largest
    // one within sixteen bytes.
    for at in at..at + 16 {
        output[at] = output[at - distance];
    }
    let whole = 16 / distance * distance;
    for done in (16..length).step_by(whole) {
        sixteen(output, at + done - whole, at + done);
    }
}

/// Copies sixteen bytes as two numbers. For a slice, the compiler may emit a slow instruction for
/// lengths of any size.
#[inline(always)]
fn sixteen(output: &mut [u8], from: usize, to: usize) {
    let Some(&[low, high]) = output
        .get(from..from + 16)
        .and_then(|bytes| bytes.as_chunks::<8>().0.first_chunk())
    else {
        return;
    };
    if let Some(target) = output.get_mut(to..to + 16) {
        target[..8].copy_from_slice(&low);
        target[8..].copy_from_slice(&high);
    }
}

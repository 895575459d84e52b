//! The loop that almost all symbols go through, where there is more than enough input and room.

use crate::bits::Bits;
use crate::error::Error;
use crate::table::{DISTANCE_BITS, Entry, FAR, Kind, SYMBOL_BITS, WORD, look_further};

/// Bytes that a turn may read: it fills twice.
const INPUT: usize = 16;

/// Bytes that it may write: two looks, the longest copy, and the rest of sixteen bytes.
const OUTPUT: usize = 2 * WORD + 258 + 16;

/// The farthest that deflate reaches back.
const REACH: usize = 32 << 10;

/// The part of the output that the loop works on at a time: as its size is known, there is little to check.
const REGION: usize = REACH + 1024;

/// The tables of a block.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'a> {
    pub(crate) symbols: &'a [Entry],
    pub(crate) distances: &'a [Entry],
    /// Whether a processor can guess that there will be none; otherwise it is quicker to copy nothing than to ask whether to.
    pub(crate) copies_are_rare: bool,
}

/// How far a stream has come.
#[derive(Clone, Copy)]
pub(crate) struct Progress<'a> {
    pub(crate) bits: Bits,
    pub(crate) input: &'a [u8],
    /// Where in the output the next byte stands.
    pub(crate) at: usize,
}

/// Goes on until the block ends, which the answer tells, or until input or room might not do for another turn.
///
/// There is room up to `end`; what is behind it stays as it is.
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

/// Does what plain entries say, up to one that is not; that comes back, with its bits in the buffer.
///
/// A function by itself, which calls nothing and has little to keep in mind: a number that leaves the processor's registers and comes back
/// lengthens the chain.
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
        // Behind those that count the buffer has more bits, so the look before did not have to wait for this. It lasts for two
        // looks with a distance each: 2 * (11 + 13) bits.
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

/// Writes what a plain entry says; false if there is nothing where it copies from.
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

/// What comes of a rare symbol.
struct After {
    bits: Bits,
    at: usize,
    /// It was the end of the block.
    ended: bool,
}

/// What the loop does not settle: long codes, long copies, copies from near, the end of the block. There are bits and room enough.
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

/// A distance by itself.
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

/// Copies from less than sixteen bytes back. Writes up to fifteen bytes more than `length`, for which there is room.
#[inline(never)]
fn near(output: &mut [u8], at: usize, distance: usize, length: usize) {
    if distance == 1 {
        let byte = output[at - 1];
        output[at..at + length].fill(byte);
        return;
    }
    // The pattern once; from then on it is repeated from as many whole ones back as sixteen bytes hold.
    for at in at..at + 16 {
        output[at] = output[at - distance];
    }
    let whole = 16 / distance * distance;
    for done in (16..length).step_by(whole) {
        sixteen(output, at + done - whole, at + done);
    }
}

/// Copies sixteen bytes as two numbers; what a compiler makes of a slice may be an instruction for lengths of any size, and slow.
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

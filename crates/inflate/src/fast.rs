//! The loop that almost all symbols go through, where there is more than enough input and room.

use crate::Error;
use crate::bits::Bits;
use crate::table::{DISTANCE_BITS, Entry, FAR, Kind, SYMBOL_BITS, look_further};

/// Bytes that a turn may read: it fills twice.
const INPUT: usize = 16;

/// Bytes that it may write: two looks, the longest copy, and the rest of sixteen bytes.
const OUTPUT: usize = 2 * (3 + 16) + 258 + 16;

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

impl Progress<'_> {
    #[inline(always)]
    fn fill(&mut self) {
        if let Some(next) = self.input.first_chunk() {
            self.input = &self.input[self.bits.fill(*next)..];
        }
    }
}

/// Goes on until the block ends, which the answer tells, or until input or room might not do for another turn.
pub(crate) fn symbols(
    tables: Tables<'_>,
    progress: &mut Progress<'_>,
    output: &mut [u8],
) -> Result<bool, Error> {
    let Some(symbols) = tables.symbols.first_chunk() else {
        return Ok(false);
    };
    if progress.at < FAR || progress.input.len() < INPUT {
        return Ok(false);
    }
    let plain = match tables.copies_are_rare {
        true => plain::<true>,
        false => plain::<false>,
    };
    loop {
        match plain(symbols, progress, output) {
            None => return Ok(false),
            Some(entry) => {
                let after = rare(tables, entry, progress.bits, output, progress.at)?;
                (progress.bits, progress.at) = (after.bits, after.at);
                if after.ended {
                    return Ok(true);
                }
            }
        }
    }
}

/// Does what plain entries say, up to one that is not; that comes back, with its bits in the buffer.
///
/// A function by itself, which calls nothing and has little to keep in mind: a number that leaves the processor's registers and comes back
/// lengthens the chain.
#[inline(never)]
fn plain<const COPIES_ARE_RARE: bool>(
    symbols: &[Entry; 1 << SYMBOL_BITS],
    progress: &mut Progress<'_>,
    output: &mut [u8],
) -> Option<Entry> {
    let look = |bits: &Bits| symbols[bits.held as usize & (symbols.len() - 1)];
    let end = output.len().saturating_sub(OUTPUT);
    let mut now = *progress;
    now.fill();
    let mut entry = look(&now.bits);
    while now.input.len() >= INPUT && now.at < end {
        // Behind those that count the buffer has more bits, so the look before did not have to wait for this. It lasts for two
        // looks with a distance each: 2 * (11 + 13) bits.
        now.fill();
        if !entry.is(Kind::Plain) {
            *progress = now;
            return Some(entry);
        }
        let Some(at) = write::<COPIES_ARE_RARE>(entry, now.bits.held, output, now.at) else {
            *progress = now;
            return Some(entry);
        };
        now.at = at;
        now.bits.skip(entry.0);
        entry = look(&now.bits);
        if entry.is(Kind::Plain) {
            let Some(at) = write::<COPIES_ARE_RARE>(entry, now.bits.held, output, now.at) else {
                *progress = now;
                return Some(entry);
            };
            now.at = at;
            now.bits.skip(entry.0);
            entry = look(&now.bits);
        }
    }
    *progress = now;
    None
}

/// Writes what a plain entry says; where the next byte stands, or nothing if the copy is not from sixteen bytes back or more.
#[inline(always)]
fn write<const COPIES_ARE_RARE: bool>(
    entry: Entry,
    bits: u64,
    output: &mut [u8],
    at: usize,
) -> Option<usize> {
    let (before, after) = output.split_at_mut_checked(at)?;
    let room = after.first_chunk_mut::<{ 3 + 16 }>()?;
    let (literals, length) = (entry.literals(), entry.copied());
    room[..4].copy_from_slice(&entry.bytes());
    if COPIES_ARE_RARE && length == 0 {
        return Some(at + literals);
    }
    let from = (at + literals).checked_sub(entry.number_in(bits))?;
    let source = before.get(from..)?.first_chunk::<16>()?;
    // As two numbers: what a compiler makes of a slice may be an instruction for lengths of any size, and slow.
    let target = &mut room[literals..literals + 16];
    target[..8].copy_from_slice(&source[..8]);
    target[8..].copy_from_slice(&source[8..]);
    Some(at + literals + length)
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
        for &byte in entry.bytes().iter().take(entry.literals()) {
            output[at] = byte;
            at += 1;
        }
        if entry.copied() == 0 {
            return Ok(After { bits, at, ended });
        }
        (entry.copied(), number)
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

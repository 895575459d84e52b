//! Codes to what they mean: tables looked up by the next bits, with longer codes in tables behind the first.

use crate::Error;

/// What a code, or several, mean. From the lowest bit:
///
/// * 6 bits: how many bits to drop; with a [`Kind::Number`] its extra bits are among them.
/// * 2 bits: how many literals there are, up to two. They are the upper two bytes, the first the lower.
/// * 4 bits: how long the copy is that follows the literals, if it is one of up to ten bytes, whose lengths have no extra bits; or zero.
/// * 3 bits: the [`Kind`]. What is not [`Kind::Plain`] has no literals, but a base or a place in the upper two bytes, and how many of
///   the bits are the code, or choose in the table there, in the place of the copy's length.
#[derive(Clone, Copy)]
pub(crate) struct Entry(pub(crate) u32);

/// What kind of entry it is.
#[derive(Clone, Copy, PartialEq)]
#[repr(u32)]
pub(crate) enum Kind {
    /// Literals, a copy, or both.
    Plain = 0,
    /// A length or a distance.
    Number = 1 << 12,
    /// The end of the block.
    End = 2 << 12,
    /// Look further.
    Longer = 3 << 12,
    /// No code of this block.
    Nothing = 4 << 12,
}

const KINDS: u32 = 7 << 12;

impl Entry {
    pub(crate) const NOTHING: Entry = Entry(Kind::Nothing as u32);

    pub(crate) fn literal(byte: u8) -> Entry {
        Entry(u32::from(byte) << 16 | 1 << 6)
    }

    /// A copy of up to ten bytes.
    fn copy(length: u32) -> Entry {
        Entry(length << 8)
    }

    /// A number that starts at `base`, with extra bits behind its code.
    const fn number(base: u16, extra: u8) -> Entry {
        Entry((base as u32) << 16 | Kind::Number as u32 | extra as u32)
    }

    /// With a code of this length.
    pub(crate) fn coded(self, length: u32) -> Entry {
        match self.is(Kind::Plain) {
            true => Entry(self.0 + length),
            false => Entry(self.0 + (length << 8) + length),
        }
    }

    /// These literals, and then that.
    fn and_then(self, next: Entry) -> Entry {
        let literals = (next.0 & 0xffff_0000) << (8 * self.literals());
        Entry(self.0 + (next.0 & 0xfff) + literals)
    }

    #[inline(always)]
    pub(crate) fn is(self, kind: Kind) -> bool {
        self.0 & KINDS == kind as u32
    }

    #[inline(always)]
    pub(crate) fn literals(self) -> usize {
        (self.0 >> 6 & 3) as usize
    }

    /// Two bytes, of which [`Entry::literals`] count.
    #[inline(always)]
    pub(crate) fn bytes(self) -> [u8; 2] {
        ((self.0 >> 16) as u16).to_le_bytes()
    }

    /// How long the copy behind the literals is, or zero.
    #[inline(always)]
    pub(crate) fn copied(self) -> usize {
        (self.0 >> 8 & 15) as usize
    }

    /// Bits to drop.
    #[inline(always)]
    pub(crate) fn length(self) -> u32 {
        self.0 & 63
    }

    /// The base and its extra bits, from the bits that start with the code.
    #[inline(always)]
    pub(crate) fn number_in(self, bits: u64) -> usize {
        let all = bits & ((1 << self.length()) - 1);
        (self.0 >> 16) as usize + (all >> (self.0 >> 8 & 15)) as usize
    }
}

/// Bits of the first look for literals and lengths.
pub(crate) const SYMBOL_BITS: u32 = 11;
/// Bits of the first look for distances.
pub(crate) const DISTANCE_BITS: u32 = 9;
/// A table behind the first exists because two codes or more start with its bits: so many at most, times its size.
pub(crate) const SYMBOL_ENTRIES: usize =
    (1 << SYMBOL_BITS) + 288 / 2 * (1 << (LONGEST - SYMBOL_BITS));
pub(crate) const DISTANCE_ENTRIES: usize =
    (1 << DISTANCE_BITS) + 32 / 2 * (1 << (LONGEST - DISTANCE_BITS));

/// Bits of the longest code.
const LONGEST: u32 = 15;

/// What each symbol means, the length of its code apart (RFC 1951, clause 3.2.5).
pub(crate) fn symbol(number: usize) -> Entry {
    const LENGTHS: [Entry; 29] = numbers::<29>(3, 4);
    match number {
        0..256 => Entry::literal(number as u8),
        256 => Entry(Kind::End as u32),
        257..=264 => Entry::copy(number as u32 - 254),
        // The longest has a code of its own.
        285 => Entry::number(258, 0),
        _ => LENGTHS[..28]
            .get(number - 257)
            .copied()
            .unwrap_or(Entry::NOTHING),
    }
}

pub(crate) fn distance(number: usize) -> Entry {
    const DISTANCES: [Entry; 30] = numbers::<30>(1, 2);
    DISTANCES.get(number).copied().unwrap_or(Entry::NOTHING)
}

/// What an instruction about code lengths means: its own number.
pub(crate) fn instruction(number: usize) -> Entry {
    Entry::number(number as u16, 0)
}

/// Ranges that follow each other: first `group * 2` of one number, then `group` of each power of two.
const fn numbers<const COUNT: usize>(first: u16, group: usize) -> [Entry; COUNT] {
    let (mut entries, mut base, mut at) = ([Entry::NOTHING; COUNT], first, 0);
    while at < COUNT {
        let extra = if at < group * 2 {
            0
        } else {
            (at / group - 1) as u8
        };
        entries[at] = Entry::number(base, extra);
        base = base.wrapping_add(1 << extra);
        at += 1;
    }
    entries
}

/// What has a code, by the length of it.
struct Codes {
    /// The code, its first bit the lowest, and what it means.
    sorted: [(u16, Entry); 320],
    /// Where the codes of each length start.
    starts: [usize; LONGEST as usize + 2],
    /// Where among them the literals end, which are the first, and the plain copies, which are the next but for the block's end.
    plain: [(usize, usize); LONGEST as usize + 1],
}

impl Codes {
    /// # Errors
    /// [`Error::Corrupt`] unless the code is complete, or `sparse` and of one bit or none.
    fn new(lengths: &[u8], meaning: fn(usize) -> Entry, sparse: bool) -> Result<Codes, Error> {
        let mut counts = [0; LONGEST as usize + 1];
        for &length in lengths {
            counts[usize::from(length & 15)] += 1;
        }
        counts[0] = 0;
        let mut starts = [0; LONGEST as usize + 2];
        // The first code of each length, counted from the first bit on.
        let mut next = [0u16; LONGEST as usize + 1];
        let mut free = 1i32;
        for length in 1..=LONGEST as usize {
            // Codes of one bit more: twice the room, less what those of this length take.
            free = 2 * free - counts[length] as i32;
            if free < 0 {
                return Err(Error::Corrupt);
            }
            next[length] = next[length - 1].wrapping_add(counts[length - 1] as u16) << 1;
            starts[length + 1] = starts[length] + counts[length];
        }
        let coded = starts[LONGEST as usize + 1];
        if free != 0 && !(sparse && (coded == 0 || coded == 1 && counts[1] == 1)) {
            return Err(Error::Corrupt);
        }
        let mut sorted = [(0, Entry::NOTHING); 320];
        let mut places = starts;
        let mut plain = [(0, 0); LONGEST as usize + 1];
        for (symbol, &length) in lengths.iter().enumerate() {
            if length == 0 {
                continue;
            }
            let (entry, at) = (meaning(symbol), usize::from(length & 15));
            let code = next[at].reverse_bits() >> (16 - u32::from(length & 15));
            sorted[places[at]] = (code, entry.coded(length.into()));
            next[at] = next[at].wrapping_add(1);
            places[at] += 1;
            if entry.is(Kind::Plain) {
                let (literals, copies) = &mut plain[at];
                *(if entry.copied() == 0 {
                    literals
                } else {
                    copies
                }) = places[at];
            }
        }
        Ok(Codes {
            sorted,
            starts,
            plain,
        })
    }

    /// The codes of this length.
    fn of(&self, length: u32) -> &[(u16, Entry)] {
        let length = length as usize;
        &self.sorted[self.starts[length]..self.starts[length + 1]]
    }

    /// Those of them that are literals.
    fn literals(&self, length: u32) -> &[(u16, Entry)] {
        let (start, (end, _)) = (self.starts[length as usize], self.plain[length as usize]);
        &self.sorted[start..end.max(start)]
    }

    /// Those of them that are plain copies, and perhaps the end of the block.
    fn copies(&self, length: u32) -> &[(u16, Entry)] {
        let (start, (literals, end)) = (self.starts[length as usize], self.plain[length as usize]);
        let start = literals.max(start);
        &self.sorted[start..end.max(start)]
    }
}

/// Fills a table; `root` is how many bits the first look takes. Only a `sparse` one may have fewer codes than there is room for.
///
/// # Errors
/// [`Error::Corrupt`] for lengths that are no code.
pub(crate) fn build(
    table: &mut [Entry],
    root: u32,
    lengths: &[u8],
    meaning: fn(usize) -> Entry,
    sparse: bool,
) -> Result<(), Error> {
    let codes = Codes::new(lengths, meaning, sparse)?;
    table[0] = Entry::NOTHING;
    for length in 1..=root {
        // A table of one bit more is twice the table, and then there are the codes that need the bit.
        let half = 1 << (length - 1);
        table.copy_within(..half, half);
        let table = &mut table[..2 * half];
        for &(code, entry) in codes.of(length) {
            table[usize::from(code)] = entry;
        }
        for first in 1..length {
            join(table, &codes, first, length - first);
        }
    }
    longer(table, root, &codes);
    Ok(())
}

/// A literal and what follows it, where both codes fit, take the place of the literal; and so do two literals and a copy.
fn join(table: &mut [Entry], codes: &Codes, first: u32, rest: u32) {
    let mut put = |code: usize, entry| {
        if let Some(slot) = table.get_mut(code) {
            *slot = entry;
        }
    };
    for &(code, one) in codes.literals(first) {
        for &(next, two) in codes.literals(rest) {
            put(usize::from(code | next << first), one.and_then(two));
        }
        for &(next, copy) in codes.copies(rest) {
            if copy.is(Kind::Plain) {
                put(usize::from(code | next << first), one.and_then(copy));
            }
        }
        for second in 1..rest {
            let copies = codes.copies(rest - second);
            if copies.is_empty() {
                continue;
            }
            for &(next, two) in codes.literals(second) {
                let (code, both) = (code | next << first, one.and_then(two));
                for &(next, copy) in copies {
                    if copy.is(Kind::Plain) {
                        put(
                            usize::from(code | next << (first + second)),
                            both.and_then(copy),
                        );
                    }
                }
            }
        }
    }
}

/// The codes of more bits than the first look takes: tables behind the first.
fn longer(table: &mut [Entry], root: u32, codes: &Codes) {
    let mut lengths = root + 1..=LONGEST;
    let Some(longest) = lengths
        .clone()
        .rev()
        .find(|&length| !codes.of(length).is_empty())
    else {
        return;
    };
    let (mask, width) = ((1u16 << root) - 1, longest - root);
    let (mut started, mut start, mut end) = (u16::MAX, 0, 1 << root);
    for length in &mut lengths {
        for &(code, entry) in codes.of(length) {
            if code & mask != started {
                started = code & mask;
                start = end;
                end += 1 << width;
                // As many bits choose there as the longest code has.
                let place = (start as u32) << 16 | Kind::Longer as u32 | width << 8;
                table[usize::from(started)] = Entry(place);
            }
            let first = start + usize::from(code >> root);
            let slots = table[..end].iter_mut().skip(first);
            slots
                .step_by(1 << (length - root))
                .for_each(|slot| *slot = entry);
        }
    }
}

/// Where a look leads that has not come to an end.
#[inline(always)]
pub(crate) fn look_further(table: &[Entry], entry: Entry, bits: u64, root: u32) -> Entry {
    let width = entry.0 >> 8 & 15;
    let index = (bits >> root) & ((1 << width) - 1);
    table
        .get((entry.0 >> 16) as usize + index as usize)
        .copied()
        .unwrap_or(Entry::NOTHING)
}

//! Tables of codes, indexed by the next bits, with longer codes in tables behind the first.

use crate::error::Error;

/// Meaning of one code, or of several. Fields from the lowest bit:
///
/// * 6 bits: number of bits to drop, extra bits included.
/// * From bit 8 on, 6 bits: how many of the bits to drop are codes; the bits above them are extra
///   bits. In an entry that leads to a further table, the number of bits that index that table.
/// * From bit 14 on, 3 bits: the [`Kind`].
/// * From bit 17 on, 2 bits: number of literals, up to three. In a plain entry the 6 bits from bit
///   14 on are therefore the number of bits of the literals.
/// * From bit 20 on, 4 bits: number of bytes of literals and copy together.
/// * From bit 24 on, 16 bits: base of a number, or of a copy's distance; or the index of the
///   further table. A plain entry counts the distance from the first literal, not from behind the
///   literals.
/// * From bit 40 on, 24 bits: the literals, the first one lowest.
///
/// Fields are placed so that a shift finds them, and few need a mask besides.
#[derive(Clone, Copy)]
pub(crate) struct Entry(pub(crate) u64);

/// Distance used for a copy of nothing. A load of bytes that were just written would wait for the
/// store; this far back no store is pending.
pub(crate) const FAR: usize = 256;

/// Bytes that a plain entry writes: literals and copy are at most this long, and the copy's source
/// is at least this far back.
pub(crate) const WORD: usize = 8;

/// Kind of an entry.
#[derive(Clone, Copy, PartialEq)]
#[repr(u64)]
pub(crate) enum Kind {
    /// Literals, or a copy with its distance, or both: at most [`WORD`] bytes, and from at least
    /// that far back.
    Plain = 0,
    /// Literals and copy as in a plain entry, but from a shorter distance.
    Near = 1 << KIND,
    /// A length or a distance, by itself.
    Number = 2 << KIND,
    /// The end of the block.
    End = 3 << KIND,
    /// Index of a further table.
    Longer = 4 << KIND,
    /// No code of this block.
    Nothing = 5 << KIND,
}

const CODE: u32 = 8;
const KIND: u32 = 14;
const KINDS: u64 = 7 << KIND;
const LITERALS: u32 = 17;
const BYTES: u32 = 20;
const BASE: u32 = 24;
const VALUES: u32 = 40;

impl Entry {
    pub(crate) const NOTHING: Entry = Entry(Kind::Nothing as u64);

    pub(crate) fn literal(byte: u8) -> Entry {
        Entry(u64::from(byte) << VALUES | (FAR as u64) << BASE | 1 << BYTES | 1 << LITERALS)
    }

    /// Makes an entry of a number that starts at `base`, with extra bits behind its code.
    const fn number(base: u16, extra: u8) -> Entry {
        Entry((base as u64) << BASE | Kind::Number as u64 | extra as u64)
    }

    /// Makes an entry that leads to a further table at `place`, indexed by `width` bits.
    fn longer(place: usize, width: u32) -> Entry {
        Entry((place as u64) << BASE | Kind::Longer as u64 | u64::from(width) << CODE)
    }

    /// Returns the entry with a code that is longer by `length` bits.
    pub(crate) fn coded(self, length: u32) -> Entry {
        Entry(self.0 + (u64::from(length) << CODE | u64::from(length)))
    }

    /// Joins a length without extra bits and the distance that follows it.
    fn copy(self, distance: Entry) -> Entry {
        let near = distance.0 - Kind::Number as u64 + Kind::Near as u64;
        Entry(near + ((self.base() as u64) << BYTES)).coded(self.code())
    }

    /// Joins these literals and the entry that follows them.
    fn and_then(self, next: Entry) -> Entry {
        let values = (next.0 >> VALUES) << (VALUES as usize + 8 * self.literals());
        let here = self.0 >> VALUES << VALUES | self.0 & (3 << LITERALS | 15 << BYTES);
        Entry((next.0 & ((1 << VALUES) - 1)) + values + here).coded(self.code())
    }

    /// Turns a near copy into a plain one, if its distance is long enough.
    fn settled(self) -> Entry {
        let literals = self.literals();
        if self.base() < WORD + literals {
            return self;
        }
        Entry(self.0 - Kind::Near as u64 - ((literals as u64) << BASE))
    }

    #[inline(always)]
    pub(crate) fn is(self, kind: Kind) -> bool {
        self.0 & KINDS == kind as u64
    }

    #[inline(always)]
    pub(crate) fn literals(self) -> usize {
        (self.0 >> LITERALS & 3) as usize
    }

    /// Returns the literals in a word; the bytes above [`Entry::literals`] are zero.
    #[inline(always)]
    pub(crate) fn values(self) -> u64 {
        self.0 >> VALUES
    }

    /// Returns the number of bits of a plain entry's literals, in the lowest six bits.
    #[inline(always)]
    pub(crate) fn value_bits(self) -> u64 {
        self.0 >> KIND
    }

    /// Returns the number of bytes of literals and copy together.
    #[inline(always)]
    pub(crate) fn bytes(self) -> usize {
        (self.0 >> BYTES & 15) as usize
    }

    /// Returns the length of the copy behind the literals, or zero.
    #[inline(always)]
    pub(crate) fn copied(self) -> usize {
        self.bytes() - self.literals()
    }

    /// Returns the number of bits to drop.
    #[inline(always)]
    pub(crate) fn length(self) -> u32 {
        (self.0 & 63) as u32
    }

    /// Returns how many of the bits to drop are codes.
    #[inline(always)]
    fn code(self) -> u32 {
        (self.0 >> CODE & 63) as u32
    }

    #[inline(always)]
    fn base(self) -> usize {
        usize::from((self.0 >> BASE) as u16)
    }

    /// Returns the base plus its extra bits, taken from the bits that are dropped with the entry.
    #[inline(always)]
    pub(crate) fn number_of(self, dropped: u64) -> usize {
        self.base() + dropped.rotate_right((self.0 >> CODE) as u32) as u32 as usize
    }

    /// Returns the base plus its extra bits, taken from the bits that start with the code: a
    /// number, or the distance of a copy.
    #[inline(always)]
    pub(crate) fn number_in(self, bits: u64) -> usize {
        self.number_of(bits & ((1 << self.length()) - 1))
    }
}

/// Bits of the first look for literals and lengths.
pub(crate) const SYMBOL_BITS: u32 = 11;
/// Bits of the first look for distances.
pub(crate) const DISTANCE_BITS: u32 = 9;
/// Upper bound on table entries. A table behind the first exists because at least two codes start
/// with its bits; this is the largest number of such tables times their size.
pub(crate) const SYMBOL_ENTRIES: usize =
    (1 << SYMBOL_BITS) + 288 / 2 * (1 << (LONGEST - SYMBOL_BITS));
pub(crate) const DISTANCE_ENTRIES: usize =
    (1 << DISTANCE_BITS) + 32 / 2 * (1 << (LONGEST - DISTANCE_BITS));

/// Bits of the longest code.
const LONGEST: u32 = 15;

/// Returns the entry of a literal or length symbol, without the length of its code (RFC 1951,
/// clause 3.2.5).
pub(crate) fn symbol(number: usize) -> Entry {
    const LENGTHS: [Entry; 29] = numbers::<29>(3, 4);
    match number {
        0..256 => Entry::literal(number as u8),
        256 => Entry(Kind::End as u64),
        // The longest length has a code of its own.
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

/// Returns the entry of a symbol of the code-length alphabet: its own number.
pub(crate) fn instruction(number: usize) -> Entry {
    Entry::number(number as u16, 0)
}

/// Builds consecutive ranges: first `group * 2` of one number each, then `group` of each power of
/// two.
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

/// A code, first bit lowest, and its meaning.
type Coded = (u16, Entry);

/// Buffer for codes. [`Codes`] borrows it, and the size is that of the alphabet: a block's tables
/// are made in some microseconds, and clearing and moving buffers for all codes of all three
/// alphabets took a third of that time.
const fn room<const CODES: usize>() -> [Coded; CODES] {
    [(0, Entry(0)); CODES]
}

/// Most symbols, and most distances or code-length symbols.
const SYMBOLS: usize = 288;
const DISTANCES: usize = 32;

/// Codes of an alphabet, sorted by length.
struct Codes<'a> {
    sorted: &'a [Coded],
    /// Index of the first code of each length.
    starts: [usize; LONGEST as usize + 2],
    /// Index behind the last literal of each length; literals come first.
    literals: [usize; LONGEST as usize + 1],
    /// Length of the shortest code of a literal.
    shortest: u32,
}

impl<'a> Codes<'a> {
    /// # Errors
    /// [`Error::Corrupt`] unless the code is complete, or `sparse` and of one bit or none.
    fn new(
        sorted: &'a mut [Coded],
        lengths: &[u8],
        meaning: impl Fn(usize) -> Entry,
        sparse: bool,
    ) -> Result<Codes<'a>, Error> {
        let mut counts = [0; LONGEST as usize + 1];
        for &length in lengths {
            counts[usize::from(length & 15)] += 1;
        }
        counts[0] = 0;
        let mut starts = [0; LONGEST as usize + 2];
        // First code of each length, with the first bit topmost.
        let mut next = [0u16; LONGEST as usize + 1];
        let mut free = 1i32;
        for length in 1..=LONGEST as usize {
            // Codes of one bit more have twice the space, less the codes of this length.
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
        let mut places = starts;
        let mut literals = [0; LONGEST as usize + 1];
        let mut shortest = LONGEST;
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
                literals[at] = places[at];
                shortest = shortest.min(length.into());
            }
        }
        Ok(Codes {
            sorted,
            starts,
            literals,
            shortest,
        })
    }

    /// Returns the codes of this length.
    fn of(&self, length: u32) -> &[Coded] {
        let length = length as usize;
        &self.sorted[self.starts[length]..self.starts[length + 1]]
    }

    /// Returns the literals among the codes of this length.
    fn literals(&self, length: u32) -> &[Coded] {
        let (start, end) = (self.starts[length as usize], self.literals[length as usize]);
        &self.sorted[start..end.max(start)]
    }
}

/// Fills a table in which every entry is a single code; `root` is the number of bits of the first
/// look. Only a `sparse` code may be incomplete.
///
/// # Errors
/// [`Error::Corrupt`] for lengths that do not form a code.
pub(crate) fn build(
    table: &mut [Entry],
    root: u32,
    lengths: &[u8],
    meaning: impl Fn(usize) -> Entry,
    sparse: bool,
) -> Result<(), Error> {
    let mut room = room::<DISTANCES>();
    let codes = Codes::new(&mut room, lengths, meaning, sparse)?;
    fill(table, root, &codes, |_, _| {});
    Ok(())
}

/// Fills the tables of a block. Where they fit, a literal with the code behind it, and a copy with
/// its distance, are joined in one entry.
///
/// # Errors
/// [`Error::Corrupt`] for lengths that do not form a code.
pub(crate) fn build_both(
    symbols: &mut [Entry],
    distances: &mut [Entry],
    of_symbols: &[u8],
    of_distances: &[u8],
) -> Result<(), Error> {
    let mut room_of_distances = room::<DISTANCES>();
    let to = Codes::new(&mut room_of_distances, of_distances, distance, true)?;
    fill(distances, DISTANCE_BITS, &to, |_, _| {});
    let mut room_of_symbols = room::<SYMBOLS>();
    let codes = Codes::new(&mut room_of_symbols, of_symbols, symbol, false)?;
    let mut room_of_copies = room::<COPIES>();
    let copies = Copies::new(&mut room_of_copies, &codes, &to);
    fill(symbols, SYMBOL_BITS, &codes, |table, length| {
        for &(code, entry) in copies.of(length) {
            put(table, code, entry.settled());
        }
        for first in codes.shortest..length {
            let rest = length - first;
            for &(code, one) in codes.literals(first) {
                for &(next, copy) in copies.of(rest) {
                    if one.bytes() + copy.bytes() <= WORD {
                        put(table, code | next << first, one.and_then(copy).settled());
                    }
                }
                for &(next, two) in codes.literals(rest) {
                    put(table, code | next << first, one.and_then(two));
                }
                for second in codes.shortest..rest {
                    let third = codes.literals(rest - second);
                    if third.is_empty() {
                        continue;
                    }
                    for &(next, two) in codes.literals(second) {
                        let (code, both) = (code | next << first, one.and_then(two));
                        for &(next, three) in third {
                            put(table, code | next << (first + second), both.and_then(three));
                        }
                    }
                }
            }
        }
    });
    Ok(())
}

fn put(table: &mut [Entry], code: u16, entry: Entry) {
    if let Some(slot) = table.get_mut(usize::from(code)) {
        *slot = entry;
    }
}

/// Lengths that have no extra bits and fit into a word: 3 to 8.
const SHORT: usize = 6;
const COPIES: usize = SHORT * DISTANCES;

/// Short copies with their distances, by the sum of both code lengths.
struct Copies<'a> {
    sorted: &'a [Coded],
    /// Index of the first copy of each sum of lengths.
    starts: [usize; SYMBOL_BITS as usize + 2],
}

impl<'a> Copies<'a> {
    fn new(sorted: &'a mut [Coded], symbols: &Codes, distances: &Codes) -> Copies<'a> {
        // Lengths without extra bits.
        let mut lengths = room::<SHORT>();
        let mut count = 0;
        for length in 1..SYMBOL_BITS {
            for &(code, entry) in symbols.of(length) {
                if entry.is(Kind::Number) && entry.length() == length && entry.base() <= WORD {
                    lengths[count] = (code, entry);
                    count += 1;
                }
            }
        }
        let mut starts = [0; SYMBOL_BITS as usize + 2];
        let mut end = 0;
        for both in 1..=SYMBOL_BITS {
            starts[both as usize] = end;
            for &(code, length) in &lengths[..count] {
                let first = length.length();
                if first >= both {
                    break;
                }
                for &(next, distance) in distances.of(both - first) {
                    if distance.is(Kind::Number) {
                        sorted[end] = (code | next << first, length.copy(distance));
                        end += 1;
                    }
                }
            }
        }
        starts[SYMBOL_BITS as usize + 1] = end;
        Copies { sorted, starts }
    }

    fn of(&self, both: u32) -> &[Coded] {
        let both = both as usize;
        &self.sorted[self.starts[both]..self.starts[both + 1]]
    }
}

/// Fills a table with codes, and with the entries that `join` makes of several codes of so many
/// bits together.
fn fill(table: &mut [Entry], root: u32, codes: &Codes, join: impl Fn(&mut [Entry], u32)) {
    table[0] = Entry::NOTHING;
    for length in 1..=root {
        // The table for one bit more is the table twice, plus the codes that need the bit.
        let half = 1 << (length - 1);
        table.copy_within(..half, half);
        let table = &mut table[..2 * half];
        for &(code, entry) in codes.of(length) {
            put(table, code, entry);
        }
        join(table, length);
    }
    longer(table, root, codes);
}

/// Builds the tables behind the first for codes of more bits than the first look takes.
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
                // A table is indexed by as many bits as its longest code has left.
                table[usize::from(started)] = Entry::longer(start, width);
            }
            let first = start + usize::from(code >> root);
            let slots = table[..end].iter_mut().skip(first);
            slots
                .step_by(1 << (length - root))
                .for_each(|slot| *slot = entry);
        }
    }
}

/// Looks up a code in the further table that an entry leads to.
#[inline(always)]
pub(crate) fn look_further(table: &[Entry], entry: Entry, bits: u64, root: u32) -> Entry {
    let index = (bits >> root) & ((1 << entry.code()) - 1);
    table
        .get(entry.base() + index as usize)
        .copied()
        .unwrap_or(Entry::NOTHING)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use letterbox_testkit::Noise;

    /// Finds the first code of these bits exactly as the standard describes it, and returns its
    /// symbol and its length.
    fn plain(lengths: &[u8], bits: u32) -> Option<(usize, u32)> {
        let mut code = 0;
        for length in 1..=LONGEST {
            for (symbol, _) in (0..)
                .zip(lengths)
                .filter(|(_, of)| u32::from(**of) == length)
            {
                if bits & ((1 << length) - 1) == u32::reverse_bits(code) >> (32 - length) {
                    return Some((symbol, length));
                }
                code += 1;
            }
            code <<= 1;
        }
        None
    }

    /// Lengths of a complete code for some of so many symbols.
    fn lengths(symbols: usize, noise: &mut Noise) -> Vec<u8> {
        let mut lengths = alloc::vec![0; symbols];
        let mut leaves = alloc::vec![1u8, 1];
        while leaves.len() < symbols / 2 {
            let at = noise.below(leaves.len());
            if leaves[at] < 15 {
                leaves[at] += 1;
                leaves.push(leaves[at]);
            }
        }
        for leaf in leaves {
            loop {
                let at = noise.below(symbols);
                if lengths[at] == 0 {
                    lengths[at] = leaf;
                    break;
                }
            }
        }
        lengths
    }

    #[test]
    fn an_entry_says_what_its_codes_say_one_after_the_other() {
        let mut noise = Noise(1);
        let (mut triples, mut joined, mut near) = (0, 0, 0);
        for round in 0..20 {
            let of_symbols = match round % 2 {
                0 => lengths(286, &mut noise),
                // Few literals, so that several fit, and all short copies.
                _ => {
                    let mut of_symbols = alloc::vec![0; 265];
                    of_symbols[..6].fill(3);
                    of_symbols[256..].fill(6);
                    of_symbols[253..256].copy_from_slice(&[4, 6, 6]);
                    of_symbols[252] = 6;
                    of_symbols
                }
            };
            let of_distances = lengths(30, &mut noise);
            let mut symbols = alloc::vec![Entry::NOTHING; SYMBOL_ENTRIES];
            let mut distances = alloc::vec![Entry::NOTHING; DISTANCE_ENTRIES];
            build_both(&mut symbols, &mut distances, &of_symbols, &of_distances)
                .expect("complete codes");
            for index in 0..1 << SYMBOL_BITS {
                let entry = symbols[index as usize];
                if !entry.is(Kind::Plain) && !entry.is(Kind::Near) {
                    continue;
                }
                let mut code = 0;
                for &byte in &entry.values().to_le_bytes()[..entry.literals()] {
                    let (found, length) = plain(&of_symbols, index >> code).expect("complete");
                    assert_eq!(found, usize::from(byte));
                    code += length;
                }
                if entry.copied() > 0 {
                    let (found, length) = plain(&of_symbols, index >> code).expect("complete");
                    assert_eq!(found - 254, entry.copied());
                    code += length;
                    let (found, length) = plain(&of_distances, index >> code).expect("complete");
                    code += length;
                    let extra = distance(found).length();
                    assert_eq!(entry.length(), code + extra);
                    let bits = u64::from(index & ((1 << code) - 1)) | 0x155 << code;
                    let far = distance(found).base() + (0x155 & ((1 << extra) - 1));
                    let literals = entry.literals();
                    if entry.is(Kind::Plain) {
                        assert_eq!(entry.number_in(bits), far - literals);
                        assert!(distance(found).base() >= WORD + literals, "it is near");
                        assert!(entry.bytes() <= WORD, "it does not fit into a word");
                    } else {
                        assert_eq!(entry.number_in(bits), far);
                        assert!(distance(found).base() < WORD + literals, "it is not near");
                        near += 1;
                    }
                } else {
                    assert_eq!((entry.length(), entry.number_in(u64::MAX)), (code, FAR));
                }
                assert!(code <= SYMBOL_BITS, "the look did not see all of it");
                triples += usize::from(entry.literals() == 3);
                joined += usize::from(entry.literals() == 1 && entry.copied() > 0);
            }
        }
        assert!(
            triples > 0 && joined > 0 && near > 0,
            "{triples} {joined} {near}"
        );
    }
}

//! Prefix codes (RFC 9649, section 6): reading the code lengths of symbols, and look-up tables for
//! decoding.

use crate::bits::Bits;
use crate::buffer::reserved;
use crate::error::Error;

/// Sizes of the alphabets: green with lengths, red, blue, alpha, distances (section 5.2). A colour
/// cache adds to the first.
const ALPHABETS: [usize; 5] = [256 + 24, 256, 256, 256, 40];
/// Most symbols of the first alphabet, with the largest cache.
const MOST_SYMBOLS: usize = ALPHABETS[0] + (1 << 11);

const LONGEST: usize = 15;
/// Bits that index the first part of a table; longer codes continue in a second part.
const ROOT_BITS: usize = 8;

const DAMAGED: Error = Error::Corrupt("a prefix code of the VP8L stream is damaged");

/// Order of the code lengths of the code-length alphabet.
const ORDER: [usize; 19] = [
    17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
];

/// Five codes that together decode a pixel or a copy.
pub(crate) struct Group {
    /// Tables of all codes, one behind the other.
    ///
    /// The upper 12 bits of an entry are a symbol, and the lower four the length of its code. In
    /// the first part of a table the length may exceed the bits of the index. The upper bits are
    /// then the place of a second part, which is indexed by the excess number of bits.
    table: Vec<u16>,
    codes: [Code; 5],
    /// Value of red, blue and alpha, if all three take no bits.
    pub(crate) plain: Option<u32>,
}

/// Start of a code's table, and the mask of the next bits that index its first part.
#[derive(Clone, Copy, Default)]
struct Code {
    start: u16,
    mask: u16,
}

/// Code of a group.
#[derive(Clone, Copy)]
pub(crate) enum Channel {
    Green,
    Red,
    Blue,
    Alpha,
    Distance,
}

/// Most bits of a symbol.
pub(crate) const SYMBOL_BITS: u32 = LONGEST as u32;

impl Group {
    /// Reads five codes and builds their tables.
    pub(crate) fn read(bits: &mut Bits<'_>, cached: usize) -> Result<Group, Error> {
        let mut lengths = [0; MOST_SYMBOLS + 3 * 256 + 40];
        let mut parts = [(0, Counts::default()); 5];
        let (mut used, mut entries) = (0, 0);
        for (part, symbols) in parts.iter_mut().zip(alphabets(cached)) {
            let counts = read_lengths(bits, &mut lengths[used..used + symbols])?;
            *part = (symbols, counts);
            used += symbols;
            entries += counts.entries();
        }
        let mut group = Group {
            table: reserved(entries)?,
            codes: [Code::default(); 5],
            plain: None,
        };
        let mut rest = &lengths[..used];
        for (code, (symbols, counts)) in group.codes.iter_mut().zip(parts) {
            let (own, others) = rest.split_at(symbols);
            rest = others;
            let start = group.table.len();
            *code = Code {
                start: start as u16,
                mask: (1 << counts.root_bits()) - 1,
            };
            group.table.resize(start + counts.entries(), 0);
            fill(&mut group.table[start..], own, &counts)?;
        }
        group.plain = group.plain();
        Ok(group)
    }

    /// Skips the next group and returns the bytes that it would take.
    pub(crate) fn skip(bits: &mut Bits<'_>, cached: usize) -> Result<u64, Error> {
        let mut lengths = [0; MOST_SYMBOLS];
        let mut entries = 0;
        for symbols in alphabets(cached) {
            entries += read_lengths(bits, &mut lengths[..symbols])?.entries();
        }
        Ok((size_of::<Group>() + entries * size_of::<u16>()) as u64)
    }

    /// Decodes the next symbol of a code; all of its bits have to be ready.
    #[inline(always)]
    pub(crate) fn symbol(&self, channel: Channel, bits: &mut Bits<'_>) -> u32 {
        let Code { start, mask } = self.codes[channel as usize];
        let place = usize::from(start) + (bits.next() as u16 & mask) as usize;
        let mut entry = self.table.get(place).copied().unwrap_or(0);
        let beyond = usize::from(entry & 15);
        if beyond > ROOT_BITS {
            bits.skip(ROOT_BITS as u32);
            let more = bits.next() as usize & ((1 << (beyond - ROOT_BITS)) - 1);
            let place = usize::from(start) + usize::from(entry >> 4) + more;
            entry = self.table.get(place).copied().unwrap_or(0);
        }
        bits.skip(u32::from(entry & 15));
        u32::from(entry >> 4)
    }

    fn plain(&self) -> Option<u32> {
        let only = |channel| {
            let Code { start, mask } = self.codes[channel as usize];
            let entry = self.table.get(usize::from(start)).copied();
            entry
                .filter(|_| mask == 0)
                .map(|entry| u32::from(entry >> 4))
        };
        let (red, blue) = (only(Channel::Red)?, only(Channel::Blue)?);
        Some(only(Channel::Alpha)? << 24 | red << 16 | blue)
    }
}

fn alphabets(cached: usize) -> [usize; 5] {
    let mut alphabets = ALPHABETS;
    alphabets[0] += cached;
    alphabets
}

/// Number of symbols of each code length. A single symbol has a length here, but takes no bits.
#[derive(Clone, Copy, Default)]
struct Counts([u16; LONGEST + 1]);

impl Counts {
    /// # Errors
    /// [`DAMAGED`] if the code is not complete.
    fn of(lengths: &[u8]) -> Result<Counts, Error> {
        let mut counts = Counts::default();
        for &length in lengths.iter().filter(|&&length| length > 0) {
            counts.0[usize::from(length)] += 1;
        }
        let filled = counts
            .0
            .iter()
            .enumerate()
            .map(|(length, &symbols)| u32::from(symbols) << (LONGEST - length));
        let filled: u32 = filled.sum();
        if !counts.is_single() && filled != 1 << LONGEST {
            return Err(DAMAGED);
        }
        Ok(counts)
    }

    fn is_single(&self) -> bool {
        self.0.iter().sum::<u16>() == 1
    }

    fn root_bits(&self) -> usize {
        if self.is_single() {
            return 0;
        }
        let longest = self.0.iter().rposition(|&symbols| symbols > 0);
        longest.unwrap_or(0).min(ROOT_BITS)
    }

    /// Returns the number of entries in the code's table. Second parts are few, because codes that
    /// begin with the same eight bits have similar lengths: 2,704 entries are the most of all codes
    /// of 2,328 symbols.
    fn entries(&self) -> usize {
        let second = self.second_parts();
        let second = second
            .iter()
            .map(|&bits| (1 << bits) - usize::from(bits == 0));
        (1 << self.root_bits()) + second.sum::<usize>()
    }

    /// Returns, for each first eight bits, how many further bits index the second part: those of
    /// the longest code, which comes last.
    fn second_parts(&self) -> [u8; 1 << ROOT_BITS] {
        let mut parts = [0; 1 << ROOT_BITS];
        if self.is_single() {
            return parts;
        }
        let mut code = 0;
        for (length, &symbols) in self.0.iter().enumerate().skip(1) {
            code <<= 1;
            if length > ROOT_BITS {
                let more = length - ROOT_BITS;
                for at in code..code + usize::from(symbols) {
                    if let Some(part) = parts.get_mut(at >> more) {
                        *part = more as u8;
                    }
                }
            }
            code += usize::from(symbols);
        }
        parts
    }
}

/// Fills the table of a code whose symbols have these lengths.
fn fill(table: &mut [u16], lengths: &[u8], counts: &Counts) -> Result<(), Error> {
    if counts.is_single() {
        let symbol = lengths.iter().position(|&length| length > 0);
        table[0] = (symbol.unwrap_or(0) as u16) << 4;
        return Ok(());
    }
    let root_bits = counts.root_bits();
    // Start of the second part for each first eight bits. The parts are in the order of the code's
    // bits, which are reversed in the stream.
    let mut seconds = [0u16; 1 << ROOT_BITS];
    let mut end = 1 << root_bits;
    let parts = counts.second_parts();
    for (first, &more) in parts.iter().enumerate().filter(|(_, more)| **more > 0) {
        seconds[first] = end as u16;
        let root = turned(first, ROOT_BITS);
        if end >= 1 << 12 {
            return Err(DAMAGED); // see `Counts::entries`
        }
        table[root] = (end as u16) << 4 | (ROOT_BITS as u16 + u16::from(more));
        end += 1 << more;
    }
    // First code of each length.
    let mut next = [0usize; LONGEST + 1];
    for length in 1..LONGEST {
        next[length + 1] = (next[length] + usize::from(counts.0[length])) << 1;
    }
    for (symbol, &length) in lengths
        .iter()
        .enumerate()
        .filter(|(_, length)| **length > 0)
    {
        let length = usize::from(length);
        let code = next[length];
        next[length] += 1;
        let symbol = (symbol as u16) << 4;
        if length <= ROOT_BITS {
            let root = &mut table[..1 << root_bits];
            for entry in root
                .iter_mut()
                .skip(turned(code, length))
                .step_by(1 << length)
            {
                *entry = symbol | length as u16;
            }
        } else {
            let more = length - ROOT_BITS;
            let first = code >> more;
            let (start, size) = (usize::from(seconds[first]), 1 << parts[first]);
            let rest = turned(code & ((1 << more) - 1), more);
            let part = &mut table[start..start + size];
            for entry in part.iter_mut().skip(rest).step_by(1 << more) {
                *entry = symbol | more as u16;
            }
        }
    }
    Ok(())
}

/// Reverses the order of `count` bits.
fn turned(bits: usize, count: usize) -> usize {
    usize::from((bits as u16).reverse_bits() >> (16 - count))
}

/// Reads the code lengths of an alphabet (section 6.2).
fn read_lengths(bits: &mut Bits<'_>, lengths: &mut [u8]) -> Result<Counts, Error> {
    lengths.fill(0);
    if bits.flag() {
        let two = bits.flag();
        let first = if bits.flag() { 8 } else { 1 };
        let mut symbol = |count| {
            let symbol = bits.take(count) as usize;
            lengths.get_mut(symbol).map(|length| *length = 1)
        };
        symbol(first).ok_or(DAMAGED)?;
        if two {
            symbol(8).ok_or(DAMAGED)?;
        }
        return Counts::of(lengths);
    }
    let mut of_lengths = [0; ORDER.len()];
    let count = 4 + bits.take(4) as usize;
    for &place in ORDER.iter().take(count) {
        of_lengths[place] = bits.take(3) as u8;
    }
    let counts = Counts::of(&of_lengths)?;
    let mut table = [0; 1 << 7];
    fill(&mut table[..counts.entries()], &of_lengths, &counts)?;
    let mask = (1 << counts.root_bits()) - 1;

    let mut left = lengths.len();
    if bits.flag() {
        let count = 2 + 2 * bits.take(3);
        left = 2 + bits.take(count) as usize;
        if left > lengths.len() {
            return Err(DAMAGED);
        }
    }
    let (mut at, mut last) = (0, 8);
    while at < lengths.len() && left > 0 {
        left -= 1;
        bits.want(SYMBOL_BITS);
        let entry = table[bits.next() as usize & mask];
        bits.skip(u32::from(entry & 15));
        let (length, count) = match (entry >> 4) as u8 {
            16 => (last, 3 + bits.take(2)),
            17 => (0, 3 + bits.take(3)),
            18 => (0, 11 + bits.take(7)),
            length => (length, 1),
        };
        if length > 0 {
            last = length;
        }
        let end = at + count as usize;
        lengths.get_mut(at..end).ok_or(DAMAGED)?.fill(length);
        at = end;
    }
    bits.check()?;
    Counts::of(lengths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use letterbox_testkit::Noise;

    #[test]
    fn codes_fill_what_their_lengths_make_room_for() {
        for good in [
            &[0, 1, 1][..],
            &[2, 2, 1],
            &[0, 0, 5],
            &[3, 3, 3, 3, 3, 3, 3, 3],
        ] {
            assert!(Counts::of(good).is_ok(), "{good:?}");
        }
        for bad in [
            &[0, 0][..],
            &[1, 2],
            &[1, 1, 1],
            &[1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15],
        ] {
            assert!(Counts::of(bad).is_err(), "{bad:?}");
        }
    }

    /// Checks that every code of a table is the canonical one, bit by bit, and that a table never
    /// gets too long for its entries.
    #[test]
    fn tables_tell_canonical_codes_of_every_length() {
        let mut noise = Noise(1);
        let mut longest = 0;
        for round in 0..400 {
            let symbols = [2, 19, 40, 256, 280, MOST_SYMBOLS][round % 6];
            // A tree whose leaves are split until there are enough: either any leaf, or the deepest
            // one that may be split.
            let mut leaves = vec![1, 1];
            for _ in 0..noise.below(symbols - 1) {
                let may = |at: &usize| leaves[*at] < 15;
                let deepest = (0..leaves.len()).filter(may).max_by_key(|at| leaves[*at]);
                let any = Some(noise.below(leaves.len())).filter(may);
                let Some(at) = (if round % 3 == 0 { deepest } else { any }) else {
                    continue;
                };
                leaves[at] += 1;
                leaves.push(leaves[at]);
            }
            let mut lengths = vec![0u8; symbols];
            for length in leaves {
                let mut at = noise.below(symbols);
                while lengths[at] > 0 {
                    at = (at + 1) % symbols;
                }
                lengths[at] = length;
            }
            let counts = Counts::of(&lengths).expect("a full tree");
            longest = longest.max(counts.entries());
            let mut group = Group {
                table: vec![0; counts.entries()],
                codes: [Code {
                    start: 0,
                    mask: (1 << counts.root_bits()) - 1,
                }; 5],
                plain: None,
            };
            fill(&mut group.table, &lengths, &counts).expect("not too long");
            let mut order: Vec<usize> = (0..symbols).filter(|at| lengths[*at] > 0).collect();
            order.sort_by_key(|at| lengths[*at]);
            let (mut code, mut before) = (0u32, 0);
            for symbol in order {
                let length = u32::from(lengths[symbol]);
                code <<= length - before;
                before = length;
                let stream = (code.reverse_bits() >> (32 - length)) | u32::MAX << length;
                let stream = stream.to_le_bytes();
                let mut bits = Bits::new(&stream);
                bits.want(SYMBOL_BITS);
                assert_eq!(group.symbol(Channel::Green, &mut bits), symbol as u32);
                assert_eq!(bits.take(32 - length).leading_zeros(), length);
                code += 1;
            }
        }
        assert!((512..=2704).contains(&longest), "{longest}");
    }
}

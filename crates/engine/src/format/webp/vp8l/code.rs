//! Prefix codes: the best ones for the symbols of a picture, within the format's longest length,
//! and their coding in the stream (RFC 9649, 6.2).

use crate::error::Error;
use crate::format::webp::vp8l::bits::Writer;

/// Symbols of the green code: 256 values, and 24 lengths of copies.
pub(crate) const SYMBOLS: usize = 256 + 24;
/// Length of the longest code, in bits.
const LONGEST: u32 = 15;
/// Length of the longest code for code lengths, which are coded themselves.
const LONGEST_OF_LENGTHS: u32 = 7;

/// Bits that stand for a symbol in the file.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) bits: u16,
    pub(crate) length: u16,
}

/// A prefix code: for each symbol its length, and its bits in the order of the file.
pub(crate) struct Code {
    lengths: [u8; SYMBOLS],
    bits: [u16; SYMBOLS],
    /// Number of symbols, used or not.
    symbols: usize,
}

impl Code {
    /// Returns the best code for these counts whose excess over `flat` bits a symbol is at most
    /// `most_beyond` bits in all.
    pub(crate) fn new(counts: &[u32], flat: u32, most_beyond: u64) -> Code {
        Code::within(counts, |lengths| {
            let beyond = counts.iter().zip(lengths).map(|(&count, &length)| {
                u64::from(count) * u64::from(u32::from(length).saturating_sub(flat))
            });
            lengths.iter().all(|&length| u32::from(length) <= LONGEST)
                && beyond.sum::<u64>() <= most_beyond
        })
    }

    /// Returns the best code that `good` accepts. Counts below a minimum are raised to that
    /// minimum, which doubles until the code is accepted. In the end all counts are equal.
    fn within(counts: &[u32], good: impl Fn(&[u8]) -> bool) -> Code {
        let mut code = Code {
            lengths: [0; SYMBOLS],
            bits: [0; SYMBOLS],
            symbols: counts.len(),
        };
        for least in (0..32).map(|power| 1 << power) {
            depths(counts, least, &mut code.lengths);
            if good(&code.lengths[..counts.len()]) {
                break;
            }
        }
        let mut next = 0u16;
        for length in 1..=LONGEST as u8 {
            next <<= 1;
            for (bits, _) in code
                .bits
                .iter_mut()
                .zip(&code.lengths)
                .filter(|(_, l)| **l == length)
            {
                *bits = next.reverse_bits() >> (16 - length);
                next += 1;
            }
        }
        code
    }

    /// Returns the bits of each symbol. A code of one symbol takes no bits.
    pub(crate) fn table(&self) -> [Entry; SYMBOLS] {
        let alone = self.lengths.iter().filter(|&&length| length > 0).count() == 1;
        core::array::from_fn(|at| Entry {
            bits: self.bits[at],
            length: if alone { 0 } else { self.lengths[at].into() },
        })
    }

    /// Writes the length of each symbol.
    pub(crate) fn write(&self, out: &mut Writer<'_>) -> Result<(), Error> {
        let lengths = &self.lengths[..self.symbols];
        let mut used = (0u64..).zip(lengths).filter(|(_, length)| **length > 0);
        match (used.next(), used.next(), used.next()) {
            // One or two symbols of a byte are written as they are.
            (Some((first, _)), second, None) if second.is_none_or(|(symbol, _)| symbol < 256) => {
                out.put(1, 1)?;
                out.put(second.is_some().into(), 1)?;
                let wide = u32::from(first > 1);
                out.put(wide.into(), 1)?;
                out.put(first, 1 + 7 * wide)?;
                second.map_or(Ok(()), |(symbol, _)| out.put(symbol, 8))
            }
            (None, ..) => out.put(1, 4), // symbol 0, which is not used either
            _ => write_lengths(lengths, out),
        }
    }
}

/// Order in which the lengths of the codes for code lengths are written.
const ORDER: [usize; 19] = [
    17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
];

fn write_lengths(lengths: &[u8], out: &mut Writer<'_>) -> Result<(), Error> {
    let mut counts = [0; 19];
    each_length(lengths, |symbol, _, _| {
        counts[symbol] += 1;
        Ok(())
    })?;
    let code = Code::within(&counts, |lengths| {
        lengths
            .iter()
            .all(|&length| u32::from(length) <= LONGEST_OF_LENGTHS)
    });
    let last = ORDER.iter().rposition(|&symbol| counts[symbol] > 0);
    let written = (last.unwrap_or(0) + 1).max(4);
    out.put(0, 1)?;
    out.put(written as u64 - 4, 4)?;
    for &symbol in &ORDER[..written] {
        out.put(code.lengths[symbol].into(), 3)?;
    }
    out.put(0, 1)?; // lengths of all symbols follow
    let table = code.table();
    each_length(lengths, |symbol, extra, count| {
        out.put(table[symbol].bits.into(), table[symbol].length.into())?;
        out.put(extra, count)
    })
}

/// Hands on lengths as symbols with extra bits: each length itself, or repeated.
fn each_length(
    lengths: &[u8],
    mut take: impl FnMut(usize, u64, u32) -> Result<(), Error>,
) -> Result<(), Error> {
    for same in lengths.chunk_by(|a, b| a == b) {
        let (length, mut left) = (usize::from(same[0]), same.len());
        if length > 0 {
            take(length, 0, 0)?;
            left -= 1;
        }
        while left > 0 {
            let (symbol, least, most, bits) = match (length, left) {
                (0, 11..) => (18, 11, 138, 7),
                (0, 3..) => (17, 3, 10, 3),
                (1.., 3..) => (16, 3, 6, 2),
                _ => (length, 1, 1, 0),
            };
            let many = left.min(most);
            take(symbol, (many - least) as u64, bits)?;
            left -= many;
        }
    }
    Ok(())
}

/// Computes the depth of each used symbol in the Huffman tree. Counts below `least` are raised to
/// `least`.
fn depths(counts: &[u32], least: u32, depths: &mut [u8; SYMBOLS]) {
    depths.fill(0);
    let mut leaves = [(0u32, 0usize); SYMBOLS];
    let mut many = 0;
    for (symbol, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        leaves[many] = (count.max(least), symbol);
        many += 1;
    }
    let leaves = &mut leaves[..many];
    if let [(_, only)] = leaves {
        depths[*only] = 1; // which no bit of the file says
        return;
    }
    leaves.sort_unstable();
    // Nodes above the leaves come in the order of their weights.
    let mut weights = [0u64; SYMBOLS];
    let mut parents = [0usize; 2 * SYMBOLS];
    let (mut leaf, mut node) = (0, 0);
    for new in 0..many.saturating_sub(1) {
        for _ in 0..2 {
            let rarest = leaves.get(leaf).map(|(count, _)| u64::from(*count));
            let child = match rarest {
                Some(count) if node == new || count <= weights[node] => {
                    weights[new] += count;
                    leaf += 1;
                    leaf - 1
                }
                _ => {
                    weights[new] += weights[node];
                    node += 1;
                    SYMBOLS + node - 1
                }
            };
            parents[child] = SYMBOLS + new;
        }
    }
    let mut levels = [0u8; 2 * SYMBOLS];
    for node in (0..many.saturating_sub(2)).rev() {
        levels[SYMBOLS + node] = levels[parents[SYMBOLS + node]] + 1;
    }
    for (leaf, (_, symbol)) in leaves.iter().enumerate() {
        depths[*symbol] = levels[parents[leaf]] + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(counts: &[u32]) -> Code {
        Code::new(counts, 8, u64::MAX)
    }

    #[test]
    fn codes_are_complete_and_rare_symbols_have_long_ones() {
        let counts: Vec<u32> = (0..256).map(|symbol| symbol * symbol % 31).collect();
        let code = code(&counts);
        let mut kraft = 0;
        for (&count, &length) in counts.iter().zip(&code.lengths) {
            assert_eq!(count == 0, length == 0);
            kraft += if length > 0 { 1 << (15 - length) } else { 0 };
        }
        assert_eq!(kraft, 1 << 15);
        let longer = |a: usize, b: usize| {
            counts[a] < counts[b] && counts[a] > 0 && code.lengths[a] < code.lengths[b]
        };
        assert!(!(0..256).any(|a| (0..256).any(|b| longer(a, b))));
    }

    #[test]
    fn no_code_is_longer_than_the_format_allows() {
        let mut counts = [1u32; 40];
        for at in 2..40 {
            counts[at] = counts[at - 1] + counts[at - 2];
        }
        let code = code(&counts);
        assert_eq!(code.lengths.iter().max(), Some(&15));
    }

    #[test]
    fn what_is_beyond_equal_lengths_is_bounded() {
        let mut counts = [1000u32; 256];
        counts[0] = 1 << 20;
        let beyond = |most: u64| {
            let code = Code::new(&counts, 8, most);
            let each = counts.iter().zip(&code.lengths);
            each.map(|(&count, &length)| u64::from(count) * u64::from(length.saturating_sub(8)))
                .sum::<u64>()
        };
        assert!(beyond(u64::MAX) > 200_000);
        assert_eq!(beyond(100), 0);
    }
}

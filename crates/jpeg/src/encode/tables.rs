//! Optimal Huffman codes for the tokens of a scan: the procedure of T.81, annex K.2, which gives
//! codes of at most 16 bits, none of them all ones.

/// Code book in the form of a DHT segment.
pub(super) struct Book {
    /// Number of codes of each length, from 1 on.
    pub(super) lengths: [u8; 16],
    /// Symbols ordered by the length of their code, then by value.
    pub(super) symbols: [u8; 256],
    /// Number of symbols.
    pub(super) count: usize,
}

/// Longest code before lengths are limited: a longer one would need counts whose sum is a Fibonacci
/// number beyond 64 bits.
const LONGEST: usize = 96;
/// Leaves of the tree: all symbols, and a reserved one that no file contains and that gets the code
/// of all ones.
const LEAVES: usize = 257;

impl Book {
    /// Builds the optimal code book for the counts of the 256 symbols.
    pub(super) fn new(counts: &[u32]) -> Book {
        let depths = depths(counts);
        let mut lengths = [0usize; LONGEST + 1];
        for &depth in depths.iter().filter(|&&depth| depth > 0) {
            lengths[usize::from(depth)] += 1;
        }
        limit(&mut lengths);
        let mut book = Book {
            lengths: core::array::from_fn(|at| lengths[at + 1] as u8),
            symbols: [0; 256],
            count: 0,
        };
        // Limiting does not change the order of symbols by length.
        for depth in 1..=LONGEST {
            for (symbol, &own) in depths[..256].iter().enumerate() {
                if usize::from(own) == depth {
                    book.symbols[book.count] = symbol as u8;
                    book.count += 1;
                }
            }
        }
        book
    }

    /// Returns each symbol with its code and the code's length (C.2).
    pub(super) fn codes(&self) -> impl Iterator<Item = (u8, u32, u32)> {
        let lengths = (1..).zip(self.lengths);
        let each = lengths.flat_map(|(length, count)| (0..count).map(move |_| length));
        let mut next = (0u32, 1u32);
        self.symbols[..self.count]
            .iter()
            .zip(each)
            .map(move |(&symbol, length)| {
                let code = next.0 << (length - next.1);
                next = (code + 1, length);
                (symbol, code, length)
            })
    }
}

/// Returns the depth of each leaf in the tree that is built by joining the two rarest nodes again
/// and again (figure K.1). Of nodes with equal counts the one with the highest number comes first,
/// and a joined node has the number of its rarer half: ties are settled as in the reference
/// implementation, so that the tables are the same.
fn depths(counts: &[u32]) -> [u8; LEAVES] {
    // Nodes to join, the rarest last, as (count, reversed number, node).
    let mut open = [(0u64, 0usize, 0usize); LEAVES];
    let mut many = 1;
    open[0] = (1, LEAVES - 256, 256);
    for (symbol, &count) in counts
        .iter()
        .enumerate()
        .take(256)
        .filter(|(_, count)| **count > 0)
    {
        open[many] = (count.into(), LEAVES - symbol, symbol);
        many += 1;
    }
    open[..many].sort_unstable_by(|a, b| b.cmp(a));
    let mut parents = [0usize; 2 * LEAVES];
    let mut nodes = LEAVES;
    while many > 1 {
        let (rare, other) = (open[many - 1], open[many - 2]);
        (parents[rare.2], parents[other.2]) = (nodes, nodes);
        let joined = (rare.0 + other.0, rare.1, nodes);
        nodes += 1;
        many -= 2;
        let place = open[..many].partition_point(|node| *node > joined);
        open.copy_within(place..many, place + 1);
        open[place] = joined;
        many += 1;
    }
    // A parent has a higher index than its children.
    let mut depths = [0; 2 * LEAVES];
    for node in (0..nodes - 1).rev() {
        if parents[node] > 0 {
            depths[node] = depths[parents[node]] + 1;
        }
    }
    core::array::from_fn(|leaf| depths[leaf])
}

/// Shortens codes to 16 bits (figure K.3), and drops the longest code, which is all ones.
fn limit(lengths: &mut [usize; LONGEST + 1]) {
    for length in (17..=LONGEST).rev() {
        while lengths[length] > 0 {
            // Of two siblings, one takes their parent's place and the other a place beside a
            // shorter code.
            let shorter = (1..length - 1)
                .rev()
                .find(|&at| lengths[at] > 0)
                .unwrap_or(1);
            lengths[length] -= 2;
            lengths[length - 1] += 1;
            lengths[shorter] -= 1;
            lengths[shorter + 1] += 2;
        }
    }
    if let Some(longest) = lengths.iter_mut().rev().find(|count| **count > 0) {
        *longest -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use letterbox_testkit::Noise;

    /// Returns the cost of the best code that is limited to 16 bits, the reserved symbol included,
    /// by package-merge.
    fn best_cost(counts: &[u32; 256]) -> u64 {
        let mut leaves: Vec<u64> = counts
            .iter()
            .filter(|&&c| c > 0)
            .map(|&c| c.into())
            .collect();
        leaves.push(1);
        leaves.sort_unstable();
        let mut packages = leaves.clone();
        for _ in 1..16 {
            packages = packages
                .chunks_exact(2)
                .map(|pair| pair.iter().sum())
                .collect();
            packages.extend(&leaves);
            packages.sort_unstable();
        }
        packages[..2 * leaves.len() - 2].iter().sum()
    }

    fn check(counts: &[u32; 256], slack: f64) {
        let book = Book::new(counts);
        let used = counts.iter().filter(|&&count| count > 0).count();
        assert_eq!(book.count, used);
        assert_eq!(
            book.lengths.iter().map(|&n| usize::from(n)).sum::<usize>(),
            used
        );
        let (mut kraft, mut cost) = (0, 0);
        for (symbol, code, length) in book.codes() {
            assert!(
                (1..=16).contains(&length) && code + 1 < 1 << length,
                "{code:b}"
            );
            kraft += 1 << (16 - length);
            cost += u64::from(length) * u64::from(counts[usize::from(symbol)]);
        }
        assert!(kraft < 1 << 16);
        let best = best_cost(counts) as f64;
        let cost = cost as f64; // without the reserved symbol, which occurs once
        assert!(cost <= best * slack && cost + 16.0 >= best, "{cost} {best}");
    }

    #[test]
    fn codes_are_as_short_as_they_can_be() {
        let mut noise = Noise(1);
        for symbols in [1, 2, 3, 5, 40, 162, 256] {
            for _ in 0..20 {
                let mut counts = [0; 256];
                for count in counts.iter_mut().take(symbols) {
                    *count = 1 + noise.bits(16) % 1000;
                }
                check(&counts, 1.0);
            }
        }
    }

    #[test]
    fn sixteen_bits_are_enough_for_the_most_uneven_counts() {
        let mut counts = [0; 256];
        let (mut a, mut b) = (1u32, 1u32);
        for count in counts.iter_mut().take(40) {
            *count = a;
            (a, b) = (b, a + b);
        }
        check(&counts, 1.02);
        let mut flat_behind = [1; 256];
        flat_behind[7] = u32::MAX;
        flat_behind[8] = u32::MAX;
        check(&flat_behind, 1.02);
    }

    #[test]
    fn no_symbols_make_no_codes() {
        assert_eq!(Book::new(&[0; 256]).count, 0);
        let mut counts = [0; 256];
        counts[9] = 77;
        let codes: Vec<_> = Book::new(&counts).codes().collect();
        assert_eq!(codes, [(9, 0, 1)]);
    }
}

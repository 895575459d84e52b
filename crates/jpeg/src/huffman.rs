//! Huffman tables (T.81, annex C and F.2.2.3) as look-up tables: in most cases one look-up gives a
//! code and the value behind it.
//!
//! Sequential scans have two further tables ([`Unrolled`]): one gives two coefficients in a single
//! look-up, and one skips several symbols where only their lengths matter.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell};

use crate::bits::{BitReader, extend};
use crate::error::{Error, Fault};

/// Bits of one look-up.
const LOOK: u32 = 11;
const ENTRIES: usize = 1 << LOOK;
/// Look-ups that are possible after one refill.
pub(crate) const LOOKS: u32 = 56 / SKIP_LOOK;

/// Length of a run that ends the block: longer than any run that damaged data can produce.
pub(crate) const END_OF_BLOCK: u32 = 128;

/// Huffman table as a DHT segment defines it.
pub(crate) struct Table {
    /// Indexed by the next [`LOOK`] bits: a value, its run and its length; see [`Entry`].
    look: Box<[Entry; ENTRIES]>,
    /// For codes longer than [`LOOK`]: the first code beyond each length, left-aligned in 16 bits.
    limit: [u32; 18],
    /// For each length, the number to add to a code to get its symbol's index.
    offset: [i32; 17],
    symbols: [u8; 256],
}

/// A decoded symbol. All fields are zero if the code is longer than the look-up.
#[derive(Clone, Copy, Default)]
struct Entry {
    /// The value behind the code, if the entry is complete.
    value: i16,
    /// The symbol: run in the high half, size in the low half.
    symbol: u8,
    /// Bits of the code, and of the value if the entry is complete; the top bit is [`COMPLETE`].
    length: u8,
}

const COMPLETE: u8 = 0x80;

/// A decoded AC coefficient, or a symbol without one (a zero run or the end of the block).
pub(crate) struct Coefficient {
    /// Number of zero coefficients before this one; beyond the block when the block ends.
    pub(crate) run: u32,
    pub(crate) value: i32,
    pub(crate) symbol: u8,
}

/// Definition of a table (B.2.4.2), which becomes one when a scan uses it: a table takes dozens of
/// times the bytes.
pub(crate) struct Definition {
    counts: [u8; 16],
    symbols: Vec<u8>,
    table: OnceCell<Arc<Table>>,
}

impl Definition {
    /// Reads a definition: the numbers of codes by length, and as many symbols.
    pub(crate) fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Definition, Error> {
        if symbols.len() > 256 {
            return Err(Error::Corrupt(Fault::HuffmanTable));
        }
        let mut code = 0u32;
        for (length, count) in (1..).zip(counts) {
            code += u32::from(*count);
            if code > 1 << length {
                return Err(Error::Corrupt(Fault::HuffmanTable));
            }
            code <<= 1;
        }
        Ok(Definition {
            counts: *counts,
            symbols: symbols.to_vec(),
            table: OnceCell::new(),
        })
    }

    /// Returns the table. One that has to be built is one of those that are left.
    pub(crate) fn table(&self, left: &Cell<usize>) -> Result<Arc<Table>, Error> {
        if let Some(table) = self.table.get() {
            return Ok(table.clone());
        }
        let fewer = left.get().checked_sub(1);
        left.set(fewer.ok_or(Error::Limit("more Huffman tables than allowed"))?);
        let table = Arc::new(Table::new(&self.counts, &self.symbols)?);
        Ok(self.table.get_or_init(|| table).clone())
    }
}

impl Table {
    /// Bytes of a table in an `Arc`, its two reference counts included.
    pub(crate) const BYTES: usize =
        size_of::<Table>() + size_of::<[Entry; ENTRIES]>() + 2 * size_of::<usize>();

    /// Builds a table from the counts by code length, and the symbols.
    pub(crate) fn new(counts: &[u8; 16], values: &[u8]) -> Result<Table, Error> {
        let mut symbols = [0; 256];
        symbols
            .get_mut(..values.len())
            .ok_or(Error::Corrupt(Fault::HuffmanTable))?
            .copy_from_slice(values);
        let mut table = Table {
            look: Box::new([Entry::default(); ENTRIES]),
            limit: [0; 18],
            offset: [0; 17],
            symbols,
        };
        let (mut code, mut index) = (0u32, 0usize);
        for length in 1..=16u32 {
            table.offset[length as usize] = index as i32 - code as i32;
            for _ in 0..counts[length as usize - 1] {
                if code >> length != 0 {
                    return Err(Error::Corrupt(Fault::HuffmanTable));
                }
                if length <= LOOK {
                    table.enter(code, length, symbols[index]);
                }
                code += 1;
                index += 1;
            }
            table.limit[length as usize] = code << (16 - length);
            code <<= 1;
        }
        table.limit[17] = u32::MAX;
        Ok(table)
    }

    /// Writes one code into every entry of the look-up that starts with it.
    fn enter(&mut self, code: u32, length: u32, symbol: u8) {
        let free = LOOK - length;
        for rest in 0..1u32 << free {
            let size = u32::from(symbol & 15);
            let entry = if size <= free {
                let value = extend(rest >> (free - size), size) as i16;
                Entry {
                    value,
                    symbol,
                    length: (length + size) as u8 | COMPLETE,
                }
            } else {
                Entry {
                    value: 0,
                    symbol,
                    length: length as u8,
                }
            };
            self.look[(code << free | rest) as usize] = entry;
        }
    }

    /// Reads a symbol without the value behind it.
    #[inline(always)]
    pub(crate) fn symbol(&self, bits: &mut BitReader) -> u8 {
        let entry = self.look[bits.peek(LOOK) as usize];
        if entry.length == 0 {
            let (symbol, length) = self.long_symbol(bits.peek(16));
            bits.damaged |= length > 16;
            bits.skip(length);
            return symbol;
        }
        let value_bits = if entry.length & COMPLETE != 0 {
            u32::from(entry.symbol & 15)
        } else {
            0
        };
        bits.skip(u32::from(entry.length & !COMPLETE) - value_bits);
        entry.symbol
    }

    /// Reads a DC difference; the symbol is its size (F.2.2.1).
    #[inline(always)]
    pub(crate) fn difference(&self, bits: &mut BitReader) -> i32 {
        let entry = self.look[bits.peek(LOOK) as usize];
        if entry.length & COMPLETE != 0 && entry.symbol < 16 {
            bits.skip(u32::from(entry.length & !COMPLETE));
            return entry.value.into();
        }
        let size = u32::from(self.symbol(bits)).min(16);
        bits.take_signed(size)
    }

    /// Reads the next AC coefficient (F.2.2.2).
    #[inline(always)]
    pub(crate) fn coefficient(&self, bits: &mut BitReader) -> Coefficient {
        let entry = self.look[bits.peek(LOOK) as usize];
        if entry.length & COMPLETE != 0 {
            bits.skip(u32::from(entry.length & !COMPLETE));
            return Coefficient {
                run: run(entry.symbol),
                value: entry.value.into(),
                symbol: entry.symbol,
            };
        }
        let symbol = self.symbol(bits);
        Coefficient {
            run: run(symbol),
            value: bits.take_signed(u32::from(symbol & 15)),
            symbol,
        }
    }

    /// Returns the number of blocks that an end-of-band symbol ends, this one included (G.1.2.2).
    #[inline(always)]
    pub(crate) fn band_run(&self, bits: &mut BitReader, symbol: u8) -> u32 {
        let size = u32::from(symbol >> 4);
        (1 << size) + bits.take(size)
    }

    /// Skips one symbol and its value, and returns how many places they take.
    #[inline(always)]
    pub(crate) fn skip_one(&self, bits: &mut BitReader) -> u32 {
        let symbol = self.symbol(bits);
        bits.skip(u32::from(symbol & 15));
        advance(symbol)
    }

    /// Decodes a symbol whose code is longer than a look-up from the next 16 bits; also returns the
    /// length of its code.
    #[cold]
    #[inline(never)]
    fn long_symbol(&self, code: u32) -> (u8, u32) {
        let mut length = LOOK + 1;
        while code >= self.limit[length as usize] {
            length += 1;
        }
        if length > 16 {
            return (0, 17); // no such code: a zero of 17 bits, as the reference implementations read damaged data
        }
        let index = (code >> (16 - length)) as i32 + self.offset[length as usize];
        (self.symbols[index as usize & 255], length)
    }
}

/// Returns the zero run before a coefficient; a size of 0 is a run of 16 zeroes or the end of the
/// block.
#[inline(always)]
fn run(symbol: u8) -> u32 {
    if symbol & 15 == 0 && symbol != 0xf0 {
        END_OF_BLOCK
    } else {
        u32::from(symbol >> 4)
    }
}

fn advance(symbol: u8) -> u32 {
    run(symbol) + 1
}

/// Look-up tables that decode several AC symbols of a sequential block at a time.
pub(crate) struct Unrolled {
    pairs: Box<[Pair; ENTRIES]>,
    skips: Box<[Skip; SKIP_ENTRIES]>,
}

/// Up to two coefficients in one look-up. All bits are zero if not even one is complete.
///
/// Layout from the low end, eight bits each: the bits taken, the places taken, the zero run of the
/// first coefficient, the place of the second relative to the same start; then the two values, 16
/// bits each. If there is only one coefficient, the second repeats the first, so that both can be
/// stored without a branch. An end of block is stored as a place behind the block.
#[derive(Clone, Copy, Default)]
pub(crate) struct Pair(u64);

impl Pair {
    fn new(bits: u32, places: u32, at: [u32; 2], values: [i16; 2]) -> Pair {
        let values = u64::from(values[0] as u16) | u64::from(values[1] as u16) << 16;
        Pair(u64::from(bits | places << 8 | at[0] << 16 | at[1] << 24) | values << 32)
    }

    pub(crate) fn bits(self) -> u32 {
        self.0 as u32 & 0xff
    }

    /// Places of both coefficients, the zeroes before them included; [`END_OF_BLOCK`] is added when
    /// the block ends there.
    pub(crate) fn places(self) -> usize {
        (self.0 >> 8) as usize & 0xff
    }

    pub(crate) fn first(self) -> (usize, i16) {
        ((self.0 >> 16) as usize & 0xff, (self.0 >> 32) as i16)
    }

    pub(crate) fn second(self) -> (usize, i16) {
        ((self.0 >> 24) as usize & 0xff, (self.0 >> 48) as i16)
    }
}

/// Symbols within one look-up of [`SKIP_LOOK`] bits, when only lengths matter. Layout from the low
/// end, eight bits each: the bits of all whole symbols with their values, 0 if not even one fits;
/// the places they take, with [`END_OF_BLOCK`] added when the block ends; the places without the
/// last symbol, because a full block ends without an end-of-block code.
#[derive(Clone, Copy, Default)]
struct Skip(u32);

/// Bits of a look-up that skips.
const SKIP_LOOK: u32 = 13;
const SKIP_ENTRIES: usize = 1 << SKIP_LOOK;

impl Unrolled {
    /// Bytes of the tables in an `Arc`, its two reference counts included.
    pub(crate) const BYTES: usize = size_of::<Unrolled>()
        + size_of::<[Pair; ENTRIES]>()
        + size_of::<[Skip; SKIP_ENTRIES]>()
        + 2 * size_of::<usize>();

    pub(crate) fn new(table: &Table) -> Unrolled {
        let mut unrolled = Unrolled {
            pairs: Box::new([Pair::default(); ENTRIES]),
            skips: Box::new([Skip::default(); SKIP_ENTRIES]),
        };
        for (start, pair) in unrolled.pairs.iter_mut().enumerate() {
            *pair = table.pair(start);
        }
        for (start, skip) in unrolled.skips.iter_mut().enumerate() {
            *skip = table.skip(start);
        }
        unrolled
    }

    /// Looks up the next coefficients without consuming their bits.
    #[inline(always)]
    pub(crate) fn pair(&self, bits: &BitReader) -> Pair {
        self.pairs[bits.peek(LOOK) as usize]
    }

    /// Skips symbols of a block that has `left` places left. Returns how many places they take, or
    /// 0 where the table cannot tell.
    #[inline(always)]
    pub(crate) fn skip(&self, bits: &mut BitReader, left: u32) -> u32 {
        let Skip(skip) = self.skips[bits.peek(SKIP_LOOK) as usize];
        if skip >> 16 >= left {
            return 0;
        }
        bits.skip(skip & 0xff);
        skip >> 8 & 0xff
    }
}

impl Table {
    /// Builds the [`Pair`] of the coefficients that are complete within the [`LOOK`] bits of
    /// `start`.
    fn pair(&self, start: usize) -> Pair {
        let Some((first, bits)) = self.complete(start, 0) else {
            return Pair::default();
        };
        let at = run(first.symbol);
        if first.symbol & 15 == 0 {
            // No coefficient, but an end or sixteen zeroes: a value of nothing, behind the block.
            return Pair::new(
                bits,
                advance(first.symbol) - at / END_OF_BLOCK,
                [END_OF_BLOCK; 2],
                [0; 2],
            );
        }
        let alone = Pair::new(bits, at + 1, [at; 2], [first.value; 2]);
        match self.complete(start, bits) {
            None => alone,
            Some((second, bits)) if second.symbol & 15 == 0 => {
                let places = advance(second.symbol) - run(second.symbol) / END_OF_BLOCK;
                Pair::new(bits, at + 1 + places, [at; 2], [first.value; 2])
            }
            Some((second, bits)) => {
                let next = at + 1 + run(second.symbol);
                Pair::new(bits, next + 1, [at, next], [first.value, second.value])
            }
        }
    }

    /// Builds the [`Skip`] of the whole symbols within the [`SKIP_LOOK`] bits of `start`.
    fn skip(&self, start: usize) -> Skip {
        let (mut bits, mut places, mut before_last) = (0, 0, 0);
        while places < END_OF_BLOCK {
            let ahead = (start << bits) & (SKIP_ENTRIES - 1);
            let entry = self.look[ahead >> (SKIP_LOOK - LOOK)];
            let length = u32::from(entry.length & !COMPLETE)
                + if entry.length & COMPLETE == 0 {
                    u32::from(entry.symbol & 15)
                } else {
                    0
                };
            if entry.length == 0 || bits + length > SKIP_LOOK {
                break;
            }
            bits += length;
            before_last = places;
            places += advance(entry.symbol);
        }
        Skip(bits | places << 8 | before_last << 16)
    }

    /// Returns the symbol that starts behind the first `taken` of the [`LOOK`] bits of `start`, and
    /// where the symbol ends, if it is complete in them.
    fn complete(&self, start: usize, taken: u32) -> Option<(Entry, u32)> {
        let entry = self.look[(start << taken) & (ENTRIES - 1)];
        let end = taken + u32::from(entry.length & !COMPLETE);
        (entry.length & COMPLETE != 0 && end <= LOOK).then_some((entry, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use letterbox_testkit::Noise;

    /// Start of table K.5 of T.81: AC luminance.
    fn table() -> Table {
        let counts = [0, 2, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        Table::new(&counts, &[0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0xf9]).expect("a good table")
    }

    fn bytes(bits: &str) -> Vec<u8> {
        let bits: Vec<u8> = bits
            .bytes()
            .filter(|b| *b != b' ')
            .map(|b| b - b'0')
            .collect();
        bits.chunks(8)
            .map(|chunk| {
                chunk
                    .iter()
                    .enumerate()
                    .fold(0, |byte, (at, bit)| byte | bit << (7 - at))
            })
            .collect()
    }

    #[test]
    fn a_code_and_its_value_come_in_one_look_up_or_in_several() {
        // By the canonical order 00 is 0/1, 01 is 0/2, 100 is 0/3 and 1010 the end of the block.
        let data = bytes("00 1  01 01  100 110  1010  1100 1 ");
        let table = table();
        let mut bits = BitReader::at(0);
        bits.refill(&data);
        let got: Vec<_> = (0..5)
            .map(|_| table.coefficient(&mut bits))
            .map(|c| (c.run, c.value))
            .collect();
        assert_eq!(got[..3], [(0, 1), (0, -2), (0, 6)]);
        assert_eq!(got[3].0, END_OF_BLOCK);
        let data = bytes("1101000000000000 1");
        let mut bits = BitReader::at(0);
        bits.refill(&data);
        assert_eq!(
            table.symbol(&mut bits),
            0xf9,
            "a code longer than a look-up"
        );
        assert!(
            Table::new(&[3; 16], &[0; 48]).is_err(),
            "three codes of one bit"
        );
    }

    #[test]
    fn skipping_advances_as_far_as_decoding() {
        let table = table();
        let unrolled = Unrolled::new(&table);
        let mut noise = Noise(1);
        for _ in 0..2000 {
            let data: Vec<u8> = (0..16).map(|_| noise.byte() & 0x7f).collect();
            let (mut one, mut many) = (BitReader::at(0), BitReader::at(0));
            one.refill(&data);
            many.refill(&data);
            let advanced = unrolled.skip(&mut many, 63);
            let mut by_one = 0;
            while by_one < advanced {
                by_one += table.coefficient(&mut one).run + 1;
            }
            assert_eq!(by_one, advanced);
            assert_eq!(one.peek(16), many.peek(16));
        }
    }
}

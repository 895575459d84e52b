//! What the codes of a lossless WebP cost (RFC 9649, sections 3 and 5): the decoder makes a table for each, and a file may claim 65,536 groups
//! of five. It makes them without asking whether there is room, and relies on codes that fit together; so both are found out here, by
//! reading the stream as far as its last code. Pixels are not made: of the small images in front of the codes only the largest
//! number of a group is of interest.

use super::cursor::Stop;
use crate::image::frame::Size;

/// Bytes that the decoder allocates for the codes of a stream, at its peak; once they are more than `most`, no more is read.
///
/// The stream of a picture is `headed`: it has the size as well. That of alpha has not.
///
/// # Errors
/// [`Stop::Corrupt`] for what no decoder can go on with, [`Stop::NeedMore`] where the stream breaks off.
pub(super) fn codes_bytes(stream: &[u8], size: Size, headed: bool, most: u64) -> Result<u64, Stop> {
    let bits = Bits {
        rest: stream,
        held: 0,
        count: 0,
    };
    let mut walk = Walk {
        bits,
        bytes: 0,
        most,
    };
    if headed && walk.header()? != size {
        return Err(Stop::Corrupt("the WebP's sizes contradict each other"));
    }
    let width = walk.transforms(size)?;
    walk.image(width, size.height, true)?;
    Ok(walk.bytes)
}

/// What the decoder holds of a code whatever it is, of which there are three while a list of them grows; of a node of its tree; and of any
/// allocation.
const CODE_BYTES: u64 = 3 * 7 * size_of::<usize>() as u64;
const NODE_BYTES: u64 = 2 * size_of::<usize>() as u64;
const ALLOCATION_BYTES: u64 = 16;

/// The symbols of a code are looked up by so many bits; longer ones are in a tree behind the table.
const TABLE_BITS: usize = 10;
const LONGEST: usize = 15;

/// Green with lengths, red, blue, alpha, distances (section 5.2); a cache of colours adds to the first.
const ALPHABETS: [usize; 5] = [256 + 24, 256, 256, 256, 40];

const DAMAGED: Stop = Stop::Corrupt("the WebP is damaged or breaks off");

/// A stream on its way.
struct Walk<'a> {
    bits: Bits<'a>,
    bytes: u64,
    most: u64,
}

impl Walk<'_> {
    /// Section 3.4.
    fn header(&mut self) -> Result<Size, Stop> {
        if self.bits.take(8)? != 0x2f {
            return Err(DAMAGED);
        }
        let (width, height) = (self.bits.take(14)? + 1, self.bits.take(14)? + 1);
        self.bits.take(4)?;
        Ok(Size { width, height })
    }

    /// Section 4. Returns the width that is coded: pixels of few colours are packed.
    fn transforms(&mut self, size: Size) -> Result<u32, Stop> {
        let (mut width, mut seen) = (size.width, [false; 4]);
        while self.bits.take(1)? == 1 {
            let kind = self.bits.take(2)? as usize;
            if std::mem::replace(&mut seen[kind], true) {
                return Err(DAMAGED);
            }
            match kind {
                0 | 1 => {
                    let bits = self.bits.take(3)? + 2;
                    self.image(blocks(width, bits), blocks(size.height, bits), false)?;
                }
                3 => {
                    let colours = self.bits.take(8)? + 1;
                    self.image(colours, 1, false)?;
                    let packed = match colours {
                        1..=2 => 3,
                        3..=4 => 2,
                        5..=16 => 1,
                        _ => 0,
                    };
                    width = blocks(width, packed);
                }
                _ => {} // subtracting green takes nothing
            }
        }
        Ok(width)
    }

    /// Section 5.2: the codes of an image, and of all but the `main` one its pixels. Returns the largest number that a pixel's red and
    /// green make: what is copied, or looked up in the cache, is one that was there before.
    fn image(&mut self, width: u32, height: u32, main: bool) -> Result<u32, Stop> {
        let cached = match self.bits.take(1)? {
            0 => 0,
            _ => match self.bits.take(4)? {
                bits @ 1..=11 => 1 << bits,
                _ => return Err(DAMAGED),
            },
        };
        if !main {
            let codes = self.group(cached)?;
            return self.pixels(width * height, &codes);
        }
        let mut groups = 1;
        if self.bits.take(1)? == 1 {
            let bits = self.bits.take(3)? + 2;
            groups = self.image(blocks(width, bits), blocks(height, bits), false)? + 1;
        }
        for _ in 0..groups {
            if self.bytes > self.most {
                break;
            }
            self.group(cached)?;
        }
        Ok(0)
    }

    fn group(&mut self, cached: usize) -> Result<[Code; 5], Stop> {
        let mut codes = [const { Code::EMPTY }; 5];
        for (code, alphabet) in codes.iter_mut().zip(ALPHABETS) {
            let more = if alphabet == ALPHABETS[0] { cached } else { 0 };
            *code = self.code(alphabet + more)?;
            self.bytes += CODE_BYTES + code.bytes();
        }
        Ok(codes)
    }

    fn pixels(&mut self, mut left: u32, codes: &[Code; 5]) -> Result<u32, Stop> {
        let [green, red, blue, alpha, distance] = codes;
        let mut largest = 0;
        while left > 0 {
            let symbol = green.next(&mut self.bits)?;
            left -= match symbol {
                0..256 => {
                    largest = largest.max(red.next(&mut self.bits)? << 8 | symbol);
                    blue.next(&mut self.bits)?;
                    alpha.next(&mut self.bits)?;
                    1
                }
                256..280 => {
                    let length = self.copied(symbol - 256)?;
                    let distance = distance.next(&mut self.bits)?;
                    self.copied(distance)?;
                    if length > left {
                        return Err(DAMAGED);
                    }
                    length
                }
                _ => 1, // of the cache
            };
        }
        Ok(largest)
    }

    /// The length or distance of a prefix (section 5.2.2).
    fn copied(&mut self, prefix: u32) -> Result<u32, Stop> {
        if prefix < 4 {
            return Ok(prefix + 1);
        }
        let extra = (prefix - 2) >> 1;
        Ok(((2 + (prefix & 1)) << extra) + self.bits.take(extra)? + 1)
    }

    /// Section 6.2.
    fn code(&mut self, alphabet: usize) -> Result<Code, Stop> {
        if self.bits.take(1)? == 1 {
            let two = self.bits.take(1)? == 1;
            let bits = if self.bits.take(1)? == 1 { 8 } else { 1 };
            let mut symbols = vec![self.bits.take(bits)? as u16];
            if two {
                symbols.push(self.bits.take(8)? as u16);
            }
            if symbols
                .iter()
                .any(|&symbol| usize::from(symbol) >= alphabet)
            {
                return Err(DAMAGED);
            }
            return Ok(Code::of_simple(symbols));
        }
        let mut lengths = [0; ORDER.len()];
        for &place in &ORDER[..4 + self.bits.take(4)? as usize] {
            lengths[place] = self.bits.take(3)? as u8;
        }
        let lengths = self.lengths(&Code::of(&lengths)?, alphabet)?;
        Code::of(&lengths)
    }

    /// The lengths of a code's symbols, which are in a code themselves.
    fn lengths(&mut self, code: &Code, alphabet: usize) -> Result<Vec<u8>, Stop> {
        let mut left = alphabet;
        if self.bits.take(1)? == 1 {
            let bits = 2 + 2 * self.bits.take(3)?;
            left = 2 + self.bits.take(bits)? as usize;
            if left > alphabet {
                return Err(DAMAGED);
            }
        }
        let (mut lengths, mut last) = (Vec::with_capacity(alphabet), 8);
        while lengths.len() < alphabet && left > 0 {
            left -= 1;
            let (length, count) = match code.next(&mut self.bits)? {
                16 => (last, 3 + self.bits.take(2)?),
                17 => (0, 3 + self.bits.take(3)?),
                18 => (0, 11 + self.bits.take(7)?),
                length => (length as u8, 1),
            };
            if length > 0 {
                last = length;
            }
            lengths.resize(lengths.len() + count as usize, length);
        }
        if lengths.len() > alphabet {
            return Err(DAMAGED);
        }
        lengths.resize(alphabet, 0);
        Ok(lengths)
    }
}

/// The order in which the lengths of the code of lengths come.
const ORDER: [usize; 19] = [
    17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
];

/// A side in blocks of `1 << bits` pixels.
fn blocks(side: u32, bits: u32) -> u32 {
    side.div_ceil(1 << bits)
}

/// A prefix code.
struct Code {
    /// How many symbols there are of each length.
    counts: [u16; LONGEST + 1],
    /// The symbols in the order of their codes. A single one takes no bits.
    symbols: Vec<u16>,
}

impl Code {
    const EMPTY: Code = Code {
        counts: [0; LONGEST + 1],
        symbols: Vec::new(),
    };

    /// One symbol, or two as they stand.
    fn of_simple(symbols: Vec<u16>) -> Code {
        let mut code = Code {
            symbols,
            ..Code::EMPTY
        };
        code.counts[1] = code.symbols.len() as u16;
        code
    }

    /// From the lengths of all symbols; those without a code have none. The codes have to fill what their lengths make room for.
    fn of(lengths: &[u8]) -> Result<Code, Stop> {
        let mut code = Code::EMPTY;
        for &length in lengths.iter().filter(|&&length| length > 0) {
            code.counts[usize::from(length)] += 1;
        }
        let mut places = [0; LONGEST + 1];
        let (mut count, mut filled) = (0, 0u32);
        for (length, (place, &symbols)) in places.iter_mut().zip(&code.counts).enumerate() {
            *place = count;
            count += usize::from(symbols);
            filled += u32::from(symbols) << (LONGEST - length);
        }
        if count == 0 || (count > 1 && filled != 1 << LONGEST) {
            return Err(Stop::Corrupt("a prefix code of the WebP is damaged"));
        }
        code.symbols = vec![0; count];
        for (symbol, &length) in lengths.iter().enumerate() {
            if length > 0 {
                let place = &mut places[usize::from(length)];
                code.symbols[*place] = symbol as u16;
                *place += 1;
            }
        }
        Ok(code)
    }

    fn next(&self, bits: &mut Bits<'_>) -> Result<u32, Stop> {
        if let [only] = self.symbols[..] {
            return Ok(only.into());
        }
        // Among the codes of each length the first, and its place: canonical codes are consecutive.
        let (mut code, mut first, mut place) = (0, 0, 0);
        for count in &self.counts[1..] {
            let count = u32::from(*count);
            code |= bits.take(1)?;
            if code < first + count {
                let symbol = self.symbols.get((place + code - first) as usize);
                return symbol.copied().map(u32::from).ok_or(DAMAGED);
            }
            place += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        Err(DAMAGED)
    }

    /// What the decoder allocates for it.
    fn bytes(&self) -> u64 {
        if self.symbols.len() < 2 {
            return 0;
        }
        let longest = self
            .counts
            .iter()
            .rposition(|&count| count > 0)
            .unwrap_or(1);
        let behind: u64 = self.counts[TABLE_BITS + 1..]
            .iter()
            .copied()
            .map(u64::from)
            .sum();
        let nodes = (2 * behind).max(3); // a simple code has three that it does not need
        (4 << longest.min(TABLE_BITS)) + nodes * NODE_BYTES + 2 * ALLOCATION_BYTES
    }
}

/// Bits, the first of them lowest (section 3.2).
struct Bits<'a> {
    rest: &'a [u8],
    held: u64,
    count: u32,
}

impl Bits<'_> {
    /// The next bits, 18 at most.
    fn take(&mut self, count: u32) -> Result<u32, Stop> {
        while self.count < count {
            let (&byte, rest) = self.rest.split_first().ok_or(Stop::NeedMore)?;
            self.held |= u64::from(byte) << self.count;
            self.count += 8;
            self.rest = rest;
        }
        let bits = self.held & ((1 << count) - 1);
        self.held >>= count;
        self.count -= count;
        Ok(bits as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_fill_what_their_lengths_make_room_for() {
        for good in [
            &[0, 1, 1][..],
            &[2, 2, 1],
            &[0, 0, 5],
            &[3, 3, 3, 3, 3, 3, 3, 3],
        ] {
            assert!(Code::of(good).is_ok(), "{good:?}");
        }
        // None, too few, too many; and so many of 15 bits that a sum of 16 bits takes them for as many as there is room for.
        for bad in [
            &[0, 0][..],
            &[1, 2],
            &[1, 1, 1],
            &[1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15],
        ] {
            assert!(Code::of(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn canonical_codes_are_read_in_the_order_of_their_lengths() {
        let code = Code::of(&[2, 1, 3, 3]).expect("a full code");
        // 1 is 0, 0 is 10, 2 is 110, 3 is 111, the first bit lowest.
        let mut bits = Bits {
            rest: &[0b1101_1010, 0b1],
            held: 0,
            count: 0,
        };
        let symbols: Vec<u32> = (0..4).map_while(|_| code.next(&mut bits).ok()).collect();
        assert_eq!(symbols, [1, 0, 2, 3]);
    }
}

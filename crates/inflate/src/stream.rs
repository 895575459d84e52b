//! Stream state machine: header, blocks, and symbols.

use alloc::vec::Vec;
use core::fmt;

use crate::bits::Bits;
use crate::error::Error;
use crate::fast::{Progress, Tables, symbols};
use crate::table::{
    DISTANCE_BITS, DISTANCE_ENTRIES, Entry, Kind, SYMBOL_BITS, SYMBOL_ENTRIES, build, build_both,
    instruction, look_further,
};

/// Inflate state of one zlib stream.
pub struct Inflate {
    state: State,
    bits: Bits,
    /// Set in the last block.
    last: bool,
    /// Code lengths of a block that have been read: symbols, then distances.
    lengths: [u8; 320],
    read: usize,
    counts: Counts,
    instructions: [Entry; 1 << 7],
    symbols: Vec<Entry>,
    distances: Vec<Entry>,
    /// Set if fewer than one in sixteen of the block's codes is a copy, estimated from the lengths
    /// of the codes.
    copies_are_rare: bool,
}

/// Part of the stream that comes next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Header,
    Block,
    /// Numbers of code lengths of each alphabet.
    Counts,
    /// Code lengths of the code-length alphabet.
    Instructions,
    /// Code lengths of literals and distances.
    Lengths,
    Symbols,
    /// Rest of a copy: its length and its distance.
    Copy(usize, usize),
    /// Length of a stored block.
    StoredLength,
    /// Rest of a stored block.
    Stored(usize),
    Done,
}

impl fmt::Debug for Inflate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflate")
            .field("state", &self.state)
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}

/// Numbers of code lengths in a block.
#[derive(Clone, Copy, Default)]
struct Counts {
    symbols: usize,
    distances: usize,
    instructions: usize,
}

/// Order of the code lengths of the code-length alphabet.
const ORDER: [u8; 19] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

impl Inflate {
    /// Bytes that [`Inflate::new`] allocates.
    pub const ALLOCATED_BYTES: usize = (SYMBOL_ENTRIES + DISTANCE_ENTRIES) * size_of::<Entry>();

    /// Creates the state of a new stream.
    ///
    /// ```
    /// let inflate = letterbox_inflate::Inflate::new()?;
    /// assert!(!inflate.is_done());
    /// # Ok::<(), letterbox_inflate::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn new() -> Result<Inflate, Error> {
        Ok(Inflate {
            state: State::Header,
            bits: Bits::default(),
            last: false,
            lengths: [0; 320],
            read: 0,
            counts: Counts::default(),
            instructions: [Entry::NOTHING; 1 << 7],
            symbols: entries(SYMBOL_ENTRIES)?,
            distances: entries(DISTANCE_ENTRIES)?,
            copies_are_rare: false,
        })
    }

    /// Whether the last block is complete.
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Returns the checksum behind the last block (RFC 1950, clause 2.2), as soon as all of it has
    /// arrived, and how many bytes of `input` were used.
    pub fn checksum(&mut self, input: &[u8]) -> (usize, Option<u32>) {
        if !self.is_done() {
            return (0, None);
        }
        let mut rest = input;
        self.bits.skip(u64::from(self.bits.count % 8));
        self.bits.fill_slowly(&mut rest);
        let checksum = self.bits.take(32).map(u32::swap_bytes);
        (input.len() - rest.len(), checksum)
    }

    /// Whether bytes behind the checksum have been read and not used.
    pub fn has_more(&self) -> bool {
        self.bits.count > 0
    }

    /// Inflates as much as possible of `input` into `output` from `position` on. Returns how many
    /// bytes were used, and how many written.
    ///
    /// The bytes before `position` have to be the previous output, at least its last 32 KiB. All
    /// input is used unless there is no more room, or the stream is done. Bytes behind the written
    /// ones may be changed.
    ///
    /// ```
    /// // "hello hello hello", as zlib writes it.
    /// let stream = [0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0x0, 0x3a, 0x2e, 0x6, 0x7d];
    /// let (mut inflate, mut output) = (letterbox_inflate::Inflate::new()?, [0; 17]);
    /// let (used, first) = inflate.read(&stream[..7], &mut output, 0)?;
    /// let (rest, second) = inflate.read(&stream[used..], &mut output, first)?;
    /// assert_eq!((used + rest, first + second), (16, 17));
    /// assert_eq!(&output, b"hello hello hello");
    /// # Ok::<(), letterbox_inflate::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Corrupt`]. A stream cannot be continued after an error.
    pub fn read(
        &mut self,
        input: &[u8],
        output: &mut [u8],
        position: usize,
    ) -> Result<(usize, usize), Error> {
        let end = output.len();
        let (used, made) = self.read_to(input, output, position, end)?;
        // A stream may be complete exactly when there is no more room.
        let (mut rest, mut at) = (&input[used..], position.min(end) + made);
        while self.step(&mut rest, output, &mut at, end)? {}
        Ok((input.len() - rest.len(), at.saturating_sub(position)))
    }

    /// Inflates as [`Inflate::read`] does, but writes up to `end` only. Bytes behind `end` stay as
    /// they are, and the stream is not followed past them. The fast loop is used if `output` has 33
    /// KiB, even if only a few of them may be written.
    ///
    /// ```
    /// // "hello hello hello", as zlib writes it.
    /// let stream = [0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0x0, 0x3a, 0x2e, 0x6, 0x7d];
    /// let (mut inflate, mut output) = (letterbox_inflate::Inflate::new()?, [b'.'; 17]);
    /// let (_, made) = inflate.read_to(&stream, &mut output, 0, 5)?;
    /// assert_eq!((made, &output), (5, b"hello............"));
    /// assert!(!inflate.is_done());
    /// # Ok::<(), letterbox_inflate::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Corrupt`]. A stream cannot be continued after an error.
    pub fn read_to(
        &mut self,
        input: &[u8],
        output: &mut [u8],
        position: usize,
        end: usize,
    ) -> Result<(usize, usize), Error> {
        let end = end.min(output.len());
        let (mut rest, mut at) = (input, position.min(end));
        while at < end && self.step(&mut rest, output, &mut at, end)? {}
        Ok((input.len() - rest.len(), at.saturating_sub(position)))
    }

    /// Advances by one state; `false` when input, room or the stream has come to an end.
    fn step(
        &mut self,
        input: &mut &[u8],
        output: &mut [u8],
        at: &mut usize,
        end: usize,
    ) -> Result<bool, Error> {
        self.bits.fill_slowly(input);
        match self.state {
            State::Header => {
                let Some(header) = self.bits.take(16) else {
                    return Ok(false);
                };
                let (method, flags) = (header & 255, header >> 8);
                // Deflate, a window of 32 KiB at most, no dictionary, and a valid check value.
                let deflate = method & 15 == 8 && method >> 4 <= 7 && flags & 32 == 0;
                if !deflate || (method << 8 | flags) % 31 != 0 {
                    return Err(Error::Corrupt);
                }
                self.state = State::Block;
            }
            State::Block => {
                if self.last {
                    self.state = State::Done;
                    return Ok(false);
                }
                let Some(header) = self.bits.take(3) else {
                    return Ok(false);
                };
                self.last = header & 1 == 1;
                self.state = match header >> 1 {
                    0 => {
                        self.bits.skip(u64::from(self.bits.count % 8));
                        State::StoredLength
                    }
                    1 => {
                        self.fixed()?;
                        State::Symbols
                    }
                    2 => State::Counts,
                    _ => return Err(Error::Corrupt),
                };
            }
            State::Counts => {
                let Some(counts) = self.bits.take(14) else {
                    return Ok(false);
                };
                self.counts = Counts {
                    symbols: (counts & 31) as usize + 257,
                    distances: (counts >> 5 & 31) as usize + 1,
                    instructions: (counts >> 10) as usize + 4,
                };
                if self.counts.symbols > 286 || self.counts.distances > 30 {
                    return Err(Error::Corrupt);
                }
                self.lengths = [0; 320];
                (self.read, self.state) = (0, State::Instructions);
            }
            State::Instructions => {
                while self.read < self.counts.instructions {
                    self.bits.fill_slowly(input);
                    let Some(length) = self.bits.take(3) else {
                        return Ok(false);
                    };
                    self.lengths[usize::from(ORDER[self.read])] = length as u8;
                    self.read += 1;
                }
                build(
                    &mut self.instructions,
                    7,
                    &self.lengths[..19],
                    instruction,
                    false,
                )?;
                (self.read, self.state) = (0, State::Lengths);
            }
            State::Lengths => {
                let Counts {
                    symbols, distances, ..
                } = self.counts;
                while self.read < symbols + distances {
                    self.bits.fill_slowly(input);
                    if !self.instruction(symbols + distances)? {
                        return Ok(false);
                    }
                }
                // A block needs a code for its end.
                if self.lengths[256] == 0 {
                    return Err(Error::Corrupt);
                }
                self.tables(symbols, symbols + distances)?;
                self.state = State::Symbols;
            }
            State::Symbols => {
                let tables = Tables {
                    symbols: &self.symbols,
                    distances: &self.distances,
                    copies_are_rare: self.copies_are_rare,
                };
                let (bits, rest) = (self.bits, *input);
                let mut progress = Progress {
                    bits,
                    input: rest,
                    at: *at,
                };
                let ended = symbols(tables, &mut progress, output, end)?;
                (self.bits, *input, *at) = (progress.bits, progress.input, progress.at);
                if !ended {
                    return self.one_symbol(input, &mut output[..end], at);
                }
                self.state = State::Block;
            }
            State::Copy(length, distance) => {
                let here = length.min(end - *at);
                for at in *at..*at + here {
                    output[at] = output[at - distance];
                }
                *at += here;
                if here < length {
                    self.state = State::Copy(length - here, distance);
                    return Ok(false);
                }
                self.state = State::Symbols;
            }
            State::StoredLength => {
                let Some(lengths) = self.bits.take(32) else {
                    return Ok(false);
                };
                let (length, inverse) = (lengths as u16, (lengths >> 16) as u16);
                if length != !inverse {
                    return Err(Error::Corrupt);
                }
                self.state = State::Stored(length.into());
            }
            State::Stored(length) => {
                return Ok(self.stored(length, input, &mut output[..end], at));
            }
            State::Done => return Ok(false),
        }
        Ok(true)
    }

    /// Copies the bytes of a stored block.
    fn stored(
        &mut self,
        mut length: usize,
        input: &mut &[u8],
        output: &mut [u8],
        at: &mut usize,
    ) -> bool {
        while length > 0
            && *at < output.len()
            && let Some(byte) = self.bits.take(8)
        {
            output[*at] = byte as u8;
            *at += 1;
            length -= 1;
        }
        if self.bits.count == 0 {
            // Bits of the next byte in the buffer would be mixed with the bytes after this block.
            self.bits = Bits::default();
        }
        let here = length.min(input.len()).min(output.len() - *at);
        if length > 0 && self.bits.count == 0 {
            let (bytes, rest) = input.split_at(here);
            output[*at..*at + here].copy_from_slice(bytes);
            *input = rest;
            *at += here;
            length -= here;
        }
        self.state = if length == 0 {
            State::Block
        } else {
            State::Stored(length)
        };
        length == 0
    }

    /// Decodes one symbol of the code-length alphabet; `false` when there are not enough bits.
    fn instruction(&mut self, total: usize) -> Result<bool, Error> {
        let entry = self.instructions[self.bits.peek(7) as usize];
        let number = entry.number_in(self.bits.held);
        let (extra, fewest) = match number {
            0..16 => (0, 1),
            16 => (2, 3),
            17 => (3, 3),
            _ => (7, 11),
        };
        if entry.length() + extra > self.bits.count {
            return Ok(false);
        }
        self.bits.skip(entry.0);
        let times = self.bits.peek(extra) as usize + fewest;
        self.bits.skip(extra.into());
        let length = match number {
            0..16 => number as u8,
            16 if self.read == 0 => return Err(Error::Corrupt),
            16 => self.lengths[self.read - 1],
            _ => 0,
        };
        if self.read == 0 {
            // Up to here the lengths held those of the code-length alphabet.
            self.lengths = [0; 320];
        }
        if self.read + times > total {
            return Err(Error::Corrupt);
        }
        self.lengths[self.read..self.read + times].fill(length);
        self.read += times;
        Ok(true)
    }

    /// Builds the fixed codes (RFC 1951, clause 3.2.6).
    fn fixed(&mut self) -> Result<(), Error> {
        self.lengths[..144].fill(8);
        self.lengths[144..256].fill(9);
        self.lengths[256..280].fill(7);
        self.lengths[280..288].fill(8);
        self.lengths[288..].fill(5);
        self.tables(288, 320)
    }

    fn tables(&mut self, symbols: usize, end: usize) -> Result<(), Error> {
        let (of_symbols, of_distances) = (&self.lengths[..symbols], &self.lengths[symbols..end]);
        let copies = of_symbols.iter().skip(257).filter(|&&length| length > 0);
        let share: u32 = copies.map(|&length| 1 << (15 - length)).sum();
        self.copies_are_rare = share < (1 << 15) / 16;
        build_both(
            &mut self.symbols,
            &mut self.distances,
            of_symbols,
            of_distances,
        )
    }

    /// Decodes one symbol, if all of it has arrived; `false` otherwise, or if there is no room.
    fn one_symbol(
        &mut self,
        input: &mut &[u8],
        output: &mut [u8],
        at: &mut usize,
    ) -> Result<bool, Error> {
        self.bits.fill_slowly(input);
        let mut bits = self.bits;
        let mut entry = self.symbols[bits.peek(SYMBOL_BITS) as usize];
        if entry.literals() > 0 {
            // One literal at a time, because bits or room may suffice for the first only.
            let first = entry.values() as u8;
            entry = Entry::literal(first).coded(self.lengths[usize::from(first)].into());
        }
        if entry.is(Kind::Longer) {
            entry = look_further(&self.symbols, entry, bits.held, SYMBOL_BITS);
        }
        if entry.is(Kind::Nothing) {
            return if bits.count >= 15 {
                Err(Error::Corrupt)
            } else {
                Ok(false)
            };
        }
        if entry.length() > bits.count {
            return Ok(false);
        }
        let number = entry.number_in(bits.held);
        bits.skip(entry.0);
        if entry.is(Kind::End) {
            (self.bits, self.state) = (bits, State::Block);
            return Ok(true);
        }
        if entry.literals() > 0 {
            let Some(slot) = output.get_mut(*at) else {
                return Ok(false);
            };
            *slot = entry.values() as u8;
            (self.bits, *at) = (bits, *at + 1);
            return Ok(true);
        }
        let (length, distance) = if entry.copied() > 0 {
            (entry.copied(), number)
        } else {
            let Some(distance) = self.one_distance(&mut bits)? else {
                return Ok(false);
            };
            (number, distance)
        };
        if distance > *at {
            return Err(Error::Corrupt);
        }
        (self.bits, self.state) = (bits, State::Copy(length, distance));
        Ok(true)
    }

    /// Decodes a distance, if all of it has arrived.
    fn one_distance(&self, bits: &mut Bits) -> Result<Option<usize>, Error> {
        let mut entry = self.distances[bits.peek(DISTANCE_BITS) as usize];
        if entry.is(Kind::Longer) {
            entry = look_further(&self.distances, entry, bits.held, DISTANCE_BITS);
        }
        if entry.is(Kind::Nothing) {
            return if bits.count >= 15 {
                Err(Error::Corrupt)
            } else {
                Ok(None)
            };
        }
        if entry.length() > bits.count {
            return Ok(None);
        }
        let distance = entry.number_in(bits.held);
        bits.skip(entry.0);
        Ok(Some(distance))
    }
}

fn entries(count: usize) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    entries
        .try_reserve_exact(count)
        .map_err(|_| Error::OutOfMemory)?;
    entries.resize(count, Entry::NOTHING);
    Ok(entries)
}

//! Decompressor of ITU-T T.4 and T.6: black and white runs, rows coded by themselves or relative to
//! the row above. Codes of runs and modes are looked up by the `fax` crate. Rows are assembled
//! here, in memory that depends only on their width.

use fax::maps::{Mode, black, mode, white};
use fax::{BitReader, Bits};

use crate::error::Error;
use crate::format::tiff::unpack::Input;
use crate::header::strips::{Compression, Shape};
use crate::pixels::buffer::room;

/// Reader of the bits of a row, with zeroes behind the last.
struct Source<'i, 'a> {
    input: &'i mut Input<'a>,
    ahead: &'i mut Ahead,
}

/// Bits that have been read and not used.
#[derive(Clone, Copy, Default)]
struct Ahead {
    bits: u32,
    /// Number of these bits, and number of zeroes among them from behind the end.
    count: u32,
    beyond: u32,
    /// Number of bits that have been used.
    used: u64,
}

impl Source<'_, '_> {
    fn fill(&mut self) {
        let ahead = &mut self.ahead;
        while ahead.count <= 24 {
            let byte = self.input.next().unwrap_or_else(|| {
                ahead.beyond += 8;
                0
            });
            ahead.bits |= u32::from(byte) << (24 - ahead.count);
            ahead.count += 8;
        }
    }

    fn skip(&mut self, bits: u32) {
        self.ahead.bits <<= bits;
        self.ahead.count -= bits;
        self.ahead.beyond = self.ahead.beyond.min(self.ahead.count);
        self.ahead.used += u64::from(bits);
        self.fill();
    }

    /// Returns the next bits. There are always as many as are asked for.
    fn look(&self, bits: u32) -> u32 {
        self.ahead.bits >> (32 - bits)
    }

    fn is_over(&self) -> bool {
        self.ahead.beyond >= self.ahead.count
    }

    /// Skips the padding of a row.
    fn align(&mut self, bits: u8) {
        let over = (self.ahead.used % u64::from(bits)) as u32;
        if over > 0 {
            self.skip(u32::from(bits) - over);
        }
    }

    /// Skips an end of line, if there is one: eleven zeroes, which no code has, and a one.
    fn end_of_line(&mut self) -> bool {
        if self.look(11) != 0 {
            return false;
        }
        while self.look(1) == 0 {
            if self.is_over() {
                return false;
            }
            self.skip(1);
        }
        self.skip(1);
        true
    }

    /// Reads a run of one colour: codes of 64 and more, and one code below 64.
    fn run(&mut self, is_black: bool) -> Option<u32> {
        let mut run = 0u32;
        loop {
            let part = match is_black {
                true => black::decode(self),
                false => white::decode(self),
            }?;
            run = run.saturating_add(part.into());
            if part < 64 {
                return Some(run);
            }
        }
    }
}

impl BitReader for Source<'_, '_> {
    type Error = ();

    fn peek(&self, bits: u8) -> Option<u16> {
        Some(self.look(bits.into()) as u16) // 13 at most are asked for
    }

    fn consume(&mut self, bits: u8) -> Result<(), ()> {
        if self.is_over() {
            return Err(());
        }
        self.skip(bits.into());
        Ok(())
    }

    fn expect(&mut self, bits: Bits) -> Result<(), Option<Bits>> {
        let found = self.look(bits.len.into()) as u16;
        if found == bits.data {
            return Ok(());
        }
        Err(Some(Bits {
            data: found,
            len: bits.len,
        }))
    }

    fn bits_to_byte_boundary(&self) -> u8 {
        (self.ahead.count % 8) as u8
    }
}

/// A strip that is being decompressed.
pub(crate) struct Fax {
    compression: Compression,
    width: u32,
    /// Columns at which the colour changes in the row, beginning with white, in ascending order;
    /// and those of the row above.
    row: Vec<u32>,
    above: Vec<u32>,
    ahead: Ahead,
    begun: bool,
    /// Whether rows begin with an end of line.
    has_ends: bool,
    /// Set at the end of the data. The remaining rows are white.
    over: bool,
}

/// Returns the memory of a change of colour at every pixel, for two rows.
pub(crate) fn held_bytes(shape: &Shape) -> u64 {
    2 * 4 * (u64::from(shape.chunk.width) + 1)
}

impl Fax {
    pub(crate) fn new(shape: &Shape) -> Result<Fax, Error> {
        let places = shape.chunk.width as usize + 1;
        Ok(Fax {
            compression: shape.compression,
            width: shape.chunk.width,
            row: room(places)?,
            above: room(places)?,
            ahead: Ahead::default(),
            begun: false,
            has_ends: false,
            over: false,
        })
    }

    pub(crate) fn start(&mut self) {
        self.row.clear();
        self.above.clear();
        self.ahead = Ahead::default();
        (self.begun, self.has_ends, self.over) = (false, false, false);
    }

    /// Fills a row, ones for black. Returns false where there is none.
    pub(crate) fn fill(&mut self, input: &mut Input<'_>, row: &mut [u8]) -> bool {
        let mut ahead = self.ahead;
        let mut source = Source {
            input,
            ahead: &mut ahead,
        };
        source.fill();
        std::mem::swap(&mut self.row, &mut self.above);
        self.row.clear();
        let read = self.over || self.line(&mut source).is_some();
        self.ahead = ahead;
        self.begun = true;
        row.fill(0);
        for run in self.row.chunks(2) {
            let end = run.get(1).copied().unwrap_or(self.width);
            blacken(row, run[0] as usize, end as usize);
        }
        read
    }

    fn line(&mut self, source: &mut Source<'_, '_>) -> Option<()> {
        match self.compression {
            Compression::Runs { aligned } => {
                self.one_dimension(source)?;
                source.align(aligned);
                Some(())
            }
            Compression::Group3 { two_dimensional } => self.group3(source, two_dimensional),
            _ => self.two_dimensions(source),
        }
    }

    /// Reads a row behind an end of line (T.4). A damaged row is white from the damage on, as in
    /// every reader, and the next row is found by its end of line.
    fn group3(&mut self, source: &mut Source<'_, '_>, two_dimensional: bool) -> Option<()> {
        if self.has_ends {
            while !source.is_over() && source.look(11) != 0 {
                source.skip(1);
            }
        }
        let (mut ends, mut by_itself) = (0, true);
        while by_itself && source.end_of_line() {
            ends += 1;
            if ends > 1 && self.begun {
                self.over = true; // several without a row between
                return Some(());
            }
            self.has_ends = true;
            if two_dimensional {
                by_itself = source.look(1) == 1;
                source.skip(1);
            }
        }
        let read = match by_itself {
            _ if source.is_over() => None,
            true => self.one_dimension(source),
            false => self.two_dimensions(source),
        };
        let damaged = read.is_none() && self.has_ends && !source.is_over();
        read.or(damaged.then_some(()))
    }

    /// Adds a change of colour. Two changes in one place cancel out.
    fn change(&mut self, at: u32) {
        if self.row.last() == Some(&at) {
            self.row.pop();
        } else if self.row.len() < self.row.capacity() {
            self.row.push(at);
        }
    }

    fn one_dimension(&mut self, source: &mut Source<'_, '_>) -> Option<()> {
        let (mut at, mut is_black) = (0u32, false);
        while at < self.width {
            at = at.saturating_add(source.run(is_black)?).min(self.width);
            if at < self.width {
                self.change(at);
            }
            is_black = !is_black;
        }
        Some(())
    }

    /// Reads a row that is coded relative to the row above (T.4, 4.2).
    fn two_dimensions(&mut self, source: &mut Source<'_, '_>) -> Option<()> {
        let width = self.width;
        // Column up to which the row is decided. The row starts behind an imaginary white pixel.
        let mut at: Option<u32> = None;
        let mut is_black = false;
        let mut next = 0;
        while at.is_none_or(|at| at < width) {
            let here = at.unwrap_or(0);
            // The first change above that is behind this column and to the opposite colour, and the
            // change after that.
            while self
                .above
                .get(next)
                .is_some_and(|&above| at.is_some_and(|at| above <= at))
            {
                next += 1;
            }
            let opposite = next + usize::from((next % 2 == 1) != is_black);
            let above = |index: usize| self.above.get(index).copied().unwrap_or(width);
            let (first, second) = (above(opposite), above(opposite + 1));
            if source.look(7) == 0 {
                // Two ends of line are the end of the data. The remaining rows are white.
                self.over = self.row.is_empty() && source.look(12) == 1;
                return self.over.then_some(());
            }
            match mode::decode(source)? {
                Mode::Pass => at = Some(second),
                Mode::Horizontal => {
                    let mut place = here;
                    for is_black in [is_black, !is_black] {
                        place = place.saturating_add(source.run(is_black)?).min(width);
                        if place < width {
                            self.change(place);
                        }
                    }
                    at = Some(place);
                }
                Mode::Vertical(by) => {
                    let place = first.checked_add_signed(by.into())?;
                    if place < here || place > width {
                        return None;
                    }
                    if place < width {
                        self.change(place);
                    }
                    is_black = !is_black;
                    at = Some(place);
                }
                Mode::Extension | Mode::EOF => return None,
            }
        }
        Some(())
    }
}

/// Sets the bits from one column to another.
fn blacken(row: &mut [u8], from: usize, to: usize) {
    let (first, last) = (from / 8, to / 8);
    let head = 0xffu8 >> (from % 8);
    let tail = !(0xffu16 >> (to % 8)) as u8;
    if first == last {
        if let Some(byte) = row.get_mut(first) {
            *byte |= head & tail;
        }
        return;
    }
    if let Some(byte) = row.get_mut(first) {
        *byte |= head;
    }
    if let Some(bytes) = row.get_mut(first + 1..last) {
        bytes.fill(0xff);
    }
    if let Some(byte) = row.get_mut(last) {
        *byte |= tail;
    }
}

//! Progressive coding (T.81, annex G): all coefficients are kept, and scan after scan says a part of them.

use alloc::vec::Vec;

use super::entropy::{AC, BARE, DC, Tokens, ZERO_RUN, magnitude};
use super::filled;
use super::markers::Scan;
use crate::Error;
use crate::frame::{Component, Frame};
use crate::segments::ZIGZAG;

/// The order of the reference implementation: a blurred picture in colour early, and luminance's last bit, the largest scan,
/// at the end. First component, components, band, bits.
const COLOUR: [(usize, usize, usize, usize, u32, u32); 10] = [
    (0, 3, 0, 0, 0, 1),
    (0, 1, 1, 5, 0, 2),
    (2, 1, 1, 63, 0, 1),
    (1, 1, 1, 63, 0, 1),
    (0, 1, 6, 63, 0, 2),
    (0, 1, 1, 63, 2, 1),
    (0, 3, 0, 0, 1, 0),
    (2, 1, 1, 63, 1, 0),
    (1, 1, 1, 63, 1, 0),
    (0, 1, 1, 63, 1, 0),
];

/// The same for a lone component.
const GREY: [(usize, usize, usize, usize, u32, u32); 6] = [
    (0, 1, 0, 0, 0, 1),
    (0, 1, 1, 5, 0, 2),
    (0, 1, 6, 63, 0, 2),
    (0, 1, 1, 63, 2, 1),
    (0, 1, 0, 0, 1, 0),
    (0, 1, 1, 63, 1, 0),
];

/// The scans of a picture, in their order.
pub(super) fn script(frame: &Frame) -> impl Iterator<Item = Scan> {
    let script: &[_] = if frame.components.len() == 1 {
        &GREY
    } else {
        &COLOUR
    };
    script
        .iter()
        .map(|&(first, count, start, end, high, low)| Scan {
            first,
            count,
            start,
            end,
            high,
            low,
        })
}

/// A quantised block: coefficients in natural order, and which AC ones are not zero, in zigzag order.
#[derive(Clone, Copy)]
struct Block {
    coefficients: [i16; 64],
    mask: u64,
}

/// All blocks of a picture, component after component, each in rows.
pub(super) struct Coefficients {
    blocks: Vec<Block>,
    /// Each component's first block, and blocks in its rows.
    planes: [(usize, usize); 3],
}

fn block_count(component: &Component, frame: &Frame) -> usize {
    component.h * component.v * frame.mcus_across * frame.mcus_down
}

impl Coefficients {
    /// Bytes that [`Coefficients::new`] allocates.
    pub(super) fn bytes(frame: &Frame) -> usize {
        let blocks = frame.components.iter().map(|c| block_count(c, frame));
        blocks.sum::<usize>() * size_of::<Block>()
    }

    pub(super) fn new(frame: &Frame) -> Result<Coefficients, Error> {
        let (mut planes, mut count) = ([(0, 0); 3], 0);
        for (plane, c) in planes.iter_mut().zip(&frame.components) {
            *plane = (count, c.h * frame.mcus_across);
            count += block_count(c, frame);
        }
        let empty = Block {
            coefficients: [0; 64],
            mask: 0,
        };
        Ok(Coefficients {
            blocks: filled(empty, count)?,
            planes,
        })
    }

    fn place(&self, component: usize, across: usize, down: usize) -> usize {
        let (first, stride) = self.planes[component];
        first + down * stride + across
    }

    /// Keeps a block.
    pub(super) fn put(
        &mut self,
        component: usize,
        (across, down): (usize, usize),
        coefficients: &[i16; 64],
        mask: u64,
    ) {
        let place = self.place(component, across, down);
        self.blocks[place] = Block {
            coefficients: *coefficients,
            mask,
        };
    }

    /// What a scan has to say.
    pub(super) fn say(&self, frame: &Frame, scan: Scan, tokens: &mut Tokens) -> Result<(), Error> {
        if scan.start == 0 {
            return self.say_dc(frame, scan, tokens);
        }
        // The blocks of a lone component come in rows, and only those that hold picture (A.2.2).
        let component = &frame.components[scan.first];
        let mut band = Band::new(scan, component.quantisation);
        for down in 0..component.blocks_down {
            let row = self.place(scan.first, 0, down);
            for block in &self.blocks[row..row + component.blocks_across] {
                if scan.high == 0 {
                    band.first(block, tokens)?;
                } else {
                    band.refine(block, tokens)?;
                }
            }
        }
        band.end_blocks(tokens)
    }

    /// G.1.2.1, MCU by MCU; a lone component's MCU is a block, and there are no others than those that hold picture.
    fn say_dc(&self, frame: &Frame, scan: Scan, tokens: &mut Tokens) -> Result<(), Error> {
        let mut before = [0; 3];
        for mcu_row in 0..frame.mcus_down {
            for mcu in 0..frame.mcus_across {
                for (index, c) in frame.components.iter().enumerate() {
                    for at in 0..c.h * c.v {
                        let (across, down) = (mcu * c.h + at % c.h, mcu_row * c.v + at / c.h);
                        let block = &self.blocks[self.place(index, across, down)];
                        let value = i32::from(block.coefficients[0]) >> scan.low;
                        if scan.high > 0 {
                            tokens.push(BARE, 1, value as u32 & 1)?;
                            continue;
                        }
                        let (size, bits) = magnitude(value - before[index]);
                        before[index] = value;
                        tokens.push(2 * c.quantisation + DC, size, bits)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Blocks that end in one go: the symbol has 14 bits for them at most (G.1.2.2).
const MOST_BLOCKS: u32 = 0x7fff;
/// Correction bits that wait for the end of the band: as many as the reference implementation holds back.
const MOST_CORRECTIONS: usize = 1000 - 64 + 1;

/// The state of a scan of AC coefficients.
struct Band {
    scan: Scan,
    table: usize,
    /// Blocks that have ended, and are not said yet.
    ended: u32,
    corrections: Corrections,
    /// Those of them that belong to blocks that have ended.
    settled: usize,
}

/// Bits that refine coefficients that are not zero already.
struct Corrections {
    bits: [u8; MOST_CORRECTIONS + 64],
    count: usize,
}

impl Corrections {
    fn push(&mut self, bit: u32) {
        if let Some(to) = self.bits.get_mut(self.count) {
            *to = bit as u8;
            self.count += 1;
        }
    }

    fn say(&mut self, tokens: &mut Tokens) -> Result<(), Error> {
        for bits in self.bits[..self.count].chunks(16) {
            let value = bits
                .iter()
                .fold(0, |value, &bit| value << 1 | u32::from(bit));
            tokens.push(BARE, bits.len(), value)?;
        }
        self.count = 0;
        Ok(())
    }
}

impl Band {
    fn new(scan: Scan, destination: usize) -> Band {
        Band {
            scan,
            table: 2 * destination + AC,
            ended: 0,
            corrections: Corrections {
                bits: [0; MOST_CORRECTIONS + 64],
                count: 0,
            },
            settled: 0,
        }
    }

    /// The places of a block's coefficients in the band that are not zero, with what is left of them at the scan's bit.
    fn values(&self, block: &Block) -> impl DoubleEndedIterator<Item = (usize, i32)> + use<> {
        let band = (u64::MAX >> (63 - self.scan.end)) & (u64::MAX << self.scan.start);
        let (low, block) = (self.scan.low, *block);
        Places(block.mask & band).filter_map(move |place| {
            let value = i32::from(block.coefficients[usize::from(ZIGZAG[place])]);
            // Division, not a shift: towards zero.
            let value = value / (1 << low);
            (value != 0).then_some((place, value))
        })
    }

    /// G.1.2.2: coefficients whose highest bits are said for the first time.
    fn first(&mut self, block: &Block, tokens: &mut Tokens) -> Result<(), Error> {
        let mut next = self.scan.start;
        for (place, value) in self.values(block) {
            self.end_blocks(tokens)?;
            let mut run = place - next;
            next = place + 1;
            while run > 15 {
                tokens.push(self.table, ZERO_RUN, 0)?;
                run -= 16;
            }
            let (size, bits) = magnitude(value);
            tokens.push(self.table, run << 4 | size, bits)?;
        }
        if next <= self.scan.end {
            self.end_block(tokens)?;
        }
        Ok(())
    }

    /// G.1.2.3: one more bit of coefficients that are not zero already, and those that this bit makes so.
    fn refine(&mut self, block: &Block, tokens: &mut Tokens) -> Result<(), Error> {
        let is_new = |value: i32| value.unsigned_abs() == 1;
        let last_new = self.values(block).rev().find(|&(_, value)| is_new(value));
        let last_new = last_new.map_or(0, |(place, _)| place);
        let mut next = self.scan.start;
        let mut run = 0;
        for (place, value) in self.values(block) {
            run += place - next;
            next = place + 1;
            // Runs before the last new coefficient have to be said; those behind it end with the block.
            while run > 15 && place <= last_new {
                self.end_blocks(tokens)?;
                tokens.push(self.table, ZERO_RUN, 0)?;
                self.corrections.say(tokens)?;
                run -= 16;
            }
            if !is_new(value) {
                self.corrections.push(value.unsigned_abs() & 1);
                continue;
            }
            self.end_blocks(tokens)?;
            tokens.push(self.table, run << 4 | 1, u32::from(value > 0))?;
            self.corrections.say(tokens)?;
            run = 0;
        }
        run += self.scan.end + 1 - next;
        if run > 0 || self.corrections.count > self.settled {
            self.end_block(tokens)?;
        }
        Ok(())
    }

    /// The rest of a block is zero.
    fn end_block(&mut self, tokens: &mut Tokens) -> Result<(), Error> {
        self.ended += 1;
        self.settled = self.corrections.count;
        if self.ended == MOST_BLOCKS || self.settled > MOST_CORRECTIONS {
            self.end_blocks(tokens)?;
        }
        Ok(())
    }

    /// Says how many blocks have ended, and their corrections; those of the block at hand wait for its next symbol.
    fn end_blocks(&mut self, tokens: &mut Tokens) -> Result<(), Error> {
        if self.ended == 0 {
            return Ok(());
        }
        let size = self.ended.ilog2();
        tokens.push(self.table, (size << 4) as usize, 0)?;
        tokens.push(BARE, size as usize, self.ended - (1 << size))?;
        self.ended = 0;
        let own = self.settled..self.corrections.count;
        let kept = own.len();
        self.corrections.count = self.settled;
        self.corrections.say(tokens)?;
        self.corrections.bits.copy_within(own, 0);
        self.corrections.count = kept;
        self.settled = 0;
        Ok(())
    }
}

/// The places of the ones in a mask.
struct Places(u64);

impl Iterator for Places {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let place = self.0.trailing_zeros() as usize;
        (self.0 != 0).then(|| self.0 &= self.0 - 1)?;
        Some(place)
    }
}

impl DoubleEndedIterator for Places {
    fn next_back(&mut self) -> Option<usize> {
        let place = self.0.checked_ilog2()?;
        self.0 &= !(1 << place);
        Some(place as usize)
    }
}

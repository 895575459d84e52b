//! Progressive coding (T.81, annex G): all coefficients are kept, and each scan codes a part of
//! them.

use super::coefficients::{Block, Coefficients, Places};
use super::entropy::{AC, BARE, DC, Tokens, ZERO_RUN, magnitude};
use super::markers::Scan;
use super::output::Output;
use crate::error::Error;
use crate::frame::Frame;

/// Scans of a colour picture in the order of the reference implementation: a blurred picture in
/// colour comes early, and the last bit of luminance, the largest scan, at the end. Fields: first
/// component, number of components, band, bits.
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

/// Scans of a grey picture.
const GREY: [(usize, usize, usize, usize, u32, u32); 6] = [
    (0, 1, 0, 0, 0, 1),
    (0, 1, 1, 5, 0, 2),
    (0, 1, 6, 63, 0, 2),
    (0, 1, 1, 63, 2, 1),
    (0, 1, 0, 0, 1, 0),
    (0, 1, 1, 63, 1, 0),
];

/// Returns the scans of a picture in order.
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

/// Blocks of a scan between two checks of the memory that its tokens take.
pub(super) const BLOCKS: usize = 32;

impl Coefficients {
    /// Writes a scan.
    pub(super) fn write(&self, frame: &Frame, scan: Scan, out: &mut Output) -> Result<(), Error> {
        if scan.start == 0 {
            self.write_dc(frame, scan, out)?;
        } else {
            self.write_band(frame, scan, out)?;
        }
        out.end_scan(frame, scan)
    }

    /// Writes a band of a lone component, whose blocks come in rows and only as far as they hold
    /// picture (A.2.2).
    fn write_band(&self, frame: &Frame, scan: Scan, out: &mut Output) -> Result<(), Error> {
        let component = &frame.components[scan.first];
        let mut band = Band::new(scan, component.quantisation);
        let (mut readers, mut block) = (self.readers(scan.first), Block::empty());
        for down in 0..component.blocks_down {
            for across in 0..component.blocks_across {
                readers[down % component.v % 2].read(&mut block);
                if scan.high == 0 {
                    band.first(&block, &mut out.tokens)?;
                } else {
                    band.refine(&block, &mut out.tokens)?;
                }
                if across % BLOCKS == BLOCKS - 1 {
                    out.relieve(frame, scan)?;
                }
            }
            out.relieve(frame, scan)?;
        }
        band.end_blocks(&mut out.tokens)
    }

    /// Writes a DC scan MCU by MCU (G.1.2.1). The MCU of a lone component is one block, and only
    /// blocks that hold picture are coded.
    fn write_dc(&self, frame: &Frame, scan: Scan, out: &mut Output) -> Result<(), Error> {
        let mut before = [0; 3];
        for mcu_row in 0..frame.mcus_down {
            for mcu in 0..frame.mcus_across {
                for (index, c) in frame.components.iter().enumerate() {
                    for at in 0..c.h * c.v {
                        let (across, down) = (mcu * c.h + at % c.h, mcu_row * c.v + at / c.h);
                        let value = i32::from(self.dc(index, across, down)) >> scan.low;
                        if scan.high > 0 {
                            out.tokens.push(BARE, 1, value as u32 & 1)?;
                            continue;
                        }
                        let (size, bits) = magnitude(value - before[index]);
                        before[index] = value;
                        out.tokens.push(2 * c.quantisation + DC, size, bits)?;
                    }
                }
                if mcu % BLOCKS == BLOCKS - 1 {
                    out.relieve(frame, scan)?;
                }
            }
            out.relieve(frame, scan)?;
        }
        Ok(())
    }
}

/// Most blocks of one end-of-band run: the symbol has 14 bits for the count (G.1.2.2).
const MOST_BLOCKS: u32 = 0x7fff;
/// Most correction bits that wait for the end of the band: as many as the reference implementation
/// holds back.
const MOST_CORRECTIONS: usize = 1000 - 64 + 1;

/// The state of a scan of AC coefficients.
struct Band {
    scan: Scan,
    table: usize,
    /// Mask of the places in the band.
    places: u64,
    /// Number of blocks that have ended and are not coded yet, and their correction bits.
    ended: u32,
    corrections: Corrections,
}

impl Band {
    fn new(scan: Scan, destination: usize) -> Band {
        Band {
            scan,
            table: 2 * destination + AC,
            places: (u64::MAX >> (63 - scan.end)) & (u64::MAX << scan.start),
            ended: 0,
            corrections: Corrections {
                parts: [0; MOST_CORRECTIONS.div_ceil(16) + 4],
                bits: 0,
            },
        }
    }

    /// Codes coefficients whose highest bits are sent for the first time (G.1.2.2).
    fn first(&mut self, block: &Block, tokens: &mut Tokens) -> Result<(), Error> {
        let mut next = self.scan.start;
        for place in Places(block.masks[self.scan.low as usize] & self.places) {
            self.end_blocks(tokens)?;
            self.zero_runs(place - next, tokens)?;
            // Division, not a shift: towards zero.
            let value = block.value(place) / (1 << self.scan.low);
            let (size, bits) = magnitude(value);
            tokens.push(self.table, ((place - next) % 16) << 4 | size, bits)?;
            next = place + 1;
        }
        if next <= self.scan.end {
            self.end_block(0, 0, tokens)?;
        }
        Ok(())
    }

    fn zero_runs(&mut self, run: usize, tokens: &mut Tokens) -> Result<(), Error> {
        (0..run / 16).try_for_each(|_| tokens.push(self.table, ZERO_RUN, 0))
    }

    /// Codes one more bit of coefficients that are not zero already, and coefficients that this bit
    /// makes not zero (G.1.2.3).
    fn refine(&mut self, block: &Block, tokens: &mut Tokens) -> Result<(), Error> {
        let low = self.scan.low;
        let all = block.masks[low as usize] & self.places;
        let new = all & !block.masks[self.scan.high as usize];
        let last_new = new.checked_ilog2().unwrap_or(0) as usize;
        let (mut next, mut run) = (self.scan.start, 0);
        // Correction bits of this block, the last one lowest.
        let (mut own, mut count) = (0, 0);
        for place in Places(all) {
            run += place - next;
            next = place + 1;
            // Runs before the last new coefficient have to be coded; runs after it end with the
            // block.
            while run > 15 && place <= last_new {
                self.end_blocks(tokens)?;
                tokens.push(self.table, ZERO_RUN, 0)?;
                say_bits(own, count, tokens)?;
                (own, count) = (0, 0);
                run -= 16;
            }
            let value = block.value(place);
            if new >> place & 1 == 0 {
                own = own << 1 | u64::from(value.unsigned_abs() >> low & 1);
                count += 1;
                continue;
            }
            self.end_blocks(tokens)?;
            tokens.push(self.table, run << 4 | 1, u32::from(value > 0))?;
            say_bits(own, count, tokens)?;
            (own, count) = (0, 0);
            run = 0;
        }
        if run > 0 || next <= self.scan.end || count > 0 {
            self.end_block(own, count, tokens)?;
        }
        Ok(())
    }

    /// Ends a block whose remaining coefficients are zero or only corrected.
    fn end_block(&mut self, own: u64, count: usize, tokens: &mut Tokens) -> Result<(), Error> {
        self.ended += 1;
        self.corrections.hold(own, count);
        if self.ended == MOST_BLOCKS || self.corrections.bits > MOST_CORRECTIONS {
            self.end_blocks(tokens)?;
        }
        Ok(())
    }

    /// Codes the number of blocks that have ended, and their correction bits.
    fn end_blocks(&mut self, tokens: &mut Tokens) -> Result<(), Error> {
        if self.ended == 0 {
            return Ok(());
        }
        let size = self.ended.ilog2();
        tokens.push(self.table, (size << 4) as usize, 0)?;
        if size > 0 {
            tokens.push(BARE, size as usize, self.ended - (1 << size))?;
        }
        self.ended = 0;
        self.corrections.say(tokens)
    }
}

/// Writes bits as bare tokens; the last bit is lowest.
fn say_bits(bits: u64, count: usize, tokens: &mut Tokens) -> Result<(), Error> {
    let mut left = count;
    while left > 0 {
        let part = left.min(16);
        left -= part;
        tokens.push(BARE, part, (bits >> left) as u32 & ((1 << part) - 1))?;
    }
    Ok(())
}

/// Correction bits of coefficients in blocks that have ended, sixteen in a part.
struct Corrections {
    parts: [u32; MOST_CORRECTIONS.div_ceil(16) + 4],
    bits: usize,
}

impl Corrections {
    /// Appends the correction bits of a block, at most 63, the last one lowest.
    fn hold(&mut self, bits: u64, count: usize) {
        let mut left = count;
        while left > 0 {
            let part = left.min(16 - self.bits % 16);
            left -= part;
            let taken = (bits >> left) as u32 & ((1 << part) - 1);
            if let Some(to) = self.parts.get_mut(self.bits / 16) {
                *to = *to << part | taken;
            }
            self.bits += part;
        }
    }

    fn say(&mut self, tokens: &mut Tokens) -> Result<(), Error> {
        for (at, part) in self.parts.iter_mut().enumerate() {
            let bits = self.bits.saturating_sub(16 * at).min(16);
            if bits == 0 {
                break;
            }
            tokens.push(BARE, bits, *part)?;
            *part = 0;
        }
        self.bits = 0;
        Ok(())
    }
}

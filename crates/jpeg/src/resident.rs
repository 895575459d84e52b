//! Decoding of the scans of a resident file, one row of MCUs at a time: the four kinds of
//! progressive scans (T.81, G.1.2), and the parts of a sequential picture that comes in several
//! scans.

use alloc::sync::Arc;

use crate::bits::BitReader;
use crate::coefficients::Coefficients;
use crate::frame::Frame;
use crate::huffman::{END_OF_BLOCK, Table};
use crate::scan::Scan;
use crate::segments::ZIGZAG;

impl Scan {
    /// Decodes this scan's part of a row of MCUs. Coefficients of a component beyond the place in
    /// `keep` are followed only as far as later ones depend on them, and need not be right.
    pub(crate) fn row(
        &mut self,
        data: &[u8],
        frame: &Frame,
        mcu_row: usize,
        keep: &[usize; 4],
        coefficients: &mut Coefficients,
    ) {
        let [member] = &self.members[..] else {
            return self.interleaved_row(data, frame, coefficients);
        };
        // A scan of one component has its blocks in rows, and only those that hold picture (A.2.2).
        let index = member.component;
        let component = &frame.components[index];
        for y in 0..component.v {
            if mcu_row * component.v + y >= component.blocks_down {
                return;
            }
            let start = coefficients.row(frame, index, y).start;
            let range = start..start + component.blocks_across;
            let blocks = &mut coefficients.blocks[range.clone()];
            let history = &mut coefficients.history[range];
            match (self.band.0 > 0, self.refines, member_ac(self)) {
                (true, false, Some(ac)) => self.ac_first(&ac, data, blocks, history),
                (true, true, Some(ac)) => {
                    self.ac_refinement(&ac, data, keep[index], blocks, history);
                }
                _ => {
                    for (block, history) in blocks.iter_mut().zip(history) {
                        self.begin_mcu(data);
                        self.low_part(0, data, block, history);
                        self.end_mcu(data);
                    }
                }
            }
        }
    }

    /// Decodes a row of a scan of several components, MCU by MCU (A.2.3).
    fn interleaved_row(&mut self, data: &[u8], frame: &Frame, coefficients: &mut Coefficients) {
        for mcu in 0..frame.mcus_across {
            self.begin_mcu(data);
            for member in 0..self.members.len() {
                let index = self.members[member].component;
                let component = &frame.components[index];
                for y in 0..component.v {
                    let first = coefficients.row(frame, index, y).start + mcu * component.h;
                    let range = first..first + component.h;
                    let blocks = coefficients.blocks[range.clone()].iter_mut();
                    for (block, history) in blocks.zip(&mut coefficients.history[range]) {
                        self.low_part(member, data, block, history);
                    }
                }
            }
            self.end_mcu(data);
        }
    }

    /// Decodes a DC coefficient or one bit of it (G.1.2.1), or a sequential block.
    #[inline(always)]
    fn low_part(&mut self, member: usize, data: &[u8], block: &mut [i16; 64], history: &mut u64) {
        if self.is_starved() {
            return;
        }
        let member = &mut self.members[member];
        if !self.progressive {
            let mut scratch = [0; 128];
            let end = member.sequential(&mut self.bits, data, 63, &mut scratch);
            block.copy_from_slice(&scratch[..64]);
            *history = if end > 1 { u64::MAX << 1 } else { 0 }; // not less than there is
        } else if self.refines {
            self.bits.ensure(data);
            block[0] |= (self.bits.take(1) << self.low) as i16;
        } else if let Some(dc) = &member.dc {
            self.bits.ensure(data);
            let difference = dc.difference(&mut self.bits);
            member.prediction = member.prediction.wrapping_add(difference);
            block[0] = (member.prediction << self.low) as i16;
        }
    }

    /// Decodes the first bits of AC coefficients (G.1.2.2).
    fn ac_first(&mut self, ac: &Table, data: &[u8], blocks: &mut [[i16; 64]], history: &mut [u64]) {
        let (start, end) = self.band;
        let mut bits = self.bits; // a copy, for registers
        let mut at = 0;
        while at < blocks.len() {
            self.begin_block(&mut bits, data);
            if self.is_starved() {
                at += 1;
                continue;
            }
            if self.end_of_band_run > 0 {
                at += self.covered(blocks.len() - at);
                continue;
            }
            let block = &mut blocks[at];
            let mut set = 0;
            let mut k = start;
            while k <= end {
                bits.ensure(data);
                let coefficient = ac.coefficient(&mut bits);
                if coefficient.run >= END_OF_BLOCK {
                    // Not the end of a block here, but of a band that goes on for some blocks.
                    self.end_of_band_run = ac.band_run(&mut bits, coefficient.symbol) - 1;
                    break;
                }
                k += coefficient.run as usize;
                let value = (coefficient.value << self.low) as i16;
                block[usize::from(ZIGZAG[k]) & 63] = value;
                set |= u64::from(value != 0) << k.min(63);
                k += 1;
            }
            bits.damaged |= k > 64;
            history[at] |= set;
            at += 1;
            self.end_block(&mut bits, data);
        }
        self.bits = bits;
    }

    /// Decodes one more bit of AC coefficients (G.1.2.3).
    ///
    /// The standard counts zeroes and collects correction bits coefficient by coefficient. This
    /// function finds the place by the bits of the history, and takes all correction bits up to
    /// that place at once.
    fn ac_refinement(
        &mut self,
        ac: &Table,
        data: &[u8],
        keep: usize,
        blocks: &mut [[i16; 64]],
        history: &mut [u64],
    ) {
        let (start, end) = self.band;
        let band = from(start) & !from(end + 1);
        let kept = !from(keep + 1);
        let one = 1i16 << self.low;
        let mut bits = self.bits; // a copy, for registers
        for (block, history) in blocks.iter_mut().zip(history) {
            self.begin_block(&mut bits, data);
            if self.is_starved() {
                continue;
            }
            let mut correction = Correction { block, one, kept };
            let mut k = start;
            while self.end_of_band_run == 0 && k <= end {
                bits.ensure(data);
                let symbol = ac.symbol(&mut bits);
                let (zeroes, size) = (usize::from(symbol >> 4), symbol & 15);
                let mut value = 0;
                if size != 0 {
                    value = if bits.take(1) == 1 { one } else { -one };
                } else if zeroes < 15 {
                    self.end_of_band_run = ac.band_run(&mut bits, symbol);
                    break;
                }
                // Mostly the run has nothing to step over.
                let mut place = k + zeroes;
                if (*history & band) >> k & ((2 << zeroes) - 1) != 0 {
                    let mut free = !*history & band & from(k);
                    for _ in 0..zeroes {
                        free &= free.wrapping_sub(1);
                    }
                    place = free.trailing_zeros() as usize;
                    let passed = *history & band & from(k) & !from(place);
                    correction.take(passed, &mut bits, data);
                }
                if value != 0 {
                    bits.damaged |= place > end;
                    place = place.min(end + 1);
                    correction.block[usize::from(ZIGZAG[place]) & 63] = value;
                    *history |= 1 << place.min(63);
                }
                k = place + 1;
            }
            if self.end_of_band_run > 0 {
                correction.take(*history & band & from(k), &mut bits, data);
                self.end_of_band_run -= 1;
            }
            self.end_block(&mut bits, data);
        }
        self.bits = bits;
    }

    /// Returns how many of the blocks that are left an end-of-band run covers, and removes them
    /// from the run.
    fn covered(&mut self, left: usize) -> usize {
        let most = if self.restarts() { 1 } else { left };
        let covered = most.min(self.end_of_band_run as usize);
        self.end_of_band_run -= covered as u32;
        covered
    }

    /// Runs [`Scan::begin_mcu`] for a block that is an MCU, with the bits in registers.
    #[inline(always)]
    fn begin_block(&mut self, bits: &mut BitReader, data: &[u8]) {
        if self.restarts() {
            self.bits = *bits;
            self.begin_mcu(data);
            *bits = self.bits;
        }
    }

    /// Runs [`Scan::end_mcu`] for a block that is an MCU, with the bits in registers.
    #[inline(always)]
    fn end_block(&mut self, bits: &mut BitReader, data: &[u8]) {
        if bits.overrun() || bits.damaged {
            self.bits = *bits;
            self.end_mcu(data);
            *bits = self.bits;
        }
    }
}

fn member_ac(scan: &Scan) -> Option<Arc<Table>> {
    scan.members.first()?.ac.clone()
}

/// Mask of the places from `place` on; none from the 64th on.
#[inline(always)]
fn from(place: usize) -> u64 {
    if place < 64 { u64::MAX << place } else { 0 }
}

/// State for reading one more bit each of coefficients that are known not to be zero.
struct Correction<'a> {
    block: &'a mut [i16; 64],
    /// Value of the bit.
    one: i16,
    /// Mask of the places that are kept; the bits of other places are skipped.
    kept: u64,
}

impl Correction<'_> {
    #[inline(always)]
    fn take(&mut self, places: u64, bits: &mut BitReader, data: &[u8]) {
        let mut left = places.count_ones();
        let mut places = places & self.kept;
        while left > 0 {
            bits.ensure(data);
            let count = left.min(32);
            let mut word = bits.peek(count) << (32 - count);
            bits.skip(count);
            left -= count;
            for _ in 0..count.min(places.count_ones()) {
                let place = places.trailing_zeros() as usize & 63;
                places &= places - 1;
                let value = &mut self.block[usize::from(ZIGZAG[place]) & 63];
                // Moves the value away from zero by one, if the bit is set now and was not before.
                // There is no branch, because the bit is noise.
                let wanted = (word as i32 >> 31) as i16 & self.one & !*value;
                let sign = *value >> 15;
                *value = value.wrapping_add((wanted ^ sign).wrapping_sub(sign));
                word <<= 1;
            }
        }
    }
}

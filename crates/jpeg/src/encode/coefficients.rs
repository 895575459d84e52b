//! Coefficients of a picture in compact form. For each block a bit stream holds whether there are
//! AC coefficients that are not zero, a mask of their places, and for each of them a bit count and
//! the bits.
//!
//! Blocks arrive MCU by MCU and are read row by row, so that each row of an MCU's blocks of a
//! component has a lane of its own.

use alloc::vec::Vec;

use super::entropy::magnitude;
use crate::buffer::filled;
use crate::error::Error;
use crate::frame::{Component, Frame};
use crate::segments::ZIGZAG;

/// Words of a chunk. Chunks are used so that a growing list is never copied.
const CHUNK: usize = 1 << 10;
/// Lanes: two of luminance, and one of each chrominance.
const LANES: usize = 4;

/// Upper bound on the bits of a block whose values have `sizes` bits together: a flag, the mask of
/// places, and a bit count for each of the 63 values.
pub(super) fn most_bits(sizes: usize) -> usize {
    1 + 64 + 4 * 63 + sizes
}

/// Bits of a block of a single colour.
pub(super) const FLAT_BITS: usize = 1;

/// A block. A mask of the AC coefficients that are not zero is kept for each bit that scans go down
/// to, so that a scan visits no others.
pub(super) struct Block {
    /// Masks in zigzag order of the places whose magnitude is at least 1, 2 and 4.
    pub(super) masks: [u64; 3],
    /// The AC coefficients that are not zero, in zigzag order.
    values: [i16; 64],
}

impl Block {
    pub(super) fn empty() -> Block {
        Block {
            masks: [0; 3],
            values: [0; 64],
        }
    }

    #[inline(always)]
    pub(super) fn value(&self, place: usize) -> i32 {
        let before = (self.masks[0] & ((1 << place) - 1)).count_ones();
        self.values[before as usize % 64].into()
    }
}

/// All blocks of a picture.
pub(super) struct Coefficients {
    /// DC coefficients, component after component, each in rows.
    dc: Vec<i16>,
    /// Index of each component's first DC coefficient, and the length of its rows.
    planes: [(usize, usize); 3],
    lanes: [Lane; LANES],
    /// Each component's first lane.
    first: [usize; 3],
}

fn block_count(component: &Component, frame: &Frame) -> usize {
    component.h * component.v * frame.mcus_across * frame.mcus_down
}

impl Coefficients {
    /// Upper bound on the bytes of lanes that hold so many bits of blocks.
    pub(super) fn lane_bytes(bits: u64) -> usize {
        let chunk_bits = 32 * CHUNK as u64;
        // The last chunk of each lane is not full; the lists of chunks have capacity for twice as
        // many chunks, or for four.
        let chunks = usize::try_from(bits.div_ceil(chunk_bits)).unwrap_or(usize::MAX);
        let chunk = 4 * CHUNK + 2 * size_of::<Vec<u32>>();
        let lists = LANES * 4 * size_of::<Vec<u32>>();
        chunks
            .saturating_add(LANES)
            .saturating_mul(chunk)
            .saturating_add(lists)
    }

    /// Bytes that are allocated for DC coefficients from the start.
    pub(super) fn dc_bytes(frame: &Frame) -> usize {
        let blocks = frame.components.iter().map(|c| block_count(c, frame));
        blocks.sum::<usize>().saturating_mul(2)
    }

    pub(super) fn new(frame: &Frame) -> Result<Coefficients, Error> {
        let (mut planes, mut first) = ([(0, 0); 3], [0; 3]);
        let (mut count, mut lanes) = (0, 0);
        for ((plane, first), c) in planes.iter_mut().zip(&mut first).zip(&frame.components) {
            (*plane, *first) = ((count, c.h * frame.mcus_across), lanes);
            count += block_count(c, frame);
            lanes += c.v;
        }
        Ok(Coefficients {
            dc: filled(0, count)?,
            planes,
            lanes: [const { Lane::new() }; LANES],
            first,
        })
    }

    /// Bytes that the lanes hold now.
    pub(super) fn held_bytes(&self) -> usize {
        let chunks: usize = self.lanes.iter().map(|lane| lane.chunks.len()).sum();
        4 * CHUNK * chunks
    }

    fn place(&self, component: usize, across: usize, down: usize) -> usize {
        let (first, stride) = self.planes[component];
        first + down * stride + across
    }

    pub(super) fn dc(&self, component: usize, across: usize, down: usize) -> i16 {
        self.dc[self.place(component, across, down)]
    }

    /// Stores a block: coefficients in natural order, and a mask in zigzag order of the AC ones
    /// that are not zero. A block that only fills its MCU keeps its DC coefficient alone.
    pub(super) fn put(
        &mut self,
        component: usize,
        c: &Component,
        (across, down): (usize, usize),
        coefficients: &[i16; 64],
        mask: u64,
    ) -> Result<(), Error> {
        let place = self.place(component, across, down);
        self.dc[place] = coefficients[0];
        if across >= c.blocks_across || down >= c.blocks_down {
            return Ok(());
        }
        let Some(lane) = self.lanes.get_mut(self.first[component] + down % c.v) else {
            return Ok(());
        };
        if mask == 0 {
            return lane.put(0, 1);
        }
        lane.put(1, 1)?;
        lane.put(mask as u32, 32)?;
        lane.put((mask >> 32) as u32, 32)?;
        for place in Places(mask) {
            let natural = usize::from(ZIGZAG[place]);
            let (size, bits) = magnitude(coefficients[natural].into());
            lane.put(bits << 4 | size as u32, 4 + size as u32)?;
        }
        Ok(())
    }

    /// Returns a reader for each lane of a component with `v` rows of blocks in an MCU.
    pub(super) fn readers(&self, component: usize) -> [Reader<'_>; 2] {
        let first = self.first[component];
        [first, (first + 1).min(LANES - 1)].map(|lane| Reader {
            lane: &self.lanes[lane],
            next: 0,
            bits: 0,
            count: 0,
        })
    }
}

/// Bit stream, the first bit lowest.
struct Lane {
    chunks: Vec<Vec<u32>>,
    /// Words in the last chunk.
    used: usize,
    /// Bits that are in no word yet, and their count: fewer than 32.
    bits: u64,
    count: u32,
}

impl Lane {
    const fn new() -> Lane {
        Lane {
            chunks: Vec::new(),
            used: CHUNK,
            bits: 0,
            count: 0,
        }
    }

    #[inline(always)]
    fn put(&mut self, bits: u32, count: u32) -> Result<(), Error> {
        self.bits |= u64::from(bits) << self.count;
        self.count += count;
        if self.count < 32 {
            return Ok(());
        }
        if self.used == CHUNK {
            self.chunks.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
            self.chunks.push(filled(0, CHUNK)?);
            self.used = 0;
        }
        if let Some(to) = self
            .chunks
            .last_mut()
            .and_then(|chunk| chunk.get_mut(self.used))
        {
            *to = self.bits as u32;
        }
        self.used += 1;
        self.bits >>= 32;
        self.count -= 32;
        Ok(())
    }
}

/// Reader of the blocks of a lane, one after the other.
pub(super) struct Reader<'a> {
    lane: &'a Lane,
    /// Index of the next word.
    next: usize,
    /// Bits of earlier words that have not been used yet, and their count.
    bits: u64,
    count: u32,
}

impl Reader<'_> {
    /// Makes at least 32 bits available, unless the stream ends.
    #[inline(always)]
    fn fill(&mut self) {
        if self.count >= 32 {
            return;
        }
        let chunk = self.lane.chunks.get(self.next / CHUNK);
        let is_last = self.next / CHUNK + 1 == self.lane.chunks.len();
        let word = match chunk.and_then(|chunk| chunk.get(self.next % CHUNK)) {
            Some(word) if !is_last || self.next % CHUNK < self.lane.used => *word,
            _ => self.lane.bits as u32, // what is in no word yet
        };
        self.bits |= u64::from(word) << self.count;
        self.count += 32;
        self.next += 1;
    }

    #[inline(always)]
    fn skip(&mut self, count: u32) {
        self.bits >>= count;
        self.count -= count;
    }

    #[inline(always)]
    pub(super) fn read(&mut self, block: &mut Block) {
        self.fill();
        let is_empty = self.bits & 1 == 0;
        self.skip(1);
        block.masks = [0; 3];
        if is_empty {
            return;
        }
        for half in [0, 32] {
            self.fill();
            block.masks[0] |= (self.bits & 0xffff_ffff) << half;
            self.skip(32);
        }
        for (place, value) in Places(block.masks[0]).zip(&mut block.values) {
            self.fill();
            let size = (self.bits & 15) as u32;
            let bits = (self.bits >> 4) as i32 & ((1 << size) - 1);
            self.skip(4 + size);
            // The bits of a negative value are those of the value less one, and begin with a zero
            // (F.1.2.1).
            let is_negative = bits >> size.saturating_sub(1) == 0;
            *value = (bits - i32::from(is_negative) * ((1 << size) - 1)) as i16;
            block.masks[1] |= u64::from(size > 1) << place;
            block.masks[2] |= u64::from(size > 2) << place;
        }
    }
}

/// Iterator over the places of the ones in a mask.
pub(super) struct Places(pub(super) u64);

impl Iterator for Places {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let place = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(place as usize)
    }
}

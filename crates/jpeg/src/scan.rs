//! Scans: their headers (T.81, B.2.3), restarts (E.2.4), and the sequential block (F.2).

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::bits::BitReader;
use crate::error::{Error, Fault};
use crate::frame::Frame;
use crate::huffman::{Definition, END_OF_BLOCK, LOOKS, Table, Unrolled};
use crate::segments::{DAMAGED, Segments, ZIGZAG};

/// Lead over the restart marker that is due at which a marker counts as early: this lead, or one
/// more.
const EARLY: u8 = 1;

/// Lead, modulo eight, at which a restart marker counts as late: this lead, or one more.
const LATE: u8 = 6;

/// Part of a component in a scan.
#[derive(Clone)]
pub(crate) struct Member {
    /// Index into the frame's components.
    pub(crate) component: usize,
    pub(crate) dc: Option<Arc<Table>>,
    pub(crate) ac: Option<Arc<Table>>,
    /// AC table in unrolled form, for a sequential scan.
    unrolled: Option<Arc<Unrolled>>,
    /// The DC predictor.
    pub(crate) prediction: i32,
}

impl Member {
    /// Decodes a sequential block into a block of zeroes; coefficients behind the place `keep` are
    /// skipped. Returns the number of places, in coding order, that may hold something: 1 if there
    /// is only the DC coefficient.
    #[inline(always)]
    pub(crate) fn sequential(
        &mut self,
        bits: &mut BitReader,
        data: &[u8],
        keep: usize,
        block: &mut Block,
    ) -> usize {
        let (Some(dc), Some(ac), Some(unrolled)) = (&self.dc, &self.ac, &self.unrolled) else {
            return 1;
        };
        bits.refill(data);
        self.prediction = self.prediction.wrapping_add(dc.difference(bits));
        block[0] = self.prediction as i16;
        let mut k = 1;
        let pairs = keep.min(LAST_PAIR);
        'pairs: loop {
            bits.refill(data);
            for _ in 0..LOOKS {
                if k > pairs {
                    break 'pairs;
                }
                if !take_pair(unrolled, bits, block, &mut k) {
                    bits.refill(data);
                    take_one(ac, bits, block, &mut k);
                    continue 'pairs;
                }
            }
        }
        while k <= keep {
            bits.refill(data);
            take_one(ac, bits, block, &mut k);
        }
        let end = if k > ENDED { k - ENDED } else { k };
        'skips: while k <= 63 {
            bits.refill(data);
            for _ in 0..LOOKS {
                let places = unrolled.skip(bits, 64 - k as u32) as usize;
                k += places;
                if k > 63 {
                    break 'skips;
                }
                if places == 0 {
                    bits.refill(data);
                    k += ac.skip_one(bits) as usize;
                    continue 'skips;
                }
            }
        }
        // A block either is full or ends with a symbol; a run that leaves the block is damage.
        bits.damaged |= k > 64 && k < ENDED;
        end.min(64)
    }
}

/// A scan: its header, and the state of its decoding.
#[derive(Clone)]
pub(crate) struct Scan {
    pub(crate) members: Vec<Member>,
    /// First and last coefficient of the band, in coding order.
    pub(crate) band: (usize, usize),
    /// Whether the scan refines coefficients that earlier scans have sent.
    pub(crate) refines: bool,
    /// Bit position down to which the scan sends coefficients.
    pub(crate) low: u32,
    pub(crate) progressive: bool,
    /// Position of the scan's data.
    start: usize,
    pub(crate) bits: BitReader,
    /// Blocks that the current end-of-band run still covers.
    pub(crate) end_of_band_run: u32,
    restart_interval: u16,
    /// MCUs until the next restart marker; meaningful only if there is a restart interval.
    until_restart: u16,
    next_restart: u8,
    /// Set when the data of the current restart interval is used up.
    starved: bool,
    /// Set when an MCU has begun with data, in files with restarts only. The reader of the flag
    /// resets it.
    pub(crate) fed: bool,
    /// Set once the data was damaged.
    pub(crate) damaged: bool,
}

impl Scan {
    /// Reads a scan header (B.2.3); the data starts at `pos`.
    pub(crate) fn new(
        content: &[u8],
        segments: &Segments,
        frame: &Frame,
        pos: usize,
    ) -> Result<Scan, Error> {
        let (&count, rest) = content.split_first().ok_or(DAMAGED)?;
        let specifications = rest.get(..2 * usize::from(count)).ok_or(DAMAGED)?;
        let &[start, end, approximation] =
            rest[specifications.len()..].first_chunk().ok_or(DAMAGED)?;
        let sequential = !frame.progressive;
        let needs_dc = sequential || start == 0 && approximation >> 4 == 0;
        let needs_ac = sequential || end > 0;
        let mut members: Vec<Member> = Vec::with_capacity(frame.components.len());
        for specification in specifications.chunks_exact(2) {
            // Where components share a name, a scan of all of them lists them in order; a scan of
            // fewer would be ambiguous.
            let is_meant = |name: u8| name == specification[0];
            let named = specifications.chunks_exact(2).filter(|of| is_meant(of[0]));
            let bearers = frame.components.iter().filter(|c| is_meant(c.name));
            let is_free = |index| members.iter().all(|member| member.component != index);
            let mut components = frame.components.iter().enumerate();
            let component = components.find(|(index, c)| is_meant(c.name) && is_free(*index));
            let Some((component, _)) = component.filter(|_| named.count() == bearers.count())
            else {
                return Err(Error::Corrupt(Fault::Scan));
            };
            let (dc, ac) = (
                usize::from(specification[1] >> 4),
                usize::from(specification[1] & 15),
            );
            let table = |tables: &[Option<Definition>; 4], at: usize, needs: bool| {
                let defined = tables.get(at).and_then(Option::as_ref);
                let wanted = defined.filter(|_| needs);
                wanted
                    .map(|one| one.table(&segments.tables_left))
                    .transpose()
            };
            members.push(Member {
                component,
                dc: table(&segments.dc, dc, needs_dc)?,
                ac: table(&segments.ac, ac, needs_ac)?,
                unrolled: None,
                prediction: 0,
            });
        }
        // B.2.3: an MCU of several components has ten blocks at most. Streaming relies on this
        // bound to know how many bytes to wait for.
        let blocks = |member: &Member| {
            let component = &frame.components[member.component];
            component.h * component.v
        };
        if members.len() > 1 && members.iter().map(blocks).sum::<usize>() > 10 {
            return Err(Error::Corrupt(Fault::Scan));
        }
        let (band, high, low) = if frame.progressive {
            (
                (usize::from(start), usize::from(end)),
                approximation >> 4,
                u32::from(approximation & 15),
            )
        } else {
            ((0, 63), 0, 0)
        };
        let mixed = frame.progressive && band.0 == 0 && band.1 != 0;
        if members.is_empty()
            || band.0 > band.1
            || band.1 > 63
            || low > 13
            || mixed
            || (band.0 > 0 && members.len() > 1)
        {
            return Err(Error::Corrupt(Fault::Scan));
        }
        // Every table that the scan uses has to exist.
        let complete = |m: &Member| (m.dc.is_some() || !needs_dc) && (m.ac.is_some() || !needs_ac);
        if !members.iter().all(complete) {
            return Err(Error::Corrupt(Fault::Scan));
        }
        Ok(Scan {
            members,
            band,
            refines: high != 0,
            low,
            progressive: frame.progressive,
            start: pos,
            bits: BitReader::at(pos),
            end_of_band_run: 0,
            restart_interval: segments.restart_interval,
            until_restart: segments.restart_interval,
            next_restart: 0,
            starved: false,
            fed: false,
            damaged: false,
        })
    }

    /// Bytes that scans hold beyond their own size: members, and each table once even if several
    /// scans share it.
    pub(crate) fn bytes<'a>(scans: impl Iterator<Item = &'a Scan> + Clone) -> usize {
        let tables = |scan: &'a Scan| scan.members.iter().flat_map(|m| [&m.dc, &m.ac]).flatten();
        let unrolled = |scan: &'a Scan| scan.members.iter().filter_map(|m| m.unrolled.as_ref());
        let members = scans
            .clone()
            .map(|scan| scan.members.capacity() * size_of::<Member>());
        members.sum::<usize>()
            + distinct(scans.clone().flat_map(tables)) * Table::BYTES
            + distinct(scans.flat_map(unrolled)) * Unrolled::BYTES
    }

    /// Rewinds the scan of a resident file.
    pub(crate) fn rewind(&mut self) {
        self.bits = BitReader::at(self.start);
        self.end_of_band_run = 0;
        self.until_restart = self.restart_interval;
        self.next_restart = 0;
        (self.starved, self.fed, self.damaged) = (false, false, false);
        self.members.iter_mut().for_each(|m| m.prediction = 0);
    }

    /// Whether an MCU may begin with a restart marker.
    pub(crate) fn restarts(&self) -> bool {
        self.restart_interval > 0
    }

    /// Prepares for an MCU: reads a restart marker where one is due (E.2.4).
    #[inline]
    pub(crate) fn begin_mcu(&mut self, data: &[u8]) {
        if self.restart_interval == 0 {
            return;
        }
        self.fed |= !self.starved;
        if self.until_restart == 0 {
            self.restart(data);
        }
        self.until_restart -= 1;
    }

    /// Finishes an MCU: records damage, and whether the data has run out.
    #[inline]
    pub(crate) fn end_mcu(&mut self, data: &[u8]) {
        self.damaged |= self.bits.damaged;
        if !self.starved && self.bits.overrun() {
            self.starved = true;
            self.damaged = true;
            self.bits.starve(data);
        }
    }

    /// Resynchronises after damage. A marker that is due, or a little late, is taken. An early
    /// marker is left for later, and so is the end of the scan; the intervals up to there are
    /// empty. Bytes that cannot be a marker are skipped.
    fn restart(&mut self, data: &[u8]) {
        let expected = self.next_restart;
        self.damaged |= self.bits.is_before_bytes(data);
        loop {
            let code = self.bits.seek_marker(data);
            let ahead = match code {
                Some(code @ 0xd0..=0xd7) => (code - 0xd0).wrapping_sub(expected) & 7,
                Some(..0xc0) => LATE,
                _ => EARLY,
            };
            self.damaged |= ahead != 0;
            if (EARLY..=EARLY + 1).contains(&ahead) {
                break; // zeroes until the next interval
            }
            self.bits.take_marker();
            if !(LATE..=LATE + 1).contains(&ahead) {
                self.starved = false;
                break;
            }
        }
        self.next_restart = (expected + 1) & 7;
        self.until_restart = self.restart_interval;
        self.end_of_band_run = 0;
        self.members
            .iter_mut()
            .for_each(|member| member.prediction = 0);
    }

    /// Whether an MCU can begin with the bytes that have arrived. A restart that is due depends on
    /// the markers that come next; bytes before them are useless and are skipped.
    #[inline]
    pub(crate) fn can_begin(&mut self, data: &[u8]) -> bool {
        self.restart_interval == 0 || self.until_restart > 0 || self.can_restart(data)
    }

    #[cold]
    fn can_restart(&mut self, data: &[u8]) -> bool {
        self.damaged |= self.bits.is_before_bytes(data);
        loop {
            match self.bits.seek_marker(data) {
                None => return false,
                Some(code @ 0xd0..=0xd7)
                    if (LATE..).contains(&(code.wrapping_sub(0xd0 + self.next_restart) & 7)) => {}
                Some(..0xc0) => {}
                Some(_) => return true,
            }
            self.bits.take_marker();
            self.damaged = true;
        }
    }

    /// Whether there is no data for blocks, which then stay as they are.
    #[inline]
    pub(crate) fn is_starved(&self) -> bool {
        self.starved
    }
}

/// Counts distinct tables by address.
fn distinct<'a, T: 'a>(all: impl Iterator<Item = &'a Arc<T>> + Clone) -> usize {
    let before =
        |at: usize, one: &Arc<T>| all.clone().take(at).any(|other| Arc::ptr_eq(other, one));
    all.clone()
        .enumerate()
        .filter(|(at, one)| !before(*at, one))
        .count()
}

/// Builds the unrolled tables for the members of a sequential scan; members with the same AC table
/// share one.
pub(crate) fn unroll(members: &mut [Member]) {
    for index in 0..members.len() {
        let (before, rest) = members.split_at_mut(index);
        let Some(ac) = &rest[0].ac else { continue };
        let same = |other: &&Member| {
            other
                .ac
                .as_ref()
                .is_some_and(|other| Arc::ptr_eq(other, ac))
        };
        let shared = before.iter().find(same).and_then(|m| m.unrolled.clone());
        rest[0].unrolled = Some(shared.unwrap_or_else(|| Arc::new(Unrolled::new(ac))));
    }
}

/// Places beyond this bound mark a block that has ended with a symbol.
const ENDED: usize = END_OF_BLOCK as usize;

/// A block of 64 coefficients in natural order, followed by scratch space for values that are no
/// coefficients.
pub(crate) type Block = [i16; 128];

/// Index in a [`Block`] of each place of the coding order. In a damaged file, a run that leaves the
/// block ends at its last place.
const PLACES: [u8; 256] = {
    let mut places = [64; 256];
    let mut k = 0;
    while k < ZIGZAG.len() {
        places[k] = ZIGZAG[k];
        k += 1;
    }
    places
};

/// The last place at which two coefficients are looked up at once: from there, a run of 15 zeroes
/// does not fill the block. In a full block, the next bits would belong to the next block.
const LAST_PAIR: usize = 47;

#[inline(always)]
fn put(block: &mut Block, place: usize, value: i16) {
    block[usize::from(PLACES[place & 255]) & 127] = value;
}

/// Takes two coefficients, or one, or the end of the block; `false` where the look-up table has no
/// entry.
#[inline(always)]
fn take_pair(unrolled: &Unrolled, bits: &mut BitReader, block: &mut Block, k: &mut usize) -> bool {
    let pair = unrolled.pair(bits);
    if pair.bits() == 0 {
        return false;
    }
    bits.skip(pair.bits());
    let (first, value) = pair.first();
    put(block, *k + first, value);
    let (second, value) = pair.second();
    put(block, *k + second, value);
    *k += pair.places();
    true
}

/// Takes one coefficient, or the end of the block.
#[inline(always)]
fn take_one(ac: &Table, bits: &mut BitReader, block: &mut Block, k: &mut usize) {
    let coefficient = ac.coefficient(bits);
    *k += coefficient.run as usize;
    put(block, *k, coefficient.value as i16);
    *k += 1;
}

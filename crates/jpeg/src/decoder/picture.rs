//! Picture in decoding: a row of MCUs becomes samples, and samples become rows.

use alloc::vec::Vec;
use core::ops::Range;

use crate::bits::BitReader;
use crate::coefficients::Coefficients;
use crate::decoder::event::{Event, Status};
use crate::decoder::scans::Scans;
use crate::error::Error;
use crate::frame::Frame;
use crate::idct;
use crate::lanes::clear;
use crate::rows::Planes;
use crate::scan::{Block, Scan};
use crate::segments::{Header, Transform, ZIGZAG};
use crate::smoothing::Smoothing;

/// Most blocks of an MCU (T.81, B.2.3).
const MCU_BLOCKS: usize = 10;

/// Upper bound on the bytes of an MCU: blocks of 64 coefficients of at most 32 bits, each byte
/// stuffed, and a restart marker.
const MOST_MCU_BYTES: usize = MCU_BLOCKS * 64 * 4 * 2 + 16;

/// Columns and rows of the result that are of use.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) columns: Range<u32>,
    pub(super) rows: Range<u32>,
}

impl Part {
    pub(super) const ALL: Part = Part {
        columns: 0..u32::MAX,
        rows: 0..u32::MAX,
    };

    /// Returns the MCUs that make columns or rows, of which each MCU has so many. One more on each
    /// side has the neighbours that upsampling looks at.
    fn mcus(range: &Range<u32>, each: usize) -> Range<usize> {
        let each = each.max(1);
        let first = (range.start as usize / each).saturating_sub(1);
        first..(range.end as usize).div_ceil(each).saturating_add(1)
    }
}

/// State of the picture that is being decoded.
pub(super) struct Picture {
    pub(super) frame: Frame,
    quantisation: [[u16; 64]; 4],
    planes: Planes,
    scans: Vec<Scan>,
    /// Coefficients of a row of MCUs, where several scans make them.
    coefficients: Option<Coefficients>,
    /// Block smoothing, for files whose last scans are missing.
    smoothing: Option<Smoothing>,
    /// Buffer for the block that is being decoded, in single-scan files. All coefficients but the
    /// DC one are zero before and after each block.
    block: Block,
    /// Last place, in coding order, of a coefficient that is needed, for each component.
    keep: [usize; 4],
    /// MCUs of a row, and rows of MCUs, whose samples are of use.
    shown: (Range<usize>, Range<usize>),
    /// Rows of the result that are of use.
    shown_rows: Range<usize>,
    /// Row of MCUs that is being decoded, and the next MCU in it.
    mcu_row: usize,
    mcu: usize,
    /// Next row of the result, and the number of rows that are ready.
    row: usize,
    ready: usize,
    /// With separate components: the component whose row is next, and the number of its rows in
    /// this row of MCUs that have been handed out.
    component: usize,
    taken: usize,
    /// The first row of MCUs with damage.
    damaged_at: Option<usize>,
    /// Set if the file ends before all scans have come.
    incomplete: bool,
}

impl Picture {
    /// Starts decoding the picture of `frame`, whose scans begin in `data`.
    pub(super) fn new(
        frame: Frame,
        transform: Transform,
        header: &Header,
        scans: Scans,
        part: &Part,
        data: &[u8],
    ) -> Result<Picture, Error> {
        let Scans {
            list: mut scans,
            quantisation,
            incomplete,
            smoothed,
        } = scans;
        // Smoothing reads scans that are not needed afterwards, so it has to be built before those
        // are dropped. Without smoothing they are dropped before anything is allocated.
        let (mut coefficients, mut smoothing) = (None, None);
        if let Some(known) = smoothed {
            let coefficients = coefficients.insert(Coefficients::new(&frame)?);
            let made = Smoothing::new(known, data, &frame, &mut scans, coefficients)?;
            smoothing = Some(made);
        }
        let keep = keep(&frame);
        let mut needed = needed(&scans, &keep, header.resident).into_iter();
        scans.retain(|_| needed.next() == Some(true));
        drop(needed);
        let planes = Planes::new(&frame, transform, header.pixels.bytes())?;
        if header.resident && coefficients.is_none() {
            coefficients = Some(Coefficients::new(&frame)?);
        }
        let mut picture = Picture {
            frame,
            quantisation: quantisation.map(|table| table.unwrap_or([0; 64])),
            planes,
            scans,
            coefficients,
            smoothing,
            block: [0; 128],
            keep,
            shown: (0..usize::MAX, 0..usize::MAX),
            shown_rows: 0..usize::MAX,
            mcu_row: 0,
            mcu: 0,
            row: 0,
            ready: 0,
            component: 0,
            taken: 0,
            damaged_at: None,
            incomplete,
        };
        picture.show(part);
        Ok(picture)
    }

    /// Says which part of the result is of use, from the next MCU on.
    pub(super) fn show(&mut self, part: &Part) {
        let across = self.frame.h_max * self.frame.scale.points();
        self.shown = (
            Part::mcus(&part.columns, across),
            Part::mcus(&part.rows, self.frame.mcu_rows()),
        );
        self.shown_rows = part.rows.start as usize..part.rows.end as usize;
    }

    /// Whether all useful data has been read.
    pub(super) fn is_complete(&self) -> bool {
        self.mcu_row == self.frame.mcus_down
    }

    /// Position of the first byte that is still needed.
    pub(super) fn read(&self) -> usize {
        if self.coefficients.is_none() {
            self.scans[0].bits.pos()
        } else {
            0
        }
    }

    pub(super) fn rebase(&mut self, by: usize) {
        self.scans[0].bits.rebase(by);
    }

    /// Returns the event that is due after [`Picture::advance`].
    pub(super) fn event(&mut self) -> Event<'_> {
        if self.row < self.ready {
            let mcu_row = self.mcu_row - 1;
            if self.frame.separate {
                let (component, y) = self.take_component_row(mcu_row);
                let row = self.planes.samples(&self.frame, component, y, mcu_row);
                return Event::Samples { component, row };
            }
            let row = self.row;
            self.row += 1;
            return Event::Row(match self.shown_rows.contains(&row) {
                true => self.planes.row(&self.frame, row, mcu_row),
                false => self.planes.stale_row(),
            });
        }
        let rows = self.frame.out_height();
        if self.row < rows {
            return Event::NeedMore;
        }
        let damaged = self
            .damaged_at
            .map_or(rows, |mcu_row| (mcu_row * self.frame.mcu_rows()).min(rows));
        Event::End(Status {
            intact_rows: damaged,
            rows,
            truncated: self.is_starved(),
        })
    }

    /// Whether the file has ended before what is decoded of it.
    pub(super) fn is_starved(&self) -> bool {
        self.incomplete || self.scans.iter().any(Scan::is_starved)
    }

    /// Returns the component and the row that are next in this row of MCUs; all rows of one
    /// component come before those of the next.
    fn take_component_row(&mut self, mcu_row: usize) -> (usize, usize) {
        let rows_of = |index: usize| {
            let c = &self.frame.components[index];
            let first = mcu_row * c.v * c.points.down;
            (
                first,
                (c.v * c.points.down).min(c.height.saturating_sub(first)),
            )
        };
        let index = self.component;
        let (first, count) = rows_of(index);
        let y = first + self.taken;
        self.taken += 1;
        if self.taken == count {
            let rest = index + 1..self.frame.components.len();
            (self.component, self.taken) = (0, 0);
            match rest.into_iter().find(|&next| rows_of(next).1 > 0) {
                Some(next) => self.component = next,
                None => self.row = self.ready,
            }
        }
        (index, y)
    }

    /// Decodes until a row is ready or the data is used up.
    pub(super) fn advance(&mut self, data: &[u8], complete: bool) -> Result<(), Error> {
        while self.row == self.ready && self.mcu_row < self.frame.mcus_down {
            if self.mcu == 0 && self.mcu_row > 0 {
                self.planes.advance();
            }
            let done = if self.coefficients.is_none() {
                self.stream_row(data, complete)
            } else {
                self.resident_row(data);
                true
            };
            if !done {
                return Ok(());
            }
            if self.damaged_at.is_none() && self.scans.iter().any(|scan| scan.damaged) {
                self.damaged_at = Some(self.mcu_row);
            }
            self.ready = self.planes.rows_after(&self.frame, self.mcu_row);
            self.mcu_row += 1;
            self.mcu = 0;
        }
        Ok(())
    }

    /// Decodes a row of MCUs of a single scan straight into samples; `false` if the data may not
    /// suffice.
    fn stream_row(&mut self, data: &[u8], complete: bool) -> bool {
        let scan = &mut self.scans[0];
        let restarts = scan.restarts();
        let is_shown = self.shown.1.contains(&self.mcu_row);
        let mut bits = scan.bits; // a copy, for registers
        while self.mcu < self.frame.mcus_across {
            let few = |bits: &BitReader| data.len() - bits.pos().min(data.len()) < MOST_MCU_BYTES;
            if restarts {
                scan.bits = bits;
                // The order of the two checks matters: looking for the marker skips bytes.
                if !complete && (!scan.can_begin(data) || few(&scan.bits)) {
                    return false;
                }
                scan.begin_mcu(data);
                bits = scan.bits;
            } else if !complete && few(&bits) {
                break;
            }
            let starved = scan.is_starved();
            let is_shown = is_shown && self.shown.0.contains(&self.mcu);
            for member in &mut scan.members {
                let index = member.component;
                let component = &self.frame.components[index];
                let (quantisation, keep, points) = (
                    &self.quantisation[index],
                    // Of a block that is not shown, only the prediction goes on.
                    if is_shown { self.keep[index] } else { 0 },
                    component.points,
                );
                let plane = &mut self.planes.planes[index];
                let stride = plane.stride;
                for y in 0..component.v {
                    for x in 0..component.h {
                        let end = if starved {
                            self.block[0] = 0;
                            1
                        } else {
                            member.sequential(&mut bits, data, keep, &mut self.block)
                        };
                        if !is_shown {
                            continue;
                        }
                        let out = plane.block(
                            (self.mcu * component.h + x) * points.across,
                            y * points.down,
                        );
                        if end == 1 {
                            idct::fill(self.block[0], quantisation[0], points, out, stride);
                        } else if let Some(block) = self.block.first_chunk() {
                            idct::inverse(block, end, quantisation, points, out, stride);
                            clear(&mut self.block);
                        }
                    }
                }
            }
            if bits.overrun() || bits.damaged {
                scan.bits = bits;
                scan.end_mcu(data);
                bits = scan.bits;
            }
            self.mcu += 1;
        }
        scan.bits = bits;
        self.mcu == self.frame.mcus_across
    }

    /// Decodes a row of MCUs of all scans in step, then transforms the coefficients to samples.
    fn resident_row(&mut self, data: &[u8]) {
        let Some(coefficients) = &mut self.coefficients else {
            return;
        };
        coefficients.clear();
        for scan in &mut self.scans {
            scan.row(data, &self.frame, self.mcu_row, &self.keep, coefficients);
        }
        if let Some(smoothing) = &self.smoothing {
            let steps = &self.quantisation;
            smoothing.smooth(&self.frame, steps, self.mcu_row, coefficients);
        }
        if !self.shown.1.contains(&self.mcu_row) {
            return;
        }
        for (index, component) in self.frame.components.iter().enumerate() {
            let plane = &mut self.planes.planes[index];
            let (stride, points) = (plane.stride, component.points);
            let quantisation = &self.quantisation[index];
            let unkept = u64::MAX << self.keep[index] << 1;
            for y in 0..component.v {
                for (x, at) in coefficients.row(&self.frame, index, y).enumerate() {
                    if !self.shown.0.contains(&(x / component.h)) {
                        continue;
                    }
                    let out = plane.block(x * points.across, y * points.down);
                    let block = &coefficients.blocks[at];
                    let end = 64 - (coefficients.history[at] & !unkept).leading_zeros() as usize;
                    if end == 0 {
                        idct::fill(block[0], quantisation[0], points, out, stride);
                    } else {
                        idct::inverse(block, end, quantisation, points, out, stride);
                    }
                }
            }
        }
    }
}

/// Returns the last place, in coding order, of a coefficient that a transform with these points
/// uses.
fn last_needed(points: idct::Points) -> usize {
    // Where there is more than one sample, every frequency contributes to the means.
    let along = |frequency: usize, points: usize| points > 1 || frequency == 0;
    let used = |&place: &usize| {
        let natural = usize::from(ZIGZAG[place]);
        along(natural % 8, points.across) && along(natural / 8, points.down)
    };
    (0..64).rev().find(used).unwrap_or(0)
}

/// Returns, for each component, the last place that is needed.
pub(super) fn keep(frame: &Frame) -> [usize; 4] {
    let component = |index| frame.components.get(index);
    core::array::from_fn(|index| component(index).map_or(0, |c| last_needed(c.points)))
}

/// Reports for each of several scans whether it changes a coefficient that is used. A refining scan
/// depends on which coefficients of its band earlier scans have set, so those scans are needed too.
pub(super) fn needed(scans: &[Scan], keep: &[usize; 4], several: bool) -> Vec<bool> {
    let mut needed = alloc::vec![true; scans.len()];
    if !several {
        return needed;
    }
    let mut used = keep.map(|keep| u64::MAX >> (63 - keep));
    for (scan, needed) in scans.iter().zip(&mut needed).rev() {
        let (start, end) = scan.band;
        let band = (u64::MAX >> (63 - (end - start))) << start;
        *needed = scan
            .members
            .iter()
            .any(|member| used[member.component] & band != 0);
        if *needed && scan.refines {
            scan.members
                .iter()
                .for_each(|member| used[member.component] |= band);
        }
    }
    needed
}

//! The decoder: bytes in, events out.

use alloc::vec::Vec;

use crate::bits::next_marker;
use crate::frame::Frame;
use crate::idct;
use crate::rows::Planes;
use crate::scan::Scan;
use crate::segments::{DAMAGED, Header, Segments, Transform, ZIGZAG};
use crate::{Error, Fault, Scale};

/// What [`Decoder::next`] has to say.
#[derive(Debug)]
pub enum Event<'a> {
    /// Push more bytes, or say that there are none.
    NeedMore,
    /// [`Decoder::header`] is complete; this is the moment for [`Decoder::set_scale`].
    Header,
    /// The next row of pixels, from the top.
    Row(&'a [u8]),
    /// All rows have been handed out.
    End(Status),
}

/// How the picture ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Rows of the result that come of undamaged data, counted from the top.
    pub intact_rows: usize,
    /// Rows of the result.
    pub rows: usize,
}

impl Status {
    /// Whether no data was damaged or missing.
    pub fn is_intact(&self) -> bool {
        self.intact_rows == self.rows
    }
}

/// A JPEG decoder without I/O.
pub struct Decoder {
    /// Bytes that are still needed.
    data: Vec<u8>,
    /// The first of them that has not been read.
    at: usize,
    /// SOI has been seen.
    started: bool,
    /// No more will come.
    complete: bool,
    segments: Segments,
    header: Option<Header>,
    scale: Scale,
    state: State,
}

enum State {
    /// Reading marker segments up to the first scan.
    Segments,
    /// The header has been handed out; the scan header stands at `at`.
    Header,
    /// Decoding.
    Picture(alloc::boxed::Box<Picture>),
    /// An error has been returned.
    Failed(Error),
}

/// Bytes that no MCU exceeds: ten blocks of 64 coefficients of at most 32 bits, each byte stuffed, and a restart marker.
const MOST_MCU_BYTES: usize = 10 * 64 * 4 * 2 + 16;

impl Default for Decoder {
    fn default() -> Self {
        Decoder::new()
    }
}

impl Decoder {
    /// A decoder that waits for a file.
    pub fn new() -> Decoder {
        Decoder {
            data: Vec::new(),
            at: 0,
            started: false,
            complete: false,
            segments: Segments::default(),
            header: None,
            scale: Scale::Full,
            state: State::Segments,
        }
    }

    /// Leaves EXIF and ICC out of the header, and out of memory.
    pub fn ignore_metadata(&mut self) {
        self.segments.ignore_metadata = true;
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.forget();
        if self.data.capacity() - self.data.len() < bytes.len() {
            let more = bytes.len().max(self.data.len() / 4);
            self.data
                .try_reserve_exact(more)
                .map_err(|_| Error::OutOfMemory)?;
        }
        self.data.extend_from_slice(bytes);
        Ok(())
    }

    /// Says that the file is complete.
    pub fn finish(&mut self) {
        self.complete = true;
    }

    /// What is known of the picture, once [`Event::Header`] has come.
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Chooses the resolution; counts before the first event after [`Event::Header`].
    pub fn set_scale(&mut self, scale: Scale) {
        self.scale = scale;
    }

    /// Columns and rows of the result at a scale: the picture's size divided by the denominator and rounded up. The picture covers
    /// `width / denominator` columns of it exactly.
    pub fn size(&self, scale: Scale) -> Option<(u32, u32)> {
        let header = self.header.as_ref()?;
        let side = |length: u16| u32::from(length).div_ceil(scale.denominator());
        Some((side(header.width), side(header.height)))
    }

    /// Bytes that decoding at a scale allocates beside the file's own bytes, once the header is known.
    pub fn peak_bytes(&self, scale: Scale) -> Option<usize> {
        let header = self.header.as_ref()?;
        let mut frame = self.segments.frame.clone()?;
        frame.set_scale(scale);
        let coefficients = if header.resident {
            coefficient_count(&frame) * size_of::<[i16; 64]>()
        } else {
            0
        };
        Some(Planes::bytes(&frame, header.pixels.bytes()) + coefficients)
    }

    /// The next event.
    ///
    /// # Errors
    /// What makes the file undecodable; damaged data is no error but a [`Status`]. After an error, the same error again.
    #[allow(
        clippy::should_implement_trait,
        reason = "the event borrows the decoder"
    )]
    pub fn next(&mut self) -> Result<Event<'_>, Error> {
        if let Err(error) = self.work() {
            self.state = State::Failed(error);
        }
        match &mut self.state {
            State::Failed(error) => Err(*error),
            State::Segments => Ok(Event::NeedMore),
            State::Header => Ok(Event::Header),
            State::Picture(picture) => Ok(picture.event()),
        }
    }

    /// Goes on until there is something to say.
    fn work(&mut self) -> Result<(), Error> {
        match &mut self.state {
            State::Failed(_) => Ok(()),
            State::Segments => {
                if self.read_segments()? {
                    self.state = State::Header;
                }
                Ok(())
            }
            State::Header => {
                let picture = Picture::new(self)?;
                self.state = State::Picture(alloc::boxed::Box::new(picture));
                self.work()
            }
            State::Picture(picture) => picture.advance(&self.data, self.complete),
        }
    }

    /// Drops bytes that have been read, where that is most of them.
    fn forget(&mut self) {
        let read = match &mut self.state {
            State::Picture(picture) => picture.read(),
            _ => self.at,
        };
        if read < self.data.len() / 2 || read < 4096 {
            return;
        }
        self.data.copy_within(read.., 0);
        self.data.truncate(self.data.len() - read);
        match &mut self.state {
            State::Picture(picture) => picture.rebase(read),
            _ => self.at -= read,
        }
    }

    /// Reads segments up to a scan header, and prepares the header; `false` when more bytes are needed.
    fn read_segments(&mut self) -> Result<bool, Error> {
        if !self.started {
            match self.data.first_chunk() {
                Some([0xff, 0xd8]) => (self.started, self.at) = (true, 2),
                Some(_) => return Err(Error::Corrupt(Fault::NotJpeg)),
                None if self.complete => return Err(Error::Corrupt(Fault::NotJpeg)),
                None => return Ok(false),
            }
        }
        loop {
            let Some((marker, content, next)) = segment(&self.data, self.at)? else {
                return if self.complete {
                    Err(Error::Corrupt(Fault::NoPicture))
                } else {
                    Ok(false)
                };
            };
            if marker != 0xda {
                let content = content.clone();
                self.segments.take(marker, &self.data[content])?;
                self.at = next;
                continue;
            }
            let Some(mut frame) = self.segments.frame.clone() else {
                return Err(Error::Corrupt(Fault::NoPicture));
            };
            if frame.height == 0 {
                match find_height(&self.data, next) {
                    Some(height) => frame.set_height(height),
                    None if self.complete => return Err(Error::Corrupt(Fault::NoPicture)),
                    None => return Ok(false),
                }
                self.segments.frame = Some(frame.clone());
            }
            let members = self.data[content].first().copied().unwrap_or(0);
            let resident = frame.progressive || usize::from(members) != frame.components.len();
            if resident && !self.complete {
                return Ok(false);
            }
            self.header = Some(self.segments.header(&frame, resident)?);
            return Ok(true);
        }
    }
}

/// A marker segment: its code, where its content lies, and where the next one starts; `None` when it is not all here.
type Segment = Option<(u8, core::ops::Range<usize>, usize)>;

fn segment(data: &[u8], at: usize) -> Result<Segment, Error> {
    let mut from = at;
    loop {
        let Some(marker) = next_marker(data, from) else {
            return Ok(None);
        };
        let code = data[marker + 1];
        match code {
            0x01 | 0xd0..=0xd8 => from = marker + 2,
            0xd9 => return Err(Error::Corrupt(Fault::NoPicture)),
            _ => {
                let Some(length) = data.get(marker + 2..).and_then(|rest| rest.first_chunk())
                else {
                    return Ok(None);
                };
                let length = usize::from(u16::from_be_bytes(*length));
                let content = marker + 4..marker + 2 + length;
                if length < 2 {
                    return Err(DAMAGED);
                }
                return Ok((content.end <= data.len()).then_some((
                    code,
                    content.clone(),
                    content.end,
                )));
            }
        }
    }
}

/// The height in the DNL segment behind the first scan's data.
fn find_height(data: &[u8], from: usize) -> Option<u16> {
    let mut at = from;
    loop {
        at = next_marker(data, at)?;
        match data[at + 1] {
            0xd0..=0xd7 => at += 2,
            0xdc => {
                let &[_, _, high, low] = data.get(at + 2..)?.first_chunk()?;
                return Some(u16::from_be_bytes([high, low])).filter(|&height| height > 0);
            }
            _ => return None,
        }
    }
}

/// Blocks of a row of MCUs.
fn coefficient_count(frame: &Frame) -> usize {
    frame
        .components
        .iter()
        .map(|c| c.h * c.v * frame.mcus_across)
        .sum()
}

/// The picture while it is decoded.
struct Picture {
    frame: Frame,
    quantisation: Vec<[u16; 64]>,
    planes: Planes,
    scans: Vec<Scan>,
    /// Coefficients of a row of MCUs, component after component, where scans refine each other.
    coefficients: Vec<[i16; 64]>,
    /// The place, in coding order, behind which no coefficient is needed; for each component.
    keep: Vec<usize>,
    /// The row of MCUs that is being decoded, and the next MCU in it.
    mcu_row: usize,
    mcu: usize,
    /// The next row of the result, and how many can be had.
    row: usize,
    ready: usize,
    /// The first row of MCUs with damage.
    damaged_at: Option<usize>,
}

impl Picture {
    fn new(decoder: &mut Decoder) -> Result<Picture, Error> {
        let mut frame = decoder
            .segments
            .frame
            .take()
            .ok_or(Error::Corrupt(Fault::NoPicture))?;
        frame.set_scale(decoder.scale);
        let header = decoder
            .header
            .as_ref()
            .ok_or(Error::Corrupt(Fault::NoPicture))?;
        let transform: Transform = decoder.segments.transform(&frame);
        let planes = Planes::new(&frame, transform, header.pixels.bytes())?;
        let keep: Vec<usize> = frame
            .components
            .iter()
            .map(|c| last_needed(c.points))
            .collect();
        if !frame.progressive {
            decoder.segments.assume_standard_tables()?;
        }
        let mut quantisation = Vec::new();
        let mut scans = Vec::new();
        let mut at = decoder.at;
        // Tables may change between scans, so each scan takes the ones that stand before it.
        while let Ok(Some((marker, content, next))) = segment(&decoder.data, at) {
            let content = &decoder.data[content];
            if marker != 0xda {
                decoder.segments.take(marker, content)?;
                at = next;
                continue;
            }
            if quantisation.is_empty() || header.resident {
                quantisation = quantisation_of(&frame, &decoder.segments, quantisation);
            }
            match Scan::new(content, &decoder.segments, &frame, next) {
                Ok(scan) => scans.push(scan),
                Err(error) if scans.is_empty() => return Err(error),
                Err(_) => break, // what came before is a picture already
            }
            if !header.resident || scans.len() > MOST_SCANS {
                break;
            }
            at = end_of_scan(&decoder.data, next);
        }
        if scans.is_empty() {
            return Err(Error::Corrupt(Fault::Scan));
        }
        let mut coefficients = Vec::new();
        if header.resident {
            keep_needed(&mut scans, &keep, frame.components.len());
            let count = coefficient_count(&frame);
            coefficients
                .try_reserve_exact(count)
                .map_err(|_| Error::OutOfMemory)?;
            coefficients.resize(count, [0; 64]);
        }
        Ok(Picture {
            frame,
            quantisation,
            planes,
            scans,
            coefficients,
            keep,
            mcu_row: 0,
            mcu: 0,
            row: 0,
            ready: 0,
            damaged_at: None,
        })
    }

    /// The first byte that is still needed.
    fn read(&self) -> usize {
        if self.coefficients.is_empty() {
            self.scans[0].bits.pos()
        } else {
            0
        }
    }

    fn rebase(&mut self, by: usize) {
        self.scans[0].bits.rebase(by);
    }

    /// What there is to say after [`Picture::advance`].
    fn event(&mut self) -> Event<'_> {
        if self.row < self.ready {
            let (row, mcu_row) = (self.row, self.mcu_row - 1);
            self.row += 1;
            return Event::Row(self.planes.row(&self.frame, row, mcu_row));
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
        })
    }

    /// Decodes until there is a row, or nothing left to decode with.
    fn advance(&mut self, data: &[u8], complete: bool) -> Result<(), Error> {
        while self.row == self.ready && self.mcu_row < self.frame.mcus_down {
            if self.mcu == 0 && self.mcu_row > 0 {
                self.planes.advance();
            }
            let done = if self.coefficients.is_empty() {
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

    /// Decodes a row of MCUs of a single scan straight into samples; `false` when the data may not reach.
    fn stream_row(&mut self, data: &[u8], complete: bool) -> bool {
        let scan = &mut self.scans[0];
        while self.mcu < self.frame.mcus_across {
            let left = data.len() - scan.bits.pos().min(data.len());
            if !complete && (!scan.can_begin(data) || left < MOST_MCU_BYTES) {
                return false;
            }
            scan.begin_mcu(data);
            for member in 0..scan.members.len() {
                let index = scan.members[member].component;
                let component = &self.frame.components[index];
                let (quantisation, keep, points) = (
                    &self.quantisation[index],
                    self.keep[index],
                    component.points,
                );
                let plane = &mut self.planes.planes[index];
                let stride = plane.stride;
                for y in 0..component.v {
                    for x in 0..component.h {
                        let mut block = [0; 64];
                        let last = if scan.is_starved() {
                            0
                        } else {
                            scan.sequential(member, data, quantisation, keep, &mut block)
                        };
                        let out = plane.block(
                            (self.mcu * component.h + x) * points.across,
                            y * points.down,
                        );
                        if last == 0 {
                            idct::fill(block[0], points, out, stride);
                        } else {
                            idct::inverse(&block, points, out, stride);
                        }
                    }
                }
            }
            scan.end_mcu(data);
            self.mcu += 1;
        }
        true
    }

    /// Decodes a row of MCUs of all scans in step, then makes samples of the coefficients.
    fn resident_row(&mut self, data: &[u8]) {
        self.coefficients.fill([0; 64]);
        for scan in &mut self.scans {
            if let [member] = &scan.members[..] {
                let index = member.component;
                lone_row(
                    scan,
                    data,
                    &self.frame,
                    index,
                    self.mcu_row,
                    component_blocks(&self.frame, index, &mut self.coefficients),
                );
            } else {
                interleaved_row(scan, data, &self.frame, &mut self.coefficients);
            }
        }
        let mut first = 0;
        for (index, component) in self.frame.components.iter().enumerate() {
            let across = component.h * self.frame.mcus_across;
            let plane = &mut self.planes.planes[index];
            let (stride, points) = (plane.stride, component.points);
            for (at, block) in self.coefficients[first..first + across * component.v]
                .iter_mut()
                .enumerate()
            {
                let out = plane.block(at % across * points.across, at / across * points.down);
                let quantisation = &self.quantisation[index];
                block
                    .iter_mut()
                    .zip(quantisation)
                    .for_each(|(c, &q)| *c = (i32::from(*c).wrapping_mul(q.into())) as i16);
                if block[1..].iter().all(|&c| c == 0) {
                    idct::fill(block[0], points, out, stride);
                } else {
                    idct::inverse(block, points, out, stride);
                }
            }
            first += across * component.v;
        }
    }
}

/// More scans than any encoder writes; each is a walk over the file.
const MOST_SCANS: usize = 100;

/// A scan of one component has its blocks in rows, and only those that hold picture (A.2.2).
fn lone_row(
    scan: &mut Scan,
    data: &[u8],
    frame: &Frame,
    index: usize,
    mcu_row: usize,
    blocks: &mut [[i16; 64]],
) {
    let component = &frame.components[index];
    let across = component.h * frame.mcus_across;
    for y in 0..component.v {
        if mcu_row * component.v + y >= component.blocks_down {
            return;
        }
        for block in blocks[y * across..]
            .iter_mut()
            .take(component.blocks_across)
        {
            scan.begin_mcu(data);
            if !scan.is_starved() {
                scan.part(0, data, block);
            }
            scan.end_mcu(data);
        }
    }
}

/// A scan of several components has them MCU by MCU (A.2.3).
fn interleaved_row(scan: &mut Scan, data: &[u8], frame: &Frame, coefficients: &mut [[i16; 64]]) {
    for mcu in 0..frame.mcus_across {
        scan.begin_mcu(data);
        for member in 0..scan.members.len() {
            let index = scan.members[member].component;
            let component = &frame.components[index];
            let across = component.h * frame.mcus_across;
            let blocks = component_blocks(frame, index, coefficients);
            for y in 0..component.v {
                for x in 0..component.h {
                    if !scan.is_starved() {
                        scan.part(
                            member,
                            data,
                            &mut blocks[y * across + mcu * component.h + x],
                        );
                    }
                }
            }
        }
        scan.end_mcu(data);
    }
}

/// A component's part of the coefficients.
fn component_blocks<'a>(
    frame: &Frame,
    index: usize,
    coefficients: &'a mut [[i16; 64]],
) -> &'a mut [[i16; 64]] {
    let count = |c: &crate::frame::Component| c.h * c.v * frame.mcus_across;
    let first = frame.components[..index].iter().map(count).sum::<usize>();
    &mut coefficients[first..first + count(&frame.components[index])]
}

/// The last place, in coding order, of a coefficient that a transform with these points uses.
fn last_needed(points: idct::Points) -> usize {
    let used = |&place: &usize| {
        let natural = usize::from(ZIGZAG[place]);
        natural % 8 < points.across && natural / 8 < points.down
    };
    (0..64).rev().find(used).unwrap_or(0)
}

/// Drops scans that change nothing that is used. A scan that refines depends on which coefficients of its band earlier
/// scans have set, so these are needed too.
fn keep_needed(scans: &mut Vec<Scan>, keep: &[usize], components: usize) {
    let mut used = [0u64; 4];
    for component in 0..components {
        used[component] = u64::MAX >> (63 - keep[component]);
    }
    let mut index = scans.len();
    while index > 0 {
        index -= 1;
        let scan = &scans[index];
        let (start, end) = scan.band;
        let band = (u64::MAX >> (63 - (end - start))) << start;
        let needed = scan
            .members
            .iter()
            .any(|member| used[member.component] & band != 0);
        if !needed {
            scans.remove(index);
        } else if scan.refines {
            scan.members
                .iter()
                .for_each(|member| used[member.component] |= band);
        }
    }
}

/// Where the entropy-coded data from `from` on ends: at a marker that is no restart.
fn end_of_scan(data: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(marker) = next_marker(data, at) {
        if !(0xd0..=0xd7).contains(&data[marker + 1]) {
            return marker;
        }
        at = marker + 2;
    }
    data.len()
}

/// Each component's quantisation table, as far as it has been defined by now; one that has been used is not replaced.
fn quantisation_of(frame: &Frame, segments: &Segments, before: Vec<[u16; 64]>) -> Vec<[u16; 64]> {
    let table = |(index, c): (usize, &crate::frame::Component)| {
        let known = before.get(index).copied().filter(|table| table[0] != 0);
        known
            .or(segments.quantisation[c.quantisation])
            .unwrap_or([0; 64])
    };
    frame.components.iter().enumerate().map(table).collect()
}

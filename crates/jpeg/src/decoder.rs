//! The decoder: bytes in, events out.

use alloc::vec::Vec;

use crate::bits::{BitReader, next_marker};
use crate::coefficients::Coefficients;
use crate::frame::Frame;
use crate::idct;
use crate::lanes::clear;
use crate::rows::Planes;
use crate::scan::{Block, Member, Scan, unroll};
use crate::segments::{DAMAGED, Header, Segments, Transform, ZIGZAG};
use crate::smoothing::{Known, Smoothing};
use crate::{Error, Fault, Limits, Scale};

/// What [`Decoder::next`] has to say.
#[derive(Debug)]
pub enum Event<'a> {
    /// Push more bytes, or say that there are none.
    NeedMore,
    /// [`Decoder::header`] is complete; this is the moment for [`Decoder::set_scale`].
    Header,
    /// The next row of pixels, from the top.
    Row(&'a [u8]),
    /// The next row of one component's samples, after [`Decoder::separate_components`].
    Samples {
        /// The component's place in the frame header.
        component: usize,
        /// Its row.
        row: &'a [u8],
    },
    /// All rows have been handed out.
    End(Status),
}

/// How the picture ended: sound, complete but damaged inside, or broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Rows of the result that come of undamaged data, counted from the top.
    pub intact_rows: usize,
    /// Rows of the result.
    pub rows: usize,
    /// The data ends, or a marker ends it, before the picture does: rows are missing, or of a progressive file scans. A file
    /// that lacks nothing but its EOI marker is not truncated, and neither is one that is damaged inside and goes on.
    pub truncated: bool,
}

impl Status {
    /// Whether no data was damaged or missing.
    pub fn is_intact(&self) -> bool {
        self.intact_rows == self.rows && !self.truncated
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
    limits: Limits,
    segments: Segments,
    header: Option<Header>,
    /// The file has to be resident, because of its scans or because its height comes late.
    resident: bool,
    /// Up to where a late height has been looked for, from `at` on.
    searched: usize,
    scans: Scans,
    scale: Scale,
    separate: bool,
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

/// The most blocks that an MCU has (T.81, B.2.3).
const MCU_BLOCKS: usize = 10;

/// Bytes that no MCU exceeds: blocks of 64 coefficients of at most 32 bits, each byte stuffed, and a restart marker.
const MOST_MCU_BYTES: usize = MCU_BLOCKS * 64 * 4 * 2 + 16;

impl Default for Decoder {
    fn default() -> Self {
        Decoder::new()
    }
}

impl Decoder {
    /// A decoder that waits for a file.
    pub fn new() -> Decoder {
        Decoder::with_limits(Limits::default())
    }

    /// The same with limits of the caller's.
    pub fn with_limits(limits: Limits) -> Decoder {
        Decoder {
            data: Vec::new(),
            at: 0,
            started: false,
            complete: false,
            segments: Segments::new(limits.metadata_bytes),
            limits,
            header: None,
            resident: false,
            searched: 0,
            scans: Scans::default(),
            scale: Scale::Full,
            separate: false,
            state: State::Segments,
        }
    }

    /// Leaves EXIF and ICC out of the header, and out of memory.
    pub fn ignore_metadata(&mut self) {
        self.segments.ignore_metadata = true;
    }

    /// Makes room for that many bytes at once: for a file that has to be resident and whose length is known, so that it is not moved
    /// while it grows.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn reserve(&mut self, bytes: usize) -> Result<(), Error> {
        self.data
            .try_reserve_exact(bytes)
            .map_err(|_| Error::OutOfMemory)
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`], and [`Error::Limit`] for a file that has to be resident.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if matches!(&self.state, State::Picture(picture) if picture.is_complete()) {
            return Ok(()); // behind the picture nothing is of use
        }
        self.forget();
        if self.resident {
            self.check_resident(bytes.len())?;
        }
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

    /// Hands out each component's samples as [`Event::Samples`] instead of pixels: neither upsampled nor converted, and each scaled by
    /// itself. For a caller who would take pixels apart again. Counts like [`Decoder::set_scale`].
    pub fn separate_components(&mut self) {
        self.separate = true;
    }

    /// Columns and rows of a component's samples at a scale, after [`Decoder::separate_components`]: its share of the picture's size,
    /// divided by the denominator and rounded up.
    pub fn component_size(&self, component: usize, scale: Scale) -> Option<(u32, u32)> {
        let mut frame = match &self.state {
            State::Picture(picture) => picture.frame.clone(),
            _ => self.segments.frame.clone()?,
        };
        frame.separate = true;
        frame.set_scale(scale);
        let component = frame.components.get(component)?;
        Some((component.width as u32, component.height as u32))
    }

    /// Columns and rows of the result at a scale: the picture's size divided by the denominator and rounded up. The picture covers
    /// `width / denominator` columns of it exactly.
    pub fn size(&self, scale: Scale) -> Option<(u32, u32)> {
        let header = self.header.as_ref()?;
        let side = |length: u16| u32::from(length).div_ceil(scale.denominator());
        Some((side(header.width), side(header.height)))
    }

    /// Bytes that the decoder holds at its peak from [`Event::Header`] on when it decodes at a scale, exactly, as long as no row has
    /// been made: all but the file's own bytes and the header's metadata.
    ///
    /// While segments are read it may have held up to 112 KiB more: the Huffman tables of all eight numbers, be they the file's or the
    /// standard's, of which a scan keeps those that it uses, and lists that grow. The metadata is there twice when it is put together.
    pub fn peak_bytes(&self, scale: Scale) -> Option<usize> {
        let header = self.header.as_ref()?;
        let mut frame = self.segments.frame.clone()?;
        frame.separate = self.separate;
        frame.set_scale(scale);
        let coefficients = if header.resident {
            Coefficients::bytes(&frame)
        } else {
            0
        };
        let smoothing = match self.scans.smoothed {
            Some(_) => Smoothing::bytes(&frame),
            None => 0,
        };
        let scans = &self.scans.list;
        let needed = needed(scans, &keep(&frame), header.resident);
        let is_needed = |&(_, &needed): &(&Scan, &bool)| needed;
        let used = scans.iter().zip(&needed).filter(is_needed);
        let always = scans.capacity() * size_of::<Scan>()
            + frame.components.len() * size_of::<crate::frame::Component>();
        let picture = size_of::<Picture>()
            + Planes::bytes(&frame, header.pixels.bytes())
            + coefficients
            + smoothing
            + Scan::bytes(used.map(|(scan, _)| scan));
        let before = if smoothing > 0 {
            coefficients + smoothing
        } else {
            0
        }; // see `Picture::new`
        Some(always + picture.max(before + needed.len() + Scan::bytes(scans.iter())))
    }

    /// Bytes of the file that are held at the moment, with the room beside them. Of a file that has to be resident (see
    /// [`Header::resident`]) it is all of them, once it is complete.
    pub fn resident_bytes(&self) -> usize {
        self.data.capacity()
    }

    /// Refuses a file that has to be resident and is larger than allowed.
    fn check_resident(&mut self, more: usize) -> Result<(), Error> {
        if self.data.len() + more <= self.limits.resident_bytes {
            return Ok(());
        }
        let error = Error::Limit("more resident bytes than allowed");
        self.state = State::Failed(error);
        Err(error)
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
            let Some((marker, content, next)) = segment(&self.data, &mut self.at)? else {
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
            let members = self.data[content].first().copied().unwrap_or(0);
            let resident = frame.progressive || usize::from(members) != frame.components.len();
            if frame.height == 0 || resident {
                self.resident = true;
                self.check_resident(0)?;
            }
            if frame.height == 0 {
                self.searched = self.searched.max(next - self.at);
                let mut from = self.at + self.searched;
                let found = find_height(&self.data, &mut from);
                self.searched = from - self.at;
                match found {
                    Some(height) if height > 0 => frame.set_height(height),
                    None if !self.complete => return Ok(false),
                    _ => return Err(Error::Corrupt(Fault::NoPicture)),
                }
                self.segments.frame = Some(frame.clone());
            }
            if u64::from(frame.width) * u64::from(frame.height) > self.limits.pixels {
                return Err(Error::Limit("more pixels than allowed"));
            }
            if resident && !self.complete {
                return Ok(false);
            }
            self.header = Some(self.segments.header(&frame, resident)?);
            self.resident = resident;
            self.scans = Scans::read(self, &frame, resident)?;
            return Ok(true);
        }
    }
}

/// The scans of a file that has to be resident, or the first and only one.
#[derive(Default)]
struct Scans {
    list: Vec<Scan>,
    /// The components' tables as they were when each component's first scan began.
    quantisation: [Option<[u16; 64]>; 4],
    /// The file ends before all of them have come.
    incomplete: bool,
    /// What they have sent, where blocks are smoothed because of what they have not.
    smoothed: Option<Known>,
}

impl Scans {
    /// Reads the headers of the scans from where the decoder stands. Tables may change between scans, so each scan takes those
    /// that stand before it; none is needed afterwards.
    fn read(decoder: &mut Decoder, frame: &Frame, resident: bool) -> Result<Scans, Error> {
        let Decoder { data, segments, .. } = decoder;
        segments.ignore_metadata = true;
        if !frame.progressive {
            segments.assume_standard_tables()?;
        }
        let mut scans = Scans::default();
        // By component and place: the bit position down to which the coefficient has been sent.
        let mut sent = [[u32::MAX; 64]; 4];
        let mut known = Known::nothing();
        let mut at = decoder.at;
        while let Ok(Some((marker, content, next))) = segment(data, &mut at) {
            let content = &data[content];
            if marker != 0xda {
                segments.take(marker, content)?;
                at = next;
                continue;
            }
            if scans.list.len() == decoder.limits.scans {
                return Err(Error::Limit("more scans than allowed"));
            }
            let mut scan = match Scan::new(content, segments, frame, next) {
                Ok(scan) => scan,
                Err(error) if scans.list.is_empty() => return Err(error),
                Err(_) => break, // what came before is a picture already
            };
            // A sequential component is sent once (B.2.3); more would only cost tables.
            let again = |m: &Member| !frame.progressive && sent[m.component][0] == 0;
            if scan.members.iter().any(again) {
                break;
            }
            if !frame.progressive {
                unroll(&mut scan.members);
            }
            for member in &scan.members {
                let index = member.component;
                let table = &mut scans.quantisation[index];
                *table = table.or(segments.quantisation[frame.components[index].quantisation]);
                if table.is_none() {
                    return Err(Error::Corrupt(Fault::Scan));
                }
                sent[index][scan.band.0..=scan.band.1].fill(scan.low);
            }
            known.add(&scan);
            scans.list.push(scan);
            if !resident {
                break;
            }
            at = end_of_scan(data, next);
        }
        if scans.list.is_empty() {
            return Err(Error::Corrupt(Fault::Scan));
        }
        if resident {
            let ended = next_marker(data, at).is_some_and(|marker| data[marker + 1] == 0xd9);
            let sent = &sent[..frame.components.len()];
            scans.incomplete = match frame.progressive {
                true => !ended && sent.iter().flatten().any(|&low| low > 0),
                false => sent.iter().flatten().any(|&low| low > 0),
            };
        }
        scans.smoothed = known.if_smoothed(frame, &scans.quantisation);
        (segments.dc, segments.ac) = Default::default();
        Ok(scans)
    }
}

/// A marker segment: its code, where its content lies, and where the next one starts; `None` when it is not all here.
type Segment = Option<(u8, core::ops::Range<usize>, usize)>;

/// Looks from `at` on, and moves it over what is no segment.
fn segment(data: &[u8], at: &mut usize) -> Result<Segment, Error> {
    loop {
        let Some(marker) = next_marker(data, *at) else {
            *at = (*at).max(data.len() - usize::from(data.last() == Some(&0xff)));
            return Ok(None);
        };
        *at = marker;
        let code = data[marker + 1];
        match code {
            0x01 | 0xd0..=0xd8 => *at = marker + 2,
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

/// The height in the DNL segment behind the first scan's data; 0 when there is none, and nothing as long as one may come.
/// Looks from `at` on, and moves it over what has been seen.
fn find_height(data: &[u8], at: &mut usize) -> Option<u16> {
    loop {
        let Some(marker) = next_marker(data, *at) else {
            *at = (*at).max(data.len() - usize::from(data.last() == Some(&0xff)));
            return None;
        };
        *at = marker;
        match data[marker + 1] {
            0xd0..=0xd7 => *at = marker + 2,
            0xdc => {
                let &[_, _, high, low] = data.get(marker + 2..)?.first_chunk()?;
                return Some(u16::from_be_bytes([high, low]));
            }
            _ => return Some(0),
        }
    }
}

/// The picture while it is decoded.
struct Picture {
    frame: Frame,
    quantisation: [[u16; 64]; 4],
    planes: Planes,
    scans: Vec<Scan>,
    /// Coefficients of a row of MCUs, where several scans make them.
    coefficients: Option<Coefficients>,
    /// Where the file's last scans are missing.
    smoothing: Option<Smoothing>,
    /// The block that is being decoded, where they do not; but for the DC coefficient, zeroes before and after.
    block: Block,
    /// The place, in coding order, behind which no coefficient is needed; for each component.
    keep: [usize; 4],
    /// The row of MCUs that is being decoded, and the next MCU in it.
    mcu_row: usize,
    mcu: usize,
    /// The next row of the result, and how many can be had.
    row: usize,
    ready: usize,
    /// Of separate components, the one whose row is next, and how many of its rows in the row of MCUs have been handed out.
    component: usize,
    taken: usize,
    /// The first row of MCUs with damage.
    damaged_at: Option<usize>,
    /// The file ends before all scans have come.
    incomplete: bool,
}

impl Picture {
    fn new(decoder: &mut Decoder) -> Result<Picture, Error> {
        let mut frame = decoder
            .segments
            .frame
            .take()
            .ok_or(Error::Corrupt(Fault::NoPicture))?;
        frame.separate = decoder.separate;
        frame.set_scale(decoder.scale);
        let header = decoder
            .header
            .as_ref()
            .ok_or(Error::Corrupt(Fault::NoPicture))?;
        let transform: Transform = decoder.segments.transform(&frame);
        let Scans {
            list: mut scans,
            quantisation,
            incomplete,
            smoothed,
        } = core::mem::take(&mut decoder.scans);
        // Smoothing reads scans beyond those that are needed, and so comes before they go; without it they go before anything comes.
        let (mut coefficients, mut smoothing) = (None, None);
        if let Some(known) = smoothed {
            let coefficients = coefficients.insert(Coefficients::new(&frame)?);
            let data = &decoder.data;
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
        Ok(Picture {
            frame,
            quantisation: quantisation.map(|table| table.unwrap_or([0; 64])),
            planes,
            scans,
            coefficients,
            smoothing,
            block: [0; 128],
            keep,
            mcu_row: 0,
            mcu: 0,
            row: 0,
            ready: 0,
            component: 0,
            taken: 0,
            damaged_at: None,
            incomplete,
        })
    }

    /// Whether all data has been read that is of use.
    fn is_complete(&self) -> bool {
        self.mcu_row == self.frame.mcus_down
    }

    /// The first byte that is still needed.
    fn read(&self) -> usize {
        if self.coefficients.is_none() {
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
            let mcu_row = self.mcu_row - 1;
            if self.frame.separate {
                let (component, y) = self.take_component_row(mcu_row);
                let row = self.planes.samples(&self.frame, component, y, mcu_row);
                return Event::Samples { component, row };
            }
            let row = self.row;
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
            truncated: self.incomplete || self.scans.iter().any(Scan::is_starved),
        })
    }

    /// The component and the row that are next in this row of MCUs; all rows of one component come before the next component's.
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

    /// Decodes until there is a row, or nothing left to decode with.
    fn advance(&mut self, data: &[u8], complete: bool) -> Result<(), Error> {
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

    /// Decodes a row of MCUs of a single scan straight into samples; `false` when the data may not reach.
    fn stream_row(&mut self, data: &[u8], complete: bool) -> bool {
        let scan = &mut self.scans[0];
        let restarts = scan.restarts();
        let mut bits = scan.bits; // a copy, for registers
        while self.mcu < self.frame.mcus_across {
            let few = |bits: &BitReader| data.len() - bits.pos().min(data.len()) < MOST_MCU_BYTES;
            if restarts {
                scan.bits = bits;
                // In this order: looking for the marker passes over bytes.
                if !complete && (!scan.can_begin(data) || few(&scan.bits)) {
                    return false;
                }
                scan.begin_mcu(data);
                bits = scan.bits;
            } else if !complete && few(&bits) {
                break;
            }
            let starved = scan.is_starved();
            for member in &mut scan.members {
                let index = member.component;
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
                        let end = if starved {
                            self.block[0] = 0;
                            1
                        } else {
                            member.sequential(&mut bits, data, keep, &mut self.block)
                        };
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

    /// Decodes a row of MCUs of all scans in step, then makes samples of the coefficients.
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
        for (index, component) in self.frame.components.iter().enumerate() {
            let plane = &mut self.planes.planes[index];
            let (stride, points) = (plane.stride, component.points);
            let quantisation = &self.quantisation[index];
            let unkept = u64::MAX << self.keep[index] << 1;
            for y in 0..component.v {
                for (x, at) in coefficients.row(&self.frame, index, y).enumerate() {
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

/// The last place, in coding order, of a coefficient that a transform with these points uses.
fn last_needed(points: idct::Points) -> usize {
    // Where there is more than one sample, every frequency has its share in the means.
    let along = |frequency: usize, points: usize| points > 1 || frequency == 0;
    let used = |&place: &usize| {
        let natural = usize::from(ZIGZAG[place]);
        along(natural % 8, points.across) && along(natural / 8, points.down)
    };
    (0..64).rev().find(used).unwrap_or(0)
}

/// For each component, the last place that is needed.
fn keep(frame: &Frame) -> [usize; 4] {
    let component = |index| frame.components.get(index);
    core::array::from_fn(|index| component(index).map_or(0, |c| last_needed(c.points)))
}

/// Which scans change something that is used: of several. A scan that refines depends on which coefficients of its band earlier
/// scans have set, so these are needed too.
fn needed(scans: &[Scan], keep: &[usize; 4], several: bool) -> Vec<bool> {
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

//! The decoder: bytes in, events out.

mod event;
mod picture;
mod scans;

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

pub use self::event::{Event, Shape, Status};
use self::picture::{Part, Picture, keep, needed};
use self::scans::{Scans, find_height, segment};
use crate::coefficients::Coefficients;
use crate::error::{Error, Fault};
use crate::frame::{Component, Frame};
use crate::huffman::{Table, Unrolled};
use crate::limits::Limits;
use crate::rows::Planes;
use crate::scale::Scale;
use crate::scan::Scan;
use crate::segments::{Header, Segments};
use crate::smoothing::Smoothing;

/// A JPEG decoder without I/O.
///
/// ```
/// use letterbox_jpeg::{Decoder, Encoder, Event, Pixels, Scale, Settings};
///
/// let mut encoder = Encoder::new(64, 16, Pixels::Grey, Settings::default())?;
/// (0..16).try_for_each(|_| encoder.row(&[100; 64]))?;
/// let file = encoder.finish()?;
///
/// let mut decoder = Decoder::new();
/// decoder.push(&file)?;
/// decoder.finish();
/// assert!(matches!(decoder.next()?, Event::Header));
/// decoder.set_scale(Scale::Eighth);
/// assert_eq!(decoder.size(Scale::Eighth), Some((8, 2)));
/// assert!(decoder.peak_bytes(Scale::Eighth) < decoder.peak_bytes(Scale::Full));
/// while let Event::Row(row) = decoder.next()? {
///     assert_eq!(row, [100; 8]);
/// }
/// # Ok::<(), letterbox_jpeg::Error>(())
/// ```
pub struct Decoder {
    /// Bytes of the file that are still needed.
    data: Vec<u8>,
    /// Index in `data` of the first byte that has not been read.
    at: usize,
    /// Set once SOI has been seen.
    started: bool,
    /// Set once the caller has said that no more bytes will come.
    complete: bool,
    limits: Limits,
    segments: Segments,
    header: Option<Header>,
    /// Whether the compressed file has to be resident, because of its scans or because its height
    /// comes late (DNL).
    resident: bool,
    /// Position up to which a late height has been searched for, starting at `at`.
    searched: usize,
    scans: Scans,
    scale: Scale,
    separate: bool,
    part: Part,
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

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("limits", &self.limits)
            .field("scale", &self.scale)
            .field("resident", &self.resident)
            .field("complete", &self.complete)
            .finish_non_exhaustive()
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder::new()
    }
}

impl Decoder {
    /// Creates a decoder with the default limits.
    pub fn new() -> Decoder {
        Decoder::with_limits(Limits::default())
    }

    /// Creates a decoder with the given limits.
    pub fn with_limits(limits: Limits) -> Decoder {
        Decoder {
            data: Vec::new(),
            at: 0,
            started: false,
            complete: false,
            segments: Segments::new(&limits),
            limits,
            header: None,
            resident: false,
            searched: 0,
            scans: Scans::default(),
            scale: Scale::Full,
            separate: false,
            part: Part::ALL,
            state: State::Segments,
        }
    }

    /// Leaves EXIF and ICC out of the header and does not store them.
    pub fn ignore_metadata(&mut self) {
        self.segments.ignore_metadata = true;
    }

    /// Reserves capacity for that many bytes at once, so that a resident file of known length is
    /// not moved while it grows.
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

    /// Returns the header, once [`Event::Header`] has come.
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Chooses the resolution. Has no effect after the first event that follows [`Event::Header`].
    pub fn set_scale(&mut self, scale: Scale) {
        self.scale = scale;
    }

    /// Hands out each component's samples as [`Event::Samples`] instead of pixels, neither
    /// upsampled nor converted, and each scaled by itself. For callers that need the components
    /// separately. Has no effect after the first event that follows [`Event::Header`].
    pub fn separate_components(&mut self) {
        self.separate = true;
    }

    /// Says which columns and rows of the result are of use. The others are handed out as well, and
    /// hold anything: they are read, as far as what follows depends on them, and not transformed.
    /// May be called again while rows come, and counts for the MCUs that follow.
    ///
    /// ```
    /// use letterbox_jpeg::{Decoder, Encoder, Event, Pixels, Settings};
    ///
    /// let mut encoder = Encoder::new(64, 64, Pixels::Grey, Settings::default())?;
    /// (0..64).try_for_each(|y| encoder.row(&[3 * y; 64]))?;
    /// let mut decoder = Decoder::new();
    /// decoder.push(&encoder.finish()?)?;
    /// decoder.finish();
    /// assert!(matches!(decoder.next()?, Event::Header));
    /// decoder.show(0..8, 32..40);
    /// let mut y = 0;
    /// while let Event::Row(row) = decoder.next()? {
    ///     assert_eq!(row.len(), 64);
    ///     if (32..40).contains(&y) {
    ///         assert!(row[..8].iter().all(|sample| sample.abs_diff(3 * y) < 4));
    ///     }
    ///     y += 1;
    /// }
    /// assert_eq!(y, 64);
    /// # Ok::<(), letterbox_jpeg::Error>(())
    /// ```
    pub fn show(&mut self, columns: Range<u32>, rows: Range<u32>) {
        self.part = Part { columns, rows };
        if let State::Picture(picture) = &mut self.state {
            picture.show(&self.part);
        }
    }

    /// Whether the data has ended before the picture, as far as it is decoded: rows that come now
    /// are not those of a whole file.
    pub fn is_starved(&self) -> bool {
        matches!(&self.state, State::Picture(picture) if picture.is_starved())
    }

    /// Returns the columns and rows of a component's samples at a scale, after
    /// [`Decoder::separate_components`]: its share of the picture's size, divided by the
    /// denominator and rounded up.
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

    /// Returns the columns and rows of the result at a scale: the picture's size divided by the
    /// denominator and rounded up. The picture covers exactly `width / denominator` columns of the
    /// result, so the last one may be partial.
    pub fn size(&self, scale: Scale) -> Option<(u32, u32)> {
        let header = self.header.as_ref()?;
        let side = |length: u16| u32::from(length).div_ceil(scale.denominator());
        Some((side(header.width), side(header.height)))
    }

    /// Returns the exact number of bytes that the decoder holds at its peak, counted from
    /// [`Event::Header`] on, when it decodes at a scale. The file's own bytes and the header's
    /// metadata are not counted. Valid until the first row has been made.
    ///
    /// While segments are read, the decoder may have held up to 4 KiB more: definitions of Huffman
    /// tables and growing lists; and the tables of scans that the scale does not need. The metadata
    /// exists twice while it is put together.
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

    /// Returns an upper bound on [`Decoder::peak_bytes`] that is known from the frame header alone.
    /// Tables and lists are counted as if there were `tables` of them, because none has been read
    /// yet. The segments before the picture are counted too.
    pub fn peak_bytes_of(shape: &Shape<'_>, scale: Scale, separate: bool, tables: usize) -> usize {
        let components: Vec<Component> = shape
            .sampling
            .iter()
            .map(|&(h, v)| Component::new(0, usize::from(h), usize::from(v), 0))
            .collect();
        let count = components.len();
        let (width, height) = shape.size;
        let mut frame = Frame::new(width, height, shape.progressive, components);
        frame.separate = separate;
        frame.set_scale(scale);
        let pixel_bytes = match count {
            1 | 2 => 1,
            3 => 3,
            _ => 4,
        };
        let (mut coefficients, mut smoothing) = (0, 0);
        if shape.resident {
            coefficients = Coefficients::bytes(&frame);
        }
        if shape.progressive {
            smoothing = Smoothing::bytes(&frame);
        }
        let unrolled = if shape.progressive { 0 } else { count };
        let tables = tables * Table::BYTES + unrolled * Unrolled::BYTES;
        // Members of scans, and lists that grow.
        let small = 16 * size_of::<Scan>() + 8 * size_of::<Component>() + 1024;
        size_of::<Picture>()
            + Planes::bytes(&frame, pixel_bytes)
            + coefficients
            + smoothing
            + tables
            + small
    }

    /// Returns the capacity in bytes of the buffer that holds the file. For a resident file (see
    /// [`Header::resident`]) the buffer has the whole file, once it is complete.
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

    /// Returns the next event.
    ///
    /// # Errors
    /// Returns the reason why the file cannot be decoded, and the same error again on every later
    /// call. Damaged data is not an error but a [`Status`].
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

    /// Advances until an event can be returned.
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
                let missing = Error::Corrupt(Fault::NoPicture);
                let mut frame = self.segments.frame.take().ok_or(missing)?;
                frame.separate = self.separate;
                frame.set_scale(self.scale);
                let header = self.header.as_ref().ok_or(missing)?;
                let transform = self.segments.transform(&frame);
                let scans = core::mem::take(&mut self.scans);
                let part = &self.part;
                let picture = Picture::new(frame, transform, header, scans, part, &self.data)?;
                self.state = State::Picture(alloc::boxed::Box::new(picture));
                self.work()
            }
            State::Picture(picture) => picture.advance(&self.data, self.complete),
        }
    }

    /// Drops bytes that have been read, if they are at least 4096 and at least half of the buffer.
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

    /// Reads segments up to a scan header and prepares the header; `false` when more bytes are
    /// needed.
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
            let (data, at, most) = (&self.data, self.at, self.limits.scans);
            self.scans = Scans::read(data, at, &mut self.segments, &frame, resident, most)?;
            return Ok(true);
        }
    }
}

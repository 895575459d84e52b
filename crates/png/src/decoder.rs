//! Reader of the chunks (PNG, clause 5.3), in whatever pieces they arrive.

use core::fmt;

use crc32fast::Hasher;

use crate::checksum::{Adler, Folding};
use crate::error::Error;
use crate::expand::Expansion;
use crate::header::{Colour, Header, row_bytes, transparency};
use crate::unfilter::{SLACK, unfilter, unfilter_four};
use crate::window::{Tail, Window, rows_at_once, zeroes};

/// A PNG decoder without I/O.
pub struct Decoder {
    place: Place,
    /// Buffer for a length, a type or a checksum that has arrived in part.
    field: Field,
    chunk: Chunk,
    header: Option<Header>,
    palette: Option<Vec<u8>>,
    transparency: Option<Vec<u8>>,
    picture: Option<Picture>,
    verifies: bool,
}

/// Part of the file that the next byte belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Signature,
    /// Length and type of a chunk.
    Start,
    Content,
    Checksum,
    /// Everything behind the image data.
    End,
}

/// The chunk that is being read.
#[derive(Default)]
struct Chunk {
    kind: [u8; 4],
    /// Bytes of the content that have not come yet.
    remaining: u32,
    checksum: Hasher,
    /// The content, of chunks that are needed as a whole.
    content: Vec<u8>,
    /// Whether the picture was complete before this chunk.
    is_behind: bool,
}

/// State of the image data that is being decoded.
struct Picture {
    folding: Folding,
    window: Window,
    pixel_bytes: usize,
    row_bytes: usize,
    /// Unfiltered rows, of which only the first is allocated where rows are made one at a time, and
    /// the row above them; [`SLACK`] bytes behind each.
    made: [Vec<u8>; 4],
    above: Vec<u8>,
    at_once: usize,
    /// Number of rows that were made.
    count: usize,
    expansion: Expansion,
    /// Buffer for a row of the output, where the output differs from the unfiltered row.
    expanded: Vec<u8>,
    rows_left: u32,
    verification: Option<Verification>,
}

/// State of the checks that [`Decoder::is_intact`] reports.
struct Verification {
    adler: Adler,
    tail: Tail,
    /// Bytes of the picture so far, and the first byte of the zlib stream, which declares the size
    /// of the window.
    bytes: u64,
    method: Option<u8>,
    /// Number of palette entries in an indexed file, pixels of a row, and bits of a pixel.
    colours: Option<usize>,
    width: usize,
    depth: u8,
    is_wrong: bool,
}

impl Verification {
    /// Checks that all pixels of a row are in the palette.
    fn look(&mut self, row: &[u8]) {
        let Some(colours) = self.colours.filter(|&colours| colours < 1 << self.depth) else {
            return;
        };
        let mask = ((1u16 << self.depth) - 1) as u8;
        let each = usize::from(8 / self.depth);
        let index = |at: usize| {
            let byte = row.get(at / each).copied().unwrap_or(0);
            byte >> (8 - usize::from(self.depth) * (at % each + 1)) & mask
        };
        self.is_wrong |= (0..self.width).any(|at| usize::from(index(at)) >= colours);
    }

    /// Whether all checks have passed.
    fn is_intact(&self) -> bool {
        // Decoders that trust the stream keep only as large a window as its header declares.
        let reach = self.method.map_or(0, |method| 256 << (method >> 4));
        !self.is_wrong
            && (reach >= 32 << 10 || self.bytes <= reach)
            && self.tail == Tail::Checksum(self.adler.finish())
    }
}

/// Most bytes of a kept chunk: the largest palette.
const LONGEST: u32 = 768;

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

impl Default for Decoder {
    fn default() -> Decoder {
        Decoder::new()
    }
}

impl Decoder {
    /// Creates a decoder.
    pub fn new() -> Decoder {
        Decoder {
            place: Place::Signature,
            field: Field::default(),
            chunk: Chunk::default(),
            header: None,
            palette: None,
            transparency: None,
            picture: None,
            verifies: false,
        }
    }

    /// Makes the decoder check the image data more strictly, for [`Decoder::is_intact`]: other
    /// decoders may refuse a file that fails the checks.
    pub fn verifying(self) -> Decoder {
        Decoder {
            verifies: true,
            ..self
        }
    }

    /// Whether the image data conforms to the standard: the checksums of all chunks and of the zlib
    /// stream are right, the stream ends behind the last row, and all pixels are in the palette.
    /// Only known for a complete file, and only by a decoder that is [`Decoder::verifying`].
    pub fn is_intact(&self) -> bool {
        let verification = self.picture.as_ref().and_then(|p| p.verification.as_ref());
        verification.is_some_and(Verification::is_intact)
    }

    /// Returns the header, once it has arrived.
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Returns an upper bound on the bytes that a decoder allocates for rows of this width, with so
    /// many bits a pixel in the file and so many bytes a pixel in the output.
    ///
    /// ```
    /// assert!(letterbox_png::Decoder::peak_bytes(4000, 24, 3) < 400_000);
    /// ```
    pub fn peak_bytes(width: u32, bits_per_pixel: u32, channels: usize) -> u64 {
        let row = row_bytes(width, bits_per_pixel).unwrap_or(usize::MAX / 16);
        let made = rows_at_once(row + 1) + 1;
        let rows = Window::allocated_bytes(row + 1) + made * (row + SLACK);
        rows as u64
            + u64::from(width) * channels as u64
            + SMALL_BYTES
            + Folding::ALLOCATED_BYTES as u64
    }

    /// Takes the next bytes of the file and hands the rows that become complete to `rows`, from top
    /// to bottom.
    ///
    /// ```
    /// use letterbox_png::{Colour, Decoder, Error};
    ///
    /// let file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x01\x08\0\0\0\0\xd1I V\
    ///     \0\0\0\x0bIDATx\xdac\xe0\x12\x01\0\0+\0\x1f\x04\xc8\xf0\xc2\0\0\0\0IEND\xaeB`\x82";
    /// let (mut decoder, mut rows) = (Decoder::new(), Vec::new());
    /// for byte in file.chunks(1) {
    ///     decoder.push(byte, &mut |row: &[u8]| {
    ///         rows.push(row.to_vec());
    ///         Ok::<(), Error>(())
    ///     })?;
    /// }
    /// decoder.finish()?;
    /// assert_eq!(rows, [[10, 20]]);
    /// assert_eq!(decoder.header().map(|header| header.colour), Some(Colour::Grey));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// Returns the defect of the file, or the error that `rows` returns. A decoder cannot be used
    /// after an error.
    pub fn push<E: From<Error>>(
        &mut self,
        mut bytes: &[u8],
        rows: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while !bytes.is_empty() {
            match self.place {
                Place::Signature => {
                    if let Some(signature) = self.field.take::<8>(&mut bytes) {
                        if signature != *b"\x89PNG\r\n\x1a\n" {
                            return Err(Error::Corrupt("this is no PNG").into());
                        }
                        self.place = Place::Start;
                    }
                }
                Place::Start => {
                    if let Some([a, b, c, d, kind @ ..]) = self.field.take::<8>(&mut bytes) {
                        self.start(u32::from_be_bytes([a, b, c, d]), kind)?;
                    }
                }
                Place::Content => {
                    let here = bytes.len().min(self.chunk.remaining as usize);
                    let (content, rest) = bytes.split_at(here);
                    bytes = rest;
                    self.chunk.remaining -= here as u32;
                    if self.chunk.remaining == 0 {
                        self.place = Place::Checksum;
                    }
                    self.take(content, rows)?;
                }
                Place::Checksum => {
                    if let Some(checksum) = self.field.take::<4>(&mut bytes) {
                        self.complete(u32::from_be_bytes(checksum))?;
                        self.place = Place::Start;
                    }
                }
                Place::End => return Ok(()),
            }
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`Error::Truncated`] if the picture is not complete. A file may end anywhere behind the data
    /// of its last row.
    pub fn finish(&self) -> Result<(), Error> {
        match &self.picture {
            Some(picture) if picture.rows_left == 0 => Ok(()),
            _ => Err(Error::Truncated),
        }
    }

    fn is_indexed(&self) -> bool {
        matches!(&self.header, Some(header) if header.colour == Colour::Indexed)
    }

    fn start(&mut self, length: u32, kind: [u8; 4]) -> Result<(), Error> {
        if let Some(picture) = &self.picture
            && kind != *b"IDAT"
        {
            if picture.rows_left > 0 {
                return Err(Error::Corrupt("the PNG has fewer rows than it says"));
            }
            self.place = Place::End;
            return Ok(());
        }
        match (&kind, &self.header) {
            (b"IHDR", None) | (b"IDAT", Some(_)) => {}
            (b"IHDR", Some(_)) | (_, None) => {
                return Err(Error::Corrupt("the PNG does not start with one IHDR"));
            }
            (b"IEND", _) => return Err(Error::Corrupt("the PNG has no image data")),
            (b"PLTE", _) if !self.is_indexed() => {} // a suggestion to who has few colours
            (b"PLTE", _) if length > LONGEST || length == 0 || !length.is_multiple_of(3) => {
                return Err(Error::Corrupt("the PNG's palette has no whole colours"));
            }
            (b"PLTE", _) => {}
            // Critical chunks, which a decoder must not ignore (clause 5.4).
            ([first, ..], _) if first.is_ascii_uppercase() => {
                return Err(Error::Corrupt(
                    "the PNG has a chunk that the standard does not know",
                ));
            }
            _ => {}
        }
        self.chunk.kind = kind;
        self.chunk.remaining = length;
        self.chunk.checksum.reset();
        self.chunk.checksum.update(&kind);
        self.chunk.content.clear();
        self.chunk.is_behind = matches!(&self.picture, Some(picture) if picture.rows_left == 0);
        self.place = if length == 0 {
            Place::Checksum
        } else {
            Place::Content
        };
        if kind == *b"IDAT" && self.picture.is_none() {
            self.picture = Some(self.picture()?);
        }
        Ok(())
    }

    fn take<E: From<Error>>(
        &mut self,
        content: &[u8],
        rows: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        match (&self.chunk.kind, &mut self.picture) {
            (b"IDAT", Some(picture)) => {
                picture.folding.update(&mut self.chunk.checksum, content);
                picture.take(content, rows)
            }
            (b"IHDR" | b"PLTE" | b"tRNS", _) => {
                self.chunk.checksum.update(content);
                let room = LONGEST as usize - self.chunk.content.len();
                let kept = &content[..content.len().min(room)];
                self.chunk.content.extend_from_slice(kept);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Checks the checksum of a chunk that is complete, and applies the chunk.
    fn complete(&mut self, checksum: u32) -> Result<(), Error> {
        let intact = self.chunk.checksum.clone().finalize() == checksum;
        match &self.chunk.kind {
            b"PLTE" if !self.is_indexed() => {}
            b"IDAT" if !intact && self.chunk.is_behind => {
                let picture = self.picture.as_mut();
                if let Some(verification) = picture.and_then(|p| p.verification.as_mut()) {
                    verification.is_wrong = true;
                }
            }
            b"IHDR" | b"PLTE" | b"IDAT" if !intact => {
                return Err(Error::Corrupt("a checksum of the PNG is wrong"));
            }
            b"IHDR" => self.header = Some(Header::parse(&self.chunk.content)?),
            b"PLTE" if self.palette.is_some() => {
                return Err(Error::Corrupt("the PNG has two palettes"));
            }
            b"PLTE" => self.palette = Some(core::mem::take(&mut self.chunk.content)),
            b"tRNS" if intact && self.transparency.is_none() => self.transparency = self.alpha(),
            _ => {}
        }
        Ok(())
    }

    /// Returns the content of `tRNS`, if the chunk is valid for the colour type.
    fn alpha(&mut self) -> Option<Vec<u8>> {
        let mut content = core::mem::take(&mut self.chunk.content);
        let meant = transparency(self.header?.colour, self.palette.is_some(), &content)?.len();
        content.truncate(meant);
        Some(content)
    }

    /// Allocates the state for rows, when the image data starts.
    fn picture(&self) -> Result<Picture, Error> {
        let header = self
            .header
            .ok_or(Error::Corrupt("the PNG does not start with one IHDR"))?;
        let expansion = Expansion::new(
            &header,
            self.palette.as_deref(),
            self.transparency.as_deref(),
        )?;
        let row_bytes =
            row_bytes(header.width, header.bits_per_pixel()).ok_or(Error::OutOfMemory)?;
        let expanded = match expansion {
            Expansion::None => 0,
            _ => (header.width as usize)
                .checked_mul(expansion.channels(&header))
                .ok_or(Error::OutOfMemory)?,
        };
        let at_once = rows_at_once(row_bytes + 1);
        let mut made = [const { Vec::new() }; 4];
        for row in &mut made[..at_once] {
            *row = zeroes(row_bytes + SLACK)?;
        }
        Ok(Picture {
            folding: Folding::new()?,
            window: Window::new(row_bytes + 1, header.height)?,
            pixel_bytes: (header.bits_per_pixel() as usize).div_ceil(8),
            row_bytes,
            made,
            above: zeroes(row_bytes + SLACK)?,
            at_once,
            count: 0,
            expansion,
            expanded: zeroes(expanded)?,
            rows_left: header.height,
            verification: self.verifies.then(|| Verification {
                adler: Adler::new(),
                tail: Tail::Coming,
                bytes: (row_bytes as u64 + 1) * u64::from(header.height),
                method: None,
                colours: self.palette.as_ref().map(|palette| palette.len() / 3),
                width: header.width as usize,
                depth: header.depth,
                is_wrong: false,
            }),
        })
    }
}

/// Upper bound on the bytes of colour tables and kept chunks.
const SMALL_BYTES: u64 = 4 << 10;

impl Picture {
    fn take<E: From<Error>>(
        &mut self,
        mut content: &[u8],
        rows: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Some(verification) = &mut self.verification
            && verification.method.is_none()
        {
            verification.method = content.first().copied();
        }
        while !self.window.is_done() {
            let (used, made) = self.window.fill(content)?;
            content = &content[used..];
            while self.rows_left > 0 && self.unfilter()? {
                self.hand_on(rows)?;
            }
            if made == 0 && (content.is_empty() || used == 0) {
                break;
            }
        }
        if let Some(verification) = &mut self.verification
            && self.rows_left == 0
        {
            verification.tail = self.window.tail(content, verification.tail);
        }
        Ok(())
    }

    /// Makes the next rows, if as many are complete as are made at a time; `false` otherwise.
    fn unfilter(&mut self) -> Result<bool, Error> {
        let at_once = self.at_once.min(self.rows_left as usize);
        let rows = [0, 1, 2, 3].map(|number| self.window.row(number));
        let Some((filter, coded)) = rows[0] else {
            return Ok(false);
        };
        // A row with an unknown filter is refused as soon as it is complete, after the rows before
        // it have been handed on.
        let known = rows.iter().flatten().all(|&(filter, _)| filter <= 4);
        if known && rows[at_once - 1].is_none() {
            return Ok(false);
        }
        self.count = if at_once == 4 && known {
            let four = rows.map(|row| row.unwrap_or((filter, coded)));
            unfilter_four(
                four.map(|(filter, _)| filter),
                self.pixel_bytes,
                four.map(|(_, coded)| coded),
                &self.above,
                &mut self.made,
            )?;
            4
        } else {
            unfilter(
                filter,
                self.pixel_bytes,
                coded,
                &self.above,
                &mut self.made[0],
            )?;
            1
        };
        if let Some(verification) = &mut self.verification {
            verification.adler.update(self.window.rows(self.count));
            let rows = &self.made[..self.count];
            rows.iter().for_each(|row| verification.look(row));
        }
        self.window.take(self.count);
        self.rows_left -= self.count as u32;
        Ok(true)
    }

    /// Hands on the rows that were made; the last one is kept as the row above the next.
    fn hand_on<E: From<Error>>(
        &mut self,
        rows: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for row in &self.made[..self.count] {
            rows(match self.expansion {
                Expansion::None => &row[..self.row_bytes],
                _ => {
                    self.expansion.run(row, &mut self.expanded);
                    &self.expanded
                }
            })?;
        }
        core::mem::swap(&mut self.made[self.count - 1], &mut self.above);
        Ok(())
    }
}

/// Buffer for a few bytes that may arrive in pieces.
#[derive(Default)]
struct Field {
    bytes: [u8; 8],
    filled: usize,
}

impl Field {
    /// Returns `LENGTH` bytes from the start of `input`, once that many have arrived.
    fn take<const LENGTH: usize>(&mut self, input: &mut &[u8]) -> Option<[u8; LENGTH]> {
        let here = input.len().min(LENGTH - self.filled);
        let (taken, rest) = input.split_at(here);
        self.bytes[self.filled..self.filled + here].copy_from_slice(taken);
        self.filled += here;
        *input = rest;
        if self.filled < LENGTH {
            return None;
        }
        self.filled = 0;
        self.bytes.first_chunk().copied()
    }
}

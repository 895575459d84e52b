//! JPEG in TIFF (TIFF Technical Note 2), by our own decoder: each strip or tile is a JPEG whose
//! tables may stand in a tag. The TIFF's tags define the components. The JPEG's own markers about
//! them are dropped.

use letterbox_jpeg::{Decoder, Error as Fault, Event, Limits, Pixels, Scale, Shape as Frame};

use crate::error::Error;
use crate::format::jpeg::code::tables_of;
use crate::format::tiff::damage::DAMAGED;
use crate::format::tiff::header as tiff;
use crate::header::strips::Shape;

/// Bytes that the decoder gets at a time.
const PIECE: usize = 4096;
/// Upper bound on a segment that decoding needs: all eight Huffman tables, each with all symbols.
const MOST_SEGMENT: usize = 4096;
/// Bytes that the decoder keeps of the file: segments, and a piece beside the rest of the previous
/// one.
const BUFFER_BYTES: u64 = 4 * PIECE as u64;

/// A strip or tile that is being decompressed.
pub(crate) struct Jpeg<'a> {
    planned: tiff::Jpeg,
    tables: &'a [u8],
    /// Minimum number of columns of the JPEG, and the samples of a pixel.
    width: u32,
    samples: usize,
    decoder: Option<Decoder>,
    rest: &'a [u8],
    /// Number of rows that are wanted, and whether the JPEG has more.
    rows: u32,
    spare: bool,
    /// Whether samples are inverted CMYK.
    negative: bool,
}

fn frame(jpeg: &tiff::Jpeg) -> Frame<'_> {
    Frame {
        size: jpeg.size,
        sampling: &jpeg.sampling[..components(jpeg)],
        progressive: jpeg.progressive,
        resident: jpeg.resident_bytes > 0,
    }
}

fn components(jpeg: &tiff::Jpeg) -> usize {
    jpeg.sampling.iter().take_while(|(h, _)| *h > 0).count()
}

fn tables(jpeg: &tiff::Jpeg) -> usize {
    tables_of(components(jpeg), jpeg.resident_bytes > 0)
}

fn decoder_bytes(jpeg: &tiff::Jpeg) -> u64 {
    Decoder::peak_bytes_of(&frame(jpeg), Scale::Full, false, tables(jpeg)) as u64
}

/// Memory of the decoder.
pub(crate) fn held_bytes(jpeg: &tiff::Jpeg) -> u64 {
    size_of::<Jpeg<'_>>() as u64 + decoder_bytes(jpeg) + jpeg.resident_bytes + BUFFER_BYTES
}

impl<'a> Jpeg<'a> {
    pub(crate) fn new(planned: tiff::Jpeg, tables: &'a [u8], shape: &Shape) -> Jpeg<'a> {
        Jpeg {
            planned,
            tables,
            width: shape.chunk.width,
            samples: components(&planned),
            decoder: None,
            rest: &[],
            rows: 0,
            spare: false,
            negative: false,
        }
    }

    pub(crate) fn start(&mut self, bytes: &'a [u8], rows: u32) -> Result<(), Error> {
        self.decoder = None; // gone before the next is made
        // No table is built that is not planned.
        let mut decoder = Decoder::with_limits(Limits {
            tables: tables(&self.planned),
            ..Limits::default()
        });
        decoder.ignore_metadata();
        let ycbcr = u8::from(self.planned.ycbcr);
        decoder.push(&[0xff, 0xd8]).map_err(fault)?;
        // Adobe's marker declares the transform, and decides in the absence of JFIF.
        let adobe = [
            0xff, 0xee, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, ycbcr,
        ];
        decoder.push(&adobe).map_err(fault)?;
        segments(&mut decoder, self.tables)?;
        let scan = segments(&mut decoder, bytes)?;
        self.rest = bytes.get(scan..).unwrap_or_default();
        self.rows = rows;
        // A resident file is pushed until it is complete, any other up to the scan header.
        let resident = self.planned.resident_bytes > 0;
        if resident && self.rest.len() as u64 > self.planned.resident_bytes {
            return Err(DAMAGED);
        }
        if resident {
            decoder.reserve(self.rest.len()).map_err(fault)?;
        }
        while let Event::NeedMore = decoder.next().map_err(fault)? {
            if !resident && self.rest.len() + 2 * PIECE < bytes.len() - scan {
                return Err(Error::Unsupported(
                    "TIFF with a JPEG unlike the first one in it is not read",
                ));
            }
            push(&mut decoder, &mut self.rest)?;
        }
        let header = decoder.header().ok_or(DAMAGED)?;
        let (width, height) = (u32::from(header.width), u32::from(header.height));
        let samples = header.pixels.bytes();
        if width < self.width || height < rows || samples != self.samples {
            return Err(Error::Corrupt(
                "a JPEG in the TIFF is not as large as its strip or tile",
            ));
        }
        let need = decoder.peak_bytes(Scale::Full);
        if need.is_none_or(|need| need as u64 > decoder_bytes(&self.planned)) {
            return Err(Error::Unsupported(
                "TIFF with a JPEG unlike the first one in it is not read",
            ));
        }
        self.spare = height > rows;
        // Four components with Adobe's marker are inverted CMYK.
        self.negative = header.pixels == Pixels::Cmyk;
        self.decoder = Some(decoder);
        Ok(())
    }

    pub(crate) fn fill(&mut self, row: &mut [u8]) -> Result<(), Error> {
        let decoder = self.decoder.as_mut().ok_or(DAMAGED)?;
        loop {
            match decoder.next().map_err(fault)? {
                Event::NeedMore => push(decoder, &mut self.rest)?,
                Event::Row(samples) => {
                    row.copy_from_slice(samples.get(..row.len()).ok_or(DAMAGED)?);
                    if self.negative {
                        row.iter_mut().for_each(|sample| *sample = 255 - *sample);
                    }
                    return Ok(());
                }
                Event::Header | Event::Samples { .. } => {}
                Event::End(_) => return Err(DAMAGED),
            }
        }
    }

    /// Ends the strip or tile. Corruption inside is tolerated, as every decoder does; truncation is
    /// an error. Rows beyond the wanted ones are ignored.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        let Some(decoder) = self.decoder.as_mut() else {
            return Ok(());
        };
        while !self.spare {
            match decoder.next().map_err(fault)? {
                Event::NeedMore => push(decoder, &mut self.rest)?,
                Event::End(status) if status.truncated => return Err(DAMAGED),
                Event::End(_) => break,
                _ => {}
            }
        }
        self.decoder = None;
        Ok(())
    }
}

/// Pushes the next piece, or the end.
fn push(decoder: &mut Decoder, rest: &mut &[u8]) -> Result<(), Error> {
    let (piece, behind) = rest.split_at(rest.len().min(PIECE));
    *rest = behind;
    if piece.is_empty() {
        decoder.finish();
        return Ok(());
    }
    decoder.push(piece).map_err(fault)
}

/// Pushes the segments before the first scan, except those of applications. Returns the offset of
/// the scan.
fn segments(decoder: &mut Decoder, bytes: &[u8]) -> Result<usize, Error> {
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|&byte| byte == 0xff) {
        at += found;
        let Some(&marker) = bytes.get(at + 1) else {
            break;
        };
        match marker {
            0xda => return Ok(at),
            0xd9 => break,
            0xff => at += 1, // may stand in front of a marker
            0 | 1 | 0xd0..=0xd8 => at += 2,
            _ => {
                let length = bytes.get(at + 2..).and_then(|rest| rest.first_chunk());
                let length = usize::from(u16::from_be_bytes(*length.ok_or(DAMAGED)?));
                let segment = bytes.get(at..at + 2 + length).ok_or(DAMAGED)?;
                at += segment.len();
                if matches!(marker, 0xe0..=0xef | 0xfe) {
                    continue;
                }
                if length > MOST_SEGMENT {
                    return Err(DAMAGED);
                }
                decoder.push(segment).map_err(fault)?;
                // The decoder reads the segment at once, so that it never holds more than one.
                decoder.next().map_err(fault)?;
            }
        }
    }
    Ok(bytes.len())
}

fn fault(fault: Fault) -> Error {
    match fault {
        Fault::Unsupported(what) | Fault::Limit(what) => Error::Unsupported(what),
        Fault::OutOfMemory => Error::OutOfMemory,
        Fault::Corrupt(_) => Error::Corrupt("a JPEG in the TIFF is damaged"),
        other => Error::Internal(other.to_string()),
    }
}

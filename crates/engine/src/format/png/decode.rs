//! PNG: our own decoder takes bytes as they arrive and hands out rows. The `png` crate writes
//! files, and reads interlaced ones as a whole.

use png::{BitDepth, ColorType, Limits, Transformations};

use crate::error::Error;
use crate::format::codec::Decode;
use crate::format::png::chunks;
use crate::format::png::chunks::{Piece, Reader};
use crate::format::png::part::Part;
use crate::pixels::frame::Frame;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSink;
use crate::plan::Plan;

/// A file that is being decoded.
pub(crate) struct Decoder {
    decoder: letterbox_png::Decoder,
    /// Bytes read before there was a receiver of rows.
    start: Vec<u8>,
    /// Bytes of a row in the planned layout.
    row_bytes: usize,
    verifies: bool,
}

impl Decoder {
    pub(crate) fn new(plan: &Plan, start: Vec<u8>) -> Decoder {
        let decoder = letterbox_png::Decoder::new();
        // The file itself may be the answer, and some decoders refuse what ours tolerates.
        let verifies = plan.keeps_original();
        Decoder {
            decoder: if verifies {
                decoder.verifying()
            } else {
                decoder
            },
            verifies,
            start,
            row_bytes: plan.decoded.width as usize * plan.header.layout.channels(),
        }
    }

    pub(crate) fn take(&mut self, bytes: &[u8], rows: &mut dyn RowSink) -> Result<(), Error> {
        let pushed = self.decoder.push(bytes, &mut |row: &[u8]| {
            if row.len() == self.row_bytes {
                rows.row(0, row).map_err(Stop::Ours)
            } else {
                Err(Stop::Ours(Error::Corrupt(
                    "the PNG's transparency is damaged or stands behind its pixels",
                )))
            }
        });
        pushed.map_err(|stop| match stop {
            Stop::Ours(error) => error,
            Stop::File(error) => fault(error),
        })
    }
}

impl Decode for Decoder {
    fn push(&mut self, bytes: &[u8], rows: &mut dyn RowSink) -> Result<(), Error> {
        let start = std::mem::take(&mut self.start);
        self.take(&start, rows)?;
        drop(start);
        self.take(bytes, rows)
    }

    fn finish(&mut self, _: &Plan, rows: &mut dyn RowSink) -> Result<(), Error> {
        self.push(&[], rows)?;
        self.decoder.finish().map_err(fault)?;
        if self.verifies && !self.decoder.is_intact() {
            rows.damaged();
        }
        Ok(())
    }
}

/// Reason why decoding ended: the file, or the receiver of its rows.
enum Stop {
    Ours(Error),
    File(letterbox_png::Error),
}

impl From<letterbox_png::Error> for Stop {
    fn from(error: letterbox_png::Error) -> Stop {
        Stop::File(error)
    }
}

fn fault(error: letterbox_png::Error) -> Error {
    match error {
        letterbox_png::Error::OutOfMemory => Error::OutOfMemory,
        letterbox_png::Error::Corrupt(what) => Error::Corrupt(what),
        letterbox_png::Error::Truncated => Error::Corrupt("the PNG breaks off"),
        letterbox_png::Error::Interlaced => {
            Error::Corrupt("the PNG's headers contradict each other")
        }
        other => Error::Internal(other.to_string()),
    }
}

/// Upper bound on the bytes that decoding row by row holds.
pub(crate) fn decoder_bytes(plan: &Plan, bits_per_pixel: u32) -> u64 {
    let (width, channels) = (plan.header.stored.width, plan.header.layout.channels());
    letterbox_png::Decoder::peak_bytes(width, bits_per_pixel, channels)
}

/// Hands out the rows of a frame of an animation, in the frame's layout.
pub(crate) fn draw(part: &Part<'_>, mut row: impl FnMut(&[u8])) -> Result<(), Error> {
    if part.is_interlaced() {
        let mut frame = Frame::new(part.size, part.layout, 0)?;
        interlaced_rows(part.pieces(), &mut frame, false)?;
        frame.rows().for_each(row);
        return Ok(());
    }
    let row_bytes = part.size.width as usize * part.layout.channels();
    let mut decoder = letterbox_png::Decoder::new();
    for piece in part.pieces() {
        let pushed = decoder.push(piece.bytes(), &mut |bytes: &[u8]| {
            if bytes.len() != row_bytes {
                return Err(letterbox_png::Error::Corrupt(
                    "the PNG's headers contradict each other",
                ));
            }
            row(bytes);
            Ok(())
        });
        pushed.map_err(fault)?;
    }
    decoder.finish().map_err(fault)
}

/// Decodes the picture of an interlaced file. With `intact`, the checksum of its zlib stream is
/// verified too.
pub(crate) fn interlaced(file: &[u8], frame: &mut Frame, intact: bool) -> Result<(), Error> {
    let numbers = chunks::numbers(file).ok_or(DAMAGED)?;
    let coded = chunks::before_pixels(file, &numbers).chain(chunks::pixels(file));
    interlaced_rows(chunks::pieces(&numbers, coded), frame, intact)
}

/// Decodes the picture of an interlaced file in pieces.
fn interlaced_rows<'a>(
    pieces: impl Iterator<Item = Piece<'a>>,
    frame: &mut Frame,
    intact: bool,
) -> Result<(), Error> {
    // The limit applies to chunks that are kept. The memory of pixels is planned.
    let limits = Limits { bytes: 1 << 20 };
    let mut decoder = png::Decoder::new_with_limits(Reader::new(pieces), limits);
    decoder.set_transformations(Transformations::normalize_to_color8());
    if intact {
        decoder.ignore_checksums(false);
    }
    let mut reader = decoder.read_info().map_err(library_fault)?;
    let layout = match reader.output_color_type() {
        (ColorType::Grayscale, BitDepth::Eight) => Layout::Grey,
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => Layout::GreyAlpha,
        (ColorType::Rgb, BitDepth::Eight) => Layout::Rgb,
        (ColorType::Rgba, BitDepth::Eight) => Layout::Rgba,
        _ => return Err(Error::Corrupt("the PNG has an unknown colour type")),
    };
    if layout != frame.layout || reader.output_buffer_size() != Some(frame.pixels.len()) {
        return Err(Error::Corrupt("the PNG's headers contradict each other"));
    }
    reader
        .next_frame(&mut frame.pixels)
        .map_err(library_fault)?;
    Ok(())
}

fn library_fault(error: png::DecodingError) -> Error {
    match error {
        png::DecodingError::LimitsExceeded => Error::Corrupt("the PNG has an oversized chunk"),
        _ => DAMAGED,
    }
}

const DAMAGED: Error = Error::Corrupt("the PNG is damaged or breaks off");

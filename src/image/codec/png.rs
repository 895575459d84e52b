//! PNG: a decoder of our own takes bytes as they arrive and hands out rows. `png` writes, and reads what is interlaced, whole.

mod palette;

use std::cell::RefCell;
use std::io::{Cursor, Write};
use std::rc::Rc;

use png::{BitDepth, ColorType, DeflateCompression, Filter, Limits, Transformations};

use super::whole::{self, InPlace};
use super::{Decode, Rows};
use crate::image::Error;
use crate::image::frame::{Frame, Layout, Picture, Size};
use crate::image::header::Coding;
use crate::image::plan::{Indexed, Plan};

/// A file on its way to rows.
pub(super) struct Decoder {
    decoder: letterbox_png::Decoder,
    /// What was read of the file before there was anybody to take its rows.
    start: Vec<u8>,
    /// Bytes of a row in the layout that was planned.
    row_bytes: usize,
}

impl Decoder {
    pub(super) fn new(plan: &Plan, start: Vec<u8>) -> Decoder {
        Decoder {
            decoder: letterbox_png::Decoder::new(),
            start,
            row_bytes: plan.decoded.width as usize * plan.header.layout.channels(),
        }
    }

    fn take(&mut self, bytes: &[u8], rows: &mut dyn Rows) -> Result<(), Error> {
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
            Stop::File(error) => damage(error),
        })
    }
}

impl Decode for Decoder {
    fn push(&mut self, bytes: &[u8], rows: &mut dyn Rows) -> Result<(), Error> {
        let start = std::mem::take(&mut self.start);
        self.take(&start, rows)?;
        drop(start);
        self.take(bytes, rows)
    }

    fn finish(mut self: Box<Self>, _: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
        self.push(&[], rows)?;
        self.decoder.finish().map_err(damage)
    }
}

/// What ends decoding: the file, or whoever takes its rows.
enum Stop {
    Ours(Error),
    File(letterbox_png::Error),
}

impl From<letterbox_png::Error> for Stop {
    fn from(error: letterbox_png::Error) -> Stop {
        Stop::File(error)
    }
}

fn damage(error: letterbox_png::Error) -> Error {
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

/// What decoding holds, row by row.
pub(super) fn decoder_bytes(plan: &Plan, bits_per_pixel: u32) -> u64 {
    let (width, channels) = (plan.header.stored.width, plan.header.layout.channels());
    letterbox_png::Decoder::peak_bytes(width, bits_per_pixel, channels)
}

/// A whole file: interlaced, or inside an icon.
pub(super) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
    if let Coding::Rows { .. } = plan.header.coding {
        let mut decoder = Box::new(Decoder::new(plan, Vec::new()));
        decoder.take(file, rows)?;
        return decoder.finish(plan, rows);
    }
    // The limit is for chunks that are kept; pixels are planned, and text and profiles are not read at all.
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(file), Limits { bytes: 1 << 20 });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(fault)?;
    let layout = match reader.output_color_type() {
        (ColorType::Grayscale, BitDepth::Eight) => Layout::Grey,
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => Layout::GreyAlpha,
        (ColorType::Rgb, BitDepth::Eight) => Layout::Rgb,
        (ColorType::Rgba, BitDepth::Eight) => Layout::Rgba,
        _ => return Err(Error::Corrupt("the PNG has an unknown colour type")),
    };
    if layout != plan.header.layout {
        return Err(Error::Corrupt(
            "the PNG's transparency stands behind its pixels",
        ));
    }
    let mut frame = Frame::new(plan.decoded, layout, plan.room_if_kept())?;
    if reader.output_buffer_size() != Some(frame.pixels.len()) {
        return Err(Error::Corrupt("the PNG's size changes"));
    }
    reader.next_frame(&mut frame.pixels).map_err(fault)?;
    drop(reader); // as the plan says
    rows.frame(frame)
}

/// An image on its way to its file, shared by who reads it and who writes that.
type Shared = Rc<RefCell<InPlace>>;

pub(super) fn encode(plan: &Plan, picture: Picture) -> Result<Vec<u8>, Error> {
    let place = Rc::new(RefCell::new(InPlace::new(picture)?));
    match palette::choose(plan, &place)? {
        Some(chosen) => chosen.write(plan, &place)?,
        None => write(plan, &place)?,
    }
    let place = Rc::into_inner(place).ok_or(Error::Internal("a PNG has two writers".to_owned()))?;
    Ok(place.into_inner().into_file())
}

/// Truecolour or grey, 8 bits; a fast deflate with the Paeth filter makes photos smaller than a slow one with none.
fn write(plan: &Plan, place: &Shared) -> Result<(), Error> {
    let mut encoder = encoder(plan, place);
    encoder.set_color(match plan.layout {
        Layout::Grey => ColorType::Grayscale,
        Layout::GreyAlpha => ColorType::GrayscaleAlpha,
        Layout::Rgb => ColorType::Rgb,
        Layout::Rgba => ColorType::Rgba,
    });
    let mut writer = encoder
        .write_header()
        .and_then(png::Writer::into_stream_writer)
        .map_err(internal)?;
    whole::rows(plan, place, |row| writer.write_all(row).map_err(internal))?;
    writer.finish().map_err(internal)
}

fn encoder(plan: &Plan, place: &Shared) -> png::Encoder<'static, File> {
    let Size { width, height } = plan.canvas;
    let mut encoder = png::Encoder::new(File(place.clone()), width, height);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_deflate_compression(DeflateCompression::FdeflateUltraFast);
    encoder.set_filter(Filter::Paeth);
    encoder
}

/// What a file has at most. Noise gets a code of twelve bits a byte; what is background is filtered to zeroes, of which a code stands for
/// 258, but where it meets the image.
fn most_bytes(plan: &Plan, channels: u64) -> u64 {
    let image = plan
        .resized
        .swapped_if(plan.header.orientation.swaps_axes());
    let (width, rows) = (u64::from(plan.canvas.width), u64::from(plan.canvas.height));
    let busy = (u64::from(image.width) + 2).min(width) * (u64::from(image.height) + 1).min(rows);
    let data = busy * channels * 3 / 2 + background_bytes(plan, channels);
    data + data / 256 + 1024 // the frames of chunks of 4 KiB
}

/// A row's filter, what is left of a run and of eight bytes, and the codes of whole runs.
fn background_bytes(plan: &Plan, channels: u64) -> u64 {
    let (width, rows) = (u64::from(plan.canvas.width), u64::from(plan.canvas.height));
    rows * (32 + width * channels / 128)
}

/// How far the file may be ahead of what has been read, at its beginning.
const LEAD_BYTES: u64 = 16 << 10;

/// What an image of so many bytes has room for, when it becomes its file in place: that never gets beyond what has been read.
pub(in crate::image) fn room(plan: &Plan, image_bytes: u64) -> u64 {
    match plan.palette {
        // The background above the image is written before anything is read.
        Some(Indexed::Best(_)) => {
            let lead = LEAD_BYTES + background_bytes(plan, 1);
            most_bytes(plan, 1).max(image_bytes) + lead
        }
        _ => {
            let channels = plan.layout.channels() as u64;
            most_bytes(plan, channels).max(image_bytes + LEAD_BYTES)
        }
    }
}

/// What the library holds: three rows, and a chunk; and a row of the image.
pub(super) fn encoder_bytes(plan: &Plan) -> u64 {
    let image = 4 * u64::from(plan.resized.width.max(plan.resized.height));
    let rows = 3 * u64::from(plan.canvas.width) * plan.layout.channels() as u64 + image + 4096;
    rows + palette::bytes(plan)
}

/// The file as it grows, shared with who reads the image in front of it.
struct File(Rc<RefCell<InPlace>>);

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.0.borrow_mut().write(bytes);
        written.map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn fault(error: png::DecodingError) -> Error {
    match error {
        png::DecodingError::LimitsExceeded => Error::Corrupt("the PNG has an oversized chunk"),
        _ => Error::Corrupt("the PNG is damaged or breaks off"),
    }
}

fn internal(error: impl Into<png::EncodingError>) -> Error {
    Error::Internal(error.into().to_string())
}

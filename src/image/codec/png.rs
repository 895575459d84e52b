//! PNG: a decoder of our own takes bytes as they arrive and hands out rows. `png` writes, and reads what is interlaced, whole.

use std::io::Cursor;

use png::{BitDepth, ColorType, DeflateCompression, Filter, Limits, Transformations};

use super::{Decode, Encode, Rows};
use crate::image::Error;
use crate::image::frame::{Frame, Layout, Size};
use crate::image::header::Coding;
use crate::image::plan::Plan;

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
    }
}

/// What decoding holds, row by row.
pub(super) fn decoder_bytes(plan: &Plan, bits_per_pixel: u32) -> u64 {
    let (width, channels) = (plan.header.stored.width, plan.header.layout.channels());
    letterbox_png::Decoder::peak_bytes(width, bits_per_pixel, channels)
}

/// What the library holds beside the image where rows come seven times: a few rows of at most 8 bytes a pixel.
pub(super) fn interlaced_slack(plan: &Plan) -> u64 {
    64 * u64::from(plan.header.stored.width)
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
    let mut frame = Frame::new(plan.decoded, layout)?;
    if reader.output_buffer_size() != Some(frame.pixels.len()) {
        return Err(Error::Corrupt("the PNG's size changes"));
    }
    reader.next_frame(&mut frame.pixels).map_err(fault)?;
    drop(reader); // as the plan says
    rows.frame(frame)
}

/// Truecolour or grey, 8 bits; a fast deflate with the Paeth filter makes photos smaller than a slow one with none.
pub(super) struct Encoder {
    rows: png::StreamWriter<'static, File>,
    file: File,
}

impl Encoder {
    pub(super) fn new(plan: &Plan) -> Result<Encoder, Error> {
        let Size { width, height } = plan.canvas;
        let file = File::default();
        let mut encoder = png::Encoder::new(file.clone(), width, height);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_color(match plan.layout {
            Layout::Grey => ColorType::Grayscale,
            Layout::GreyAlpha => ColorType::GrayscaleAlpha,
            Layout::Rgb => ColorType::Rgb,
            Layout::Rgba => ColorType::Rgba,
        });
        encoder.set_deflate_compression(DeflateCompression::FdeflateUltraFast);
        encoder.set_filter(Filter::Paeth);
        let rows = encoder
            .write_header()
            .and_then(png::Writer::into_stream_writer)
            .map_err(internal)?;
        Ok(Encoder { rows, file })
    }
}

impl Encode for Encoder {
    fn row(&mut self, row: &[u8]) -> Result<(), Error> {
        std::io::Write::write_all(&mut self.rows, row).map_err(internal)
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>, Error> {
        self.rows.finish().map_err(internal)?;
        Ok(self.file.take())
    }
}

/// The file as it grows, shared with the library's writer, which does not give it back.
#[derive(Clone, Default)]
struct File(std::rc::Rc<std::cell::RefCell<Vec<u8>>>);

impl File {
    fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl std::io::Write for File {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        super::whole::append(&mut self.0.borrow_mut(), bytes)
            .map_err(|_| std::io::ErrorKind::OutOfMemory)?;
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
    match error.into() {
        png::EncodingError::IoError(error) if error.kind() == std::io::ErrorKind::OutOfMemory => {
            Error::OutOfMemory
        }
        error => Error::Internal(error.to_string()),
    }
}

//! PNG through `png`, row by row.

use std::io::Cursor;

use png::{BitDepth, ColorType, DeflateCompression, Filter, Limits, Transformations};

use super::{Encode, Rows};
use crate::image::Error;
use crate::image::frame::{Frame, Layout, Size};
use crate::image::plan::Plan;

pub(super) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
    // The limit is for chunks that are kept; rows are planned, and text and profiles are not read at all.
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
    if reader.info().interlaced {
        let mut frame = Frame::new(plan.decoded, layout)?;
        if reader.output_buffer_size() != Some(frame.pixels.len()) {
            return Err(Error::Corrupt("the PNG's size changes"));
        }
        reader.next_frame(&mut frame.pixels).map_err(fault)?;
        return rows.frame(frame);
    }
    while let Some(row) = reader.next_row().map_err(fault)? {
        rows.row(0, row.data())?;
    }
    Ok(())
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

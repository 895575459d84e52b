//! Writing a PNG: with a palette where the picture has one, and with the filter and the compression
//! that suit the kind of picture.
//!
//! Photos are filtered, and compressed by the fast deflate, which looks for runs only. Drawings are
//! not filtered, so that deflate finds their repetitions. Shades have the filter that suits each
//! row. A small picture is written in several ways, and the smallest file is taken.

use crate::format::png::coding::{BY_ROWS, DRAWING, PHOTO, RowCoding, Shared, encoder, internal};
use std::cell::RefCell;
use std::io::{Error as Refusal, Result as Io, Write};
use std::rc::Rc;

use png::ColorType;

use crate::error::Error;
use crate::format::buffered;
use crate::format::buffered::InPlace;
use crate::format::png::palette;
use crate::format::png::palette::{Kind, Seen};
use crate::pixels::buffer::reserved;
use crate::pixels::frame::Picture;
use crate::pixels::layout::{Layout, Size};
use crate::plan::{Indexed, Plan};

/// Upper bound on the pixels of a picture that is written in several ways, which takes a few
/// milliseconds. For photos, which gain least, the bound is half of that.
const FEW_PIXELS: u64 = 1 << 15;

pub(crate) fn encode(plan: &Plan, picture: Picture) -> Result<Vec<u8>, Error> {
    let place = Rc::new(RefCell::new(InPlace::new(picture)?));
    let Seen { palette, kind } = palette::look(plan, &place)?;
    let few = match kind {
        Kind::Photo => FEW_PIXELS / 2,
        Kind::Flat | Kind::Smooth => FEW_PIXELS,
    };
    if plan.canvas.pixels() <= few {
        return smallest(plan, &place, palette, kind);
    }
    let file = Box::new(File(place.clone()));
    match (palette, kind) {
        (Some(mut palette), kind) => {
            palette.write(plan, &place, palette.coding(plan, kind), file)?;
        }
        (None, Kind::Flat) => write(plan, &place, DRAWING, file)?,
        (None, Kind::Smooth) => write(plan, &place, BY_ROWS, file)?,
        (None, Kind::Photo) => write(plan, &place, PHOTO, file)?,
    }
    let place = Rc::into_inner(place).ok_or(Error::Internal("a PNG has two writers".to_owned()))?;
    Ok(place.into_inner().into_file())
}

/// Returns the smallest of several files.
fn smallest(
    plan: &Plan,
    place: &Shared,
    palette: Option<palette::Chosen>,
    kind: Kind,
) -> Result<Vec<u8>, Error> {
    let mut best = None;
    // A palette that was asked for, that the source has, or that is not exact, is always used.
    let asked = plan.header.palette || matches!(plan.palette, Some(Indexed::Best(_)));
    let only = palette
        .as_ref()
        .is_some_and(|palette| asked || !palette.is_exact());
    if let Some(mut palette) = palette {
        attempt(plan, &mut best, |sink| {
            palette.write(plan, place, DRAWING, sink)
        })?;
        if kind != Kind::Flat {
            place.borrow_mut().rewind()?;
            attempt(plan, &mut best, |sink| {
                palette.write(plan, place, BY_ROWS, sink)
            })?;
        }
        place.borrow_mut().rewind()?;
    }
    if !only {
        let ways: &[RowCoding] = match kind {
            Kind::Flat => &[DRAWING, BY_ROWS],
            Kind::Smooth | Kind::Photo => &[BY_ROWS],
        };
        for &coding in ways {
            attempt(plan, &mut best, |sink| write(plan, place, coding, sink))?;
            place.borrow_mut().rewind()?;
        }
    }
    best.ok_or(Error::Internal("a PNG larger than its plan".to_owned()))
}

/// Writes a file, as long as the file is smaller than the best one. A complete file becomes the
/// best one.
fn attempt(
    plan: &Plan,
    best: &mut Option<Vec<u8>>,
    write: impl FnOnce(Box<dyn Write>) -> Result<(), Error>,
) -> Result<(), Error> {
    let most = match best {
        Some(best) => best.len() as u64,
        None => small_bytes(plan),
    };
    let file = Rc::new(RefCell::new(Vec::new()));
    *file.borrow_mut() = reserved(most)?;
    let written = write(Box::new(Attempt(file.clone())));
    let mut file = Rc::into_inner(file)
        .ok_or(Error::Internal("a PNG has two writers".to_owned()))?
        .into_inner();
    let whole = file.len() < file.capacity();
    match written {
        Ok(()) if whole => {
            file.shrink_to_fit(); // which allocators do in place
            *best = Some(file);
            Ok(())
        }
        // The writer knows only that its sink refused to go on.
        Ok(()) | Err(Error::Internal(_)) if !whole || best.is_some() => Ok(()),
        written => written,
    }
}

/// A file that may not outgrow its capacity.
struct Attempt(Rc<RefCell<Vec<u8>>>);

impl Write for Attempt {
    fn write(&mut self, bytes: &[u8]) -> Io<usize> {
        let mut file = self.0.borrow_mut();
        let free = file.capacity() - file.len();
        if free <= bytes.len() {
            // A full buffer marks this reason for the error.
            let full = file.capacity();
            file.resize(full, 0);
            return Err(Refusal::other("another file is smaller"));
        }
        file.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Io<()> {
        Ok(())
    }
}

/// Upper bound on a small picture's file: stored uncompressed, in chunks, with a palette.
fn small_bytes(plan: &Plan) -> u64 {
    let Size { width, height } = plan.canvas;
    let row = 1 + u64::from(width) * plan.layout.channels() as u64;
    let data = row * u64::from(height);
    data + data / 64 + 4096
}

/// Writes truecolour or grey of 8 bits.
fn write(
    plan: &Plan,
    place: &Shared,
    coding: RowCoding,
    sink: Box<dyn Write>,
) -> Result<(), Error> {
    let mut encoder = encoder(plan, coding, sink);
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
    buffered::rows(plan, place, |row| writer.write_all(row).map_err(internal))?;
    writer.finish().map_err(internal)
}

/// Upper bound on the bytes of a file. Noise takes up to twelve bits a byte. Background is filtered
/// to zeroes, of which a code stands for 258, except where the background meets the image.
fn most_bytes(plan: &Plan, channels: u64) -> u64 {
    let image = plan.busy();
    let (width, rows) = (u64::from(plan.canvas.width), u64::from(plan.canvas.height));
    let busy = (u64::from(image.width) + 2).min(width) * (u64::from(image.height) + 1).min(rows);
    let data = busy * channels * 3 / 2 + background_bytes(plan, channels);
    data + data / 256 + 1024 // the frames of chunks of 4 KiB
}

/// Upper bound on the bytes of background: for each row the filter, the rests of a run and of eight
/// bytes, and the codes of whole runs.
fn background_bytes(plan: &Plan, channels: u64) -> u64 {
    let (width, rows) = (u64::from(plan.canvas.width), u64::from(plan.canvas.height));
    rows * (32 + width * channels / 128)
}

/// Upper bound on the bytes by which the beginning of the file may be ahead of the bytes read.
const LEAD_BYTES: u64 = 16 << 10;

/// Returns the capacity for an image of this many bytes that becomes its file in place, so that the
/// file never overtakes the reader.
pub(crate) fn capacity(plan: &Plan, image_bytes: u64) -> u64 {
    let coloured = || {
        let channels = plan.layout.channels() as u64;
        most_bytes(plan, channels).max(image_bytes + LEAD_BYTES)
    };
    // The canvas above the image is written before anything is read.
    let indexed = || {
        let beside = match plan.transform.backdrop {
            true => plan.canvas.pixels().saturating_sub(plan.resized.pixels()) * 3 / 2,
            false => 0,
        };
        let lead = LEAD_BYTES + background_bytes(plan, 1) + beside;
        most_bytes(plan, 1).max(image_bytes) + lead
    };
    match plan.palette {
        Some(Indexed::Best(_)) => indexed(),
        Some(Indexed::Near) => indexed().max(coloured()),
        Some(Indexed::All) | None => coloured(),
    }
}

/// Upper bound on the memory of the library's compressor: window, hashes, codes and output.
pub(crate) const DEFLATE_BYTES: u64 = 352 << 10;

/// Upper bound on encoder memory: four rows, a chunk, and the compressor; a row of the image; and
/// two files of a small picture.
pub(crate) fn encoder_bytes(plan: &Plan) -> u64 {
    let width = u64::from(plan.canvas.width);
    let image = 4 * u64::from(plan.resized.width.max(plan.resized.height));
    let rows = 4 * width * plan.layout.channels() as u64 + image + 4096;
    if plan.palette.is_none() {
        return rows; // it is not written
    }
    let files = if plan.canvas.pixels() <= FEW_PIXELS {
        2 * small_bytes(plan)
    } else {
        0
    };
    let (counting, mapping) = palette::bytes(plan);
    rows + files + counting.max(mapping + DEFLATE_BYTES)
}

/// The growing file, shared with the reader of the image behind it.
struct File(Shared);

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> Io<usize> {
        let written = self.0.borrow_mut().write(bytes);
        written.map_err(|error| Refusal::other(error.to_string()))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Io<()> {
        Ok(())
    }
}

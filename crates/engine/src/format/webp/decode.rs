//! Decoding one picture of a WebP, be it of a file or of a frame, row by row: lossy, with alpha or
//! without, or lossless.

use letterbox_vp8::{Decoder as Vp8, Error as Vp8Fault};
use letterbox_vp8l::{Decoder as Vp8l, Shape};

use crate::error::Error;
use crate::format::webp::alpha::Alpha;
use crate::format::webp::header::{Coded, Still, fault};
use crate::header::Coding;
use crate::pixels::buffer::zeroes;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSink;
use crate::plan::Plan;

/// Decodes the picture of a plan, as pixels or as the components that the plan asks for.
pub(crate) fn decode(still: &Still<'_>, plan: &Plan, rows: &mut dyn RowSink) -> Result<(), Error> {
    if still.size != plan.decoded {
        return Err(CONTRADICTION);
    }
    match still.coded {
        Coded::Lossy(frame, _) if plan.halves.is_some() => {
            let planes = lossy(frame, still)?.planes(|plane, row| {
                rows.row(plane, row).map_err(Stop::Ours)?;
                match rows.is_satisfied() {
                    true => Err(Stop::Satisfied),
                    false => Ok(()),
                }
            });
            ended(planes)
        }
        _ => self::rows(still, plan.header.layout, &mut |row| {
            rows.row(0, row)?;
            Ok(!rows.is_satisfied())
        }),
    }
}

/// Hands out the rows of a picture, in RGB or RGBA, as long as `take` says that it takes more.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::OutOfMemory`], and the errors of `take`.
pub(crate) fn rows(
    still: &Still<'_>,
    layout: Layout,
    take: &mut dyn FnMut(&[u8]) -> Result<bool, Error>,
) -> Result<(), Error> {
    let width = u64::from(still.size.width);
    match still.coded {
        Coded::Lossless(stream) => {
            let shape = Shape::of(stream).map_err(fault)?;
            let mut decoder = Vp8l::new(stream, shape).map_err(fault)?;
            let mut row = zeroes(layout.channels() as u64 * width)?;
            // Pixels of a stream that declares no alpha are opaque, whatever their alpha.
            let opaque = if still.has_alpha() { 0 } else { 255 };
            while let Some(pixels) = decoder.row().map_err(fault)? {
                unpack(pixels, layout, opaque, &mut row);
                if !take(&row)? {
                    break;
                }
            }
            Ok(())
        }
        Coded::Lossy(frame, _) if !layout.alpha() => {
            ended(lossy(frame, still)?.rgb(|row| taken(take(row))))
        }
        Coded::Lossy(frame, alpha) => {
            let decoder = lossy(frame, still)?;
            let alpha = alpha.map(|chunk| Alpha::new(chunk, still.size));
            let mut alpha = alpha.transpose()?;
            let mut rgba = zeroes(4 * width)?;
            let rows = decoder.rgb(|rgb| {
                let pixels = rgba.as_chunks_mut::<4>().0;
                for (to, [r, g, b]) in pixels.iter_mut().zip(rgb.as_chunks().0) {
                    *to = [*r, *g, *b, 255];
                }
                if let Some(alpha) = &mut alpha {
                    let row = alpha.row().map_err(Stop::Ours)?;
                    pixels.iter_mut().zip(row).for_each(|(to, a)| to[3] = *a);
                }
                taken(take(&rgba))
            });
            ended(rows)
        }
    }
}

fn lossy<'a>(frame: &'a [u8], still: &Still<'_>) -> Result<Vp8<'a>, Error> {
    let decoder = Vp8::new(frame).map_err(fault_of)?;
    let header = decoder.header();
    if (header.width, header.height) != (still.size.width, still.size.height) {
        return Err(CONTRADICTION);
    }
    Ok(decoder)
}

const CONTRADICTION: Error = Error::Corrupt("the WebP's sizes contradict each other");

/// Converts pixels of 32 bits to bytes. The bits of `opaque` are set in every alpha.
fn unpack(pixels: &[u32], layout: Layout, opaque: u8, row: &mut [u8]) {
    if layout.alpha() {
        for (to, argb) in row.as_chunks_mut::<4>().0.iter_mut().zip(pixels) {
            let [b, g, r, a] = argb.to_le_bytes();
            *to = [r, g, b, a | opaque];
        }
    } else {
        for (to, argb) in row.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
            let [b, g, r, _] = argb.to_le_bytes();
            *to = [r, g, b];
        }
    }
}

/// Reason why decoding ended: the file, or the receiver of its rows.
enum Stop {
    Ours(Error),
    /// No row that is still to come is shown.
    Satisfied,
    File(Vp8Fault),
}

/// Whether the receiver has taken a row, and takes more.
fn taken(takes_more: Result<bool, Error>) -> Result<(), Stop> {
    match takes_more.map_err(Stop::Ours)? {
        true => Ok(()),
        false => Err(Stop::Satisfied),
    }
}

impl From<Vp8Fault> for Stop {
    fn from(fault: Vp8Fault) -> Stop {
        Stop::File(fault)
    }
}

fn ended(rows: Result<(), Stop>) -> Result<(), Error> {
    match rows {
        Ok(()) | Err(Stop::Satisfied) => Ok(()),
        Err(Stop::Ours(error)) => Err(error),
        Err(Stop::File(fault)) => Err(fault_of(fault)),
    }
}

fn fault_of(fault: Vp8Fault) -> Error {
    match fault {
        Vp8Fault::OutOfMemory => Error::OutOfMemory,
        Vp8Fault::Corrupt(what) => Error::Corrupt(what),
        Vp8Fault::Truncated => Error::Corrupt("the WebP is damaged or breaks off"),
        other => Error::Internal(other.to_string()),
    }
}

/// Returns the memory of the rows of a plan's picture, beside [`Still::late_bytes`].
pub(crate) fn decoder_bytes(plan: &Plan) -> u64 {
    let (width, layout) = (plan.header.stored.width, plan.header.layout);
    match plan.header.coding {
        Coding::Vp8l => of_lossless(width, layout),
        _ => of_lossy(width, plan.halves.is_some(), layout),
    }
}

/// Returns the memory of the rows of any picture.
pub(crate) fn row_bytes(still: &Still<'_>, layout: Layout) -> u64 {
    match still.coded {
        Coded::Lossless(_) => of_lossless(still.size.width, layout),
        Coded::Lossy(..) => of_lossy(still.size.width, false, layout),
    }
}

fn of_lossless(width: u32, layout: Layout) -> u64 {
    layout.channels() as u64 * u64::from(width)
}

fn of_lossy(width: u32, planes: bool, layout: Layout) -> u64 {
    let alpha = match layout.alpha() {
        true => Alpha::bytes(width) + 4 * u64::from(width),
        false => 0,
    };
    Vp8::peak_bytes(width, planes) + alpha
}

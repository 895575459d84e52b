//! A PNG with a palette: one pass over the canvas for its colours, and one for their indices.

use std::io::Write;

use png::{BitDepth, ColorType, DeflateCompression, Filter};

use super::{Shared, encoder, internal};
use crate::image::codec::whole;
use crate::image::frame::{Layout, zeroes};
use crate::image::plan::{Indexed, Plan};
use crate::image::quantise::{Histogram, MOST, Mapper, Palette};
use crate::image::{Error, colour};

/// A palette, and what the first pass has seen beside it.
pub(super) struct Chosen {
    palette: Palette,
    /// Whether most pixels are as the one to the left of them: a drawing, of which patterns are found again.
    flat: bool,
}

/// The palette of the canvas, if it is to have one, and can.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(super) fn choose(plan: &Plan, place: &Shared) -> Result<Option<Chosen>, Error> {
    let mut histogram = match plan.palette {
        None => return Ok(None),
        Some(Indexed::All) => Histogram::exact()?,
        Some(Indexed::Best(most)) => Histogram::new(most)?,
    };
    let exact = plan.palette == Some(Indexed::All);
    let mut rgba = zeroes(4 * u64::from(plan.canvas.width))?;
    let mut repeated = 0;
    whole::rows(plan, place, |row| {
        colour::widen(row, plan.layout, &mut rgba, Layout::Rgba);
        if !exact || histogram.is_exact() {
            histogram.push(&rgba);
        }
        let (pixels, _) = rgba.as_chunks::<4>();
        repeated += pixels.windows(2).filter(|two| two[0] == two[1]).count() as u64;
        Ok(())
    })?;
    place.borrow_mut().rewind()?;
    if exact && !histogram.is_exact() {
        return Ok(None);
    }
    Ok(Some(Chosen {
        palette: histogram.into_palette(),
        flat: 2 * repeated > plan.canvas.pixels(),
    }))
}

impl Chosen {
    /// Writes the file.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(super) fn write(self, plan: &Plan, place: &Shared) -> Result<(), Error> {
        let width = plan.canvas.width;
        let mut mapper = Mapper::new(self.palette, width, DITHER)?;
        let mut encoder = encoder(plan, place);
        let colours = mapper.palette().colours();
        let depth = match colours.len() {
            0..=2 => BitDepth::One,
            3..=4 => BitDepth::Two,
            5..=16 => BitDepth::Four,
            _ => BitDepth::Eight,
        };
        encoder.set_color(ColorType::Indexed);
        encoder.set_depth(depth);
        encoder.set_palette(
            colours
                .iter()
                .flat_map(|&[r, g, b, _]| [r, g, b])
                .collect::<Vec<_>>(),
        );
        // Those with alpha come first.
        let alpha: Vec<u8> = colours
            .iter()
            .map(|colour| colour[3])
            .take_while(|&a| a < 255)
            .collect();
        if !alpha.is_empty() {
            encoder.set_trns(alpha);
        }
        // Entries are in the order of their brightness, so the indices of a photo are as smooth as its grey picture.
        if self.flat || depth != BitDepth::Eight {
            encoder.set_deflate_compression(DeflateCompression::Level(LEVEL));
            encoder.set_filter(Filter::NoFilter);
        }
        let mut writer = encoder
            .write_header()
            .and_then(png::Writer::into_stream_writer)
            .map_err(internal)?;
        let mut rgba = zeroes(4 * u64::from(width))?;
        let mut indices = zeroes(width.into())?;
        whole::rows(plan, place, |row| {
            colour::widen(row, plan.layout, &mut rgba, Layout::Rgba);
            mapper.map(&rgba, &mut indices);
            let bytes = pack(&mut indices, depth);
            writer.write_all(&indices[..bytes]).map_err(internal)
        })?;
        writer.finish().map_err(internal)
    }
}

/// What zlib, and sharp, take by default.
const LEVEL: u8 = 6;

/// As sharp does.
const DITHER: bool = true;

/// Several indices to a byte, the first one in the upper bits; how many bytes that are.
fn pack(indices: &mut [u8], depth: BitDepth) -> usize {
    let bits = depth as usize;
    let each = 8 / bits;
    let bytes = indices.len().div_ceil(each);
    for to in 0..bytes {
        let from = &indices[to * each..indices.len().min((to + 1) * each)];
        let packed = from.iter().enumerate();
        indices[to] = packed.fold(0, |byte, (at, index)| {
            byte | index << (8 - bits - at * bits)
        });
    }
    bytes
}

/// What both passes hold at most: rows, and what counts or what maps and compresses.
pub(super) fn bytes(plan: &Plan) -> u64 {
    let width = u64::from(plan.canvas.width);
    let (counting, mapping) = match plan.palette {
        None => return 0,
        Some(Indexed::All) => (Histogram::exact_bytes(), Mapper::exact_bytes()),
        Some(Indexed::Best(_)) => (Histogram::bytes(), Mapper::bytes(plan.canvas.width, DITHER)),
    };
    let writing = mapping + 8 * MOST as u64 + DEFLATE_BYTES;
    5 * width + counting.max(writing)
}

/// What the library compresses with: its window, hashes, codes and what comes out.
const DEFLATE_BYTES: u64 = 352 << 10;

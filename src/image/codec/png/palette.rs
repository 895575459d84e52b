//! A PNG's palette: passes over the canvas for its colours, and one for their indices.

use std::io::Write;

use png::{BitDepth, ColorType};

use super::write::{DRAWING, PHOTO, Shared, Way, encoder, internal};
use crate::image::codec::whole;
use crate::image::frame::{Layout, zeroes};
use crate::image::plan::{Indexed, Plan};
use crate::image::quantise::{Distance, Histogram, MOST, Mapper};
use crate::image::{Error, colour};

/// What has been seen of a picture before it is written.
pub(super) struct Seen {
    pub(super) palette: Option<Chosen>,
    /// Whether most pixels are as the one to the left of them: a drawing, of which patterns are found again.
    pub(super) flat: bool,
}

/// The palette that a picture is written with.
pub(super) struct Chosen {
    mapper: Mapper,
    depth: BitDepth,
}

/// How far the colours of a picture may be from those of a palette that nobody has asked for: 42 dB, and no pixel by more than a shade that
/// could be seen beside what the resampler does to an edge.
const NEAR: f64 = 255.0 * 255.0 / 15_849.0;
const NEAR_MOST: u32 = 3 * 24 * 24;

/// Looks at the canvas: whether it has a palette, if it is to have one, and can.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(super) fn look(plan: &Plan, place: &Shared) -> Result<Seen, Error> {
    let exact = plan.palette == Some(Indexed::All) || plan.palette.is_none();
    let mut histogram = match plan.palette {
        None | Some(Indexed::All) => Histogram::exact()?,
        Some(Indexed::Near) => Histogram::new(MOST)?,
        Some(Indexed::Best(most)) => Histogram::new(most)?,
    };
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
    drop(rgba);
    place.borrow_mut().rewind()?;
    let flat = 2 * repeated > plan.canvas.pixels();
    let without = Seen {
        palette: None,
        flat,
    };
    if exact && !histogram.is_exact() {
        return Ok(without);
    }
    let dither = matches!(plan.palette, Some(Indexed::Best(_)));
    let palette = histogram.into_palette();
    let mut chosen = Chosen {
        depth: match palette.colours().len() {
            0..=2 => BitDepth::One,
            3..=4 => BitDepth::Two,
            5..=16 => BitDepth::Four,
            _ => BitDepth::Eight,
        },
        mapper: Mapper::new(palette, plan.canvas.width, dither)?,
    };
    // Of a picture in grey a palette of as many bits saves nothing.
    if plan.layout == Layout::Grey && exact && chosen.depth == BitDepth::Eight {
        return Ok(without);
    }
    if plan.palette == Some(Indexed::Near) && !chosen.is_exact() && !chosen.is_near(plan, place)? {
        return Ok(without);
    }
    Ok(Seen {
        palette: Some(chosen),
        flat,
    })
}

impl Chosen {
    /// Whether each pixel has its own colour in it.
    pub(super) fn is_exact(&self) -> bool {
        self.mapper.palette().is_exact()
    }

    /// How its indices are written. Entries are in the order of their brightness, so those of a photo are as smooth as its grey picture.
    pub(super) fn way(&self, flat: bool) -> Way {
        if flat || self.depth != BitDepth::Eight {
            DRAWING
        } else {
            PHOTO
        }
    }

    /// Whether the colours of the canvas are near to those of the palette.
    fn is_near(&mut self, plan: &Plan, place: &Shared) -> Result<bool, Error> {
        let mut rgba = zeroes(4 * u64::from(plan.canvas.width))?;
        let mut indices = zeroes(plan.canvas.width.into())?;
        let mut distance = Distance::default();
        let mapper = &mut self.mapper;
        whole::rows(plan, place, |row| {
            colour::widen(row, plan.layout, &mut rgba, Layout::Rgba);
            mapper.map(&rgba, &mut indices);
            mapper.palette().measure(&rgba, &indices, &mut distance);
            Ok(())
        })?;
        place.borrow_mut().rewind()?;
        let mean = distance.squares as f64 / (3 * plan.canvas.pixels()) as f64;
        Ok(mean <= NEAR && distance.most <= NEAR_MOST)
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(super) fn write(
        &mut self,
        plan: &Plan,
        place: &Shared,
        way: Way,
        sink: Box<dyn Write>,
    ) -> Result<(), Error> {
        let width = plan.canvas.width;
        let (mapper, depth) = (&mut self.mapper, self.depth);
        let mut encoder = encoder(plan, way, sink);
        let colours = mapper.palette().colours();
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

/// What passes hold at most: rows, and what counts or what maps.
pub(super) fn bytes(plan: &Plan) -> (u64, u64) {
    let width = u64::from(plan.canvas.width);
    let (counting, mapping) = match plan.palette {
        None | Some(Indexed::All) => (Histogram::exact_bytes(), Mapper::exact_bytes()),
        Some(Indexed::Near) => (Histogram::bytes(), Mapper::bytes(plan.canvas.width, false)),
        Some(Indexed::Best(_)) => (Histogram::bytes(), Mapper::bytes(plan.canvas.width, true)),
    };
    (5 * width + counting, 5 * width + mapping + 8 * MOST as u64)
}

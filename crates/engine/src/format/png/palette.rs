//! Palette of a PNG: passes over the canvas to count its colours, and one to write their indices.

use std::io::Write;

use png::{BitDepth, ColorType};

use crate::error::Error;
use crate::format::buffered;
use crate::format::png::coding::{DRAWING, PHOTO, RowCoding, Shared, encoder, internal};
use crate::pixels::buffer::zeroes;
use crate::pixels::layout::Layout;
use crate::pixels::widen::widen;
use crate::plan::{Indexed, Plan};
use crate::quantise::count::Histogram;
use crate::quantise::map::Mapper;
use crate::quantise::palette::{Distance, MOST, Palette};

/// Facts about a picture before it is written.
pub(crate) struct Seen {
    pub(crate) palette: Option<Chosen>,
    pub(crate) kind: Kind,
}

/// Kind of most pixels of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Most pixels equal their left neighbour: a drawing, in which deflate finds repeated patterns.
    Flat,
    /// Most pixels are, to a level, as their three neighbours predict: shades.
    Smooth,
    /// Neither kind has most pixels.
    Photo,
}

/// Counter of pixels of each kind.
pub(crate) struct Kinds {
    above: Vec<u8>,
    rows: u64,
    pixels: u64,
    repeated: u64,
    expected: u64,
}

impl Kinds {
    /// Returns a counter for rows of this many pixels.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(width: u32) -> Result<Kinds, Error> {
        Ok(Kinds {
            above: zeroes(4 * u64::from(width))?,
            rows: 0,
            pixels: 0,
            repeated: 0,
            expected: 0,
        })
    }

    /// Takes the next row, RGBA.
    pub(crate) fn push(&mut self, row: &[u8]) {
        let (pixels, above) = (row.as_chunks::<4>().0, self.above.as_chunks::<4>().0);
        self.pixels += pixels.len() as u64;
        let pairs = pixels.windows(2);
        self.repeated += pairs.clone().filter(|two| two[0] == two[1]).count() as u64;
        if self.rows > 0 {
            let is_expected = |(two, above): &(&[[u8; 4]], &[[u8; 4]])| {
                (0..4).all(|at| {
                    let expected = i16::from(two[0][at]) + i16::from(above[1][at]);
                    let off = i16::from(two[1][at]) + i16::from(above[0][at]) - expected;
                    off.abs() <= 1
                })
            };
            let squares = pairs.zip(above.windows(2));
            self.expected += squares.filter(is_expected).count() as u64;
        }
        self.rows += 1;
        self.above.copy_from_slice(row);
    }

    /// Whether there are areas of one colour: more than a third of all pixels equal their left
    /// neighbour.
    fn has_areas(&self) -> bool {
        3 * self.repeated > self.pixels
    }

    pub(crate) fn kind(&self) -> Kind {
        if 2 * self.repeated > self.pixels {
            Kind::Flat
        } else if 2 * self.expected > self.pixels {
            Kind::Smooth
        } else {
            Kind::Photo
        }
    }
}

/// Palette that a picture is written with.
pub(crate) struct Chosen {
    mapper: Mapper,
    depth: BitDepth,
    /// See [`Nearness`].
    apart: u32,
}

/// Limits on the distance between a picture's colours and a palette that was not asked for.
#[derive(Clone, Copy)]
struct Nearness {
    /// Maximum number of colours.
    colours: usize,
    /// Mean squared error of a pixel: at `enough` no more colours are added, above `most` the
    /// palette is refused.
    enough: f64,
    most: f64,
    /// Squared error by which a neighbour's colour may exceed the nearest one and still be taken.
    apart: u32,
}

/// Returns the squared error of a pixel of three samples at a PSNR of this many tenths of a
/// decibel.
const fn squared(tenths: u32) -> f64 {
    let all = 3.0 * 255.0 * 255.0;
    match tenths {
        410 => all / 12_589.0,
        420 => all / 15_849.0,
        _ => all / 2_239.0, // 33.5
    }
}

/// Limits for drawings. Only edges have intermediate colours and areas keep theirs, so a few
/// colours are enough.
const OF_A_DRAWING: Nearness = Nearness {
    colours: 64,
    enough: squared(420),
    most: squared(335),
    apart: 96,
};

/// Limits for everything else, at which no difference is visible: 41 dB.
const OF_OTHERS: Nearness = Nearness {
    colours: MOST,
    enough: squared(420),
    most: squared(410),
    apart: 0,
};

/// Examines the canvas. Returns its kind, and a palette, if the plan wants one and the colours
/// permit.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn look(plan: &Plan, place: &Shared) -> Result<Seen, Error> {
    let mut kinds = Kinds::new(plan.canvas.width)?;
    let histogram = match plan.palette {
        None | Some(Indexed::All) => Histogram::exact()?,
        Some(Indexed::Near) => Histogram::new(MOST)?,
        Some(Indexed::Best(most)) => Histogram::new(most)?,
    };
    let histogram = count(plan, place, histogram, &mut |row| kinds.push(row))?;
    let (kind, has_areas) = (kinds.kind(), kinds.has_areas());
    drop(kinds); // as the plan says
    let of = |palette| Ok(Seen { palette, kind });
    let is_exact = histogram.is_exact();
    match plan.palette {
        None | Some(Indexed::All) if !is_exact => return of(None),
        Some(Indexed::Near) if !is_exact => {
            let near = if has_areas {
                &[OF_A_DRAWING, OF_OTHERS][..]
            } else {
                &[OF_OTHERS]
            };
            let mut histogram = Some(histogram);
            for &nearness in near {
                let histogram = match histogram.take() {
                    Some(histogram) => histogram,
                    None => count(plan, place, Histogram::new(MOST)?, &mut |_| ())?,
                };
                let palette = histogram
                    .until(nearness.enough, nearness.colours)
                    .into_palette();
                let mut chosen = Chosen::new(plan, palette, false, nearness.apart)?;
                if chosen.is_near(plan, place, nearness.most)? {
                    return of(Some(chosen));
                }
            }
            return of(None);
        }
        _ => {}
    }
    let dither = matches!(plan.palette, Some(Indexed::Best(_)));
    let chosen = Chosen::new(plan, histogram.into_palette(), dither, 0)?;
    // For a grey picture a palette of as many bits saves nothing.
    let saves = dither || plan.layout != Layout::Grey || chosen.depth != BitDepth::Eight;
    of(Some(chosen).filter(|_| saves))
}

/// Counts the colours of the canvas.
fn count(
    plan: &Plan,
    place: &Shared,
    mut histogram: Histogram,
    look: &mut dyn FnMut(&[u8]),
) -> Result<Histogram, Error> {
    let whatever = matches!(plan.palette, Some(Indexed::Best(_) | Indexed::Near));
    let mut rgba = zeroes(4 * u64::from(plan.canvas.width))?;
    buffered::rows(plan, place, |row| {
        widen(row, plan.layout, &mut rgba, Layout::Rgba);
        if whatever || histogram.is_exact() {
            histogram.push(&rgba);
        }
        look(&rgba);
        Ok(())
    })?;
    place.borrow_mut().rewind()?;
    Ok(histogram)
}

impl Chosen {
    fn new(plan: &Plan, palette: Palette, dither: bool, apart: u32) -> Result<Chosen, Error> {
        Ok(Chosen {
            depth: match palette.colours().len() {
                0..=2 => BitDepth::One,
                3..=4 => BitDepth::Two,
                5..=16 => BitDepth::Four,
                _ => BitDepth::Eight,
            },
            mapper: Mapper::new(palette, plan.canvas.width, dither)?,
            apart,
        })
    }

    /// Whether the palette has each pixel's own colour.
    pub(crate) fn is_exact(&self) -> bool {
        self.mapper.palette().is_exact()
    }

    /// Returns the way to write indices. Entries are in the order of their brightness, so the
    /// indices of a photo with reduced colours are as smooth as its grey picture.
    pub(crate) fn coding(&self, plan: &Plan, kind: Kind) -> RowCoding {
        let reduced = matches!(plan.palette, Some(Indexed::Best(_))) && !self.is_exact();
        if reduced && kind != Kind::Flat && self.depth == BitDepth::Eight {
            PHOTO
        } else {
            DRAWING
        }
    }

    /// Whether the mean squared error of the canvas in this palette is at most `most`.
    fn is_near(&mut self, plan: &Plan, place: &Shared, most: f64) -> Result<bool, Error> {
        let mut distance = Distance::default();
        self.rows(plan, place, |palette, rgba, indices| {
            palette.measure(rgba, indices, &mut distance);
            Ok(())
        })?;
        place.borrow_mut().rewind()?;
        let mean = distance.squares as f64 / plan.canvas.pixels() as f64;
        Ok(mean <= most)
    }

    /// Hands out each row of the canvas, as RGBA and as indices.
    fn rows(
        &mut self,
        plan: &Plan,
        place: &Shared,
        mut take: impl FnMut(&Palette, &[u8], &mut [u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let width = u64::from(plan.canvas.width);
        let (mut rgba, mut indices) = (zeroes(4 * width)?, zeroes(width)?);
        let mut above = zeroes(if self.apart > 0 { width } else { 0 })?;
        let mut begun = false;
        let (mapper, apart) = (&mut self.mapper, self.apart);
        buffered::rows(plan, place, |row| {
            widen(row, plan.layout, &mut rgba, Layout::Rgba);
            mapper.map(&rgba, &mut indices);
            let palette = mapper.palette();
            if apart > 0 {
                if begun {
                    palette.calm(&rgba, &above, &mut indices, apart);
                }
                begun = true;
                above.copy_from_slice(&indices);
            }
            take(palette, &rgba, &mut indices)
        })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn write(
        &mut self,
        plan: &Plan,
        place: &Shared,
        coding: RowCoding,
        sink: Box<dyn Write>,
    ) -> Result<(), Error> {
        let depth = self.depth;
        let mut encoder = encoder(plan, coding, sink);
        let colours = self.mapper.palette().colours();
        encoder.set_color(ColorType::Indexed);
        encoder.set_depth(depth);
        encoder.set_palette(
            colours
                .iter()
                .flat_map(|&[r, g, b, _]| [r, g, b])
                .collect::<Vec<_>>(),
        );
        // Colours with alpha come first.
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
        self.rows(plan, place, |_, _, indices| {
            let bytes = pack(indices, depth);
            writer.write_all(&indices[..bytes]).map_err(internal)
        })?;
        writer.finish().map_err(internal)
    }
}

/// Packs several indices to a byte, the first one in the upper bits. Returns the number of bytes.
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

/// Upper bounds on the memory of the passes: rows with the histogram, and rows with the mapper.
pub(crate) fn bytes(plan: &Plan) -> (u64, u64) {
    let width = u64::from(plan.canvas.width);
    let (counting, mapping) = match plan.palette {
        None | Some(Indexed::All) => (Histogram::exact_bytes(), Mapper::exact_bytes()),
        Some(Indexed::Near) => (Histogram::bytes(), Mapper::bytes(plan.canvas.width, false)),
        Some(Indexed::Best(_)) => (Histogram::bytes(), Mapper::bytes(plan.canvas.width, true)),
    };
    (8 * width + counting, 6 * width + mapping + 8 * MOST as u64)
}

//! Conversion of a row of samples to a row of 8-bit pixels: to the machine's byte order, without a
//! predictor, interleaved, with straight alpha, in RGB or grey.

use std::sync::Arc;

use crate::colour::conversion::Conversion;
use crate::error::Error;
use crate::format::tiff::damage::DAMAGED;
use crate::format::tiff::directory::Directory;
use crate::format::tiff::tag;
use crate::header::strips::{Pixels, Shape};
use crate::pixels::buffer::{reserved, room, zeroes};
use crate::pixels::layout::{Layout, Size};
use crate::plan::Plan;

/// Converter of samples to pixels.
pub(crate) struct Painter {
    pub(crate) shape: Shape,
    layout: Layout,
    big_endian: bool,
    /// Buffer of interleaved whole samples, for files that are planar or have samples below a byte.
    mixed: Vec<u8>,
    /// Buffer of pixels, where pixels differ from the samples.
    pixels: Vec<u8>,
    palette: Vec<[u8; 3]>,
    ycbcr: YCbCr,
    conversion: Option<Arc<Conversion>>,
    /// Buffer of CMYK, for pixels with further samples, and the RGB that CMYK becomes.
    cmyk: Vec<u8>,
    light: Vec<u8>,
}

impl Painter {
    pub(crate) fn new(
        directory: &Directory<'_>,
        shape: &Shape,
        plan: &Plan,
        conversion: Option<Arc<Conversion>>,
    ) -> Result<Painter, Error> {
        let (size, layout) = (plan.decoded, plan.header.layout);
        let rooms = Rooms::new(shape, size, layout);
        if shape.pixels == Pixels::Cmyk && conversion.is_none() {
            return Err(Error::OutOfMemory); // inks without a profile have a table too
        }
        Ok(Painter {
            shape: *shape,
            layout,
            big_endian: directory.big_endian(),
            mixed: zeroes(rooms.mixed)?,
            pixels: zeroes(rooms.pixels)?,
            palette: match shape.pixels {
                Pixels::Palette => palette(directory, shape.bits)?,
                _ => Vec::new(),
            },
            ycbcr: YCbCr::read(directory),
            conversion,
            cmyk: zeroes(rooms.cmyk)?,
            light: reserved(rooms.light)?,
        })
    }

    /// Returns the bytes that [`Painter::new`] allocates.
    pub(crate) fn bytes(shape: &Shape, size: Size, layout: Layout) -> u64 {
        let rooms = Rooms::new(shape, size, layout);
        let palette = match shape.pixels {
            Pixels::Palette => 3 << shape.bits,
            _ => 0,
        };
        rooms.mixed + rooms.pixels + rooms.cmyk + rooms.light + palette
    }

    /// Converts samples to the machine's byte order, undoes the predictor, and gathers planes and
    /// parts of bytes in a row of whole samples.
    pub(crate) fn settle(&mut self, raw: &mut [Vec<u8>], columns: usize) {
        let shape = &self.shape;
        let together = if shape.planar {
            1
        } else {
            shape.samples.into()
        };
        for plane in raw.iter_mut() {
            if shape.bits == 16 {
                let read = if self.big_endian {
                    u16::from_be_bytes
                } else {
                    u16::from_le_bytes
                };
                for sample in plane.as_chunks_mut().0 {
                    *sample = read(*sample).to_ne_bytes();
                }
            }
            match (shape.predicted, shape.bits) {
                (false, _) => {}
                (true, 16) => add_up::<2>(plane, together, |a, b| {
                    let sum = u16::from_ne_bytes(a).wrapping_add(u16::from_ne_bytes(b));
                    sum.to_ne_bytes()
                }),
                (true, _) => add_up::<1>(plane, together, |[a], [b]| [a.wrapping_add(b)]),
            }
        }
        if !self.mixed.is_empty() {
            let samples = usize::from(shape.unpacked_samples());
            let count = raw.len();
            for (at, plane) in raw.iter().enumerate() {
                let (places, step) = if count > 1 { (at, samples) } else { (0, 1) };
                let wanted = if count > 1 {
                    columns
                } else {
                    columns * samples
                };
                match shape.bits {
                    bits @ ..8 => {
                        let whole = shape.pixels == Pixels::Palette;
                        let to = self.mixed[places..].iter_mut().step_by(step);
                        widen(plane, bits, whole, to.take(wanted));
                    }
                    16 => mix::<2>(plane, &mut self.mixed, places, step, wanted),
                    _ => mix::<1>(plane, &mut self.mixed, places, step, wanted),
                }
            }
        }
        let row = match &mut self.mixed[..] {
            [] => match raw {
                [row] => row,
                _ => return, // there are planes, and they have been mixed
            },
            mixed => mixed,
        };
        let samples = usize::from(shape.unpacked_samples());
        if let (Some(alpha), 1) = (
            shape.alpha.filter(|alpha| alpha.associated),
            shape.rows_at_once(),
        ) {
            let colours = usize::from(shape.pixels.samples());
            let at = usize::from(alpha.at);
            match (shape.bits, shape.pixels) {
                // Indices are not multiplied by alpha, and there is no rule for CMYK and YCbCr.
                (_, Pixels::Palette | Pixels::Cmyk | Pixels::YCbCr { .. }) => {}
                (16, _) => divide::<2>(row, samples, colours, at, |colour, alpha| {
                    let [colour, alpha] = [colour, alpha].map(u16::from_ne_bytes);
                    let straight = u32::from(colour) * 65_535 + u32::from(alpha) / 2;
                    let straight = straight.checked_div(alpha.into()).unwrap_or(0);
                    (straight.min(65_535) as u16).to_ne_bytes()
                }),
                _ => divide::<1>(row, samples, colours, at, |[colour], [alpha]| {
                    let straight = u32::from(colour) * 255 + u32::from(alpha) / 2;
                    let straight = straight.checked_div(alpha.into()).unwrap_or(0);
                    [straight.min(255) as u8]
                }),
            }
        }
        if shape.bits == 16 {
            narrow(row);
        }
    }

    /// Returns a row of pixels of settled samples: row `line` of those that were unpacked together.
    pub(crate) fn row<'a>(
        &'a mut self,
        raw: &'a [Vec<u8>],
        columns: usize,
        line: usize,
    ) -> &'a [u8] {
        let samples = usize::from(self.shape.unpacked_samples());
        let row: &[u8] = match (&self.mixed[..], raw) {
            ([], [row, ..]) => row,
            (mixed, _) => mixed,
        };
        let channels = self.layout.channels();
        if self.pixels.is_empty() {
            return &row[..columns * channels];
        }
        let pixels = &mut self.pixels[..columns * channels];
        let of_pixel = row
            .chunks_exact(samples)
            .zip(pixels.chunks_exact_mut(channels));
        match self.shape.pixels {
            Pixels::Grey { white_is_zero } => {
                let flip = if white_is_zero { 255 } else { 0 };
                of_pixel.for_each(|(from, to)| to[0] = from[0] ^ flip);
            }
            Pixels::Rgb => of_pixel.for_each(|(from, to)| to[..3].copy_from_slice(&from[..3])),
            Pixels::Palette => of_pixel.for_each(|(from, to)| {
                let colour = self.palette.get(usize::from(from[0]));
                to[..3].copy_from_slice(colour.unwrap_or(&[0; 3]));
            }),
            Pixels::Cmyk => {
                let row = if samples == 4 {
                    &row[..columns * 4]
                } else {
                    let cmyk = &mut self.cmyk[..columns * 4];
                    let each = row.chunks_exact(samples).zip(cmyk.chunks_exact_mut(4));
                    each.for_each(|(from, to)| to.copy_from_slice(&from[..4]));
                    cmyk
                };
                if let Some(conversion) = &self.conversion {
                    conversion.cmyk(row, &mut self.light);
                }
                let each = self
                    .light
                    .chunks_exact(3)
                    .zip(pixels.chunks_exact_mut(channels));
                each.for_each(|(from, to)| to[..3].copy_from_slice(from));
            }
            Pixels::YCbCr {
                subsampling: (1, 1),
            } => {
                let ycbcr = &self.ycbcr;
                of_pixel.for_each(|(from, to)| {
                    to[..3].copy_from_slice(&ycbcr.rgb([from[0], from[1], from[2]]));
                });
            }
            Pixels::YCbCr {
                subsampling: (across, down),
            } => {
                let (across, down) = (usize::from(across), usize::from(down));
                let units = row.chunks_exact(across * down + 2);
                for (unit, to) in units.zip(pixels.chunks_mut(across * channels)) {
                    let luma = &unit[line * across..];
                    let [.., cb, cr] = *unit else { continue };
                    for (&y, to) in luma.iter().zip(to.chunks_exact_mut(channels)) {
                        to[..3].copy_from_slice(&self.ycbcr.rgb([y, cb, cr]));
                    }
                }
            }
        }
        if let Some(alpha) = self.shape.alpha {
            let whole = match (self.shape.pixels, self.shape.bits) {
                (Pixels::Palette, bits @ ..8) => (1u32 << bits) - 1,
                _ => 255,
            };
            let of_pixel = row
                .chunks_exact(samples)
                .zip(pixels.chunks_exact_mut(channels));
            for (from, to) in of_pixel {
                to[channels - 1] = (u32::from(from[usize::from(alpha.at)]) * 255 / whole) as u8;
            }
        }
        pixels
    }
}

/// Bytes of the buffers of a row.
struct Rooms {
    mixed: u64,
    pixels: u64,
    cmyk: u64,
    light: u64,
}

impl Rooms {
    fn new(shape: &Shape, size: Size, layout: Layout) -> Rooms {
        let columns = u64::from(shape.chunk.width.min(size.width));
        let samples = u64::from(shape.unpacked_samples());
        let sample_bytes = u64::from(shape.bits / 8).max(1);
        let if_so = |so: bool, bytes: u64| if so { bytes } else { 0 };
        // Alpha follows its colours, unless another sample is in between.
        let as_they_are = match shape.pixels {
            Pixels::Grey { white_is_zero } => !white_is_zero,
            Pixels::Rgb => true,
            _ => false,
        } && samples == layout.channels() as u64;
        let cmyk = shape.pixels == Pixels::Cmyk;
        Rooms {
            mixed: if_so(
                shape.planes() > 1 || shape.bits < 8,
                columns * samples * sample_bytes,
            ),
            pixels: if_so(!as_they_are, columns * layout.channels() as u64),
            cmyk: if_so(cmyk && samples != 4, columns * 4),
            light: if_so(cmyk, columns * 3),
        }
    }
}

/// Undoes the predictor, in which each sample is a difference to that of the pixel on its left
/// (TIFF 6.0, section 14).
fn add_up<const N: usize>(
    row: &mut [u8],
    samples: usize,
    sum: impl Fn([u8; N], [u8; N]) -> [u8; N],
) {
    let row = row.as_chunks_mut::<N>().0;
    for at in samples..row.len() {
        row[at] = sum(row[at], row[at - samples]);
    }
}

/// Copies samples of one plane to their places in an interleaved row.
fn mix<const N: usize>(plane: &[u8], mixed: &mut [u8], first: usize, step: usize, count: usize) {
    let to = mixed
        .as_chunks_mut::<N>()
        .0
        .iter_mut()
        .skip(first)
        .step_by(step);
    for (to, from) in to.zip(plane.as_chunks::<N>().0).take(count) {
        *to = *from;
    }
}

/// Widens samples of 1, 2 or 4 bits to bytes: scaled to the whole range, or unchanged for indices.
fn widen<'a>(row: &[u8], bits: u8, whole: bool, to: impl Iterator<Item = &'a mut u8>) {
    let highest = (1u8 << bits) - 1;
    let scale = if whole { 1 } else { 255 / highest };
    let each = 8 / usize::from(bits);
    let samples = row.iter().flat_map(|&byte| {
        (0..each).map(move |at| byte >> (8 - usize::from(bits) * (at + 1)) & highest)
    });
    for (to, sample) in to.zip(samples) {
        *to = sample * scale;
    }
}

/// Divides colours by alpha, for straight alpha.
fn divide<const N: usize>(
    row: &mut [u8],
    samples: usize,
    colours: usize,
    alpha: usize,
    straight: impl Fn([u8; N], [u8; N]) -> [u8; N],
) {
    for pixel in row.as_chunks_mut::<N>().0.chunks_exact_mut(samples) {
        let alpha = pixel[alpha];
        for colour in &mut pixel[..colours] {
            *colour = straight(*colour, alpha);
        }
    }
}

/// Narrows samples of two bytes to one, in place.
fn narrow(row: &mut [u8]) {
    for at in 0..row.len() / 2 {
        let sample = u16::from_ne_bytes([row[2 * at], row[2 * at + 1]]);
        row[at] = ((u32::from(sample) + 128) / 257) as u8;
    }
}

/// Reads the palette of tag 320: all reds, all greens, all blues. Some writers use only the range
/// of a byte.
fn palette(directory: &Directory<'_>, bits: u8) -> Result<Vec<[u8; 3]>, Error> {
    let map = directory.values(tag::COLOR_MAP).ok_or(DAMAGED)?;
    let colours = 1u64 << bits;
    let value = |index: u64| map.get(index).ok_or(DAMAGED);
    let mut bytes = true;
    for index in 0..3 * colours {
        bytes &= value(index)? < 256;
    }
    let level = |index: u64| -> Result<u8, Error> {
        let value = value(index)?.min(65_535);
        Ok(if bytes {
            value as u8
        } else {
            ((value + 128) / 257) as u8
        })
    };
    let mut palette = room(colours as usize)?;
    for index in 0..colours {
        palette.push([
            level(index)?,
            level(colours + index)?,
            level(2 * colours + index)?,
        ]);
    }
    Ok(palette)
}

/// Conversion of YCbCr to RGB (TIFF 6.0, sections 20 and 21).
struct YCbCr {
    /// Weights of red, green and blue in luminance.
    luma: [f32; 3],
    /// Zero of each component, and the scale to 255 levels, or to 127 on each side.
    zero: [f32; 3],
    scale: [f32; 3],
}

impl YCbCr {
    fn read(directory: &Directory<'_>) -> YCbCr {
        let ratios = |tag, usual: &[f32]| -> [f32; 6] {
            let values = directory.values(tag);
            std::array::from_fn(|at| {
                let value = values.and_then(|values| values.ratio(at as u64));
                value.or(usual.get(at).copied()).unwrap_or(0.0)
            })
        };
        let [r, g, b, ..] = ratios(tag::YCBCR_COEFFICIENTS, &[0.299, 0.587, 0.114]);
        let usual = [0.0, 255.0, 128.0, 255.0, 128.0, 255.0];
        let reference = ratios(tag::REFERENCE_BLACK_WHITE, &usual);
        let range = |at: usize, levels: f32| {
            let range = reference[2 * at + 1] - reference[2 * at];
            if range > 0.0 { levels / range } else { 1.0 }
        };
        YCbCr {
            luma: if g > 0.0 {
                [r, g, b]
            } else {
                [0.299, 0.587, 0.114]
            },
            zero: [reference[0], reference[2], reference[4]],
            scale: [range(0, 255.0), range(1, 127.0), range(2, 127.0)],
        }
    }

    fn rgb(&self, components: [u8; 3]) -> [u8; 3] {
        let [y, cb, cr] =
            std::array::from_fn(|at| (f32::from(components[at]) - self.zero[at]) * self.scale[at]);
        let [red, green, blue] = self.luma;
        let r = y + cr * (2.0 - 2.0 * red);
        let b = y + cb * (2.0 - 2.0 * blue);
        let g = (y - blue * b - red * r) / green;
        [r, g, b].map(|level| (level + 0.5).clamp(0.0, 255.0) as u8)
    }
}

//! The encoder: rows in, a file out.
//!
//! Rows of pixels, or of each component's own samples, become the samples of one row of MCUs, then
//! quantised blocks, then tokens: Huffman symbols that are counted, so that the tables are made for
//! this picture before the first bit is written. A sequential file needs no more memory than that.
//! A progressive file keeps all coefficients and makes the tokens scan by scan.
//!
//! Where the standard leaves a choice, the encoder follows libjpeg-turbo: transform, rounding,
//! edges, tables and scans. At equal settings, with optimised tables in libjpeg-turbo, the files
//! are identical. Very large files, whose tables are made before all symbols are counted, have the
//! same coefficients.
//!
//! On wasm with SIMD, vectors are used for colour, the transform and quantisation; the scalar
//! definitions stand beside them.

mod coefficients;
mod colour;
mod entropy;
mod fdct;
mod markers;
mod output;
mod quantise;
mod samples;
mod scans;
mod tables;
mod writer;

use alloc::vec::Vec;
use core::fmt;

use self::coefficients::Coefficients;
use self::entropy::{CHUNK, Tokens};
use self::markers::Scan;
use self::output::Output;
use self::quantise::Divisors;
use self::samples::Samples;
use crate::error::Error;
use crate::frame::{Component, Frame};
use crate::segments::Pixels;
use crate::words::Best;

/// Subsampling of the chrominance components.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampling {
    /// 4:2:0: half the samples across and half of them down.
    #[default]
    S420,
    /// 4:4:4: all samples.
    S444,
}

/// Settings of an encoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Quality from 1 to 100, as libjpeg scales the tables of T.81, annex K; 80 by default. Numbers
    /// outside the range are clamped.
    pub quality: u8,
    /// Chrominance subsampling, 4:2:0 by default; grey pictures have no chrominance.
    pub sampling: Sampling,
    /// Whether the file is progressive: several scans, from a coarse picture to the whole one; off
    /// by default. The decoded pixels are the same.
    pub progressive: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            quality: 80,
            sampling: Sampling::S420,
            progressive: false,
        }
    }
}

/// Bounds on the memory of an encoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes of tokens that may be held until the optimal tables can be made; 16 MiB by default,
    /// which is about as many as a photo of fifteen megapixels has. A picture with more tokens gets
    /// tables that are optimal for the tokens up to this limit.
    pub token_bytes: usize,
    /// Bytes of the caller's rows that the caller frees as they are encoded; 0 by default. A
    /// progressive file's coefficients take their place, so the bound counts both only once. The
    /// caller reports freed rows through [`Encoder::hold`].
    pub freed_bytes: usize,
    /// Columns and rows of the rectangle outside of which the picture has one colour; the whole
    /// picture by default. Bounds assume that the file holds no more detail than that.
    pub picture: (u16, u16),
}

impl Default for Room {
    fn default() -> Self {
        Room {
            token_bytes: 1 << 24,
            freed_bytes: 0,
            picture: (u16::MAX, u16::MAX),
        }
    }
}

impl Room {
    fn tokens(self) -> usize {
        self.token_bytes / 4
    }
}

/// Bounds that follow from [`Room`] and the picture.
struct Bounds {
    tokens: usize,
    /// Bytes of a progressive file's coefficients plus the tokens of one of its scans.
    scans: usize,
    /// Bytes of the file.
    file: usize,
}

impl Bounds {
    fn new(frame: &Frame, quantisation: &[[u8; 64]; 2], room: Room) -> Bounds {
        // The rectangle may lie anywhere, and so cut through MCUs on both sides.
        let touched = |length: u16, mcu: usize, all: usize| {
            all.min((usize::from(length).saturating_sub(1)).div_ceil(mcu) + 1)
        };
        let across = touched(room.picture.0, 8 * frame.h_max, frame.mcus_across);
        let busy = across * touched(room.picture.1, 8 * frame.v_max, frame.mcus_down);
        let mcus = frame.mcus_across * frame.mcus_down;
        let units: usize = frame.components.iter().map(|c| c.h * c.v).sum();
        let all = busy
            .saturating_mul(64)
            .saturating_add((mcus - busy).saturating_mul(2))
            .saturating_mul(units);
        let early = all > room.tokens();
        let mut bits = 8 * markers::MOST_BYTES as u64;
        let mut kept = 0;
        for c in &frame.components {
            let values = quantise::most_value_bits(&quantisation[c.quantisation]);
            let most = coefficients::most_bits(values + quantise::ROUNDING_BITS) as u64;
            let flat = coefficients::FLAT_BITS as u64;
            kept += (c.h * c.v) as u64 * (busy as u64 * most + (mcus - busy) as u64 * flat);
            let most = quantise::most_bits(&quantisation[c.quantisation], early) as u64;
            let flat = quantise::FLAT_BITS as u64;
            bits += (c.h * c.v) as u64 * (busy as u64 * most + (mcus - busy) as u64 * flat);
        }
        // The tokens held are checked after each MCU, and once there are tables after each row of
        // MCUs.
        let row = (64 * across + 2 * (frame.mcus_across - across)) * units;
        let kept = Coefficients::lane_bytes(kept).saturating_sub(room.freed_bytes);
        let held = all.min(room.tokens()) + 64 * scans::BLOCKS + 2 * CHUNK;
        Bounds {
            scans: kept.saturating_add(Tokens::bytes(held)),
            tokens: all.min((room.tokens() + 64 * units + CHUNK).max(row)),
            // Stuffing adds at most one byte in 64.
            file: usize::try_from(bits / 8 + bits / 512).unwrap_or(usize::MAX),
        }
    }
}

/// A JPEG encoder without I/O.
///
/// ```
/// use letterbox_jpeg::{Encoder, Pixels, Settings};
///
/// let mut encoder = Encoder::new(20, 10, Pixels::Rgb, Settings::default())?;
/// for _ in 0..10 {
///     encoder.row(&[200; 20 * 3])?;
/// }
/// let file = encoder.finish()?;
/// assert!(file.starts_with(&[0xff, 0xd8]) && file.ends_with(&[0xff, 0xd9]));
/// # Ok::<(), letterbox_jpeg::Error>(())
/// ```
pub struct Encoder {
    frame: Frame,
    row_bytes: usize,
    divisors: [Divisors; 2],
    samples: Samples,
    /// Rows of pixels that have come.
    rows: usize,
    /// Rows of each component's own samples that have come, see [`Encoder::component_row`].
    component_rows: [usize; 3],
    /// Rows of MCUs that have been coded.
    mcu_rows: usize,
    /// Set to an error once a row of MCUs has failed: a half-coded row cannot be part of a file.
    sound: Result<(), Error>,
    /// Each component's last DC coefficient.
    dc: [i16; 3],
    out: Output,
    /// Bytes that tokens may take; together with `freed_bytes`, the bound for coefficients.
    token_bytes: usize,
    freed_bytes: usize,
    /// Coefficients of a progressive file; `None` for a sequential one.
    coefficients: Option<Coefficients>,
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder")
            .field("rows", &self.rows)
            .field("mcu_rows", &self.mcu_rows)
            .field("sound", &self.sound)
            .finish_non_exhaustive()
    }
}

impl Encoder {
    /// Creates an encoder with the default bounds.
    ///
    /// # Errors
    /// [`Error::Usage`] if a side is 0, [`Error::Unsupported`] for CMYK, [`Error::OutOfMemory`].
    pub fn new(
        width: u16,
        height: u16,
        pixels: Pixels,
        settings: Settings,
    ) -> Result<Encoder, Error> {
        Encoder::within(width, height, pixels, settings, Room::default())
    }

    /// Creates an encoder with the given bounds.
    ///
    /// # Errors
    /// As [`Encoder::new`].
    pub fn within(
        width: u16,
        height: u16,
        pixels: Pixels,
        settings: Settings,
        room: Room,
    ) -> Result<Encoder, Error> {
        if width == 0 || height == 0 {
            return Err(Error::Usage(
                "a picture has at least one row and one column",
            ));
        }
        if pixels == Pixels::Cmyk {
            return Err(Error::Unsupported("CMYK is not written"));
        }
        let frame = frame(width, height, pixels, settings);
        let quantisation = quantise::tables(settings.quality);
        let bounds = Bounds::new(&frame, &quantisation, room);
        let mut out = Output::new(bounds.file, room.tokens())?;
        markers::begin(&mut out.file, &frame, &quantisation)?;
        let coefficients = if settings.progressive {
            Some(Coefficients::new(&frame)?)
        } else {
            None
        };
        Ok(Encoder {
            row_bytes: usize::from(width) * pixels.bytes(),
            divisors: [
                Divisors::new(&quantisation[0]),
                Divisors::new(&quantisation[1]),
            ],
            samples: Samples::new(&frame)?,
            rows: 0,
            component_rows: [0; 3],
            mcu_rows: 0,
            sound: Ok(()),
            dc: [0; 3],
            out,
            token_bytes: room.token_bytes,
            freed_bytes: room.freed_bytes,
            coefficients,
            frame,
        })
    }

    /// Returns an upper bound on the bytes that encoding allocates, the file included; see
    /// [`Encoder::peak_bytes_within`].
    pub fn peak_bytes(width: u16, height: u16, pixels: Pixels, settings: Settings) -> usize {
        Encoder::peak_bytes_within(width, height, pixels, settings, Room::default())
    }

    /// Returns an upper bound on the bytes that encoding with the given bounds allocates, the file
    /// included.
    ///
    /// The bound is the cost of noise: a token of four bytes for every coefficient, up to the
    /// limit, and a file with as many bits as values can have at this quality. The bytes of the
    /// file and of the samples are allocated from the start for any picture.
    pub fn peak_bytes_within(
        width: u16,
        height: u16,
        pixels: Pixels,
        settings: Settings,
        room: Room,
    ) -> usize {
        let frame = frame(width, height, pixels, settings);
        let bounds = Bounds::new(&frame, &quantise::tables(settings.quality), room);
        let held = if frame.progressive {
            bounds.scans.saturating_add(Coefficients::dc_bytes(&frame))
        } else {
            Tokens::bytes(bounds.tokens)
        };
        let components = 4 * size_of::<Component>(); // a list that is pushed to
        (components + Samples::bytes(&frame))
            .saturating_add(held)
            .saturating_add(bounds.file)
    }

    /// Sets the bytes that tokens may take from now on: more than before, if the caller has freed
    /// the rows that the tokens were made of.
    pub fn hold(&mut self, token_bytes: usize) {
        self.token_bytes = token_bytes;
        self.out.set_limit(token_bytes / 4);
    }

    /// Takes the next row of pixels, from the top.
    ///
    /// # Errors
    /// [`Error::Usage`] if the row has the wrong length or is one too many; [`Error::OutOfMemory`],
    /// and the same error again on every later call.
    pub fn row(&mut self, pixels: &[u8]) -> Result<(), Error> {
        self.sound?;
        if pixels.len() != self.row_bytes {
            return Err(Error::Usage(
                "a row has not the length of the picture's rows",
            ));
        }
        if self.rows == usize::from(self.frame.height) {
            return Err(Error::Usage("there are more rows than the picture has"));
        }
        if self.component_rows != [0; 3] {
            return Err(MIXED);
        }
        let mcu_rows = self.frame.mcu_rows();
        let y = self.rows % mcu_rows;
        self.rows += 1;
        let last = self.rows == usize::from(self.frame.height);
        self.samples.take(pixels, y, last);
        if last || y + 1 == mcu_rows {
            self.sound = self.mcu_row();
        }
        self.sound
    }

    /// Takes the next row of one component's own samples (0: Y, 1: Cb, 2: Cr) instead of rows of
    /// pixels, for callers that have them, so that nothing is converted or downsampled. In 4:2:0,
    /// rows of chrominance are half as long, rounded up, and half as many.
    ///
    /// The components may come in any order, as long as none reaches the next row of MCUs before
    /// the others have filled this one.
    ///
    /// # Errors
    /// [`Error::Usage`] if the component does not exist, the row has the wrong length, or the row
    /// comes too early or too late; [`Error::OutOfMemory`], and the same error again on every later
    /// call.
    ///
    /// ```
    /// use letterbox_jpeg::{Encoder, Pixels, Settings};
    ///
    /// let mut encoder = Encoder::new(32, 16, Pixels::Rgb, Settings::default())?; // 4:2:0
    /// for row in 0..16 {
    ///     encoder.component_row(0, &[90; 32])?;
    ///     if row % 2 == 0 {
    ///         encoder.component_row(1, &[110; 16])?;
    ///         encoder.component_row(2, &[140; 16])?;
    ///     }
    /// }
    /// assert!(encoder.finish()?.len() < 1000);
    /// # Ok::<(), letterbox_jpeg::Error>(())
    /// ```
    pub fn component_row(&mut self, component: usize, samples: &[u8]) -> Result<(), Error> {
        self.sound?;
        let Some(c) = self.frame.components.get(component) else {
            return Err(Error::Usage("the picture has no such component"));
        };
        if samples.len() != c.width {
            return Err(Error::Usage(
                "a row has not the length of the component's rows",
            ));
        }
        if self.rows > 0 {
            return Err(MIXED);
        }
        let (from, row) = (self.mcu_rows * 8 * c.v, self.component_rows[component]);
        let end = (from + 8 * c.v).min(c.height);
        if row >= end {
            return Err(Error::Usage(
                "a component's row comes before the others are there",
            ));
        }
        self.component_rows[component] += 1;
        let last = row + 1 == c.height;
        self.samples
            .take_component(component, samples, row - from, last);
        let is_there = |(c, &rows): (&Component, &usize)| {
            rows == ((self.mcu_rows + 1) * 8 * c.v).min(c.height)
        };
        let mut all = self.frame.components.iter().zip(&self.component_rows);
        if all.all(is_there) {
            self.sound = self.mcu_row();
        }
        self.sound
    }

    /// Writes the rest of the file and returns it.
    ///
    /// # Errors
    /// [`Error::Usage`] if rows are missing; [`Error::OutOfMemory`].
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        self.sound?;
        if self.mcu_rows != self.frame.mcus_down {
            return Err(Error::Usage("there are fewer rows than the picture has"));
        }
        let Encoder {
            frame,
            samples,
            mut out,
            token_bytes,
            freed_bytes,
            coefficients,
            ..
        } = self;
        drop(samples);
        match &coefficients {
            None => out.end_scan(&frame, Scan::sequential(&frame))?,
            Some(coefficients) => {
                let left = token_bytes.saturating_sub(coefficients.held_bytes().min(freed_bytes));
                out.set_limit((left / 4).max(1)); // there are no tables for nothing
                scans::script(&frame)
                    .try_for_each(|scan| coefficients.write(&frame, scan, &mut out))?;
            }
        }
        drop(coefficients);
        markers::end(&mut out.file)?;
        let mut file = out.file;
        file.shrink_to_fit(); // which allocators do in place
        Ok(file)
    }

    /// Codes the samples of the next row of MCUs.
    fn mcu_row(&mut self) -> Result<(), Error> {
        let mcu_row = self.mcu_rows;
        self.mcu_rows += 1;
        for mcu in 0..self.frame.mcus_across {
            for (index, c) in self.frame.components.iter().enumerate() {
                for at in 0..c.h * c.v {
                    let (x, y) = (mcu * c.h + at % c.h, at / c.h);
                    let down = mcu_row * c.v + y;
                    let mut block = [0; 64];
                    let mask = if x < c.blocks_across && down < c.blocks_down {
                        let rows = self.samples.block(index, x, y);
                        transform(rows, &self.divisors[c.quantisation], &mut block)
                    } else {
                        // A block that only fills the MCU costs least if it has the DC coefficient
                        // of the block before.
                        block[0] = self.dc[index];
                        0
                    };
                    let before = core::mem::replace(&mut self.dc[index], block[0]);
                    if let Some(coefficients) = &mut self.coefficients {
                        coefficients.put(index, c, (x, down), &block, mask)?;
                    } else {
                        let difference = i32::from(block[0]) - i32::from(before);
                        self.out
                            .tokens
                            .block(c.quantisation, difference, &block, mask)?;
                    }
                }
            }
            if self.coefficients.is_none() {
                let scan = Scan::sequential(&self.frame);
                self.out.watch(&self.frame, scan)?;
            }
        }
        if self.coefficients.is_none() {
            let scan = Scan::sequential(&self.frame);
            self.out.relieve(&self.frame, scan)?;
        }
        Ok(())
    }
}

const MIXED: Error = Error::Usage("rows of pixels and rows of components do not mix");

/// Transforms samples to quantised coefficients in natural order. The returned mask marks the AC
/// ones that are not zero, in zigzag order.
#[inline(always)]
fn transform(rows: [&[u8; 8]; 8], divisors: &Divisors, out: &mut [i16; 64]) -> u64 {
    let first = rows[0][0];
    if rows.iter().all(|&row| *row == [first; 8]) {
        out[0] = divisors.divide_dc(fdct::constant(first));
        return 0;
    }
    let mask = quantise::quantise(fdct::forward::<Best>(rows), divisors, out);
    quantise::to_zigzag(mask) & !1
}

fn frame(width: u16, height: u16, pixels: Pixels, settings: Settings) -> Frame {
    let side = match (pixels, settings.sampling) {
        (Pixels::Rgb, Sampling::S420) => 2,
        _ => 1,
    };
    let mut components = Vec::new();
    components.push(Component::new(1, side, side, 0));
    if pixels != Pixels::Grey {
        components.push(Component::new(2, 1, 1, 1));
        components.push(Component::new(3, 1, 1, 1));
    }
    Frame::new(width, height, settings.progressive, components)
}

#[cfg(test)]
mod tests {
    use super::*;
    use letterbox_testkit::Noise;

    /// Encodes a wide picture, half flat and half noise, so that later symbols differ from the
    /// first ones.
    fn encode(settings: Settings, limit: Option<usize>) -> Vec<u8> {
        let mut encoder = Encoder::new(150, 120, Pixels::Rgb, settings).expect("memory");
        if let Some(limit) = limit {
            encoder.hold(4 * limit);
        }
        let mut noise = Noise(1);
        for y in 0..120 {
            let row: Vec<u8> = (0..450)
                .map(|x| (x / 3 + y + usize::from(noise.byte()) * (y / 60)) as u8)
                .collect();
            encoder.row(&row).expect("a good row");
        }
        encoder.finish().expect("all rows")
    }

    fn decode(file: &[u8]) -> Vec<u8> {
        let (mut decoder, mut rows) = (crate::Decoder::new(), Vec::new());
        decoder.push(file).expect("memory");
        decoder.finish();
        loop {
            match decoder.next().expect("a good file") {
                crate::Event::Row(row) => rows.extend_from_slice(row),
                crate::Event::End(status) if status.is_intact() => return rows,
                _ => {}
            }
        }
    }

    #[test]
    fn tables_made_early_give_the_same_picture() {
        for sampling in [Sampling::S420, Sampling::S444] {
            for progressive in [false, true] {
                let settings = Settings {
                    quality: 90,
                    sampling,
                    progressive,
                };
                let whole = encode(settings, None);
                for limit in [1, 1000, 5000] {
                    let early = encode(settings, Some(limit));
                    assert!(early != whole || limit > 1);
                    assert!(decode(&early) == decode(&whole), "{settings:?} {limit}");
                }
            }
        }
    }
}

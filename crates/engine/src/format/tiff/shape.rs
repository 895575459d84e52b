//! Layout of a TIFF's picture in its file: strips or tiles, their samples, their compression.
//!
//! Features that are not read are refused here by name. Numbers that memory or time depends on are
//! bounded here, or are part of the plan.

use crate::format::jpeg::header as jpeg;
use crate::format::tiff::directory::{Directory, Values};
use crate::format::tiff::tag;
use crate::header::Coding;
use crate::header::cursor::Stop;
use crate::header::strips::{Alpha, Compression, Jpeg, Pixels, Shape};
use crate::pixels::layout::Size;

/// Upper bound on the pixels of a picture and its tiles beyond its edges, which is the service's
/// bound for any format.
const MOST_PIXELS: u64 = 0x3fff * 0x3fff;
/// Maximum number of strips or tiles of a sample.
const MOST_CHUNKS: u64 = 65_536;
/// Maximum number of bits of a pixel: sixteen samples of 8 bits, of which four are used.
const MOST_PIXEL_BITS: u64 = 128;

impl Shape {
    pub(crate) fn read(directory: &Directory<'_>, size: Size) -> Result<Shape, Stop> {
        let number = |tag, default| number(directory, tag, default);
        let bits = directory.values(tag::BITS_PER_SAMPLE);
        let unsaid = bits.map_or(1, |bits| bits.count);
        let samples = number(tag::SAMPLES_PER_PIXEL, unsaid)?;
        if !(1..=MOST_PIXEL_BITS).contains(&samples) {
            return Err(Stop::Unsupported(
                "TIFF with more than 16 bytes a pixel is not read",
            ));
        }
        let code = number(tag::COMPRESSION, 1)?;
        let pixels = pixels(directory, code, samples)?;
        let alpha = alpha(directory, pixels, samples)?;
        let last = alpha.map_or(pixels.samples() - 1, |alpha| alpha.at);
        let mut shape = Shape {
            chunk: size,
            tiled: directory.values(tag::TILE_WIDTH).is_some(),
            compression: Compression::None,
            predicted: false,
            reversed: number(tag::FILL_ORDER, 1)? == 2,
            bits: depth(directory, last)?,
            samples: samples as u16, // at most 128
            planar: samples > 1 && number(tag::PLANAR_CONFIGURATION, 1)? == 2,
            pixels,
            alpha,
        };
        if u64::from(shape.bits) * samples > MOST_PIXEL_BITS {
            return Err(Stop::Unsupported(
                "TIFF with more than 16 bytes a pixel is not read",
            ));
        }
        shape.chunk = shape.chunk_size(directory, size)?;
        shape.compression = shape.compression(directory, code)?;
        // No other compression has a predictor, whatever the tag.
        shape.predicted = matches!(shape.compression, Compression::Lzw | Compression::Deflate)
            && match number(tag::PREDICTOR, 1)? {
                2 => true,
                3 => {
                    return Err(Stop::Unsupported(
                        "TIFF with a predictor of floating point is not read",
                    ));
                }
                _ => false,
            };
        shape.check()?;
        Ok(shape)
    }

    /// Returns the columns and rows of strips or tiles. Tiles are bounded in how far they exceed
    /// the picture.
    fn chunk_size(&self, directory: &Directory<'_>, size: Size) -> Result<Size, Stop> {
        let most = |length: u64| length.min(u32::MAX.into()) as u32;
        if !self.tiled {
            let rows = most(number(directory, tag::ROWS_PER_STRIP, u64::MAX)?);
            return Ok(Size {
                width: size.width,
                height: if rows == 0 {
                    size.height
                } else {
                    rows.min(size.height)
                },
            });
        }
        let tile = Size {
            width: most(number(directory, tag::TILE_WIDTH, 0)?),
            height: most(number(directory, tag::TILE_LENGTH, 0)?),
        };
        if tile.pixels() == 0 {
            return Err(Stop::Corrupt("a TIFF tile has no pixels"));
        }
        let columns = u64::from(size.width.div_ceil(tile.width)) * u64::from(tile.width);
        if columns.saturating_mul(size.height.into()) > MOST_PIXELS.max(size.pixels()) {
            return Err(Stop::Corrupt(
                "a TIFF tile is far larger than the picture that it is a part of",
            ));
        }
        Ok(tile)
    }

    /// Returns the number of strips or tiles across and down.
    pub(crate) fn grid(&self, size: Size) -> (u32, u32) {
        (
            size.width.div_ceil(self.chunk.width.max(1)),
            size.height.div_ceil(self.chunk.height.max(1)),
        )
    }

    /// Returns the tags of the offsets and of the lengths of strips or tiles.
    pub(crate) fn tables(&self) -> (u16, u16) {
        if self.tiled {
            (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)
        } else {
            (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
        }
    }

    fn compression(&self, directory: &Directory<'_>, code: u64) -> Result<Compression, Stop> {
        let no = |what| Err(Stop::Unsupported(what));
        Ok(match code {
            1 => Compression::None,
            2 => Compression::Runs { aligned: 8 },
            3 | 4 => {
                let tag = if code == 3 {
                    tag::T4_OPTIONS
                } else {
                    tag::T6_OPTIONS
                };
                let options = number(directory, tag, 0)?;
                if options & 2 != 0 {
                    return no("TIFF with an uncompressed mode of T.4 or T.6 is not read");
                }
                match code {
                    3 => Compression::Group3 {
                        two_dimensional: options & 1 != 0,
                    },
                    _ => Compression::Group4,
                }
            }
            5 => Compression::Lzw,
            6 | 7 => Compression::Jpeg(self.jpeg(directory, code == 6)?),
            8 | 32946 => Compression::Deflate,
            32771 => Compression::Runs { aligned: 16 },
            32773 => Compression::PackBits,
            34712 => return no("TIFF compressed by JPEG 2000 is not read"),
            34887 => return no("TIFF compressed by LERC is not read"),
            34925 => return no("TIFF compressed by LZMA is not read"),
            50000 => return no("TIFF compressed by Zstandard is not read"),
            50001 => return no("TIFF compressed by WebP is not read"),
            50002 | 52546 => return no("TIFF compressed by JPEG XL is not read"),
            _ => return no("TIFF in a compression of this number is not read"),
        })
    }

    /// Reads the frame header of the first strip or tile, on which the decoder's memory depends.
    fn jpeg(&self, directory: &Directory<'_>, old: bool) -> Result<Jpeg, Stop> {
        let (offsets, counts) = self.tables();
        let first = if old {
            old_jpeg(directory)?
        } else {
            let at = first(directory, offsets)?;
            directory.part(at, u64::MAX).ok_or(Stop::NeedMore)?
        };
        let Coding::Jpeg {
            sampling,
            progressive,
            resident,
            ..
        } = jpeg::parse(first)?.coding
        else {
            return Err(Stop::Corrupt("the JPEG in the TIFF is damaged"));
        };
        let size = jpeg::parse(first)?.stored;
        let components = sampling.iter().take_while(|(h, _)| *h > 0).count();
        if components != if self.planar { 1 } else { self.samples.into() } || components == 2 {
            return Err(Stop::Unsupported(
                "TIFF with other samples than the JPEG in it is not read",
            ));
        }
        let mut resident_bytes = 0;
        if resident && old {
            return Err(Stop::Unsupported(
                "TIFF with a progressive JPEG of the old kind is not read",
            ));
        }
        if resident {
            let unsaid =
                Stop::Unsupported("TIFF with a progressive JPEG of any length is not read");
            let counts = directory.values(counts).ok_or(unsaid)?;
            for index in 0..counts.count.min(4 * MOST_CHUNKS) {
                let count = counts.get(index).ok_or(Stop::NeedMore)?;
                resident_bytes = count.min(u32::MAX.into()).max(resident_bytes);
            }
        }
        Ok(Jpeg {
            size: (size.width as u16, size.height as u16), // as in the file
            sampling,
            progressive,
            resident_bytes,
            ycbcr: components == 3 && matches!(self.pixels, Pixels::YCbCr { .. }),
            old,
        })
    }

    /// Checks that the properties are consistent.
    fn check(&mut self) -> Result<(), Stop> {
        let bilevel = self.bits == 1 && self.samples == 1;
        match self.compression {
            Compression::Runs { .. } | Compression::Group3 { .. } | Compression::Group4
                if !bilevel =>
            {
                return Err(Stop::Corrupt(
                    "a TIFF in a compression of faxes has more than one bit a pixel",
                ));
            }
            Compression::Jpeg(jpeg) => {
                if self.bits != 8 || self.pixels == Pixels::Palette {
                    return Err(Stop::Unsupported(
                        "TIFF with a JPEG of other than 8 bits a sample is not read",
                    ));
                }
                self.reversed = false; // is said of bits, and a JPEG's have an order of their own
                if jpeg.ycbcr {
                    self.pixels = Pixels::Rgb;
                } else if let Pixels::YCbCr { .. } = self.pixels {
                    self.pixels = Pixels::YCbCr {
                        subsampling: (1, 1),
                    };
                }
            }
            _ => {}
        }
        if let Pixels::YCbCr { subsampling } = self.pixels {
            let whole = subsampling == (1, 1);
            if self.bits != 8 || !whole && (self.planar || self.samples != 3 || self.predicted) {
                return Err(Stop::Unsupported(
                    "TIFF with subsampled YCbCr in this arrangement is not read",
                ));
            }
        }
        if self.pixels == Pixels::Palette && self.bits > 8 {
            return Err(Stop::Unsupported(
                "TIFF with a palette of more than 256 colours is not read",
            ));
        }
        if self.predicted && self.bits < 8 {
            return Err(Stop::Unsupported(
                "TIFF with a predictor of less than 8 bits a sample is not read",
            ));
        }
        Ok(())
    }

    pub(crate) fn check_count(&self, size: Size) -> Result<(), Stop> {
        let (across, down) = self.grid(size);
        if u64::from(across) * u64::from(down) > MOST_CHUNKS {
            return Err(Stop::Unsupported(
                "TIFF in more than 65,536 strips or tiles is not read",
            ));
        }
        Ok(())
    }
}

/// Returns a tag's first value, as a whole number; `unsaid` without the tag.
pub(crate) fn number(directory: &Directory<'_>, tag: u16, unsaid: u64) -> Result<u64, Stop> {
    match directory.values(tag) {
        None => Ok(unsaid),
        Some(values) => element(&values, 0),
    }
}

fn element(values: &Values<'_>, index: u64) -> Result<u64, Stop> {
    if !values.whole {
        return Err(Stop::Corrupt("a TIFF tag has a value of another type"));
    }
    values.get(index).ok_or(Stop::NeedMore)
}

fn first(directory: &Directory<'_>, tag: u16) -> Result<u64, Stop> {
    let values = directory.values(tag);
    element(&values.ok_or(Stop::Corrupt(WITHOUT))?, 0)
}

const WITHOUT: &str = "the TIFF does not say where its strips or tiles are";

/// Returns the JPEG that is the whole picture in compression 6, if that JPEG is complete.
pub(crate) fn old_jpeg<'a>(directory: &Directory<'a>) -> Result<&'a [u8], Stop> {
    let at = match directory.values(tag::JPEG_INTERCHANGE_FORMAT) {
        Some(at) => element(&at, 0)?,
        None => match directory.values(tag::STRIP_OFFSETS) {
            Some(strips) if strips.count == 1 => element(&strips, 0)?,
            _ => return Err(Stop::Unsupported(OLD)),
        },
    };
    let jpeg = directory.part(at, u64::MAX).ok_or(Stop::NeedMore)?;
    match jpeg.get(..2).ok_or(Stop::NeedMore)? {
        [0xff, 0xd8] => Ok(jpeg),
        _ => Err(Stop::Unsupported(OLD)),
    }
}

const OLD: &str =
    "TIFF with JPEG of the old kind (compression 6) is read where it is one whole JPEG";

fn pixels(directory: &Directory<'_>, code: u64, samples: u64) -> Result<Pixels, Stop> {
    // The tag is mandatory, but missing in some old files.
    let unsaid = match code {
        2..=4 | 32771 => 0,
        _ if samples >= 3 => 2,
        _ => 1,
    };
    let no = |what| Err(Stop::Unsupported(what));
    let pixels = match number(directory, tag::PHOTOMETRIC, unsaid)? {
        0 => Pixels::Grey {
            white_is_zero: true,
        },
        1 => Pixels::Grey {
            white_is_zero: false,
        },
        2 => Pixels::Rgb,
        3 => Pixels::Palette,
        5 if number(directory, tag::INK_SET, 1)? != 1 => {
            return no("TIFF with other inks than CMYK is not read");
        }
        5 => Pixels::Cmyk,
        6 => {
            let factors = directory.values(tag::YCBCR_SUBSAMPLING);
            let factor = |index| match &factors {
                Some(factors) if factors.count > index => element(factors, index),
                _ => Ok(2),
            };
            let (across, down) = (factor(0)?, factor(1)?);
            if ![across, down]
                .iter()
                .all(|factor| matches!(factor, 1 | 2 | 4))
            {
                return Err(Stop::Corrupt("a TIFF subsampling factor is not 1, 2 or 4"));
            }
            Pixels::YCbCr {
                subsampling: (across as u8, down as u8),
            }
        }
        4 => return no("TIFF that is a mask of transparency is not read"),
        8..=10 => return no("TIFF in CIE L*a*b* is not read"),
        32803 | 34892 => return no("TIFF with the raw samples of a camera is not read"),
        32844 | 32845 => return no("TIFF in LogLuv is not read"),
        _ => return no("TIFF in a colour space of this number is not read"),
    };
    if samples < pixels.samples().into() {
        return Err(Stop::Corrupt(
            "the TIFF has fewer samples than its colours need",
        ));
    }
    Ok(pixels)
}

/// Returns the first extra sample that is alpha. A single extra sample beside grey or RGB, without
/// a declared meaning, is alpha.
fn alpha(directory: &Directory<'_>, pixels: Pixels, samples: u64) -> Result<Option<Alpha>, Stop> {
    let colours = u64::from(pixels.samples());
    let Some(meanings) = directory.values(tag::EXTRA_SAMPLES) else {
        let usual = matches!(pixels, Pixels::Grey { .. } | Pixels::Rgb) && samples == colours + 1;
        return Ok(usual.then_some(Alpha {
            at: colours as u16,
            associated: false,
        }));
    };
    for index in 0..meanings.count.min(samples - colours) {
        let meaning = element(&meanings, index)?;
        if let 1 | 2 = meaning {
            return Ok(Some(Alpha {
                at: (colours + index) as u16, // less than `samples`
                associated: meaning == 1,
            }));
        }
    }
    Ok(None)
}

/// Returns the bits of a sample, which have to be the same for all samples up to the last wanted
/// one.
fn depth(directory: &Directory<'_>, last: u16) -> Result<u8, Stop> {
    // One value may stand for all.
    let each = |tag, unsaid| -> Result<u64, Stop> {
        let Some(values) = directory.values(tag) else {
            return Ok(unsaid);
        };
        let first = element(&values, 0)?;
        for index in 1..values.count.min(u64::from(last) + 1) {
            if element(&values, index)? != first {
                return Err(Stop::Unsupported(
                    "TIFF with samples of different depths is not read",
                ));
            }
        }
        Ok(first)
    };
    let bits = each(tag::BITS_PER_SAMPLE, 1)?;
    let no = |what| Err(Stop::Unsupported(what));
    // The format is not declared, or declared as undefined (4).
    match (each(tag::SAMPLE_FORMAT, 1)?, bits) {
        (1 | 4, 1 | 2 | 4 | 8 | 16) => Ok(bits as u8),
        (1 | 4, _) => no("TIFF with other than 1, 2, 4, 8 or 16 bits a sample is not read"),
        (2, _) => no("TIFF with signed samples is not read"),
        (3, _) => no("TIFF with samples in floating point is not read"),
        _ => no("TIFF with complex samples is not read"),
    }
}

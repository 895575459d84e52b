//! Decompression of a strip or tile, as far as the next row needs it.

pub(crate) mod deflate;
pub(crate) mod fax;
pub(crate) mod jpeg;
pub(crate) mod lzw;
pub(crate) mod packbits;

use crate::error::Error;
use crate::format::tiff::damage::DAMAGED;
use crate::format::tiff::directory::Directory;
use crate::format::tiff::tag;
use crate::header::strips::{Compression, Shape};
use crate::pixels::buffer::room;

/// Bytes of a strip or tile, each with its first bit at the top.
#[derive(Clone, Copy, Default)]
pub(crate) struct Input<'a> {
    rest: &'a [u8],
    /// Whether the first bit is at the bottom in the file.
    reversed: bool,
}

impl Input<'_> {
    fn next(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(if self.reversed {
            byte.reverse_bits()
        } else {
            byte
        })
    }

    /// Fills `to` as far as there are bytes. Returns their number.
    fn read(&mut self, to: &mut [u8]) -> usize {
        let count = to.len().min(self.rest.len());
        let (bytes, rest) = self.rest.split_at(count);
        let to = &mut to[..count];
        to.copy_from_slice(bytes);
        if self.reversed {
            to.iter_mut().for_each(|byte| *byte = byte.reverse_bits());
        }
        self.rest = rest;
        count
    }
}

/// Decompressor of one plane.
pub(crate) struct Unpack<'a> {
    method: Method<'a>,
    input: Input<'a>,
    reversed: bool,
}

enum Method<'a> {
    None,
    PackBits(packbits::Run),
    Lzw(lzw::Lzw),
    Deflate(deflate::Deflate),
    Fax(fax::Fax),
    Jpeg(Box<jpeg::Jpeg<'a>>),
}

impl<'a> Unpack<'a> {
    /// Returns a decompressor for each plane.
    pub(crate) fn each(directory: &Directory<'a>, shape: &Shape) -> Result<Vec<Unpack<'a>>, Error> {
        let planes = shape.planes().into();
        let mut each = room(planes)?;
        for _ in 0..planes {
            each.push(Unpack {
                method: match shape.compression {
                    Compression::None => Method::None,
                    Compression::PackBits => Method::PackBits(packbits::Run::default()),
                    Compression::Lzw => Method::Lzw(lzw::Lzw::new()?),
                    Compression::Deflate => Method::Deflate(deflate::Deflate::new()?),
                    Compression::Runs { .. } | Compression::Group3 { .. } | Compression::Group4 => {
                        Method::Fax(fax::Fax::new(shape)?)
                    }
                    Compression::Jpeg(jpeg) => {
                        let tables = directory.values(tag::JPEG_TABLES);
                        let tables = tables.and_then(|tables| tables.bytes());
                        Method::Jpeg(Box::new(jpeg::Jpeg::new(
                            jpeg,
                            tables.unwrap_or_default(),
                            shape,
                        )))
                    }
                },
                input: Input::default(),
                reversed: shape.reversed,
            });
        }
        Ok(each)
    }

    /// Begins a strip or tile, of which `rows` rows are wanted.
    pub(crate) fn start(&mut self, bytes: &'a [u8], rows: u32) -> Result<(), Error> {
        self.input = Input {
            rest: bytes,
            reversed: self.reversed,
        };
        match &mut self.method {
            Method::None => Ok(()),
            Method::PackBits(run) => {
                *run = packbits::Run::default();
                Ok(())
            }
            Method::Lzw(lzw) => {
                lzw.start(&self.input);
                Ok(())
            }
            Method::Deflate(deflate) => deflate.start(),
            Method::Fax(fax) => {
                fax.start();
                Ok(())
            }
            Method::Jpeg(jpeg) => jpeg.start(bytes, rows),
        }
    }

    /// Fills the next row.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where the data ends first.
    pub(crate) fn fill(&mut self, row: &mut [u8]) -> Result<(), Error> {
        let input = &mut self.input;
        let full = match &mut self.method {
            Method::None => input.read(row) == row.len(),
            Method::PackBits(run) => run.fill(input, row),
            Method::Lzw(lzw) => lzw.fill(input, row),
            Method::Deflate(deflate) => deflate.fill(input, row)?,
            Method::Fax(fax) => fax.fill(input, row),
            Method::Jpeg(jpeg) => return jpeg.fill(row),
        };
        full.then_some(()).ok_or(DAMAGED)
    }

    /// Ends a strip or tile, once all wanted rows have been taken.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where the data turns out to be truncated.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        match &mut self.method {
            Method::Jpeg(jpeg) => jpeg.end(),
            _ => Ok(()),
        }
    }
}

/// Returns the memory of a decompressor, excluding the struct itself.
pub(crate) fn held_bytes(shape: &Shape) -> u64 {
    match shape.compression {
        Compression::None | Compression::PackBits => 0,
        Compression::Lzw => lzw::HELD_BYTES,
        Compression::Deflate => deflate::HELD_BYTES,
        Compression::Runs { .. } | Compression::Group3 { .. } | Compression::Group4 => {
            fax::held_bytes(shape)
        }
        Compression::Jpeg(jpeg) => jpeg::held_bytes(&jpeg),
    }
}

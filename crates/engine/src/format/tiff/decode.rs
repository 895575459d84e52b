//! TIFF, read only: by strips, a row at a time, or by rows of tiles.
//!
//! A strip or tile is unpacked row by row (`unpack/`), the row becomes pixels (`pixels.rs`), and
//! the sink takes the pixels. Where tiles lie side by side, the pixels of a row of tiles are kept
//! until all of its tiles are unpacked. The file is in memory as a whole, because its parts may lie
//! in any order.

use crate::error::Error;
use crate::format::tiff::damage::DAMAGED;
use crate::format::tiff::directory::{Directory, Values};
use crate::format::tiff::header::old_jpeg;
use crate::format::tiff::pixels::Painter;
use crate::format::tiff::tag;
use crate::format::tiff::unpack::Unpack;
use crate::header::Coding;
use crate::header::strips::{Compression, Pixels, Shape};
use crate::pixels::buffer::zeroes;
use crate::pixels::layout::{Layout, Size};
use crate::pixels::rows::RowSink;
use crate::plan::Plan;
use crate::stage::convert;

pub(crate) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn RowSink) -> Result<(), Error> {
    let Coding::Tiff(shape) = plan.header.coding else {
        return Err(Error::Internal("a TIFF without a shape".to_owned()));
    };
    let directory = Directory::reopen(file).ok_or(DAMAGED)?;
    let chunks = Chunks::new(&directory, &shape, plan.decoded)?;
    let layout = plan.header.layout;
    let mut reader = Reader {
        painter: Painter::new(&directory, &shape, plan, convert::cmyk(plan))?,
        unpack: Unpack::each(&directory, &shape)?,
        raw: raw(&shape)?,
        chunks,
    };
    let row_bytes = plan.decoded.width as usize * layout.channels();
    let mut band = zeroes(band_bytes(&shape, plan.decoded, layout))?;
    for down in 0..reader.chunks.down {
        if rows.is_satisfied() {
            break;
        }
        if band.is_empty() {
            reader.chunk(0, down, |_, row| {
                rows.row(0, row)?;
                Ok(!rows.is_satisfied())
            })?;
            continue;
        }
        for across in 0..reader.chunks.across {
            let left = (across * shape.chunk.width) as usize * layout.channels();
            reader.chunk(across, down, |y, row| {
                let at = y as usize * row_bytes + left;
                let place = band.get_mut(at..at + row.len());
                place.ok_or(DAMAGED)?.copy_from_slice(row);
                Ok(true)
            })?;
        }
        let here = reader.chunks.rows(down) as usize;
        for row in band.chunks_exact(row_bytes).take(here) {
            rows.row(0, row)?;
        }
    }
    Ok(())
}

/// Upper bound on the memory of decoding, excluding the file.
pub(crate) fn decoder_bytes(plan: &Plan, shape: &Shape) -> u64 {
    let (size, layout) = (plan.decoded, plan.header.layout);
    let planes = u64::from(shape.planes());
    planes
        * (shape.raw_bytes()
            + crate::format::tiff::unpack::held_bytes(shape)
            + size_of::<Unpack<'_>>() as u64)
        + Painter::bytes(shape, size, layout)
        + band_bytes(shape, size, layout)
}

/// Returns the bytes of pixels of a row of tiles, where the row has more than one tile; otherwise
/// 0.
fn band_bytes(shape: &Shape, size: Size, layout: Layout) -> u64 {
    if shape.chunk.width >= size.width {
        return 0;
    }
    let rows = shape.chunk.height.min(size.height);
    u64::from(size.width) * u64::from(rows) * layout.channels() as u64
}

/// Returns a buffer for an unpacked row of each plane.
fn raw(shape: &Shape) -> Result<Vec<Vec<u8>>, Error> {
    let rows = 0..shape.planes();
    rows.map(|_| zeroes(shape.raw_bytes())).collect()
}

/// Numbers that memory depends on.
impl Shape {
    /// Returns the number of samples of a pixel that are unpacked: all interleaved samples, or only
    /// the planes that are wanted.
    pub(crate) fn unpacked_samples(&self) -> u16 {
        if self.planar {
            let alpha = self.alpha.map_or(0, |alpha| alpha.at + 1);
            alpha.max(self.pixels.samples())
        } else {
            self.samples
        }
    }

    /// Returns the number of strips or tiles that a part of the picture lies in.
    pub(crate) fn planes(&self) -> u16 {
        if self.planar {
            self.unpacked_samples()
        } else {
            1
        }
    }

    /// Returns the number of rows of pixels that are unpacked together.
    pub(crate) fn rows_at_once(&self) -> u32 {
        match self.pixels {
            Pixels::YCbCr { subsampling } => subsampling.1.into(),
            _ => 1,
        }
    }

    /// Returns the bytes of one plane of the rows that are unpacked together.
    fn raw_bytes(&self) -> u64 {
        let width = u64::from(self.chunk.width);
        match self.pixels {
            Pixels::YCbCr {
                subsampling: (across, down),
            } if (across, down) != (1, 1) => {
                let unit = u64::from(across) * u64::from(down) + 2;
                width.div_ceil(across.into()) * unit
            }
            _ => {
                let samples = if self.planar { 1 } else { self.samples };
                (width * u64::from(samples) * u64::from(self.bits)).div_ceil(8)
            }
        }
    }
}

/// Strips or tiles of a file.
struct Chunks<'a> {
    directory: Directory<'a>,
    offsets: Values<'a>,
    counts: Option<Values<'a>>,
    /// The JPEG that is the whole picture, in compression 6.
    whole: Option<&'a [u8]>,
    size: Size,
    height: u32,
    across: u32,
    down: u32,
    /// Whether the chunks are uncompressed, so that their length follows from their size.
    uncompressed: bool,
    /// Upper bound on the bytes of a chunk that are read.
    most_bytes: u64,
}

/// Bytes that a strip or tile may have beyond sixteen times its samples.
const CHUNK_BYTES: u64 = 4096;

impl<'a> Chunks<'a> {
    fn new(directory: &Directory<'a>, shape: &Shape, size: Size) -> Result<Chunks<'a>, Error> {
        let (across, down) = shape.grid(size);
        let (offsets, counts) = shape.tables();
        let whole = match shape.compression {
            Compression::Jpeg(jpeg) if jpeg.old => old_jpeg(directory),
            _ => None,
        };
        let offsets = directory.values(offsets);
        let each = u64::from(across) * u64::from(down);
        let needed = each * u64::from(shape.planes());
        let offsets = match (whole, offsets) {
            (Some(_), None) => directory.values(tag::JPEG_INTERCHANGE_FORMAT),
            (_, offsets) => offsets,
        };
        let offsets = offsets.ok_or(DAMAGED)?;
        if whole.is_none() && (offsets.count < needed || offsets.bytes().is_none()) {
            return Err(Error::Corrupt(
                "the TIFF has fewer strips or tiles than its picture needs",
            ));
        }
        // Strips may overlap, and bytes that unpack to nothing are still read. The bound keeps that
        // to a plausible amount.
        let samples = shape.raw_bytes() * u64::from(shape.chunk.height.min(size.height));
        let share = directory.file_bytes() / needed.max(1);
        Ok(Chunks {
            directory: *directory,
            offsets,
            counts: directory.values(counts),
            whole,
            size,
            height: shape.chunk.height,
            uncompressed: shape.compression == Compression::None,
            across,
            down,
            most_bytes: samples
                .saturating_mul(16)
                .saturating_add(CHUNK_BYTES + share),
        })
    }

    /// Returns the rows of the picture in a row of tiles, or in a strip.
    fn rows(&self, down: u32) -> u32 {
        self.height.min(self.size.height - down * self.height)
    }

    /// Returns the bytes of a chunk. A missing length, or a harmless wrong one, is tolerated: the
    /// decompressor knows its end.
    fn bytes(&self, plane: u16, across: u32, down: u32) -> Result<&'a [u8], Error> {
        if let Some(jpeg) = self.whole {
            return Ok(jpeg);
        }
        let of_plane = u64::from(plane) * u64::from(self.across) * u64::from(self.down);
        let index = of_plane + u64::from(down) * u64::from(self.across) + u64::from(across);
        let at = self.offsets.get(index).ok_or(DAMAGED)?;
        let count = self.counts.and_then(|counts| counts.get(index));
        let count = match count {
            None | Some(0) => self.most_bytes,
            _ if self.uncompressed => self.most_bytes,
            Some(count) => count.min(self.most_bytes),
        };
        self.directory.part(at, count).ok_or(DAMAGED)
    }
}

/// A picture that is being decoded.
struct Reader<'a> {
    chunks: Chunks<'a>,
    unpack: Vec<Unpack<'a>>,
    raw: Vec<Vec<u8>>,
    painter: Painter,
}

impl Reader<'_> {
    /// Hands out the rows of a strip or tile, with their numbers in the chunk, as far as they lie
    /// in the picture, and as long as `take` says that it takes more.
    fn chunk(
        &mut self,
        across: u32,
        down: u32,
        mut take: impl FnMut(u32, &[u8]) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let shape = self.painter.shape;
        let rows = self.chunks.rows(down);
        for (plane, unpack) in (0..).zip(&mut self.unpack) {
            unpack.start(self.chunks.bytes(plane, across, down)?, rows)?;
        }
        let left = across * shape.chunk.width;
        let columns = shape.chunk.width.min(self.chunks.size.width - left);
        for y in (0..rows).step_by(shape.rows_at_once() as usize) {
            for (unpack, raw) in self.unpack.iter_mut().zip(&mut self.raw) {
                unpack.fill(raw)?;
            }
            self.painter.settle(&mut self.raw, columns as usize);
            for line in 0..shape.rows_at_once().min(rows - y) {
                let row = self.painter.row(&self.raw, columns as usize, line as usize);
                if !take(y + line, row)? {
                    return Ok(());
                }
            }
        }
        self.unpack.iter_mut().try_for_each(Unpack::end)
    }
}

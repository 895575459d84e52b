//! Decoder: macroblocks are written into a window of two macroblock rows, and pixel rows are read
//! from the window as soon as no filter will change them.

use core::fmt;

use crate::block::{Content, Context, Values};
use crate::error::Error;
use crate::filter::{self, Edge};
use crate::header::{Filter, Frame, Header, Strength};
use crate::lanes::Bytes;
use crate::modes::{self, Luma, Submode};
use crate::pixels;
use crate::predict::{self, Above, Desk, Edges};
use crate::tokens;

/// Rows of luminance in the window: two rows of macroblocks.
const ROWS: usize = 32;

/// Rows of luminance that have to wait for the macroblocks below them. Loop filters change three of
/// them, and as many rows of chrominance; interpolation needs one more row of chrominance.
const DELAY: usize = 8;

/// Decoder of one key frame.
pub struct Decoder<'a> {
    header: Header,
    frame: Frame<'a>,
    columns: Vec<Column>,
    window: Window,
}

/// State that a macroblock leaves for the one below.
#[derive(Clone, Copy)]
struct Column {
    modes: [Submode; 4],
    context: Context,
    above: Above,
}

/// The last two rows of macroblocks. A row of luminance is stored at its number modulo 32, and a
/// row of chrominance at its number modulo 16.
struct Window {
    /// Samples of a row of luminance, a multiple of 16; a row of chrominance has half as many.
    stride: usize,
    luma: Vec<u8>,
    blue: Vec<u8>,
    red: Vec<u8>,
}

impl fmt::Debug for Decoder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

impl<'a> Decoder<'a> {
    /// Reads the header of a frame, which is the whole content of a `VP8 ` chunk, and allocates all
    /// buffers.
    ///
    /// # Errors
    /// [`Error`].
    pub fn new(frame: &'a [u8]) -> Result<Decoder<'a>, Error> {
        let header = Header::parse(frame)?;
        let across = header.across();
        let stride = 16 * across;
        Ok(Decoder {
            frame: Frame::parse(frame, &header)?,
            columns: filled(across, Column::NONE)?,
            window: Window {
                stride,
                luma: filled(ROWS * stride, 0)?,
                blue: filled(ROWS * stride / 4, 0)?,
                red: filled(ROWS * stride / 4, 0)?,
            },
            header,
        })
    }

    /// Returns an upper bound on the bytes that decoding a picture of this width allocates. With
    /// `planes`, no row of pixels is needed.
    pub fn peak_bytes(width: u32, planes: bool) -> u64 {
        let width = u64::from(width);
        let column = size_of::<Column>() as u64 + (16 + 4 + 4) * ROWS as u64;
        let row = if planes { 0 } else { 3 * width + 2 * width };
        width.div_ceil(16) * column + row
    }

    /// Returns the frame's header.
    pub fn header(&self) -> Header {
        self.header
    }

    /// Hands out all rows as pixels, three bytes each: red, green and blue.
    ///
    /// ```
    /// # let file = include_bytes!("../tests/files/flat-41x2.webp");
    /// # let frame = &file[20..];
    /// let mut bytes = 0;
    /// letterbox_vp8::Decoder::new(frame)?.rgb(|row| {
    ///     bytes += row.len();
    ///     Ok::<(), letterbox_vp8::Error>(())
    /// })?;
    /// assert_eq!(bytes, 41 * 2 * 3);
    /// # Ok::<(), letterbox_vp8::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error`], and whatever `take` returns.
    pub fn rgb<E: From<Error>>(
        mut self,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let (width, height) = (self.header.width as usize, self.header.height as usize);
        let half = width.div_ceil(2);
        let mut rgb = filled(3 * width, 0)?;
        let [mut blue, mut red] = [filled(width, 0)?, filled(width, 0)?];
        let last = height.div_ceil(2) - 1;
        let mut done = 0;
        for row in 0..self.header.down() {
            self.row(row)?;
            for y in done..self.ready(row) {
                let near = y / 2;
                let far = if y % 2 == 0 {
                    near.saturating_sub(1)
                } else {
                    (near + 1).min(last)
                };
                let window = &self.window;
                pixels::upsample(window.blue(near, half), window.blue(far, half), &mut blue);
                pixels::upsample(window.red(near, half), window.red(far, half), &mut red);
                pixels::to_rgb(window.luma(y, width), &blue, &red, &mut rgb);
                take(&rgb)?;
            }
            done = self.ready(row);
        }
        Ok(())
    }

    /// Hands out all rows of the planes as they are coded, in ITU-R BT.601, limited range:
    /// luminance with the number 0, and chrominance, half as many rows and half as long, with the
    /// numbers 1 (blue) and 2 (red). Each row of chrominance comes before its two rows of
    /// luminance.
    ///
    /// ```
    /// # let file = include_bytes!("../tests/files/flat-41x2.webp");
    /// # let frame = &file[20..];
    /// let mut rows = Vec::new();
    /// letterbox_vp8::Decoder::new(frame)?.planes(|plane, row| {
    ///     rows.push((plane, row.len()));
    ///     Ok::<(), letterbox_vp8::Error>(())
    /// })?;
    /// assert_eq!(rows, [(1, 21), (2, 21), (0, 41), (0, 41)]);
    /// # Ok::<(), letterbox_vp8::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error`], and whatever `take` returns.
    pub fn planes<E: From<Error>>(
        mut self,
        mut take: impl FnMut(usize, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let width = self.header.width as usize;
        let half = width.div_ceil(2);
        let mut done = 0;
        for row in 0..self.header.down() {
            self.row(row)?;
            let ready = self.ready(row);
            for y in done..ready {
                if y.is_multiple_of(2) {
                    take(1, self.window.blue(y / 2, half))?;
                    take(2, self.window.red(y / 2, half))?;
                }
                take(0, self.window.luma(y, width))?;
            }
            done = ready;
        }
        Ok(())
    }

    /// Returns how many rows are final after this row of macroblocks.
    fn ready(&self, row: usize) -> usize {
        let height = self.header.height as usize;
        if row + 1 == self.header.down() {
            height
        } else {
            16 * row + 16 - DELAY
        }
    }

    /// Decodes a row of macroblocks.
    fn row(&mut self, row: usize) -> Result<(), Error> {
        let number = row & self.frame.last_partition;
        let mut partition = self.frame.partitions[number];
        let mut modes_before = [Submode::Mean; 4];
        let mut context: Context = [0; 9];
        let mut desk = Desk::new(row == 0);
        let mut values: Values = [[0; 16]; 25];
        for x in 0..self.columns.len() {
            let right = match self.columns.get(x + 1) {
                Some(next) => next.above.luma,
                None if row == 0 => Above::NONE.luma,
                None => [self.columns[x].above.luma[15]; 16],
            };
            let column = &mut self.columns[x];
            // A copy, because the frame is borrowed meanwhile.
            let mut bits = self.frame.modes;
            let macroblock =
                modes::read(&mut bits, &self.frame, &mut column.modes, &mut modes_before);
            self.frame.modes = bits;
            let whole = matches!(macroblock.luma, Luma::Whole(_));
            let segment = &self.frame.segments[usize::from(macroblock.segment & 3)];
            let contents = if macroblock.skipped {
                // The context of the means survives a macroblock that has none.
                let kept = if whole { 8..9 } else { 0..0 };
                column.context[..8].fill(0);
                context[..8].fill(0);
                column.context[kept.clone()].fill(0);
                context[kept].fill(0);
                [Content::Nothing; 25]
            } else {
                tokens::read(
                    &mut partition,
                    &self.frame.tokens,
                    &segment.steps,
                    whole,
                    &mut column.context,
                    &mut context,
                    &mut values,
                )
            };
            let edges = Edges {
                above: row > 0,
                left: x > 0,
            };
            let [r0, r1, r2, r3, ..] = right;
            desk.make(
                &macroblock,
                edges,
                &mut column.above,
                [r0, r1, r2, r3],
                &mut values,
                &contents,
            );
            self.window.put(&desk, x, row);
            let strength = segment.strengths[usize::from(!whole)];
            if strength.edge > 0 {
                let inner = !whole || contents[..24].iter().any(|c| *c != Content::Nothing);
                self.window
                    .filter(self.frame.filter, strength, (x, row), inner);
            }
        }
        if partition.overrun() || self.frame.modes.overrun() {
            return Err(Error::Truncated);
        }
        self.frame.partitions[number] = partition;
        Ok(())
    }
}

impl Column {
    const NONE: Column = Column {
        modes: [Submode::Mean; 4],
        context: [0; 9],
        above: Above::NONE,
    };
}

impl Window {
    fn luma(&self, y: usize, width: usize) -> &[u8] {
        &self.luma[y % ROWS * self.stride..][..width]
    }

    fn blue(&self, y: usize, width: usize) -> &[u8] {
        &self.blue[y % (ROWS / 2) * (self.stride / 2)..][..width]
    }

    fn red(&self, y: usize, width: usize) -> &[u8] {
        &self.red[y % (ROWS / 2) * (self.stride / 2)..][..width]
    }

    /// Copies a macroblock from the desk.
    fn put(&mut self, desk: &Desk, x: usize, row: usize) {
        let first = row % 2 * 16;
        for (y, pixels) in desk.luma[1..].iter().enumerate() {
            let at = (first + y) * self.stride + 16 * x;
            self.luma[at..at + 16].copy_from_slice(predict::pixels(pixels));
        }
        for (y, pixels) in desk.chroma.iter().enumerate() {
            let at = (first / 2 + y) * (self.stride / 2) + 8 * x;
            self.blue[at..at + 8].copy_from_slice(&pixels[..8]);
            self.red[at..at + 8].copy_from_slice(&pixels[8..]);
        }
    }

    /// Filters the left and the upper edge of a macroblock, and its inner edges if it has
    /// coefficients.
    fn filter(
        &mut self,
        filter: Filter,
        strength: Strength,
        (x, row): (usize, usize),
        inner: bool,
    ) {
        let (between, inside) = match filter {
            Filter::None => return,
            Filter::Simple => (
                Edge::Simple(strength.edge + filter::BETWEEN_MACROBLOCKS),
                Edge::Simple(strength.edge),
            ),
            Filter::Normal => (Edge::Outer(strength), Edge::Inner(strength)),
        };
        let simple = filter == Filter::Simple;
        let (column, top) = (16 * x, row % 2 * 16);
        if x > 0 {
            self.luma_columns(column, top, between);
            if !simple {
                self.chroma_columns(column / 2, top / 2, between);
            }
        }
        if inner {
            for edge in [4, 8, 12] {
                self.luma_columns(column + edge, top, inside);
            }
            if !simple {
                self.chroma_columns(column / 2 + 4, top / 2, inside);
            }
        }
        if row > 0 {
            self.luma_rows(column, top, between);
            if !simple {
                self.chroma_rows(column / 2, top / 2, between);
            }
        }
        if inner {
            for edge in [4, 8, 12] {
                self.luma_rows(column, top + edge, inside);
            }
            if !simple {
                self.chroma_rows(column / 2, top / 2 + 4, inside);
            }
        }
    }

    /// Filters an edge left of this column.
    fn luma_columns(&mut self, column: usize, top: usize, edge: Edge) {
        let (first, at) = (top * self.stride, column - 4);
        let (upper, lower) = self.luma.split_at_mut(first + 8 * self.stride);
        columns(
            &mut upper[first + at..],
            &mut lower[at..],
            self.stride,
            edge,
        );
    }

    fn chroma_columns(&mut self, column: usize, top: usize, edge: Edge) {
        let stride = self.stride / 2;
        let at = top * stride + column - 4;
        columns(&mut self.blue[at..], &mut self.red[at..], stride, edge);
    }

    /// Filters an edge above this row.
    fn luma_rows(&mut self, column: usize, row: usize, edge: Edge) {
        let places: [usize; 8] =
            core::array::from_fn(|y| (row + ROWS + y - 4) % ROWS * self.stride + column);
        let mut pixels = places.map(|at| {
            let pixels = self.luma[at..].first_chunk();
            Bytes::load(pixels.expect("rows of whole macroblocks"))
        });
        edge.smooth(&mut pixels);
        for (at, pixels) in places.into_iter().zip(pixels) {
            let to = self.luma[at..].first_chunk_mut();
            pixels.store(to.expect("rows of whole macroblocks"));
        }
    }

    fn chroma_rows(&mut self, column: usize, row: usize, edge: Edge) {
        const HALF: usize = ROWS / 2;
        let places: [usize; 8] =
            core::array::from_fn(|y| (row + HALF + y - 4) % HALF * (self.stride / 2) + column);
        let mut pixels =
            places.map(|at| Bytes::load_halves(eight(&self.blue, at), eight(&self.red, at)));
        edge.smooth(&mut pixels);
        for (at, pixels) in places.into_iter().zip(pixels) {
            pixels.store_halves(eight_mut(&mut self.blue, at), eight_mut(&mut self.red, at));
        }
    }
}

/// Filters an edge across eight rows each of two places, starting four pixels before the edge.
#[inline(never)]
fn columns(one: &mut [u8], two: &mut [u8], stride: usize, edge: Edge) {
    let rows = core::array::from_fn(|y| {
        Bytes::load_halves(eight(one, y * stride), eight(two, y * stride))
    });
    let mut pixels = filter::from_rows(rows);
    edge.smooth(&mut pixels);
    for (y, rows) in filter::to_rows(pixels).into_iter().enumerate() {
        rows.store_halves(eight_mut(one, y * stride), eight_mut(two, y * stride));
    }
}

#[inline(always)]
fn eight(plane: &[u8], at: usize) -> &[u8; 8] {
    plane[at..]
        .first_chunk()
        .expect("rows of whole macroblocks")
}

#[inline(always)]
fn eight_mut(plane: &mut [u8], at: usize) -> &mut [u8; 8] {
    plane[at..]
        .first_chunk_mut()
        .expect("rows of whole macroblocks")
}

/// Allocates a list of `count` copies of a value.
fn filled<T: Clone>(count: usize, value: T) -> Result<Vec<T>, Error> {
    let mut list = Vec::new();
    list.try_reserve_exact(count)
        .map_err(|_| Error::OutOfMemory)?;
    list.resize(count, value);
    Ok(list)
}

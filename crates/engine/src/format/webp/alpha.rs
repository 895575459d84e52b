//! Alpha of a lossy WebP (RFC 9649, section 2.7.1.2): a chunk of its own. Samples are stored raw,
//! or coded like the green of a VP8L picture, and may be differences from their neighbours.

use letterbox_vp8l::{Decoder, Shape};

use crate::error::Error;
use crate::format::webp::header::fault;
use crate::pixels::buffer::zeroes;
use crate::pixels::layout::Size;

/// Rows of alpha, from the top.
pub(crate) struct Alpha<'a> {
    samples: Samples<'a>,
    filter: Filter,
    row: Vec<u8>,
    /// The row above; not valid before the first one.
    above: Vec<u8>,
    begun: bool,
}

enum Samples<'a> {
    Raw(&'a [u8]),
    Coded(Box<Decoder<'a>>),
}

/// Neighbour that a sample is the difference from.
#[derive(Clone, Copy, PartialEq)]
enum Filter {
    Nothing,
    Left,
    Above,
    Gradient,
}

const BREAKS_OFF: Error = Error::Corrupt("the WebP's alpha breaks off");

impl<'a> Alpha<'a> {
    /// # Errors
    /// [`Error::Corrupt`] and [`Error::OutOfMemory`].
    pub(crate) fn new(chunk: &'a [u8], size: Size) -> Result<Alpha<'a>, Error> {
        let (how, bytes) = chunk.split_first().ok_or(BREAKS_OFF)?;
        let shape = Shape::of_alpha(size.width, size.height);
        Ok(Alpha {
            samples: match how & 3 {
                0 => Samples::Raw(bytes),
                1 => Samples::Coded(Box::new(Decoder::new(bytes, shape).map_err(fault)?)),
                _ => return Err(Error::Corrupt("the WebP's alpha is coded in no known way")),
            },
            filter: match how >> 2 & 3 {
                0 => Filter::Nothing,
                1 => Filter::Left,
                2 => Filter::Above,
                _ => Filter::Gradient,
            },
            row: zeroes(size.width.into())?,
            above: zeroes(size.width.into())?,
            begun: false,
        })
    }

    /// Returns the bytes beside those that the decoder allocates.
    pub(crate) fn bytes(width: u32) -> u64 {
        2 * u64::from(width) + size_of::<Decoder<'_>>() as u64
    }

    /// Returns the next row.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub(crate) fn row(&mut self) -> Result<&[u8], Error> {
        std::mem::swap(&mut self.row, &mut self.above);
        match &mut self.samples {
            Samples::Raw(rest) => {
                let (row, others) = rest.split_at_checked(self.row.len()).ok_or(BREAKS_OFF)?;
                self.row.copy_from_slice(row);
                *rest = others;
            }
            Samples::Coded(decoder) => {
                let pixels = decoder.row().map_err(fault)?.ok_or(BREAKS_OFF)?;
                for (sample, argb) in self.row.iter_mut().zip(pixels) {
                    *sample = (argb >> 8) as u8;
                }
            }
        }
        let begun = std::mem::replace(&mut self.begun, true);
        match self.filter {
            Filter::Nothing => {}
            Filter::Above if begun => {
                for (sample, above) in self.row.iter_mut().zip(&self.above) {
                    *sample = sample.wrapping_add(*above);
                }
            }
            Filter::Gradient if begun => gradient(&mut self.row, &self.above),
            // The first row has no row above, whatever the filter: its samples have the left
            // filter. The first sample of a later row is the difference from the sample above.
            _ => {
                let above = self.above.first().filter(|_| begun);
                let mut left = above.copied().unwrap_or(0);
                for sample in &mut self.row {
                    left = sample.wrapping_add(left);
                    *sample = left;
                }
            }
        }
        Ok(&self.row)
    }
}

/// Adds the prediction `left + above - corner`, clamped to a sample's range.
fn gradient(row: &mut [u8], above: &[u8]) {
    let first = above.first().copied().unwrap_or(0);
    let (mut left, mut corner) = (first, first);
    for (sample, &above) in row.iter_mut().zip(above) {
        let sum = i16::from(left) + i16::from(above) - i16::from(corner);
        left = sample.wrapping_add(sum.clamp(0, 255) as u8);
        *sample = left;
        corner = above;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_differences_from_what_the_filter_says() {
        let size = Size {
            width: 3,
            height: 2,
        };
        let rows = |filter: u8| {
            let chunk = [filter << 2, 10, 20, 250, 1, 2, 3];
            let mut alpha = Alpha::new(&chunk, size).expect("raw samples");
            let both = [0, 1].map(|_| alpha.row().expect("a row").to_vec());
            assert_eq!(alpha.row(), Err(BREAKS_OFF));
            both.concat()
        };
        assert_eq!(rows(0), [10, 20, 250, 1, 2, 3]);
        assert_eq!(rows(1), [10, 30, 24, 11, 13, 16]);
        assert_eq!(rows(2), [10, 30, 24, 11, 32, 27]);
        assert_eq!(rows(3), [10, 30, 24, 11, 33, 30]);
    }
}

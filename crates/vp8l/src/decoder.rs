//! Decoder: rows of a stream, from the top.

use crate::bits::Bits;
use crate::buffer::{filled, reserved};
use crate::code::Group;
use crate::error::Error;
use crate::image::{Image, Tiles, cache_bits, cached, group, window_rows};
use crate::shape::Shape;
use crate::transform::{Transform, tiles};

/// Decoder of one stream.
pub struct Decoder<'a> {
    bits: Bits<'a>,
    image: Image,
    /// Transforms in the order in which the encoder applied them.
    transforms: [Option<Transform>; 4],
    line: Vec<u32>,
    y: usize,
    height: usize,
}

impl<'a> Decoder<'a> {
    /// Reads a stream up to its first pixel, and allocates all buffers.
    ///
    /// # Errors
    /// [`Error`].
    pub fn new(stream: &'a [u8], shape: Shape) -> Result<Decoder<'a>, Error> {
        let mut bits = Bits::new(shape.body(stream)?);
        let decoder = Decoder::read(&mut bits, shape);
        bits.blame(decoder)
            .map(|decoder| Decoder { bits, ..decoder })
    }

    fn read(bits: &mut Bits<'a>, shape: Shape) -> Result<Decoder<'a>, Error> {
        let (mut width, height) = (shape.width as usize, shape.height as usize);
        let mut transforms = [const { None }; 4];
        let mut kinds = [false; 4];
        let mut slots = transforms.iter_mut();
        while bits.flag() {
            let kind = bits.take(2);
            let known = std::mem::replace(&mut kinds[kind as usize], true);
            let slot = slots.next().filter(|_| !known).ok_or(TWICE)?;
            let (transform, coded) = Transform::read(kind, bits, width, height)?;
            *slot = Some(transform);
            width = coded;
        }
        let size = cache_bits(bits)?;
        let mut numbers = Tiles::NONE;
        if bits.flag() {
            let side = crate::transform::Tiles::side(bits);
            let (across, down) = (tiles(width, side), tiles(height, side));
            numbers = Tiles {
                bits: side,
                across,
                numbers: Image::whole(bits, across, down)?,
            };
        }
        let count = 1 + numbers
            .numbers
            .iter()
            .map(|tile| group(*tile))
            .max()
            .unwrap_or(0);
        let mut groups = reserved(count)?;
        for _ in 0..count {
            groups.push(Group::read(bits, cached(size))?);
        }
        Ok(Decoder {
            image: Image::new((width, window_rows(width, height)), size, groups, numbers)?,
            line: filled(shape.width as usize, 0)?,
            bits: bits.clone(),
            transforms,
            y: 0,
            height,
        })
    }

    /// Returns the next row, with a pixel in each number: alpha in the upper eight bits, then red,
    /// green and blue. Returns `None` after the last row.
    ///
    /// # Errors
    /// [`Error`].
    pub fn row(&mut self) -> Result<Option<&[u32]>, Error> {
        if self.y == self.height {
            return Ok(None);
        }
        let coded = self.image.row(&mut self.bits);
        let coded = self.bits.blame(coded)?;
        self.line[..coded.len()].copy_from_slice(coded);
        for transform in self.transforms.iter_mut().rev().flatten() {
            transform.undo(&mut self.line, self.y);
        }
        self.y += 1;
        if self.y == self.height {
            self.image.finish()?;
        }
        Ok(Some(&self.line))
    }
}

pub(crate) const TWICE: Error = Error::Corrupt("the VP8L stream has a transform twice");

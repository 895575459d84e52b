//! Memory estimate of a stream's decoder: the stream is read up to its last code, and nothing is
//! kept. The estimate is needed because a stream may claim 65,536 groups of five codes, and tiles
//! of four pixels each way.

use crate::bits::Bits;
use crate::code::{Channel, Group, SYMBOL_BITS};
use crate::decoder::TWICE;
use crate::error::Error;
use crate::image::{
    FROM_NOWHERE, TOO_LONG, cache_bits, cached, distance, group, number, window_rows,
};
use crate::shape::Shape;
use crate::transform::{Tiles, packing, tiles};

/// Returns the bytes that [`Decoder`](crate::Decoder) allocates at its peak. Reading stops once
/// they exceed `most`.
///
/// # Errors
/// [`Error`], where the decoder would fail before its first row.
pub fn peak_bytes(stream: &[u8], shape: Shape, most: u64) -> Result<u64, Error> {
    let mut survey = Survey {
        bits: Bits::new(shape.body(stream)?),
        held: 0,
        peak: 0,
        most,
    };
    let taken = survey.take(shape);
    survey.bits.blame(taken)?;
    Ok(survey.peak)
}

const PIXEL_BYTES: u64 = size_of::<u32>() as u64;

struct Survey<'a> {
    bits: Bits<'a>,
    held: u64,
    peak: u64,
    most: u64,
}

impl Survey<'_> {
    fn take(&mut self, shape: Shape) -> Result<(), Error> {
        let (mut width, height) = (shape.width as usize, shape.height as usize);
        let mut kinds = [false; 4];
        while self.bits.flag() {
            let kind = self.bits.take(2) as usize;
            if std::mem::replace(&mut kinds[kind], true) {
                return Err(TWICE);
            }
            match kind {
                0 | 1 => {
                    let side = Tiles::side(&mut self.bits);
                    self.whole(tiles(width, side), tiles(height, side))?;
                    if kind == 0 {
                        self.hold(PIXEL_BYTES * (width as u64 + 1));
                    }
                }
                3 => {
                    let colours = self.bits.take(8) as usize + 1;
                    self.whole(colours, 1)?;
                    let packed = packing(colours);
                    self.hold(PIXEL_BYTES << (8 >> packed));
                    // The image becomes the palette and is freed then.
                    self.held -= PIXEL_BYTES * colours as u64;
                    width = tiles(width, packed);
                }
                _ => {}
            }
            if self.is_over() {
                return Ok(());
            }
        }
        let size = cache_bits(&mut self.bits)?;
        let mut last = 0;
        if self.bits.flag() {
            let side = Tiles::side(&mut self.bits);
            last = self.whole(tiles(width, side), tiles(height, side))?;
        }
        for _ in 0..=last {
            if self.is_over() {
                return Ok(());
            }
            let bytes = Group::skip(&mut self.bits, cached(size))?;
            self.hold(bytes);
        }
        let window = width * window_rows(width, height);
        self.hold(PIXEL_BYTES * (window + cached(size)) as u64);
        self.hold(PIXEL_BYTES * u64::from(shape.width));
        Ok(())
    }

    fn hold(&mut self, bytes: u64) {
        self.held += bytes;
        self.peak = self.peak.max(self.held);
    }

    fn is_over(&self) -> bool {
        self.peak > self.most
    }

    /// Surveys an image whose pixels are all kept, but whose code and cache are temporary. Returns
    /// the highest group number among its literals; pixels from a copy or the cache have been
    /// literals before.
    fn whole(&mut self, width: usize, height: usize) -> Result<usize, Error> {
        let size = cache_bits(&mut self.bits)?;
        let before = self.bits.clone();
        let of_group = Group::skip(&mut self.bits, cached(size))?;
        self.bits = before;
        let codes = Group::read(&mut self.bits, cached(size))?;
        let pixels = PIXEL_BYTES * (width * height) as u64;
        let meanwhile = of_group + PIXEL_BYTES * cached(size) as u64;
        self.hold(pixels + meanwhile);
        self.held -= meanwhile;
        let mut last = 0;
        let mut left = if self.is_over() { 0 } else { width * height };
        while left > 0 {
            self.bits.fill();
            let symbol = codes.symbol(Channel::Green, &mut self.bits);
            let count = match symbol {
                ..256 => {
                    let red = codes.symbol(Channel::Red, &mut self.bits);
                    codes.symbol(Channel::Blue, &mut self.bits);
                    self.bits.want(SYMBOL_BITS);
                    codes.symbol(Channel::Alpha, &mut self.bits);
                    last = last.max(group(red << 16 | symbol << 8));
                    1
                }
                256..280 => {
                    let length = number(symbol - 256, &mut self.bits);
                    self.bits.want(SYMBOL_BITS);
                    let prefix = codes.symbol(Channel::Distance, &mut self.bits);
                    let back = distance(number(prefix, &mut self.bits), width);
                    if back > width * height - left {
                        return Err(FROM_NOWHERE);
                    }
                    length
                }
                _ => 1,
            };
            left = left.checked_sub(count).ok_or(TOO_LONG)?;
        }
        self.bits.check()?;
        Ok(last)
    }
}

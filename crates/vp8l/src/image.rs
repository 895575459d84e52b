//! Entropy-coded image (RFC 9649, section 5): literal pixels, copies of earlier ones, and colours
//! of a cache, decoded row by row into a window.

use crate::bits::Bits;
use crate::buffer::{filled, reserved};
use crate::code::{Channel, Group, SYMBOL_BITS};
use crate::error::Error;

/// Longest distance of a copy: the largest prefix code of distances, less the codes that stand for
/// neighbours (section 5.2.2).
const MOST_DISTANCE: usize = (1 << 20) - NEIGHBOURS.len();

pub(crate) const TOO_LONG: Error = Error::Corrupt("the VP8L stream copies beyond its end");

pub(crate) const FROM_NOWHERE: Error = Error::Corrupt("the VP8L stream copies from nowhere");

/// State of an image that is being decoded.
pub(crate) struct Image {
    width: usize,
    /// Whole rows; row `y` is stored at `y` modulo their number.
    pixels: Vec<u32>,
    groups: Vec<Group>,
    tiles: Tiles,
    cache: Cache,
    /// Rows that have been decoded.
    y: usize,
    /// Part of a copy that continues in the next row.
    rest: Copy,
}

/// Entropy image: the group of codes that each tile uses.
pub(crate) struct Tiles {
    /// Binary logarithm of a tile's side.
    pub(crate) bits: u32,
    pub(crate) across: usize,
    /// Pixels whose red and green hold a group's number; empty if there is only one group.
    pub(crate) numbers: Vec<u32>,
}

impl Tiles {
    pub(crate) const NONE: Tiles = Tiles {
        bits: 15,
        across: 1,
        numbers: Vec::new(),
    };

    fn group(&self, x: usize, y: usize) -> usize {
        let at = (y >> self.bits) * self.across + (x >> self.bits);
        self.numbers.get(at).map_or(0, |number| group(*number))
    }
}

/// Returns the number of the group in a tile's pixel.
pub(crate) fn group(pixel: u32) -> usize {
    (pixel >> 8 & 0xffff) as usize
}

#[derive(Clone, Copy, Default)]
struct Copy {
    distance: usize,
    left: usize,
}

/// Colour cache, indexed by a hash of the colour (section 5.2.3).
struct Cache {
    colours: Vec<u32>,
    shift: u32,
}

impl Cache {
    fn new(bits: u32) -> Result<Cache, Error> {
        Ok(Cache {
            colours: filled(cached(bits), 0)?,
            shift: 32 - bits,
        })
    }

    #[inline(always)]
    fn insert(&mut self, argb: u32) {
        if self.colours.is_empty() {
            return;
        }
        let place = argb.wrapping_mul(0x1e35_a7bd) >> self.shift;
        if let Some(colour) = self.colours.get_mut(place as usize) {
            *colour = argb;
        }
    }
}

/// Returns the number of colours in a cache.
pub(crate) fn cached(bits: u32) -> usize {
    if bits == 0 { 0 } else { 1 << bits }
}

/// Reads the binary logarithm of the cache's size; zero is no cache.
pub(crate) fn cache_bits(bits: &mut Bits<'_>) -> Result<u32, Error> {
    match bits.flag().then(|| bits.take(4)) {
        None => Ok(0),
        Some(size @ 1..=11) => Ok(size),
        Some(_) => Err(Error::Corrupt(
            "the VP8L stream's colour cache is too large",
        )),
    }
}

/// Returns the rows of the window for an image of this size.
pub(crate) fn window_rows(width: usize, height: usize) -> usize {
    height.min(MOST_DISTANCE.div_ceil(width) + 1)
}

impl Image {
    /// Creates an image whose codes have been read, with a window of `rows` rows.
    pub(crate) fn new(
        (width, rows): (usize, usize),
        bits: u32,
        groups: Vec<Group>,
        tiles: Tiles,
    ) -> Result<Image, Error> {
        Ok(Image {
            width,
            pixels: filled(width * rows, 0)?,
            groups,
            tiles,
            cache: Cache::new(bits)?,
            y: 0,
            rest: Copy::default(),
        })
    }

    /// Decodes a whole auxiliary image: tiles or a palette.
    pub(crate) fn whole(
        bits: &mut Bits<'_>,
        width: usize,
        height: usize,
    ) -> Result<Vec<u32>, Error> {
        let size = cache_bits(bits)?;
        let mut groups = reserved(1)?;
        groups.push(Group::read(bits, cached(size))?);
        let mut image = Image::new((width, height), size, groups, Tiles::NONE)?;
        for _ in 0..height {
            image.row(bits)?;
        }
        image.finish()?;
        Ok(image.pixels)
    }

    /// Decodes the next row. The caller knows how many rows there are.
    pub(crate) fn row(&mut self, bits: &mut Bits<'_>) -> Result<&[u32], Error> {
        let (width, y) = (self.width, self.y);
        let rows = self.pixels.len() / width;
        let base = y % rows * width;
        let mut x = 0;
        let (mut group, mut tile_end) = (&self.groups[0], 0);
        while x < width {
            if self.rest.left > 0 {
                let count = self.rest.left.min(width - x);
                copy(&mut self.pixels, base + x, self.rest.distance, count);
                if !self.cache.colours.is_empty() {
                    let copied = &self.pixels[base + x..base + x + count];
                    copied.iter().for_each(|argb| self.cache.insert(*argb));
                }
                self.rest.left -= count;
                x += count;
                continue;
            }
            if x >= tile_end {
                group = self
                    .groups
                    .get(self.tiles.group(x, y))
                    .ok_or(Error::Corrupt("the VP8L stream's tiles are damaged"))?;
                tile_end = width.min(((x >> self.tiles.bits) + 1) << self.tiles.bits);
            }
            let row = &mut self.pixels[base..base + width];
            let symbol = literals(&mut row[..tile_end], &mut x, group, &mut self.cache, bits);
            match symbol {
                ..256 => {} // the end of a tile
                256..280 => {
                    let left = number(symbol - 256, bits);
                    bits.want(SYMBOL_BITS);
                    let prefix = group.symbol(Channel::Distance, bits);
                    let distance = distance(number(prefix, bits), width);
                    if distance > y * width + x {
                        return Err(FROM_NOWHERE);
                    }
                    self.rest = Copy { distance, left };
                }
                _ => {
                    let place = symbol as usize - 280;
                    row[x] = self.cache.colours.get(place).copied().unwrap_or(0);
                    x += 1;
                }
            }
        }
        bits.check()?;
        self.y += 1;
        Ok(&self.pixels[base..base + width])
    }

    /// Ends the image.
    ///
    /// # Errors
    /// [`Error::Corrupt`], if a copy goes beyond the last row.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        if self.rest.left > 0 {
            return Err(TOO_LONG);
        }
        Ok(())
    }
}

/// Decodes literal pixels from `x` on, up to the end of a tile's row. Returns the first symbol that
/// is not a literal, or a symbol below 256 at the end.
#[inline]
fn literals(
    row: &mut [u32],
    x: &mut usize,
    group: &Group,
    cache: &mut Cache,
    bits: &mut Bits<'_>,
) -> u32 {
    let mut at = *x;
    let mut symbol = 0;
    for pixel in &mut row[*x..] {
        bits.fill();
        symbol = group.symbol(Channel::Green, bits);
        if symbol >= 256 {
            break;
        }
        let argb = match group.plain {
            Some(plain) => plain | symbol << 8,
            None => {
                let red = group.symbol(Channel::Red, bits);
                let blue = group.symbol(Channel::Blue, bits);
                bits.want(SYMBOL_BITS);
                group.symbol(Channel::Alpha, bits) << 24 | red << 16 | symbol << 8 | blue
            }
        };
        *pixel = argb;
        cache.insert(argb);
        at += 1;
    }
    *x = at;
    symbol
}

/// Copies `count` pixels from `distance` before `to`; source and target may overlap. Both may wrap
/// around the end of the window.
fn copy(pixels: &mut [u32], to: usize, distance: usize, count: usize) {
    let from = if distance <= to {
        to - distance
    } else {
        to + pixels.len() - distance
    };
    if distance == 1 {
        let pixel = pixels[from];
        pixels[to..to + count].fill(pixel);
        return;
    }
    // The part before the end of the window, and the part at its beginning.
    let first = count.min(pixels.len() - from);
    for (from, to, count) in [(from, to, first), (0, to + first, count - first)] {
        if from + count <= to || from >= to + count {
            pixels.copy_within(from..from + count, to);
        } else {
            for at in 0..count {
                pixels[to + at] = pixels[from + at];
            }
        }
    }
}

/// Returns the number that a prefix code stands for (section 5.2.2), from 1 on.
#[inline(always)]
pub(crate) fn number(prefix: u32, bits: &mut Bits<'_>) -> usize {
    if prefix < 4 {
        return prefix as usize + 1;
    }
    let extra = (prefix - 2) >> 1;
    (((2 + (prefix & 1)) << extra) + bits.take(extra) + 1) as usize
}

/// Converts a distance code to a number of pixels; the lowest codes stand for neighbours.
pub(crate) fn distance(number: usize, width: usize) -> usize {
    let Some((left, above)) = NEIGHBOURS.get(number - 1) else {
        return number - NEIGHBOURS.len();
    };
    let back = *above as isize * width as isize + *left as isize;
    usize::try_from(back).unwrap_or(0).max(1)
}

/// Neighbours of the lowest distance codes: columns to the left, and rows above.
#[rustfmt::skip]
const NEIGHBOURS: [(i8, i8); 120] = [
    (0, 1), (1, 0), (1, 1), (-1, 1), (0, 2), (2, 0), (1, 2), (-1, 2),
    (2, 1), (-2, 1), (2, 2), (-2, 2), (0, 3), (3, 0), (1, 3), (-1, 3),
    (3, 1), (-3, 1), (2, 3), (-2, 3), (3, 2), (-3, 2), (0, 4), (4, 0),
    (1, 4), (-1, 4), (4, 1), (-4, 1), (3, 3), (-3, 3), (2, 4), (-2, 4),
    (4, 2), (-4, 2), (0, 5), (3, 4), (-3, 4), (4, 3), (-4, 3), (5, 0),
    (1, 5), (-1, 5), (5, 1), (-5, 1), (2, 5), (-2, 5), (5, 2), (-5, 2),
    (4, 4), (-4, 4), (3, 5), (-3, 5), (5, 3), (-5, 3), (0, 6), (6, 0),
    (1, 6), (-1, 6), (6, 1), (-6, 1), (2, 6), (-2, 6), (6, 2), (-6, 2),
    (4, 5), (-4, 5), (5, 4), (-5, 4), (3, 6), (-3, 6), (6, 3), (-6, 3),
    (0, 7), (7, 0), (1, 7), (-1, 7), (5, 5), (-5, 5), (7, 1), (-7, 1),
    (4, 6), (-4, 6), (6, 4), (-6, 4), (2, 7), (-2, 7), (7, 2), (-7, 2),
    (3, 7), (-3, 7), (7, 3), (-7, 3), (5, 6), (-5, 6), (6, 5), (-6, 5),
    (8, 0), (4, 7), (-4, 7), (7, 4), (-7, 4), (8, 1), (8, 2), (6, 6),
    (-6, 6), (8, 3), (5, 7), (-5, 7), (7, 5), (-7, 5), (8, 4), (6, 7),
    (-6, 7), (7, 6), (-7, 6), (8, 5), (7, 7), (-7, 7), (8, 6), (8, 7),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_pixel_by_pixel_wherever_it_lies_in_the_window() {
        let rows = 5;
        for width in [1, 3, 8] {
            let all = width * rows;
            for to in (0..all).step_by(width) {
                for count in 0..=width {
                    for distance in 1..all {
                        let mut pixels: Vec<u32> = (0..all as u32).collect();
                        let mut expected = pixels.clone();
                        for at in to..to + count {
                            expected[at] = expected[(at + all - distance) % all];
                        }
                        copy(&mut pixels, to, distance, count);
                        assert_eq!(pixels, expected, "{width} {to} {count} {distance}");
                    }
                }
            }
        }
    }

    #[test]
    fn distances_reach_as_far_as_the_window() {
        let mut bits = Bits::new(&[0xff; 8]);
        assert_eq!(distance(number(39, &mut bits), 100), MOST_DISTANCE);
        assert_eq!(window_rows(1000, 3000), 1050);
        assert_eq!(window_rows(1000, 30), 30);
        assert_eq!([1, 2, 4].map(|number| distance(number, 100)), [100, 1, 99]);
        assert_eq!(distance(4, 1), 1); // above on the right, where there is none
    }
}

//! Encoder of VP8L, the stream of lossless WebP (RFC 9649, 3 to 7). The rows are read three times:
//! for the predictors, for the counts of symbols, and for the stream itself. The encoder therefore
//! holds rows, but no picture.

pub(crate) mod bits;
pub(crate) mod code;
pub(crate) mod predict;

use crate::error::Error;
use crate::format::webp::vp8l::bits::{Out, Writer};
use crate::format::webp::vp8l::code::{Code, Entry, SYMBOLS};
use crate::format::webp::vp8l::predict::{Lines, TILE_BITS, Tiles, tiles};
use crate::pixels::layout::{Layout, Size};

/// Receiver of the rows of a picture.
pub(crate) type Take<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), Error>;
/// Source of all rows of a picture, from the top, at each call.
pub(crate) type Rows<'a> = &'a dyn Fn(Take<'_>) -> Result<(), Error>;

/// Longest side of a picture. The field of 14 bits could say one more, but no decoder accepts that.
pub(crate) const MOST_SIDE: u32 = (1 << 14) - 1;

/// Properties of a picture that the size of its stream depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) size: Size,
    pub(crate) layout: Layout,
    /// Size of the rectangle beyond which the picture has one colour.
    pub(crate) picture: Size,
}

impl Shape {
    /// Returns the number of pixels that may differ from their neighbours.
    fn busy(&self) -> u64 {
        let across = (u64::from(self.picture.width) + 2).min(self.size.width.into());
        across * (u64::from(self.picture.height) + 1).min(self.size.height.into())
    }

    /// Upper bound on the bits, in all, by which a channel's codes may exceed codes of equal
    /// lengths. The worst case is noise in one half of a picture whose other half has one colour.
    /// Such a picture needs `p * log2(1 / p)` of its samples, which is 0.53 at most.
    fn beyond(&self) -> u64 {
        self.busy() * 2 / 3 + 8 * 256
    }

    /// Upper bound on the bytes by which the stream may be ahead of its proportional share of the
    /// rows written.
    pub(crate) fn lead_bytes(&self) -> u64 {
        let channels = self.layout.channels() as u64;
        let tiles = u64::from(tiles(self.size.width)) * u64::from(tiles(self.size.height));
        // Each row may have a run beside the image, and a pixel before that run. The codes follow,
        // and a number for each tile.
        let rows = u64::from(self.size.height) * (16 + u64::from(self.size.width) / 1024);
        channels * self.beyond() / 8 + rows + tiles / 2 + 4096
    }

    /// Upper bound on the bytes of the stream.
    pub(crate) fn most_bytes(&self) -> u64 {
        let bits = 8 * self.layout.channels() as u64 + 1;
        self.lead_bytes() + self.busy() * bits / 8
    }

    /// Bytes that the encoder holds.
    pub(crate) fn encoder_bytes(&self) -> u64 {
        Lines::bytes(self.size) + Tiles::bytes(self.size)
    }
}

/// Writes the stream of a picture.
///
/// # Errors
/// [`Error::OutOfMemory`], [`Error::Internal`] for a side that the format does not have, and the
/// errors of `rows` and `out`.
pub(crate) fn encode(shape: &Shape, rows: Rows<'_>, out: Out<'_>) -> Result<(), Error> {
    if shape.size.width.max(shape.size.height) > MOST_SIDE {
        return Err(Error::Internal(
            "WebP has no sides of this length".to_owned(),
        ));
    }
    match shape.layout {
        Layout::Grey => encode_channels::<1>(shape, rows, out),
        Layout::GreyAlpha => encode_channels::<2>(shape, rows, out),
        Layout::Rgb => encode_channels::<3>(shape, rows, out),
        Layout::Rgba => encode_channels::<4>(shape, rows, out),
    }
}

fn encode_channels<const CHANNELS: usize>(
    shape: &Shape,
    rows: Rows<'_>,
    out: Out<'_>,
) -> Result<(), Error> {
    let mut lines = Lines::new(shape.size, shape.layout)?;
    let mut tiles = Tiles::new(shape.size)?;
    let mut left = shape.size.height;
    rows(&mut |row| {
        left = left.saturating_sub(1);
        tiles.look(&mut lines, row, left == 0);
        Ok(())
    })?;

    let mut counts = Counts::new();
    symbols::<CHANNELS>(&mut lines, &tiles, rows, &mut counts)?;

    let mut bits = Writer::new(out);
    let Size { width, height } = shape.size;
    bits.put(0x2f, 8)?;
    bits.put(u64::from(width) - 1, 14)?;
    bits.put(u64::from(height) - 1, 14)?;
    bits.put(shape.layout.alpha().into(), 1)?;
    bits.put(0, 3)?; // the version
    bits.put(0b101, 3)?; // a transform, green is subtracted
    bits.put(0b001, 3)?; // a transform, prediction
    let mut bits = write_tiles(&tiles, bits)?;
    bits.put(0, 3)?; // no more transforms, no cache of colours, one group of codes
    let mut coder = counts.into_codes(shape.beyond()).write(bits)?;
    symbols::<CHANNELS>(&mut lines, &tiles, rows, &mut coder)?;
    coder.bits.finish()
}

/// Hands on a picture's symbols.
fn symbols<const CHANNELS: usize>(
    lines: &mut Lines,
    tiles: &Tiles,
    rows: Rows<'_>,
    to: &mut impl Symbols<CHANNELS>,
) -> Result<(), Error> {
    let mut runs = Runs::new();
    lines.restart();
    rows(&mut |row| {
        lines.predict(row, tiles);
        runs.take(lines.differences(), to)
    })?;
    run(runs.last, runs.length, to)
}

/// Writes the predictors of tiles, which are an image of their own, in green.
fn write_tiles<'a>(tiles: &Tiles, mut bits: Writer<'a>) -> Result<Writer<'a>, Error> {
    bits.put(u64::from(TILE_BITS) - 2, 3)?;
    bits.put(0, 1)?; // no cache of colours
    let each = |to: &mut dyn Symbols<1>| {
        tiles
            .modes
            .iter()
            .try_for_each(|mode| to.literal(u32::from(*mode) << 8))
    };
    let mut counts = Counts::new();
    each(&mut counts)?;
    let mut coder = counts.into_codes(u64::MAX).write(bits)?;
    each(&mut coder)?;
    Ok(coder.bits)
}

/// A pixel: red lowest, then green, blue, and alpha.
type Pixel = u32;

/// Receiver of the symbols of pixels with this many channels.
trait Symbols<const CHANNELS: usize> {
    fn literal(&mut self, pixel: Pixel) -> Result<(), Error>;
    /// Copies the previous pixel `length` times.
    fn copy(&mut self, length: u32) -> Result<(), Error>;
}

/// Length of the shortest run. Shorter ones are written as literals.
const SHORTEST: u32 = 2;
const LONGEST: u32 = 4096;
/// Distance symbol of copies: the pixel to the left (RFC 9649, 5.2.2).
const LEFT: usize = 1;

/// Finder of runs: pixels that are equal to the previous one.
struct Runs {
    last: Option<Pixel>,
    length: u32,
}

impl Runs {
    fn new() -> Runs {
        Runs {
            last: None,
            length: 0,
        }
    }

    /// Takes a row.
    fn take<const CHANNELS: usize>(
        &mut self,
        row: &[[u8; 4]],
        to: &mut impl Symbols<CHANNELS>,
    ) -> Result<(), Error> {
        let Runs {
            mut last,
            mut length,
        } = *self;
        let mut rest = row;
        while let Some((first, others)) = rest.split_first() {
            let pixel = word(first);
            if last == Some(pixel) {
                let same = rest.iter().take_while(|other| word(other) == pixel);
                let same = same.count();
                length += same as u32;
                rest = &rest[same..];
                continue;
            }
            if length > 0 {
                run(last, length, to)?;
                length = 0;
            }
            last = Some(pixel);
            to.literal(pixel)?;
            rest = others;
        }
        *self = Runs { last, length };
        Ok(())
    }
}

fn word(pixel: &[u8; 4]) -> Pixel {
    u32::from_le_bytes(*pixel)
}

fn run<const CHANNELS: usize>(
    last: Option<Pixel>,
    length: u32,
    to: &mut impl Symbols<CHANNELS>,
) -> Result<(), Error> {
    let (mut left, last) = (length, last.unwrap_or_default());
    while left >= SHORTEST {
        let part = left.min(LONGEST);
        to.copy(part)?;
        left -= part;
    }
    (0..left).try_for_each(|_| to.literal(last))
}

/// Returns a length's symbol, and the number of extra bits, which are the low ones of the length
/// less one (5.2.2).
#[inline(always)]
fn prefix(length: u32) -> (usize, u32) {
    let value = length - 1;
    if value < 4 {
        return (256 + value as usize, 0);
    }
    let extra = value.ilog2() - 1;
    (256 + (2 * extra + (value >> extra)) as usize, extra)
}

/// Counts of each symbol: of green and lengths, red, blue, alpha.
struct Counts {
    symbols: [[u32; SYMBOLS]; 4],
    copies: u32,
}

impl Counts {
    fn new() -> Counts {
        Counts {
            symbols: [[0; SYMBOLS]; 4],
            copies: 0,
        }
    }

    fn into_codes(self, beyond: u64) -> Codes {
        let [green, others @ ..] = &self.symbols;
        let code = |counts: &[u32; SYMBOLS]| Code::new(&counts[..256], 8, beyond);
        let [red, blue, alpha] = others;
        let mut distances = [0; 40];
        distances[LEFT] = self.copies;
        Codes {
            green: Code::new(green, 9, beyond),
            others: [code(red), code(blue), code(alpha)],
            distance: Code::new(&distances, 1, 0),
        }
    }
}

impl<const CHANNELS: usize> Symbols<CHANNELS> for Counts {
    #[inline(always)]
    fn literal(&mut self, pixel: Pixel) -> Result<(), Error> {
        let [red, green, blue, alpha] = pixel.to_le_bytes().map(usize::from);
        self.symbols[0][green] += 1;
        if CHANNELS > 2 {
            self.symbols[1][red] += 1;
            self.symbols[2][blue] += 1;
        }
        if CHANNELS.is_multiple_of(2) {
            self.symbols[3][alpha] += 1;
        }
        Ok(())
    }

    #[inline(always)]
    fn copy(&mut self, length: u32) -> Result<(), Error> {
        self.symbols[0][prefix(length).0] += 1;
        self.copies += 1;
        Ok(())
    }
}

/// The five codes of an image.
struct Codes {
    green: Code,
    others: [Code; 3],
    distance: Code,
}

impl Codes {
    /// Writes the codes, and returns a coder for pixels.
    fn write(self, mut bits: Writer<'_>) -> Result<Coder<'_>, Error> {
        self.green.write(&mut bits)?;
        self.others
            .iter()
            .try_for_each(|code| code.write(&mut bits))?;
        self.distance.write(&mut bits)?;
        let [red, blue, alpha] = &self.others;
        Ok(Coder {
            tables: [&self.green, red, blue, alpha].map(Code::table),
            bits,
        })
    }
}

/// Coder of pixels, by tables of codes.
struct Coder<'a> {
    tables: [[Entry; SYMBOLS]; 4],
    bits: Writer<'a>,
}

impl<const CHANNELS: usize> Symbols<CHANNELS> for Coder<'_> {
    #[inline(always)]
    fn literal(&mut self, pixel: Pixel) -> Result<(), Error> {
        let [red, green, blue, alpha] = pixel.to_le_bytes();
        let (mut bits, mut count) = (0, 0);
        let mut add = |channel: usize, sample: u8| {
            let entry = self.tables[channel][usize::from(sample)];
            bits |= u64::from(entry.bits) << count;
            count += u32::from(entry.length);
        };
        add(0, green);
        if CHANNELS > 2 {
            add(1, red);
            add(2, blue);
        }
        if CHANNELS.is_multiple_of(2) {
            add(3, alpha);
        }
        self.bits.put(bits, count)
    }

    #[inline(always)]
    fn copy(&mut self, length: u32) -> Result<(), Error> {
        let (symbol, extra) = prefix(length);
        let entry = self.tables[0][symbol];
        self.bits.put(entry.bits.into(), entry.length.into())?;
        self.bits
            .put(u64::from(length - 1) & ((1 << extra) - 1), extra)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use letterbox_testkit::Noise;
    use std::cell::Cell;

    /// A picture around another one, with one colour.
    struct Canvas {
        shape: Shape,
        pixels: Vec<u8>,
    }

    impl Canvas {
        fn new(
            size: (u32, u32),
            layout: Layout,
            picture: (u32, u32),
            sample: impl FnMut() -> u8,
        ) -> Canvas {
            let of = |(width, height)| Size { width, height };
            let shape = Shape {
                size: of(size),
                layout,
                picture: of(picture),
            };
            let (left, top) = (size.0 - picture.0, (size.1 - picture.1) / 2);
            let mut pixels = vec![200; size.0 as usize * size.1 as usize * layout.channels()];
            let mut samples = std::iter::repeat_with(sample);
            let rows = pixels.chunks_exact_mut(size.0 as usize * layout.channels());
            for row in rows.skip(top as usize).take(picture.1 as usize) {
                let row = row[left as usize * layout.channels()..].iter_mut();
                row.zip(&mut samples).for_each(|(to, sample)| *to = sample);
            }
            Canvas { shape, pixels }
        }

        /// Returns the file. Asserts that every byte of the file was written in front of the bytes
        /// of the picture that had not been read.
        fn encode(&self) -> Vec<u8> {
            let Shape { size, layout, .. } = self.shape;
            let image = self.shape.picture.pixels() * layout.channels() as u64;
            let capacity = self.shape.most_bytes().max(image + self.shape.lead_bytes());
            let row_bytes = size.width as usize * layout.channels();
            let unread = Cell::new(0);
            let rows = |take: Take<'_>| {
                let picture = u64::from(self.shape.picture.height);
                let above = u64::from(size.height).saturating_sub(picture) / 2;
                self.pixels
                    .chunks_exact(row_bytes)
                    .zip(1..)
                    .try_for_each(|(row, y)| {
                        let read = u64::saturating_sub(y, above).min(picture);
                        unread.set(
                            (picture - read)
                                * u64::from(self.shape.picture.width)
                                * layout.channels() as u64,
                        );
                        take(row)
                    })
            };
            let mut file = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0".to_vec();
            let head = file.len() as u64;
            let mut out = |bytes: &[u8]| {
                file.extend_from_slice(bytes);
                assert!(
                    file.len() as u64 - head <= capacity - unread.get(),
                    "{:?}",
                    self.shape
                );
                Ok(())
            };
            encode(&self.shape, &rows, &mut out).expect("a picture");
            for (at, before) in [(4, 8), (16, 20)] {
                let length = (file.len() - before) as u32;
                file[at..at + 4].copy_from_slice(&length.to_le_bytes());
            }
            file
        }

        /// Asserts that another decoder gets the picture from the file. Returns the file's length.
        fn check(&self) -> usize {
            let file = self.encode();
            let mut decoder =
                image_webp::WebPDecoder::new(std::io::Cursor::new(&file)).expect("a good file");
            let Shape { size, layout, .. } = self.shape;
            assert_eq!(decoder.dimensions(), (size.width, size.height));
            assert_eq!(decoder.has_alpha(), layout.alpha());
            let mut decoded = vec![0; decoder.output_buffer_size().expect("it fits")];
            decoder.read_image(&mut decoded).expect("a good file");
            let wide: Vec<u8> = match layout {
                Layout::Grey => self.pixels.iter().flat_map(|&g| [g; 3]).collect(),
                Layout::GreyAlpha => self
                    .pixels
                    .as_chunks()
                    .0
                    .iter()
                    .flat_map(|&[g, a]| [g, g, g, a])
                    .collect(),
                Layout::Rgb | Layout::Rgba => self.pixels.clone(),
            };
            assert!(decoded == wide, "{:?}", self.shape);
            file.len()
        }
    }

    const LAYOUTS: [Layout; 4] = [Layout::Grey, Layout::GreyAlpha, Layout::Rgb, Layout::Rgba];

    fn dice() -> impl FnMut() -> u8 {
        let mut noise = Noise(1);
        move || noise.byte()
    }

    #[test]
    fn every_size_and_layout_comes_back() {
        let mut dice = dice();
        for (width, height) in [
            (1, 1),
            (1, 2),
            (2, 1),
            (31, 33),
            (32, 32),
            (33, 31),
            (64, 65),
            (97, 3),
            (5, 130),
        ] {
            for layout in LAYOUTS {
                for bits in 0..9 {
                    let mask = ((1u32 << bits) - 1) as u8;
                    Canvas::new((width, height), layout, (width, height), || dice() & mask).check();
                    let picture = (width.div_ceil(2), height.div_ceil(3));
                    Canvas::new((width, height), layout, picture, || dice() & mask).check();
                }
            }
        }
    }

    #[test]
    fn the_longest_sides_come_back_and_no_longer_ones_are_written() {
        for size in [(MOST_SIDE, 1), (1, MOST_SIDE), (MOST_SIDE, 3)] {
            Canvas::new(size, Layout::Rgba, size, dice()).check();
        }
        let mut canvas = Canvas::new((1, 1), Layout::Grey, (1, 1), dice());
        canvas.shape.size.width = MOST_SIDE + 1;
        let refused = encode(&canvas.shape, &|_| Ok(()), &mut |_| Ok(()));
        assert!(matches!(refused, Err(Error::Internal(_))), "{refused:?}");
    }

    #[test]
    fn noise_takes_its_own_bytes_and_what_has_one_colour_next_to_none() {
        for layout in LAYOUTS {
            let noise = Canvas::new((300, 200), layout, (300, 200), dice()).check();
            let raw = 300 * 200 * layout.channels();
            assert!((raw..raw + 400).contains(&noise), "{layout:?} {noise}");
            let flat = Canvas::new((300, 200), layout, (300, 200), || 77).check();
            assert!(flat < 120, "{layout:?} {flat}");
        }
    }

    /// Codes suit the whole picture, so the part that is least like the rest takes most bytes. Here
    /// that part comes first, where the file has the least capacity.
    #[test]
    fn the_file_stays_behind_what_is_read_whatever_comes_first() {
        for layout in LAYOUTS {
            for noisy in [1, 10, 60, 110, 200, 290] {
                for all in [(300, 300), (301, 340)] {
                    let (mut dice, mut left) = (dice(), noisy * 300 * layout.channels());
                    let sample = || {
                        left = left.saturating_sub(1);
                        if left > 0 { dice() } else { 9 }
                    };
                    Canvas::new(all, layout, (300, 300), sample).check();
                }
            }
            // Differences whose counts are Fibonacci's numbers, the rarest first: their best codes are as long as they can be.
            let (mut a, mut b, mut left, mut symbol, mut sum) = (1u32, 1u32, 1u32, 0u8, 0u8);
            let sample = || {
                if left == 0 {
                    (a, b) = (b, a.saturating_add(b));
                    (left, symbol) = (a, symbol.wrapping_add(7));
                }
                left -= 1;
                sum = sum.wrapping_add(symbol);
                sum
            };
            Canvas::new((2000, 60), layout, (2000, 60), sample).check();
        }
    }

    #[test]
    fn lengths_have_the_symbols_of_the_format() {
        let expected = [
            (1, 256, 0),
            (4, 259, 0),
            (5, 260, 1),
            (6, 260, 1),
            (7, 261, 1),
            (9, 262, 2),
            (4096, 279, 10),
        ];
        for (length, symbol, extra) in expected {
            assert_eq!(prefix(length), (symbol, extra), "{length}");
        }
    }
}

//! Pixels of a macroblock (RFC 6386, section 12): a prediction from the surrounding pixels plus
//! differences.

use crate::block::{Content, Values};
use crate::lanes::Bytes;
use crate::modes::{Luma, Macroblock, Mode, Submode};
use crate::transform;

/// Values of pixels above the picture, and left of it.
const ABOVE: u8 = 127;
const LEFT: u8 = 129;

/// Lowest pixels of a column of macroblocks: sixteen of luminance, eight each of both chrominances.
/// Like all pixels in this module they are not loop-filtered.
#[derive(Clone, Copy)]
pub(crate) struct Above {
    pub(crate) luma: [u8; 16],
    pub(crate) chroma: [u8; 16],
}

impl Above {
    pub(crate) const NONE: Above = Above {
        luma: [ABOVE; 16],
        chroma: [ABOVE; 16],
    };
}

/// Column of the desk where the macroblock begins; on its right are four more pixels.
const X: usize = 16;

/// Working memory for a macroblock. Luminance has the pixels above in row 0, the corner before
/// them, four pixels of the next macroblock behind them, and the last pixels on the left before
/// every fourth row. Chrominance has both planes side by side.
pub(crate) struct Desk {
    pub(crate) luma: [[u8; 48]; 17],
    pub(crate) chroma: [[u8; 16]; 8],
    /// Last columns of the macroblock on the left.
    left_luma: [u8; 16],
    left_chroma: [u8; 16],
    /// Pixels of chrominance above those columns.
    corners: [u8; 2],
}

/// Edges of a macroblock that are inside of the picture.
#[derive(Clone, Copy)]
pub(crate) struct Edges {
    pub(crate) above: bool,
    pub(crate) left: bool,
}

impl Desk {
    /// Creates the state at the beginning of a row.
    pub(crate) fn new(first_row: bool) -> Desk {
        let corner = if first_row { ABOVE } else { LEFT };
        let mut desk = Desk {
            luma: [[0; 48]; 17],
            chroma: [[0; 16]; 8],
            left_luma: [LEFT; 16],
            left_chroma: [LEFT; 16],
            corners: [corner; 2],
        };
        desk.luma[0][X - 1] = corner;
        desk
    }

    /// Decodes a macroblock below the pixels `above`; `right` are the first pixels above the next
    /// macroblock. The coefficients are set to zero.
    pub(crate) fn make(
        &mut self,
        macroblock: &Macroblock,
        edges: Edges,
        above: &mut Above,
        right: [u8; 4],
        values: &mut Values,
        contents: &[Content; 25],
    ) {
        self.luma[0][X..X + 16].copy_from_slice(&above.luma);
        let (luma, chroma) = values.split_at_mut(16);
        match &macroblock.luma {
            Luma::Whole(mode) => {
                self.predict_luma(*mode, edges);
                self.add_luma(luma, &contents[..16]);
            }
            Luma::Subblocks(modes) => self.subblocks(modes, right, luma, &contents[..16]),
        }
        self.predict_chroma(macroblock.chroma, edges, &above.chroma);
        self.add_chroma(&mut chroma[..8], &contents[16..24]);
        self.leave(above);
    }

    /// Keeps the pixels of this macroblock that the next one and the one below need.
    #[inline(always)]
    fn leave(&mut self, above: &mut Above) {
        self.luma[0][X - 1] = above.luma[15];
        self.corners = [above.chroma[7], above.chroma[15]];
        for (left, row) in self.left_luma.iter_mut().zip(&self.luma[1..]) {
            *left = row[X + 15];
        }
        for (y, row) in self.chroma.iter().enumerate() {
            (self.left_chroma[y], self.left_chroma[8 + y]) = (row[7], row[15]);
        }
        above.luma.copy_from_slice(&self.luma[16][X..X + 16]);
        above.chroma = self.chroma[7];
    }

    #[inline(always)]
    fn predict_luma(&mut self, mode: Mode, edges: Edges) {
        let [above, rows @ ..] = &mut self.luma;
        let corner = Bytes::splat(above[X - 1]);
        let above = Bytes::load(pixels(above));
        let left = self.left_luma;
        match mode {
            Mode::Mean => {
                let sum = |row: Bytes| row.sums().iter().sum::<u32>();
                let mean = match (edges.above, edges.left) {
                    (true, true) => (sum(above) + sum(Bytes::load(&left)) + 16) >> 5,
                    (true, false) => (sum(above) + 8) >> 4,
                    (false, true) => (sum(Bytes::load(&left)) + 8) >> 4,
                    (false, false) => 128,
                };
                fill(rows, Bytes::splat(mean as u8));
            }
            Mode::Down => fill(rows, above),
            Mode::Across => {
                // With zeroes above and in the corner, each row repeats its left pixel.
                climb(rows, &left, Bytes::splat(0), Bytes::splat(0));
            }
            Mode::Slope => {
                climb(rows, &left, above, corner);
            }
        }
    }

    #[inline(always)]
    fn add_luma(&mut self, values: &mut [[i16; 16]], contents: &[Content]) {
        for (at, (values, content)) in values.iter_mut().zip(contents).enumerate() {
            let (y, x) = (1 + at / 4 * 4, X + at % 4 * 4);
            if *content == Content::Nothing {
                continue;
            }
            let quarters = [0, 1, 2, 3].map(|row| quarter(&self.luma[y + row], x));
            let sum = plus(Bytes::of_quarters(quarters), values, *content);
            for (row, quarter) in sum.to_quarters().into_iter().enumerate() {
                self.luma[y + row][x..x + 4].copy_from_slice(&quarter);
            }
        }
    }

    /// Predicts each subblock from those before it, and adds its differences at once.
    #[inline(always)]
    fn subblocks(
        &mut self,
        modes: &[Submode; 16],
        right: [u8; 4],
        values: &mut [[i16; 16]],
        contents: &[Content],
    ) {
        // The pixels right of the macroblock have not been decoded yet, so the pixels above them
        // are used instead.
        for row in [0, 4, 8, 12] {
            self.luma[row][X + 16..X + 20].copy_from_slice(&right);
            if row > 0 {
                self.luma[row][X - 1] = self.left_luma[row - 1];
            }
        }
        let left = Bytes::load(&self.left_luma);
        let mut before = left;
        for (at, (values, content)) in values.iter_mut().zip(contents).enumerate() {
            let (y, x) = (at / 4 * 4, X + at % 4 * 4);
            if at % 4 == 0 {
                before = left.at(&ROWS_OF_LEFT[at / 4]);
            }
            let above = self.luma[y][x - 1..].first_chunk();
            let above = Bytes::load(above.expect("a row has sixteen pixels from there on"));
            let predicted = subblock(modes[at], Bytes::edges(before, above));
            before = plus(predicted, values, *content);
            for (row, quarter) in before.to_quarters().into_iter().enumerate() {
                self.luma[y + 1 + row][x..x + 4].copy_from_slice(&quarter);
            }
        }
    }

    #[inline(always)]
    fn predict_chroma(&mut self, mode: Mode, edges: Edges, above: &[u8; 16]) {
        let above = Bytes::load(above);
        let left = self.left_chroma;
        let both = |y: usize| halves(left[y], left[8 + y]);
        match mode {
            Mode::Mean => {
                let (above, left) = (above.sums(), Bytes::load(&left).sums());
                let [blue, red] = [0, 1].map(|plane| match (edges.above, edges.left) {
                    (true, true) => (above[plane] + left[plane] + 8) >> 4,
                    (true, false) => (above[plane] + 4) >> 3,
                    (false, true) => (left[plane] + 4) >> 3,
                    (false, false) => 128,
                });
                let mean = halves(blue as u8, red as u8);
                self.chroma.iter_mut().for_each(|row| mean.store(row));
            }
            Mode::Down => self.chroma.iter_mut().for_each(|row| above.store(row)),
            Mode::Across => {
                for (y, row) in self.chroma.iter_mut().enumerate() {
                    both(y).store(row);
                }
            }
            Mode::Slope => {
                let corner = halves(self.corners[0], self.corners[1]);
                for (y, row) in self.chroma.iter_mut().enumerate() {
                    slope(above, both(y), corner).store(row);
                }
            }
        }
    }

    #[inline(always)]
    fn add_chroma(&mut self, values: &mut [[i16; 16]], contents: &[Content]) {
        for (at, (values, content)) in values.iter_mut().zip(contents).enumerate() {
            let (y, x) = (at % 4 / 2 * 4, at / 4 * 8 + at % 2 * 4);
            if *content == Content::Nothing {
                continue;
            }
            let quarters = [0, 1, 2, 3].map(|row| quarter(&self.chroma[y + row], x));
            let sum = plus(Bytes::of_quarters(quarters), values, *content);
            for (row, quarter) in sum.to_quarters().into_iter().enumerate() {
                self.chroma[y + row][x..x + 4].copy_from_slice(&quarter);
            }
        }
    }
}

/// Sets all rows to the same pixels.
#[inline(never)]
fn fill(rows: &mut [[u8; 48]], pixels: Bytes) {
    rows.iter_mut()
        .for_each(|row| pixels.store(pixels_mut(row)));
}

/// Predicts each row from the pixels above and the one to its left.
#[inline(never)]
fn climb(rows: &mut [[u8; 48]], left: &[u8], above: Bytes, corner: Bytes) {
    for (row, left) in rows.iter_mut().zip(left) {
        slope(above, Bytes::splat(*left), corner).store(pixels_mut(row));
    }
}

/// Returns the macroblock's pixels in a row of luminance.
#[inline(always)]
pub(crate) fn pixels(row: &[u8; 48]) -> &[u8; 16] {
    let pixels = row[16..].first_chunk();
    pixels.expect("48 are three times sixteen")
}

#[inline(always)]
fn pixels_mut(row: &mut [u8; 48]) -> &mut [u8; 16] {
    let pixels = row[16..].first_chunk_mut();
    pixels.expect("48 are three times sixteen")
}

#[inline(always)]
fn quarter(row: &[u8], x: usize) -> [u8; 4] {
    *row[x..].first_chunk().expect("four pixels")
}

/// Returns eight copies of one value, and eight of the other.
#[inline(always)]
fn halves(first: u8, second: u8) -> Bytes {
    Bytes::load_halves(&[first; 8], &[second; 8])
}

/// Computes the TrueMotion prediction: the pixel above plus the left one less the corner, clamped.
#[inline(always)]
fn slope(above: Bytes, left: Bytes, corner: Bytes) -> Bytes {
    above
        .plus_at_most(left.minus_at_least(corner))
        .minus_at_least(corner.minus_at_least(left))
}

/// Adds the differences to four rows of four pixels.
#[inline(always)]
fn plus(pixels: Bytes, values: &mut [i16; 16], content: Content) -> Bytes {
    match content {
        Content::Nothing => pixels,
        Content::Mean => {
            let mean = values[0];
            values[0] = 0;
            transform::add_mean(pixels, mean)
        }
        Content::More => transform::add(pixels, values),
    }
}

/// Shuffle indices that repeat each pixel of the left column four times, four rows at a time.
const ROWS_OF_LEFT: [[u8; 16]; 4] = {
    let mut places = [[0; 16]; 4];
    let mut at = 0;
    while at < 64 {
        places[at / 16][at % 16] = (at / 4) as u8;
        at += 1;
    }
    places
};

/// Predicts four rows of four pixels (section 12.3). The edges are a line of pixels, see
/// [`Bytes::edges`]: the left ones from the bottom up have the numbers 1 to 4, the corner has 5,
/// and those above have 6 to 13.
#[inline(always)]
fn subblock(mode: Submode, edges: Bytes) -> Bytes {
    match mode {
        Submode::Mean => {
            const BOTH: [u8; 16] = [1, 2, 3, 4, 6, 7, 8, 9, 16, 16, 16, 16, 16, 16, 16, 16];
            let [sum, _] = edges.at(&BOTH).sums();
            Bytes::splat(((sum + 4) >> 3) as u8)
        }
        Submode::Slope => {
            const ABOVE: [u8; 16] = [6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9];
            const LEFT: [u8; 16] = [4, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1];
            slope(edges.at(&ABOVE), edges.at(&LEFT), edges.at(&[5; 16]))
        }
        mode => {
            let next = edges.next(edges);
            let second = next.next(next);
            let pairs = edges.mean(next);
            // The mean is rounded down, so that the second mean rounds as the sum of four would.
            let odd = edges.xor(second).and(Bytes::splat(1));
            let triples = edges.mean(second).minus_at_least(odd).mean(next);
            let [of_pairs, of_triples] = &SMOOTH[mode as usize];
            pairs.at(of_pairs).or(triples.at(of_triples))
        }
    }
}

/// Places of the pixels of the other modes on the line of edges, in half steps. Between two pixels
/// the prediction is their mean; on a pixel it is smoothed, with a quarter of each of its
/// neighbours.
const PLACES: [[u8; 16]; 10] = [
    [0; 16], // not one of them
    [0; 16],
    [
        12, 14, 16, 18, 12, 14, 16, 18, 12, 14, 16, 18, 12, 14, 16, 18,
    ],
    [8, 8, 8, 8, 6, 6, 6, 6, 4, 4, 4, 4, 2, 2, 2, 2],
    [
        14, 16, 18, 20, 16, 18, 20, 22, 18, 20, 22, 24, 20, 22, 24, 26,
    ],
    [10, 12, 14, 16, 8, 10, 12, 14, 6, 8, 10, 12, 4, 6, 8, 10],
    [11, 13, 15, 17, 10, 12, 14, 16, 8, 11, 13, 15, 6, 10, 12, 14],
    [
        13, 15, 17, 19, 14, 16, 18, 20, 15, 17, 19, 22, 16, 18, 20, 24,
    ],
    [9, 10, 12, 14, 7, 8, 9, 10, 5, 6, 7, 8, 3, 4, 5, 6],
    [7, 6, 5, 4, 5, 4, 3, 2, 3, 2, 1, 1, 1, 1, 1, 1],
];

/// Shuffle indices derived from [`PLACES`]: one into the means of two neighbours and one into the
/// means of three, both numbered by their first neighbour. An index is beyond the vector where the
/// other one applies.
const SMOOTH: [[[u8; 16]; 2]; 10] = {
    let mut smooth = [[[0x80; 16]; 2]; 10];
    let mut at = 0;
    while at < 160 {
        let place = PLACES[at / 16][at % 16];
        if place > 0 {
            let whole = 1 - (place % 2) as usize;
            smooth[at / 16][whole][at % 16] = place / 2 - whole as u8;
        }
        at += 1;
    }
    smooth
};

//! Coefficients of a macroblock (RFC 6386, section 13), multiplied by their dequantisation factors.

use core::ops::Range;

use crate::bits::Bits;
use crate::block::{Content, Context, MEANS, Values};
use crate::header::{Steps, Tokens};
use crate::transform;

/// Place of each coefficient in its block.
const ZIGZAG: [u8; 16] = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

/// Kinds of blocks, in the order of the probabilities.
const WITHOUT_MEAN: usize = 0;
const OF_MEANS: usize = 1;
const CHROMA: usize = 2;
const WITH_MEAN: usize = 3;

/// Reads all blocks of a macroblock. `with_means` is set if luminance is predicted as a whole: its
/// means are then transformed and put into their blocks.
pub(crate) fn read(
    partition: &mut Bits<'_>,
    tokens: &Tokens,
    steps: &Steps,
    with_means: bool,
    above: &mut Context,
    left: &mut Context,
    values: &mut Values,
) -> [Content; 25] {
    let mut contents = [Content::Nothing; 25];
    let [luma, blue, red, means] = [0..4, 4..6, 6..8, 8..9];
    let [of_luma, of_blue, of_red, of_means] = [0..16, 16..20, 20..24, MEANS..25];
    let mut square = |kind: usize, first, steps, edge: Range<usize>, blocks: Range<usize>| {
        square(
            partition,
            &tokens[kind],
            first,
            steps,
            (&mut above[edge.clone()], &mut left[edge]),
            &mut values[blocks.clone()],
            &mut contents[blocks],
        );
    };
    if with_means {
        square(OF_MEANS, 0, steps.means, means, of_means);
    }
    let (kind, first) = if with_means {
        (WITHOUT_MEAN, 1)
    } else {
        (WITH_MEAN, 0)
    };
    square(kind, first, steps.luma, luma, of_luma);
    square(CHROMA, 0, steps.chroma, blue, of_blue);
    square(CHROMA, 0, steps.chroma, red, of_red);
    if with_means {
        place_means(values, &mut contents);
    }
    contents
}

/// Transforms the means of luminance and puts them into their blocks.
fn place_means(values: &mut Values, contents: &mut [Content; 25]) {
    transform::means(values, contents[MEANS]);
    for (content, values) in contents.iter_mut().zip(&*values).take(16) {
        if *content != Content::More {
            *content = Content::of(values[0] != 0);
        }
    }
}

/// Reads a square of blocks from their `first` coefficient on.
fn square(
    partition: &mut Bits<'_>,
    places: &[[[u8; 16]; 3]; 17],
    first: usize,
    steps: [i32; 2],
    (above, left): (&mut [u8], &mut [u8]),
    values: &mut [[i16; 16]],
    contents: &mut [Content],
) {
    let mut bits = *partition; // in registers
    let mut blocks = values.iter_mut().zip(contents);
    for left in left {
        for above in &mut *above {
            let Some((values, content)) = blocks.next() else {
                return;
            };
            let end = block(&mut bits, places, *above + *left, first, steps, values);
            *content = match end {
                0 | 1 => Content::of(values[0] != 0),
                _ => Content::More,
            };
            (*above, *left) = (u8::from(end > first), u8::from(end > first));
        }
    }
    *partition = bits;
}

/// Reads a block from its `first` coefficient on, and returns the end of its coefficients.
#[inline(always)]
fn block(
    bits: &mut Bits<'_>,
    places: &[[[u8; 16]; 3]; 17],
    context: u8,
    first: usize,
    steps: [i32; 2],
    values: &mut [i16; 16],
) -> usize {
    let mut at = first;
    let mut zero = &places[first][usize::from(context).min(2)];
    while at < 16 {
        if !bits.bit(zero[0]) {
            return at;
        }
        while !bits.bit(zero[1]) {
            at += 1;
            if at == 16 {
                return 16;
            }
            zero = &places[at][0];
        }
        let (size, context) = if bits.bit(zero[2]) {
            (large(bits, zero), 2)
        } else {
            (1, 1)
        };
        let step = steps[usize::from(at > 0)];
        values[usize::from(ZIGZAG[at] & 15)] = (bits.signed(size) * step) as i16;
        at += 1;
        zero = &places[at][context];
    }
    16
}

/// Probabilities of the extra bits of a large value, from the top (section 13.2).
const BITS_FROM_11: [u8; 3] = [173, 148, 140];
const BITS_FROM_19: [u8; 4] = [176, 155, 140, 135];
const BITS_FROM_35: [u8; 5] = [180, 157, 141, 134, 130];
const BITS_FROM_67: [u8; 11] = [254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129];

/// Reads a value of two or more.
#[inline(always)]
fn large(bits: &mut Bits<'_>, zero: &[u8; 16]) -> i32 {
    if !bits.bit(zero[3]) {
        return match bits.bit(zero[4]) {
            false => 2,
            true => 3 + i32::from(bits.bit(zero[5])),
        };
    }
    if !bits.bit(zero[6]) {
        return match bits.bit(zero[7]) {
            false => 5 + i32::from(bits.bit(159)),
            true => 7 + 2 * i32::from(bits.bit(165)) + i32::from(bits.bit(145)),
        };
    }
    let (base, more): (i32, &[u8]) = match bits.bit(zero[8]) {
        false if !bits.bit(zero[9]) => (11, &BITS_FROM_11),
        false => (19, &BITS_FROM_19),
        true if !bits.bit(zero[10]) => (35, &BITS_FROM_35),
        true => (67, &BITS_FROM_67),
    };
    let beyond = |rest: i32, &zero: &u8| 2 * rest + i32::from(bits.bit(zero));
    base + more.iter().fold(0, beyond)
}

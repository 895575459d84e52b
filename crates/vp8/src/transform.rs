//! Inverse transforms from coefficients to differences (RFC 6386, section 14), in 16 bits, which
//! wrap for values that no encoder writes.

use crate::block::{Content, MEANS, Values};
use crate::lanes::{Bytes, Words};

/// Transforms the block of means into the first coefficients of the blocks of luminance, and sets
/// the block to zero.
pub(crate) fn means(values: &mut Values, content: Content) {
    match content {
        Content::Nothing => {}
        Content::Mean => {
            let mean = values[MEANS][0].wrapping_add(3) >> 3;
            values[MEANS][0] = 0;
            values[..16].iter_mut().for_each(|block| block[0] = mean);
        }
        Content::More => {
            let means = hadamard(&values[MEANS]);
            values[MEANS] = [0; 16];
            for (block, mean) in values.iter_mut().zip(means) {
                block[0] = mean;
            }
        }
    }
}

/// Computes the inverse Walsh-Hadamard transform (section 14.3).
fn hadamard(values: &[i16; 16]) -> [i16; 16] {
    let value = values.map(i32::from);
    let mut columns = [0; 16];
    for x in 0..4 {
        let column = butterfly([0, 4, 8, 12].map(|row| value[row + x]));
        (0..4).for_each(|y| columns[4 * y + x] = column[y]);
    }
    let mut means = [0; 16];
    for (to, row) in means.chunks_exact_mut(4).zip(columns.as_chunks().0) {
        to.copy_from_slice(&butterfly(*row).map(|sum| ((sum + 3) >> 3) as i16));
    }
    means
}

fn butterfly([a, b, c, d]: [i32; 4]) -> [i32; 4] {
    let (outer, inner) = (a + d, b + c);
    let (rest, middle) = (a - d, b - c);
    [outer + inner, rest + middle, outer - inner, rest - middle]
}

/// Factors `sqrt(2) * cos(pi / 8) - 1` and `sqrt(2) * sin(pi / 8) - 1` in 65536ths; without the
/// subtraction the latter would not fit.
const FACTORS: [i16; 2] = [20091, (35468 - (1 << 16)) as i16];

/// Adds the differences of these coefficients to four rows of four pixels, and sets the
/// coefficients to zero.
#[inline(never)]
pub(crate) fn add(pixels: Bytes, values: &mut [i16; 16]) -> Bytes {
    let (rows, _) = values.as_chunks_mut();
    let [first, second] = [0, 1].map(|half| Words::load(&rows[half]));
    rows.iter_mut().for_each(|rows| Words::splat(0).store(rows));
    let columns = transposed(pass([first, second]));
    let [left, right] = columns;
    let rounded = left.plus(Words::splat(4).halves::<0, 2>(Words::splat(0)));
    let [upper, lower] = transposed(pass([rounded, right]).map(Words::shifted_right::<3>));
    let [top, bottom] = pixels.widened();
    top.plus(upper).narrowed(bottom.plus(lower))
}

/// Transforms along one axis: two vectors of two rows each become two of the sums, in the order 0,
/// 1 and 3, 2.
#[inline(always)]
fn pass([first, second]: [Words; 2]) -> [Words; 2] {
    // `[a | b]`, the sum and the difference of the even rows.
    let even = first
        .halves::<0, 0>(first)
        .plus(second.halves::<0, 0>(second).half_negated());
    // `[d | c]`, of the odd rows.
    let odd = first.halves::<1, 3>(second);
    let [cosine, sine] = odd.products(FACTORS);
    let (cosine, sine) = (cosine.plus(odd), sine.plus(odd));
    let odd = sine.halves::<1, 0>(sine).plus(cosine.half_negated());
    [even.plus(odd), even.minus(odd)]
}

/// Transposes rows in the order of [`pass`] to columns in order, or the other way round.
#[inline(always)]
fn transposed([first, second]: [Words; 2]) -> [Words; 2] {
    let second = second.halves::<1, 0>(second);
    let (even, odd) = (first.low_pairs(second), first.high_pairs(second));
    [even.low_pairs(odd), even.high_pairs(odd)]
}

/// Adds the difference of a block with only its first coefficient to all pixels.
#[inline(always)]
pub(crate) fn add_mean(pixels: Bytes, mean: i16) -> Bytes {
    let difference = mean.wrapping_add(4) >> 3;
    let [more, less] = [difference, difference.saturating_neg()]
        .map(|difference| Bytes::splat(difference.clamp(0, 255) as u8));
    pixels.plus_at_most(more).minus_at_least(less)
}

#[cfg(test)]
mod tests {
    use super::*;
    use letterbox_testkit::Noise;

    /// Computes the differences exactly as section 14.4 writes the transform.
    fn expected(values: &[i16; 16]) -> [i32; 16] {
        let times = |value: i32, by: i32| (value * by) >> 16;
        let line = |[a, b, c, d]: [i32; 4]| {
            let (even, odd) = (a + c, a - c);
            let low = times(b, 35468) - (d + times(d, 20091));
            let high = (b + times(b, 20091)) + times(d, 35468);
            [even + high, odd + low, odd - low, even - high]
        };
        let mut rows = values.map(i32::from);
        for x in 0..4 {
            let column = line([0, 4, 8, 12].map(|row| rows[row + x]));
            (0..4).for_each(|y| rows[4 * y + x] = column[y]);
        }
        for row in rows.as_chunks_mut::<4>().0 {
            *row = line(*row).map(|value| (value + 4) >> 3);
        }
        // `line` rounds at its end, because the constant passes through the sums.
        rows
    }

    fn blocks() -> impl Iterator<Item = [i16; 16]> {
        let mut noise = Noise(1);
        (0..2000).map(move |number| {
            core::array::from_fn(|at| {
                let value = noise.bits(12) as i16 - 2048;
                if at < 1 + number % 16 { value } else { 0 }
            })
        })
    }

    #[test]
    fn differences_are_those_of_the_standard() {
        for values in blocks() {
            let pixels: [u8; 16] = core::array::from_fn(|at| (at * 17) as u8);
            let (mut sum, mut used) = ([0; 16], values);
            add(Bytes::load(&pixels), &mut used).store(&mut sum);
            let differences = expected(&values);
            let clamped = |at: usize| (i32::from(pixels[at]) + differences[at]).clamp(0, 255) as u8;
            assert_eq!(sum, core::array::from_fn(clamped), "{values:?}");
            assert_eq!(used, [0; 16]);
        }
    }

    #[test]
    fn a_mean_alone_is_a_block_with_nothing_else() {
        for mean in i16::MIN..=i16::MAX - 4 {
            let pixels = Bytes::load(&core::array::from_fn(|at| (at * 17) as u8));
            let mut values = [0; 16];
            values[0] = mean;
            let (mut one, mut other) = ([0; 16], [0; 16]);
            add(pixels, &mut values).store(&mut one);
            add_mean(pixels, mean).store(&mut other);
            assert_eq!(one, other, "{mean}");
        }
    }

    #[test]
    fn means_of_one_value_are_those_of_many() {
        for mean in -2048..2048 {
            let mut one = [[0; 16]; 25];
            one[MEANS][0] = mean;
            let mut other = one;
            means(&mut one, Content::Mean);
            means(&mut other, Content::More);
            assert_eq!(one, other);
        }
    }
}

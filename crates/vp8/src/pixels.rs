//! Conversion of rows of planes to rows of pixels, as libwebp does: chrominance is interpolated in
//! both directions ("fancy upsampling"), and the equations of ITU-R BT.601 for limited range are
//! computed in fixed point.

use crate::lanes::{Bytes, Words};

/// Samples of one step, whose right neighbours exist as well.
const BLOCK: usize = 8;

/// Makes two samples of each, weighing the four samples around by nine, three, three and one
/// sixteenths. At both ends the outermost sample stands for those beyond.
pub(crate) fn upsample(near: &[u8], far: &[u8], to: &mut [u8]) {
    let count = near.len();
    let blocks = (count - 1) / BLOCK;
    let eight = |row: &[u8], at: usize| row[at..].first_chunk().copied().unwrap_or_default();
    for (block, to) in (0..blocks).zip(to[1..].as_chunks_mut().0) {
        let at = BLOCK * block;
        let [left, right] = [at, at + 1].map(|at| down(&eight(near, at), &eight(far, at)));
        mix(left, right).store(to);
    }
    let down = |at: usize| 3 * u16::from(near[at]) + u16::from(far[at]);
    let mix = |close: u16, other: u16| ((3 * close + other + 8) >> 4) as u8;
    to[0] = mix(down(0), down(0));
    for at in BLOCK * blocks + 1..count {
        let (left, right) = (down(at - 1), down(at));
        to[2 * at - 1] = mix(left, right);
        to[2 * at] = mix(right, left);
    }
    if let Some(last) = to.get_mut(2 * count - 1) {
        *last = mix(down(count - 1), down(count - 1));
    }
}

/// Returns four times the mean of three quarters of the nearer row and one of the farther.
#[inline(always)]
fn down(near: &[u8; BLOCK], far: &[u8; BLOCK]) -> Words {
    let [near, far] = Bytes::load_halves(near, far).widened();
    near.times(3).plus(far)
}

/// Returns the two samples between each two.
#[inline(always)]
fn mix(left: Words, right: Words) -> Bytes {
    let [first, second] = [(left, right), (right, left)].map(|(close, other)| {
        let sum = close.times(3).plus(other).plus(Words::splat(8));
        sum.shifted_right::<4>()
    });
    first.narrowed(first).low_pairs(second.narrowed(second))
}

/// Pixels converted in one step.
const PIXELS: usize = 16;

/// Converts luminance and chrominance of as many pixels to RGB, three bytes each.
///
/// ```
/// let mut rgb = [0; 6];
/// letterbox_vp8::to_rgb(&[16, 235], &[128, 128], &[128, 128], &mut rgb);
/// assert_eq!(rgb, [0, 0, 0, 255, 255, 255]);
/// ```
pub fn to_rgb(luma: &[u8], blue: &[u8], red: &[u8], to: &mut [u8]) {
    let (luma, luma_rest) = luma.as_chunks();
    let (blue, blue_rest) = blue.as_chunks();
    let (red, red_rest) = red.as_chunks();
    let (to, to_rest) = to.as_chunks_mut();
    let samples = luma.iter().zip(blue).zip(red);
    for (to, ((luma, blue), red)) in to.iter_mut().zip(samples) {
        sixteen(luma, blue, red, to);
    }
    let samples = luma_rest.iter().zip(blue_rest).zip(red_rest);
    for (to, ((&luma, &blue), &red)) in to_rest.chunks_exact_mut(3).zip(samples) {
        to.copy_from_slice(&pixel(luma, blue, red));
    }
}

/// Factors of luminance, and of chrominance in red, green and blue.
const LUMA: i32 = 19077;
const RED_RED: i32 = 26149;
const GREEN_BLUE: i32 = 6419;
const GREEN_RED: i32 = 13320;
const BLUE_BLUE: i32 = 33050;
/// Constants that offset the middles of the samples.
const RED: i32 = -14234;
const GREEN: i32 = 8708;
const BLUE: i32 = -17685;

/// Converts a pixel in 64ths; each product is rounded down by itself.
fn pixel(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    let product = |sample: u8, factor: i32| (i32::from(sample) * factor) >> 8;
    let y = product(luma, LUMA);
    let sums = [
        y + product(red, RED_RED) + RED,
        y - product(blue, GREEN_BLUE) - product(red, GREEN_RED) + GREEN,
        y + product(blue, BLUE_BLUE) + BLUE,
    ];
    sums.map(|sum| (sum >> 6).clamp(0, 255) as u8)
}

/// Converts sixteen pixels.
#[inline(always)]
fn sixteen(
    luma: &[u8; PIXELS],
    blue: &[u8; PIXELS],
    red: &[u8; PIXELS],
    to: &mut [u8; 3 * PIXELS],
) {
    let [luma, blue, red] = [luma, blue, red].map(|samples| Bytes::load(samples).widened());
    let [low, high] = [0, 1].map(|half| eight(luma[half], blue[half], red[half]));
    let colours: [Bytes; 3] = core::array::from_fn(|colour| low[colour].narrowed(high[colour]));
    let (thirds, _) = to.as_chunks_mut();
    // Hidden from the compiler, which would make slower shuffles of two vectors of a known order.
    let order = core::hint::black_box(&ORDER);
    for (to, places) in thirds.iter_mut().zip(order) {
        let [red, green, blue] = [0, 1, 2].map(|colour| colours[colour].at(&places[colour]));
        red.or(green).or(blue).store(to);
    }
}

#[inline(always)]
fn eight(luma: Words, blue: Words, red: Words) -> [Words; 3] {
    // Computed with the two bytes of the factor, because the whole product has too many bits.
    let product = |sample: Words, factor: i32| {
        let low = sample.times((factor & 0xff) as i16);
        sample.times((factor >> 8) as i16).plus(low.upper_byte())
    };
    let y = product(luma, LUMA);
    let red_sum = y.plus(product(red, RED_RED)).plus(Words::splat(RED as i16));
    let green_sum = y
        .plus(Words::splat(GREEN as i16))
        .minus(product(blue, GREEN_BLUE))
        .minus(product(red, GREEN_RED));
    // Blue is the sum that needs all sixteen bits.
    let blue_sum = y
        .plus(product(blue, BLUE_BLUE))
        .minus_at_least(Words::splat(-BLUE as i16));
    [
        red_sum.shifted_right::<6>(),
        green_sum.shifted_right::<6>(),
        blue_sum.shifted_right_without_sign::<6>(),
    ]
}

/// Index of the lane that each byte of sixteen pixels comes from, by third and colour; an index
/// beyond the lanes gives zero.
static ORDER: [[[u8; 16]; 3]; 3] = {
    let mut order = [[[0x80; 16]; 3]; 3];
    let mut at = 0;
    while at < 3 * PIXELS {
        order[at / 16][at % 3][at % 16] = (at / 3) as u8;
        at += 1;
    }
    order
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_pixels_are_what_each_of_them_is() {
        for blue in 0..=255u8 {
            for red in 0..=255u8 {
                let luma: [u8; 35] =
                    core::array::from_fn(|at| (at * 8) as u8 ^ blue.wrapping_mul(3) ^ red);
                let mut rgb = [0; 3 * 35];
                to_rgb(&luma, &[blue; 35], &[red; 35], &mut rgb);
                for (rgb, luma) in rgb.as_chunks::<3>().0.iter().zip(luma) {
                    assert_eq!(*rgb, pixel(luma, blue, red), "{luma} {blue} {red}");
                }
            }
        }
    }

    #[test]
    fn the_ends_of_the_range_are_black_and_white() {
        assert_eq!(pixel(16, 128, 128), [0; 3]);
        assert_eq!(pixel(235, 128, 128), [255; 3]);
        assert_eq!(
            [pixel(0, 0, 0), pixel(255, 255, 255)].map(|p| p[1]),
            [136, 125]
        );
    }

    #[test]
    fn blocks_of_samples_are_what_each_of_them_is() {
        for count in 1..40 {
            let row = |seed: usize| -> Vec<u8> {
                (0..count)
                    .map(|at| (at * at * 37 + at * seed + seed) as u8)
                    .collect()
            };
            let (near, far) = (row(91), row(200));
            for width in [2 * count - 1, 2 * count] {
                let mut to = vec![0; width];
                upsample(&near, &far, &mut to);
                for (x, &sample) in to.iter().enumerate() {
                    let other = if x % 2 == 0 {
                        (x / 2).saturating_sub(1)
                    } else {
                        x / 2 + 1
                    };
                    let other = other.min(count - 1);
                    let at = |row: &[u8], x: usize| u32::from(row[x]);
                    let sum = 9 * at(&near, x / 2) + 3 * at(&near, other) + 3 * at(&far, x / 2);
                    assert_eq!(u32::from(sample), (sum + at(&far, other) + 8) / 16, "{x}");
                }
            }
        }
    }
}

//! Samples to pixels, a row at a time: the equations of JFIF (ITU-R BT.601, full range) in 16-bit fixed point.

use crate::segments::Transform;

const HALF: i32 = 1 << 15;

/// `f64` to 16-bit fixed point.
macro_rules! fix {
    ($x:expr) => {
        ($x * 65536.0 + 0.5) as i32
    };
}

/// Converts a row; `samples` are the components' rows, all as long as the row of pixels or longer.
pub(crate) fn convert(transform: Transform, samples: &[&[u8]], out: &mut [u8]) {
    match (transform, samples) {
        (Transform::Grey, [grey, ..]) => out.copy_from_slice(&grey[..out.len()]),
        (Transform::YCbCr, [y, cb, cr]) => ycc_to_rgb(y, cb, cr, out),
        (Transform::Rgb, [r, g, b]) => interleave(r, g, b, out),
        (Transform::Cmyk { inverted }, [c, m, y, k]) => {
            let flip = if inverted { 0xff } else { 0 };
            for ((((out, &c), &m), &y), &k) in
                out.chunks_exact_mut(4).zip(*c).zip(*m).zip(*y).zip(*k)
            {
                out.copy_from_slice(&[c ^ flip, m ^ flip, y ^ flip, k ^ flip]);
            }
        }
        // Y, Cb and Cr are of the inks' complement; where the file has inks inverted, that is the complement of a complement.
        (Transform::Ycck { inverted }, [y, cb, cr, k]) => {
            let flip = if inverted { 0xff } else { 0 };
            for ((((out, &y), &cb), &cr), &k) in
                out.chunks_exact_mut(4).zip(*y).zip(*cb).zip(*cr).zip(*k)
            {
                let rgb = pixel(y, cb, cr);
                out.copy_from_slice(&[!rgb[0] ^ flip, !rgb[1] ^ flip, !rgb[2] ^ flip, k ^ flip]);
            }
        }
        _ => {}
    }
}

fn interleave(r: &[u8], g: &[u8], b: &[u8], out: &mut [u8]) {
    for (((out, &r), &g), &b) in out.chunks_exact_mut(3).zip(r).zip(g).zip(b) {
        out.copy_from_slice(&[r, g, b]);
    }
}

#[inline(always)]
fn pixel(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
    let r = y + ((fix!(1.40200) * cr + HALF) >> 16);
    let g = y + ((-fix!(0.34414) * cb - fix!(0.71414) * cr + HALF) >> 16);
    let b = y + ((fix!(1.77200) * cb + HALF) >> 16);
    [r, g, b].map(|value| value.clamp(0, 255) as u8)
}

/// Pixels converted in one step.
const BLOCK: usize = 16;

fn ycc_to_rgb(y: &[u8], cb: &[u8], cr: &[u8], out: &mut [u8]) {
    let mut at = 0;
    for out in out.chunks_mut(3 * BLOCK) {
        let count = out.len() / 3;
        if let (Some(y), Some(cb), Some(cr), BLOCK) = (
            y[at..].first_chunk(),
            cb[at..].first_chunk(),
            cr[at..].first_chunk(),
            count,
        ) {
            block(y, cb, cr, out);
        } else {
            for (i, out) in out.chunks_exact_mut(3).enumerate() {
                out.copy_from_slice(&pixel(y[at + i], cb[at + i], cr[at + i]));
            }
        }
        at += count;
    }
}

/// The same for a whole block, each colour for itself, as vector units like it.
#[inline(always)]
fn block(y: &[u8; BLOCK], cb: &[u8; BLOCK], cr: &[u8; BLOCK], out: &mut [u8]) {
    let (mut r, mut g, mut b) = ([0u8; BLOCK], [0u8; BLOCK], [0u8; BLOCK]);
    for i in 0..BLOCK {
        let (y, cb, cr) = (
            i32::from(y[i]),
            i32::from(cb[i]) - 128,
            i32::from(cr[i]) - 128,
        );
        r[i] = (y + ((fix!(1.40200) * cr + HALF) >> 16)).clamp(0, 255) as u8;
        g[i] = (y + ((-fix!(0.34414) * cb - fix!(0.71414) * cr + HALF) >> 16)).clamp(0, 255) as u8;
        b[i] = (y + ((fix!(1.77200) * cb + HALF) >> 16)).clamp(0, 255) as u8;
    }
    interleave(&r, &g, &b, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_single_pixels_are_the_same() {
        let row: [[u8; 37]; 3] =
            core::array::from_fn(|c| core::array::from_fn(|i| (i * 71 * (c + 1) + 13 * c) as u8));
        let mut out = [0; 37 * 3];
        convert(Transform::YCbCr, &[&row[0], &row[1], &row[2]], &mut out);
        for i in 0..37 {
            assert_eq!(
                out[3 * i..3 * i + 3],
                pixel(row[0][i], row[1][i], row[2][i]),
                "{i}"
            );
        }
    }

    #[test]
    fn grey_stays_grey_and_the_primaries_are_right() {
        assert_eq!(pixel(77, 128, 128), [77; 3]);
        assert_eq!(pixel(76, 85, 255), [254, 0, 0]);
        assert_eq!(pixel(29, 255, 107), [0, 0, 254]);
    }
}

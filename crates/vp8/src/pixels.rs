//! Rows of planes to rows of pixels, as libwebp makes them: chrominance is interpolated in both directions ("fancy upsampling"), and the
//! equations of ITU-R BT.601 for limited range are in fixed point.

/// Two samples for one, each nine, three, three and one sixteenths of those around it. At both ends the outermost sample stands for what
/// is beyond.
pub(crate) fn upsample(near: &[u8], far: &[u8], to: &mut [u8]) {
    let count = near.len();
    let down = |at: usize| 3 * u16::from(near[at]) + u16::from(far[at]);
    let mix = |close: u16, other: u16| ((3 * close + other + 8) >> 4) as u8;
    to[0] = mix(down(0), down(0));
    for at in 1..count {
        let (left, right) = (down(at - 1), down(at));
        to[2 * at - 1] = mix(left, right);
        to[2 * at] = mix(right, left);
    }
    if let Some(last) = to.get_mut(2 * count - 1) {
        *last = mix(down(count - 1), down(count - 1));
    }
}

/// Luminance and chrominance of as many pixels to RGB.
pub(crate) fn convert(luma: &[u8], blue: &[u8], red: &[u8], to: &mut [u8]) {
    let samples = luma.iter().zip(blue).zip(red);
    for (to, ((&luma, &blue), &red)) in to.chunks_exact_mut(3).zip(samples) {
        to.copy_from_slice(&pixel(luma, blue, red));
    }
}

/// In 64ths, of which the products are rounded down one by one.
fn pixel(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    let product = |sample: u8, factor: i32| (i32::from(sample) * factor) >> 8;
    let y = product(luma, 19077);
    let sums = [
        y + product(red, 26149) - 14234,
        y - product(blue, 6419) - product(red, 13320) + 8708,
        y + product(blue, 33050) - 17685,
    ];
    sums.map(|sum| (sum >> 6).clamp(0, 255) as u8)
}

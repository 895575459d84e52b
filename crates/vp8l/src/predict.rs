//! Predictors, which are added to the differences between pixels and their neighbours (RFC 9649,
//! section 4.1).

/// Adds the channels of two pixels, each modulo 256.
#[inline(always)]
pub(crate) fn add(a: u32, b: u32) -> u32 {
    const EVEN: u32 = 0x00ff_00ff;
    let even = (a & EVEN).wrapping_add(b & EVEN) & EVEN;
    let odd = (a & !EVEN).wrapping_add(b & !EVEN) & !EVEN;
    odd | even
}

/// Returns the mean of each channel, rounded down.
#[inline(always)]
fn mean(a: u32, b: u32) -> u32 {
    (((a ^ b) & 0xfefe_fefe) >> 1) + (a & b)
}

/// Returns the one of two pixels that is closer to `left + top - corner`.
#[inline(always)]
fn select(left: u32, top: u32, corner: u32) -> u32 {
    let [l, t, c] = [left, top, corner].map(u32::to_le_bytes);
    let (mut from_left, mut from_top) = (0, 0);
    for channel in 0..4 {
        from_left += u32::from(t[channel].abs_diff(c[channel]));
        from_top += u32::from(l[channel].abs_diff(c[channel]));
    }
    if from_left < from_top { left } else { top }
}

/// Computes `left + top - corner`, each channel clamped.
#[inline(always)]
fn gradient(left: u32, top: u32, corner: u32) -> u32 {
    let [l, t, c] = [left, top, corner].map(u32::to_le_bytes);
    let channel = |at: usize| i16::from(l[at]) + i16::from(t[at]) - i16::from(c[at]);
    u32::from_le_bytes([0, 1, 2, 3].map(|at| channel(at).clamp(0, 255) as u8))
}

/// Adds half of the difference between a mean and the corner to the mean, each channel clamped.
#[inline(always)]
fn half_gradient(mean: u32, corner: u32) -> u32 {
    let [m, c] = [mean, corner].map(u32::to_le_bytes);
    let channel = |at: usize| {
        let mean = i16::from(m[at]);
        mean + (mean - i16::from(c[at])) / 2
    };
    u32::from_le_bytes([0, 1, 2, 3].map(|at| channel(at).clamp(0, 255) as u8))
}

pub(crate) const BLACK: u32 = 0xff00_0000;

/// Turns differences into pixels. The first element of `row` is the finished pixel before them.
/// `above` begins above that pixel, and has one more pixel behind the last difference.
pub(crate) fn restore(mode: u32, row: &mut [u32], above: &[u32]) {
    /// Calls `of` with the pixels left, above, above on the right, and above on the left.
    #[inline(always)]
    fn each(row: &mut [u32], above: &[u32], of: impl Fn(u32, u32, u32, u32) -> u32) {
        let Some((first, rest)) = row.split_first_mut() else {
            return;
        };
        let mut left = *first;
        for (pixel, above) in rest.iter_mut().zip(above.windows(3)) {
            if let [corner, top, right] = *above {
                left = add(*pixel, of(left, top, right, corner));
                *pixel = left;
            }
        }
    }
    match mode {
        1 => each(row, above, |l, _, _, _| l),
        2 => each(row, above, |_, t, _, _| t),
        3 => each(row, above, |_, _, r, _| r),
        4 => each(row, above, |_, _, _, c| c),
        5 => each(row, above, |l, t, r, _| mean(mean(l, r), t)),
        6 => each(row, above, |l, _, _, c| mean(l, c)),
        7 => each(row, above, |l, t, _, _| mean(l, t)),
        8 => each(row, above, |_, t, _, c| mean(c, t)),
        9 => each(row, above, |_, t, r, _| mean(t, r)),
        10 => each(row, above, |l, t, r, c| mean(mean(l, c), mean(t, r))),
        11 => each(row, above, |l, t, _, c| select(l, t, c)),
        12 => each(row, above, |l, t, _, c| gradient(l, t, c)),
        13 => each(row, above, |l, t, _, c| half_gradient(mean(l, t), c)),
        _ => each(row, above, |_, _, _, _| BLACK),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_do_not_touch_each_other() {
        assert_eq!(add(0xff80_01ff, 0x0180_ff01), 0x0000_0000);
        assert_eq!(mean(0xff00_0103, 0x0100_0200), 0x8000_0101);
        assert_eq!(gradient(0xff00_8010, 0xff00_8010, 0x0010_8020), 0xff00_8000);
        assert_eq!(half_gradient(0xf000_8011, 0x00f0_8012), 0xff00_8011);
        assert_eq!(select(0x0000_00ff, 0x0000_0001, 0), 0x0000_00ff);
        assert_eq!(select(1, 1 << 8, 0), 1 << 8); // as close as each other
    }
}

//! Means of pixels: sums of samples times alpha, and alpha itself.

use crate::pixels::layout::Layout;

/// Adds a pixel to sums of its channels.
pub(crate) fn add<T: From<u32> + std::ops::AddAssign>(
    sums: &mut [T],
    pixel: &[u8],
    layout: Layout,
) {
    let Some((&alpha, colours)) = pixel.split_last().filter(|_| layout.alpha()) else {
        let sums = sums.iter_mut().zip(pixel);
        return sums.for_each(|(sum, &sample)| *sum += u32::from(sample).into());
    };
    if let Some((sum, sums)) = sums.split_last_mut() {
        *sum += u32::from(alpha).into();
        for (sum, &sample) in sums.iter_mut().zip(colours) {
            *sum += (u32::from(sample) * u32::from(alpha)).into();
        }
    }
}

/// Returns the mean of so many pixels.
pub(crate) fn mean(sums: &[u64], pixels: u64, layout: Layout) -> [u8; 4] {
    let mut pixel = [0; 4];
    let alpha = sums.last().copied().filter(|_| layout.alpha());
    let divisor = alpha.unwrap_or(pixels);
    for (to, sum) in pixel.iter_mut().zip(sums) {
        let mean = (sum + divisor / 2).checked_div(divisor);
        *to = mean.unwrap_or(0).min(255) as u8;
    }
    if let Some(alpha) = alpha {
        pixel[sums.len() - 1] = ((alpha + pixels / 2) / pixels) as u8;
    }
    pixel
}

//! Conversion of a row to a layout with more samples.

use crate::pixels::layout::Layout;

/// Converts a row to a wider layout. Grey becomes RGB by repetition; a missing alpha becomes
/// opaque.
pub(crate) fn widen(row: &[u8], from: Layout, wider: &mut [u8], to: Layout) {
    let (channels, wide) = (from.channels(), to.channels());
    for (source, target) in row.chunks_exact(channels).zip(wider.chunks_exact_mut(wide)) {
        match (from.grey(), to.grey()) {
            (false, false) => target[..3].copy_from_slice(&source[..3]),
            (_, true) => target[0] = source[0],
            (true, false) => target[..3].fill(source[0]),
        }
        if to.alpha() {
            target[wide - 1] = if from.alpha() {
                source[channels - 1]
            } else {
                255
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_widens_to_every_layout() {
        let to = |layout: Layout| {
            let mut row = vec![0; 2 * layout.channels()];
            widen(&[7, 9], Layout::Grey, &mut row, layout);
            row
        };
        assert_eq!(to(Layout::GreyAlpha), [7, 255, 9, 255]);
        assert_eq!(to(Layout::Rgb), [7, 7, 7, 9, 9, 9]);
        assert_eq!(to(Layout::Rgba), [7, 7, 7, 255, 9, 9, 9, 255]);
    }
}

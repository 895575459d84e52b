//! Entropy, as libvips' `smartcrop` uses it: of two outermost slices, the one with less is cut off,
//! until the crop is left.

use crate::error::Error;
use crate::pipeline::placeholder::Small;
use crate::pixels::buffer::filled;
use crate::pixels::layout::Size;
use crate::pixels::window::Rect;

/// Slices that an excess is cut off in.
const SLICES: u32 = 8;

/// Bytes of the counts of samples.
pub(crate) const BYTES: u64 = 4 * COUNTS as u64;

/// Samples of three colours.
const COUNTS: usize = 3 * 256;

/// The part of a picture, of a size, that is left.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn part(small: &Small, shown: Size) -> Result<Rect, Error> {
    let mut rect = Rect::all(small.size());
    let excess = (rect.width - shown.width).max(rect.height - shown.height);
    let most = excess.div_ceil(SLICES);
    let mut counts = filled(COUNTS, 0_u32)?;
    while rect.width > shown.width || rect.height > shown.height {
        let across = (rect.width - shown.width).min(most);
        let down = (rect.height - shown.height).min(most);
        if across > 0 {
            let left = Rect {
                width: across,
                ..rect
            };
            let right = Rect {
                left: rect.left + rect.width - across,
                ..left
            };
            if entropy(small, left, &mut counts) < entropy(small, right, &mut counts) {
                rect.left += across;
            }
            rect.width -= across;
        }
        if down > 0 {
            let top = Rect {
                height: down,
                ..rect
            };
            let bottom = Rect {
                top: rect.top + rect.height - down,
                ..top
            };
            if entropy(small, top, &mut counts) < entropy(small, bottom, &mut counts) {
                rect.top += down;
            }
            rect.height -= down;
        }
    }
    Ok(rect)
}

/// Entropy of the samples of a part, all colours in one sum.
fn entropy(small: &Small, rect: Rect, counts: &mut [u32]) -> f64 {
    counts.fill(0);
    for y in rect.top..rect.top + rect.height {
        for x in rect.left..rect.left + rect.width {
            let [r, g, b, a] = small.at(x, y);
            for (colour, sample) in [r, g, b].into_iter().enumerate() {
                let seen = u32::from(sample) * u32::from(a) / 255; // what is clear has no content
                counts[256 * colour + seen as usize] += 1;
            }
        }
    }
    let all = 3.0 * f64::from(rect.width) * f64::from(rect.height);
    let shares = counts.iter().filter(|count| **count > 0);
    -shares
        .map(|count| f64::from(*count) / all)
        .map(|share| share * share.log2())
        .sum::<f64>()
}

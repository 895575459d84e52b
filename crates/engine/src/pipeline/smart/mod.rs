//! Where to crop: a point of the picture that is to stay in view, found in a small picture of it.

mod attention;
mod entropy;
mod squeezed;

use crate::error::Error;
use crate::pipeline::placeholder::Small;
use crate::pixels::layout::Size;
use crate::pixels::window::Rect;
use crate::plan::geometry::Cut;
use crate::transform::{Gravity, Smart};

/// Most pixels of the picture that is looked at. A larger one is scaled down.
const MOST_PIXELS: f64 = 1_048_576.0;

/// Size of the picture that a look for a point needs: that of the scaled picture which is cropped.
/// Of a smaller one the point is another in one of ten photos.
pub(crate) fn size(cut: Cut) -> Size {
    let share = (MOST_PIXELS / cut.scaled.pixels() as f64).sqrt().min(1.0);
    let side = |length: u32| {
        let scaled = (f64::from(length) * share).round() as u32;
        scaled.clamp(1, u16::MAX.into())
    };
    Size {
        width: side(cut.scaled.width),
        height: side(cut.scaled.height),
    }
}

/// Upper bound on the memory of a search in a picture of this size, in bytes.
pub(crate) fn bytes(size: Size) -> u64 {
    attention::bytes(size) + entropy::BYTES
}

/// The point that a crop goes around, as libvips chooses it.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn point(smart: Smart, small: &Small, cut: Cut) -> Result<Gravity, Error> {
    let share = |at: f64| (at.clamp(0.0, 1.0) * 10_000.0).round() as u16;
    let (x, y) = match smart {
        Smart::Attention => attention::point(small, cut)?,
        Smart::Entropy => {
            let scaled = small.size();
            let part = |length: u32, of: u32, to: u32| {
                let length = f64::from(length) * f64::from(to) / f64::from(of);
                (length.round() as u32).clamp(1, to)
            };
            let shown = Size {
                width: part(cut.shown.width, cut.scaled.width, scaled.width),
                height: part(cut.shown.height, cut.scaled.height, scaled.height),
            };
            let Rect { left, top, .. } = entropy::part(small, shown)?;
            let middle = |start: u32, length: u32, of: u32| {
                (f64::from(start) + f64::from(length) / 2.0) / f64::from(of)
            };
            (
                middle(left, shown.width, scaled.width),
                middle(top, shown.height, scaled.height),
            )
        }
    };
    Ok(Gravity::Focus(share(x), share(y)))
}

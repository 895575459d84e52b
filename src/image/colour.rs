//! Stage: widens the source's layout to the planned one: grey to RGB, opaque to alpha. Dropping alpha is `flatten`'s.

use super::Error;
use super::frame::{Frame, Layout};
use super::plan::{Plan, Plane};

/// The image with every sample that the planned layout has.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(super) fn run(_: &Plan, plane: &Plane, frame: Frame) -> Result<Frame, Error> {
    let alpha = frame.layout.alpha() || plane.layout.alpha();
    convert(frame, Layout::of(plane.layout.grey(), alpha))
}

/// The image in the one layout that palettes are made from.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(super) fn to_rgba(frame: Frame) -> Result<Frame, Error> {
    convert(frame, Layout::Rgba)
}

/// Grey becomes RGB by repetition, a missing alpha is opaque.
fn convert(frame: Frame, layout: Layout) -> Result<Frame, Error> {
    if frame.layout == layout {
        return Ok(frame);
    }
    let mut wider = Frame::new(frame.size, layout)?;
    let (from, to) = (frame.layout.channels(), layout.channels());
    for (source, target) in frame
        .pixels
        .chunks_exact(from)
        .zip(wider.pixels.chunks_exact_mut(to))
    {
        let alpha = if frame.layout.alpha() {
            source[from - 1]
        } else {
            255
        };
        match (frame.layout.grey(), layout.grey()) {
            (false, false) => target[..3].copy_from_slice(&source[..3]),
            (_, true) => target[0] = source[0],
            (true, false) => target[..3].fill(source[0]),
        }
        if layout.alpha() {
            target[to - 1] = alpha;
        }
    }
    Ok(wider)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::frame::Size;

    #[test]
    fn grey_widens_to_every_layout() {
        let grey = Frame {
            size: Size {
                width: 2,
                height: 1,
            },
            layout: Layout::Grey,
            pixels: vec![7, 9],
        };
        let to = |layout| convert(grey.clone(), layout).expect("a few bytes").pixels;
        assert_eq!(to(Layout::GreyAlpha), [7, 255, 9, 255]);
        assert_eq!(to(Layout::Rgb), [7, 7, 7, 9, 9, 9]);
        assert_eq!(to(Layout::Rgba), [7, 7, 7, 255, 9, 9, 9, 255]);
    }
}

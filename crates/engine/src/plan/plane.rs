//! One plane of samples on its way.

use letterbox_resize::{Axis, Channels, Resizer, Settings};

use crate::pixels::layout::{Layout, Size};
use crate::pixels::orientation::Orientation;
use crate::pixels::window::{Edges, Rect, Window};

/// One plane of samples on its way. Interleaved pixels are one plane; a JPEG that becomes a JPEG stays in the components it is coded
/// in, and they are three: luminance, and twice chrominance at half its size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plane {
    /// What the decoder delivers.
    pub decoded: Size,
    /// What a pixel of it consists of.
    pub source: Layout,
    /// The part that is kept of that; rows and columns outside are dropped as they come.
    pub cut: Rect,
    /// The part of `cut` that is resampled, see [`Plan::window`].
    pub window: Window,
    /// What the resampler makes of it, before orientation.
    pub resized: Size,
    /// Where it sits on its canvas, upright.
    pub at: (u32, u32),
    /// The size of the whole plane.
    pub canvas: Size,
    /// What the encoder gets.
    pub layout: Layout,
    /// A pixel of the background, in that layout.
    pub background: [u8; 4],
    /// Where a row or column of chrominance is half image and half background.
    pub mixed: Edges,
}

impl Plane {
    /// Whether something is cut off.
    pub(crate) fn is_cropped(&self) -> bool {
        self.cut.size() != self.decoded
    }

    /// Whether there is something to resample.
    pub(crate) fn is_resampled(&self) -> bool {
        let kept = self.cut.size();
        self.resized != kept || self.window != Window::all(kept)
    }

    /// Whether what is decoded is what is kept.
    pub fn keeps_every_pixel(&self) -> bool {
        !self.is_cropped() && !self.is_resampled()
    }

    /// The size of the resized image when it is upright.
    pub(crate) fn upright(&self, orientation: Orientation) -> Size {
        let swap = orientation.swaps_axes();
        self.resized.swapped_if(swap)
    }

    /// The resampling, where there is one.
    pub(crate) fn resampling(&self) -> Settings {
        let Window {
            x,
            y,
            width,
            height,
        } = self.window;
        let axis = |source, start, length, result| Axis {
            source,
            start,
            length,
            result,
        };
        let channels = match self.source {
            Layout::Grey => Channels::Grey,
            Layout::GreyAlpha => Channels::GreyAlpha,
            Layout::Rgb => Channels::Rgb,
            Layout::Rgba => Channels::Rgba,
        };
        Settings::new(
            axis(self.cut.width, x, width, self.resized.width),
            axis(self.cut.height, y, height, self.resized.height),
            channels,
        )
    }
}

impl Plane {
    /// Bytes that the resampler takes; none, where every pixel is kept.
    pub(crate) fn resampler_bytes(&self) -> u64 {
        if !self.is_resampled() {
            return 0;
        }
        // A geometry that cannot be resampled is refused by `Resizer::new`.
        Resizer::peak_bytes(&self.resampling()).unwrap_or(0) as u64
    }
}

//! One plane of samples, from the decoder to the encoder.

use letterbox_resize::{Axis, Channels, Resizer, Settings};

use crate::pixels::layout::{Layout, Size};
use crate::pixels::orientation::Orientation;
use crate::pixels::window::{Edges, Rect, Window};

/// One plane of samples, from the decoder to the encoder. Interleaved pixels are one plane. A JPEG
/// that becomes a JPEG stays in its coded components, which are three planes: luminance, and twice
/// chrominance at half the size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plane {
    /// Size that the decoder delivers.
    pub decoded: Size,
    /// Layout of the decoder's pixels.
    pub source: Layout,
    /// Part that is kept of that; rows and columns outside are dropped as they come.
    pub cut: Rect,
    /// Part of `cut` that is resampled, see [`Plan::window`].
    pub window: Window,
    /// Size of the resampler's output, before orientation.
    pub resized: Size,
    /// Left and top of the upright image on its canvas.
    pub at: (u32, u32),
    /// Size of the whole plane.
    pub canvas: Size,
    /// Layout of the rows that the encoder gets.
    pub layout: Layout,
    /// Pixel of the background, in `layout`.
    pub background: [u8; 4],
    /// Whether the samples are chrominance, at half the size.
    pub is_half: bool,
    /// Edges at which a row or column of chrominance is half image and half background.
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

    /// Whether the plane passes without crop and without resampling.
    pub fn keeps_every_pixel(&self) -> bool {
        !self.is_cropped() && !self.is_resampled()
    }

    /// Returns the size of the resized image when upright.
    pub(crate) fn upright(&self, orientation: Orientation) -> Size {
        let swap = orientation.swaps_axes();
        self.resized.swapped_if(swap)
    }

    /// Returns the settings of the resampler.
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
        Settings::new(
            axis(self.cut.width, x, width, self.resized.width),
            axis(self.cut.height, y, height, self.resized.height),
            channels(self.source),
        )
    }
}

/// Channels of the resampler for a layout.
pub(crate) fn channels(layout: Layout) -> Channels {
    match layout {
        Layout::Grey => Channels::Grey,
        Layout::GreyAlpha => Channels::GreyAlpha,
        Layout::Rgb => Channels::Rgb,
        Layout::Rgba => Channels::Rgba,
    }
}

impl Plane {
    /// Returns the peak memory of the resampler in bytes; 0 where every pixel is kept.
    pub(crate) fn resampler_bytes(&self) -> u64 {
        if !self.is_resampled() {
            return 0;
        }
        // A geometry that cannot be resampled is refused by `Resizer::new`.
        Resizer::peak_bytes(&self.resampling()).unwrap_or(0) as u64
    }
}

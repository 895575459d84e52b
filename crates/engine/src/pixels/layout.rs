//! Samples of a pixel, and dimensions in pixels.

/// Samples of a pixel, in memory order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Luminance.
    Grey,
    /// Luminance, alpha.
    GreyAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, alpha.
    Rgba,
}

impl Layout {
    /// Returns the layout with these properties.
    pub fn of(grey: bool, alpha: bool) -> Layout {
        match (grey, alpha) {
            (true, false) => Layout::Grey,
            (true, true) => Layout::GreyAlpha,
            (false, false) => Layout::Rgb,
            (false, true) => Layout::Rgba,
        }
    }

    /// Returns the bytes of a pixel, which are its samples.
    pub fn channels(self) -> usize {
        match self {
            Layout::Grey => 1,
            Layout::GreyAlpha => 2,
            Layout::Rgb => 3,
            Layout::Rgba => 4,
        }
    }

    /// Whether the last sample is alpha.
    pub fn alpha(self) -> bool {
        matches!(self, Layout::GreyAlpha | Layout::Rgba)
    }

    /// Whether there is one colour sample.
    pub fn grey(self) -> bool {
        matches!(self, Layout::Grey | Layout::GreyAlpha)
    }
}

/// Width and height in pixels, neither of them zero where an image is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// Returns the number of pixels.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Exchanges width and height if `swap`.
    pub fn swapped_if(self, swap: bool) -> Size {
        if swap {
            Size {
                width: self.height,
                height: self.width,
            }
        } else {
            self
        }
    }
}

//! Settings of a resizer.

use crate::filter::Filter;

/// Channels of a pixel, a byte each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// Lightness.
    Grey,
    /// Lightness and alpha.
    GreyAlpha,
    /// Red, green and blue.
    Rgb,
    /// Red, green, blue and alpha.
    Rgba,
}

impl Channels {
    /// Returns the bytes of a pixel.
    pub fn count(self) -> usize {
        match self {
            Channels::Grey => 1,
            Channels::GreyAlpha => 2,
            Channels::Rgb => 3,
            Channels::Rgba => 4,
        }
    }

    pub(crate) fn alpha(self) -> bool {
        matches!(self, Channels::GreyAlpha | Channels::Rgba)
    }
}

/// One axis of a resampling: a window of the source's pixels, and the number of result pixels.
///
/// The window may cut through pixels and may reach beyond the source by up to three quarters of a
/// result pixel, so that the centre of every result pixel lies on the source or close to it. Taps
/// beyond the source are left out, and the others weigh accordingly more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Pixels of the source.
    pub source: u32,
    /// Start of the window, in source pixels.
    pub start: f64,
    /// Source pixels that the window covers.
    pub length: f64,
    /// Pixels of the result.
    pub result: u32,
}

impl Axis {
    /// Creates an axis whose window is the whole source.
    ///
    /// ```
    /// use letterbox_resize::Axis;
    ///
    /// // 4,000 samples become 300; and so does the middle of them.
    /// let whole = Axis::whole(4000, 300);
    /// let middle = Axis { start: 1000.5, length: 1999.0, ..whole };
    /// assert_eq!((middle.source, middle.result), (4000, 300));
    /// ```
    pub fn whole(source: u32, result: u32) -> Axis {
        Axis {
            source,
            start: 0.0,
            length: f64::from(source),
            result,
        }
    }
}

/// Settings of a resizer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Axis of the columns.
    pub horizontal: Axis,
    /// Axis of the rows.
    pub vertical: Axis,
    /// Channels of a pixel.
    pub channels: Channels,
    /// Filter kernel.
    pub filter: Filter,
    /// Whether linear light is blended instead of sRGB codes: a fine pattern of black and white
    /// then stays as bright when it becomes grey. Costs time and memory; the default is `false`.
    pub linear_light: bool,
}

impl Settings {
    /// Creates settings with the default filter.
    ///
    /// ```
    /// use letterbox_resize::{Axis, Channels, Filter, Settings};
    ///
    /// let settings = Settings::new(Axis::whole(640, 64), Axis::whole(480, 48), Channels::Rgba);
    /// assert_eq!(settings.filter, Filter::Lanczos3);
    /// let soft = Settings { filter: Filter::Triangle, linear_light: true, ..settings };
    /// assert_ne!(soft, settings);
    /// ```
    pub fn new(horizontal: Axis, vertical: Axis, channels: Channels) -> Settings {
        Settings {
            horizontal,
            vertical,
            channels,
            filter: Filter::default(),
            linear_light: false,
        }
    }
}

//! What is resampled, and how.

use crate::filter::Filter;

/// What a pixel consists of; a byte each.
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
    /// Bytes of a pixel.
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

/// One direction of a resampling: a window of the source's pixels, and how many pixels it becomes.
///
/// The window may cut through pixels and may reach beyond the source by up to three quarters of a result pixel, so that the centre
/// of every result pixel lies on the source or close to it. Taps beyond the source are left out and the others weigh accordingly more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Pixels that the source has.
    pub source: u32,
    /// Where the window begins, in source pixels.
    pub start: f64,
    /// How many source pixels the window covers.
    pub length: f64,
    /// Pixels of the result.
    pub result: u32,
}

impl Axis {
    /// A window of the whole source.
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

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The columns.
    pub horizontal: Axis,
    /// The rows.
    pub vertical: Axis,
    /// What a pixel consists of.
    pub channels: Channels,
    /// How neighbours are weighed.
    pub filter: Filter,
    /// Whether the light that sRGB codes mean is blended, and not the codes: a fine pattern of black and white is then as bright
    /// when it has become grey. Costs time and memory; the default is `false`.
    pub linear_light: bool,
}

impl Settings {
    /// Settings with the default filter.
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

//! Values of effects.

/// Width of a blur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blur {
    /// The mean of 3 x 3 pixels.
    Mild,
    /// A Gaussian curve.
    Gaussian(Sigma),
}

/// Standard deviation of a blur in hundredths of a pixel of the answer, 0.3 to 250.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sigma(u16);

impl Sigma {
    /// Half a pixel.
    pub const HALF: Sigma = Sigma(50);

    /// Returns so many hundredths; `None` outside 0.3 to 250.
    pub fn from_hundredths(hundredths: u16) -> Option<Sigma> {
        (30..=25_000)
            .contains(&hundredths)
            .then_some(Sigma(hundredths))
    }

    /// Returns the hundredths.
    pub fn hundredths(self) -> u16 {
        self.0
    }

    /// Returns pixels.
    pub fn value(self) -> f32 {
        f32::from(self.0) / 100.0
    }
}

/// Sharpening of lightness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharpening {
    /// A kernel of 3 x 3 on the samples.
    Mild,
    /// By how much smaller the picture became.
    Auto,
    /// Against its blur.
    Unsharp(Unsharp),
}

/// Sharpening of lightness against its blur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsharp {
    /// Width of the blur.
    pub sigma: Sigma,
    /// Factor of small differences from the blur, in hundredths.
    pub flat: u16,
    /// Factor of what is beyond them, in hundredths.
    pub jagged: u16,
}

impl Unsharp {
    /// Sharpening of a sigma with sharp's factors, 1 and 2.
    pub const fn of(sigma: Sigma) -> Unsharp {
        Unsharp {
            sigma,
            flat: 100,
            jagged: 200,
        }
    }
}

/// Factors of lightness and of chroma, and a turn of the hue, in the LCh of Lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modulation {
    /// Factor of lightness in hundredths, up to 1000.
    pub lightness: u16,
    /// Factor of chroma in hundredths, up to 1000.
    pub saturation: u16,
    /// Degrees that the hue is turned, -360 to 360.
    pub hue: i16,
}

impl Modulation {
    /// Every colour stays.
    pub const NONE: Modulation = Modulation {
        lightness: 100,
        saturation: 100,
        hue: 0,
    };

    /// Whether every colour stays.
    pub fn is_none(self) -> bool {
        let Modulation {
            lightness,
            saturation,
            hue,
        } = self;
        lightness == 100 && saturation == 100 && hue % 360 == 0
    }
}

/// Two percentiles of lightness, which become black and white.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentiles {
    lower: u8,
    upper: u8,
}

impl Percentiles {
    /// The hundredth at both ends, as in sharp.
    pub const USUAL: Percentiles = Percentiles {
        lower: 1,
        upper: 99,
    };

    /// Returns two percentiles of 0 to 100; `None` unless the lower is below the upper.
    pub fn new(lower: u8, upper: u8) -> Option<Percentiles> {
        (lower < upper && upper <= 100).then_some(Percentiles { lower, upper })
    }

    /// Returns the one that becomes black.
    pub fn lower(self) -> u8 {
        self.lower
    }

    /// Returns the one that becomes white.
    pub fn upper(self) -> u8 {
        self.upper
    }
}

/// Side of the square window of a median: odd, 3 to 9 pixels of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Median(u8);

impl Median {
    /// Three pixels, sharp's default.
    pub const THREE: Median = Median(3);

    /// Returns a side of so many pixels; `None` where it is even, or outside 3 to 9.
    pub fn new(pixels: u8) -> Option<Median> {
        (pixels % 2 == 1 && (3..=9).contains(&pixels)).then_some(Median(pixels))
    }

    /// Returns the pixels.
    pub fn get(self) -> u8 {
        self.0
    }

    /// Returns the pixels on each side of the middle one.
    pub fn radius(self) -> usize {
        usize::from(self.0 / 2)
    }
}

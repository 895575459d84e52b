//! Lengths of a transform, in pixels and as shares.

use std::num::NonZeroU16;

/// Device pixel ratio in millionths, 0.1 to 8: multiplies every length that is given in pixels
/// before the resize is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dpr(u32);

impl Dpr {
    /// One device pixel a CSS pixel. The default.
    pub const ONE: Dpr = Dpr(Dpr::UNIT);

    /// The ratio 1 in the unit of the others.
    pub const UNIT: u32 = 1_000_000;

    /// From millionths; `None` outside 0.1 to 8.
    pub fn from_millionths(millionths: u32) -> Option<Dpr> {
        (Dpr::UNIT / 10..=8 * Dpr::UNIT)
            .contains(&millionths)
            .then_some(Dpr(millionths))
    }

    /// The ratio in millionths.
    pub fn millionths(self) -> u32 {
        self.0
    }

    /// `pixels` times the ratio, rounded to nearest, and at least one.
    pub fn times(self, pixels: NonZeroU16) -> u32 {
        self.stretched(pixels.get().into()).max(1)
    }

    /// A length times the ratio, rounded to nearest. Lengths beyond 2^32 end there.
    pub fn stretched(self, pixels: u32) -> u32 {
        let unit = u64::from(Dpr::UNIT);
        let product = u64::from(pixels) * u64::from(self.0) + unit / 2;
        u32::try_from(product / unit).unwrap_or(u32::MAX)
    }
}

/// A length along one side of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Pixels.
    Px(u32),
    /// Share of the side, in ten-thousandths.
    Share(u16),
}

impl Length {
    /// Returns the length unless it is this share of the side, or no pixel where that is 0: then
    /// nothing is cut off.
    pub fn unless(self, share: u16) -> Option<Length> {
        let is_none = self == Length::Share(share) || (share == 0 && self == Length::Px(0));
        (!is_none).then_some(self)
    }

    /// Pixels along a side of so many. Half a pixel is rounded up.
    pub fn of(self, side: u32) -> u32 {
        match self {
            Length::Px(pixels) => pixels,
            Length::Share(share) => ((u64::from(side) * u64::from(share) + 5_000) / 10_000) as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dpr_rounds_to_the_nearest_pixel() {
        let dpr = Dpr::from_millionths(1_500_000).expect("1.5 is in range");
        assert_eq!(dpr.times(NonZeroU16::new(627).expect("not zero")), 941);
        let third = Dpr::from_millionths(333_333).expect("0.333333 is in range");
        assert_eq!(third.times(NonZeroU16::MIN), 1);
        assert_eq!(third.times(NonZeroU16::MAX), 21_845);
        assert_eq!(Dpr::from_millionths(99_999), None);
        assert_eq!(Dpr::from_millionths(8_000_001), None);
    }
}

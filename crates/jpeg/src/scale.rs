//! Scale at which a picture is decoded.

/// Fraction of the picture's resolution that is decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Every pixel.
    #[default]
    Full,
    /// Half the size: 4 x 4 samples a block.
    Half,
    /// A quarter of the size: 2 x 2 samples a block.
    Quarter,
    /// An eighth of the size: one sample a block.
    Eighth,
}

impl Scale {
    /// Returns the denominator of the scale: 1, 2, 4 or 8.
    pub fn denominator(self) -> u32 {
        8 / self.points() as u32
    }

    /// Samples along one side of a block.
    pub(crate) fn points(self) -> usize {
        match self {
            Scale::Full => 8,
            Scale::Half => 4,
            Scale::Quarter => 2,
            Scale::Eighth => 1,
        }
    }
}

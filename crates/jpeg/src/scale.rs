//! How much smaller an image is decoded.

/// How much of the picture's resolution is decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Every pixel.
    #[default]
    Full,
    /// 4 x 4 samples a block.
    Half,
    /// 2 x 2 samples a block.
    Quarter,
    /// One sample a block.
    Eighth,
}

impl Scale {
    /// 1, 2, 4 or 8.
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

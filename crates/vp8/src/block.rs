//! The coefficients of a macroblock.

/// The values of a macroblock's blocks: sixteen of luminance, four each of chrominance, and one of luminance's means. Whoever has used a block
/// makes it zero again.
pub(crate) type Values = [[i16; 16]; 25];

/// Where the means are among them.
pub(crate) const MEANS: usize = 24;

/// What there is in a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Content {
    #[default]
    Nothing,
    /// The first value only.
    Mean,
    More,
}

/// Whether the blocks along an edge of a macroblock have values: four of luminance, two each of chrominance, and the means.
pub(crate) type Context = [u8; 9];

impl Content {
    pub(crate) fn of(mean: bool) -> Content {
        if mean {
            Content::Mean
        } else {
            Content::Nothing
        }
    }
}

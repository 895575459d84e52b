//! Coefficients of a macroblock.

/// Coefficients of a macroblock's blocks: sixteen of luminance, four each of both chrominances, and
/// one of luminance's means. The user of a block has to set it to zero again.
pub(crate) type Values = [[i16; 16]; 25];

/// Index of the block of means.
pub(crate) const MEANS: usize = 24;

/// Extent of a block's coefficients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Content {
    #[default]
    Nothing,
    /// Only the first coefficient.
    Mean,
    More,
}

/// Flags for the blocks along an edge of a macroblock that have coefficients: four of luminance,
/// two each of both chrominances, and the means.
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

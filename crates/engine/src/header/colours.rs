//! Colour space that a file declares: the size of its ICC profile, or the values given in place of
//! one.

/// Meaning of samples, as far as the file declares it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colours {
    /// The file declares nothing, which means sRGB.
    #[default]
    Untagged,
    /// The file declares sRGB.
    Srgb,
    /// The file has an ICC profile of this many bytes.
    Profile(u32),
    /// The file has code points of ITU-T H.273.
    CodePoints {
        /// Colour primaries (table 2).
        primaries: u8,
        /// Transfer characteristics (table 3).
        transfer: u8,
    },
    /// The file has a gamma value, or chromaticities, or both.
    Gamma {
        /// Exponent that light was raised to, times 100,000; 0 where the file declares none.
        gamma: u32,
        /// Chromaticities x and y of white, red, green and blue, times 100,000.
        chromaticities: Option<[u32; 8]>,
    },
}

/// Upper bound on the size of a profile. A larger profile is ignored. Press profiles have up to 3
/// MB.
pub(crate) const MOST_PROFILE_BYTES: usize = 4 << 20;

impl Colours {
    /// Returns the colours of known code points of full-range RGB; `None` for others. Video uses a
    /// part of its range, and another matrix than RGB.
    pub(crate) fn of_code_points([primaries, transfer, matrix, full]: [u8; 4]) -> Option<Colours> {
        let known = matches!(primaries, 1 | 4..=7 | 9 | 11 | 12 | 22)
            && matches!(transfer, 1 | 4..=6 | 8 | 13..=16 | 18);
        match (primaries, transfer) {
            _ if !known || (matrix, full) != (0, 1) => None,
            (1, 13) => Some(Colours::Srgb),
            _ => Some(Colours::CodePoints {
                primaries,
                transfer,
            }),
        }
    }
}

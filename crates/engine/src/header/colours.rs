//! What a file says of its colours: where its ICC profile is, or what else it has in place of one.

/// How samples are to be read, as far as the file says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colours {
    /// Nothing is said, and sRGB is meant.
    #[default]
    Untagged,
    /// sRGB, in so many words.
    Srgb,
    /// By an ICC profile of so many bytes.
    Profile(u32),
    /// By the code points of ITU-T H.273.
    CodePoints {
        /// Table 2.
        primaries: u8,
        /// Table 3.
        transfer: u8,
    },
    /// By a power, and primaries.
    Gamma {
        /// What light was raised to, times 100,000; 0 where it is not said.
        gamma: u32,
        /// x and y of white, red, green and blue, times 100,000.
        chromaticities: Option<[u32; 8]>,
    },
}

/// The largest profile that is taken; what is larger is as good as none. Press profiles have up to 3 MB.
pub(crate) const MOST_PROFILE_BYTES: usize = 4 << 20;

impl Colours {
    /// Whether these code points are known, and all samples are meant: video uses a part of its range, and has another matrix than RGB.
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

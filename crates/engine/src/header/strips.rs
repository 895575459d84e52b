//! Coding of the strips or tiles of a TIFF (TIFF 6.0).

use crate::pixels::layout::Size;

/// Properties that decoding depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Columns and rows of a strip or tile.
    pub chunk: Size,
    /// Whether the chunks are tiles.
    pub tiled: bool,
    /// Compression of the chunks.
    pub compression: Compression,
    /// Whether samples are differences to the pixel on their left.
    pub predicted: bool,
    /// Whether the first bit of a byte is its lowest (FillOrder 2).
    pub reversed: bool,
    /// Bits of a sample: 1, 2, 4, 8 or 16.
    pub bits: u8,
    /// Samples of a pixel, including those without a meaning.
    pub samples: u16,
    /// Whether each sample has strips or tiles of its own.
    pub planar: bool,
    /// Meaning of the first samples.
    pub pixels: Pixels,
    /// Alpha sample, if there is one.
    pub alpha: Option<Alpha>,
}

/// Values of tag 259.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Value 1.
    None,
    /// Values 2 and 32771: the runs of T.4 without anything around them, rows in whole bytes or
    /// pairs of bytes.
    Runs {
        /// Number of bits that a row is padded to a multiple of.
        aligned: u8,
    },
    /// Value 3: T.4.
    Group3 {
        /// Whether rows may be coded relative to the row above.
        two_dimensional: bool,
    },
    /// Value 4: T.6.
    Group4,
    /// Value 5.
    Lzw,
    /// Values 6 and 7.
    Jpeg(Jpeg),
    /// Values 8 and 32946.
    Deflate,
    /// Value 32773.
    PackBits,
}

/// JPEG in a TIFF, as its first strip or tile declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jpeg {
    /// Columns and rows.
    pub size: (u16, u16),
    /// Sampling factors of each component; zeroes where there is no component.
    pub sampling: [(u8, u8); 4],
    /// Whether the coefficients of a block come in several scans.
    pub progressive: bool,
    /// Bytes of the largest strip or tile, if it has to be in memory as a whole; otherwise 0.
    pub resident_bytes: u64,
    /// Whether the components are YCbCr.
    pub ycbcr: bool,
    /// Whether the whole picture is one JPEG that a tag points to (compression 6).
    pub old: bool,
}

/// Values of tag 262.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pixels {
    /// Values 0 and 1.
    Grey {
        /// Whether the highest value is black.
        white_is_zero: bool,
    },
    /// Value 2, and value 6 where the JPEG decoder converts YCbCr to RGB.
    Rgb,
    /// Value 3.
    Palette,
    /// Value 5.
    Cmyk,
    /// Value 6.
    YCbCr {
        /// Columns and rows of luminance per sample of chrominance.
        subsampling: (u8, u8),
    },
}

impl Pixels {
    /// Returns the samples of a colour.
    pub fn samples(self) -> u16 {
        match self {
            Pixels::Grey { .. } | Pixels::Palette => 1,
            Pixels::Rgb | Pixels::YCbCr { .. } => 3,
            Pixels::Cmyk => 4,
        }
    }
}

/// Alpha sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alpha {
    /// Index of the sample in a pixel.
    pub at: u16,
    /// Whether colours have been multiplied by alpha.
    pub associated: bool,
}

//! How the strips or tiles of a TIFF are coded (TIFF 6.0).

use crate::pixels::layout::Size;

/// The properties that decoding depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// A strip's or a tile's columns and rows.
    pub chunk: Size,
    /// Whether they are tiles.
    pub tiled: bool,
    /// How they are compressed.
    pub compression: Compression,
    /// Samples are differences to the pixel on their left.
    pub predicted: bool,
    /// The first bit of a byte is its lowest (FillOrder 2).
    pub reversed: bool,
    /// Of a sample: 1, 2, 4, 8 or 16.
    pub bits: u8,
    /// Samples of a pixel, those that mean nothing included.
    pub samples: u16,
    /// Each sample has strips or tiles of its own.
    pub planar: bool,
    /// The meaning of the first samples.
    pub pixels: Pixels,
    /// Where alpha is.
    pub alpha: Option<Alpha>,
}

/// Tag 259.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// 1.
    None,
    /// 2 and 32771: the runs of T.4 without anything around them, rows in whole bytes or pairs of
    /// them.
    Runs {
        /// Bits that a row is filled up to.
        aligned: u8,
    },
    /// 3: T.4.
    Group3 {
        /// Rows may be coded by the row above.
        two_dimensional: bool,
    },
    /// 4: T.6.
    Group4,
    /// 5.
    Lzw,
    /// 6 and 7.
    Jpeg(Jpeg),
    /// 8 and 32946.
    Deflate,
    /// 32773.
    PackBits,
}

/// The JPEG in a TIFF, as its first strip or tile has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jpeg {
    /// Columns and rows.
    pub size: (u16, u16),
    /// Each component's sampling factors; zeroes where there is none.
    pub sampling: [(u8, u8); 4],
    /// Whether the coefficients of a block come in several scans.
    pub progressive: bool,
    /// Bytes of the largest strip or tile, where it has to be in memory; else 0.
    pub resident_bytes: u64,
    /// Its components are YCbCr.
    pub ycbcr: bool,
    /// All of the picture is one JPEG that a tag points to (compression 6).
    pub old: bool,
}

/// Tag 262.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pixels {
    /// 0 and 1.
    Grey {
        /// The highest value is black.
        white_is_zero: bool,
    },
    /// 2, and 6 where the JPEG decoder makes RGB of it.
    Rgb,
    /// 3.
    Palette,
    /// 5.
    Inks,
    /// 6.
    YCbCr {
        /// Columns and rows of luminance to one of chrominance.
        subsampling: (u8, u8),
    },
}

impl Pixels {
    /// Samples of a colour.
    pub fn samples(self) -> u16 {
        match self {
            Pixels::Grey { .. } | Pixels::Palette => 1,
            Pixels::Rgb | Pixels::YCbCr { .. } => 3,
            Pixels::Inks => 4,
        }
    }
}

/// The sample that is alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alpha {
    /// Its place in a pixel.
    pub at: u16,
    /// Colours have been multiplied by it.
    pub associated: bool,
}

//! IHDR: size and format of the rows in the file.

use crate::error::Error;

/// Colour type: samples of a pixel in the file (PNG, clause 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// One sample.
    Grey,
    /// Red, green, blue.
    Rgb,
    /// An index into the palette.
    Indexed,
    /// Grey and alpha.
    GreyAlpha,
    /// Red, green, blue, alpha.
    Rgba,
}

impl Colour {
    /// Samples of a pixel in the file.
    pub fn samples(self) -> usize {
        match self {
            Colour::Grey | Colour::Indexed => 1,
            Colour::GreyAlpha => 2,
            Colour::Rgb => 3,
            Colour::Rgba => 4,
        }
    }
}

/// Content of IHDR, the first chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bits of a sample: 1, 2, 4, 8 or 16.
    pub depth: u8,
    /// Colour type.
    pub colour: Colour,
}

impl Header {
    /// Parses the content of IHDR.
    pub(crate) fn parse(content: &[u8]) -> Result<Header, Error> {
        let &[a, b, c, d, e, f, g, h, depth, colour, 0, 0, interlace] = content else {
            return Err(Error::Corrupt(
                "the PNG is of a kind that the standard does not know",
            ));
        };
        let (width, height) = (
            u32::from_be_bytes([a, b, c, d]),
            u32::from_be_bytes([e, f, g, h]),
        );
        if width == 0 || height == 0 {
            return Err(Error::Corrupt("the PNG has no pixels"));
        }
        let colour = match (colour, depth) {
            (0, 1 | 2 | 4 | 8 | 16) => Colour::Grey,
            (2, 8 | 16) => Colour::Rgb,
            (3, 1 | 2 | 4 | 8) => Colour::Indexed,
            (4, 8 | 16) => Colour::GreyAlpha,
            (6, 8 | 16) => Colour::Rgba,
            _ => return Err(Error::Corrupt("the PNG has an unknown colour type")),
        };
        match interlace {
            0 => Ok(Header {
                width,
                height,
                depth,
                colour,
            }),
            1 => Err(Error::Interlaced),
            _ => Err(Error::Corrupt(
                "the PNG is of a kind that the standard does not know",
            )),
        }
    }

    /// Returns the bits of a pixel in the file.
    pub(crate) fn bits_per_pixel(&self) -> u32 {
        self.colour.samples() as u32 * u32::from(self.depth)
    }
}

/// Returns the content of a `tRNS` chunk, if it is valid (PNG, clause 11.3.1.1). A file with an
/// invalid `tRNS` is shown as if it had none, as libpng does. A palette has to come before `tRNS`.
pub fn transparency(colour: Colour, has_palette: bool, content: &[u8]) -> Option<&[u8]> {
    match colour {
        Colour::Grey => content.get(..2),
        Colour::Rgb => content.get(..6),
        Colour::Indexed if has_palette => Some(content).filter(|alphas| !alphas.is_empty()),
        _ => None,
    }
    .filter(|_| content.len() <= 256)
}

/// Bytes of a row in the file, without its filter byte; `None` if they cannot be addressed.
pub(crate) fn row_bytes(width: u32, bits_per_pixel: u32) -> Option<usize> {
    let bytes = (u64::from(width) * u64::from(bits_per_pixel)).div_ceil(8);
    usize::try_from(bytes)
        .ok()
        .filter(|&bytes| bytes <= usize::MAX / 16)
}

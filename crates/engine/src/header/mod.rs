//! Header of a file, read from its first bytes: format, size, orientation and kind of pixels. No
//! decoder is involved, and nothing is allocated.
//!
//! Magic bytes decide the format. A Content-Type or a file name is never considered.

pub(crate) mod colours;
pub(crate) mod cursor;
pub(crate) mod exif;
pub(crate) mod kept;
pub(crate) mod profile;
pub(crate) mod shot;
pub mod strips;

use crate::error::Error;
pub use crate::header::colours::Colours;
use crate::header::strips::Shape;
use crate::pixels::layout::{Layout, Size};
use crate::pixels::orientation::Orientation;
use crate::spec::{By, Format, FormatSet};

/// A source image as its header describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The file format.
    pub format: Format,
    /// Size as stored, before orientation.
    pub stored: Size,
    /// Orientation of the stored pixels.
    pub orientation: Orientation,
    /// Layout of the rows that the decoder will deliver.
    pub layout: Layout,
    /// Properties that the decoder's memory depends on.
    pub coding: Coding,
    /// Colour space of the samples.
    pub colours: Colours,
    /// Whether pixels are CMYK in the file. The decoder delivers RGB.
    pub cmyk: bool,
    /// Whether pixels are indices of a palette in the file. The decoder delivers colours.
    pub palette: bool,
}

/// Coding of the pixels, as far as the memory of decoding depends on the coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// JPEG.
    Jpeg {
        /// Sampling factors of each component, across and down; zeroes where there is no component.
        /// The decoder holds only rows of MCUs at a time.
        sampling: [(u8, u8); 4],
        /// Whether the coefficients of a block come in several scans.
        progressive: bool,
        /// Columns and rows of luminance per sample of chrominance, where the file is in YCbCr and
        /// both chrominance components have the same number.
        chroma: Option<(u32, u32)>,
        /// Whether the file stays in memory until it is decoded, because its components or the bits
        /// of its coefficients come in several scans.
        resident: bool,
    },
    /// Row by row.
    Rows {
        /// Bits of a pixel in the file.
        bits_per_pixel: u32,
    },
    /// Strips or tiles of a TIFF, from a file that stays in memory.
    Tiff(Shape),
    /// A frame of VP8, and maybe its alpha, decoded row by row from a file that stays in memory.
    Vp8,
    /// A Windows bitmap, decoded row by row from a file that stays in memory, because its last row
    /// comes first.
    Bitmap {
        /// Whether pixels are run-length encoded.
        runs: bool,
    },
    /// A stream of VP8L, decoded row by row from a file that stays in memory.
    Vp8l,
    /// The whole image at once.
    Whole {
        /// Bytes at the peak of decoding, including the image and excluding the file.
        peak_bytes: u64,
        /// Upper bound on the number of copies of the file.
        copies: u8,
    },
    /// A file that a guest decodes.
    Guest {
        /// Bytes of the guest's memory, apart from those that depend on the file's length.
        memory_bytes: u64,
        /// Size that the guest decodes, of which the image is a part.
        picture: Size,
        /// Left and top of the image in `picture`.
        at: (u32, u32),
        /// Whether the guest gets a mended copy of the file.
        mended: bool,
    },
}

impl Header {
    /// Returns the header, if the deployment has the guests to decode its format.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for what only a guest reads.
    pub(crate) fn with_guests(self, offer: FormatSet) -> Result<Header, Error> {
        if self.format.spec().read == (By::Guest { or_us: false }) && !offer.has(self.format) {
            return Err(Error::Unsupported("this deployment reads no AVIF"));
        }
        Ok(self)
    }

    /// Returns the size as a viewer shows it.
    pub fn upright(&self) -> Size {
        self.stored.swapped_if(self.orientation.swaps_axes())
    }
}

/// Returns the bytes that a source file of this length occupies while it is decoded: the file where
/// it is kept, and the copies that a library makes.
pub(crate) fn file_bytes(header: &Header, bytes: u64) -> u64 {
    match (header.format, header.coding) {
        (_, Coding::Whole { copies, .. }) => bytes * (1 + u64::from(copies)),
        (_, Coding::Guest { mended, .. }) => {
            bytes * (1 + u64::from(mended)) + guest_bytes_of_file(bytes).0
        }
        (Format::Png, Coding::Rows { .. }) => 0, // used up as it arrives
        (_, Coding::Jpeg { resident, .. }) if !resident => bytes.min(PIECE_BYTES),
        _ => bytes,
    }
}

/// Returns the bytes that a file of this length adds to the memory of the guest that decodes it:
/// the lower and the upper bound.
pub(crate) fn guest_bytes_of_file(bytes: u64) -> (u64, u64) {
    crate::guest::avif_symbols(bytes)
}

/// Upper bound on the bytes held of a file that is decoded as it arrives: the piece that has just
/// come, and the rest of the previous one.
const PIECE_BYTES: u64 = 256 << 10;

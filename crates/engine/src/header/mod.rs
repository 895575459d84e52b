//! What the first bytes of a file tell: its format, size, orientation and kind of pixels. No decoder is involved, and
//! nothing is allocated.
//!
//! Magic bytes decide; a Content-Type or a file name is never asked.

pub(crate) mod colours;
pub(crate) mod cursor;
pub(crate) mod exif;
pub(crate) mod profile;
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
    /// The size as stored, before orientation.
    pub stored: Size,
    /// How the stored pixels are to be turned.
    pub orientation: Orientation,
    /// What the decoder will deliver.
    pub layout: Layout,
    /// What the decoder's memory depends on.
    pub coding: Coding,
    /// What the samples mean.
    pub colours: Colours,
    /// Pixels are four inks in the file, and light when they are delivered.
    pub inks: bool,
    /// Pixels are the indices of a palette in the file, and colours when they are delivered.
    pub palette: bool,
}

/// How the pixels are coded, as far as it decides what decoding costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// JPEG.
    Jpeg {
        /// Each component's sampling factors, across and down; zeroes where there is none. Rows of MCUs are all that is held at a time.
        sampling: [(u8, u8); 4],
        /// Whether the coefficients of a block come in several scans.
        progressive: bool,
        /// Columns and rows of luminance to one of chrominance, where the file is in YCbCr and both chrominances have as many.
        chroma: Option<(u32, u32)>,
        /// The file stays in memory until it is decoded, because its components or their details come in several scans.
        resident: bool,
    },
    /// Row by row.
    Rows {
        /// Bits of a pixel in the file.
        bits_per_pixel: u32,
    },
    /// By strips and tiles, from a file that stays in memory.
    Tiff(Shape),
    /// A frame of VP8, and maybe its alpha: row by row, from a file that stays in memory.
    Vp8,
    /// A Windows bitmap, row by row, from a file that stays in memory, because its last row comes first.
    Bitmap {
        /// Its pixels are coded in runs.
        runs: bool,
    },
    /// A stream of VP8L, the same way.
    Vp8l,
    /// The whole image at once.
    Whole {
        /// Bytes at the peak of decoding, the image included, the file not.
        peak_bytes: u64,
        /// How often the file is copied at most.
        copies: u8,
    },
    /// By a guest.
    Guest {
        /// Bytes of the guest's memory, apart from what its file adds to them.
        memory_bytes: u64,
        /// The size that it decodes, of which the rest is cut off.
        picture: Size,
        /// Where in that the image begins.
        at: (u32, u32),
        /// Whether its file is mended first.
        mended: bool,
    },
}

impl Header {
    /// The header as it is read where there are these guests.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for what only a guest reads.
    pub(crate) fn with_guests(self, offer: FormatSet) -> Result<Header, Error> {
        if self.format.spec().read == (By::Guest { or_us: false }) && !offer.has(self.format) {
            return Err(Error::Unsupported("this deployment reads no AVIF"));
        }
        Ok(self)
    }

    /// The size as a viewer shows it.
    pub fn upright(&self) -> Size {
        self.stored.swapped_if(self.orientation.swaps_axes())
    }
}

/// What a source file of this length holds while it is decoded: itself where it is kept, and what a library copies of it.
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

/// Bytes that a file of this length adds to the memory of the guest that decodes it: at least, and at most.
pub(crate) fn guest_bytes_of_file(bytes: u64) -> (u64, u64) {
    crate::guest::avif_symbols(bytes)
}

/// What is held at most of a file that is decoded as it arrives: the piece that has come, and what the last one left.
const PIECE_BYTES: u64 = 256 << 10;

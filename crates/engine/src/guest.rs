//! Guests: codecs in modules of their own, outside the module that this crate is compiled to, with
//! memories of their own.
//!
//! A platform may or may not have guests. The pipeline only states the task and the memory that a
//! guest may take. Harmful bytes of a source stay in the guest's memory: the guest fails, and so
//! does the request.
#![deny(clippy::wildcard_enum_match_arm)] // a format that is new is decided on

use crate::pixels::layout::Size;
use crate::spec::{Format, FormatSet};

/// Reason why a guest has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The guest refused its input.
    Refused,
    /// The guest needs more memory than it was given.
    Starved,
    /// The guest crashed.
    Trapped,
    /// The isolate has no memory left for the guest.
    Full,
}

/// Parameters of an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// Format of the file: lossy WebP, or AVIF.
    pub format: Format,
    /// Size of the picture.
    pub size: Size,
    /// Quality from 1 to 100, on the format's own scale.
    pub quality: u8,
    /// Whether a WebP's alpha is stored uncompressed. Compression makes noise no smaller, and its
    /// time and memory have no bound.
    pub raw_alpha: bool,
    /// Upper bound on the guest's memory, in bytes.
    pub most_bytes: u64,
}

/// Function that copies bytes from a place in a picture to a buffer, as many as fit there.
pub type Copying = Box<dyn Fn(usize, &mut [u8])>;

/// A decoded picture, still outside of our memory.
pub struct Decoded {
    /// Size of the picture, before orientation.
    pub size: Size,
    /// Copies RGBA pixels of the picture.
    pub copy: Copying,
}

/// The guests of a platform. Calls do not overlap.
pub trait Guests {
    /// Returns the formats that have a guest.
    fn offer(&self) -> FormatSet;

    /// Encodes RGBA pixels to a file.
    ///
    /// # Errors
    /// [`Fault`].
    fn encode(&self, encoding: &Encoding, rgba: &[u8]) -> Result<Vec<u8>, Fault>;

    /// Decodes the picture in a file, with at most `most_bytes` of memory.
    ///
    /// # Errors
    /// [`Fault`].
    fn decode(&self, format: Format, file: &[u8], most_bytes: u64) -> Result<Decoded, Fault>;

    /// Discards idle guests where our own memory, of at least `_own_bytes` bytes, does not fit
    /// beside them. Returns whether our memory fits now.
    fn make_room(&self, _own_bytes: u64) -> bool {
        true
    }
}

/// No guests.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoGuests;

impl Guests for NoGuests {
    fn offer(&self) -> FormatSet {
        FormatSet::default()
    }

    fn encode(&self, _: &Encoding, _: &[u8]) -> Result<Vec<u8>, Fault> {
        Err(Fault::Refused)
    }

    fn decode(&self, _: Format, _: &[u8], _: u64) -> Result<Decoded, Fault> {
        Err(Fault::Refused)
    }
}

/// Estimate of a guest's memory: a number of bytes a pixel, and never less than every guest begins
/// with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    fixed: u64,
    per_pixel: u64,
}

const MIB: u64 = 1 << 20;

/// Initial memory of every guest, in bytes.
const LEAST_BYTES: u64 = 16 * MIB;

impl Memory {
    const fn new(fixed_mib: u64, per_pixel: u64) -> Memory {
        Memory {
            fixed: fixed_mib * MIB,
            per_pixel,
        }
    }

    /// Returns the bytes for this many pixels.
    pub(crate) fn bytes(self, pixels: u64) -> u64 {
        let bytes = pixels.saturating_mul(self.per_pixel);
        bytes.saturating_add(self.fixed).max(LEAST_BYTES)
    }
}

// Measured with photos and grain of 0.75 to 6 megapixels.

/// Memory of encoding lossy WebP with losslessly coded alpha. Alpha whose slopes and noise would
/// take more memory is stored uncompressed, which takes less.
pub(crate) const fn webp_encode(alpha: bool) -> Memory {
    if alpha {
        Memory::new(4, 27)
    } else {
        Memory::new(1, 12)
    }
}

/// Memory of encoding AVIF, with alpha or without.
pub(crate) const AVIF_ENCODE: Memory = Memory::new(12, 29);

/// Memory of decoding AVIF, by pixels. Chrominance at full size, more than 8 bits, and alpha each
/// take more.
pub(crate) const fn avif_decode(full_colour: bool, deep: bool, alpha: bool) -> Memory {
    let colours = 3 * full_colour as u64 + (3 + 4 * full_colour as u64) * deep as u64;
    let (own, per_pixel) = match (alpha, deep) {
        (false, _) => (0, 0),
        (true, false) => (1, 15),
        (true, true) => (1, 18),
    };
    Memory::new(9 + own, 16 + colours + per_pixel)
}

/// Memory of decoding AVIF, by the length of the file: the least and the most bytes. The decoder
/// keeps a list of all symbols that it reads, of 16 bytes each. The list's capacity begins at a
/// thousand symbols and doubles. A byte of the file has between three quarters of a symbol and two
/// symbols. Where the list cannot grow in place, half of it exists twice. The guest's memory grows
/// by a twentieth at least.
pub(crate) fn avif_symbols(file_bytes: u64) -> (u64, u64) {
    let list = |symbols: u64| 1000 * symbols.div_ceil(1000).next_power_of_two();
    let file_bytes = file_bytes.min(1 << 40);
    let most = 24 * list(2 * file_bytes) + 3 * MIB;
    (16 * list(file_bytes * 3 / 4), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Least memory with which files made by sharp and by libavif were decoded, in MiB.
    #[test]
    fn what_an_avif_was_measured_to_take_is_between_the_two_figures() {
        for (pixels, full_colour, deep, alpha, file, mib) in [
            (540_000, false, false, false, 191_464, 19.0),
            (540_000, true, false, false, 193_684, 20.5),
            (540_000, false, false, true, 190_814, 28.0),
            (540_000, true, false, true, 1_032_781, 49.0),
            (540_000, true, true, true, 49_038, 35.1),
            (540_000, false, true, false, 648_169, 48.6),
            (1_382_400, false, false, false, 26_126, 29.9),
            (1_382_400, false, false, true, 247_789, 53.5),
            (1_382_400, true, false, false, 452_538, 44.1),
            (1_382_400, true, true, false, 164_127, 46.8),
            (1_382_400, false, true, true, 80_797, 59.1),
            (1_382_400, true, true, true, 164_398, 74.1),
            (1_382_400, false, true, false, 1_649_124, 93.6),
            (2_160_000, false, false, false, 259_025, 43.8),
            (2_160_000, true, false, true, 132_286, 85.0),
        ] {
            let (least, most) = avif_symbols(file);
            let picture = avif_decode(full_colour, deep, alpha).bytes(pixels);
            let measured = (mib * MIB as f64) as u64;
            assert!(
                picture + most >= measured,
                "{pixels} pixels, {file} bytes: {} planned",
                picture + most
            );
            assert!(
                picture + least <= measured * 13 / 10 + 2 * MIB,
                "{pixels} pixels, {file} bytes: {}",
                picture + least
            );
        }
    }
}

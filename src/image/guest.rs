//! Guests: codecs that are modules of their own, beside the one that this is compiled to, with memories of their own.
//!
//! A platform has them or not; the pipeline only says what is to be done and how much memory it may take. What the bytes of a source do
//! in there is the guest's concern: it fails, and the request with it.

use super::frame::Size;
use crate::transform::Format;

/// Which guests there are. A WebP guest reads what stands still and is lossless or has alpha, and writes what is lossy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// For WebP; without it, what we have ourselves is used, which writes lossless only.
    pub webp: bool,
    /// For AVIF; without it there is none.
    pub avif: bool,
}

/// Why a guest has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It says that the input is not right.
    Refused,
    /// It needs more memory than it was given.
    Starved,
    /// It crashed.
    Trapped,
    /// There is no memory for it beside what the isolate holds already.
    Full,
}

/// What is to be encoded, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// WebP, lossy, or AVIF.
    pub format: Format,
    /// The picture's size.
    pub size: Size,
    /// 1 to 100, on the format's own scale.
    pub quality: u8,
    /// Whether alpha is to be stored as it is, of WebP: what is noise gets no smaller, and takes time and memory without end.
    pub raw_alpha: bool,
    /// The most memory that it may take.
    pub most_bytes: u64,
}

/// Copies bytes from a place in a picture to a buffer, as many as fit there.
pub type Copying = Box<dyn Fn(usize, &mut [u8])>;

/// A decoded picture, still outside of our memory.
pub struct Decoded {
    /// Its size, before orientation.
    pub size: Size,
    /// Copies its RGBA pixels.
    pub copy: Copying,
}

/// The guests of a platform. Calls do not overlap.
pub trait Guests {
    /// Which there are.
    fn offer(&self) -> Offer;

    /// The file of RGBA pixels.
    ///
    /// # Errors
    /// [`Fault`].
    fn encode(&self, encoding: &Encoding, rgba: &[u8]) -> Result<Vec<u8>, Fault>;

    /// The picture in a file, with at most that much memory.
    ///
    /// # Errors
    /// [`Fault`].
    fn decode(&self, format: Format, file: &[u8], most_bytes: u64) -> Result<Decoded, Fault>;

    /// Our own memory is about to have at least so many bytes: those that stand idle make room.
    fn make_room(&self, _own_bytes: u64) {}
}

/// No guests.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoGuests;

impl Guests for NoGuests {
    fn offer(&self) -> Offer {
        Offer::default()
    }

    fn encode(&self, _: &Encoding, _: &[u8]) -> Result<Vec<u8>, Fault> {
        Err(Fault::Refused)
    }

    fn decode(&self, _: Format, _: &[u8], _: u64) -> Result<Decoded, Fault> {
        Err(Fault::Refused)
    }
}

/// Bytes of a guest's memory: so many a pixel, and never less than it begins with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    fixed: u64,
    per_pixel: u64,
}

const MIB: u64 = 1 << 20;

/// What every guest begins with.
const LEAST_BYTES: u64 = 16 * MIB;

impl Memory {
    const fn new(fixed_mib: u64, per_pixel: u64) -> Memory {
        Memory {
            fixed: fixed_mib * MIB,
            per_pixel,
        }
    }

    /// What it takes for so many pixels.
    pub(super) fn bytes(self, pixels: u64) -> u64 {
        let bytes = pixels.saturating_mul(self.per_pixel);
        bytes.saturating_add(self.fixed).max(LEAST_BYTES)
    }
}

// Measured with photos and grain of 0.75 to 6 megapixels.

/// WebP, lossy; its alpha is coded without loss. Where slopes and noise would take more, it is stored as it is, and takes less.
pub(super) const fn webp_encode(alpha: bool) -> Memory {
    if alpha {
        Memory::new(4, 27)
    } else {
        Memory::new(1, 12)
    }
}

/// AVIF, with alpha or without.
pub(super) const AVIF_ENCODE: Memory = Memory::new(12, 29);

/// WebP; what is lossy has alpha there.
pub(super) const fn webp_decode(lossless: bool) -> Memory {
    Memory::new(1, if lossless { 9 } else { 7 })
}

/// AVIF: colours at full size, more than 8 bits, and alpha each take more.
pub(super) const fn avif_decode(full_colour: bool, deep: bool, alpha: bool) -> Memory {
    let more = 3 * full_colour as u64 + 11 * deep as u64 + 11 * alpha as u64;
    Memory::new(14, 18 + more)
}

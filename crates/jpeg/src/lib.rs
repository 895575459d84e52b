//! A JPEG decoder and encoder (ITU T.81) for places with little memory. To decode, bytes are pushed in, rows come out, and
//! between them lies one row of MCUs; to encode, rows are pushed in, and a file comes out.
//!
//! * It scales by 1/1, 1/2, 1/4 or 1/8 while it decodes: each sample is the mean of those it stands for, and coefficients that the
//!   smaller picture does not need are skipped several symbols at a time.
//! * A baseline file is decoded as it arrives. A progressive one has to be resident, but only its compressed bytes: all scans
//!   are decoded in step, one row of MCUs at a time, and scans above the kept band are not decoded at all.
//! * It does no I/O, allocates what [`Decoder::peak_bytes`] says, within the caller's [`Limits`], and does not panic on any input.
//! * Damage is shown as libjpeg-turbo shows it, and [`Status`] tells what is sound, damaged inside, or broken off.
//! * The [`Encoder`] takes rows and gives the file that libjpeg-turbo would, with Huffman tables made for the picture.
//!
//! ```
//! use letterbox_jpeg::{Decoder, Event, Scale};
//!
//! # fn photo() -> Vec<u8> {
//! #     let mut file = Vec::new();
//! #     let encoder = jpeg_encoder::Encoder::new(&mut file, 80);
//! #     encoder.encode(&[128; 20 * 10 * 3], 20, 10, jpeg_encoder::ColorType::Rgb).expect("valid");
//! #     file
//! # }
//! let mut decoder = Decoder::new();
//! let mut rows = 0;
//! let file = photo();
//! let mut chunks = file.chunks(1000);
//! loop {
//!     match decoder.next()? {
//!         Event::NeedMore => match chunks.next() {
//!             Some(chunk) => decoder.push(chunk)?,
//!             None => decoder.finish(),
//!         },
//!         Event::Header => {
//!             let header = decoder.header().expect("the event says so");
//!             assert_eq!((header.width, header.height), (20, 10));
//!             decoder.set_scale(Scale::Half);
//!         }
//!         Event::Samples { .. } => {} // only where asked for
//!         Event::Row(row) => {
//!             assert_eq!(row.len(), 10 * 3);
//!             rows += 1;
//!         }
//!         Event::End(status) => {
//!             assert!(status.is_intact());
//!             break;
//!         }
//!     }
//! }
//! assert_eq!(rows, 5);
//! # Ok::<(), letterbox_jpeg::Error>(())
//! ```
#![no_std]
#![warn(missing_debug_implementations)]

extern crate alloc;

mod bits;
mod coefficients;
mod colour;
mod decoder;
mod encode;
mod frame;
mod huffman;
mod idct;
mod lanes;
mod resident;
mod rows;
mod scan;
mod segments;
mod smoothing;
mod standard;
mod upsample;
mod words;

pub use decoder::{Decoder, Event, Shape, Status};
pub use encode::{Encoder, Room, Sampling, Settings};
pub use segments::{Header, Pixels};

/// How much of the picture's resolution is decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Every pixel.
    #[default]
    Full,
    /// 4 x 4 samples a block.
    Half,
    /// 2 x 2 samples a block.
    Quarter,
    /// One sample a block.
    Eighth,
}

impl Scale {
    /// 1, 2, 4 or 8.
    pub fn denominator(self) -> u32 {
        8 / self.points() as u32
    }

    /// Samples along one side of a block.
    fn points(self) -> usize {
        match self {
            Scale::Full => 8,
            Scale::Half => 4,
            Scale::Quarter => 2,
            Scale::Eighth => 1,
        }
    }
}

/// What a decoder takes on; a file that wants more is refused before anything is allocated for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Width times height at full size: 268 million (16383 squared) by default.
    pub pixels: u64,
    /// Scans of a progressive or multi-scan file, each of which is a walk over the file, or two where some are missing and blocks are
    /// smoothed: 100 by default.
    pub scans: usize,
    /// Bytes of EXIF and ICC together: 4 MiB by default.
    pub metadata_bytes: usize,
    /// Bytes of a file that has to be resident, see [`Header::resident`]: 64 MiB by default.
    pub resident_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            pixels: 0x3fff * 0x3fff,
            scans: 100,
            metadata_bytes: 4 << 20,
            resident_bytes: 64 << 20,
        }
    }
}

/// Why a file is not decoded, or a picture not encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A valid kind of JPEG that is not read, or not written.
    Unsupported(&'static str),
    /// The file contradicts the standard where nothing can be made of it.
    Corrupt(Fault),
    /// It is over one of the [`Limits`].
    Limit(&'static str),
    /// The allocator refused.
    OutOfMemory,
    /// The encoder was not called as its picture demands.
    Usage(&'static str),
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It does not start with SOI.
    NotJpeg,
    /// A marker segment's length or content is out of range.
    Segment,
    /// A Huffman table has more codes than fit.
    HuffmanTable,
    /// A scan names a table or a component that is not there.
    Scan,
    /// The entropy-coded data ends, or is damaged, before the picture does.
    Data,
    /// The file ends before its picture begins.
    NoPicture,
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Error::Unsupported(what) | Error::Limit(what) | Error::Usage(what) => what,
            Error::OutOfMemory => "not enough memory",
            Error::Corrupt(fault) => match fault {
                Fault::NotJpeg => "not a JPEG file",
                Fault::Segment => "a marker segment is damaged",
                Fault::HuffmanTable => "a Huffman table is damaged",
                Fault::Scan => "a scan names what is not there",
                Fault::Data => "the picture's data is damaged or breaks off",
                Fault::NoPicture => "the file ends before its picture begins",
            },
        })
    }
}

impl core::error::Error for Error {}

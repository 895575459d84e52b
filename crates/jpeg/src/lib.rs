//! A JPEG decoder and encoder (ITU T.81) for small memory. The decoder takes bytes and returns
//! rows, and holds one row of MCUs in between; the encoder takes rows and returns a file.
//!
//! * The decoder scales by 1/1, 1/2, 1/4 or 1/8 while it decodes: each sample is the mean of those
//!   it stands for, and coefficients that the smaller picture does not need are skipped several
//!   symbols at a time.
//! * A baseline file is decoded as it arrives. A progressive one has to be resident, but only its
//!   compressed bytes: all scans are decoded in step, one row of MCUs at a time, and scans above
//!   the kept band are not decoded at all.
//! * The crate does no I/O, allocates what [`Decoder::peak_bytes`] says, within the caller's
//!   [`Limits`], and does not panic on any input.
//! * Damage is shown as libjpeg-turbo shows it, and [`Status`] tells whether a picture is intact,
//!   damaged inside, or truncated.
//! * The [`Encoder`] takes rows and returns the file that libjpeg-turbo would write, with Huffman
//!   tables made for the picture.
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
mod buffer;
mod coefficients;
mod colour;
mod decoder;
mod encode;
mod error;
mod frame;
mod huffman;
mod idct;
mod lanes;
mod limits;
mod resident;
mod rows;
mod scale;
mod scan;
mod segments;
mod smoothing;
mod standard;
mod upsample;
mod words;

pub use decoder::{Decoder, Event, Shape, Status};
pub use encode::{Encoder, Room, Sampling, Settings};
pub use error::{Error, Fault};
pub use limits::Limits;
pub use scale::Scale;
pub use segments::{Header, Pixels};

//! Inflates a zlib stream (RFC 1950, RFC 1951) in pieces. Input is taken as it arrives. Output goes
//! into the caller's buffer, which is also the window that the stream refers back to.
//!
//! * [`Inflate::read`] continues wherever input or room ended, even in the middle of a symbol or of
//!   a copy.
//! * The checksum at the end is returned ([`Inflate::checksum`]) and not compared: callers that
//!   need it have the bytes.
//! * No unsafe code, no panic on any input, no allocation but the tables of [`Inflate::new`].
//!
//! ```
//! use letterbox_inflate::Inflate;
//!
//! // "hello hello hello", as zlib writes it.
//! let stream = [0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0x0, 0x3a, 0x2e, 0x6, 0x7d];
//! let (mut inflate, mut window, mut filled) = (Inflate::new()?, [0; 100], 0);
//! for piece in stream.chunks(3) {
//!     let (used, made) = inflate.read(piece, &mut window, filled)?;
//!     assert_eq!(used, piece.len()); // there was room
//!     filled += made;
//! }
//! assert!(inflate.is_done());
//! assert_eq!(&window[..filled], b"hello hello hello");
//! assert_eq!(inflate.checksum(&[]), (0, Some(0x3a2e_067d)));
//! # Ok::<(), letterbox_inflate::Error>(())
//! ```
//!
//! # How
//! A stream is a chain in which every code waits for the length of the one before. In photos,
//! literals and short copies alternate in no order that branch prediction could learn. Speed
//! depends on how short that chain is, and how many bytes each turn of it gives:
//!
//! 1. **A buffer of 64 bits**, filled without a branch, lasts for two looks into the table. The
//!    next look does not wait for the fill, because the buffer already holds more bits above the
//!    valid ones.
//! 2. **Eleven bits a look.** An entry holds up to three literals, or a short copy with its
//!    distance, or a literal and the copy behind it, if the codes fit; the extra bits of the
//!    distance need not. The table has 16 KiB, half of a first-level cache.
//! 3. **Shift by the entry itself**: its low bits are the shift, so nothing has to be masked or
//!    unpacked for the next look.
//! 4. **One word a look.** Literals and copy together are eight bytes at most: one load, shifted
//!    behind the literals, and one store; surplus bytes are overwritten later. Where copies are
//!    frequent there is no branch for them: copying nothing costs less than a misprediction. This
//!    saves 10 of 86 ms for a photo of 12 megapixels, compared with storing literals and then
//!    sixteen bytes.
//! 5. **A region of a known size.** V8 checks every access if it has no trap handler, and slices
//!    are checked once more. In an array only the source of a copy is checked, by one comparison: 3
//!    ms.
//! 6. **Rotations instead of shifts** where the result is the same. V8 masks the count of a 64-bit
//!    shift, although the processor does so too; Rust masks shifts as well, but not rotations: 2
//!    ms.
//! 7. **A loop that calls nothing**, and leaves overlapping copies from near to the code after it.
//!    Around a call all registers are saved to memory, and the chain with them.
//!
//! The last bytes of input or room go through a loop that decodes one symbol at a time and checks
//! everything.
//!
//! The time in wasm on V8 is 0.60 of that of `fdeflate` for a photo of 12 megapixels by sharp, 0.52
//! for one with alpha, and 1.12 for one that libpng wrote, with few copies
//! (`npm run bench:inflate`).
#![no_std]
#![warn(missing_debug_implementations)]
#![forbid(unsafe_code)]

extern crate alloc;

mod bits;
mod error;
mod fast;
mod stream;
mod table;

pub use error::Error;
pub use stream::Inflate;

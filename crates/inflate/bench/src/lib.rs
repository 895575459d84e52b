//! Contestants of the inflate benchmark, all on the same stream and without a checksum. `run.mjs`
//! writes the stream into the module, runs each contestant many times and measures the time.

use std::cell::RefCell;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// Longest distance of deflate.
const REACH: usize = 32 << 10;

/// Bytes of input at a time, as in a PNG.
const PIECE: usize = 8 << 10;

thread_local! {
    static STREAM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Returns a buffer for a stream of so many bytes.
#[unsafe(no_mangle)]
pub extern "C" fn prepare(bytes: usize) -> *mut u8 {
    STREAM.with_borrow_mut(|stream| {
        stream.resize(bytes, 0);
        stream.as_mut_ptr()
    })
}

/// Checksum and length of the output.
#[derive(Default)]
struct Sum {
    bytes: u32,
    sum: u32,
}

impl Sum {
    /// Adds a few bytes of each piece, at almost no cost.
    fn add(&mut self, output: &[u8]) {
        self.bytes += output.len() as u32;
        for &byte in output.iter().step_by(4096) {
            self.sum = self.sum.wrapping_add(byte.into());
        }
    }

    fn get(self) -> u32 {
        self.bytes.wrapping_mul(31).wrapping_add(self.sum)
    }
}

/// Feeds pieces of input into a window of 32 KiB and as much again. `read` takes input, window and
/// position, and returns the bytes used, the bytes made, and whether the stream is complete.
fn in_pieces(mut read: impl FnMut(&[u8], &mut [u8], usize) -> (usize, usize, bool)) -> u32 {
    STREAM.with_borrow(|stream| {
        let (mut window, mut filled, mut sum) = (vec![0; 3 * REACH], 0, Sum::default());
        for mut piece in stream.chunks(PIECE) {
            loop {
                if window.len() - filled < REACH {
                    window.copy_within(filled - REACH..filled, 0);
                    filled = REACH;
                }
                let (used, made, done) = read(piece, &mut window, filled);
                sum.add(&window[filled..filled + made]);
                filled += made;
                piece = &piece[used..];
                if done {
                    return sum.get();
                }
                if made == 0 || piece.is_empty() && filled < window.len() {
                    break;
                }
            }
        }
        sum.get()
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn letterbox() -> u32 {
    let mut inflate = letterbox_inflate::Inflate::new().expect("memory for tables");
    in_pieces(|input, window, filled| {
        let (used, made) = inflate.read(input, window, filled).expect("a good stream");
        (used, made, inflate.is_done())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn fdeflate() -> u32 {
    let mut inflate = fdeflate::Decompressor::new();
    inflate.ignore_adler32();
    in_pieces(|input, window, filled| {
        let read = inflate.read(input, window, filled, false);
        let (used, made) = read.expect("a good stream");
        (used, made, inflate.is_done())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn miniz_oxide() -> u32 {
    let flags = inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER
        | inflate_flags::TINFL_FLAG_HAS_MORE_INPUT
        | inflate_flags::TINFL_FLAG_IGNORE_ADLER32;
    let mut inflate = Box::<DecompressorOxide>::default();
    // Its window goes round, and is a power of two.
    STREAM.with_borrow(|stream| {
        let (mut window, mut filled, mut sum) = (vec![0; REACH], 0, Sum::default());
        for mut piece in stream.chunks(PIECE) {
            loop {
                let (status, used, made) =
                    decompress(&mut inflate, piece, &mut window, filled, flags);
                assert!(status as i8 >= 0, "a good stream");
                sum.add(&window[filled..filled + made]);
                filled = (filled + made) % REACH;
                piece = &piece[used..];
                if status != TINFLStatus::HasMoreOutput {
                    break;
                }
            }
        }
        sum.get()
    })
}

/// Inflates all at once, the only mode of this crate.
#[unsafe(no_mangle)]
pub extern "C" fn zune_inflate() -> u32 {
    STREAM.with_borrow(|stream| {
        let options = zune_inflate::DeflateOptions::default().set_confirm_checksum(false);
        let mut inflate = zune_inflate::DeflateDecoder::new_with_options(stream, options);
        let mut sum = Sum::default();
        sum.add(&inflate.decode_zlib().expect("a good stream"));
        sum.bytes
    })
}

//! Contestants of the VP8 benchmark on the same file. `run.mjs` writes the file into the module,
//! runs each contestant many times and measures the time.

use std::cell::RefCell;
use std::io::Cursor;

use letterbox_vp8::{Decoder, Error};

thread_local! {
    static FILE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Returns a buffer for a file of so many bytes.
#[unsafe(no_mangle)]
pub extern "C" fn prepare(bytes: usize) -> *mut u8 {
    FILE.with_borrow_mut(|file| {
        file.resize(bytes, 0);
        file.as_mut_ptr()
    })
}

/// Returns the frame of a file that contains nothing else.
fn frame(file: &[u8]) -> &[u8] {
    &file[20..]
}

/// Sums a few bytes of each row, at almost no cost.
fn sum(row: &[u8]) -> u32 {
    row.iter().step_by(1024).map(|&byte| u32::from(byte)).sum()
}

/// Decodes to rows of RGB.
#[unsafe(no_mangle)]
pub extern "C" fn letterbox_rgb() -> u32 {
    FILE.with_borrow(|file| {
        let mut total = 0;
        let decoder = Decoder::new(frame(file)).expect("a good frame");
        let rows = decoder.rgb(|row| {
            total += sum(row);
            Ok::<(), Error>(())
        });
        rows.expect("a good frame");
        total
    })
}

/// Decodes to rows of planes.
#[unsafe(no_mangle)]
pub extern "C" fn letterbox_planes() -> u32 {
    FILE.with_borrow(|file| {
        let mut total = 0;
        let decoder = Decoder::new(frame(file)).expect("a good frame");
        let rows = decoder.planes(|_, row| {
            total += sum(row);
            Ok::<(), Error>(())
        });
        rows.expect("a good frame");
        total
    })
}

/// Decodes the whole picture at once.
#[unsafe(no_mangle)]
pub extern "C" fn image_webp() -> u32 {
    FILE.with_borrow(|file| {
        let mut decoder = image_webp::WebPDecoder::new(Cursor::new(&file[..])).expect("a good file");
        let mut pixels = vec![0; decoder.output_buffer_size().expect("a size")];
        decoder.read_image(&mut pixels).expect("a good file");
        sum(&pixels)
    })
}

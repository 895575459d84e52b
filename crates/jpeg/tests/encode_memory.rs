//! The encoder allocates no more than it promises, and survives an allocator that refuses.
#![allow(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use letterbox_jpeg::{Encoder, Error, Pixels, Room, Sampling, Settings};

std::thread_local! {
    /// Bytes that this thread holds, the most it has held, and the limit.
    static HELD: Cell<(usize, usize, usize)> = const { Cell::new((0, 0, usize::MAX)) };
}

struct Counting;

// SAFETY: all work is the system allocator's; refusing is allowed.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (held, most, allowed) = HELD.get();
        let held = held.wrapping_add(layout.size());
        if held > allowed {
            return std::ptr::null_mut();
        }
        HELD.set((held, most.max(held), allowed));
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        let (held, most, allowed) = HELD.get();
        HELD.set((held.wrapping_sub(layout.size()), most, allowed));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }

    /// Counts both blocks while a growing one moves; a shrinking block stays where it is.
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (held, most, allowed) = HELD.get();
        if size > layout.size() && held.wrapping_add(size) > allowed {
            return std::ptr::null_mut();
        }
        let moving = if size > layout.size() {
            held.wrapping_add(size)
        } else {
            held
        };
        let held = held.wrapping_add(size).wrapping_sub(layout.size());
        HELD.set((held, most.max(moving), allowed));
        // SAFETY: the caller's promise.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn encode(
    width: u16,
    samples: &[u8],
    pixels: Pixels,
    settings: Settings,
) -> Result<Vec<u8>, Error> {
    let row_bytes = usize::from(width) * pixels.bytes();
    let height = (samples.len() / row_bytes) as u16;
    let mut encoder = Encoder::new(width, height, pixels, settings)?;
    samples
        .chunks(row_bytes)
        .try_for_each(|row| encoder.row(row))?;
    encoder.finish()
}

/// Pictures from black to the noise that is hardest to code.
fn pictures() -> impl Iterator<Item = Vec<u8>> {
    [0, 8, 255].into_iter().map(|most| {
        let mut state = 1u32;
        let sample = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if most == 255 {
                (state as i32 >> 31) as u8
            } else {
                ((state >> 16) % (most + 1)) as u8
            }
        };
        (0..600 * 500).map(sample).collect()
    })
}

fn all_settings() -> impl Iterator<Item = (Pixels, Settings)> {
    let each = |pixels, sampling, quality| {
        [false, true].map(|progressive| {
            let settings = Settings {
                quality,
                sampling,
                progressive,
            };
            (pixels, settings)
        })
    };
    [80, 100].into_iter().flat_map(move |quality| {
        [
            each(Pixels::Grey, Sampling::S444, quality),
            each(Pixels::Rgb, Sampling::S420, quality),
            each(Pixels::Rgb, Sampling::S444, quality),
        ]
        .concat()
    })
}

#[test]
fn no_more_is_held_than_was_said() {
    for samples in pictures() {
        for (pixels, settings) in all_settings() {
            let (before, _, _) = HELD.get();
            HELD.set((before, before, usize::MAX));
            let file = encode(200, &samples, pixels, settings).expect("memory");
            let most = HELD.get().1 - before;
            let height = (samples.len() / 200 / pixels.bytes()) as u16;
            let said = Encoder::peak_bytes(200, height, pixels, settings);
            eprintln!(
                "{pixels:?} {settings:?}: {most} of {said}, {} are the file",
                file.len()
            );
            assert!(most <= said, "{pixels:?} {settings:?}: {most}, {said} said");
        }
    }
}

/// Tables are made when the tokens reach their limit, for content unlike what comes later: one
/// colour, then noise of the extremes.
#[test]
fn bounds_of_the_callers_hold_whatever_comes_late() {
    let (width, height) = (200u16, 600u16);
    let mut samples = vec![7; 200 * 600];
    let noise = pictures().last().expect("three pictures");
    for calm in [0, 8, 300, 560] {
        samples[calm * 200..].copy_from_slice(&noise[calm * 200..200 * 600]);
        for quality in [30, 80, 95, 100] {
            let settings = Settings {
                quality,
                ..Settings::default()
            };
            for token_bytes in [0, 3_000, 30_000, 100_000] {
                let room = Room {
                    token_bytes,
                    ..Room::default()
                };
                let (before, _, _) = HELD.get();
                HELD.set((before, before, usize::MAX));
                let mut encoder = Encoder::within(width, height, Pixels::Grey, settings, room)
                    .expect("a picture");
                for row in samples.chunks(200) {
                    encoder.row(row).expect("memory");
                }
                let file = encoder.finish().expect("memory");
                let most = HELD.get().1 - before;
                let said = Encoder::peak_bytes_within(width, height, Pixels::Grey, settings, room);
                assert!(
                    most <= said,
                    "{calm} rows, {quality}, {room:?}: {most}, {said} said, {} are the file",
                    file.len()
                );
                drop(file);
            }
        }
        samples.fill(7);
    }
}

/// Rows that the caller frees as they are encoded count once: coefficients take their place.
#[test]
fn coefficients_take_the_place_of_rows() {
    let (width, height) = (200u16, 600u16);
    for samples in pictures() {
        let samples = &samples[..200 * 600];
        for quality in [1, 30, 80, 95, 100] {
            let settings = Settings {
                quality,
                progressive: true,
                ..Settings::default()
            };
            for token_bytes in [0, 3_000, 30_000] {
                let room = Room {
                    token_bytes,
                    freed_bytes: samples.len(),
                    ..Room::default()
                };
                let mut rows: Vec<Vec<u8>> = Vec::with_capacity(samples.len() / 200);
                let (before, _, _) = HELD.get();
                HELD.set((before, before, usize::MAX));
                rows.extend(samples.chunks(200).map(<[u8]>::to_vec));
                let mut encoder = Encoder::within(width, height, Pixels::Grey, settings, room)
                    .expect("a picture");
                for (y, row) in rows.drain(..).enumerate() {
                    encoder.row(&row).expect("memory");
                    encoder.hold(token_bytes + 200 * y);
                }
                encoder.hold(token_bytes + samples.len());
                let file = encoder.finish().expect("memory");
                let most = HELD.get().1 - before;
                let said = Encoder::peak_bytes_within(width, height, Pixels::Grey, settings, room);
                // Sixteen rows are in the encoder before their coefficients are.
                let said = said + samples.len() + 16 * 200;
                assert!(most <= said, "{quality}, {room:?}: {most}, {said} said");
                drop(file);
            }
        }
    }
}

#[test]
fn what_has_one_colour_is_not_reserved_for() {
    let bytes = |picture| {
        let room = Room {
            token_bytes: 10_000,
            picture,
            ..Room::default()
        };
        Encoder::peak_bytes_within(1200, 627, Pixels::Rgb, Settings::default(), room)
    };
    assert!(bytes((300, 627)) < bytes((1200, 627)) / 3);
    assert_eq!(bytes((1200, 627)), bytes((u16::MAX, u16::MAX)));
}

#[test]
fn the_largest_picture_has_a_bound_too() {
    let [baseline, progressive] = [false, true].map(|progressive| {
        let settings = Settings {
            progressive,
            ..Settings::default()
        };
        Encoder::peak_bytes(u16::MAX, u16::MAX, Pixels::Rgb, settings)
    });
    // Where a number of bytes has 32 bits, both are beyond it.
    assert!(baseline > 1 << 30 && progressive >= baseline);
}

#[test]
fn a_refused_allocation_is_an_error() {
    for samples in pictures() {
        for (pixels, settings) in all_settings() {
            let (before, _, _) = HELD.get();
            // Small things are not asked for.
            for allowed in (10_000..400_000).step_by(37_000) {
                HELD.set((before, before, before + allowed));
                let result = encode(200, &samples, pixels, settings);
                HELD.set((HELD.get().0, 0, usize::MAX));
                assert!(
                    matches!(result, Ok(_) | Err(Error::OutOfMemory)),
                    "{result:?}"
                );
            }
        }
    }
}

//! Allocator that counts the bytes each thread holds.
#![allow(
    unsafe_code,
    reason = "every call is handed to the system's allocator as it came"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

std::thread_local! {
    /// Bytes that this thread holds, and the most it has held.
    static HELD: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// Allocator to be set as the program's global one.
pub struct Counting;

// SAFETY: all obligations are the caller's and are passed on unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (held, most) = HELD.get();
        let held = held.wrapping_add(layout.size());
        HELD.set((held, most.max(held)));
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        let (held, most) = HELD.get();
        HELD.set((held.wrapping_sub(layout.size()), most));
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }

    /// Counts both blocks while a growing one moves; a shrinking block stays where it is.
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (held, most) = HELD.get();
        let grown = if size > layout.size() { size } else { 0 };
        let after = held.wrapping_sub(layout.size()).wrapping_add(size);
        HELD.set((after, most.max(held.wrapping_add(grown))));
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// Runs `call` and returns by how many bytes the peak exceeded those held before the call.
pub fn most<T>(call: impl FnOnce() -> T) -> (T, usize) {
    let (before, _) = HELD.get();
    HELD.set((before, before));
    let result = call();
    (result, HELD.get().1 - before)
}

/// Returns the bytes that this thread holds.
pub fn held() -> usize {
    HELD.get().0
}

//! An allocator that counts what each thread holds, and refuses what goes beyond a bound.
//!
//! The counters are a thread's own: tests that run side by side do not disturb each other, and work
//! that is measured stays on one thread.
#![allow(
    unsafe_code,
    reason = "every call is handed to the system's allocator as it came, or refused"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Where a thread begins to count: it may free what another one allocated, as its own closure.
const START: usize = usize::MAX / 2;

std::thread_local! {
    static HELD: Cell<usize> = const { Cell::new(START) };
    static PEAK: Cell<usize> = const { Cell::new(START) };
    static BOUND: Cell<usize> = const { Cell::new(usize::MAX) };
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// The allocator: `#[global_allocator] static ALLOCATOR: Counting = Counting;` in the test program.
pub struct Counting;

/// Counts `bytes` more, for as long as that is no more than the bound.
fn take(bytes: usize) -> bool {
    let held = HELD.get() + bytes;
    if held > BOUND.get() {
        return false;
    }
    HELD.set(held);
    PEAK.set(PEAK.get().max(held));
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
    true
}

fn give_back(bytes: usize) {
    HELD.set(HELD.get() - bytes);
}

// SAFETY: all obligations are the caller's and are passed on unchanged; refusing is allowed.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !take(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !take(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        give_back(layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }

    /// A block that grows is there twice while it moves; one that shrinks stays where it is.
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > layout.size() {
            if !take(size) {
                return std::ptr::null_mut();
            }
            give_back(layout.size());
        } else {
            give_back(layout.size() - size);
        }
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// Bytes that this thread holds, by an account that does not begin at 0: of use are differences.
pub fn held() -> usize {
    HELD.get()
}

/// Allocations of this thread so far, with those that grow.
pub fn allocations() -> usize {
    ALLOCATIONS.get()
}

/// Measures from its start on; of two on one thread only the later one is right.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    before: usize,
}

impl Watch {
    /// Starts to measure.
    #[must_use]
    pub fn start() -> Watch {
        let before = HELD.get();
        PEAK.set(before);
        Watch { before }
    }

    /// The most bytes that were held at once, beyond those that were held at the start.
    #[must_use]
    pub fn most(self) -> usize {
        PEAK.get() - self.before
    }
}

/// Calls, and returns with the result how many more bytes were held meanwhile than before.
pub fn most<T>(call: impl FnOnce() -> T) -> (T, usize) {
    let watch = Watch::start();
    let result = call();
    (result, watch.most())
}

/// Calls with an allocator that gives at most so many bytes more than are held now, and refuses the
/// rest.
pub fn within<T>(bytes: usize, call: impl FnOnce() -> T) -> T {
    let bound = BOUND.replace(HELD.get().saturating_add(bytes));
    let result = call();
    BOUND.set(bound);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[global_allocator]
    static ALLOCATOR: Counting = Counting;

    #[test]
    fn the_most_that_is_held_at_once_is_counted() {
        let (blocks, bytes) = most(|| {
            drop(vec![0_u8; 1000]);
            (vec![1_u8; 300], Vec::<u8>::with_capacity(200))
        });
        assert_eq!((bytes, blocks.0.len()), (1000, 300));
    }

    #[test]
    fn a_block_that_grows_is_there_twice() {
        let (block, bytes) = most(|| {
            let mut block = Vec::<u8>::with_capacity(100);
            block.reserve_exact(400);
            block.shrink_to(150);
            block
        });
        assert_eq!((bytes, block.capacity()), (500, 150));
        let before = held();
        drop(block);
        assert_eq!(before - held(), 150);
    }

    #[test]
    fn what_is_beyond_the_bound_is_refused() {
        let reserve = |bytes| Vec::<u8>::new().try_reserve_exact(bytes);
        assert!(within(1000, || reserve(1000)).is_ok());
        assert!(within(1000, || reserve(1001)).is_err());
        assert!(reserve(1001).is_ok(), "the bound ends with the call");
    }

    #[test]
    fn a_thread_that_frees_what_another_one_allocated_goes_on_counting() {
        let theirs = vec![0_u8; 5000];
        let counted = std::thread::spawn(move || {
            drop(theirs);
            most(|| drop(vec![0_u8; 1000])).1
        });
        assert_eq!(counted.join().expect("a number"), 1000);
    }

    #[test]
    fn threads_are_counted_apart() {
        let ((), bytes) = most(|| {
            std::thread::scope(|scope| {
                scope.spawn(|| drop(vec![0_u8; 1 << 20]));
            });
        });
        assert!(bytes < 1 << 20, "{bytes}");
    }
}

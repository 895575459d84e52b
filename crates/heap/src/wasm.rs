//! The allocator. The only unsafe code is what its two traits require.
#![allow(unsafe_code, reason = "a global allocator is an unsafe trait")]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::cell::UnsafeCell;
use core::ptr;

use dlmalloc::{Allocator, Dlmalloc};

use crate::pages::{LARGE_BYTES, PAGE_BYTES, Pages, Place};

/// Global allocator: `#[global_allocator] static HEAP: Heap = Heap::new();`, once in a module.
pub struct Heap {
    small: UnsafeCell<Dlmalloc<Segments>>,
}

// SAFETY: a module without threads has one thread, and no allocation happens inside another.
unsafe impl Sync for Heap {}

/// Frees of chunks of some size between two searches of `dlmalloc` for empty segments.
const RELEASE_RATE: usize = 32;

/// Table of the module's pages; there is one memory and one table.
struct Table(UnsafeCell<Pages>);

// SAFETY: as above.
unsafe impl Sync for Table {}

static TABLE: Table = Table(UnsafeCell::new(Pages::new()));

impl Heap {
    /// Creates an allocator without blocks.
    pub const fn new() -> Heap {
        let mut small = Dlmalloc::new_with_allocator(Segments);
        // An empty segment is returned soon, and not after thousands of calls, because it may lie
        // in the middle of a free range.
        small.set_max_release_check_rate(RELEASE_RATE);
        Heap {
            small: UnsafeCell::new(small),
        }
    }
}

impl Default for Heap {
    fn default() -> Self {
        Heap::new()
    }
}

fn with_pages<T>(work: impl FnOnce(&mut Pages) -> T) -> T {
    // SAFETY: one thread, and `work` allocates nothing, so that this is the only reference.
    work(unsafe { &mut *TABLE.0.get() })
}

fn grow(pages: usize) -> Option<usize> {
    let had = wasm32::memory_grow(0, pages);
    (had != usize::MAX).then_some(had)
}

fn take(pages: usize, place: Place) -> *mut u8 {
    let start = with_pages(|table| table.take(pages, place, grow));
    start.map_or(ptr::null_mut(), address)
}

fn address(page: usize) -> *mut u8 {
    (page * PAGE_BYTES) as *mut u8
}

fn release(block: *mut u8, pages: usize) {
    with_pages(|table| table.release(block as usize / PAGE_BYTES, pages));
}

const fn pages_of(bytes: usize) -> usize {
    bytes.div_ceil(PAGE_BYTES)
}

const fn is_large(layout: &Layout) -> bool {
    layout.size() >= LARGE_BYTES && layout.align() <= PAGE_BYTES
}

// SAFETY: a large block is made of pages that `Pages` gives to nobody else, aligned to a page;
// small blocks come from `dlmalloc`, which has the same contract. The layout tells which of the two
// a block is, and the caller passes the same layout again.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_large(&layout) {
            return take(pages_of(layout.size()), Place::Tightest);
        }
        // SAFETY: one thread; the layout is the caller's.
        unsafe { (*self.small.get()).malloc(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if is_large(&layout) {
            return release(block, pages_of(layout.size()));
        }
        // SAFETY: the block came from there with this layout.
        unsafe { (*self.small.get()).free(block, layout.size(), layout.align()) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: the caller has checked the size against the alignment.
        let wanted = unsafe { Layout::from_size_align_unchecked(bytes, layout.align()) };
        if !is_large(&layout) && !is_large(&wanted) {
            // SAFETY: the block came from there with this layout.
            return unsafe {
                (*self.small.get()).realloc(block, layout.size(), layout.align(), bytes)
            };
        }
        let (had, want) = (pages_of(layout.size()), pages_of(bytes));
        let mut moved = ptr::null_mut();
        if is_large(&layout) && is_large(&wanted) {
            let start = block as usize / PAGE_BYTES;
            if want <= had {
                with_pages(|table| table.release(start + want, had - want));
                return block;
            }
            let more = want - had;
            if with_pages(|table| table.extend(start, had, more, |_| None)) {
                return block;
            }
            // Moving into free pages is better than growing the memory, and growing here is better
            // than elsewhere.
            let free = with_pages(|table| table.take_free(want, Place::Tightest));
            if free.is_none() && with_pages(|table| table.extend(start, had, more, grow)) {
                return block;
            }
            moved = free.map_or(ptr::null_mut(), address);
        }
        // SAFETY: both blocks are as long as what is copied, and two blocks do not overlap.
        unsafe {
            if moved.is_null() {
                moved = self.alloc(wanted);
            }
            if !moved.is_null() {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(bytes));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

/// Segments from which `dlmalloc` allocates small blocks.
struct Segments;

// SAFETY: a segment is pages that nobody else has, until they are given back.
unsafe impl Allocator for Segments {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        let pages = pages_of(size);
        (take(pages, Place::Lowest), pages * PAGE_BYTES, 0)
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        ptr::null_mut()
    }

    fn free_part(&self, segment: *mut u8, had: usize, left: usize) -> bool {
        let (had, left) = (had / PAGE_BYTES, pages_of(left));
        with_pages(|table| table.release(segment as usize / PAGE_BYTES + left, had - left));
        true
    }

    fn free(&self, segment: *mut u8, size: usize) -> bool {
        release(segment, size / PAGE_BYTES);
        true
    }

    fn can_release_part(&self, _: u32) -> bool {
        true
    }

    fn allocates_zeros(&self) -> bool {
        false // pages are used again
    }

    fn page_size(&self) -> usize {
        PAGE_BYTES
    }
}

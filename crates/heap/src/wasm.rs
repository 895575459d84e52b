//! The allocator itself. The only unsafe code is what the two traits ask for.
#![allow(unsafe_code, reason = "a global allocator is an unsafe trait")]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::cell::UnsafeCell;
use core::ptr;

use dlmalloc::{Allocator, Dlmalloc};

use crate::pages::{LARGE_BYTES, PAGE_BYTES, Pages, Place};

/// The allocator: `#[global_allocator] static HEAP: Heap = Heap::new();`, once in a module.
pub struct Heap {
    small: UnsafeCell<Dlmalloc<Segments>>,
}

// SAFETY: a module without threads has one thread, and no allocation happens inside another.
unsafe impl Sync for Heap {}

/// Blocks of some size that are given back between two looks for segments that are empty.
const RELEASE_RATE: usize = 32;

/// The pages of the module's memory: one memory, one table.
struct Table(UnsafeCell<Pages>);

// SAFETY: as above.
unsafe impl Sync for Table {}

static TABLE: Table = Table(UnsafeCell::new(Pages::new()));

impl Heap {
    /// An allocator that has given nothing away.
    pub const fn new() -> Heap {
        let mut small = Dlmalloc::new_with_allocator(Segments);
        // A segment that is empty is given back soon, and not after some thousand calls: it may lie in the middle of a free place.
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

// SAFETY: a large block is pages that `Pages` gives to nobody else, aligned to a page; small ones are `dlmalloc`'s, whose contract is this one.
// Which of the two a block is follows from its layout, which the caller gives again.
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
            // Better moved than grown where there is room, better grown here than elsewhere.
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

/// Segments, of which `dlmalloc` makes small blocks.
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

//! A resizer allocates exactly the bytes that it promises.

#![allow(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use letterbox_resize::{Axis, Channels, Filter, Resizer, Settings};

struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let held = HELD.get() + bytes;
    HELD.set(held);
    PEAK.set(PEAK.get().max(held));
    if bytes > 0 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
    }
}

// SAFETY: the system's allocator does the work; `realloc` and `alloc_zeroed` use these two methods
// by default.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn peak_bytes_are_exact_and_rows_allocate_nothing() {
    let axis = |source, start, length, result| Axis {
        source,
        start,
        length,
        result,
    };
    for channels in [
        Channels::Grey,
        Channels::GreyAlpha,
        Channels::Rgb,
        Channels::Rgba,
    ] {
        for filter in [Filter::Nearest, Filter::Box, Filter::Lanczos3] {
            for (horizontal, vertical) in [
                (Axis::whole(300, 100), Axis::whole(200, 67)),
                (Axis::whole(30, 100), Axis::whole(20, 67)),
                (Axis::whole(1, 1), Axis::whole(5000, 1)),
                (Axis::whole(1, 1), Axis::whole(1, 1)),
                (axis(300, 50.5, 99.3, 41), axis(200, 150.0, 50.0, 50)),
            ] {
                for linear_light in [false, true] {
                    let settings = Settings {
                        filter,
                        linear_light,
                        ..Settings::new(horizontal, vertical, channels)
                    };
                    let expected = Resizer::peak_bytes(&settings).expect("valid settings");
                    PEAK.set(HELD.get());
                    let before = HELD.get();
                    let mut resizer = Resizer::new(&settings).expect("enough memory");
                    assert_eq!(PEAK.get() - before, expected as isize, "{settings:?}");
                    let row = vec![7; horizontal.source as usize * channels.count()];
                    let allocations = ALLOCATIONS.get();
                    for _ in 0..vertical.source {
                        resizer.push(&row).expect("a row of this length");
                        while resizer.next_row().is_some() {}
                    }
                    assert_eq!(ALLOCATIONS.get(), allocations);
                    assert!(resizer.is_complete());
                }
            }
        }
    }
}

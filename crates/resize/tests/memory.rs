//! A resizer allocates exactly the bytes that it promises.

use letterbox_resize::{Axis, Channels, Filter, Resizer, Settings};
use letterbox_testkit::counting::{Counting, allocations, most};

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
                    let (resizer, held) = most(|| Resizer::new(&settings));
                    let mut resizer = resizer.expect("enough memory");
                    assert_eq!(held, expected, "{settings:?}");
                    let row = vec![7; horizontal.source as usize * channels.count()];
                    let before = allocations();
                    for _ in 0..vertical.source {
                        resizer.push(&row).expect("a row of this length");
                        while resizer.next_row().is_some() {}
                    }
                    assert_eq!(allocations(), before);
                    assert!(resizer.is_complete());
                }
            }
        }
    }
}

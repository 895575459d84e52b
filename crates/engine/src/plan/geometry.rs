//! Where everything goes: the upright rectangles of a transform, and the windows of the source that
//! they are made of.

use crate::header::{Coding, Header};
use crate::pixels::layout::{Layout, Size};
use crate::pixels::window::{Edges, Rect, Window};
use crate::plan::plane::Plane;
use crate::spec::Format;
use crate::transform::{Fit, Gravity, Side, Third, Transform};

/// The upright rectangles of a transform.
pub(crate) struct Geometry {
    /// The part of the upright source that is scaled.
    area: Rect,
    /// Source pixels per result pixel, each axis.
    pub(crate) scale: (f64, f64),
    /// The whole area after scaling; only a `kept` part of it is ever made.
    scaled: Size,
    /// Columns and rows of the scaled area that are made.
    pub(crate) kept: Size,
    /// Where that part starts within `scaled`.
    from: (u32, u32),
    pub(crate) canvas: Size,
    /// Where that part goes on the canvas.
    pub(crate) at: (u32, u32),
}

impl Geometry {
    pub(crate) fn new(area: Rect, transform: &Transform) -> Geometry {
        let source = area.size();
        let pixels = |side| match side {
            Side::Px(pixels) => Some(transform.dpr.times(pixels)),
            Side::Auto => None,
        };
        let (box_width, box_height) = (pixels(transform.width), pixels(transform.height));
        let scale = scale(source, box_width, box_height, transform);
        let rounded = |length: u32, scale: f64| ((f64::from(length) / scale + 0.5) as u32).max(1);
        let scaled = Size {
            width: rounded(source.width, scale.0),
            height: rounded(source.height, scale.1),
        };
        let asked = Size {
            width: box_width.unwrap_or(scaled.width),
            height: box_height.unwrap_or(scaled.height),
        };
        let (kept, canvas) = match transform.fit {
            Fit::Contain => {
                let kept = Size {
                    width: scaled.width.min(asked.width),
                    height: scaled.height.min(asked.height),
                };
                (kept, asked)
            }
            Fit::Cover => {
                let kept = Size {
                    width: scaled.width.min(asked.width),
                    height: scaled.height.min(asked.height),
                };
                (kept, kept)
            }
            Fit::Inside | Fit::Fill | Fit::Outside => (scaled, scaled),
        };
        let (from_x, at_x) = place(
            transform.gravity,
            Direction::X,
            scaled.width,
            kept.width,
            canvas.width,
        );
        let (from_y, at_y) = place(
            transform.gravity,
            Direction::Y,
            scaled.height,
            kept.height,
            canvas.height,
        );
        Geometry {
            area,
            scale,
            scaled,
            kept,
            from: (from_x, from_y),
            canvas,
            at: (at_x, at_y),
        }
    }

    /// The part of the upright source that is shown.
    pub(crate) fn area(&self) -> Rect {
        self.area
    }

    /// The kept part of the upright source.
    pub(crate) fn window(&self) -> Window {
        let source = self.area;
        let along = |source: u32, scaled: u32, from: u32, kept: u32, scale: f64| {
            let length = f64::from(source);
            let margin = (length - f64::from(scaled) * scale) / 2.0;
            (margin + f64::from(from) * scale, f64::from(kept) * scale)
        };
        let (x, width) = along(
            source.width,
            self.scaled.width,
            self.from.0,
            self.kept.width,
            self.scale.0,
        );
        let (y, height) = along(
            source.height,
            self.scaled.height,
            self.from.1,
            self.kept.height,
            self.scale.1,
        );
        Window {
            x: f64::from(source.left) + x,
            y: f64::from(source.top) + y,
            width,
            height,
        }
    }

    /// The whole pixels of a plane that the area has a part of, where so many columns and rows of
    /// the stored image are one of the plane.
    pub(crate) fn cut(&self, header: &Header, decoded: Size, across: u32, down: u32) -> Rect {
        let Rect {
            left,
            top,
            width,
            height,
        } = self.area;
        let area = Window {
            x: left.into(),
            y: top.into(),
            width: width.into(),
            height: height.into(),
        };
        let stored = header.orientation.to_stored(area, header.stored);
        stored
            .divided_by(across.into(), down.into())
            .covered(decoded)
    }
}

/// Source pixels per result pixel, each axis.
fn scale(
    source: Size,
    box_width: Option<u32>,
    box_height: Option<u32>,
    transform: &Transform,
) -> (f64, f64) {
    let shrink =
        |length: u32, asked: Option<u32>| asked.map(|asked| f64::from(length) / f64::from(asked));
    let (x, y) = (
        shrink(source.width, box_width),
        shrink(source.height, box_height),
    );
    let (mut x, mut y) = match (x, y) {
        (Some(x), Some(y)) => match transform.fit {
            Fit::Fill => (x, y),
            Fit::Contain | Fit::Inside => (x.max(y), x.max(y)),
            Fit::Cover | Fit::Outside => (x.min(y), x.min(y)),
        },
        (Some(x), None) => (x, if transform.fit == Fit::Fill { 1.0 } else { x }),
        (None, Some(y)) => (if transform.fit == Fit::Fill { 1.0 } else { y }, y),
        (None, None) => (1.0, 1.0),
    };
    if !transform.enlarge {
        (x, y) = (x.max(1.0), y.max(1.0));
    }
    // No side shrinks to nothing.
    (x.min(source.width.into()), y.min(source.height.into()))
}

#[derive(Clone, Copy, PartialEq)]
enum Direction {
    X,
    Y,
}

/// Along one axis: where the kept part starts, and where it goes.
fn place(
    gravity: Gravity,
    direction: Direction,
    scaled: u32,
    kept: u32,
    canvas: u32,
) -> (u32, u32) {
    let (cut, free) = (scaled.saturating_sub(kept), canvas.saturating_sub(kept));
    match gravity {
        Gravity::Position(x, y) => match if direction == Direction::X { x } else { y } {
            Third::Start => (0, 0),
            Third::Middle => (cut.div_ceil(2), free / 2),
            Third::End => (cut, free),
        },
        Gravity::Focus(x, y) => {
            let focus = f64::from(if direction == Direction::X { x } else { y }) / 10_000.0;
            // The kept part is centred on the focus as far as the image reaches; padding is shared out by it.
            let start = (focus * f64::from(scaled) - f64::from(kept) / 2.0).round();
            (
                (start.max(0.0) as u32).min(cut),
                (focus * f64::from(free)).round() as u32,
            )
        }
    }
}

/// The largest denominator that leaves the resampler something to do, as sharp chooses it: at
/// exactly 1/2 the decoder's own averaging would be the whole resize, and it is softer than
/// Lanczos.
pub(crate) fn shrink_on_load(header: &Header, reduction: f64) -> u32 {
    if !matches!(header.coding, Coding::Jpeg { .. }) {
        return 1;
    }
    let shrink = [8, 4, 2]
        .into_iter()
        .find(|&shrink| reduction >= f64::from(shrink))
        .unwrap_or(1);
    if shrink > 1 && reduction < f64::from(shrink + 1) {
        shrink / 2
    } else {
        shrink
    }
}

/// Chrominance at half the size, each of two planes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Halves {
    /// Size that the decoder delivers.
    pub decoded: Size,
    /// The part that is kept of that.
    pub cut: Rect,
    /// The part that is resampled, to as many pixels as luminance.
    pub window: Window,
}

/// Returns the halves that a decoder of VP8 hands out where pixels become fewer; only the pixels
/// that are left are converted then. Elsewhere chrominance is interpolated as its standard has it,
/// and pixels are resampled.
pub(crate) fn halves(header: &Header, geometry: &Geometry) -> Option<Halves> {
    let (x, y) = geometry.scale;
    let opaque = header.coding == Coding::Vp8 && !header.layout.alpha();
    if !opaque || x.min(y) < 1.0 || x.max(y) <= 1.0 {
        return None;
    }
    let decoded = Size {
        width: header.stored.width.div_ceil(2),
        height: header.stored.height.div_ceil(2),
    };
    let cut = geometry.cut(header, decoded, 2, 2);
    let window = header
        .orientation
        .to_stored(geometry.window(), header.stored);
    Some(Halves {
        decoded,
        cut,
        window: window.divided_by(2.0, 2.0).within(cut),
    })
}

/// The planes of chrominance of a JPEG that becomes a JPEG, in 4:2:0. Converting to pixels and back
/// would cost more and gain nothing: half of what it makes at full size is thrown away again.
///
/// A sample of the canvas covers two of its pixels each way. Where the image starts or ends between
/// the two, the sample there is made of the image's edge, and mixed with the background.
pub(crate) fn chroma(
    header: &Header,
    format: Format,
    geometry: &Geometry,
    shrink: u32,
) -> Option<Plane> {
    let Coding::Jpeg {
        chroma: Some((across, down)),
        ..
    } = header.coding
    else {
        return None;
    };
    if format != Format::Jpeg {
        return None;
    }
    let (at, kept, canvas) = (geometry.at, geometry.kept, geometry.canvas);
    let count = |at: u32, kept: u32| (at + kept).div_ceil(2) - at / 2;
    let resized = Size {
        width: count(at.0, kept.width),
        height: count(at.1, kept.height),
    };
    let Window { x, y, .. } = geometry.window();
    let (scale_x, scale_y) = geometry.scale;
    let window = Window {
        x: x - f64::from(at.0 % 2) * scale_x,
        y: y - f64::from(at.1 % 2) * scale_y,
        width: f64::from(2 * resized.width) * scale_x,
        height: f64::from(2 * resized.height) * scale_y,
    };
    let ends_between = |at: u32, kept: u32, canvas: u32| (at + kept) % 2 == 1 && at + kept < canvas;
    let (across, down) = (across * shrink, down * shrink);
    let decoded = Size {
        width: header.stored.width.div_ceil(across),
        height: header.stored.height.div_ceil(down),
    };
    let cut = geometry.cut(header, decoded, across, down);
    Some(Plane {
        decoded,
        cut,
        source: Layout::Grey,
        window: header
            .orientation
            .to_stored(window, header.stored)
            .divided_by(across.into(), down.into())
            .within(cut),
        resized: resized.swapped_if(header.orientation.swaps_axes()),
        at: (at.0 / 2, at.1 / 2),
        canvas: Size {
            width: canvas.width.div_ceil(2),
            height: canvas.height.div_ceil(2),
        },
        layout: Layout::Grey,
        background: [0; 4], // one for each of the two
        mixed: Edges {
            left: at.0 % 2 == 1,
            right: ends_between(at.0, kept.width, canvas.width),
            top: at.1 % 2 == 1,
            bottom: ends_between(at.1, kept.height, canvas.height),
        },
    })
}

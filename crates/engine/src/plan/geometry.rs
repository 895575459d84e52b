//! Where everything goes: the upright rectangles of a transform, and the windows of the source that
//! they are made of.

use crate::header::{Coding, Header};
use crate::pixels::layout::{Layout, Size};
use crate::pixels::window::{Edges, Rect, Window};
use crate::plan::outline::box_of;
use crate::plan::plane::Plane;
use crate::spec::Format;
use crate::transform::{Dpr, Extend, Fit, Gravity, Length, Offset, Ratio, Side, Third, Transform};

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
        let (asked, transform) = &Asked::resolved(area, transform);
        let (asked, scale) = (*asked, scale(source, *asked, transform));
        let scaled = scaled(source, scale);
        let shown = shown(scaled, asked, transform);
        let (offset_x, offset_y) = transform.shape.offset;
        let x = Axis::X.gravity(transform, offset_x);
        let y = Axis::Y.gravity(transform, offset_y);
        let kept = transform.shape.kept.of(Rect {
            left: x.first(scaled.width, shown.width),
            top: y.first(scaled.height, shown.height),
            ..Rect::all(shown)
        });
        let canvas = canvas(kept.size(), asked, transform);
        let at = (
            x.place(kept.width, canvas.width),
            y.place(kept.height, canvas.height),
        );
        let (kept, at, canvas) = clipped(kept, at, canvas, transform);
        let around = Around::of(transform);
        Geometry {
            area,
            scale,
            scaled,
            kept: kept.size(),
            from: (kept.left, kept.top),
            canvas: around.grown(canvas),
            at: (
                at.0.saturating_add(around.left),
                at.1.saturating_add(around.top),
            ),
        }
    }

    /// Where the part that is made starts within the scaled area.
    pub(crate) fn from(&self) -> (u32, u32) {
        self.from
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

/// A crop by the fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The scaled picture.
    pub(crate) scaled: Size,
    /// The part that is shown.
    pub(crate) shown: Size,
}

impl Cut {
    /// The crop of an area by a transform, if there is one.
    pub(crate) fn of(area: Rect, transform: &Transform) -> Option<Cut> {
        let (asked, transform) = &Asked::resolved(area, transform);
        let asked = *asked;
        let scaled = scaled(area.size(), scale(area.size(), asked, transform));
        let shown = shown(scaled, asked, transform);
        (shown != scaled).then_some(Cut { scaled, shown })
    }
}

/// The size of a scaled picture.
fn scaled(source: Size, scale: (f64, f64)) -> Size {
    let rounded = |length: u32, scale: f64| ((f64::from(length) / scale + 0.5) as u32).max(1);
    Size {
        width: rounded(source.width, scale.0),
        height: rounded(source.height, scale.1),
    }
}

/// The box, in device pixels. A side is `None` where it follows from the other one.
#[derive(Clone, Copy)]
struct Asked {
    width: Option<u32>,
    height: Option<u32>,
}

impl Asked {
    /// Returns the box of a transform for a part of a picture, and the transform without what the
    /// part decides: `adaptive`, a fit of `Auto`, and a point in pixels.
    fn resolved(area: Rect, transform: &Transform) -> (Asked, Transform) {
        let (source, mut resolved) = (area.size(), *transform);
        resolved.gravity = transform.gravity.within(area);
        let mut asked = Asked::new(source, transform);
        if transform.shape.adaptive
            && let (Some(width), Some(height)) = (asked.width, asked.height)
            && (source.width.cmp(&source.height)) == width.cmp(&height).reverse()
        {
            (asked.width, asked.height) = (asked.height, asked.width);
        }
        if transform.fit == Fit::Auto {
            let is_upright = |width: u32, height: u32| width < height;
            let of_box = asked.width.zip(asked.height);
            let alike = of_box.is_some_and(|(width, height)| {
                is_upright(width, height) == is_upright(source.width, source.height)
            });
            resolved.fit = if alike { Fit::Cover } else { Fit::Inside };
        }
        (asked, resolved)
    }

    fn new(source: Size, transform: &Transform) -> Asked {
        let pixels = |side, length: u32| match side {
            Side::Px(pixels) => Some(transform.dpr.times(pixels)),
            Side::Share(share) => {
                let length = Length::Share(share.get()).of(length).max(1);
                Some(transform.dpr.stretched(length).max(1))
            }
            Side::Auto => None,
        };
        let width = pixels(transform.width, source.width);
        let height = pixels(transform.height, source.height);
        let Some(ratio) = transform.shape.ratio.map(Ratio::value) else {
            return Asked { width, height };
        };
        let whole = |pixels: f64| Some((pixels.round() as u32).max(1));
        match (width, height) {
            (Some(width), None) => Asked {
                width: Some(width),
                height: whole(f64::from(width) / ratio),
            },
            (None, Some(height)) => Asked {
                width: whole(f64::from(height) * ratio),
                height: Some(height),
            },
            // The largest box of the ratio within the source.
            (None, None) => {
                let (columns, rows) = (f64::from(source.width), f64::from(source.height));
                Asked {
                    width: whole(columns.min(rows * ratio)),
                    height: whole(rows.min(columns / ratio)),
                }
            }
            (Some(_), Some(_)) => Asked { width, height },
        }
    }

    /// The part of a picture that is in the box.
    fn within(self, picture: Size) -> Size {
        Size {
            width: self
                .width
                .map_or(picture.width, |side| side.min(picture.width)),
            height: self
                .height
                .map_or(picture.height, |side| side.min(picture.height)),
        }
    }
}

/// Source pixels per result pixel, each axis.
fn scale(source: Size, asked: Asked, transform: &Transform) -> (f64, f64) {
    let shrink =
        |length: u32, asked: Option<u32>| asked.map(|asked| f64::from(length) / f64::from(asked));
    let (x, y) = (
        shrink(source.width, asked.width),
        shrink(source.height, asked.height),
    );
    let (mut x, mut y) = match (x, y) {
        (Some(x), Some(y)) => match transform.fit {
            Fit::Fill => (x, y),
            Fit::Contain | Fit::Inside | Fit::ScaleUp | Fit::Auto => (x.max(y), x.max(y)),
            Fit::Cover | Fit::Outside | Fit::AspectCrop => (x.min(y), x.min(y)),
        },
        (Some(x), None) => (x, if transform.fit == Fit::Fill { 1.0 } else { x }),
        (None, Some(y)) => (if transform.fit == Fit::Fill { 1.0 } else { y }, y),
        (None, None) => (1.0, 1.0),
    };
    if !transform.enlarge || transform.fit == Fit::AspectCrop {
        (x, y) = (x.max(1.0), y.max(1.0));
    }
    if transform.fit == Fit::ScaleUp {
        (x, y) = (x.min(1.0), y.min(1.0));
    }
    let (least_width, least_height) = transform.shape.least;
    let most = |length: u32, least: Option<_>| {
        least.map_or(f64::INFINITY, |least| {
            f64::from(length) / f64::from(transform.dpr.times(least))
        })
    };
    let grown = (most(source.width, least_width) / x).min(most(source.height, least_height) / y);
    (x, y) = (x * grown.min(1.0), y * grown.min(1.0));
    // No side shrinks to nothing.
    (x.min(source.width.into()), y.min(source.height.into()))
}

/// The part of a scaled picture that the fit shows.
fn shown(scaled: Size, asked: Asked, transform: &Transform) -> Size {
    match transform.fit {
        Fit::Outside | Fit::ScaleUp => scaled,
        Fit::AspectCrop => {
            let (Some(width), Some(height)) = (asked.width, asked.height) else {
                return asked.within(scaled);
            };
            let (asked_width, asked_height) = (f64::from(width), f64::from(height));
            let across = asked_width / f64::from(scaled.width);
            let down = asked_height / f64::from(scaled.height);
            let whole = |pixels: f64| (pixels.round() as u32).max(1);
            if across > down && across > 1.0 {
                Size {
                    height: whole(f64::from(scaled.width) * asked_height / asked_width),
                    ..scaled
                }
            } else if down > across && down > 1.0 {
                Size {
                    width: whole(f64::from(scaled.height) * asked_width / asked_height),
                    ..scaled
                }
            } else {
                asked.within(scaled)
            }
        }
        Fit::Contain | Fit::Cover | Fit::Inside | Fit::Fill | Fit::Auto => asked.within(scaled),
    }
}

/// The canvas of a picture, without what is around both.
fn canvas(picture: Size, asked: Asked, transform: &Transform) -> Size {
    let box_of = |asked: Asked| Size {
        width: asked
            .width
            .map_or(picture.width, |side| side.max(picture.width)),
        height: asked
            .height
            .map_or(picture.height, |side| side.max(picture.height)),
    };
    if transform.fit == Fit::Contain || transform.shape.extend == Some(Extend::Size) {
        return box_of(asked);
    }
    let (Some(Extend::Ratio), Some(width), Some(height)) =
        (transform.shape.extend, asked.width, asked.height)
    else {
        return picture;
    };
    let ratio = f64::from(width) / f64::from(height);
    let own = f64::from(picture.width) / f64::from(picture.height);
    if ratio > own {
        Size {
            width: ((f64::from(picture.height) * ratio).round() as u32).max(picture.width),
            ..picture
        }
    } else {
        Size {
            height: ((f64::from(picture.width) / ratio).round() as u32).max(picture.height),
            ..picture
        }
    }
}

/// A canvas that ends where its shape ends, and what is left of the part that is kept, and of its
/// place. A part beside the shape keeps one pixel, which the shape's edge covers.
fn clipped(
    kept: Rect,
    at: (u32, u32),
    canvas: Size,
    transform: &Transform,
) -> (Rect, (u32, u32), Size) {
    let clip = transform.shape.clip;
    let Some(mask) = clip.mask.filter(|_| clip.trim) else {
        return (kept, at, canvas);
    };
    let shape = box_of(mask, canvas);
    let along = |from: u32, length: u32, at: u32, start: u32, side: u32| {
        let cut = start.saturating_sub(at).min(length - 1);
        let at = at.saturating_sub(start).min(side - 1);
        (from + cut, (length - cut).min(side - at), at)
    };
    let (left, width, x) = along(kept.left, kept.width, at.0, shape.left, shape.width);
    let (top, height, y) = along(kept.top, kept.height, at.1, shape.top, shape.height);
    let kept = Rect {
        left,
        top,
        width,
        height,
    };
    (kept, (x, y), shape.size())
}

/// Room around a canvas, in device pixels: padding, and a border around that.
struct Around {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
}

impl Around {
    fn of(transform: &Transform) -> Around {
        let border = transform.border_width();
        let pad = transform.shape.pad.times(transform.dpr);
        let [top, right, bottom, left] = pad.map(|room| room + border);
        Around {
            left,
            top,
            right,
            bottom,
        }
    }

    fn grown(&self, canvas: Size) -> Size {
        Size {
            width: canvas.width.saturating_add(self.left + self.right),
            height: canvas.height.saturating_add(self.top + self.bottom),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Axis {
    X,
    Y,
}

impl Axis {
    /// The choice along the axis.
    fn gravity(self, transform: &Transform, offset: Option<Offset>) -> Along {
        let point = match (transform.gravity, self) {
            // A pixel has become a share, see `Asked::resolved`.
            (Gravity::Smart(_) | Gravity::Pixel(..), _) => Point::Third(Third::Middle),
            (Gravity::Position(third, _), Axis::X) | (Gravity::Position(_, third), Axis::Y) => {
                Point::Third(third)
            }
            (Gravity::Focus(share, _), Axis::X) | (Gravity::Focus(_, share), Axis::Y) => {
                Point::Focus(f64::from(share) / 10_000.0)
            }
        };
        Along {
            point,
            offset,
            dpr: transform.dpr,
        }
    }
}

/// Gravity along one axis.
struct Along {
    point: Point,
    offset: Option<Offset>,
    dpr: Dpr,
}

enum Point {
    Third(Third),
    Focus(f64),
}

impl Along {
    /// Where the part that is shown starts.
    fn first(&self, scaled: u32, shown: u32) -> u32 {
        let cut = scaled.saturating_sub(shown);
        let start = match self.point {
            Point::Third(Third::Start) => 0,
            Point::Third(Third::Middle) => cut.div_ceil(2),
            Point::Third(Third::End) => cut,
            // The part is centred on the focus as far as the picture reaches.
            Point::Focus(focus) => {
                let start = (focus * f64::from(scaled) - f64::from(shown) / 2.0).round();
                (start.max(0.0) as u32).min(cut)
            }
        };
        self.shifted(start, scaled, cut)
    }

    /// Where a picture goes on its canvas. The rest of the canvas is shared out by the focus.
    fn place(&self, picture: u32, canvas: u32) -> u32 {
        let free = canvas.saturating_sub(picture);
        let start = match self.point {
            Point::Third(Third::Start) => 0,
            Point::Third(Third::Middle) => free / 2,
            Point::Third(Third::End) => free,
            Point::Focus(focus) => (focus * f64::from(free)).round() as u32,
        };
        self.shifted(start, canvas, free)
    }

    fn shifted(&self, start: u32, side: u32, most: u32) -> u32 {
        let shift = self.offset.map_or(0, |offset| offset.of(side, self.dpr));
        let shift = match self.point {
            Point::Third(Third::End) => -shift,
            _ => shift,
        };
        (i64::from(start) + shift).clamp(0, most.into()) as u32
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
        is_half: true,
        mixed: Edges {
            left: at.0 % 2 == 1,
            right: ends_between(at.0, kept.width, canvas.width),
            top: at.1 % 2 == 1,
            bottom: ends_between(at.1, kept.height, canvas.height),
        },
    })
}

//! Every size, place and cost of one transform, computed from the header before a pixel exists. Stages only read it.
//!
//! The geometry is sharp's, rounding included: `contain` and `inside` fit the image into the box, `cover` and `outside`
//! fit the box into the image, an odd pixel of padding goes right and below, and where a side has to be rounded to whole
//! pixels the scale stays the same on both axes and the remainder is shared by both edges.

use super::frame::{Layout, Size};
use super::header::{Coding, Header};
use super::limits::Limits;
use super::{Error, codec};
use crate::transform::{Colour, Fit, Format, Gravity, Quality, Side, Target, Third, Transform};

/// A rectangle that may cut through pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Columns.
    pub width: f64,
    /// Rows.
    pub height: f64,
}

impl Window {
    fn divided_by(self, shrink: f64) -> Window {
        let Window {
            x,
            y,
            width,
            height,
        } = self;
        Window {
            x: x / shrink,
            y: y / shrink,
            width: width / shrink,
            height: height / shrink,
        }
    }
}

/// What will be done to one image.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The source.
    pub header: Header,
    /// The decoder scales by 1/1, 1/2, 1/4 or 1/8; this is the denominator.
    pub shrink: u32,
    /// What the decoder delivers.
    pub decoded: Size,
    /// The part of the decoded image that is resampled; where a side was rounded up, it reaches beyond the edge by up to
    /// a quarter of a result pixel.
    pub window: Window,
    /// What the resampler makes of it, before orientation.
    pub resized: Size,
    /// Where the upright image sits on the canvas.
    pub at: (u32, u32),
    /// The answer's size.
    pub canvas: Size,
    /// Colour of what the image leaves free.
    pub background: Colour,
    /// What the encoder gets.
    pub layout: Layout,
    /// What is written.
    pub format: Format,
    /// See [`Transform::quality`].
    pub quality: Quality,
    /// See [`Transform::interlace`].
    pub interlace: bool,
    /// Bytes held at once, at most, apart from the source file.
    pub peak_bytes: u64,
}

impl Plan {
    /// Plans a transform.
    ///
    /// # Errors
    /// [`Error::OutputTooLarge`] for a canvas beyond the limits, [`Error::OverBudget`] for a source beyond all measure.
    pub fn new(header: Header, transform: &Transform, limits: &Limits) -> Result<Plan, Error> {
        let source = header.upright();
        let geometry = Geometry::new(source, transform);
        let canvas = geometry.canvas;
        if canvas.width.max(canvas.height) > limits.output_side
            || canvas.pixels() > limits.output_pixels
        {
            return Err(Error::OutputTooLarge {
                canvas,
                side: limits.output_side,
            });
        }
        let format = match transform.target {
            Target::Image(format) => format,
            Target::Keep | Target::Json => header.format.kept(),
        };
        // No coding of so many pixels fits, and the sums below stay far from overflow.
        let least = source.pixels() / 64;
        if least > limits.memory_bytes {
            return Err(over_budget(source, least, limits));
        }
        let shrink = shrink_on_load(&header, geometry.scale.0.min(geometry.scale.1));
        let scaled_down = |length: u32| length.div_ceil(shrink);
        let decoded = Size {
            width: scaled_down(header.stored.width),
            height: scaled_down(header.stored.height),
        };
        let mut plan = Plan {
            // The image covers a rational number of decoded pixels: 2725 columns at 1/8 are 340.6, not 341.
            window: header
                .orientation
                .to_stored(geometry.window(source), header.stored)
                .divided_by(shrink.into()),
            resized: geometry.kept.swapped_if(header.orientation.swaps_axes()),
            at: geometry.at,
            layout: layout(&header, transform, format, geometry.kept != canvas),
            background: transform.background,
            quality: transform.quality,
            interlace: transform.interlace,
            peak_bytes: 0,
            header,
            shrink,
            decoded,
            canvas,
            format,
        };
        plan.peak_bytes = plan.peak();
        Ok(plan)
    }

    /// Whether the plan, and a source file of this length beside it, fit into memory.
    ///
    /// # Errors
    /// [`Error::OverBudget`].
    pub fn check_budget(&self, source_bytes: u64, limits: &Limits) -> Result<(), Error> {
        let need = self.peak_bytes + codec::file_bytes(self.header.format, source_bytes);
        if need > limits.memory_bytes {
            return Err(over_budget(self.header.stored, need, limits));
        }
        Ok(())
    }

    /// Whether there is nothing to resample.
    pub fn keeps_every_pixel(&self) -> bool {
        let Size { width, height } = self.decoded;
        self.resized == self.decoded
            && self.window
                == Window {
                    x: 0.0,
                    y: 0.0,
                    width: width.into(),
                    height: height.into(),
                }
    }

    /// The most that two neighbouring stages hold together.
    fn peak(&self) -> u64 {
        let source_channels = self.header.layout.channels() as u64;
        let decoded = self.decoded.pixels() * source_channels;
        let resized = self.resized.pixels() * source_channels;
        // The resampler's first pass is the vertical one; its weights are some 60 bytes a row and a column.
        let between =
            u64::from(self.decoded.width) * u64::from(self.resized.height) * source_channels;
        let sides = |size: Size| u64::from(size.width) + u64::from(size.height);
        let weights = 64 * (sides(self.decoded) + sides(self.resized));
        let canvas = self.canvas.pixels() * self.layout.channels() as u64;
        let resize = if self.keeps_every_pixel() {
            decoded
        } else {
            decoded + between + resized + weights
        };
        let turned = 2 * resized.max(self.resized.pixels() * self.layout.channels() as u64);
        let encode = canvas + codec::encoder_bytes(self);
        FIXED_BYTES
            + decoded
                .max(codec::decoder_bytes(self))
                .max(resize)
                .max(turned)
                .max(resized + canvas)
                .max(encode)
    }
}

fn over_budget(source: Size, need: u64, limits: &Limits) -> Error {
    Error::OverBudget {
        pixels: source.pixels(),
        need,
        budget: limits.memory_bytes,
    }
}

/// Tables, windows and small buffers of any codec.
const FIXED_BYTES: u64 = 512 * 1024;

/// The upright rectangles of a transform.
struct Geometry {
    /// Source pixels per result pixel, each axis.
    scale: (f64, f64),
    /// The whole source after scaling; only a `kept` part of it is ever made.
    scaled: Size,
    /// What of it is made.
    kept: Size,
    /// Where that part starts within `scaled`.
    from: (u32, u32),
    canvas: Size,
    /// Where that part goes on the canvas.
    at: (u32, u32),
}

impl Geometry {
    fn new(source: Size, transform: &Transform) -> Geometry {
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
            Axis::X,
            scaled.width,
            kept.width,
            canvas.width,
        );
        let (from_y, at_y) = place(
            transform.gravity,
            Axis::Y,
            scaled.height,
            kept.height,
            canvas.height,
        );
        Geometry {
            scale,
            scaled,
            kept,
            from: (from_x, from_y),
            canvas,
            at: (at_x, at_y),
        }
    }

    /// The kept part of the upright source.
    fn window(&self, source: Size) -> Window {
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
            x,
            y,
            width,
            height,
        }
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
enum Axis {
    X,
    Y,
}

/// Along one axis: where the kept part starts, and where it goes.
fn place(gravity: Gravity, axis: Axis, scaled: u32, kept: u32, canvas: u32) -> (u32, u32) {
    let (cut, free) = (scaled.saturating_sub(kept), canvas.saturating_sub(kept));
    match gravity {
        Gravity::Position(x, y) => match if axis == Axis::X { x } else { y } {
            Third::Start => (0, 0),
            Third::Middle => (cut.div_ceil(2), free / 2),
            Third::End => (cut, free),
        },
        Gravity::Focus(x, y) => {
            let focus = f64::from(if axis == Axis::X { x } else { y }) / 10_000.0;
            // The kept part is centred on the focus as far as the image reaches; padding is shared out by it.
            let start = (focus * f64::from(scaled) - f64::from(kept) / 2.0).round();
            (
                (start.max(0.0) as u32).min(cut),
                (focus * f64::from(free)).round() as u32,
            )
        }
    }
}

/// The largest denominator that leaves the resampler something to do, as sharp chooses it: at exactly 1/2 the decoder's
/// own averaging would be the whole resize, and it is softer than Lanczos.
fn shrink_on_load(header: &Header, reduction: f64) -> u32 {
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

/// The cheapest layout that loses nothing the format can hold.
fn layout(header: &Header, transform: &Transform, format: Format, padded: bool) -> Layout {
    let background = transform.background;
    let seen = padded || (header.layout.alpha() && !format.has_alpha());
    let grey = header.layout.grey() && (!seen || background.is_grey());
    let alpha = format.has_alpha() && (header.layout.alpha() || (padded && background.a < 255));
    Layout::of(grey, alpha)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::image::orient::Orientation;
    use std::num::NonZeroU16;

    const LIMITS: Limits = Limits {
        source_bytes: 1 << 26,
        output_side: 4096,
        output_pixels: 1 << 24,
        memory_bytes: 72 << 20,
    };

    fn header(width: u32, height: u32) -> Header {
        Header {
            format: Format::Jpeg,
            stored: Size { width, height },
            orientation: Orientation::default(),
            layout: Layout::Rgb,
            coding: Coding::Jpeg {
                blocks_a_row: width.div_ceil(16) * 6,
            },
        }
    }

    fn px(pixels: u16) -> Side {
        NonZeroU16::new(pixels).map_or(Side::Auto, Side::Px)
    }

    fn asked(width: u16, height: u16, fit: Fit) -> Transform {
        Transform {
            width: px(width),
            height: px(height),
            fit,
            ..Config::default().transform
        }
    }

    fn plan(source: (u32, u32), transform: Transform) -> Plan {
        Plan::new(header(source.0, source.1), &transform, &LIMITS).expect("within the limits")
    }

    /// Canvas, image on it, and its place.
    fn sizes(plan: &Plan) -> [u32; 6] {
        let (canvas, image, at) = (plan.canvas, plan.resized, plan.at);
        [
            canvas.width,
            canvas.height,
            image.width,
            image.height,
            at.0,
            at.1,
        ]
    }

    #[test]
    fn the_five_fits_of_a_photo() {
        let of = |fit| sizes(&plan((1800, 1200), asked(1200, 627, fit)));
        assert_eq!(of(Fit::Contain), [1200, 627, 941, 627, 129, 0]);
        assert_eq!(of(Fit::Inside), [941, 627, 941, 627, 0, 0]);
        assert_eq!(of(Fit::Cover), [1200, 627, 1200, 627, 0, 0]);
        assert_eq!(of(Fit::Fill), [1200, 627, 1200, 627, 0, 0]);
        assert_eq!(of(Fit::Outside), [1200, 800, 1200, 800, 0, 0]);
    }

    #[test]
    fn auto_follows_the_source() {
        assert_eq!(
            sizes(&plan((1800, 1200), asked(600, 0, Fit::Contain))),
            [600, 400, 600, 400, 0, 0]
        );
        assert_eq!(
            sizes(&plan((1800, 1200), asked(0, 100, Fit::Cover))),
            [150, 100, 150, 100, 0, 0]
        );
        assert_eq!(
            sizes(&plan((1800, 1200), asked(0, 0, Fit::Inside))),
            [1800, 1200, 1800, 1200, 0, 0]
        );
    }

    #[test]
    fn a_rounded_side_keeps_the_scale_and_shares_the_remainder() {
        // 400 x 600 covers 185 x 100 at 2.162: 277.5 rows become 278, of which 100 are kept from row 89 on.
        let window = plan((400, 600), asked(185, 100, Fit::Cover)).window;
        let (scale, rows) = (400.0 / 185.0, 600.0);
        assert!(
            (window.y - (89.0 * scale + (rows - 278.0 * scale) / 2.0)).abs() < 1e-9,
            "{window:?}"
        );
        assert!((window.height - 100.0 * scale).abs() < 1e-9, "{window:?}");
    }

    #[test]
    fn without_enlargement_a_small_image_keeps_its_size() {
        let small = |fit| {
            sizes(&plan(
                (100, 50),
                Transform {
                    enlarge: false,
                    ..asked(400, 300, fit)
                },
            ))
        };
        assert_eq!(small(Fit::Contain), [400, 300, 100, 50, 150, 125]);
        assert_eq!(small(Fit::Inside), [100, 50, 100, 50, 0, 0]);
        assert_eq!(small(Fit::Cover), [100, 50, 100, 50, 0, 0]);
    }

    #[test]
    fn cover_cuts_around_the_focal_point() {
        let window = |gravity| {
            plan(
                (1000, 1000),
                Transform {
                    gravity,
                    ..asked(100, 50, Fit::Cover)
                },
            )
            .window
        };
        let at = |y| Window {
            x: 0.0,
            y,
            width: 125.0,
            height: 62.5,
        }; // decoded at 1/8
        assert_eq!(window(Gravity::default()), at(31.25));
        assert_eq!(window(Gravity::Focus(5000, 0)), at(0.0));
        assert_eq!(window(Gravity::Focus(5000, 6000)), at(43.75));
        assert_eq!(window(Gravity::Focus(5000, 10_000)), at(62.5));
        assert_eq!(
            window(Gravity::Position(Third::Start, Third::End)),
            at(62.5)
        );
    }

    #[test]
    fn orientation_swaps_the_axes_of_the_plan_and_not_of_the_answer() {
        let mut turned = header(1200, 1800);
        turned.orientation = Orientation::from_exif(6).expect("1 to 8");
        let plan =
            Plan::new(turned, &asked(1200, 627, Fit::Contain), &LIMITS).expect("within the limits");
        assert_eq!(sizes(&plan), [1200, 627, 627, 941, 129, 0]);
    }

    #[test]
    fn the_jpeg_decoder_scales_as_far_as_the_resampler_still_has_work() {
        let shrink = |width| plan((width, width), asked(100, 100, Fit::Inside)).shrink;
        assert_eq!(
            [100, 199, 200, 299, 300, 400, 499, 500, 800, 900].map(shrink),
            [1, 1, 1, 1, 2, 2, 2, 4, 4, 8]
        );
        let odd = plan((2725, 2725), asked(100, 100, Fit::Inside));
        assert_eq!((odd.decoded.width, odd.window.width), (341, 340.625));
    }

    #[test]
    fn what_is_too_large_is_refused_with_the_figures() {
        let over = Plan::new(
            header(1800, 1200),
            &asked(4096, 0, Fit::Inside),
            &Limits {
                output_side: 2000,
                ..LIMITS
            },
        );
        assert!(matches!(over, Err(Error::OutputTooLarge { .. })));
        let mut bomb = header(60_000, 60_000);
        bomb.coding = Coding::Rows;
        let plan = Plan::new(bomb, &asked(100, 100, Fit::Inside), &LIMITS);
        match plan.and_then(|plan| plan.check_budget(0, &LIMITS)) {
            Err(error @ Error::OverBudget { .. }) => {
                assert!(error.to_string().contains("3600.0 megapixels"), "{error}")
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_window_lies_on_its_image_but_for_a_quarter_of_a_result_pixel() {
        for fit in [
            Fit::Contain,
            Fit::Inside,
            Fit::Cover,
            Fit::Fill,
            Fit::Outside,
        ] {
            for (w, h) in [
                (1, 1),
                (1, 3000),
                (3000, 1),
                (7, 5),
                (2725, 1999),
                (640, 480),
            ] {
                for (bw, bh) in [(1, 1), (1200, 627), (3, 4000), (0, 50), (50, 0)] {
                    for gravity in [
                        Gravity::default(),
                        Gravity::Focus(9999, 1),
                        Gravity::Position(Third::End, Third::End),
                    ] {
                        let transform = Transform {
                            gravity,
                            ..asked(bw, bh, fit)
                        };
                        let Ok(plan) = Plan::new(header(w, h), &transform, &LIMITS) else {
                            continue;
                        };
                        let Window {
                            x,
                            y,
                            width,
                            height,
                        } = plan.window;
                        for (start, length, kept, limit) in [
                            (x, width, plan.resized.width, plan.decoded.width),
                            (y, height, plan.resized.height, plan.decoded.height),
                        ] {
                            let beyond =
                                length / f64::from(kept) / 4.0 + 1e-9 * f64::from(w.max(h));
                            assert!(length > 0.0 && start >= -beyond, "{plan:?}");
                            assert!(start + length <= f64::from(limit) + beyond, "{plan:?}");
                        }
                        assert!(
                            plan.at.0 + plan.resized.width <= plan.canvas.width,
                            "{plan:?}"
                        );
                    }
                }
            }
        }
    }
}

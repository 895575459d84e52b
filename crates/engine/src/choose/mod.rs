//! A plan is chosen: the formats that the answer may have, the best first, each planned and
//! reckoned, until one fits into memory.

pub(crate) mod format;

use crate::choose::format::{candidates, written_layout};
use std::num::NonZeroU8;

use crate::error::Error;
use crate::header::{Coding, Header};
use crate::layer::Layers;
use crate::limits::Limits;
use crate::pixels::layout::{Layout, Size};
use crate::pixels::window::Rect;
use crate::plan::geometry::{Geometry, chroma, halves, shrink_on_load};
use crate::plan::plane::Plane;
use crate::plan::source::Source;
use crate::plan::{Aim, Indexed, Known, Plan};
use crate::quantise::palette::MOST as MOST_COLOURS;
use crate::spec::{By, Format, FormatSet};
use crate::stage;
use crate::stage::link::{Samples, Stage};
use crate::transform::{Crop, Dpr, Fit, Length, Overlay, Place, Quality, Side, Target, Transform};

impl Plan {
    /// Plans a transform.
    ///
    /// # Errors
    /// [`Error::OutputTooLarge`] for a canvas beyond the limits, [`Error::TooManyPixels`] for a
    /// source beyond all measure.
    pub fn new(
        header: Header,
        source: Source,
        transform: &Transform,
        limits: &Limits,
    ) -> Result<Plan, Error> {
        Plan::with_guests(
            header,
            source,
            transform,
            limits,
            FormatSet::default(),
            Known::default(),
        )
    }

    /// Plans a transform where there are guests, and more is known of the file than its header.
    ///
    /// # Errors
    /// As [`Plan::new`]; [`Error::Unsupported`] for what only a guest reads or writes.
    pub fn with_guests(
        header: Header,
        source: Source,
        transform: &Transform,
        limits: &Limits,
        offer: FormatSet,
        known: Known,
    ) -> Result<Plan, Error> {
        let header = header.with_guests(offer)?;
        let transform = &Transform {
            gravity: known.focus.unwrap_or(transform.gravity),
            ..*transform
        };
        let trimmed = known.area.unwrap_or(Rect::all(header.upright()));
        let area = transform.crop.of(trimmed);
        let geometry = Geometry::new(area, transform);
        let padded = geometry.kept != geometry.canvas;
        let mut formats = candidates(&header, transform, padded, known.moves, offer).into_iter();
        loop {
            let format = formats.next().ok_or(Error::Unsupported(
                "this source has no format to be answered in",
            ))?;
            let source = source.clone();
            let planned =
                Plan::written_as(format, header, source, &geometry, transform, limits, offer);
            let mut plan = match planned {
                Err(_) if formats.len() > 0 => continue,
                planned => planned?,
            };
            if known.layer_bytes > 0 {
                plan.layer_bytes = known.layer_bytes;
                plan.reckon();
            }
            let fits = plan.check_budget(plan.file_bytes(known.bytes), limits);
            if fits.is_ok() || formats.len() == 0 {
                return Ok(plan); // whether the last one fits is the caller's to ask, who may want it described only
            }
        }
    }

    fn written_as(
        format: Format,
        header: Header,
        source: Source,
        geometry: &Geometry,
        transform: &Transform,
        limits: &Limits,
        offer: FormatSet,
    ) -> Result<Plan, Error> {
        let upright = header.upright();
        let canvas = geometry.canvas;
        if canvas.width.max(canvas.height) > limits.output_side
            || canvas.pixels() > limits.output_pixels
        {
            return Err(Error::OutputTooLarge {
                canvas,
                side: limits.output_side,
            });
        }
        let spec = format.spec();
        if let Some(side) = spec.most_side
            && canvas.width.max(canvas.height) > side
        {
            return Err(Error::OutputTooLarge { canvas, side });
        }
        if format.needs_guest() && !offer.has(format) {
            return Err(Error::Unsupported(
                "this deployment has no codec that writes the format",
            ));
        }
        // Rows of any length may fit into memory; the time that so many take is another matter. The sums below stay far from overflow.
        if upright.pixels() > MOST_PIXELS {
            return Err(Error::TooManyPixels {
                pixels: upright.pixels(),
                most: MOST_PIXELS,
            });
        }
        let shrink = shrink_on_load(&header, geometry.scale.0.min(geometry.scale.1));
        let scaled_down = |length: u32| length.div_ceil(shrink);
        let decoded = Size {
            width: scaled_down(header.stored.width),
            height: scaled_down(header.stored.height),
        };
        let cut = geometry.cut(&header, decoded, shrink, shrink);
        let mut plan = Plan {
            transform: *transform,
            area: geometry.area(),
            cut,
            // The image covers a rational number of decoded pixels: 2725 columns at 1/8 are 340.6, not 341.
            window: header
                .orientation
                .to_stored(geometry.window(), header.stored)
                .divided_by(shrink.into(), shrink.into())
                .within(cut),
            chroma: None,
            halves: halves(&header, geometry),
            resized: geometry.kept.swapped_if(header.orientation.swaps_axes()),
            at: geometry.at,
            layout: written_layout(&header, transform, format, geometry.kept != canvas),
            palette: None,
            original: false,
            by_guest: match spec.written {
                By::Guest { or_us: false } => true,
                By::Guest { or_us: true } => offer.has(format) && !transform.lossless,
                By::Us | By::Nobody => false,
            },
            capacity: None,
            aim: None,
            layers: Layers::default(),
            layer_bytes: 0,
            animation: None,
            peak_bytes: 0,
            decode_bytes: 0,
            encode_bytes: 0,
            budget_bytes: limits.memory_bytes,
            token_bytes: 0,
            header,
            source,
            shrink,
            decoded,
            canvas,
            format,
        };
        let stages = stage::at_work(&plan);
        plan.original = stages.is_empty() && plan.may_be_its_source();
        let is_of_planes = |stage: &&dyn Stage| stage.samples(&plan) == Samples::Plane;
        if stages.iter().all(is_of_planes) {
            plan.chroma = chroma(&plan.header, format, geometry, shrink);
        }
        plan.palette = plan.indexed(transform.target);
        plan.reckon();
        Ok(plan)
    }

    /// Whether a picture that no stage changes may have its source's own file: in the same format.
    /// Quality is no change: a source is as good as it is. Several scans are one, where the source
    /// has not got them.
    fn may_be_its_source(&self) -> bool {
        let several_scans = match self.header.coding {
            Coding::Jpeg { progressive, .. } => progressive,
            _ => false,
        };
        self.format == self.header.format
            && self.format.spec().strips
            && self.canvas == self.header.stored
            && (several_scans || !self.transform.interlace || self.format != Format::Jpeg)
    }

    /// Plans the small picture that placeholders are made of: the upright source with its alpha, in
    /// sRGB.
    ///
    /// # Errors
    /// As [`Plan::with_guests`].
    pub(crate) fn small(
        header: Header,
        source: Source,
        transform: &Transform,
        limits: &Limits,
        offer: FormatSet,
    ) -> Result<Plan, Error> {
        let side = Side::px(SIDE);
        let transform = Transform {
            width: side,
            height: side,
            enlarge: false,
            target: Target::Image(Format::Png),
            quality: Quality::MOST,
            ..transform.at_its_own_size()
        };
        let limits = Limits {
            output_side: SIDE.into(),
            output_pixels: u64::from(SIDE).pow(2),
            ..*limits
        };
        let mut plan =
            Plan::with_guests(header, source, &transform, &limits, offer, Known::default())?;
        plan.palette = None; // it is not written
        plan.original = false;
        plan.reckon();
        Ok(plan)
    }

    /// Plans a look at every pixel of a source, of which nothing is made.
    ///
    /// # Errors
    /// As [`Plan::with_guests`].
    pub(crate) fn scan(
        header: Header,
        source: Source,
        threshold: NonZeroU8,
        transform: &Transform,
        limits: &Limits,
        offer: FormatSet,
    ) -> Result<Plan, Error> {
        let transform = Transform {
            target: Target::Image(Format::Png),
            ..transform.at_its_own_size()
        };
        let limits = Limits {
            output_side: u32::MAX,
            output_pixels: u64::MAX,
            ..*limits
        };
        let mut plan =
            Plan::with_guests(header, source, &transform, &limits, offer, Known::default())?;
        plan.palette = None; // it is not written
        plan.original = false;
        plan.aim = Some(Aim::Box(threshold));
        plan.reckon();
        Ok(plan)
    }

    /// Plans a look at a small picture of what is shown, for a point that a crop goes around. The
    /// search takes so many `bytes`. Effects do not move the point.
    ///
    /// # Errors
    /// As [`Plan::with_guests`].
    pub(crate) fn point(
        header: Header,
        source: Source,
        (size, bytes): (Size, u64),
        transform: &Transform,
        limits: &Limits,
        offer: FormatSet,
        known: Known,
    ) -> Result<Plan, Error> {
        let side = |length: u32| Side::px(length.min(u16::MAX.into()) as u16);
        let transform = Transform {
            width: side(size.width),
            height: side(size.height),
            fit: Fit::Fill,
            target: Target::Image(Format::Png),
            quality: Quality::MOST,
            crop: transform.crop,
            ..Transform::DEFAULT
        };
        let limits = Limits {
            output_side: u32::MAX,
            output_pixels: u64::MAX,
            ..*limits
        };
        let known = Known {
            moves: false,
            ..known
        };
        let mut plan = Plan::with_guests(header, source, &transform, &limits, offer, known)?;
        plan.palette = None; // it is not written
        plan.original = false;
        plan.aim = Some(Aim::Point { bytes });
        plan.reckon();
        Ok(plan)
    }

    /// Plans the pixels of a picture that is laid over a canvas. A picture of
    /// its own size is cut down to what is seen of it.
    ///
    /// # Errors
    /// As [`Plan::with_guests`]; [`Error::Outside`] where nothing of it lies on the canvas.
    pub(crate) fn layer(
        header: Header,
        source: Source,
        lies: Lies,
        limits: &Limits,
        offer: FormatSet,
    ) -> Result<Plan, Error> {
        let Lies {
            overlay,
            canvas,
            dpr,
        } = lies;
        let side = |length: u32| Side::px(length.min(u16::MAX.into()) as u16);
        let (own, bounds) = (header.upright(), overlay.bounds(canvas));
        let mut transform = Transform {
            width: Side::Auto,
            height: Side::Auto,
            fit: Fit::Inside,
            target: Target::Image(Format::Png),
            quality: Quality::MOST,
            ..Transform::DEFAULT
        };
        match bounds {
            Some(bounds) => {
                (transform.width, transform.height) = (side(bounds.width), side(bounds.height));
            }
            None => {
                let place = overlay.place(own, canvas, dpr);
                let shown = place.shown(own, canvas).ok_or(Error::Outside)?;
                let px = |length| Some(Length::Px(length));
                transform.crop = Crop {
                    x: px(shown.left),
                    y: px(shown.top),
                    width: px(shown.width),
                    height: px(shown.height),
                    ..Crop::NONE
                };
            }
        }
        let known = Known::default();
        let mut plan = Plan::with_guests(header, source, &transform, limits, offer, known)?;
        let place = lies.place(&plan);
        place.shown(plan.canvas, canvas).ok_or(Error::Outside)?;
        plan.palette = None; // it is not written
        plan.original = false;
        plan.layout = Layout::Rgba;
        plan.aim = Some(Aim::Layer);
        plan.reckon();
        Ok(plan)
    }

    /// A PNG has a palette where that is asked for, and where no pixel becomes another by it. Where
    /// its source has one and is resampled, which makes more colours than it had, pixels may become
    /// others that are near.
    fn indexed(&self, target: Target) -> Option<Indexed> {
        let quality = usize::from(self.transform.quality.get());
        if self.format != Format::Png {
            None
        } else if target == Target::Image(Format::Png) && quality < 100 {
            Some(Indexed::Best((MOST_COLOURS * quality).div_ceil(100)))
        } else if self.header.palette && !self.planes().iter().all(Plane::keeps_every_pixel) {
            Some(Indexed::Near)
        } else {
            Some(Indexed::All)
        }
    }
}

/// A canvas, and how a picture lies on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lies {
    pub(crate) overlay: Overlay,
    pub(crate) canvas: Size,
    pub(crate) dpr: Dpr,
}

impl Lies {
    /// Returns the place of the layer that a plan makes.
    pub(crate) fn place(&self, plan: &Plan) -> Place {
        let Lies {
            overlay,
            canvas,
            dpr,
        } = *self;
        if overlay.bounds(canvas).is_some() {
            return overlay.place(plan.canvas, canvas, dpr);
        }
        let place = overlay.place(plan.header.upright(), canvas, dpr);
        Place {
            left: place.left.max(0),
            top: place.top.max(0),
            ..place
        }
    }
}

/// Most pixels of a source. The JPEG decoder has the same limit, and sharp by default.
const MOST_PIXELS: u64 = 0x3fff * 0x3fff;

/// Longest side of the small picture that placeholders are made of. ThumbHash is defined for images
/// up to this size, and the other placeholders gain nothing visible from more.
pub(crate) const SIDE: u16 = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::colours::Colours;
    use crate::pixels::orientation::Orientation;
    use crate::pixels::window::Window;
    use crate::transform::{Border, Extend, Gravity, Offset, Pad, Ratio, Shape, Third};
    use std::num::NonZeroU16;

    const LIMITS: Limits = Limits {
        source_bytes: 1 << 26,
        output_side: 4096,
        output_pixels: 1 << 24,
        frame_pixels: 1 << 27,
        memory_bytes: 72 << 20,
    };

    fn header(width: u32, height: u32) -> Header {
        Header {
            format: Format::Jpeg,
            stored: Size { width, height },
            orientation: Orientation::default(),
            layout: Layout::Rgb,
            coding: Coding::Jpeg {
                sampling: [(2, 2), (1, 1), (1, 1), (0, 0)],
                progressive: false,
                chroma: Some((2, 2)),
                resident: false,
            },
            colours: Colours::Untagged,
            cmyk: false,
            palette: false,
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
            ..Transform::DEFAULT
        }
    }

    fn plan(source: (u32, u32), transform: Transform) -> Plan {
        Plan::new(
            header(source.0, source.1),
            Source::Srgb,
            &transform,
            &LIMITS,
        )
        .expect("within the limits")
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
    fn a_side_that_no_webp_has_is_refused_for_webp_alone() {
        let limits = Limits {
            output_side: 1 << 14,
            ..LIMITS
        };
        let of = |width, format| {
            let transform = Transform {
                target: Target::Image(format),
                ..asked(width, 1, Fit::Fill)
            };
            Plan::new(header(20, 20), Source::Srgb, &transform, &limits)
                .map(|plan| plan.canvas.width)
        };
        assert_eq!(of(16_383, Format::WebP), Ok(16_383));
        assert_eq!(of(16_384, Format::Png), Ok(16_384));
        let refused = of(16_384, Format::WebP);
        assert!(
            matches!(refused, Err(Error::OutputTooLarge { side: 16_383, .. })),
            "{refused:?}"
        );
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

    /// Sizes and places of a picture under a shape, beside those that the peers have.
    #[test]
    fn a_shape_adds_to_the_box() {
        let shape = Shape::PLAIN;
        let side = |pixels| NonZeroU16::new(pixels);
        let ratio = |across, down| {
            let [across, down] = [across, down].map(|v| NonZeroU16::new(v).expect("not zero"));
            Some(Ratio::new(across, down))
        };
        let of =
            |source, asked: Transform, shape| sizes(&plan(source, Transform { shape, ..asked }));
        let photo = (1800, 1200);
        let square = (100, 100);
        for (source, asked, shape, wanted) in [
            // A canvas of the box, and one of its ratio.
            (
                photo,
                asked(300, 300, Fit::Inside),
                Shape {
                    extend: Some(Extend::Size),
                    ..shape
                },
                [300, 300, 300, 200, 0, 50],
            ),
            (
                square,
                Transform {
                    enlarge: false,
                    ..asked(400, 200, Fit::Inside)
                },
                Shape {
                    extend: Some(Extend::Ratio),
                    ..shape
                },
                [200, 100, 100, 100, 50, 0],
            ),
            (
                square,
                Transform {
                    enlarge: false,
                    ..asked(200, 400, Fit::Cover)
                },
                Shape {
                    extend: Some(Extend::Ratio),
                    ..shape
                },
                [100, 200, 100, 100, 0, 50],
            ),
            // A box of which the ratio is known.
            (
                photo,
                asked(320, 0, Fit::Cover),
                Shape {
                    ratio: ratio(16, 9),
                    ..shape
                },
                [320, 180, 320, 180, 0, 0],
            ),
            (
                photo,
                asked(0, 0, Fit::Cover),
                Shape {
                    ratio: ratio(1, 1),
                    ..shape
                },
                [1200, 1200, 1200, 1200, 0, 0],
            ),
            // Least sides: the picture grows, and the box cuts it.
            (
                photo,
                asked(300, 0, Fit::Inside),
                Shape {
                    least: (None, side(400)),
                    ..shape
                },
                [300, 400, 300, 400, 0, 0],
            ),
            (
                square,
                Transform {
                    enlarge: false,
                    ..asked(0, 0, Fit::Inside)
                },
                Shape {
                    least: (side(150), None),
                    ..shape
                },
                [150, 150, 150, 150, 0, 0],
            ),
            // A part behind the resize, before the canvas.
            (
                photo,
                asked(300, 300, Fit::Contain),
                Shape {
                    kept: Crop {
                        x: Some(Length::Px(10)),
                        width: Some(Length::Px(100)),
                        ..Crop::NONE
                    },
                    ..shape
                },
                [300, 300, 100, 200, 100, 50],
            ),
            // Padding and border, with dpr.
            (
                photo,
                Transform {
                    dpr: Dpr::from_millionths(2_000_000).expect("2"),
                    ..asked(150, 100, Fit::Inside)
                },
                Shape {
                    pad: Pad {
                        top: 1,
                        right: 2,
                        bottom: 3,
                        left: 4,
                    },
                    border: Some(Border {
                        width: NonZeroU16::MIN,
                        colour: crate::transform::Colour::WHITE,
                    }),
                    ..shape
                },
                [316, 212, 300, 200, 10, 4],
            ),
            // A shift of the picture on its canvas.
            (
                photo,
                asked(300, 300, Fit::Contain),
                Shape {
                    offset: (None, Some(Offset::Px(-20))),
                    ..shape
                },
                [300, 300, 300, 200, 0, 30],
            ),
        ] {
            assert_eq!(of(source, asked, shape), wanted, "{shape:?}");
        }
    }

    #[test]
    fn aspect_crop_keeps_the_shape_and_never_enlarges() {
        let of =
            |source, width, height| sizes(&plan(source, asked(width, height, Fit::AspectCrop)));
        assert_eq!(of((1800, 1200), 300, 300)[..2], [300, 300]);
        assert_eq!(of((100, 50), 400, 400)[..2], [50, 50]);
        assert_eq!(of((100, 50), 40, 400)[..2], [5, 50]);
        assert_eq!(of((100, 50), 400, 40)[..2], [100, 10]);
        assert_eq!(of((100, 50), 200, 20)[..2], [100, 10]);
        let up = |source| sizes(&plan(source, asked(400, 300, Fit::ScaleUp)));
        assert_eq!(up((100, 50))[..2], [400, 200]);
        assert_eq!(up((800, 600))[..2], [800, 600]);
    }

    #[test]
    fn a_share_is_of_the_source() {
        let share = Side::Share(NonZeroU16::new(2500).expect("a quarter"));
        let transform = Transform {
            width: share,
            ..asked(0, 0, Fit::Inside)
        };
        assert_eq!(sizes(&plan((1801, 1200), transform))[..2], [450, 300]);
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
        let plan = Plan::new(
            turned,
            Source::Srgb,
            &asked(1200, 627, Fit::Contain),
            &LIMITS,
        )
        .expect("within the limits");
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
            Source::Srgb,
            &asked(4096, 0, Fit::Inside),
            &Limits {
                output_side: 2000,
                ..LIMITS
            },
        );
        assert!(matches!(over, Err(Error::OutputTooLarge { .. })));
        let bomb = |side, coding| {
            let header = Header {
                coding,
                ..header(side, side)
            };
            let plan = Plan::new(header, Source::Srgb, &asked(100, 100, Fit::Inside), &LIMITS);
            plan.and_then(|plan| plan.check_budget(0, &LIMITS))
                .expect_err("a bomb")
        };
        let many = bomb(60_000, Coding::Rows { bits_per_pixel: 24 });
        assert!(matches!(many, Error::TooManyPixels { .. }), "{many:?}");
        assert!(many.to_string().contains("3600.0 megapixels"), "{many}");
        let whole = bomb(
            10_000,
            Coding::Whole {
                peak_bytes: 400_000_000,
                copies: 0,
            },
        );
        assert!(matches!(whole, Error::OverBudget { .. }), "{whole:?}");
        assert!(whole.to_string().contains("100.0 megapixels"), "{whole}");
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
                        let Ok(plan) = Plan::new(header(w, h), Source::Srgb, &transform, &LIMITS)
                        else {
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

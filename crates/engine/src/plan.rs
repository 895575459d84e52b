//! Every size, place and cost of one transform, computed from the header before a pixel exists. Stages only read it.
//!
//! The geometry is sharp's, rounding included: `contain` and `inside` fit the image into the box, `cover` and `outside`
//! fit the box into the image, an odd pixel of padding goes right and below, and where a side has to be rounded to whole
//! pixels the scale stays the same on both axes and the remainder is shared by both edges.

mod format;
mod frames;
mod geometry;
mod memory;

use std::num::NonZeroU16;

use letterbox_resize::{Axis, Channels, Settings};

use crate::colour::Source;
use crate::error::Error;
use crate::frame::{Layout, Size};
use crate::guest::Offer;
use crate::header::{Coding, Header};
use crate::limits::Limits;
use crate::placeholder::SIDE;
pub use crate::plan::frames::Animation;
pub use crate::plan::geometry::Halves;
use crate::plan::geometry::{Geometry, chroma, halves, shrink_on_load};
pub use crate::plan::memory::Step;
use crate::quantise::MOST as MOST_COLOURS;
use crate::transform::{Colour, Dpr, Fit, Format, Quality, Side, Target, Transform};
use crate::{codec, strip};

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
    fn divided_by(self, across: f64, down: f64) -> Window {
        let Window {
            x,
            y,
            width,
            height,
        } = self;
        Window {
            x: x / across,
            y: y / down,
            width: width / across,
            height: height / down,
        }
    }
}

/// One plane of samples on its way. Interleaved pixels are one plane; a JPEG that becomes a JPEG stays in the components it is coded
/// in, and they are three: luminance, and twice chrominance at half its size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plane {
    /// What the decoder delivers.
    pub decoded: Size,
    /// What a pixel of it consists of.
    pub source: Layout,
    /// The part that is resampled, see [`Plan::window`].
    pub window: Window,
    /// What the resampler makes of it, before orientation.
    pub resized: Size,
    /// Where it sits on its canvas, upright.
    pub at: (u32, u32),
    /// The size of the whole plane.
    pub canvas: Size,
    /// What the encoder gets.
    pub layout: Layout,
    /// A pixel of the background, in that layout.
    pub background: [u8; 4],
    /// Where a row or column of chrominance is half image and half background.
    pub mixed: Edges,
}

/// The four edges of an upright image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edges {
    /// First column.
    pub left: bool,
    /// Last column.
    pub right: bool,
    /// First row.
    pub top: bool,
    /// Last row.
    pub bottom: bool,
}

impl Plane {
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

    /// The size of the resized image when it is upright.
    pub(crate) fn upright(&self, plan: &Plan) -> Size {
        let swap = plan.header.orientation.swaps_axes();
        self.resized.swapped_if(swap)
    }

    /// The resampling, where there is one.
    pub(crate) fn resampling(&self) -> Settings {
        let Window {
            x,
            y,
            width,
            height,
        } = self.window;
        let axis = |source, start, length, result| Axis {
            source,
            start,
            length,
            result,
        };
        let channels = match self.source {
            Layout::Grey => Channels::Grey,
            Layout::GreyAlpha => Channels::GreyAlpha,
            Layout::Rgb => Channels::Rgb,
            Layout::Rgba => Channels::Rgba,
        };
        Settings::new(
            axis(self.decoded.width, x, width, self.resized.width),
            axis(self.decoded.height, y, height, self.resized.height),
            channels,
        )
    }
}

/// What is known of a source file beside its header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// How many bytes it has; 0 where that is not known.
    pub bytes: u64,
    /// Whether it has several frames that are wanted.
    pub moves: bool,
}

/// Which colours the palette of an answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indexed {
    /// As many as there are, if a palette has room for them; else there is none.
    All,
    /// The source's colours, or others that are so near that nobody sees it.
    Near,
    /// Not more than these, chosen so that they do best.
    Best(usize),
}

/// What will be done to one image.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The source.
    pub header: Header,
    /// What its samples are.
    pub source: Source,
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
    /// What the encoder gets, or would get if the image were not in components.
    pub layout: Layout,
    /// Each plane of chrominance, where the image stays in its components. The sizes and the window above are luminance's then.
    pub chroma: Option<Plane>,
    /// Where the decoder hands out luminance and chrominance, and they become pixels behind the resampler: chrominance as it is coded.
    pub halves: Option<Halves>,
    /// What is written.
    pub format: Format,
    /// The palette of what is written, where a format may have one or not.
    pub palette: Option<Indexed>,
    /// See [`Transform::quality`].
    pub quality: Quality,
    /// See [`Transform::interlace`].
    pub interlace: bool,
    /// See [`Transform::lossless`].
    pub lossless: bool,
    /// Whether nothing about the picture is changed, so that the source's own file may be the answer.
    pub original: bool,
    /// Whether a guest writes it.
    pub by_guest: bool,
    /// What is drawn and shown of an animation, when that is known.
    pub animation: Option<Animation>,
    /// Bytes held at once, at most, apart from the source file.
    pub peak_bytes: u64,
    /// The same up to the end of decoding, while the source file is held too.
    decode_bytes: u64,
    /// And behind that.
    encode_bytes: u64,
    /// The memory that there is for one image.
    budget_bytes: u64,
    /// What a JPEG's encoder may hold beside the picture for the sake of better tables.
    pub(crate) token_bytes: u64,
}

impl Plan {
    /// Plans a transform.
    ///
    /// # Errors
    /// [`Error::OutputTooLarge`] for a canvas beyond the limits, [`Error::TooManyPixels`] for a source beyond all measure.
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
            Offer::default(),
            Known::default(),
        )
    }

    /// The same where there are guests, and more is known of the file than its header.
    ///
    /// # Errors
    /// As [`Plan::new`]; [`Error::Unsupported`] for what only a guest reads or writes.
    pub fn with_guests(
        header: Header,
        source: Source,
        transform: &Transform,
        limits: &Limits,
        offer: Offer,
        known: Known,
    ) -> Result<Plan, Error> {
        let header = header.with_guests(offer)?;
        let geometry = Geometry::new(header.upright(), transform);
        let padded = geometry.kept != geometry.canvas;
        let mut formats =
            format::candidates(&header, transform, padded, known.moves, offer).into_iter();
        loop {
            let format = formats.next().ok_or(Error::Unsupported(
                "this source has no format to be answered in",
            ))?;
            let source = source.clone();
            let planned =
                Plan::written_as(format, header, source, &geometry, transform, limits, offer);
            let plan = match planned {
                Err(_) if formats.len() > 0 => continue,
                planned => planned?,
            };
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
        offer: Offer,
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
        if format == Format::WebP && canvas.width.max(canvas.height) > codec::WEBP_MOST_SIDE {
            return Err(Error::OutputTooLarge {
                canvas,
                side: codec::WEBP_MOST_SIDE,
            });
        }
        if format == Format::Avif && !offer.avif {
            return Err(Error::Unsupported("this deployment writes no AVIF"));
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
        let mut plan = Plan {
            // The image covers a rational number of decoded pixels: 2725 columns at 1/8 are 340.6, not 341.
            window: header
                .orientation
                .to_stored(geometry.window(upright), header.stored)
                .divided_by(shrink.into(), shrink.into()),
            chroma: match source {
                Source::Srgb => chroma(&header, format, geometry, shrink),
                _ => None, // what its components mean in sRGB depends on all three
            },
            halves: halves(&header, geometry),
            resized: geometry.kept.swapped_if(header.orientation.swaps_axes()),
            at: geometry.at,
            layout: layout(&header, transform, format, geometry.kept != canvas),
            background: transform.background,
            palette: None,
            quality: transform.quality,
            interlace: transform.interlace,
            lossless: transform.lossless,
            original: false,
            by_guest: match format {
                Format::Avif => true,
                Format::WebP => offer.webp && !transform.lossless,
                _ => false,
            },
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
        plan.palette = plan.indexed(transform.target);
        plan.reckon();
        plan.original = plan.changes_nothing();
        Ok(plan)
    }

    /// Whether the picture stays what it is, in the format that it is in. Quality is no change: who wishes for a high one has it in what is
    /// there. Several scans are one, where the source has not got them.
    fn changes_nothing(&self) -> bool {
        let several_scans = match self.header.coding {
            Coding::Jpeg { progressive, .. } => progressive,
            _ => false,
        };
        let [first, ..] = &self.planes()[..] else {
            return false;
        };
        self.format == self.header.format
            && strip::knows(self.format)
            && matches!(self.source, Source::Srgb)
            && self.header.orientation.is_upright()
            && first.keeps_every_pixel()
            && self.canvas == self.header.stored
            && (several_scans || !self.interlace || self.format != Format::Jpeg)
    }

    /// Plans the small picture that placeholders are made of: the upright source with its alpha, in sRGB.
    ///
    /// # Errors
    /// As [`Plan::with_guests`].
    pub(crate) fn small(
        header: Header,
        source: Source,
        transform: &Transform,
        limits: &Limits,
        offer: Offer,
    ) -> Result<Plan, Error> {
        let side = NonZeroU16::new(SIDE).map_or(Side::Auto, Side::Px);
        let transform = Transform {
            width: side,
            height: side,
            fit: Fit::Inside,
            enlarge: false,
            dpr: Dpr::ONE,
            target: Target::Image(Format::Png),
            quality: Quality::MOST,
            ..*transform
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

    /// A PNG has a palette where that is asked for, and where no pixel becomes another by it. Where its source has one and is resampled, which
    /// makes more colours than it had, pixels may become others that are near.
    fn indexed(&self, target: Target) -> Option<Indexed> {
        let quality = usize::from(self.quality.get());
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

    /// What every plane goes through, in the order in which they are coded.
    pub fn planes(&self) -> Vec<Plane> {
        let (source, layout, pixel) = match self.chroma {
            Some(_) => (Layout::Grey, Layout::Grey, ycbcr(self.background)),
            None => (
                self.header.layout,
                self.layout,
                pixel(self.background, self.layout),
            ),
        };
        let first = Plane {
            decoded: self.decoded,
            source,
            window: self.window,
            resized: self.resized,
            at: self.at,
            canvas: self.canvas,
            layout,
            background: pixel,
            mixed: Edges::default(),
        };
        let of_chroma = |sample: usize| {
            self.chroma.map(|plane| Plane {
                background: [pixel[sample], 0, 0, 0],
                ..plane
            })
        };
        [Some(first), of_chroma(1), of_chroma(2)]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl Plan {
    /// What is resampled where luminance and chrominance become pixels behind that.
    pub(crate) fn components(&self) -> Option<[Plane; 3]> {
        let halves = self.halves?;
        let pixels = self.planes().into_iter().next()?;
        let luma = Plane {
            source: Layout::Grey,
            ..pixels
        };
        let chroma = Plane {
            decoded: halves.decoded,
            window: halves.window,
            ..luma
        };
        Some([luma, chroma, chroma])
    }
}

/// What the JPEG decoder takes on, too, and sharp as it comes.
const MOST_PIXELS: u64 = 0x3fff * 0x3fff;

/// A colour as seen on white, in the components of a JPEG (JFIF 1.02).
fn ycbcr(colour: Colour) -> [u8; 4] {
    let Colour { r, g, b, .. } = colour.over_white();
    let [r, g, b] = [r, g, b].map(f64::from);
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    let components = [y, 128.0 + (b - y) / 1.772, 128.0 + (r - y) / 1.402, 0.0];
    components.map(|component| component.round() as u8)
}

/// A colour in a layout; without alpha it is the colour as seen on white.
fn pixel(colour: Colour, layout: Layout) -> [u8; 4] {
    let Colour { r, g, b, a } = if layout.alpha() {
        colour
    } else {
        colour.over_white()
    };
    match layout {
        Layout::Grey => [r, 0, 0, 0],
        Layout::GreyAlpha => [r, a, 0, 0],
        Layout::Rgb | Layout::Rgba => [r, g, b, a],
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
    use crate::header::colours::Colours;
    use crate::orient::Orientation;
    use crate::transform::{Gravity, Third};

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
            inks: false,
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

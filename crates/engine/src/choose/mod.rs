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
use crate::plan::geometry::{Cut, Geometry, chroma, halves, shrink_on_load};
use crate::plan::plane::Plane;
use crate::plan::source::Source;
use crate::plan::{Aim, Indexed, Known, Plan};
use crate::quantise::palette::MOST as MOST_COLOURS;
use crate::spec::{By, Format, FormatSet};
use crate::stage;
use crate::stage::link::{Samples, Stage};
use crate::transform::{
    Crop, Dpr, Fit, Gravity, Length, Overlay, Place, Quality, Shape, Side, Subsampling, Target,
    Transform,
};

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
        let layout = written_layout(&header, transform, format, geometry.kept != canvas);
        // A profile is one for grey or for colours.
        let holds = spec.metadata && header.layout.grey() == layout.grey();
        let source = source.kept_if(transform.keep_colours && holds, &header);
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
            layout,
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
            metadata_bytes: 0,
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
        // Components are halved chrominance.
        if stages.iter().all(is_of_planes) && transform.subsampling == Subsampling::S420 {
            plan.chroma = chroma(&plan.header, format, geometry, shrink);
        }
        plan.palette = plan.indexed(transform.target);
        plan.reckon();
        Ok(plan)
    }

    /// Whether a picture that no stage changes may have its source's own file: in the same format.
    /// Quality is no change: a source is as good as it is. Several scans are one, where the source
    /// has not got them, and so is all of the chrominance.
    fn may_be_its_source(&self) -> bool {
        let (several_scans, is_whole) = match self.header.coding {
            Coding::Jpeg {
                progressive,
                sampling,
                ..
            } => {
                let components = sampling.iter().take_while(|(h, _)| *h > 0);
                (
                    progressive,
                    components.clone().all(|own| *own == sampling[0]),
                )
            }
            _ => (false, true),
        };
        self.format == self.header.format
            && self.format.spec().strips
            && self.canvas == self.header.stored
            && (several_scans || !self.transform.interlace || self.format != Format::Jpeg)
            && (is_whole || self.transform.subsampling == Subsampling::S420)
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
        plan.layer_bytes = FACTS_BYTES;
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
        plan.aim = Some(Aim::Box {
            threshold,
            thorough: false,
        });
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

    /// Plans a look in the scaled picture itself, which is cropped then: of a JPEG that stays one.
    /// The search takes so many `bytes`. `None` where the answer needs more than that.
    pub(crate) fn kept(
        header: Header,
        source: &Source,
        (cut, bytes): (Cut, u64),
        transform: &Transform,
        limits: &Limits,
        offer: FormatSet,
        known: Known,
    ) -> Option<Plan> {
        let is_plain = transform.fit == Fit::Cover
            && transform.shape == Shape::PLAIN
            && transform.normalise.is_none()
            && !transform.backdrop
            && !transform.has_layers();
        let is_told = matches!(
            transform.target,
            Target::Json | Target::Thumbhash | Target::Blurhash
        );
        let is_small = cut.scaled.pixels() <= MOST_KEPT;
        if header.format != Format::Jpeg || !is_plain || is_told || !is_small {
            return None;
        }
        let known = Known {
            focus: Some(Gravity::CENTRE),
            bytes: 0,
            ..known
        };
        let whole = Transform {
            fit: Fit::Outside,
            ..*transform
        };
        let plan = |transform| {
            Plan::with_guests(header, source.clone(), transform, limits, offer, known).ok()
        };
        let (answer, mut plan) = (plan(transform)?, plan(&whole)?);
        let is_same = answer.format == Format::Jpeg
            && plan.format == answer.format
            && plan.shrink == answer.shrink
            && plan.cut == answer.cut
            && plan.chroma.is_some() == answer.chroma.is_some()
            && plan.canvas == cut.scaled;
        if !is_same {
            return None;
        }
        plan.original = false;
        plan.aim = Some(Aim::Kept { bytes });
        plan.reckon();
        plan.check_budget(0, limits).ok()?;
        Some(plan)
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
        let own = header.upright();
        let mut transform = Transform {
            width: Side::Auto,
            height: Side::Auto,
            fit: Fit::Inside,
            target: Target::Image(Format::Png),
            quality: Quality::MOST,
            ..Transform::DEFAULT
        };
        if overlay.is_fitted() {
            (transform.width, transform.height) = overlay.bounds(canvas);
        } else {
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
        let quality = usize::from(self.transform.quality_of(Format::Png));
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
        if overlay.is_fitted() {
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

/// Bytes of the facts that a description tells of a picture and its EXIF, and of their text.
const FACTS_BYTES: u64 = 4 << 10;

/// Most pixels of a scaled picture that is cropped as a whole.
const MOST_KEPT: u64 = 2 << 20;

/// Most pixels of a source. The JPEG decoder has the same limit, and sharp by default.
const MOST_PIXELS: u64 = 0x3fff * 0x3fff;

/// Longest side of the small picture that placeholders are made of. ThumbHash is defined for images
/// up to this size, and the other placeholders gain nothing visible from more.
pub(crate) const SIDE: u16 = 100;

#[cfg(test)]
mod tests;

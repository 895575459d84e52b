//! A transform: the wishes for an image, in types: no strings, no HTTP, no pixels.
//!
//! `url` makes a [`Transform`] out of a request, `image` carries it out. Every field has a default,
//! and the default is the behaviour of the service that letterbox replaces.

mod clip;
mod colour;
mod effective;
mod length;
mod overlay;
mod quality;
mod size;
mod text;

use std::num::{NonZeroU8, NonZeroU16, NonZeroU32};

pub use crate::effect::{Blur, Median, Modulation, Percentiles, Sharpening, Sigma, Unsharp};
use crate::pixels::orientation::Orientation;
pub use crate::spec::{Format, FormatSet};
pub use crate::transform::clip::{Clip, Corners, Mask};
pub use crate::transform::colour::Colour;
pub use crate::transform::length::{Dpr, Length};
pub use crate::transform::overlay::{MOST_OVERLAYS, Overlay, Place};
pub use crate::transform::quality::{OwnQualities, Quality, Subsampling};
pub use crate::transform::size::{
    Border, Crop, Extend, Fit, Gravity, Offset, Pad, Ratio, Shape, Side, Smart, Third,
};
pub use crate::transform::text::{Shadow, Text};

/// Result of the negotiation for `f=auto`. An `auto` without a negotiation does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Negotiated {
    /// A crawler that makes the preview of a link: JPEG and PNG, and nothing else.
    Card,
    /// Anyone else: JPEG, PNG and GIF, and what was named.
    Client(FormatSet),
}

impl Default for Negotiated {
    fn default() -> Self {
        Negotiated::Client(FormatSet::default())
    }
}

impl Negotiated {
    /// Returns the formats that are left where only these are written.
    pub fn among(self, written: FormatSet) -> Negotiated {
        match self {
            Negotiated::Card => Negotiated::Card,
            Negotiated::Client(named) => Negotiated::Client(named.and(written)),
        }
    }

    /// A word for each, in cache keys and in the log: the formats that were named, the best first.
    pub fn name(self) -> String {
        let Negotiated::Client(named) = self else {
            return "card".to_owned();
        };
        let words: Vec<&str> = Format::named()
            .filter(|format| named.has(*format))
            .map(Format::name)
            .collect();
        match words[..] {
            [] => "common".to_owned(),
            _ => words.join("-"),
        }
    }
}

/// The kind of answer that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// The source's own format. The default.
    #[default]
    Keep,
    /// This format.
    Image(Format),
    /// The smallest one that the client takes.
    Auto(Negotiated),
    /// A description of the source and of the plan.
    Json,
    /// A placeholder of the source, as text: its ThumbHash.
    Thumbhash,
    /// BlurHash of the source, as text.
    Blurhash,
}

impl Target {
    /// The word in URLs and logs.
    pub fn name(self) -> &'static str {
        match self {
            Target::Keep => "keep",
            Target::Image(format) => format.name(),
            Target::Auto(_) => "auto",
            Target::Json => "json",
            Target::Thumbhash => "thumbhash",
            Target::Blurhash => "blurhash",
        }
    }
}

/// Which frames of an animation are wanted. An answer that stands still is the first of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frames {
    /// How many are passed over. Default none.
    pub first: u16,
    /// How many there are to be at most; `None` for all. Default all, or one where `page` is given.
    pub count: Option<NonZeroU16>,
}

impl Frames {
    /// One.
    pub const STILL: Option<NonZeroU16> = Some(NonZeroU16::MIN);
}

/// One image's worth of wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transform {
    /// Default 1200 (`DEFAULT_WIDTH`).
    pub width: Side,
    /// Default 627 (`DEFAULT_HEIGHT`).
    pub height: Side,
    /// Default contain.
    pub fit: Fit,
    /// Sizes beside those of the box. Default none.
    pub shape: Shape,
    /// Default centre.
    pub gravity: Gravity,
    /// Colour of padding, and of what lies under transparency where the target has none. Default
    /// white.
    pub background: Colour,
    /// Whether the picture lies on its own blurred cover, which is seen beside the picture and
    /// through it. The cover lies on the background. Default false.
    pub backdrop: bool,
    /// Whether a small source may grow. Default true.
    pub enlarge: bool,
    /// Default 1.
    pub dpr: Dpr,
    /// Default keep.
    pub target: Target,
    /// Default 80 (`DEFAULT_QUALITY`), and 100 for PNG.
    pub quality: Quality,
    /// Numbers on the scales of encoders, each in place of the quality in its format. Default none.
    pub own_qualities: OwnQualities,
    /// Progressive JPEG. Default false.
    pub interlace: bool,
    /// Chrominance of a JPEG. Default 4:2:0.
    pub subsampling: Subsampling,
    /// Lossless WebP. Default false.
    pub lossless: bool,
    /// Metadata of the source that the answer keeps. Default none.
    pub metadata: Metadata,
    /// Whether colours stay those of the source's profile, and the profile with them, where the
    /// format holds one. Default false: sRGB.
    pub keep_colours: bool,
    /// Most bytes of the file, for which the quality is lowered. Default none.
    pub most_bytes: Option<NonZeroU32>,
    /// Whether the answer is a `data:` URL of the file, see
    /// [`Output::into_data_url`](crate::Output::into_data_url). Default false.
    pub data_url: bool,
    /// Default all.
    pub frames: Frames,
    /// Times that an animation plays; 0 is for ever. Default as often as the source's.
    pub plays: Option<u16>,
    /// Milliseconds that each frame of an animation is shown. Default as long as the source's.
    pub delay_ms: Option<NonZeroU16>,
    /// Whether an answer with alpha is a PNG where its format has no alpha. Default false: it is
    /// laid on the background.
    pub keeps_alpha: bool,
    /// How far a sample may be from the first pixel's and still be margin, which is cut off before
    /// anything else is done. Default no trim.
    pub trim: Option<NonZeroU8>,
    /// Part of what a trim leaves, before anything else is done. Default all of it.
    pub crop: Crop,
    /// Turns beside that of EXIF. Default none.
    pub turn: Turn,
    /// Percent of the whole range that are added to each colour, -100 to 100. Default 0.
    pub brightness: i8,
    /// Steepness of a sigmoid around the middle, -100 to 100. Default 0.
    pub contrast: i8,
    /// Power of each colour. Default none.
    pub gamma: Option<Gamma>,
    /// Filter of the colours. Default none.
    pub filter: Option<Filter>,
    /// Blur. Default none.
    pub blur: Option<Blur>,
    /// Sharpening. Default none.
    pub sharpen: Option<Sharpening>,
    /// Factor of the chroma of each colour in hundredths, up to 1000. Default 100.
    pub saturation: u16,
    /// Degrees that the hue of each colour is turned, -360 to 360. Default 0.
    pub hue: i16,
    /// Modulation beside those two. Default none.
    pub modulation: Modulation,
    /// Percentiles of lightness that become black and white. Default none.
    pub normalise: Option<Percentiles>,
    /// Window of a median. Default none.
    pub median: Option<Median>,
    /// Grey from which on a pixel becomes white, and all others black. Default none.
    pub threshold: Option<NonZeroU8>,
    /// Side of blocks that become one colour, in pixels of the answer. Default 1.
    pub pixelate: NonZeroU16,
    /// Colour that greys get. Default none.
    pub tint: Option<Colour>,
    /// Colours of black and of white in a duotone. Default weserv's.
    pub duotone: (Colour, Colour),
    /// Pictures that are laid over the answer, the lowest first. Default none.
    pub overlays: [Overlay; 3], // `MOST_OVERLAYS`; rustc 1.95 crashes on a name here
    /// Text that is set on the answer, above the overlays. Default none.
    pub text: Text,
}

/// Gamma in hundredths, 1 to 3. Colours become lighter, the more the larger the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gamma(u16);

impl Gamma {
    /// Gamma of old screens, which is the default of a gamma without a number.
    pub const SCREEN: Gamma = Gamma(220);

    /// Returns so many hundredths; `None` outside 1 to 3.
    pub fn from_hundredths(hundredths: u16) -> Option<Gamma> {
        (100..=300)
            .contains(&hundredths)
            .then_some(Gamma(hundredths))
    }

    /// Returns the hundredths.
    pub fn hundredths(self) -> u16 {
        self.0
    }

    /// Returns the number.
    pub fn value(self) -> f32 {
        f32::from(self.0) / 100.0
    }
}

/// A filter of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Luminance alone (BT.709, in linear light).
    Greyscale,
    /// Brown tones of old photos.
    Sepia,
    /// The negative.
    Negate,
    /// Two colours, and what is between them, by luminance.
    Duotone,
}

impl Filter {
    /// All of them.
    pub const ALL: [Filter; 4] = [
        Filter::Duotone,
        Filter::Greyscale,
        Filter::Negate,
        Filter::Sepia,
    ];

    /// Returns the word of a URL.
    pub fn name(self) -> &'static str {
        match self {
            Filter::Greyscale => "greyscale",
            Filter::Sepia => "sepia",
            Filter::Negate => "negate",
            Filter::Duotone => "duotone",
        }
    }
}

/// Metadata of a source that its answer keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Metadata {
    /// None at all. The default.
    #[default]
    None,
    /// Artist and copyright.
    Copyright,
    /// EXIF, XMP and IPTC as they are, with the place where a photo was taken.
    Keep,
}

impl Metadata {
    /// All of them.
    pub const ALL: [Metadata; 3] = [Metadata::None, Metadata::Copyright, Metadata::Keep];

    /// Returns the word of a URL.
    pub fn name(self) -> &'static str {
        match self {
            Metadata::None => "none",
            Metadata::Copyright => "copyright",
            Metadata::Keep => "keep",
        }
    }
}

/// Turns of a picture, in this order: EXIF's, the rotation, the two mirrors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Whether EXIF's orientation is applied. Default true.
    pub exif: bool,
    /// Quarters of a turn, clockwise. Default none.
    pub quarters: u8,
    /// Whether top and bottom change places.
    pub flip: bool,
    /// Whether left and right change places.
    pub flop: bool,
}

impl Turn {
    /// EXIF's alone.
    pub const NONE: Turn = Turn {
        exif: true,
        quarters: 0,
        flip: false,
        flop: false,
    };

    /// Returns the orientation of a picture with an orientation in its EXIF.
    pub fn of(self, exif: Orientation) -> Orientation {
        let of = |value: u32| Orientation::from_exif(value).unwrap_or_default();
        let rotated = match self.quarters % 4 {
            0 => of(1),
            1 => of(6),
            2 => of(3),
            _ => of(8),
        };
        let stored = if self.exif { exif } else { of(1) };
        let flipped = of(if self.flip { 4 } else { 1 });
        let flopped = of(if self.flop { 2 } else { 1 });
        stored.then(rotated).then(flipped).then(flopped)
    }
}

impl Transform {
    /// The one place of defaults: a deployment's settings, the parameters and the docs take theirs
    /// from here.
    pub const DEFAULT: Transform = Transform {
        width: Side::px(1200),
        height: Side::px(627),
        fit: Fit::Contain,
        shape: Shape::PLAIN,
        gravity: Gravity::CENTRE,
        background: Colour::WHITE,
        backdrop: false,
        enlarge: true,
        dpr: Dpr::ONE,
        target: Target::Keep,
        quality: Quality::USUAL,
        own_qualities: OwnQualities::NONE,
        interlace: false,
        subsampling: Subsampling::S420,
        lossless: false,
        metadata: Metadata::None,
        keep_colours: false,
        most_bytes: None,
        data_url: false,
        frames: Frames {
            first: 0,
            count: None,
        },
        plays: None,
        delay_ms: None,
        keeps_alpha: false,
        trim: None,
        crop: Crop::NONE,
        turn: Turn::NONE,
        brightness: 0,
        contrast: 0,
        gamma: None,
        filter: None,
        blur: None,
        sharpen: None,
        saturation: 100,
        hue: 0,
        modulation: Modulation::NONE,
        normalise: None,
        median: None,
        threshold: None,
        pixelate: NonZeroU16::MIN,
        tint: None,
        duotone: (Colour::rgb(0xc8_3658), Colour::rgb(0xd8_e74f)),
        overlays: [Overlay::NONE; MOST_OVERLAYS],
        text: Text::NONE,
    };

    /// Returns the transform without sizes: all of the picture, pixel for pixel.
    pub(crate) fn at_its_own_size(self) -> Transform {
        Transform {
            width: Side::Auto,
            height: Side::Auto,
            fit: Fit::Inside,
            shape: Shape::PLAIN,
            dpr: Dpr::ONE,
            crop: Crop::NONE,
            backdrop: false,
            overlays: [Overlay::NONE; MOST_OVERLAYS],
            text: Text::NONE,
            keep_colours: false,
            ..self
        }
    }

    /// Multiplies the lengths beside the box by the device pixel ratio, which becomes 1. The sides
    /// of the box are the caller's.
    pub fn take_dpr(&mut self) {
        self.shape = self.shape.times(self.dpr);
        self.overlays = self.overlays.map(|overlay| overlay.times(self.dpr));
        self.text = self.text.times(self.dpr);
        self.dpr = Dpr::ONE;
    }

    /// Returns the columns and rows of padding and border in device pixels, on both sides together.
    pub fn room(&self) -> (u32, u32) {
        let [top, right, bottom, left] = self.shape.pad.times(self.dpr);
        let border = 2 * self.border_width();
        (left + right + border, top + bottom + border)
    }

    /// Returns the colours beside the picture: those of the canvas and of the border, if any.
    pub(crate) fn around(&self) -> [Colour; 2] {
        let border = self.shape.border;
        let line = border.map_or(self.background, |border| border.colour);
        [self.background, line]
    }

    /// Returns the colour outside of what is cut out, in a layout with alpha or without.
    pub(crate) fn outside(&self, alpha: bool) -> Colour {
        let nothing = if alpha {
            Colour::TRANSPARENT
        } else {
            self.background
        };
        self.shape.clip.outside.unwrap_or(nothing)
    }

    /// Pixels of the answer's border; 0 without one.
    pub(crate) fn border_width(&self) -> u32 {
        let border = self.shape.border;
        border.map_or(0, |border| self.dpr.times(border.width))
    }

    /// Whether a grey picture becomes colour.
    pub(crate) fn colours(&self) -> bool {
        self.tint.is_some()
            || matches!(self.filter, Some(Filter::Sepia | Filter::Duotone))
            || self.has_layers()
    }

    /// Whether layers are laid over the answer, which are given with [`crate::Pipeline::lay`].
    pub fn has_layers(&self) -> bool {
        self.text.shown || self.overlays.iter().any(|overlay| overlay.shown)
    }
}

impl Default for Transform {
    fn default() -> Self {
        Transform::DEFAULT
    }
}

//! Every size, place and cost of one transform, computed from the header before a pixel exists.
//! Stages only read the plan.
//!
//! The geometry is sharp's, rounding included. `contain` and `inside` fit the image into the box;
//! `cover` and `outside` fit the box into the image. An odd pixel of padding goes right and below.
//! Where a side has to be rounded to whole pixels, the scale stays the same on both axes and both
//! edges share the remainder.

pub(crate) mod budget;
pub(crate) mod frames;
pub(crate) mod geometry;
pub(crate) mod outline;
pub(crate) mod plane;
pub(crate) mod source;

use crate::pixels::window::{Edges, Rect, Window};
use crate::plan::plane::Plane;

use crate::header::Header;
use crate::layer::Layers;
use crate::pixels::layout::{Layout, Size};
use crate::plan::frames::Animation;
use crate::plan::geometry::{Cut, Halves};
use crate::plan::source::Source;
use crate::spec::Format;
use crate::transform::{Colour, Gravity, Transform};
use std::num::NonZeroU8;

/// Facts about a source file that its header does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Length of the file in bytes; 0 while the length is unknown.
    pub bytes: u64,
    /// Whether several frames of the file are wanted and present.
    pub moves: bool,
    /// The part of the upright picture that a look has found to be shown; `None` is all of it.
    pub area: Option<Rect>,
    /// The point that a look has found for the crop to go around.
    pub focus: Option<Gravity>,
    /// Bytes of the layers that are laid over the answer; 0 while they are unknown.
    pub layer_bytes: u64,
}

impl Known {
    /// The crop by the fit of what is shown, if there is one.
    pub(crate) fn cut(&self, header: &Header, transform: &Transform) -> Option<Cut> {
        let trimmed = self.area.unwrap_or(Rect::all(header.upright()));
        Cut::of(transform.crop.of(trimmed), transform)
    }
}

/// Something that is looked for, before a plan is made with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// The box of what is not margin. Nothing is made.
    Box {
        /// How far a sample may be from the margin's.
        threshold: NonZeroU8,
        /// Whether every row is looked at, because the others were not enough.
        thorough: bool,
    },
    /// A point, in a small picture.
    Point {
        /// Upper bound on the memory of the search beside the picture.
        bytes: u64,
    },
    /// A point, in the scaled picture itself, which is cropped then.
    Kept {
        /// Upper bound on the memory of the search beside the picture.
        bytes: u64,
    },
    /// Pixels that are laid over another picture. Nothing is written.
    Layer,
}

/// Choice of the colours in the answer's palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indexed {
    /// Every colour of the picture, if one palette can hold all of them. Otherwise the answer has
    /// no palette.
    All,
    /// The source's colours, or others so near that nobody sees a difference.
    Near,
    /// At most this many colours, quantised for the smallest error.
    Best(usize),
}

/// Everything that is decided about one image before its pixels are decoded.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The request. Values that depend on the source, such as the size, are decided in the fields
    /// below.
    pub transform: Transform,
    /// The source.
    pub header: Header,
    /// Colour space of the source's samples.
    pub source: Source,
    /// Denominator of the decoder's scale: 1/1, 1/2, 1/4 or 1/8.
    pub shrink: u32,
    /// Size of the image that the decoder delivers.
    pub decoded: Size,
    /// Part of the upright source that is shown, before anything else is done to the picture.
    pub area: Rect,
    /// Part of the decoded image that is kept.
    pub cut: Rect,
    /// Part of `cut` that is resampled. Where a side was rounded up, the window reaches beyond the
    /// edge by up to a quarter of a result pixel.
    pub window: Window,
    /// Size of the resampler's output, before orientation.
    pub resized: Size,
    /// Left and top of the upright image on the canvas.
    pub at: (u32, u32),
    /// Size of the answer.
    pub canvas: Size,
    /// Layout of the rows that the encoder gets. For an image that stays in components, the layout
    /// that its pixels would have.
    pub layout: Layout,
    /// Geometry of either chrominance plane, for an image that stays in components. `decoded`,
    /// `window` and `resized` then describe luminance.
    pub chroma: Option<Plane>,
    /// Chrominance as coded, for a decoder that hands out luminance and chrominance separately. The
    /// resampler's output of both becomes pixels.
    pub halves: Option<Halves>,
    /// Format of the answer.
    pub format: Format,
    /// Palette of the answer, for a format in which a palette is optional.
    pub palette: Option<Indexed>,
    /// Whether nothing about the picture is changed, so that the source's own file may be the
    /// answer.
    pub original: bool,
    /// Whether a guest encodes the answer.
    pub by_guest: bool,
    /// Capacity in bytes of the buffer in which the upright picture becomes the file in place;
    /// `None` where the picture lies in pieces.
    pub(crate) capacity: Option<u64>,
    /// The look that this is the plan of, where another plan follows.
    pub(crate) aim: Option<Aim>,
    /// Layers that are laid over the answer, as far as they are known.
    pub(crate) layers: Layers,
    /// Bytes of metadata that are held in every step, and by which the file grows at most.
    pub(crate) metadata_bytes: u64,
    /// Bytes that the layers hold in every step.
    pub(crate) layer_bytes: u64,
    /// Frames of an animation that are drawn and shown; `None` until the frames have been surveyed.
    pub animation: Option<Animation>,
    /// Upper bound on the bytes held at once, apart from the source file.
    pub peak_bytes: u64,
    /// Upper bound on the bytes held in steps up to the end of decoding, when the source file is
    /// held as well.
    pub(crate) decode_bytes: u64,
    /// Upper bound on the bytes held in the steps after decoding.
    pub(crate) encode_bytes: u64,
    /// Memory budget of one image, in bytes.
    pub(crate) budget_bytes: u64,
    /// Bytes of tokens that the JPEG encoder may hold beside the picture. Tokens wait for the
    /// Huffman tables that suit all of them best.
    pub(crate) token_bytes: u64,
}

impl Plan {
    /// Returns the geometry of every plane, in the order in which the planes are coded.
    pub fn planes(&self) -> Vec<Plane> {
        let (source, layout, pixel) = match self.chroma {
            Some(_) => (Layout::Grey, Layout::Grey, ycbcr(self.transform.background)),
            None => (
                self.header.layout,
                self.layout,
                pixel(self.transform.background, self.layout),
            ),
        };
        let first = Plane {
            decoded: self.decoded,
            cut: self.cut,
            source,
            window: self.window,
            resized: self.resized,
            at: self.at,
            canvas: self.canvas,
            layout,
            background: pixel,
            is_half: false,
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
    /// Returns luminance and twice chrominance as they are resampled, where both become pixels
    /// after the resampler; `None` for any other plan.
    pub(crate) fn components(&self) -> Option<[Plane; 3]> {
        let halves = self.halves?;
        let pixels = self.planes().into_iter().next()?;
        let luma = Plane {
            source: Layout::Grey,
            ..pixels
        };
        let chroma = Plane {
            decoded: halves.decoded,
            cut: halves.cut,
            window: halves.window,
            ..luma
        };
        Some([luma, chroma, chroma])
    }
}

/// Converts a colour, as seen on white, to the components of a JPEG (JFIF 1.02).
fn ycbcr(colour: Colour) -> [u8; 4] {
    let Colour { r, g, b, .. } = colour.over_white();
    let [r, g, b] = [r, g, b].map(f64::from);
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    let components = [y, 128.0 + (b - y) / 1.772, 128.0 + (r - y) / 1.402, 0.0];
    components.map(|component| component.round() as u8)
}

/// Converts a colour to a layout. Without alpha in the layout, the colour is the one seen on white.
pub(crate) fn pixel(colour: Colour, layout: Layout) -> [u8; 4] {
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

impl Plan {
    /// Returns the bytes that the answer may have.
    pub(crate) fn most_bytes(&self) -> usize {
        let most = self.transform.most_bytes;
        most.map_or(usize::MAX, |most| {
            (most.get() as usize).saturating_sub(self.metadata_bytes as usize)
        })
    }

    /// Whether the picture is encoded with less quality where its file is larger than it may be.
    pub(crate) fn tries_again(&self) -> bool {
        let is_lossy = match self.format {
            Format::Jpeg | Format::Avif => true,
            Format::WebP => self.by_guest,
            Format::Png | Format::Gif | Format::Bmp | Format::Ico | Format::Tiff => false,
        };
        is_lossy
            && self.transform.most_bytes.is_some()
            && self.aim.is_none()
            && self.moving().is_none()
    }

    /// Whether another plan follows, with the same file.
    pub(crate) fn is_look(&self) -> bool {
        matches!(self.aim, Some(Aim::Box { .. } | Aim::Point { .. }))
    }

    /// Returns the bytes of the pixels of a layer that this is the plan of.
    pub(crate) fn layer_pixels(&self) -> u64 {
        Layout::Rgba.channels() as u64 * self.canvas.pixels()
    }

    /// Size of the upright rectangle outside of which the canvas has one colour.
    pub(crate) fn busy(&self) -> Size {
        match self.transform.backdrop {
            true => self.canvas,
            false => self
                .resized
                .swapped_if(self.header.orientation.swaps_axes()),
        }
    }

    /// Whether the answer may have several frames. A PNG may only where its source is a PNG.
    pub(crate) fn may_move(&self) -> bool {
        self.format.moves() || (self.format == Format::Png && self.header.format == Format::Png)
    }

    /// Returns the frames, if the answer has several.
    pub(crate) fn moving(&self) -> Option<&Animation> {
        self.animation
            .as_ref()
            .filter(|animation| animation.count > 1)
    }
}

//! Every size, place and cost of one transform, computed from the header before a pixel exists. Stages only read it.
//!
//! The geometry is sharp's, rounding included: `contain` and `inside` fit the image into the box, `cover` and `outside`
//! fit the box into the image, an odd pixel of padding goes right and below, and where a side has to be rounded to whole
//! pixels the scale stays the same on both axes and the remainder is shared by both edges.

pub(crate) mod budget;
pub(crate) mod frames;
pub(crate) mod geometry;
pub(crate) mod plane;
pub(crate) mod source;

use crate::pixels::window::{Edges, Rect, Window};
use crate::plan::plane::Plane;

use crate::header::Header;
use crate::pixels::layout::{Layout, Size};
use crate::plan::frames::Animation;
use crate::plan::geometry::Halves;
use crate::plan::source::Source;
use crate::spec::Format;
use crate::transform::{Colour, Transform};
use std::num::NonZeroU8;

/// What is known of a source file beside its header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// How many bytes it has; 0 where that is not known.
    pub bytes: u64,
    /// Whether it has several frames that are wanted.
    pub moves: bool,
    /// The part of the upright picture that a look has found to be shown; `None` is all of it.
    pub area: Option<Rect>,
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
    /// What is asked for. Whatever of it depends on the source is decided below.
    pub transform: Transform,
    /// The source.
    pub header: Header,
    /// What its samples are.
    pub source: Source,
    /// The decoder scales by 1/1, 1/2, 1/4 or 1/8; this is the denominator.
    pub shrink: u32,
    /// What the decoder delivers.
    pub decoded: Size,
    /// The part of the upright source that is shown, before anything else is done to it.
    pub area: Rect,
    /// The part of the decoded image that is kept.
    pub cut: Rect,
    /// The part of that which is resampled; where a side was rounded up, it reaches beyond the edge by up to
    /// a quarter of a result pixel.
    pub window: Window,
    /// What the resampler makes of it, before orientation.
    pub resized: Size,
    /// Where the upright image sits on the canvas.
    pub at: (u32, u32),
    /// The answer's size.
    pub canvas: Size,
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
    /// Whether nothing about the picture is changed, so that the source's own file may be the answer.
    pub original: bool,
    /// Whether a guest writes it.
    pub by_guest: bool,
    /// The bytes of the buffer in which the upright picture becomes the file; `None` where it lies in pieces.
    pub(crate) room: Option<u64>,
    /// The threshold of a look for the box of the picture; nothing is made then.
    pub(crate) scans: Option<NonZeroU8>,
    /// What is drawn and shown of an animation, when that is known.
    pub animation: Option<Animation>,
    /// Bytes held at once, at most, apart from the source file.
    pub peak_bytes: u64,
    /// The same up to the end of decoding, while the source file is held too.
    pub(crate) decode_bytes: u64,
    /// And behind that.
    pub(crate) encode_bytes: u64,
    /// The memory that there is for one image.
    pub(crate) budget_bytes: u64,
    /// What a JPEG's encoder may hold beside the picture for the sake of better tables.
    pub(crate) token_bytes: u64,
}

impl Plan {
    /// What every plane goes through, in the order in which they are coded.
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
            cut: halves.cut,
            window: halves.window,
            ..luma
        };
        Some([luma, chroma, chroma])
    }
}

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

impl Plan {
    /// Whether the answer may have several frames: a PNG has where its source is one.
    pub(crate) fn may_move(&self) -> bool {
        self.format.moves() || (self.format == Format::Png && self.header.format == Format::Png)
    }

    /// The frames, if there are several in the answer.
    pub(crate) fn moving(&self) -> Option<&Animation> {
        self.animation
            .as_ref()
            .filter(|animation| animation.count > 1)
    }
}

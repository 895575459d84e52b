//! Pictures that move: the frames of a file, found without a decoder, and the canvas that they are drawn on.
//!
//! Nothing here is kept of a file: its frames are walked through once to be counted, and once more to be drawn.

mod gif;
mod png;
pub(crate) mod screen;
mod webp;

pub(crate) use crate::animation::gif::Lzw;
pub(crate) use crate::animation::png::Part;
use crate::codec::gif::unpack::UNPACKER_BYTES;
use crate::codec::webp::still::row_bytes as webp_row_bytes;
use crate::error::Error;
use crate::frame::Layout;
use crate::header::Header;
use crate::header::webp::Still;
use crate::transform::Format;

/// A rectangle of whole pixels on a canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rect {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Rect {
    /// The part of it that is on a canvas of this size.
    pub(crate) fn clipped(self, width: u32, height: u32) -> Rect {
        let (left, top) = (self.left.min(width), self.top.min(height));
        Rect {
            left,
            top,
            width: self.width.min(width - left),
            height: self.height.min(height - top),
        }
    }

    /// The smallest one with both in it; what is empty counts for nothing.
    pub(crate) fn joined(self, other: Rect) -> Rect {
        if self.is_empty() || other.is_empty() {
            return if self.is_empty() { other } else { self };
        }
        let (left, top) = (self.left.min(other.left), self.top.min(other.top));
        let right = (self.left + self.width).max(other.left + other.width);
        let bottom = (self.top + self.height).max(other.top + other.height);
        Rect {
            left,
            top,
            width: right - left,
            height: bottom - top,
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }
}

/// What happens to a frame's rectangle before the next one is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposal {
    /// It stays.
    Keep,
    /// It becomes transparent, as browsers have it, whatever the file calls its background.
    Clear,
    /// It becomes what it was before.
    Restore,
}

/// A frame as it is coded: a picture for a part of the canvas.
pub(crate) struct Shot<'a> {
    /// It may reach beyond a GIF's screen.
    pub(crate) rect: Rect,
    pub(crate) delay_ms: u32,
    pub(crate) disposal: Disposal,
    /// Whether what is transparent in it lets through what was there.
    pub(crate) blends: bool,
    /// Whether all of its pixels are opaque.
    pub(crate) opaque: bool,
    pub(crate) coded: Coded<'a>,
}

/// Its pixels in the file.
pub(crate) enum Coded<'a> {
    Gif(Lzw<'a>),
    Png(Part<'a>),
    WebP(Still<'a>),
}

/// The frames of a file, in their order.
///
/// # Errors
/// [`Error::Corrupt`] in place of a frame that breaks off or contradicts itself.
pub(crate) fn shots<'a>(
    header: &Header,
    file: &'a [u8],
) -> Box<dyn Iterator<Item = Result<Shot<'a>, Error>> + 'a> {
    match header.format {
        Format::Gif => Box::new(gif::Shots::new(file)),
        Format::Png => Box::new(png::Shots::new(file)),
        _ => Box::new(webp::Shots::new(file)),
    }
}

/// Whether the file may have several frames.
pub(crate) fn may_move(header: &Header, file: &[u8]) -> bool {
    match header.format {
        Format::Gif => true,
        Format::Png => png::is_animated(file),
        Format::WebP => webp::is_animated(file),
        _ => false,
    }
}

/// Whether a file of this format may have several frames.
pub(crate) fn is_kept(header: &Header) -> bool {
    matches!(header.format, Format::Gif | Format::WebP)
}

/// How often the animation is played; 0 is for ever.
fn plays(header: &Header, file: &[u8]) -> u32 {
    match header.format {
        Format::Gif => gif::plays(file),
        Format::Png => png::plays(file),
        _ => webp::plays(file),
    }
}

/// What is to be known of frames before they are decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// As many as were looked for, or as there are.
    pub(crate) frames: u32,
    /// Whether there is more behind those.
    pub(crate) more: bool,
    /// How often they are played; 0 is for ever.
    pub(crate) plays: u32,
    /// Whether the canvas is opaque at every frame.
    pub(crate) opaque: bool,
    /// Whether what a frame covers has to come back.
    pub(crate) restores: bool,
    /// Whether every frame has pixels, and all of them on the canvas.
    pub(crate) on_canvas: bool,
    /// Memory of decoding one of them beside the canvas.
    pub(crate) frame_bytes: u64,
}

impl Survey {
    /// Walks through at most so many frames of a file. What decoding takes above `most_bytes` is only known to be more.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub(crate) fn take(
        header: &Header,
        file: &[u8],
        most: u32,
        most_bytes: u64,
    ) -> Result<Survey, Error> {
        let mut survey = Survey {
            frames: 0,
            more: false,
            plays: plays(header, file),
            opaque: true,
            restores: false,
            on_canvas: true,
            frame_bytes: 0,
        };
        let mut holes = true; // nothing has been drawn
        let mut last = Disposal::Keep;
        let mut shots = shots(header, file);
        for shot in shots.by_ref().take(most as usize) {
            let shot = shot?;
            survey.frames += 1;
            survey.restores |= last == Disposal::Restore;
            last = shot.disposal;
            let before = holes;
            let screen = Rect {
                left: 0,
                top: 0,
                width: header.stored.width,
                height: header.stored.height,
            };
            let seen = shot.rect.clipped(screen.width, screen.height);
            survey.on_canvas &= seen == shot.rect && !seen.is_empty();
            let covers = seen == screen;
            let replaces = covers && shot.opaque;
            holes = (holes || !(shot.blends || shot.opaque)) && !replaces;
            survey.opaque &= !holes;
            match shot.disposal {
                Disposal::Keep => {}
                Disposal::Clear => holes = true,
                Disposal::Restore => holes = before,
            }
            let bytes = match &shot.coded {
                Coded::Gif(_) => UNPACKER_BYTES + u64::from(shot.rect.width),
                Coded::Png(part) => part.decode_bytes(),
                Coded::WebP(picture) => {
                    webp_row_bytes(picture, Layout::Rgba) + picture.late_bytes(most_bytes)?
                }
            };
            survey.frame_bytes = survey.frame_bytes.max(bytes);
        }
        survey.more = shots.next().is_some();
        Ok(survey)
    }

    /// The layout of the canvas.
    pub(crate) fn layout(&self) -> Layout {
        Layout::of(false, !self.opaque)
    }
}

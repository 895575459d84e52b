//! A frame as coded in a file: a picture for a part of the canvas.

use crate::animation::compositor::Compositor;
use crate::animation::disposal::Disposal;
use crate::error::Error;
use crate::pixels::window::Rect;

/// A frame as coded in a file: a picture for a part of the canvas.
pub(crate) struct CodedFrame<'a> {
    /// Place on the canvas. In a GIF the rectangle may reach beyond the screen.
    pub(crate) rect: Rect,
    pub(crate) delay_ms: u32,
    pub(crate) disposal: Disposal,
    /// Whether transparent pixels of the frame show the canvas below.
    pub(crate) blends: bool,
    /// Whether all pixels of the frame are opaque.
    pub(crate) opaque: bool,
    /// Picture in the file.
    pub(crate) picture: Box<dyn Picture + 'a>,
}

/// Frames of a file, in their order. A frame that breaks off or contradicts itself is an error, and
/// the last item.
pub(crate) type CodedFrames<'a> = Box<dyn Iterator<Item = Result<CodedFrame<'a>, Error>> + 'a>;

/// Pixels of a frame in their file.
pub(crate) trait Picture {
    /// Returns the bytes for decoding a picture of this width, apart from the canvas. Counting
    /// stops at `most`: a larger value is only a lower bound.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    fn decode_bytes(&self, width: u32, most: u64) -> Result<u64, Error>;

    /// Draws all pixels on the canvas. Returns whether the pixels conform to their standard.
    ///
    /// # Errors
    /// [`Error::Corrupt`], [`Error::OutOfMemory`].
    fn draw(&self, place: &Place, screen: &mut Compositor) -> Result<bool, Error>;
}

/// Place of a picture on the canvas, and its blending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) rect: Rect,
    /// Whether transparent pixels show the canvas below.
    pub(crate) blends: bool,
}

impl CodedFrame<'_> {
    /// Draws the frame on the canvas, after the previous one has been disposed of. Returns whether
    /// the pixels conform to their standard.
    ///
    /// # Errors
    /// [`Error::Corrupt`], [`Error::OutOfMemory`].
    pub(crate) fn draw(&self, screen: &mut Compositor) -> Result<bool, Error> {
        screen.begin(self.rect, self.disposal);
        let place = Place {
            rect: self.rect,
            blends: self.blends,
        };
        self.picture.draw(&place, screen)
    }
}

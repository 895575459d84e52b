//! A frame as a file has it: a picture for a part of the canvas.

use crate::animation::compositor::Compositor;
use crate::animation::disposal::Disposal;
use crate::error::Error;
use crate::pixels::window::Rect;

/// A frame as it is coded: a picture for a part of the canvas.
pub(crate) struct CodedFrame<'a> {
    /// It may reach beyond a GIF's screen.
    pub(crate) rect: Rect,
    pub(crate) delay_ms: u32,
    pub(crate) disposal: Disposal,
    /// Whether what is transparent in it lets through what was there.
    pub(crate) blends: bool,
    /// Whether all of its pixels are opaque.
    pub(crate) opaque: bool,
    /// The picture in the file.
    pub(crate) picture: Box<dyn Picture + 'a>,
}

/// The frames of a file, in their order. In place of one that breaks off or contradicts itself there is an error, and it is the last.
pub(crate) type CodedFrames<'a> = Box<dyn Iterator<Item = Result<CodedFrame<'a>, Error>> + 'a>;

/// A frame's pixels in their file.
pub(crate) trait Picture {
    /// Memory of decoding a picture of this width beside the canvas. Above `most` bytes it is only known to be more.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    fn decode_bytes(&self, width: u32, most: u64) -> Result<u64, Error>;

    /// Draws all pixels on the canvas. Returns whether they are as their standard has them.
    ///
    /// # Errors
    /// [`Error::Corrupt`], [`Error::OutOfMemory`].
    fn draw(&self, place: &Place, screen: &mut Compositor) -> Result<bool, Error>;
}

/// Where a picture goes on the canvas, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) rect: Rect,
    /// Whether what is transparent lets through what was there.
    pub(crate) blends: bool,
}

impl CodedFrame<'_> {
    /// Draws the frame on the canvas, after the one before has been disposed of. Returns whether its pixels are as their standard has them.
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

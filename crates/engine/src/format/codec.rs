//! What the engine asks of a file format. One implementation a format, in its folder.

use crate::animation::answer::Encode;
use crate::animation::coded::CodedFrames;
use crate::error::Error;
use crate::format::strip::{Cutting, Wanted};
use crate::guest::Guests;
use crate::header::cursor::Stop;
use crate::header::{Coding, Header};
use crate::pixels::frame::Picture;
use crate::pixels::rows::RowSink;
use crate::plan::Plan;
use crate::plan::frames::Animation;

/// Bytes in, rows out.
pub(crate) trait Decode {
    /// The file has that many bytes in all: room for it, where it is kept.
    fn promise(&mut self, _: usize) -> Result<(), Error> {
        Ok(())
    }

    /// The next bytes of the file.
    fn push(&mut self, bytes: &[u8], rows: &mut dyn RowSink) -> Result<(), Error>;

    /// What is kept of the file, where it is needed as a whole.
    fn file(&self) -> &[u8] {
        &[]
    }

    /// The same, given away.
    fn into_file(self: Box<Self>) -> Vec<u8> {
        Vec::new()
    }

    /// The file is complete: the remaining rows, or what is wrong with it.
    fn finish(&mut self, plan: &Plan, rows: &mut dyn RowSink) -> Result<(), Error>;
}

/// A file format: how its files are told, read, written and stripped.
pub(crate) trait Codec: Sync {
    /// Whether a file that begins like this is one of the format; `None` where more bytes would tell.
    fn sniffs(&self, start: &[u8]) -> Option<bool>;

    /// The header in the first bytes of a file. Nothing is allocated.
    ///
    /// # Errors
    /// [`Stop`].
    fn header(&self, bytes: &[u8], complete: bool) -> Result<Header, Stop>;

    /// The ICC profile of a file whose header has been read; `None` where there is none, it is damaged, or too large.
    fn profile(&self, file: &[u8]) -> Option<Vec<u8>>;

    /// Whether the file says that it has several frames.
    fn is_animated(&self, file: &[u8]) -> bool;

    /// The frames of a file; none, of a format that has no animations.
    fn shots<'a>(&self, file: &'a [u8]) -> CodedFrames<'a>;

    /// How often an animation is played; 0 is for ever.
    fn plays(&self, file: &[u8]) -> u32;

    /// Bytes that decoding holds at its peak, the file not included.
    fn decoder_bytes(&self, plan: &Plan) -> u64;

    /// Bytes that a decoder takes and that only the complete file tells. Above `most` they are only known to be more.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    fn late_bytes(&self, header: &Header, file: &[u8], most: u64) -> Result<u64, Error>;

    /// The decoder of a planned source; `start` has been read of its file.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn decoder<'g>(
        &self,
        plan: &Plan,
        start: Vec<u8>,
        guests: &'g dyn Guests,
    ) -> Result<Box<dyn Decode + 'g>, Error>;

    /// How the format is written, where it is.
    fn writer(&self) -> Option<&dyn Write> {
        None
    }

    /// Keeps of a file what is its picture.
    fn strip(&self, file: &mut Cutting, wanted: Wanted) -> Option<()>;
}

/// A format that is written.
pub(crate) trait Write: Sync {
    /// The most bytes of the buffer in which the upright picture becomes its file, where it does. `image_bytes` are those of the image.
    fn room(&self, plan: &Plan, image_bytes: u64) -> Option<u64>;

    /// Upper bound on the memory of encoding, the picture not included.
    fn encoder_bytes(&self, plan: &Plan) -> u64;

    /// What of it is a guest's.
    fn guest_bytes(&self, _: &Plan) -> u64 {
        0
    }

    /// The file of the pictures of a plan's planes, upright; only JPEG has more than one.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn encode(
        &self,
        plan: &Plan,
        pictures: Vec<Picture>,
        guests: &dyn Guests,
    ) -> Result<Vec<u8>, Error>;

    /// How an animation is written, where one is.
    fn animate(&self) -> Option<&dyn Animate> {
        None
    }
}

/// A format that is written with several frames.
pub(crate) trait Animate: Sync {
    /// Bytes that so many pixels take at most.
    fn worst_bytes(&self, pixels: u64) -> u64;

    /// Whether every file of the format is without loss, so that its frames are as hard to code as they were.
    fn is_lossless(&self) -> bool;

    /// Bytes that encoding holds beside the answer and a frame.
    fn bytes(&self, plan: &Plan) -> u64;

    /// An encoder before its first frame.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn begin<'g>(
        &self,
        plan: &Plan,
        animation: &Animation,
        guests: &'g dyn Guests,
    ) -> Result<Box<dyn Encode + 'g>, Error>;
}

/// The only picture of a plan that has one plane.
///
/// # Errors
/// [`Error::Internal`].
pub(crate) fn only(mut pictures: Vec<Picture>) -> Result<Picture, Error> {
    let picture = pictures.pop();
    picture.ok_or(Error::Internal("an image without planes".to_owned()))
}

/// The peak of a decoder that has the whole image, where that is planned.
pub(crate) fn whole_bytes(coding: Coding) -> u64 {
    match coding {
        Coding::Whole { peak_bytes, .. } => peak_bytes,
        _ => 0,
    }
}

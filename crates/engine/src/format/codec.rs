//! Interface between the engine and a file format. Each format has one implementation, in its
//! folder.

use crate::animation::answer::Encode;
use crate::animation::coded::CodedFrames;
use crate::error::Error;
use crate::format::strip::{Cutting, Wanted};
use crate::guest::Guests;
use crate::header::cursor::Stop;
use crate::header::kept::{Blocks, Kept};
use crate::header::{Coding, Header};
use crate::pixels::frame::Picture;
use crate::pixels::rows::RowSink;
use crate::plan::Plan;
use crate::plan::frames::Animation;

/// A decoder: takes bytes of a file and hands out rows.
pub(crate) trait Decode {
    /// Announces the length of the file. A decoder that keeps the file reserves that capacity.
    fn promise(&mut self, _: usize) -> Result<(), Error> {
        Ok(())
    }

    /// Takes the next bytes of the file.
    fn push(&mut self, bytes: &[u8], rows: &mut dyn RowSink) -> Result<(), Error>;

    /// Returns the file as far as it is kept; empty for a decoder that does not need the file as a
    /// whole.
    fn file(&self) -> &[u8] {
        &[]
    }

    /// Gives away the file as far as it is kept.
    fn into_file(self: Box<Self>) -> Vec<u8> {
        Vec::new()
    }

    /// Ends the file: hands out the remaining rows, or returns the fault of the file.
    fn finish(&mut self, plan: &Plan, rows: &mut dyn RowSink) -> Result<(), Error>;
}

/// A file format: how its files are recognised, read, written and stripped.
pub(crate) trait Codec: Sync {
    /// Whether a file that begins like this is one of the format; `None` where more bytes are
    /// needed to tell.
    fn sniffs(&self, start: &[u8]) -> Option<bool>;

    /// Reads the header from the first bytes of a file. Nothing is allocated.
    ///
    /// # Errors
    /// [`Stop`].
    fn header(&self, bytes: &[u8], complete: bool) -> Result<Header, Stop>;

    /// Returns the ICC profile of a file whose header has been read; `None` where the profile is
    /// missing, damaged, or too large.
    fn profile(&self, file: &[u8]) -> Option<Vec<u8>>;

    /// Returns the metadata of a file, as far as `file` goes; nothing for a format whose metadata
    /// is not read.
    fn blocks<'f>(&self, _: &'f [u8]) -> Blocks<'f> {
        Blocks::default()
    }

    /// Whether the file declares several frames.
    fn is_animated(&self, file: &[u8]) -> bool;

    /// Returns the frames of a file; none for a format without animations.
    fn shots<'a>(&self, file: &'a [u8]) -> CodedFrames<'a>;

    /// Returns the number of times that an animation is played; 0 means forever.
    fn plays(&self, file: &[u8]) -> u32;

    /// Upper bound on the bytes that decoding holds, excluding the file.
    fn decoder_bytes(&self, plan: &Plan) -> u64;

    /// Returns the bytes that a decoder allocates and that can only be computed from the complete
    /// file, such as the Huffman tables of VP8L. Counting stops at `most`: a larger value is only a
    /// lower bound.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    fn late_bytes(&self, header: &Header, file: &[u8], most: u64) -> Result<u64, Error>;

    /// Returns the decoder of a planned source. `start` holds the bytes read so far.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn decoder<'g>(
        &self,
        plan: &Plan,
        start: Vec<u8>,
        guests: &'g dyn Guests,
    ) -> Result<Box<dyn Decode + 'g>, Error>;

    /// Returns the writer of the format, if the format is written.
    fn writer(&self) -> Option<&dyn Write> {
        None
    }

    /// Strips a file of everything but its picture; `None` for a file that deviates from its
    /// standard.
    fn strip(&self, file: &mut Cutting, wanted: Wanted) -> Option<()>;
}

/// Writer of a format.
pub(crate) trait Write: Sync {
    /// Returns the capacity of the buffer in which the upright picture becomes its file in place;
    /// `None` for a picture in pieces. `image_bytes` are the bytes of the image.
    fn capacity(&self, plan: &Plan, image_bytes: u64) -> Option<u64>;

    /// Upper bound on encoder memory, excluding the picture.
    fn encoder_bytes(&self, plan: &Plan) -> u64;

    /// Returns the part of the encoder's memory that is a guest's.
    fn guest_bytes(&self, _: &Plan) -> u64 {
        0
    }

    /// Encodes the upright pictures of a plan's planes. Only JPEG has more than one plane.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn encode(
        &self,
        plan: &Plan,
        pictures: Vec<Picture>,
        guests: &dyn Guests,
    ) -> Result<Vec<u8>, Error>;

    /// Returns a finished file with metadata in it; `None` for a format that is written without,
    /// as its [`Spec`](crate::spec::Spec) says.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn dress(&self, _: &[u8], _: &Kept) -> Result<Option<Vec<u8>>, Error> {
        Ok(None)
    }

    /// Returns the writer of animations, if the format is written with several frames.
    fn animate(&self) -> Option<&dyn Animate> {
        None
    }
}

/// Writer of a format with several frames.
pub(crate) trait Animate: Sync {
    /// Upper bound on the bytes of a file with this many pixels in all frames.
    fn worst_bytes(&self, pixels: u64) -> u64;

    /// Whether every file of the format is lossless, so that frames of the answer are as hard to
    /// code as those of a source in this format.
    fn is_lossless(&self) -> bool;

    /// Upper bound on the bytes that encoding holds beside the answer and a frame.
    fn bytes(&self, plan: &Plan) -> u64;

    /// Returns an encoder before its first frame.
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

/// Returns the only picture of a plan that has one plane.
///
/// # Errors
/// [`Error::Internal`].
pub(crate) fn only(mut pictures: Vec<Picture>) -> Result<Picture, Error> {
    let picture = pictures.pop();
    picture.ok_or(Error::Internal("an image without planes".to_owned()))
}

/// Returns the peak of a decoder that holds the whole image, where such a decoder is planned;
/// otherwise 0.
pub(crate) fn whole_bytes(coding: Coding) -> u64 {
    match coding {
        Coding::Whole { peak_bytes, .. } => peak_bytes,
        _ => 0,
    }
}

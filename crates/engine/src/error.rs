//! Reasons why an image has no result, in words for the client.

use std::fmt;

use crate::pixels::layout::Size;
use crate::spec::Format;

/// Reason why there is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The file is no image, or a kind of image that is not read. The text says which.
    Unsupported(&'static str),
    /// The image cannot be decoded.
    Corrupt(&'static str),
    /// The source file is larger than this many bytes.
    SourceTooLarge(u64),
    /// The plan needs more memory than there is.
    OverBudget {
        /// Pixels of the source.
        pixels: u64,
        /// Frames of the source, if they are wanted.
        frames: u32,
        /// Bytes needed.
        need: u64,
        /// Bytes available.
        budget: u64,
        /// Whether encoding AVIF needs more than the budget, while decoding does not.
        by_avif: bool,
    },
    /// The source's decoder needs more memory than is left for it. No header tells that need.
    Starved {
        /// Pixels of the source.
        pixels: u64,
        /// Bytes that the decoder had.
        most: u64,
    },
    /// The source has more pixels than are ever decoded.
    TooManyPixels {
        /// Pixels of the source.
        pixels: u64,
        /// The most there may be.
        most: u64,
    },
    /// The source has too few frames to show this one.
    NoSuchPage {
        /// The frame that was asked for, counted from 0.
        page: u32,
        /// Frames of the source.
        frames: u32,
    },
    /// All frames together have more pixels than are ever decoded or encoded.
    TooManyFrames {
        /// Frames of the source.
        frames: u32,
        /// Pixels of all wanted frames, of the source or of the answer.
        pixels: u64,
        /// The most there may be.
        most: u64,
    },
    /// The animation's file became larger than was planned.
    Outgrown {
        /// Frames of the answer.
        frames: u32,
        /// Bytes that were planned.
        bytes: u64,
    },
    /// The answer has more bytes than were asked for, whatever its quality.
    Larger {
        /// Bytes of the smallest file that was made.
        bytes: u64,
        /// Bytes that were asked for.
        most: u64,
        /// Format of the file.
        format: Format,
        /// Whether the quality has been lowered.
        lessened: bool,
    },
    /// The answer would be larger than allowed.
    OutputTooLarge {
        /// The answer's size.
        canvas: Size,
        /// The longest side allowed.
        side: u32,
    },
    /// Nothing of an overlay lies on the answer.
    Outside,
    /// A text cannot be set: the font, or what it has no glyphs for.
    Text(letterbox_text::Error),
    /// The allocator refused: the isolate is busy.
    OutOfMemory,
    /// A library refused input that should have been right.
    Internal(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unsupported(what) | Error::Corrupt(what) => f.write_str(what),
            Error::SourceTooLarge(limit) => {
                write!(f, "the source file is larger than {limit} bytes")
            }
            Error::OverBudget {
                frames: frames @ 2..,
                need,
                budget,
                ..
            } => write!(
                f,
                "the source has {frames} frames and this transform of them needs {need} bytes of memory, of {budget} that one image may use: n=1 gives a still",
            ),
            Error::OverBudget {
                need,
                budget,
                by_avif: true,
                ..
            } => write!(
                f,
                "an AVIF of this size needs {need} bytes of memory, of {budget} that one image may use: ask for a smaller w/h, or f=webp, or f=auto",
            ),
            Error::OverBudget {
                pixels,
                need,
                budget,
                ..
            } => write!(
                f,
                "the source has {:.1} megapixels and this transform of it needs {need} bytes of memory, of {budget} that one image may use",
                *pixels as f64 / 1e6,
            ),
            Error::Larger {
                bytes,
                most,
                format,
                lessened,
            } => {
                let name = format.name();
                match lessened {
                    true => write!(
                        f,
                        "as {name} with less quality the answer still has {bytes} bytes, and bytes={most}"
                    )?,
                    false => write!(
                        f,
                        "as {name}, which has no quality to lower here, the answer has {bytes} bytes, and bytes={most}"
                    )?,
                }
                f.write_str(": ask for a smaller w/h, another f, or more bytes")
            }
            Error::Starved { pixels, most } => write!(
                f,
                "decoding the source's {:.1} megapixels takes more than the {most} bytes of memory that there are for it: a smaller or more compressed source may do",
                *pixels as f64 / 1e6,
            ),
            Error::TooManyPixels { pixels, most } => write!(
                f,
                "the source has {:.1} megapixels, and {:.1} are the most that are decoded",
                *pixels as f64 / 1e6,
                *most as f64 / 1e6,
            ),
            Error::NoSuchPage { page, frames: 1 } => {
                write!(
                    f,
                    "page={page} is not there: the source has one frame, which is page 0"
                )
            }
            Error::NoSuchPage { page, frames } => write!(
                f,
                "page={page} is not there: the source has {frames} frames, and the first is page 0",
            ),
            Error::TooManyFrames {
                frames,
                pixels,
                most,
            } => write!(
                f,
                "the source has {frames} frames, which are {:.1} megapixels together here, and {:.1} are the most: n=1 gives a still",
                *pixels as f64 / 1e6,
                *most as f64 / 1e6,
            ),
            Error::Outgrown { frames, bytes } => write!(
                f,
                "the answer's {frames} frames need more than the {bytes} bytes that were planned for them: n=1 gives a still, a smaller w or h smaller frames",
            ),
            Error::OutputTooLarge {
                canvas: Size { width, height },
                side,
            } => {
                write!(
                    f,
                    "the result would be {width} x {height} pixels, and {side} is the longest side"
                )
            }
            Error::Outside => {
                f.write_str("nothing of the overlay lies on the answer: its offset is too large")
            }
            Error::Text(error) => write!(f, "txt cannot be set: {error}"),
            Error::OutOfMemory => {
                f.write_str("too many images are being resized at once: try again in a moment")
            }
            Error::Internal(_) => f.write_str("the image could not be processed"),
        }
    }
}

impl From<letterbox_text::Error> for Error {
    fn from(error: letterbox_text::Error) -> Error {
        match error {
            letterbox_text::Error::OutOfMemory => Error::OutOfMemory,
            error => Error::Text(error),
        }
    }
}

impl Error {
    /// Whether the error depends on the source alone, so that another source could succeed at any
    /// time.
    pub(crate) fn is_of_source(&self) -> bool {
        !matches!(self, Error::OutOfMemory | Error::Internal(_))
    }
}

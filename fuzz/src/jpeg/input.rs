//! Inputs of the decoder's targets: four bytes and a file. The first byte holds the options of the
//! decoder, the other three the lengths of pieces. All targets use the same format, so an input of
//! one can be given to another.

use letterbox_jpeg::{Decoder, Limits, Scale};

use crate::pieces::Pieces;

/// A parsed input.
pub struct Input<'a> {
    /// The resolution to decode at.
    pub scale: Scale,
    /// Whether components are handed out as they are, instead of pixels.
    pub separate: bool,
    /// Limits of the decoder: the default ones, or very low ones.
    pub limits: Limits,
    /// Lengths of the pieces of the file.
    pieces: Pieces,
    /// The file.
    pub file: &'a [u8],
}

const SEPARATE: u8 = 1 << 2;
const LIMITED: u8 = 1 << 3;

impl<'a> Input<'a> {
    /// Parses an input; `None` if it is too short for a file.
    pub fn read(bytes: &'a [u8]) -> Option<Input<'a>> {
        let (&[asked, lengths @ ..], file) = bytes.split_first_chunk::<4>()?;
        let scales = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth];
        let few = Limits {
            pixels: 1 << 10,
            tables: 12,
            scans: 3,
            metadata_bytes: 64,
            resident_bytes: 1 << 10,
        };
        Some(Input {
            scale: scales[usize::from(asked) % 4],
            separate: asked & SEPARATE != 0,
            limits: if asked & LIMITED != 0 {
                few
            } else {
                Limits::default()
            },
            pieces: Pieces::of(lengths),
            file,
        })
    }

    /// Creates a decoder with the limits.
    pub fn decoder(&self) -> Decoder {
        Decoder::with_limits(self.limits)
    }

    /// Sets the options of the decoder, once the header is known.
    pub fn ask(&self, decoder: &mut Decoder) {
        decoder.set_scale(self.scale);
        if self.separate {
            decoder.separate_components();
        }
    }

    /// Returns the pieces of the file.
    pub fn pieces(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.pieces.cut(self.file)
    }
}

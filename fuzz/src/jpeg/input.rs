//! How an input of the decoder's targets is read: four bytes and a file. The first byte chooses what is asked of the decoder, the other
//! three how the file is cut; all targets read them alike, so an input of one can be given to another.

use letterbox_jpeg::{Decoder, Limits, Scale};

use crate::pieces::Pieces;

/// An input, read.
pub struct Input<'a> {
    /// The resolution to decode at.
    pub scale: Scale,
    /// Components are handed out as they are, and not as pixels.
    pub separate: bool,
    /// What the decoder takes on: what it does by default, or very little.
    pub limits: Limits,
    /// How the file is cut.
    pieces: Pieces,
    /// The file.
    pub file: &'a [u8],
}

const SEPARATE: u8 = 1 << 2;
const LIMITED: u8 = 1 << 3;

impl<'a> Input<'a> {
    /// `None` when there is no room for a file.
    pub fn read(bytes: &'a [u8]) -> Option<Input<'a>> {
        let (&[asked, lengths @ ..], file) = bytes.split_first_chunk::<4>()?;
        let scales = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth];
        let few = Limits {
            pixels: 1 << 10,
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

    /// A decoder within the limits.
    pub fn decoder(&self) -> Decoder {
        Decoder::with_limits(self.limits)
    }

    /// What is asked for, once the header is known.
    pub fn ask(&self, decoder: &mut Decoder) {
        decoder.set_scale(self.scale);
        if self.separate {
            decoder.separate_components();
        }
    }

    /// The pieces of the file.
    pub fn pieces(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.pieces.cut(self.file)
    }
}

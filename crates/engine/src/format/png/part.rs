//! Picture of a frame: chunks of image data, with the palette of the file.

use crate::format::png::chunks::{Numbers, Piece, before_pixels, made, pieces};
use crate::format::png::header::{Chunks, whole_bytes};
use crate::pixels::layout::{Layout, Size};

/// Picture of a frame: chunks of image data, with the palette of the file.
pub(crate) struct Part<'a> {
    pub(crate) size: Size,
    pub(crate) layout: Layout,
    pub(crate) file: &'a [u8],
    /// Content of the IHDR that the frame would have as a file.
    pub(crate) numbers: Numbers,
    /// Chunks of the file from the frame's first data on.
    pub(crate) data: Chunks<'a>,
}

impl Part<'_> {
    /// Returns the frame as a file of its own, piece by piece.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let mut kind = None;
        let data = self.data.clone().map_while(move |chunk| {
            if *kind.get_or_insert(chunk.kind) != chunk.kind {
                return None;
            }
            match &chunk.kind {
                // The content begins with a sequence number.
                b"fdAT" if chunk.is_intact() => Some(made(*b"IDAT", chunk.content.get(4..)?)),
                b"IDAT" if chunk.checksum.is_some() => Some(chunk),
                b"IDAT" => Some(made(chunk.kind, chunk.content)),
                _ => None,
            }
        });
        let chunks = before_pixels(self.file, &self.numbers).chain(data);
        pieces(&self.numbers, chunks)
    }

    pub(crate) fn is_interlaced(&self) -> bool {
        self.numbers[12] == 1
    }

    /// Upper bound on the bytes for decoding the picture, and for a row of RGBA.
    pub(crate) fn decode_bytes(&self) -> u64 {
        let samples = match self.numbers[9] {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        let bits = samples * u32::from(self.numbers[8]);
        let row = 4 * u64::from(self.size.width);
        let decoder = if self.is_interlaced() {
            whole_bytes(self.size, self.layout, bits)
        } else {
            letterbox_png::Decoder::peak_bytes(self.size.width, bits, self.layout.channels())
        };
        row + decoder
    }
}

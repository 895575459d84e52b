//! The chunks of one picture of a file, as a file of their own, piece by piece and without a copy.
//! No other chunk of the file can interfere, and the end of the file may be missing.

use std::io::{BufRead, Error, ErrorKind, Read, Result, Seek, SeekFrom};

use letterbox_png::{Colour, checksum, transparency};

use crate::format::png::header::{Chunk, Chunks};

/// Content of `IHDR`.
pub(crate) type Numbers = [u8; 13];

/// A piece of a file: made here, or borrowed from the source.
pub(crate) enum Piece<'a> {
    Made([u8; 12], usize),
    Here(&'a [u8]),
}

impl Piece<'_> {
    fn of<const LENGTH: usize>(bytes: [u8; LENGTH]) -> Self {
        let mut made = [0; 12];
        made[..LENGTH].copy_from_slice(&bytes);
        Piece::Made(made, LENGTH)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Piece::Made(bytes, length) => &bytes[..*length],
            Piece::Here(bytes) => bytes,
        }
    }
}

/// Returns the content of the first chunk, if that is an intact IHDR.
pub(crate) fn numbers(file: &[u8]) -> Option<Numbers> {
    let first = Chunks::of(file).next()?;
    (&first.kind == b"IHDR" && first.is_intact())
        .then(|| first.content.try_into().ok())
        .flatten()
}

/// Returns the colour type of a file's pixels.
fn colour(numbers: &Numbers) -> Option<Colour> {
    Some(match numbers[9] {
        0 => Colour::Grey,
        2 => Colour::Rgb,
        3 => Colour::Indexed,
        4 => Colour::GreyAlpha,
        6 => Colour::Rgba,
        _ => return None,
    })
}

/// Returns the chunks before the pixels that the pixels depend on: the palette, and transparency
/// where it applies.
pub(crate) fn before_pixels<'a>(
    file: &'a [u8],
    numbers: &Numbers,
) -> impl Iterator<Item = Chunk<'a>> + use<'a> {
    let colour = colour(numbers);
    let mut has_palette = false;
    let mut has_alphas = false;
    Chunks::of(file)
        .take_while(|chunk| &chunk.kind != b"IDAT")
        .filter(move |chunk| match (&chunk.kind, colour) {
            (b"PLTE", Some(Colour::Indexed)) => {
                has_palette = true;
                true
            }
            (b"tRNS", Some(colour)) if !has_alphas && chunk.is_intact() => {
                has_alphas = transparency(colour, has_palette, chunk.content).is_some();
                has_alphas
            }
            _ => false,
        })
        .map(move |chunk| match (&chunk.kind, colour) {
            (b"tRNS", Some(colour)) => {
                let content = transparency(colour, true, chunk.content).unwrap_or_default();
                made(*b"tRNS", content)
            }
            _ => chunk,
        })
}

/// Returns the pixels of the file's own picture. The last chunk may be incomplete.
pub(crate) fn pixels(file: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    Chunks::of(file)
        .skip_while(|chunk| &chunk.kind != b"IDAT")
        .take_while(|chunk| &chunk.kind == b"IDAT")
        .map(|chunk| match chunk.checksum {
            Some(_) => chunk,
            None => made(chunk.kind, chunk.content),
        })
}

/// Returns a chunk with the checksum that its content should have.
pub(crate) fn made(kind: [u8; 4], content: &[u8]) -> Chunk<'_> {
    Chunk {
        kind,
        content,
        checksum: Some(checksum(&kind, content)),
    }
}

/// Returns a file with this IHDR and these chunks.
pub(crate) fn pieces<'a>(
    numbers: &'a Numbers,
    chunks: impl Iterator<Item = Chunk<'a>> + 'a,
) -> impl Iterator<Item = Piece<'a>> + 'a {
    let first = std::iter::once(made(*b"IHDR", numbers));
    let last = std::iter::once(made(*b"IEND", &[]));
    let of_chunk = |chunk: Chunk<'a>| {
        let [a, b, c, d] = (chunk.content.len() as u32).to_be_bytes();
        let [e, f, g, h] = chunk.kind;
        [
            Piece::of([a, b, c, d, e, f, g, h]),
            Piece::Here(chunk.content),
            Piece::of(chunk.checksum.unwrap_or(0).to_be_bytes()),
        ]
    };
    std::iter::once(Piece::Here(b"\x89PNG\r\n\x1a\n"))
        .chain(first.chain(chunks).chain(last).flat_map(of_chunk))
}

/// Reader of pieces, for a library that needs a reader.
pub(crate) struct Reader<'a, I> {
    pieces: I,
    piece: Piece<'a>,
    read: usize,
}

impl<'a, I: Iterator<Item = Piece<'a>>> Reader<'a, I> {
    pub(crate) fn new(pieces: I) -> Self {
        Reader {
            pieces,
            piece: Piece::Here(&[]),
            read: 0,
        }
    }
}

impl<'a, I: Iterator<Item = Piece<'a>>> BufRead for Reader<'a, I> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        while self.read == self.piece.bytes().len()
            && let Some(next) = self.pieces.next()
        {
            (self.piece, self.read) = (next, 0);
        }
        Ok(&self.piece.bytes()[self.read..])
    }

    fn consume(&mut self, amount: usize) {
        self.read += amount;
    }
}

impl<'a, I: Iterator<Item = Piece<'a>>> Read for Reader<'a, I> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize> {
        let here = self.fill_buf()?;
        let count = here.len().min(bytes.len());
        bytes[..count].copy_from_slice(&here[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<I> Seek for Reader<'_, I> {
    /// Refuses to seek. The library never does.
    fn seek(&mut self, _: SeekFrom) -> Result<u64> {
        Err(Error::from(ErrorKind::Unsupported))
    }
}

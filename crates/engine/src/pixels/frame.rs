//! Pixels in memory: 8 bits a sample, straight alpha, rows without padding. A [`Frame`] is a
//! complete image. A [`Picture`] is filled and consumed row by row.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::error::Error;
use crate::pixels::buffer::{reserved, room};
use crate::pixels::layout::{Layout, Size};

/// A whole image in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Columns and rows.
    pub size: Size,
    /// Samples of a pixel.
    pub layout: Layout,
    /// `width * height * channels` bytes.
    pub pixels: Vec<u8>,
}

impl Frame {
    /// Returns a frame of zeroes. The buffer's capacity is `capacity` bytes, or the size of the
    /// pixels if that is more.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] where the allocator refuses; nothing aborts.
    pub fn new(size: Size, layout: Layout, capacity: u64) -> Result<Frame, Error> {
        let bytes = size.pixels() * layout.channels() as u64;
        let mut pixels = reserved(bytes.max(capacity))?;
        pixels.resize(bytes as usize, 0);
        Ok(Frame {
            size,
            layout,
            pixels,
        })
    }

    /// Returns the rows, from the top.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.pixels.chunks_exact(self.row_bytes())
    }

    /// Returns the bytes of a row.
    pub fn row_bytes(&self) -> usize {
        self.size.width as usize * self.layout.channels()
    }
}

/// An image between two stages. Rows enter at the bottom and leave at the top.
///
/// A picture lies in pieces, which are allocated as rows come and freed as rows go. For an encoder
/// that works in place, the picture lies in one piece.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) size: Size,
    pub(crate) layout: Layout,
    /// Small cover of the picture, where one is laid under it.
    pub(crate) cover: Option<Arc<Frame>>,
    pieces: VecDeque<Vec<u8>>,
    /// Rows of every piece but the last one.
    piece_rows: usize,
    /// Capacity of the single piece in bytes; `None` for a picture in several pieces.
    capacity: Option<u64>,
    /// Number of rows that have been pushed, and number of rows that have been taken.
    filled: usize,
    taken: usize,
    /// Number of pieces that have been freed.
    gone: usize,
}

/// Size of a piece in bytes, rounded down to whole rows. A piece has one row at least.
const PIECE_BYTES: usize = 8 << 10;

impl Picture {
    /// Returns a picture without rows. A given `capacity` makes the picture one piece of that
    /// capacity.
    pub(crate) fn new(size: Size, layout: Layout, capacity: Option<u64>) -> Picture {
        let row_bytes = size.width as usize * layout.channels();
        Picture {
            size,
            layout,
            cover: None,
            pieces: VecDeque::new(),
            piece_rows: match capacity {
                None => (PIECE_BYTES / row_bytes.max(1)).max(1),
                Some(_) => size.height as usize,
            },
            capacity,
            filled: 0,
            taken: 0,
            gone: 0,
        }
    }

    /// Returns a complete picture made of a frame.
    pub(crate) fn whole(frame: Frame, capacity: Option<u64>) -> Picture {
        let rows = frame.size.height as usize;
        Picture {
            size: frame.size,
            layout: frame.layout,
            cover: None,
            pieces: VecDeque::from([frame.pixels]),
            piece_rows: rows,
            capacity,
            filled: rows,
            taken: 0,
            gone: 0,
        }
    }

    /// Upper bound on the bytes of the list of pieces, for a complete picture in pieces.
    pub(crate) fn list_bytes(size: Size, layout: Layout) -> u64 {
        let picture = Picture::new(size, layout, None);
        (picture.count() * size_of::<Vec<u8>>()) as u64
    }

    /// Upper bound on the bytes of one piece.
    pub(crate) fn piece_bytes(size: Size, layout: Layout) -> u64 {
        let picture = Picture::new(size, layout, None);
        let rows = picture.piece_rows.min(size.height as usize);
        (rows * picture.row_bytes()) as u64
    }

    /// Returns a copy of a picture of which no row has been taken.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn copied(&self) -> Result<Picture, Error> {
        let mut pieces: VecDeque<Vec<u8>> = room(self.pieces.len())?.into();
        for piece in &self.pieces {
            let mut copy = reserved(piece.capacity() as u64)?;
            copy.extend_from_slice(piece);
            pieces.push_back(copy);
        }
        Ok(Picture {
            pieces,
            cover: self.cover.clone(),
            ..*self
        })
    }

    fn count(&self) -> usize {
        (self.size.height as usize).div_ceil(self.piece_rows)
    }

    pub(crate) fn row_bytes(&self) -> usize {
        self.size.width as usize * self.layout.channels()
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.filled == self.size.height as usize
    }

    /// Appends the next row.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if there are too many, [`Error::OutOfMemory`].
    pub(crate) fn push(&mut self, row: &[u8]) -> Result<(), Error> {
        let rows = self.size.height as usize;
        if self.filled == rows || row.len() != self.row_bytes() {
            return Err(Error::Corrupt("the image has more rows than it says"));
        }
        if self.filled.is_multiple_of(self.piece_rows) {
            if self.filled == 0 {
                self.pieces = room(self.count())?.into();
            }
            let rows = self.piece_rows.min(rows - self.filled);
            let bytes = (rows * row.len()) as u64;
            self.pieces
                .push_back(reserved(bytes.max(self.capacity.unwrap_or(0)))?);
        }
        if let Some(piece) = self.pieces.back_mut() {
            piece.extend_from_slice(row);
        }
        self.filled += 1;
        Ok(())
    }

    /// Returns the next row from the top. The piece before that row is freed.
    pub(crate) fn next_row(&mut self) -> Option<&mut [u8]> {
        self.give_back();
        if self.taken == self.filled {
            return None;
        }
        let at = self.taken % self.piece_rows;
        self.taken += 1;
        let row_bytes = self.row_bytes();
        self.pieces
            .front_mut()?
            .get_mut(at * row_bytes..)?
            .get_mut(..row_bytes)
    }

    /// Frees the piece in front of the next row, if there is one. Returns the number of bytes
    /// freed.
    pub(crate) fn give_back(&mut self) -> usize {
        let is_behind = self.taken / self.piece_rows > self.gone && self.taken < self.filled;
        if !is_behind {
            return 0;
        }
        self.gone += 1;
        self.pieces.pop_front().map_or(0, |piece| piece.capacity())
    }

    /// Returns row `y`, as long as no row has been taken.
    pub(crate) fn row(&self, y: usize) -> &[u8] {
        let (row_bytes, at) = (self.row_bytes(), y % self.piece_rows);
        let piece = self.pieces.get(y / self.piece_rows);
        piece
            .and_then(|piece| piece.get(at * row_bytes..)?.get(..row_bytes))
            .unwrap_or_default()
    }

    /// Returns all rows, as long as none has been taken.
    pub(crate) fn rows_mut(&mut self) -> impl Iterator<Item = &mut [u8]> {
        let row_bytes = self.row_bytes().max(1);
        let pieces = self.pieces.iter_mut();
        pieces.flat_map(move |piece| piece.chunks_exact_mut(row_bytes))
    }

    /// Returns the bytes of the pieces that have not been freed.
    pub(crate) fn held_bytes(&self) -> usize {
        self.pieces.iter().map(Vec::capacity).sum()
    }

    /// Returns the single piece of a complete picture in one piece, and its planned capacity.
    pub(crate) fn into_piece(mut self) -> (Vec<u8>, usize) {
        let piece = self.pieces.pop_front().unwrap_or_default();
        let capacity = self.capacity.unwrap_or(0) as usize;
        (piece, capacity)
    }
}

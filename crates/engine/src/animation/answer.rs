//! File of an animation, which grows frame by frame.

use crate::error::Error;
use crate::pixels::buffer::reserved;
use crate::pixels::layout::Size;
use crate::pixels::window::Rect;
use crate::plan::frames::Animation;

/// Encoder of frames to a file.
pub(crate) trait Encode {
    /// Takes the next frame, RGBA. The encoder may change the buffer.
    ///
    /// # Errors
    /// [`Error::Outgrown`] where the answer's capacity is used up. The file then ends within a
    /// frame, and has to be begun anew.
    fn frame(&mut self, rgba: &mut Vec<u8>, delay_ms: u32) -> Result<(), Error>;

    /// Returns the file as far as it has been written.
    fn answer(&mut self) -> &mut Answer;

    fn finish(self: Box<Self>) -> Result<Vec<u8>, Error>;
}

/// A file with a planned capacity, which lies in one piece for each time that the capacity has
/// grown.
pub(crate) struct Answer {
    pieces: Vec<Vec<u8>>,
    /// Index of the piece that is being filled; later pieces are empty.
    at: usize,
    /// Capacity in bytes, and the rest of it.
    capacity: usize,
    left: usize,
    frames: u32,
}

impl Answer {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(animation: &Animation) -> Result<Answer, Error> {
        let mut answer = Answer {
            pieces: Vec::new(),
            at: 0,
            capacity: 0,
            left: 0,
            frames: animation.count,
        };
        answer.grow(animation.file_bytes)?;
        Ok(answer)
    }

    /// Grows the capacity to this many bytes in all.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn grow(&mut self, bytes: u64) -> Result<(), Error> {
        let more = bytes.saturating_sub(self.capacity as u64);
        if more > 0 {
            self.pieces.push(reserved(more)?);
            self.capacity += more as usize;
            self.left += more as usize;
        }
        Ok(())
    }

    /// # Errors
    /// [`Error::Outgrown`].
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        if self.left < bytes.len() {
            return Err(self.outgrown());
        }
        self.left -= bytes.len();
        while let Some(piece) = self.pieces.get_mut(self.at) {
            let free = piece.capacity() - piece.len();
            let (here, rest) = bytes.split_at(bytes.len().min(free));
            piece.extend_from_slice(here);
            bytes = rest;
            if bytes.is_empty() {
                break;
            }
            self.at += 1;
        }
        Ok(())
    }

    pub(crate) fn outgrown(&self) -> Error {
        Error::Outgrown {
            frames: self.frames,
            bytes: self.capacity as u64,
        }
    }

    /// Overwrites bytes near the file's beginning.
    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) {
        let first = self.pieces.first_mut();
        if let Some(place) = first.and_then(|piece| piece.get_mut(at..at + bytes.len())) {
            place.copy_from_slice(bytes);
        }
    }

    /// Returns the bytes of capacity that are left.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    pub(crate) fn len(&self) -> usize {
        self.capacity - self.left
    }

    /// Returns an empty file without capacity.
    pub(crate) fn none() -> Answer {
        Answer {
            pieces: Vec::new(),
            at: 0,
            capacity: 0,
            left: 0,
            frames: 0,
        }
    }

    /// Returns the file in one piece.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn into_file(self) -> Result<Vec<u8>, Error> {
        let bytes = self.len();
        let mut pieces = self.pieces;
        pieces.truncate(self.at + 1);
        if let [only] = &mut pieces[..] {
            only.shrink_to_fit(); // which allocators do in place
            return Ok(std::mem::take(only));
        }
        let mut file = reserved(bytes as u64)?;
        for piece in pieces {
            file.extend_from_slice(&piece);
        }
        Ok(file)
    }
}

/// Returns the smallest rectangle with all pixels that `differ`.
pub(crate) fn bounds(
    before: &[u8],
    after: &[u8],
    size: Size,
    differ: impl Fn(&[u8; 4], &[u8; 4]) -> bool,
) -> Rect {
    let row_bytes = 4 * size.width as usize;
    let mut rect = Rect::default();
    let rows = before
        .chunks_exact(row_bytes)
        .zip(after.chunks_exact(row_bytes));
    for (y, (before, after)) in (0..).zip(rows) {
        if before == after {
            continue;
        }
        let (before, after) = (before.as_chunks::<4>().0, after.as_chunks::<4>().0);
        let changed = |x: &usize| differ(&before[*x], &after[*x]);
        let Some(left) = (0..before.len()).find(changed) else {
            continue;
        };
        let right = (left..before.len()).rev().find(changed).unwrap_or(left);
        rect = rect.joined(Rect {
            left: left as u32,
            top: y,
            width: (right - left + 1) as u32,
            height: 1,
        });
    }
    rect
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_outgrows_its_room_says_so_and_goes_on_with_more() {
        let mut animation = Animation {
            frames: 9,
            first: 0,
            count: 7,
            plays: 0,
            restores: false,
            frame_bytes: 0,
            file_bytes: 10,
            grown: false,
        };
        let mut answer = Answer::new(&animation).expect("ten bytes");
        assert_eq!(answer.write(&[1; 8]), Ok(()));
        let outgrown = answer.write(&[1; 3]);
        let Err(error @ Error::Outgrown { .. }) = outgrown else {
            panic!("{outgrown:?}")
        };
        assert!(
            error
                .to_string()
                .contains("7 frames need more than the 10 bytes")
        );
        animation.file_bytes = 14;
        answer.grow(animation.file_bytes).expect("four bytes");
        assert_eq!(answer.write(&[2; 3]), Ok(()));
        answer.put(7, &[3]);
        assert_eq!(answer.len(), 11);
        assert_eq!(answer.write(&[2; 3]), Ok(()));
        assert!(answer.write(&[2]).is_err());
        let file = [&[1; 7][..], &[3], &[2; 6]].concat();
        assert_eq!(answer.into_file(), Ok(file));
    }

    #[test]
    fn what_changes_is_in_the_bounds_and_nothing_else() {
        let size = Size {
            width: 5,
            height: 4,
        };
        let before = vec![9; 80];
        let differ = |a: &[u8; 4], b: &[u8; 4]| a != b;
        let of = |changed: &[usize]| {
            let mut after = before.clone();
            changed.iter().for_each(|at| after[4 * at + 1] = 8);
            let Rect {
                left,
                top,
                width,
                height,
            } = bounds(&before, &after, size, differ);
            [left, top, width, height]
        };
        assert_eq!(of(&[]), [0; 4]);
        assert_eq!(of(&[7]), [2, 1, 1, 1]);
        assert_eq!(of(&[7, 15, 19]), [0, 1, 5, 3]);
        assert_eq!(of(&[0, 1]), [0, 0, 2, 1]);
    }
}

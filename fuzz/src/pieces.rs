//! Cuts a file into pieces, as the first bytes of an input say.

/// Lengths of pieces, repeated cyclically.
#[derive(Clone, Copy)]
pub struct Pieces([usize; 3]);

impl Pieces {
    /// Creates lengths that grow with the square of the bytes, so that single bytes and whole files
    /// are both likely.
    pub fn of(lengths: [u8; 3]) -> Pieces {
        Pieces(lengths.map(|byte| usize::from(byte).pow(2) / 16 + 1))
    }

    /// Returns the pieces of a file; no piece is empty.
    pub fn cut<'a>(&self, mut file: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.0.into_iter().cycle().map_while(move |length| {
            let (piece, rest) = file.split_at(length.min(file.len()));
            file = rest;
            (!piece.is_empty()).then_some(piece)
        })
    }
}

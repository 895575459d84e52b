//! A file in pieces, as the first bytes of an input want it cut.

/// Lengths of pieces, over and over.
#[derive(Clone, Copy)]
pub struct Pieces([usize; 3]);

impl Pieces {
    /// Squares: single bytes and whole files are both likely.
    pub fn of(lengths: [u8; 3]) -> Pieces {
        Pieces(lengths.map(|byte| usize::from(byte).pow(2) / 16 + 1))
    }

    /// The pieces of a file; none of them is empty.
    pub fn cut<'a>(&self, mut file: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.0.into_iter().cycle().map_while(move |length| {
            let (piece, rest) = file.split_at(length.min(file.len()));
            file = rest;
            (!piece.is_empty()).then_some(piece)
        })
    }
}

//! A cell of the grid of colours.

use crate::quantise::palette::Colour;

/// Pixels of one cell.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cell {
    /// Lowest samples of the cell.
    pub(crate) corner: Colour,
    pub(crate) pixels: u32,
    /// Sums of the samples less the corner. The sums of 280 million pixels fit.
    pub(crate) beyond: [u32; 4],
}

impl Cell {
    pub(crate) fn join(&mut self, other: &Cell) {
        self.pixels = self.pixels.wrapping_add(other.pixels);
        for (at, sum) in self.beyond.iter_mut().enumerate() {
            let apart = u32::from(other.corner[at] - self.corner[at]).wrapping_mul(other.pixels);
            *sum = sum.wrapping_add(apart).wrapping_add(other.beyond[at]);
        }
    }
}

/// Returns the corner of a colour's cell. Opaque, translucent and transparent colours never share a
/// cell.
pub(crate) fn corner(colour: Colour, bits: u32) -> Colour {
    let mask = (0xff << bits) as u8;
    let [r, g, b, a] = colour;
    let alpha = match a {
        0 | 255 => a,
        _ => (a & mask).max(1),
    };
    [r & mask, g & mask, b & mask, alpha]
}

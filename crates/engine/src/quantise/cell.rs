//! A cell of the grid of colours.

use crate::quantise::palette::Colour;

/// The pixels of one cell.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cell {
    /// The least samples that are in it.
    pub(crate) corner: Colour,
    pub(crate) pixels: u32,
    /// The sums of what samples have beyond that: there is room for those of 280 million pixels.
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

/// The cell of a colour. What is opaque, or transparent, shares none with what is not.
pub(crate) fn corner(colour: Colour, bits: u32) -> Colour {
    let mask = (0xff << bits) as u8;
    let [r, g, b, a] = colour;
    let alpha = match a {
        0 | 255 => a,
        _ => (a & mask).max(1),
    };
    [r & mask, g & mask, b & mask, alpha]
}

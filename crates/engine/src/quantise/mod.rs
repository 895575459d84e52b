//! Colours of an image to a palette, and its pixels to indices: two passes over the same rows, which are RGBA.
//!
//! An image of few colours keeps each of them. Else the first pass counts pixels in the cells of a grid, with the sums of their true
//! values; boxes of cells are cut in two where that takes most off the squared error (X. Wu, "Color quantization by dynamic programming
//! and principal analysis", 1992, says why that is the measure), and the means of the boxes move to the means of what is nearest to
//! them (`cut`). The second pass looks up what is nearest to each pixel, with or without diffusion of what that leaves over (`map`).
//! Errors are those of premultiplied colours. Opaque pixels stay opaque, and transparent ones transparent.
//!
//! Nothing depends on time or chance: equal rows have equal palettes and indices. What is allocated is [`Histogram::bytes`], and
//! [`Mapper::bytes`].

pub(crate) mod cell;
pub(crate) mod count;
pub(crate) mod cut;
pub(crate) mod map;
pub(crate) mod nearest;
pub(crate) mod palette;
#[cfg(test)]
mod tests;

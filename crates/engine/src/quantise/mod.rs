//! Quantisation: an image's colours to a palette, and its pixels to indices, in two passes over the
//! same rows of RGBA.
//!
//! An image of few colours keeps each of them. Otherwise the first pass counts pixels in the cells
//! of a grid, with the sums of their true values. Boxes of cells are cut in two where the cut
//! reduces the squared error most (X. Wu, "Color quantization by dynamic programming and principal
//! analysis", 1992, gives the reason for that measure). The means of the boxes then move to the
//! means of the cells nearest to them (`cut`). The second pass looks up the entry nearest to each
//! pixel, with or without diffusion of the error (`map`). Errors are those of premultiplied
//! colours. Opaque pixels stay opaque, and transparent ones transparent.
//!
//! Nothing depends on time or chance: equal rows have equal palettes and indices. The memory is
//! [`Histogram::bytes`] and [`Mapper::bytes`].

pub(crate) mod cell;
pub(crate) mod count;
pub(crate) mod cut;
pub(crate) mod map;
pub(crate) mod nearest;
pub(crate) mod palette;
#[cfg(test)]
mod tests;

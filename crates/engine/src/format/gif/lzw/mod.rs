//! LZW as GIF has it (appendix F).

pub(crate) mod decode;
pub(crate) mod encode;

/// An image's pixels: what its indices mean, and where they are.
pub(crate) struct Lzw<'a> {
    /// Red, green, blue of each index; indices beyond it are black, as browsers show them, and without a palette all are.
    pub(crate) palette: &'a [u8],
    pub(crate) transparent: Option<u8>,
    pub(crate) interlaced: bool,
    /// The smallest code's size, and blocks of data; what is behind them does not matter. The last block may break off.
    pub(crate) data: &'a [u8],
}

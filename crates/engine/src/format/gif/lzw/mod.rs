//! GIF's variant of LZW (appendix F).

pub(crate) mod decode;
pub(crate) mod encode;

/// Pixels of an image: palette, and coded indices.
pub(crate) struct Lzw<'a> {
    /// Red, green and blue of each index. Indices beyond the palette are black, as in browsers;
    /// without a palette all indices are.
    pub(crate) palette: &'a [u8],
    pub(crate) transparent: Option<u8>,
    pub(crate) interlaced: bool,
    /// Minimum code size, and blocks of data. The last block may break off. Bytes behind the blocks
    /// are ignored.
    pub(crate) data: &'a [u8],
}

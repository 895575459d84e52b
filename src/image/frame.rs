//! Pixels in memory: 8 bits a sample, straight alpha, rows without padding.

use super::Error;

/// Which samples a pixel has, in memory order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Luminance.
    Grey,
    /// Luminance, alpha.
    GreyAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, alpha.
    Rgba,
}

impl Layout {
    /// The layout with these properties.
    pub fn of(grey: bool, alpha: bool) -> Layout {
        match (grey, alpha) {
            (true, false) => Layout::Grey,
            (true, true) => Layout::GreyAlpha,
            (false, false) => Layout::Rgb,
            (false, true) => Layout::Rgba,
        }
    }

    /// Bytes a pixel.
    pub fn channels(self) -> usize {
        match self {
            Layout::Grey => 1,
            Layout::GreyAlpha => 2,
            Layout::Rgb => 3,
            Layout::Rgba => 4,
        }
    }

    /// Whether the last sample is alpha.
    pub fn alpha(self) -> bool {
        matches!(self, Layout::GreyAlpha | Layout::Rgba)
    }

    /// Whether there is one colour sample.
    pub fn grey(self) -> bool {
        matches!(self, Layout::Grey | Layout::GreyAlpha)
    }
}

/// Width and height in pixels, neither of them zero where an image is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// How many pixels.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Width and height exchanged if `swap`.
    pub fn swapped_if(self, swap: bool) -> Size {
        if swap {
            Size {
                width: self.height,
                height: self.width,
            }
        } else {
            self
        }
    }
}

/// A whole image in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Columns and rows.
    pub size: Size,
    /// What a pixel consists of.
    pub layout: Layout,
    /// `width * height * channels` bytes.
    pub pixels: Vec<u8>,
}

impl Frame {
    /// A frame of zeroes.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] where the allocator refuses; nothing aborts.
    pub fn new(size: Size, layout: Layout) -> Result<Frame, Error> {
        Ok(Frame {
            size,
            layout,
            pixels: zeroes(size.pixels() * layout.channels() as u64)?,
        })
    }

    /// The rows, from the top.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.pixels.chunks_exact(self.row_bytes())
    }

    /// Bytes a row.
    pub fn row_bytes(&self) -> usize {
        self.size.width as usize * self.layout.channels()
    }
}

/// That many zero bytes, or an error where the allocator refuses.
pub(super) fn zeroes(bytes: u64) -> Result<Vec<u8>, Error> {
    let bytes = usize::try_from(bytes).map_err(|_| Error::OutOfMemory)?;
    let mut buffer = Vec::new();
    buffer
        .try_reserve_exact(bytes)
        .map_err(|_| Error::OutOfMemory)?;
    buffer.resize(bytes, 0);
    Ok(buffer)
}

//! Header of a stream (RFC 9649, section 3.4).

use crate::error::Error;

/// Size of a picture, and whether its stream has a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Columns, 1 to 16,384.
    pub width: u32,
    /// Rows, 1 to 16,384.
    pub height: u32,
    /// Whether the stream begins with a header. The alpha stream of a lossy picture has none.
    pub headed: bool,
}

impl Shape {
    /// Reads the shape from a stream's header.
    ///
    /// # Errors
    /// [`Error`].
    pub fn of(stream: &[u8]) -> Result<Shape, Error> {
        let head = stream.first_chunk::<{ HEAD_BYTES }>();
        let [signature, size @ ..] = head.ok_or(Error::Truncated)?;
        if *signature != 0x2f {
            return Err(Error::Corrupt("the VP8L stream has no signature"));
        }
        let size = u32::from_le_bytes(*size);
        if size >> 29 != 0 {
            return Err(Error::Corrupt("the VP8L stream is of a later version"));
        }
        Ok(Shape {
            width: (size & 0x3fff) + 1,
            height: (size >> 14 & 0x3fff) + 1,
            headed: true,
        })
    }

    /// Creates the shape of the alpha stream of a lossy picture, which has the picture's size.
    pub fn of_alpha(width: u32, height: u32) -> Shape {
        Shape {
            width,
            height,
            headed: false,
        }
    }

    /// Checks that VP8L allows the size, and returns the bytes behind the header.
    pub(crate) fn body(self, stream: &[u8]) -> Result<&[u8], Error> {
        const SIDES: std::ops::RangeInclusive<u32> = 1..=1 << 14;
        if !(SIDES.contains(&self.width) && SIDES.contains(&self.height)) {
            return Err(Error::Corrupt("VP8L has no pictures of this size"));
        }
        if !self.headed {
            return Ok(stream);
        }
        if Shape::of(stream)? != self {
            return Err(Error::Corrupt("the VP8L stream is of another size"));
        }
        Ok(stream.get(HEAD_BYTES..).unwrap_or_default())
    }
}

const HEAD_BYTES: usize = 5;

//! Headers of a Windows or OS/2 bitmap, in a file of its own or in an icon: BITMAPCOREHEADER, the
//! 16 to 64 bytes of OS/2 2.x, and BITMAPINFOHEADER with the additions of versions 2 to 5.

use crate::header::colours::Colours;
use crate::header::cursor::{Cursor, Stop};
use crate::header::{Coding, Header};
use crate::pixels::layout::{Layout, Size};
use crate::pixels::orientation::Orientation;
use crate::spec::Format;

/// Bytes of BITMAPFILEHEADER.
const FILE_HEADER_BYTES: usize = 14;
const CORE: usize = 12;
const INFO: usize = 40;
/// Length of the first header with a mask for alpha: version 3.
const WITH_ALPHA: usize = 56;

pub(crate) fn parse(bytes: &[u8]) -> Result<Header, Stop> {
    let bitmap = Bitmap::of_file(bytes)?;
    Ok(bitmap.header(Format::Bmp, bitmap.has_alpha()))
}

/// Headers of a bitmap, and the places of its parts in the bytes that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bitmap {
    pub(crate) size: Size,
    /// Whether the first row in the file is the top one.
    pub(crate) top_down: bool,
    pub(crate) pixels: Pixels,
    /// Offset of the palette, number of its colours, and bytes of each colour: blue, green, red,
    /// and a fourth byte without a meaning.
    pub(crate) palette: (usize, usize, usize),
    /// Offset of the pixels.
    pub(crate) data: usize,
}

/// Storage of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pixels {
    /// Indices of the palette, with this many bits.
    Indexed(u32),
    /// Numbers with this many bits, and the masks of red, green, blue and alpha in them.
    Direct(u32, [u32; 4]),
    /// Runs of pixels with this many bits: indices of the palette, or colours of 24 bits.
    Runs(u32),
}

impl Pixels {
    pub(crate) fn bits(self) -> u32 {
        match self {
            Pixels::Indexed(bits) | Pixels::Direct(bits, _) | Pixels::Runs(bits) => bits,
        }
    }
}

/// Known values of the field Compression. From 3 on OS/2 has its own values.
#[derive(Clone, Copy, PartialEq)]
enum Compression {
    None,
    Runs(u32),
    /// Masks follow a header of version 1, with or without one for alpha.
    Masks {
        alpha: bool,
    },
}

impl Compression {
    fn of(value: u32, bits: u32, os2: bool) -> Result<Compression, Stop> {
        Ok(match (value, bits) {
            (0, _) => Compression::None,
            // A palette may have fewer colours than there could be.
            (1, 1..=8) => Compression::Runs(8),
            (2, 1..=4) => Compression::Runs(4),
            (4, 24) if os2 => Compression::Runs(24),
            (3, 16 | 32) if !os2 => Compression::Masks { alpha: false },
            (6, 16 | 32) => Compression::Masks { alpha: true },
            (3, 1) => return Err(Stop::Unsupported("BMP in Huffman code is not read")),
            (4, _) => return Err(Stop::Unsupported("BMP with a JPEG inside is not read")),
            (5, _) => return Err(Stop::Unsupported("BMP with a PNG inside is not read")),
            (11..=13, _) => return Err(Stop::Unsupported("BMP of four inks is not read")),
            (1..=3, _) => return Err(Stop::Corrupt(DEPTH)),
            _ => {
                return Err(Stop::Unsupported(
                    "BMP in an unknown compression is not read",
                ));
            }
        })
    }
}

const DEPTH: &str = "the bitmap has a depth that its compression does not go with";

impl Bitmap {
    /// Reads the headers of a file.
    pub(crate) fn of_file(file: &[u8]) -> Result<Bitmap, Stop> {
        let data = Cursor::little_endian(file).seek(10).u32()?;
        Bitmap::read(file, FILE_HEADER_BYTES, data as usize, false)
    }

    /// Reads the header of an icon's bitmap, which has no file header. The height in the header
    /// includes the mask as a second picture.
    pub(crate) fn of_icon(image: &[u8]) -> Result<Bitmap, Stop> {
        let mut bitmap = Bitmap::read(image, 0, 0, true)?;
        if let Pixels::Runs(_) = bitmap.pixels {
            return Err(Stop::Unsupported(
                "an icon with a compressed bitmap is not read",
            ));
        }
        bitmap.size.height /= 2;
        Ok(bitmap)
    }

    /// Reads the header at `start`; `said` is the declared offset of the pixels, or 0. The number
    /// of planes is ignored: there is one, and some writers declare none.
    fn read(bytes: &[u8], start: usize, said: usize, icon: bool) -> Result<Bitmap, Stop> {
        let mut cursor = Cursor::little_endian(bytes).seek(start);
        let length = cursor.u32()? as usize;
        if !matches!(length, CORE | 16..=64 | 108 | 124) {
            return Err(Stop::Corrupt("the bitmap's header has an unknown length"));
        }
        let (width, height) = if length == CORE {
            (i32::from(cursor.u16()?), i32::from(cursor.u16()?))
        } else {
            (cursor.u32()? as i32, cursor.u32()? as i32)
        };
        cursor.skip(2);
        let bits = u32::from(cursor.u16()?);
        // Fields that a short header leaves out are 0.
        let field = |at: usize| {
            let is_there = length != CORE && at + 4 <= length;
            let mut cursor = Cursor::little_endian(bytes).seek(start + at);
            if is_there { cursor.u32() } else { Ok(0) }
        };
        let (value, colours) = (field(16)?, field(32)? as usize);
        let os2 = !matches!(length, INFO | 52 | WITH_ALPHA | 108 | 124)
            || matches!((value, bits), (3, 1) | (4, 24));
        let compression = Compression::of(value, bits, os2)?;
        let (top_down, width) = (height < 0, u32::try_from(width).unwrap_or(0));
        if top_down && matches!(compression, Compression::Runs(_)) {
            return Err(Stop::Corrupt("a compressed bitmap cannot be top-down"));
        }

        let mut end = start + length;
        let mask = |at: usize| {
            Cursor::little_endian(bytes)
                .seek(start + INFO + 4 * at)
                .u32()
        };
        let mut masks = match bits {
            16 => [0x7c00, 0x03e0, 0x001f, 0],
            _ => [0x00ff_0000, 0xff00, 0xff, 0],
        };
        // The mask of alpha is used with every compression, as in browsers.
        let mut has_alpha = length >= WITH_ALPHA && !os2;
        if let Compression::Masks { alpha } = compression {
            masks = [mask(0)?, mask(1)?, mask(2)?, 0];
            has_alpha |= alpha;
            if length == INFO {
                end += if alpha { 16 } else { 12 };
            }
        }
        if has_alpha && bits >= 16 {
            let colours = masks[0] | masks[1] | masks[2];
            masks[3] = mask(3)? & (u32::MAX >> (32 - bits.min(32))) & !colours;
        } else if icon && bits == 32 {
            masks[3] = 0xff00_0000 & !(masks[0] | masks[1] | masks[2]);
        }
        if masks.iter().any(|mask| !is_run(*mask)) {
            return Err(Stop::Corrupt("a mask of the bitmap has holes"));
        }
        let pixels = match (compression, bits) {
            (Compression::Runs(bits), _) => Pixels::Runs(bits),
            (Compression::None, 1 | 2 | 4 | 8) => Pixels::Indexed(bits),
            (_, 16 | 24 | 32) => Pixels::Direct(bits, masks),
            _ => return Err(Stop::Unsupported("BMP of this depth is not read")),
        };

        let colour_bytes = if length == CORE { 3 } else { 4 };
        // Some files declare more colours than there can be, and have them. A palette of truecolour
        // pixels is a hint.
        let colours = match pixels {
            Pixels::Indexed(_) | Pixels::Runs(1..=8) if colours == 0 || colours > 0xffff => {
                1 << bits
            }
            Pixels::Direct(..) | Pixels::Runs(_) if bits > 8 && colours > 256 => 0,
            _ => colours,
        };
        let behind = end.saturating_add(colours.saturating_mul(colour_bytes));
        // An offset before all colours is wrong.
        let least = if colours > 0 && bits <= 8 {
            end + 1
        } else {
            end
        };
        let data = if said < least { behind } else { said };
        let colours = colours.min((data - end) / colour_bytes).min(256);
        Ok(Bitmap {
            size: Size {
                width,
                height: height.unsigned_abs(),
            },
            top_down,
            pixels,
            palette: (end, colours, colour_bytes),
            data,
        })
    }

    /// Whether pixels have alpha.
    pub(crate) fn has_alpha(&self) -> bool {
        matches!(self.pixels, Pixels::Direct(_, [.., alpha]) if alpha != 0)
    }

    pub(crate) fn header(&self, format: Format, alpha: bool) -> Header {
        Header {
            format,
            stored: self.size,
            orientation: Orientation::default(),
            layout: Layout::of(false, alpha),
            coding: Coding::Bitmap {
                runs: matches!(self.pixels, Pixels::Runs(_)),
            },
            colours: Colours::Untagged,
            cmyk: false,
            palette: false,
        }
    }
}

/// Whether the ones of a mask are contiguous, or there are none.
fn is_run(mask: u32) -> bool {
    let ones = mask.checked_shr(mask.trailing_zeros()).unwrap_or(0);
    ones & ones.wrapping_add(1) == 0
}

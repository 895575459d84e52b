//! The header of a key frame (RFC 6386, section 9), and the quantiser steps and filter strengths
//! that follow from it for each segment.

use crate::bits::Bits;
use crate::error::Error;
use crate::tables::{AC_STEPS, DC_STEPS, TOKEN_UPDATES, TOKENS};

/// Size of a frame, from its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Columns, 1 to 16,383.
    pub width: u32,
    /// Rows, 1 to 16,383.
    pub height: u32,
    /// Bytes of the first partition.
    first_partition: usize,
}

/// Bytes of a frame's tag, start code and size.
const TAG_BYTES: usize = 10;

impl Header {
    /// Reads a frame's first ten bytes.
    ///
    /// ```
    /// use letterbox_vp8::{Error, Header};
    ///
    /// let start = [0x30, 0x0e, 0x00, 0x9d, 0x01, 0x2a, 0x3d, 0x00, 0x50, 0x00];
    /// let header = Header::parse(&start)?;
    /// assert_eq!((header.width, header.height), (61, 80));
    /// assert_eq!(Header::parse(&start[..9]), Err(Error::Truncated));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Truncated`], or [`Error::Corrupt`] for a frame that is no shown key frame, or has
    /// no pixels.
    pub fn parse(frame: &[u8]) -> Result<Header, Error> {
        let Some(&[a, b, c, start @ .., w0, w1, h0, h1]) = frame.first_chunk::<TAG_BYTES>() else {
            return Err(Error::Truncated);
        };
        let tag = u32::from_le_bytes([a, b, c, 0]);
        if tag & 1 != 0 {
            return Err(Error::Corrupt("the VP8 frame builds on another one"));
        }
        if start != [0x9d, 0x01, 0x2a] {
            return Err(Error::Corrupt("the VP8 frame has no start code"));
        }
        if tag >> 1 & 7 > 3 || tag >> 4 & 1 == 0 {
            return Err(Error::Corrupt("the VP8 frame is none to be shown"));
        }
        // The upper two bits ask for upscaling, which no encoder uses.
        let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
        let header = Header {
            width: side(w0, w1),
            height: side(h0, h1),
            first_partition: (tag >> 5) as usize,
        };
        if header.width == 0 || header.height == 0 {
            return Err(Error::Corrupt("the VP8 frame has no pixels"));
        }
        Ok(header)
    }

    /// Returns the columns of macroblocks.
    pub(crate) fn across(&self) -> usize {
        self.width.div_ceil(16) as usize
    }

    /// Returns the rows of macroblocks.
    pub(crate) fn down(&self) -> usize {
        self.height.div_ceil(16) as usize
    }
}

/// Dequantisation factors, of the first coefficient of a block and of the others.
#[derive(Clone, Copy, Default)]
pub(crate) struct Steps {
    pub(crate) luma: [i32; 2],
    /// Factors of the block that codes the first coefficients of luminance.
    pub(crate) means: [i32; 2],
    pub(crate) chroma: [i32; 2],
}

/// Strength of the loop filter at the edges of a macroblock.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Strength {
    /// Largest step over an edge between subblocks that is filtered; zero disables the filter.
    pub(crate) edge: u8,
    /// Largest step between neighbours beside the edge.
    pub(crate) interior: u8,
    /// Threshold of high edge variance, above which less is changed.
    pub(crate) variance: u8,
}

/// Parameters of a segment.
#[derive(Clone, Copy, Default)]
pub(crate) struct Segment {
    pub(crate) steps: Steps,
    /// Strengths for macroblocks that are predicted as a whole, and by subblocks.
    pub(crate) strengths: [Strength; 2],
}

/// Probabilities of each branch of a token, by kind of block, place in the block, and context.
/// Behind the last place there is one more, which is never read; the innermost rows are padded to a
/// power of two.
pub(crate) type Tokens = [[[[u8; 16]; 3]; 17]; 4];

/// Band of each place in a block (section 13.3).
const BANDS: [usize; 17] = [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0];

/// Kind of loop filter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Filter {
    None,
    /// Luminance only, and only one pixel on each side of an edge.
    Simple,
    Normal,
}

/// Header of a frame with all its fields.
pub(crate) struct Frame<'a> {
    pub(crate) segments: [Segment; 4],
    /// Probabilities of the branches of a macroblock's segment number, if macroblocks have one.
    pub(crate) map: Option<[u8; 3]>,
    pub(crate) filter: Filter,
    pub(crate) tokens: Tokens,
    /// Probability that a macroblock has no coefficients, if macroblocks are flagged.
    pub(crate) skips: Option<u8>,
    /// Rest of the first partition, behind the header.
    pub(crate) modes: Bits<'a>,
    /// Partitions of tokens, used in turn by the rows of macroblocks.
    pub(crate) partitions: [Bits<'a>; 8],
    /// Number of partitions, less one.
    pub(crate) last_partition: usize,
}

/// Fields of a segment in the header.
#[derive(Clone, Copy, Default)]
struct Said {
    quantiser: i32,
    filter: i32,
}

impl<'a> Frame<'a> {
    pub(crate) fn parse(frame: &'a [u8], header: &Header) -> Result<Frame<'a>, Error> {
        let behind = frame.get(TAG_BYTES..).ok_or(Error::Truncated)?;
        let (first, others) = behind
            .split_at_checked(header.first_partition)
            .ok_or(Error::Truncated)?;
        let mut bits = Bits::new(first);
        bits.number(2); // colour space and clamping: there is one of the first, and all clamp
        let segmented = bits.flag();
        let (mut map, mut said, mut absolute) = (None, [Said::default(); 4], true);
        if segmented {
            let (has_map, has_values) = (bits.flag(), bits.flag());
            if has_values {
                absolute = bits.flag();
                for said in &mut said {
                    said.quantiser = bits.optional_signed(7).unwrap_or(0);
                }
                for said in &mut said {
                    said.filter = bits.optional_signed(6).unwrap_or(0);
                }
            }
            if has_map {
                map = Some([(); 3].map(|()| {
                    if bits.flag() {
                        bits.number(8) as u8
                    } else {
                        255
                    }
                }));
            }
        }
        let simple = bits.flag();
        let (level, sharpness) = (bits.number(6) as i32, bits.number(3) as i32);
        let deltas = filter_deltas(&mut bits);
        let last_partition = (1 << bits.number(2)) - 1;
        let quantiser = bits.number(7) as i32;
        let offsets = [(); 5].map(|()| bits.optional_signed(4).unwrap_or(0));
        let base = |value: i32, frame: i32| match (segmented, absolute) {
            (false, _) => frame,
            (true, true) => value,
            (true, false) => value + frame,
        };
        let segments = said.map(|said| Segment {
            steps: steps(base(said.quantiser, quantiser), offsets),
            strengths: deltas.map(|delta| strength(base(said.filter, level) + delta, sharpness)),
        });
        bits.flag(); // whether probabilities are kept for the next frame
        let tokens = tokens(&mut bits);
        let skips = bits.flag().then(|| bits.number(8) as u8);
        if bits.overrun() {
            return Err(Error::Truncated);
        }
        Ok(Frame {
            segments,
            map,
            filter: match (level, simple) {
                (0, _) => Filter::None,
                (_, true) => Filter::Simple,
                (_, false) => Filter::Normal,
            },
            tokens,
            skips,
            modes: bits,
            partitions: partitions(others, last_partition)?,
            last_partition,
        })
    }
}

/// Reads the changes of the filter's level in a key frame: for macroblocks that are predicted as a
/// whole, and by subblocks (section 9.6).
fn filter_deltas(bits: &mut Bits<'_>) -> [i32; 2] {
    if !bits.flag() || !bits.flag() {
        return [0; 2];
    }
    let mut deltas = [(); 8].map(|()| bits.optional_signed(6).unwrap_or(0));
    deltas[4] += deltas[0];
    [deltas[0], deltas[4]]
}

/// Computes the dequantisation factors (sections 9.6 and 14.1). The offsets are those of the first
/// coefficient of luminance, of the means, and of chrominance.
#[inline(never)]
fn steps(quantiser: i32, offsets: [i32; 5]) -> Steps {
    let at = |offset: i32| (quantiser + offset).clamp(0, 127) as usize;
    let dc = |offset| i32::from(DC_STEPS[at(offset)]);
    let ac = |offset| i32::from(AC_STEPS[at(offset)]);
    Steps {
        luma: [dc(offsets[0]), ac(0)],
        means: [2 * dc(offsets[1]), (ac(offsets[2]) * 155 / 100).max(8)],
        chroma: [dc(offsets[3]).min(132), ac(offsets[4])],
    }
}

/// Computes the filter strength (sections 15.2 and 15.3).
#[inline(never)]
fn strength(level: i32, sharpness: i32) -> Strength {
    let level = level.clamp(0, 63);
    if level == 0 {
        return Strength::default();
    }
    let interior = match sharpness {
        0 => level,
        1..=4 => (level >> 1).min(9 - sharpness),
        _ => (level >> 2).min(9 - sharpness),
    };
    let interior = interior.max(1);
    Strength {
        edge: (2 * level + interior) as u8,
        interior: interior as u8,
        variance: u8::from(level >= 15) + u8::from(level >= 40),
    }
}

/// Reads the token probabilities (section 13.4).
fn tokens(bits: &mut Bits<'_>) -> Tokens {
    let mut bands = TOKENS;
    let updates = TOKEN_UPDATES.as_flattened().as_flattened().as_flattened();
    let each = bands.as_flattened_mut().as_flattened_mut();
    for (to, &update) in each.as_flattened_mut().iter_mut().zip(updates) {
        if bits.rare(update) {
            *to = bits.number(8) as u8;
        }
    }
    let mut tokens = [[[[0; 16]; 3]; 17]; 4];
    for (places, bands) in tokens.iter_mut().zip(&bands) {
        for (contexts, band) in places.iter_mut().zip(BANDS) {
            for (to, from) in contexts.iter_mut().zip(&bands[band]) {
                to[..11].copy_from_slice(from);
            }
        }
    }
    tokens
}

/// Splits the partitions of tokens (section 9.5); all but the last have their size in the file.
fn partitions(bytes: &[u8], last: usize) -> Result<[Bits<'_>; 8], Error> {
    let (sizes, mut rest) = bytes.split_at_checked(3 * last).ok_or(Error::Truncated)?;
    let mut partitions = [Bits::new(&[]); 8];
    for (partition, size) in partitions.iter_mut().zip(sizes.as_chunks::<3>().0) {
        let [a, b, c] = *size;
        let size = u32::from_le_bytes([a, b, c, 0]) as usize;
        let (bytes, behind) = rest.split_at_checked(size).ok_or(Error::Truncated)?;
        (*partition, rest) = (Bits::new(bytes), behind);
    }
    partitions[last] = Bits::new(rest);
    Ok(partitions)
}

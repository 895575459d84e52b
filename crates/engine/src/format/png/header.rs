//! PNG chunks up to the first IDAT: IHDR, tRNS, eXIf, and the chunks about colours (PNG, third
//! edition, clause 11.3.2).

use letterbox_png::{Colour, checksum, transparency};

use crate::header::colours::Colours;
use crate::header::cursor::{Cursor, Stop};
use crate::header::{Coding, Header, exif, profile};
use crate::pixels::layout::{Layout, Size};
use crate::spec::Format;

/// Bytes that the library for interlaced files holds in tables and of chunks.
const TABLES_BYTES: u64 = 48 << 10;

/// Upper bound on the inflated data that the library holds: four rows or 128 KiB, the window, and a
/// row that is being inflated. The buffer doubles, so half as much again exists while the buffer
/// moves. A small picture is held as a whole.
fn inflated_bytes(size: Size, bits_per_pixel: u32) -> u64 {
    let row = (u64::from(size.width) * u64::from(bits_per_pixel)).div_ceil(8) + 1;
    let whole = row.saturating_mul(size.height.into());
    let need = (4 * row).max(128 << 10) + row + (40 << 10);
    (need.next_power_of_two() * 3 / 2).min(whole.saturating_mul(3).saturating_add(16 << 10))
}

/// Upper bound on the memory of the library for a whole picture, including the picture. The seven
/// passes of Adam7 have rows of their own, a few of at most 8 bytes a pixel.
pub(crate) fn whole_bytes(size: Size, layout: Layout, bits_per_pixel: u32) -> u64 {
    size.pixels()
        .saturating_mul(layout.channels() as u64)
        .saturating_add(64 * u64::from(size.width) + TABLES_BYTES)
        .saturating_add(inflated_bytes(size, bits_per_pixel))
}

pub(crate) fn parse(bytes: &[u8]) -> Result<Header, Stop> {
    let mut cursor = Cursor::big_endian(bytes).seek(8);
    cursor.skip(4);
    if cursor.take(4)? != b"IHDR" {
        return Err(Stop::Corrupt("the PNG does not start with IHDR"));
    }
    let (width, height) = (cursor.u32()?, cursor.u32()?);
    let [depth, colour_type, _compression, _filter, interlace] = cursor.array()?;
    cursor.skip(4);
    let (colour, grey, alpha, samples) = match colour_type {
        0 => (Colour::Grey, true, false, 1),
        2 => (Colour::Rgb, false, false, 3),
        3 => (Colour::Indexed, false, false, 1),
        4 => (Colour::GreyAlpha, true, true, 2),
        6 => (Colour::Rgba, false, true, 4),
        _ => return Err(Stop::Corrupt("the PNG has an unknown colour type")),
    };
    let mut orientation = None;
    let mut said = Said::default();
    loop {
        let length = cursor.u32()? as usize;
        let kind: [u8; 4] = cursor.array()?;
        let chunk = cursor;
        match &kind {
            b"IDAT" => break,
            b"IEND" => return Err(Stop::Corrupt("the PNG has no image data")),
            b"PLTE" => said.palette = true,
            b"acTL" if length == 8 => {
                let content = cursor.take(length)?;
                // The first number has to be several frames. The second is the number of plays.
                let several = content[..4] > [0, 0, 0, 1][..];
                said.moves |= several && checksum(&kind, content) == cursor.u32()?;
            }
            b"tRNS" | b"eXIf" | b"iCCP" | b"sRGB" | b"cICP" | b"gAMA" | b"cHRM" => {
                let content = cursor.take(length)?;
                // A damaged ancillary chunk is ignored (clause 13.2).
                if checksum(&kind, content) == cursor.u32()? {
                    match &kind {
                        b"eXIf" => orientation = orientation.or_else(|| exif::orientation(content)),
                        b"tRNS" => {
                            let meant = transparency(colour, said.palette, content).is_some();
                            said.transparency |= meant;
                        }
                        _ => said.hear(&kind, content)?,
                    }
                }
            }
            _ => {}
        }
        cursor = chunk.seek(chunk.position().saturating_add(length).saturating_add(4));
    }
    let alpha = alpha || said.transparency;
    // Frames are drawn on a canvas in colour.
    let layout = Layout::of(grey && !said.moves, alpha);
    let size = Size { width, height };
    Ok(Header {
        format: Format::Png,
        stored: size,
        orientation: orientation.unwrap_or_default(),
        layout,
        coding: match interlace {
            0 if !said.moves => Coding::Rows {
                bits_per_pixel: samples * u32::from(depth),
            },
            _ => Coding::Whole {
                peak_bytes: whole_bytes(size, layout, samples * u32::from(depth)),
                copies: 0,
            },
        },
        colours: said.colours(),
        cmyk: false,
        palette: colour == Colour::Indexed,
    })
}

/// Contents of the chunks on transparency and colours. Of two chunks of a kind the first counts. Of
/// several kinds about colours, one counts (clause 4.3).
#[derive(Default)]
struct Said {
    palette: bool,
    transparency: bool,
    moves: bool,
    code_points: Option<Option<Colours>>,
    profile: Option<Option<u32>>,
    srgb: bool,
    gamma: Option<u32>,
    chromaticities: Option<[u32; 8]>,
}

impl Said {
    /// Takes a chunk about colours. A chunk behind the palette comes too late (clause 5.6).
    fn hear(&mut self, kind: &[u8; 4], content: &[u8]) -> Result<(), Stop> {
        let mut cursor = Cursor::big_endian(content);
        match kind {
            _ if self.palette => {}
            b"iCCP" if self.profile.is_none() => {
                self.profile = Some(profile::inflated_bytes(content));
            }
            b"sRGB" => self.srgb = true,
            b"cICP" if content.len() == 4 && self.code_points.is_none() => {
                self.code_points = Some(Colours::of_code_points(cursor.array()?));
            }
            b"gAMA" if content.len() == 4 && self.gamma.is_none() => {
                self.gamma = Some(cursor.u32()?);
            }
            b"cHRM" if content.len() == 32 && self.chromaticities.is_none() => {
                let mut values = [0; 8];
                for value in &mut values {
                    *value = cursor.u32()?;
                }
                self.chromaticities = Some(values);
            }
            _ => {}
        }
        Ok(())
    }

    fn colours(self) -> Colours {
        match self {
            Said {
                code_points: Some(Some(colours)),
                ..
            } => colours,
            Said {
                profile: Some(Some(bytes)),
                ..
            } => Colours::Profile(bytes),
            Said { srgb: true, .. } => Colours::Srgb,
            Said {
                gamma: None | Some(0),
                chromaticities: None,
                ..
            } => Colours::Untagged,
            Said {
                gamma,
                chromaticities,
                ..
            } => Colours::Gamma {
                gamma: gamma.unwrap_or(0),
                chromaticities,
            },
        }
    }
}

/// Returns the content of the first intact chunk of a kind, before the pixels.
pub(crate) fn chunk<'a>(file: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    let mut before = Chunks::of(file).take_while(|chunk| &chunk.kind != b"IDAT");
    let found = before.find(|chunk| &chunk.kind == wanted && chunk.is_intact())?;
    Some(found.content)
}

/// A chunk of a file (clause 5.3).
#[derive(Clone, Copy)]
pub(crate) struct Chunk<'a> {
    pub(crate) kind: [u8; 4],
    /// Content, as far as the file has it.
    pub(crate) content: &'a [u8],
    /// Checksum in the file; `None` if the file breaks off before the checksum.
    pub(crate) checksum: Option<u32>,
}

impl Chunk<'_> {
    pub(crate) fn is_intact(&self) -> bool {
        self.checksum == Some(checksum(&self.kind, self.content))
    }
}

/// Iterator over the chunks of a file, in their order.
#[derive(Clone)]
pub(crate) struct Chunks<'a>(&'a [u8]);

impl<'a> Chunks<'a> {
    pub(crate) fn of(file: &'a [u8]) -> Chunks<'a> {
        Chunks(file.get(8..).unwrap_or_default())
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let (length, rest) = self.0.split_first_chunk()?;
        let (kind, rest) = rest.split_first_chunk()?;
        let length = u32::from_be_bytes(*length) as usize;
        let (content, rest) = rest.split_at(length.min(rest.len()));
        let (checksum, rest) = match rest.split_first_chunk() {
            Some((checksum, rest)) if content.len() == length => (Some(checksum), rest),
            _ => (None, &[][..]),
        };
        self.0 = rest;
        Some(Chunk {
            kind: *kind,
            content,
            checksum: checksum.map(|bytes| u32::from_be_bytes(*bytes)),
        })
    }
}

//! Marker segments (T.81, annex B): tables, frame header, scan headers, and application segments.

use alloc::vec::Vec;
use core::cell::Cell;

use crate::error::{Error, Fault};
use crate::frame::{Component, Frame};
use crate::huffman::Definition;
use crate::limits::Limits;
use crate::standard;

/// The order in which coefficients are coded, as places in a block's rows (T.81, figure A.6). The
/// places from the 65th on catch runs that leave a damaged block.
pub(crate) const ZIGZAG: [u8; 80] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
    63, 63, 63, 63, 63, 63,
];

/// Most segments that an ICC profile may have: their numbers are bytes, and start at 1.
const MOST_ICC_PARTS: usize = 255;

/// Layout of a row of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pixels {
    /// One sample a pixel. A picture of two components, which no standard gives a meaning, is shown
    /// by its first.
    Grey,
    /// Red, green, blue.
    Rgb,
    /// Cyan, magenta, yellow, black, where 0 is no ink. Files store inverted values, with and
    /// without Adobe's marker.
    Cmyk,
}

impl Pixels {
    /// Bytes a pixel.
    pub fn bytes(self) -> usize {
        match self {
            Pixels::Grey => 1,
            Pixels::Rgb => 3,
            Pixels::Cmyk => 4,
        }
    }
}

/// Properties of a picture that are known before its first pixel.
#[derive(Clone, Debug)]
pub struct Header {
    /// Columns at full size.
    pub width: u16,
    /// Rows at full size.
    pub height: u16,
    /// Layout of the rows.
    pub pixels: Pixels,
    /// Whether the components are luminance and two chrominances, converted to RGB in rows of
    /// pixels.
    pub ycbcr: bool,
    /// Whether the compressed file has to be resident, because it is progressive or its components
    /// come in several scans.
    pub resident: bool,
    /// The TIFF structure of the EXIF segment, without the segment's own prefix.
    pub exif: Option<Vec<u8>>,
    /// The ICC profile, joined from its segments.
    pub icc: Option<Vec<u8>>,
}

/// Conversion from samples to pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transform {
    Grey,
    YCbCr,
    Rgb,
    Cmyk,
    Ycck,
}

/// State collected from all segments before a scan's data.
#[derive(Default)]
pub(crate) struct Segments {
    pub(crate) quantisation: [Option<[u16; 64]>; 4],
    pub(crate) dc: [Option<Definition>; 4],
    pub(crate) ac: [Option<Definition>; 4],
    /// Huffman tables that scans may still have built.
    pub(crate) tables_left: Cell<usize>,
    pub(crate) restart_interval: u16,
    pub(crate) frame: Option<Frame>,
    /// Set if the caller wants neither EXIF nor ICC.
    pub(crate) ignore_metadata: bool,
    /// Bytes of EXIF and ICC that are still allowed.
    metadata_left: usize,
    exif: Option<Vec<u8>>,
    icc: Vec<(u8, Vec<u8>)>,
    jfif: bool,
    adobe: Option<u8>,
}

impl Segments {
    pub(crate) fn new(limits: &Limits) -> Segments {
        Segments {
            metadata_left: limits.metadata_bytes,
            tables_left: Cell::new(limits.tables),
            ..Segments::default()
        }
    }

    /// Reads one segment's content, without its length field.
    pub(crate) fn take(&mut self, marker: u8, content: &[u8]) -> Result<(), Error> {
        match marker {
            0xc0..=0xc2 => self.frame_header(marker == 0xc2, content),
            0xc3 => Err(Error::Unsupported("lossless JPEG is not read")),
            0xc5..=0xc7 => Err(Error::Unsupported("hierarchical JPEG is not read")),
            0xc8..=0xcb | 0xcd..=0xcf => {
                Err(Error::Unsupported("arithmetic-coded JPEG is not read"))
            }
            0xc4 => self.huffman_tables(content),
            0xdb => self.quantisation_tables(content),
            0xdd => {
                self.restart_interval = u16::from_be_bytes(*content.first_chunk().ok_or(DAMAGED)?);
                Ok(())
            }
            0xe0 => {
                self.jfif |= content.starts_with(b"JFIF\0") && content.len() >= 14;
                Ok(())
            }
            0xe1 | 0xe2 if self.ignore_metadata => Ok(()),
            0xe1 => {
                if let (None, Some(tiff)) = (&self.exif, content.strip_prefix(b"Exif\0\0")) {
                    self.exif = Some(self.copy(tiff)?);
                }
                Ok(())
            }
            0xe2 => self.icc_part(content),
            0xee => {
                if let (true, Some(&transform)) = (content.starts_with(b"Adobe"), content.get(11)) {
                    self.adobe = Some(transform);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Fills in the standard's tables where a file has not defined its own.
    pub(crate) fn assume_standard_tables(&mut self) -> Result<(), Error> {
        let fill = |tables: &mut [Option<Definition>; 4],
                    definitions: [standard::Definition; 2]| {
            for (table, (counts, symbols)) in tables.iter_mut().zip(definitions) {
                if table.is_none() {
                    *table = Some(Definition::new(&counts, symbols)?);
                }
            }
            Ok(())
        };
        fill(
            &mut self.dc,
            [standard::LUMINANCE_DC, standard::CHROMINANCE_DC],
        )?;
        fill(
            &mut self.ac,
            [standard::LUMINANCE_AC, standard::CHROMINANCE_AC],
        )
    }

    /// Reads a DQT segment (B.2.4.1).
    fn quantisation_tables(&mut self, mut content: &[u8]) -> Result<(), Error> {
        while let Some((&head, rest)) = content.split_first() {
            let wide = usize::from(head >> 4 != 0);
            let values = rest.get(..64 << wide).ok_or(DAMAGED)?;
            let mut table = [0; 64];
            for (at, value) in values.chunks_exact(1 + wide).enumerate() {
                table[usize::from(ZIGZAG[at])] = value
                    .iter()
                    .fold(0, |sum, &byte| sum << 8 | u16::from(byte));
            }
            *self
                .quantisation
                .get_mut(usize::from(head & 15))
                .ok_or(DAMAGED)? = Some(table);
            content = &rest[64 << wide..];
        }
        Ok(())
    }

    /// Reads a DHT segment (B.2.4.2).
    fn huffman_tables(&mut self, mut content: &[u8]) -> Result<(), Error> {
        while let Some((&head, rest)) = content.split_first() {
            let counts: &[u8; 16] = rest.first_chunk().ok_or(DAMAGED)?;
            let symbols: usize = counts.iter().map(|&count| usize::from(count)).sum();
            let values = rest.get(16..16 + symbols).ok_or(DAMAGED)?;
            let tables = if head >> 4 == 0 {
                &mut self.dc
            } else {
                &mut self.ac
            };
            let table = Definition::new(counts, values)?;
            *tables.get_mut(usize::from(head & 15)).ok_or(DAMAGED)? = Some(table);
            content = &rest[16 + symbols..];
        }
        Ok(())
    }

    /// Reads a frame header (B.2.2).
    fn frame_header(&mut self, progressive: bool, content: &[u8]) -> Result<(), Error> {
        let &[precision, h1, h0, w1, w0, count] = content.first_chunk().ok_or(DAMAGED)?;
        if self.frame.is_some() {
            return Err(Error::Unsupported(
                "JPEG with more than one frame is not read",
            ));
        }
        if precision != 8 {
            return Err(Error::Unsupported(
                "JPEG with other than 8 bits a sample is not read",
            ));
        }
        if !(1..=4).contains(&count) {
            return Err(Error::Unsupported(
                "JPEG with other than 1 to 4 components is not read",
            ));
        }
        let (width, height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
        let specifications = content.get(6..6 + 3 * usize::from(count)).ok_or(DAMAGED)?;
        let mut components = Vec::with_capacity(count.into());
        for specification in specifications.chunks_exact(3) {
            let (mut h, mut v) = (
                usize::from(specification[1] >> 4),
                usize::from(specification[1] & 15),
            );
            if !(1..=4).contains(&h) || !(1..=4).contains(&v) || specification[2] > 3 || width == 0
            {
                return Err(DAMAGED);
            }
            let v_in_file = v;
            if count == 1 {
                (h, v) = (1, 1); // a lone component's blocks come in rows, whatever its factors (A.2.2)
            }
            components.push(Component {
                v_in_file,
                ..Component::new(specification[0], h, v, specification[2].into())
            });
        }
        self.frame = Some(Frame::new(width, height, progressive, components));
        Ok(())
    }

    /// Reads a part of the ICC profile: a number and a count precede each part (ICC.1, annex B.4).
    fn icc_part(&mut self, content: &[u8]) -> Result<(), Error> {
        let Some(&[number, _, ..]) = content.strip_prefix(b"ICC_PROFILE\0") else {
            return Ok(());
        };
        if self.icc.len() == MOST_ICC_PARTS {
            return Ok(()); // empty ones would make a long list, and count for nothing
        }
        let part = self.copy(&content[14..])?;
        self.icc.push((number, part));
        Ok(())
    }

    /// Copies metadata, within the limit.
    fn copy(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        self.metadata_left = self
            .metadata_left
            .checked_sub(bytes.len())
            .ok_or(Error::Limit("more bytes of EXIF and ICC than allowed"))?;
        let mut copy = Vec::new();
        copy.try_reserve_exact(bytes.len())
            .map_err(|_| Error::OutOfMemory)?;
        copy.extend_from_slice(bytes);
        Ok(copy)
    }

    /// Decides the conversion of samples to pixels from the JFIF marker first, then Adobe's marker,
    /// then the components' names, as the reference implementations do.
    pub(crate) fn transform(&self, frame: &Frame) -> Transform {
        let names: [u8; 4] =
            core::array::from_fn(|at| frame.components.get(at).map_or(0, |c| c.name));
        match (frame.components.len(), self.adobe) {
            (1 | 2, _) => Transform::Grey,
            (3, _) if self.jfif => Transform::YCbCr,
            (3, Some(0)) => Transform::Rgb,
            (3, None) if names == *b"RGB\0" => Transform::Rgb,
            (3, _) => Transform::YCbCr,
            (_, Some(0) | None) => Transform::Cmyk,
            (_, Some(_)) => Transform::Ycck,
        }
    }

    /// Builds the header that a caller reads before the first row.
    pub(crate) fn header(&mut self, frame: &Frame, resident: bool) -> Result<Header, Error> {
        self.icc.sort_by_key(|(number, _)| *number);
        let mut icc = Vec::new();
        icc.try_reserve_exact(self.icc.iter().map(|(_, part)| part.len()).sum())
            .map_err(|_| Error::OutOfMemory)?;
        for (_, part) in core::mem::take(&mut self.icc) {
            icc.extend_from_slice(&part);
        }
        Ok(Header {
            ycbcr: self.transform(frame) == Transform::YCbCr,
            width: frame.width,
            height: frame.height,
            pixels: match frame.components.len() {
                1 | 2 => Pixels::Grey,
                3 => Pixels::Rgb,
                _ => Pixels::Cmyk,
            },
            resident,
            exif: self.exif.take(),
            icc: (!icc.is_empty()).then_some(icc),
        })
    }
}

pub(crate) const DAMAGED: Error = Error::Corrupt(Fault::Segment);

//! Boxes of an AVIF file (ISO/IEC 14496-12 and 23008-12, AV1 Image File Format 1.1), as far as they
//! describe its one picture: `meta` names the primary item, and that item's properties are its size
//! and orientation.
//!
//! Every length is declared by the file, so a box is read only within its parent box. Only `meta`
//! has to be in memory as a whole.

use crate::format::avif::shown::Shown;
use crate::guest::avif_decode;
use crate::header::colours::Colours;
use crate::header::cursor::{Cursor, Stop};
use crate::header::{Coding, Header};
use crate::pixels::layout::{Layout, Size};
use crate::spec::Format;

/// Upper bound on `meta`, above any description of one picture, including its tiles.
const MOST_META_BYTES: usize = 1 << 20;
/// Maximum number of properties of the one picture. There are a dozen kinds, and each lookup walks
/// through all boxes.
const MOST_PROPERTIES: usize = 64;
/// Upper bound on an `ftyp` box. Some boxes are longer than their brands need.
const MOST_FTYP_BYTES: usize = 512;

/// Whether a file begins as AVIF; `None` when more bytes are needed to tell.
pub(crate) fn is_avif(bytes: &[u8]) -> Option<bool> {
    if bytes.get(4..8)? != b"ftyp" {
        return Some(false);
    }
    let length = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
    if !(16..=MOST_FTYP_BYTES).contains(&length) {
        return Some(false);
    }
    let brands = bytes.get(8..bytes.len().min(length))?;
    let avif = |brand: &[u8]| brand == b"avif" || brand == b"avis";
    // The minor version follows the first brand, and is no brand.
    let mut known = brands
        .chunks_exact(4)
        .enumerate()
        .filter(|(at, _)| *at != 1);
    if known.any(|(_, brand)| avif(brand)) {
        return Some(true);
    }
    (bytes.len() >= length).then_some(false)
}

pub(crate) fn parse(bytes: &[u8]) -> Result<Header, Stop> {
    Ok(read(bytes)?.0)
}

/// Returns the ICC profile, if there is one.
pub(crate) fn profile(bytes: &[u8]) -> Result<Option<&[u8]>, Stop> {
    Ok(read(bytes)?.1)
}

fn read(bytes: &[u8]) -> Result<(Header, Option<&[u8]>), Stop> {
    let mut file = Cursor::big_endian(bytes);
    let meta = loop {
        let (kind, length) = head(&mut file)?;
        match (&kind, length) {
            (b"meta", Some(length)) if length <= MOST_META_BYTES => break file.take(length)?,
            (b"meta", _) => return Err(Stop::Corrupt("the AVIF's description is too long")),
            (_, Some(length)) => file.skip(length),
            (_, None) => return Err(Stop::Corrupt("the AVIF has no description")),
        }
    };
    // All of `meta` is here, so missing bytes are an error and never arrive.
    describe(meta).map_err(|stop| match stop {
        Stop::NeedMore => Stop::Corrupt("the AVIF's description breaks off"),
        stop => stop,
    })
}

/// Reads a box's type, and the number of bytes that follow; `None` means the rest of the file.
fn head(cursor: &mut Cursor<'_>) -> Result<([u8; 4], Option<usize>), Stop> {
    const SHORT: Stop = Stop::Corrupt("an AVIF box is shorter than its head");
    let (length, kind) = (cursor.u32()?, cursor.array()?);
    let rest = match length {
        0 => None,
        1 => {
            let length = u64::from(cursor.u32()?) << 32 | u64::from(cursor.u32()?);
            let rest = length.checked_sub(16).ok_or(SHORT)?;
            Some(usize::try_from(rest).unwrap_or(usize::MAX))
        }
        _ => Some((length as usize).checked_sub(8).ok_or(SHORT)?),
    };
    Ok((kind, rest))
}

/// Returns the boxes in a box, one after another.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = Result<([u8; 4], &[u8]), Stop>> {
    let mut cursor = Cursor::big_endian(bytes);
    let mut left = bytes.len();
    let mut next = move || {
        if left == 0 {
            return Ok(None);
        }
        let before = cursor;
        let (kind, length) = head(&mut cursor)?;
        let head_bytes = cursor.position() - before.position();
        let content = cursor.take(length.unwrap_or(left.saturating_sub(head_bytes)))?;
        left = left.saturating_sub(head_bytes + content.len());
        Ok(Some((kind, content)))
    };
    let mut broken = false;
    std::iter::from_fn(move || {
        if broken {
            return None;
        }
        let item = next().transpose();
        broken = matches!(item, Some(Err(_)));
        item
    })
}

/// Returns the first box of a type.
fn find<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Result<&'a [u8], Stop> {
    for found in boxes(bytes) {
        let (kind, content) = found?;
        if kind == *wanted {
            return Ok(content);
        }
    }
    Err(Stop::Corrupt("the AVIF's description lacks a part"))
}

fn describe(meta: &[u8]) -> Result<(Header, Option<&[u8]>), Stop> {
    let meta = meta.get(4..).ok_or(Stop::NeedMore)?; // version and flags
    let primary = primary(find(meta, b"pitm")?)?;
    let properties = find(meta, b"iprp")?;
    let container = find(properties, b"ipco")?;

    let kinds = Kinds::of(container)?;
    let (mut size, mut shown) = (None, None);
    // Whether the file has a feature that the guest refuses as damage, see `mend.rs`.
    let mut mended = false;
    let mut count = 0;
    let (mut profile, mut colours) = (None, Colours::Untagged);
    for associations in boxes(properties) {
        let (kind, content) = associations?;
        if kind != *b"ipma" {
            continue;
        }
        for_each_item(content, |item, numbers| {
            let named = numbers.clone().fold(0, |named, number| named | bit(number));
            let is_coded = item == primary || kinds.coded & named != 0;
            mended |= is_coded && kinds.depths & named == 0;
            if item != primary {
                return Ok(());
            }
            for number in numbers {
                count += 1;
                if count > MOST_PROPERTIES {
                    return Err(Stop::Corrupt("the AVIF's picture has too many properties"));
                }
                // Numbers count from one, and zero is none.
                let Some(at) = number.checked_sub(1) else {
                    continue;
                };
                let property = boxes(container).nth(at.into());
                let (kind, bytes) = property.ok_or(Stop::NeedMore)??;
                let mut content = Cursor::big_endian(bytes);
                match &kind {
                    b"ispe" => {
                        content.skip(4);
                        let (width, height) = (content.u32()?, content.u32()?);
                        size = Some(Size { width, height });
                        shown = size.map(Shown::new);
                    }
                    b"colr" => match &content.array()? {
                        b"prof" | b"rICC" => profile = bytes.get(4..),
                        b"nclx" => {
                            let points = (content.u16()?, content.u16()?);
                            colours = of_code_points(points);
                        }
                        _ => {}
                    },
                    b"irot" | b"imir" | b"clap" => {
                        let shown = shown.as_mut().ok_or(NO_SIZE)?;
                        match &kind {
                            b"irot" => shown.turn(content.u8()? & 3),
                            b"imir" => shown.mirror(content.u8()?),
                            _ => {
                                let mut clap = [0; 8];
                                for number in &mut clap {
                                    *number = content.u32()?;
                                }
                                shown.crop(clap);
                                mended = true;
                            }
                        }
                    }
                    _ => {}
                }
            }
            Ok(())
        })?;
    }
    let (picture, shown) = size.zip(shown).ok_or(NO_SIZE)?;

    // Properties of tiles and of alpha count too: too much memory for a guest does no harm.
    let (mut alpha, mut deep, mut full_colour) = (false, false, false);
    for property in boxes(container) {
        let (kind, content) = property?;
        match &kind {
            // Not 8 bits, or not 4:2:0 (AV1 ISOBMFF 2.3); grey has no more than that.
            b"av1C" => {
                let coding = content.get(2).copied().ok_or(Stop::NeedMore)?;
                deep |= coding & 0x60 != 0;
                full_colour |= coding & 0x10 == 0 && coding & 0x0c != 0x0c;
            }
            b"auxC" => {
                let urn = content.get(4..).ok_or(Stop::NeedMore)?;
                alpha |= ALPHA.iter().any(|alpha| urn.starts_with(alpha));
            }
            _ => {}
        }
    }
    if let Some(profile) = profile {
        colours = Colours::Profile(profile.len() as u32);
    }
    let memory = avif_decode(full_colour, deep, alpha);
    let header = Header {
        format: Format::Avif,
        stored: shown.size,
        orientation: shown.orientation(),
        layout: Layout::of(false, alpha),
        coding: Coding::Guest {
            memory_bytes: memory.bytes(picture.pixels()),
            picture,
            at: shown.at,
            mended,
        },
        colours,
        cmyk: false,
        palette: false,
    };
    Ok((header, profile))
}

const NO_SIZE: Stop = Stop::Corrupt("the AVIF does not say its size");

/// Sets of the properties of a kind, among those with a number below 128.
struct Kinds {
    /// Properties `av1C`: an item with one is a coded picture.
    coded: u128,
    /// Properties `pixi`.
    depths: u128,
}

impl Kinds {
    fn of(container: &[u8]) -> Result<Kinds, Stop> {
        let mut kinds = Kinds {
            coded: 0,
            depths: 0,
        };
        for (number, property) in (1..128).zip(boxes(container)) {
            match &property?.0 {
                b"av1C" => kinds.coded |= bit(number),
                b"pixi" => kinds.depths |= bit(number),
                _ => {}
            }
        }
        Ok(kinds)
    }
}

fn bit(number: u16) -> u128 {
    1u128.checked_shl(number.into()).unwrap_or(0)
}

/// Returns the colours of primaries and transfer. Pixels are RGB in full range when they come out
/// of the decoder. The transfer of television is taken for sRGB's, as in browsers, because encoders
/// that know no better write that one.
fn of_code_points((primaries, transfer): (u16, u16)) -> Colours {
    match (u8::try_from(primaries), u8::try_from(transfer)) {
        (Ok(1), Ok(1 | 6 | 13)) => Colours::Srgb,
        (Ok(primaries), Ok(transfer)) => {
            Colours::of_code_points([primaries, transfer, 0, 1]).unwrap_or_default()
        }
        _ => Colours::Untagged,
    }
}

/// URNs of an auxiliary picture of alpha.
const ALPHA: [&[u8]; 2] = [
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0",
    b"urn:mpeg:hevc:2015:auxid:1\0",
];

fn primary(pitm: &[u8]) -> Result<u32, Stop> {
    let mut cursor = Cursor::big_endian(pitm);
    let version = cursor.u8()?;
    cursor.skip(3);
    if version == 0 {
        Ok(cursor.u16()?.into())
    } else {
        cursor.u32()
    }
}

/// Hands on each item, and the numbers of its properties in their order.
fn for_each_item(
    ipma: &[u8],
    mut found: impl FnMut(u32, Numbers<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut cursor = Cursor::big_endian(ipma);
    let (version, flags) = (cursor.u8()?, cursor.u24()?);
    let bytes_each = if flags & 1 == 0 { 1 } else { 2 };
    for _ in 0..cursor.u32()? {
        let id = if version == 0 {
            cursor.u16()?.into()
        } else {
            cursor.u32()?
        };
        let count = usize::from(cursor.u8()?);
        let bytes = cursor.take(count * bytes_each)?;
        found(id, Numbers { bytes, bytes_each })?;
    }
    Ok(())
}

/// Iterator over numbers of properties. The first bit of each marks an essential property.
#[derive(Clone)]
struct Numbers<'a> {
    bytes: &'a [u8],
    bytes_each: usize,
}

impl Iterator for Numbers<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        let (number, rest) = self.bytes.split_at_checked(self.bytes_each)?;
        self.bytes = rest;
        match *number {
            [number] => Some(u16::from(number & 0x7f)),
            [high, low] => Some(u16::from_be_bytes([high & 0x7f, low])),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn part(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u32 + 8).to_be_bytes();
        [&length[..], kind, content].concat()
    }

    /// Returns a file with these properties, all of them the primary item's.
    fn file(properties: &[Vec<u8>]) -> Vec<u8> {
        let numbers: Vec<u8> = (1..=properties.len() as u8).map(|n| n | 0x80).collect();
        let ipma = [
            &[0, 0, 0, 0, 0, 0, 0, 1, 0, 7, numbers.len() as u8],
            &numbers[..],
        ]
        .concat();
        let iprp = [part(b"ipco", &properties.concat()), part(b"ipma", &ipma)].concat();
        let meta = [
            vec![0; 4],
            part(b"hdlr", &[0; 24]),
            part(b"pitm", &[0, 0, 0, 0, 0, 7]),
            part(b"iprp", &iprp),
        ]
        .concat();
        [
            part(b"ftyp", b"avif\0\0\0\0mif1avif"),
            part(b"free", &[0; 9]),
            part(b"meta", &meta),
            part(b"mdat", &[1; 40]),
        ]
        .concat()
    }

    fn ispe(width: u32, height: u32) -> Vec<u8> {
        let size = [[0; 4], width.to_be_bytes(), height.to_be_bytes()].concat();
        part(b"ispe", &size)
    }

    fn av1c(coding: u8) -> Vec<u8> {
        part(b"av1C", &[0x81, 0, coding, 0])
    }

    #[test]
    fn size_alpha_and_orientation_are_read_wherever_the_file_is_split() {
        let auxc = part(b"auxC", &[&[0; 4], ALPHA[0]].concat());
        let file = file(&[
            ispe(30, 20),
            av1c(0x0c),
            part(b"irot", &[1]),
            part(b"imir", &[0]),
            auxc,
        ]);
        let header = Header::parse(&file, true).expect("good").expect("whole");
        assert_eq!((header.format, header.layout), (Format::Avif, Layout::Rgba));
        assert_eq!((header.stored.width, header.stored.height), (30, 20));
        assert_eq!(header.orientation.to_exif(), 5);
        for end in 0..file.len() {
            match Header::parse(&file[..end], false) {
                Ok(None) => {}
                Ok(Some(split)) => assert_eq!(split, header),
                Err(error) => panic!("{error:?} after {end} bytes"),
            }
        }
    }

    #[test]
    fn what_takes_more_than_eight_bits_of_420_is_charged_more() {
        let bytes = |coding| match Header::parse(&file(&[ispe(2000, 1000), av1c(coding)]), true) {
            Ok(Some(Header {
                coding: Coding::Guest { memory_bytes, .. },
                ..
            })) => memory_bytes,
            other => panic!("{other:?}"),
        };
        assert!(bytes(0x0c) < bytes(0x4c)); // 10 bits
        assert!(bytes(0x0c) < bytes(0x00)); // 4:4:4
        assert_eq!(bytes(0x0c), bytes(0x1c)); // grey
    }

    #[test]
    fn other_brands_are_refused_by_name() {
        let heic = part(b"ftyp", b"heic\0\0\0\0mif1heic");
        assert!(matches!(
            Header::parse(&heic, false),
            Err(Error::Unsupported(_))
        ));
        let listed = part(b"ftyp", b"mif1avifmif1miafavif");
        assert_eq!(Header::parse(&listed, false), Ok(None));
    }

    #[test]
    fn a_clean_aperture_is_the_picture_and_the_guest_still_decodes_all_of_it() {
        let clap = [20u32, 1, 10, 1, 2, 1, 0, 1].map(u32::to_be_bytes);
        let cropped = file(&[
            ispe(30, 20),
            av1c(0x0c),
            part(b"pixi", &[0, 0, 0, 0, 3, 8, 8, 8]),
            part(b"clap", clap.as_flattened()),
            part(b"irot", &[1]),
        ]);
        let header = Header::parse(&cropped, true).expect("good").expect("whole");
        assert_eq!((header.stored.width, header.stored.height), (20, 10));
        assert_eq!(header.orientation.to_exif(), 8);
        let Coding::Guest {
            picture,
            at,
            mended,
            ..
        } = header.coding
        else {
            panic!("{header:?}")
        };
        assert_eq!((picture.width, picture.height, at), (30, 20, (7, 5)));
        assert!(mended);
    }

    #[test]
    fn a_picture_that_does_not_say_its_depth_is_read_and_mended_for_the_guest() {
        let mended = |properties: &[Vec<u8>]| {
            let header = Header::parse(&file(properties), true);
            match header.expect("good").expect("whole").coding {
                Coding::Guest { mended, .. } => mended,
                other => panic!("{other:?}"),
            }
        };
        let pixi = part(b"pixi", &[0, 0, 0, 0, 3, 8, 8, 8]);
        assert!(mended(&[ispe(3, 2), av1c(0x0c)]));
        assert!(!mended(&[ispe(3, 2), av1c(0x0c), pixi]));
    }

    #[test]
    fn hostile_bytes_anywhere_are_an_error_and_never_a_panic() {
        let good = file(&[
            ispe(30, 20),
            av1c(0x0c),
            part(b"irot", &[1]),
            part(b"clap", &[1; 32]),
        ]);
        for at in 0..good.len() {
            for value in [0, 1, 7, 8, 15, 16, 127, 128, 254, 255] {
                let mut bytes = good.clone();
                bytes[at] = value;
                let _ = Header::parse(&bytes, true);
                let _ = Header::parse(&bytes, false);
            }
            // Lengths of 32 and of 64 bits.
            for length in [&[0xff; 4][..], &[0, 0, 0, 1, 0, 0, 0, 0], &[0; 4]] {
                let mut bytes = good.clone();
                let end = (at + length.len()).min(bytes.len());
                bytes[at..end].copy_from_slice(&length[..end - at]);
                let _ = Header::parse(&bytes, true);
            }
        }
    }
}

//! Metadata of a source that its answer keeps: blocks as they lie in the source, or the names of
//! those who have rights in it alone, in blocks made anew.
//!
//! Where a photo was taken stands in the block of a whole EXIF alone, and in XMP: neither is copied
//! unless all metadata is kept.

use crate::error::Error;
use crate::header::cursor::Cursor;
use crate::header::exif::PREFIX;
use crate::header::shot::{Rights, set_upright};
use crate::pixels::buffer::reserved;
use crate::transform::Metadata;

/// Metadata blocks of a file, as far as it has been read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Blocks<'f> {
    /// EXIF, with or without its prefix.
    pub(crate) exif: Option<&'f [u8]>,
    /// Resources of Photoshop, IPTC among them, behind their prefix.
    pub(crate) photoshop: Option<&'f [u8]>,
    /// XMP, behind its prefix.
    pub(crate) xmp: Option<&'f [u8]>,
}

/// Prefix of Photoshop's resources in a JPEG.
pub(crate) const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
/// Prefix of XMP in a JPEG (XMP, part 3, section 1.1.3).
pub(crate) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// Most bytes of a block, so that a segment of a JPEG holds it with its prefix.
const MOST_BYTES: usize = 65_400;

/// Bytes that a file has around the blocks: heads, names and checksums.
const AROUND_BYTES: u64 = 512;

/// Metadata for an answer. What is empty is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// EXIF without prefix, upright.
    pub(crate) exif: Vec<u8>,
    /// Resources of Photoshop without prefix.
    pub(crate) photoshop: Vec<u8>,
    /// XMP without prefix.
    pub(crate) xmp: Vec<u8>,
    /// ICC profile.
    pub(crate) profile: Vec<u8>,
}

impl Kept {
    /// Returns what is wanted of a source's blocks. Blocks that a JPEG could not hold are left out.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn of(blocks: Blocks<'_>, wanted: Metadata) -> Result<Kept, Error> {
        let mut kept = Kept::default();
        let exif = blocks
            .exif
            .map(|exif| exif.strip_prefix(PREFIX).unwrap_or(exif));
        match wanted {
            Metadata::None => {}
            Metadata::Keep => {
                kept.exif = copied(exif)?;
                set_upright(&mut kept.exif);
                kept.photoshop = copied(blocks.photoshop)?;
                kept.xmp = copied(blocks.xmp)?;
            }
            Metadata::Copyright => {
                let rights = exif.map(Rights::read).unwrap_or_default();
                let notes = blocks.photoshop.map(Notes::read).unwrap_or_default();
                let rights = Rights {
                    artist: rights.artist.or(notes.by_line),
                    copyright: rights.copyright.or(notes.copyright),
                };
                kept.exif = rights.block()?;
                kept.photoshop = notes.block()?;
            }
        }
        Ok(kept)
    }

    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.length() == 0
    }

    fn length(&self) -> usize {
        self.exif.len() + self.photoshop.len() + self.xmp.len() + self.profile.len()
    }

    /// Upper bound on the bytes that are held, and on those by which a file grows.
    pub(crate) fn bytes(&self) -> u64 {
        match self.length() {
            0 => 0,
            length => length as u64 + AROUND_BYTES,
        }
    }
}

fn copied(block: Option<&[u8]>) -> Result<Vec<u8>, Error> {
    let block = block.filter(|block| block.len() <= MOST_BYTES);
    let block = block.unwrap_or_default();
    let mut copy = reserved(block.len() as u64)?;
    copy.extend_from_slice(block);
    Ok(copy)
}

/// Values of IPTC-IIM about rights.
#[derive(Clone, Copy, Debug, Default)]
struct Notes<'f> {
    /// Escape sequence of the character set (1:90).
    characters: Option<&'f [u8]>,
    /// First by-line (2:80).
    by_line: Option<&'f [u8]>,
    /// Copyright notice (2:116).
    copyright: Option<&'f [u8]>,
}

/// Number of Photoshop's resource that holds IPTC-IIM.
const IPTC: u16 = 0x0404;

/// Most bytes of a value.
const MOST_VALUE: usize = 2000;

impl<'f> Notes<'f> {
    /// Reads the values in Photoshop's resources, as far as they are sound.
    fn read(resources: &'f [u8]) -> Notes<'f> {
        let mut notes = Notes::default();
        let mut cursor = Cursor::big_endian(resources);
        while let Some((number, content)) = resource(&mut cursor) {
            if number == IPTC {
                notes.take(content);
            }
        }
        notes
    }

    fn take(&mut self, datasets: &'f [u8]) {
        let mut cursor = Cursor::big_endian(datasets);
        while let Ok([0x1c, record, number]) = cursor.array() {
            let Ok(length) = cursor.u16() else { break };
            // The highest bit says that the length is that of another length.
            let Ok(value) = cursor.take(length.into()) else {
                break;
            };
            let value = Some(value).filter(|value| (1..=MOST_VALUE).contains(&value.len()));
            match (record, number) {
                (1, 90) => self.characters = self.characters.or(value),
                (2, 80) => self.by_line = self.by_line.or(value),
                (2, 116) => self.copyright = self.copyright.or(value),
                _ => {}
            }
        }
    }

    /// Returns resources with these values alone; nothing without any.
    fn block(&self) -> Result<Vec<u8>, Error> {
        if self.by_line.or(self.copyright).is_none() {
            return Ok(Vec::new());
        }
        let values = [
            (1, 90, self.characters),
            (2, 80, self.by_line),
            (2, 116, self.copyright),
        ];
        let length: usize = values
            .iter()
            .filter_map(|(_, _, value)| Some(5 + (*value)?.len()))
            .sum();
        let mut block = reserved(12 + length as u64 + 1)?;
        block.extend(b"8BIM");
        block.extend(IPTC.to_be_bytes());
        block.extend([0, 0]); // no name
        block.extend((length as u32).to_be_bytes());
        for (record, number, value) in values {
            let Some(value) = value else { continue };
            block.extend([0x1c, record, number]);
            block.extend((value.len() as u16).to_be_bytes());
            block.extend(value);
        }
        if length % 2 == 1 {
            block.push(0);
        }
        Ok(block)
    }
}

/// Returns the number and the content of the next resource.
fn resource<'f>(cursor: &mut Cursor<'f>) -> Option<(u16, &'f [u8])> {
    if cursor.take(4).ok()? != b"8BIM" {
        return None;
    }
    let number = cursor.u16().ok()?;
    let name = usize::from(cursor.u8().ok()?);
    cursor.skip(name + (name + 1) % 2);
    let length = cursor.u32().ok()? as usize;
    let content = cursor.take(length).ok()?;
    cursor.skip(length % 2);
    Some((number, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datasets(values: &[(u8, u8, &[u8])]) -> Vec<u8> {
        let of = |(record, number, value): &(u8, u8, &[u8])| {
            let length = (value.len() as u16).to_be_bytes();
            [&[0x1c, *record, *number], &length[..], *value].concat()
        };
        values.iter().flat_map(of).collect()
    }

    fn resources(all: &[(u16, &str, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (number, name, content) in all {
            bytes.extend(b"8BIM");
            bytes.extend(number.to_be_bytes());
            bytes.push(name.len() as u8);
            bytes.extend(name.as_bytes());
            bytes.resize(bytes.len().next_multiple_of(2), 0);
            bytes.extend((content.len() as u32).to_be_bytes());
            bytes.extend(*content);
            bytes.resize(bytes.len().next_multiple_of(2), 0);
        }
        bytes
    }

    fn sample() -> Vec<u8> {
        let iptc = datasets(&[
            (1, 90, b"\x1b%G"),
            (2, 80, "J\u{f6}rg".as_bytes()),
            (2, 80, b"Another"),
            (2, 90, b"London"),
            (2, 116, b"2026 Joerg"),
        ]);
        resources(&[
            (0x03ed, "", &[1; 16]),
            (IPTC, "odd", &iptc),
            (0x0425, "", &[2; 16]),
        ])
    }

    #[test]
    fn rights_stay_and_places_go() {
        let sample = sample();
        let notes = Notes::read(&sample);
        assert_eq!(notes.by_line, Some("J\u{f6}rg".as_bytes()));
        let block = notes.block().expect("memory");
        let wanted = datasets(&[
            (1, 90, b"\x1b%G"),
            (2, 80, "J\u{f6}rg".as_bytes()),
            (2, 116, b"2026 Joerg"),
        ]);
        assert_eq!(block, resources(&[(IPTC, "", &wanted)]));
        assert!(!block.windows(6).any(|window| window == b"London"));
    }

    #[test]
    fn a_by_line_becomes_the_artist_where_exif_has_none() {
        let sample = sample();
        let blocks = Blocks {
            photoshop: Some(&sample),
            ..Blocks::default()
        };
        let kept = Kept::of(blocks, Metadata::Copyright).expect("memory");
        let rights = Rights::read(&kept.exif);
        assert_eq!(rights.artist, Some("J\u{f6}rg".as_bytes()));
        assert_eq!(rights.copyright, Some(&b"2026 Joerg"[..]));
        assert!(Kept::of(blocks, Metadata::None).expect("memory").is_empty());
        let whole = Kept::of(blocks, Metadata::Keep).expect("memory");
        assert_eq!(whole.photoshop, sample);
        let nothing = Kept::of(Blocks::default(), Metadata::Copyright).expect("memory");
        assert_eq!(nothing.bytes(), 0);
    }

    #[test]
    fn damage_anywhere_is_no_panic() {
        let good = sample();
        for end in 0..good.len() {
            let _ = Notes::read(&good[..end]).block();
            for value in [0, 0x1c, 127, 128, 255] {
                let mut bytes = good.clone();
                bytes[end] = value;
                let _ = Notes::read(&bytes).block();
            }
        }
    }
}

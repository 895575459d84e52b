//! Facts about a photo in its EXIF: the camera and how the photo was taken, when, and whose it is.
//!
//! Places, serial numbers, owners of cameras and notes of makers are never read.

use serde_json::{Value, json};

use crate::error::Error;
use crate::header::cursor::Cursor;
use crate::header::exif::{PREFIX, start};
use crate::pixels::buffer::reserved;

/// Tags that are read (EXIF 2.32, sections 4.6.4 to 4.6.6).
mod tag {
    pub(super) const MAKE: u16 = 0x010f;
    pub(super) const MODEL: u16 = 0x0110;
    pub(super) const ORIENTATION: u16 = 0x0112;
    pub(super) const ARTIST: u16 = 0x013b;
    pub(super) const COPYRIGHT: u16 = 0x8298;
    pub(super) const DIRECTORY: u16 = 0x8769;
    pub(super) const EXPOSURE_TIME: u16 = 0x829a;
    pub(super) const F_NUMBER: u16 = 0x829d;
    pub(super) const ISO: u16 = 0x8827;
    pub(super) const TAKEN: u16 = 0x9003;
    pub(super) const OFFSET: u16 = 0x9011;
    pub(super) const FOCAL_LENGTH: u16 = 0x920a;
    pub(super) const LENS: u16 = 0xa434;
}

/// Most characters of a text.
const MOST_CHARS: usize = 128;

/// Most bytes of a text that are looked at.
const MOST_BYTES: usize = 4 * MOST_CHARS;

/// Most entries of a directory that are looked at.
const MOST_ENTRIES: u16 = 512;

/// Facts about a photo.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shot {
    make: Option<String>,
    model: Option<String>,
    lens: Option<String>,
    taken: Option<String>,
    offset: Option<String>,
    seconds: Option<f64>,
    f_number: Option<f64>,
    iso: Option<u32>,
    focal_length_mm: Option<f64>,
    artist: Option<String>,
    copyright: Option<String>,
}

impl Shot {
    /// Reads the facts in an EXIF block, with or without the prefix that some containers keep.
    /// `None` where the block cannot be read; what is damaged in it is passed over.
    pub(crate) fn read(block: &[u8]) -> Option<Shot> {
        let tiff = block.strip_prefix(PREFIX).unwrap_or(block);
        let start = start(tiff).ok()?;
        let mut shot = Shot::default();
        let first = start.seek(4).u32().ok()?;
        let more = shot.directory(start, first)?;
        if let Some(more) = more.filter(|more| *more != first) {
            shot.directory(start, more);
        }
        Some(shot)
    }

    /// Reads a directory; returns the place of the one that it points to.
    fn directory(&mut self, start: Cursor<'_>, at: u32) -> Option<Option<u32>> {
        let mut next = start.seek(at as usize);
        let mut more = None;
        for _ in 0..next.u16().ok()?.min(MOST_ENTRIES) {
            let Some(entry) = Entry::read(start, &mut next) else {
                break;
            };
            match entry.tag {
                tag::MAKE => keep(&mut self.make, entry.text()),
                tag::MODEL => keep(&mut self.model, entry.text()),
                tag::ARTIST => keep(&mut self.artist, entry.text()),
                tag::COPYRIGHT => keep(&mut self.copyright, entry.text()),
                tag::DIRECTORY => keep(&mut more, entry.number()),
                tag::EXPOSURE_TIME => keep(&mut self.seconds, entry.ratio()),
                tag::F_NUMBER => keep(&mut self.f_number, entry.ratio()),
                tag::ISO => keep(&mut self.iso, entry.number()),
                tag::TAKEN => keep(&mut self.taken, entry.text().and_then(date)),
                tag::OFFSET => keep(
                    &mut self.offset,
                    entry.text().filter(|text| is_offset(text)),
                ),
                tag::FOCAL_LENGTH => keep(&mut self.focal_length_mm, entry.ratio()),
                tag::LENS => keep(&mut self.lens, entry.text()),
                _ => {}
            }
        }
        Some(more)
    }

    /// Returns the facts as `f=json` tells them, with the orientation of the source.
    pub(crate) fn json(&self, orientation: u8) -> Value {
        let camera = match (&self.make, &self.model) {
            // Many models begin with the name of their maker.
            (Some(make), Some(model)) => {
                let word = |text: &str| text.split(' ').next().unwrap_or_default().to_lowercase();
                Some(match word(make) == word(model) {
                    true => model.clone(),
                    false => format!("{make} {model}"),
                })
            }
            (make, model) => model.clone().or(make.clone()),
        };
        let offset = self.offset.as_deref().unwrap_or_default();
        let taken = self.taken.as_ref().map(|taken| format!("{taken}{offset}"));
        json!({
            "camera": camera,
            "lens": self.lens,
            "date": taken,
            "exposure": {
                "seconds": self.seconds,
                "f_number": self.f_number,
                "iso": self.iso,
                "focal_length_mm": self.focal_length_mm,
            },
            "orientation": orientation,
            "artist": self.artist,
            "copyright": self.copyright,
        })
    }
}

/// Keeps the first value that can be read.
fn keep<T>(fact: &mut Option<T>, value: Option<T>) {
    if fact.is_none() {
        *fact = value;
    }
}

/// An entry of a directory.
struct Entry<'a> {
    tag: u16,
    kind: u16,
    count: usize,
    /// The values, wherever they are.
    values: Cursor<'a>,
}

impl<'a> Entry<'a> {
    fn read(start: Cursor<'a>, next: &mut Cursor<'a>) -> Option<Entry<'a>> {
        let (tag, kind) = (next.u16().ok()?, next.u16().ok()?);
        let count = next.u32().ok()? as usize;
        let mut values = *next;
        let offset = next.u32().ok()?;
        let bytes = match kind {
            3 => 2,
            4 => 4,
            5 => 8,
            _ => 1,
        };
        if count.saturating_mul(bytes) > 4 {
            values = start.seek(offset as usize);
        }
        Some(Entry {
            tag,
            kind,
            count,
            values,
        })
    }

    /// Returns a text of one line, in ASCII or UTF-8, up to its first zero.
    fn text(&self) -> Option<String> {
        let mut values = self.values;
        let bytes = values.take(self.count.min(MOST_BYTES)).ok();
        let bytes = bytes.filter(|_| matches!(self.kind, 2 | 7 | 129))?;
        let end = bytes.iter().position(|byte| *byte == 0);
        let text = String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]);
        let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        let plain: String = plain.take(MOST_CHARS).collect();
        let plain = plain.trim();
        (!plain.is_empty()).then(|| plain.to_owned())
    }

    /// Returns a text as it is, without the zeroes behind it.
    fn name(&self) -> Option<&'a [u8]> {
        let mut values = self.values;
        let bytes = values.take(self.count.min(MOST_NAME)).ok();
        let bytes = bytes.filter(|_| matches!(self.kind, 2 | 129))?;
        let end = bytes.iter().rposition(|byte| *byte != 0)?;
        Some(&bytes[..=end])
    }

    /// Returns the first whole number.
    fn number(&self) -> Option<u32> {
        let mut values = self.values;
        match self.kind {
            _ if self.count == 0 => None,
            3 => values.u16().ok().map(u32::from),
            4 => values.u32().ok(),
            _ => None,
        }
    }

    /// Returns the first ratio of whole numbers, to six digits behind the point.
    fn ratio(&self) -> Option<f64> {
        let mut values = self.values;
        if self.kind != 5 || self.count == 0 {
            return None;
        }
        let (above, below) = (values.u32().ok()?, values.u32().ok()?);
        let ratio = f64::from(above) / f64::from(below);
        ratio.is_finite().then(|| (ratio * 1e6).round() / 1e6)
    }
}

/// Names of those who have rights in a photo, as its EXIF has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rights<'f> {
    /// Name of the maker.
    pub(crate) artist: Option<&'f [u8]>,
    /// Notice of the owner.
    pub(crate) copyright: Option<&'f [u8]>,
}

/// Most bytes of a name.
const MOST_NAME: usize = 2000;

impl<'f> Rights<'f> {
    /// Reads the names in the first directory of a TIFF structure.
    pub(crate) fn read(tiff: &'f [u8]) -> Rights<'f> {
        let mut rights = Rights::default();
        let Ok(start) = start(tiff) else {
            return rights;
        };
        let Ok(first) = start.seek(4).u32() else {
            return rights;
        };
        let mut next = start.seek(first as usize);
        for _ in 0..next.u16().unwrap_or(0).min(MOST_ENTRIES) {
            let Some(entry) = Entry::read(start, &mut next) else {
                break;
            };
            match entry.tag {
                tag::ARTIST => keep(&mut rights.artist, entry.name()),
                tag::COPYRIGHT => keep(&mut rights.copyright, entry.name()),
                _ => {}
            }
        }
        rights
    }

    /// Returns a TIFF structure with these names alone; nothing without any.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn block(&self) -> Result<Vec<u8>, Error> {
        let names = [(tag::ARTIST, self.artist), (tag::COPYRIGHT, self.copyright)];
        let names = names
            .into_iter()
            .filter_map(|(tag, name)| Some((tag, name?)));
        let count = names.clone().count();
        if count == 0 {
            return Ok(Vec::new());
        }
        let head = 8 + 2 + 12 * count + 4;
        // A zero ends each name, and a value begins at an even place.
        let padded = |name: &[u8]| (name.len() + 1).next_multiple_of(2).max(4);
        let values: usize = names.clone().map(|(_, name)| padded(name)).sum();
        let mut block = reserved((head + values) as u64)?;
        block.extend(b"MM\0*\0\0\0\x08");
        block.extend((count as u16).to_be_bytes());
        let mut at = head;
        for (tag, name) in names.clone() {
            block.extend(tag.to_be_bytes());
            block.extend([0, 2]);
            block.extend((name.len() as u32 + 1).to_be_bytes());
            if name.len() < 4 {
                let mut field = [0; 4];
                field[..name.len()].copy_from_slice(name);
                block.extend(field);
            } else {
                block.extend((at as u32).to_be_bytes());
            }
            at += padded(name);
        }
        block.extend([0; 4]);
        for (_, name) in names {
            let end = block.len() + padded(name);
            block.extend(name);
            block.resize(end, 0);
        }
        Ok(block)
    }
}

/// Sets the orientation of a TIFF structure to upright, where it has one: the picture of an answer
/// is turned already.
pub(crate) fn set_upright(tiff: &mut [u8]) {
    let upright = |tiff: &[u8]| {
        let start = start(tiff).ok()?;
        let first = start.seek(4).u32().ok()?;
        let mut next = start.seek(first as usize);
        for _ in 0..next.u16().ok()? {
            let entry = next;
            next.take(12).ok()?;
            if entry.clone().u16() == Ok(tag::ORIENTATION) {
                return Some((entry.position(), tiff.starts_with(b"MM")));
            }
        }
        None
    };
    if let Some((at, is_big)) = upright(tiff) {
        let field = match is_big {
            true => [0, 3, 0, 0, 0, 1, 0, 1, 0, 0],
            false => [3, 0, 1, 0, 0, 0, 1, 0, 0, 0],
        };
        tiff[at + 2..at + 12].copy_from_slice(&field);
    }
}

/// Writes a date and time of EXIF (`2026:11:29 15:04:00`) as ISO 8601 does.
fn date(text: String) -> Option<String> {
    let is_good = text.len() == 19
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 | 13 | 16 => byte == b':',
            10 => byte == b' ',
            _ => byte.is_ascii_digit(),
        });
    // Cameras whose clock has never been set write zeroes.
    (is_good && !text.starts_with("0000")).then(|| {
        let (day, time) = (text[..10].replace(':', "-"), &text[11..]);
        format!("{day}T{time}")
    })
}

/// Whether a text is a distance from universal time, such as `+02:00`.
fn is_offset(text: &str) -> bool {
    text.len() == 6
        && text.bytes().enumerate().all(|(at, byte)| match at {
            0 => matches!(byte, b'+' | b'-'),
            3 => byte == b':',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tag, a type, a count and bytes.
    type Field = (u16, u16, u32, Vec<u8>);

    /// Writes a block of two directories.
    fn block(big: bool, entries: [&[Field]; 2]) -> Vec<u8> {
        let short = |value: u16| match big {
            true => value.to_be_bytes(),
            false => value.to_le_bytes(),
        };
        let long = |value: u32| match big {
            true => value.to_be_bytes(),
            false => value.to_le_bytes(),
        };
        let lengths = entries.map(|entries| 2 + 12 * entries.len() + 4);
        let second = 8 + lengths[0] + 12;
        let mut values_at = second + lengths[1];
        let (mut file, mut values) = (Vec::new(), Vec::new());
        file.extend(if big { *b"MM\0*" } else { *b"II*\0" });
        file.extend(long(8));
        let pointer = (tag::DIRECTORY, 4, 1, long(second as u32).to_vec());
        let first: Vec<_> = entries[0].iter().cloned().chain([pointer]).collect();
        for entries in [&first[..], entries[1]] {
            file.extend(short(entries.len() as u16));
            for (tag, kind, count, bytes) in entries {
                file.extend(short(*tag));
                file.extend(short(*kind));
                file.extend(long(*count));
                let mut field = [0; 4];
                if bytes.len() <= 4 {
                    field[..bytes.len()].copy_from_slice(bytes);
                } else {
                    field = long(values_at as u32);
                    values_at += bytes.len();
                    values.extend_from_slice(bytes);
                }
                file.extend(field);
            }
            file.extend([0; 4]);
        }
        file.extend(values);
        file
    }

    fn text(tag: u16, text: &str) -> (u16, u16, u32, Vec<u8>) {
        let bytes = [text.as_bytes(), &[0]].concat();
        (tag, 2, bytes.len() as u32, bytes)
    }

    fn sample(big: bool) -> Vec<u8> {
        let long = |value: u32| match big {
            true => value.to_be_bytes(),
            false => value.to_le_bytes(),
        };
        let ratio = |tag, above, below| (tag, 5, 1, [long(above), long(below)].concat());
        let iso = match big {
            true => 400u16.to_be_bytes(),
            false => 400u16.to_le_bytes(),
        };
        let places = (0x8825, 4, 1, long(8).to_vec());
        block(
            big,
            [
                &[
                    text(tag::MAKE, "Acme"),
                    text(tag::MODEL, "ACME One\n"),
                    text(tag::ARTIST, "J\u{f6}rg"),
                    text(tag::COPYRIGHT, "2026 J\u{f6}rg"),
                    places,
                ],
                &[
                    ratio(tag::EXPOSURE_TIME, 1, 200),
                    ratio(tag::F_NUMBER, 28, 10),
                    ratio(tag::FOCAL_LENGTH, 35, 0),
                    (tag::ISO, 3, 1, iso.to_vec()),
                    text(tag::TAKEN, "2026:11:29 15:04:00"),
                    text(tag::OFFSET, "+02:00"),
                    text(tag::LENS, "Acme 35mm"),
                ],
            ],
        )
    }

    #[test]
    fn facts_are_read_in_both_byte_orders_and_places_are_not() {
        for big in [false, true] {
            let block = [PREFIX, &sample(big)].concat();
            let shot = Shot::read(&block).expect("a good block");
            assert_eq!(Shot::read(&sample(big)), Some(shot.clone()));
            assert_eq!(
                shot.json(6),
                json!({
                    "camera": "ACME One",
                    "lens": "Acme 35mm",
                    "date": "2026-11-29T15:04:00+02:00",
                    "exposure": {
                        "seconds": 0.005, "f_number": 2.8, "iso": 400, "focal_length_mm": null,
                    },
                    "orientation": 6,
                    "artist": "J\u{f6}rg",
                    "copyright": "2026 J\u{f6}rg",
                })
            );
        }
    }

    #[test]
    fn rights_are_written_alone_and_read_again() {
        for big in [false, true] {
            let sample = sample(big);
            let rights = Rights::read(&sample);
            let block = rights.block().expect("memory");
            assert_eq!(Rights::read(&block), rights);
            let shot = Shot::read(&block).expect("a good block");
            assert_eq!(shot.artist.as_deref(), Some("J\u{f6}rg"));
            assert_eq!((shot.model, shot.iso), (None, None));
        }
        for artist in ["A", "Ada", "Adam", "Adams"] {
            let rights = Rights {
                artist: Some(artist.as_bytes()),
                copyright: Some(b"2026"),
            };
            assert_eq!(Rights::read(&rights.block().expect("memory")), rights);
        }
        assert_eq!(Rights::default().block(), Ok(Vec::new()));
    }

    #[test]
    fn a_turned_photo_is_upright_afterwards() {
        for big in [false, true] {
            let six = match big {
                true => vec![0, 6],
                false => vec![6, 0],
            };
            let entries = [text(tag::MODEL, "One"), (tag::ORIENTATION, 3, 1, six)];
            let mut block = block(big, [&entries, &[]]);
            let of = |block: &[u8]| crate::header::exif::orientation(block);
            assert_eq!(of(&block).map(|turn| turn.to_exif()), Some(6));
            set_upright(&mut block);
            assert_eq!(of(&block).map(|turn| turn.to_exif()), Some(1));
            let model = Shot::read(&block).and_then(|shot| shot.model);
            assert_eq!(model.as_deref(), Some("One"));
        }
    }

    #[test]
    fn texts_are_short_and_dates_are_dates() {
        let long = "x".repeat(5000);
        let entries = [text(tag::MODEL, &long), text(tag::TAKEN, "2026:11:29")];
        let shot = Shot::read(&block(false, [&entries, &[]])).expect("a good block");
        assert_eq!(shot.model.map(|model| model.len()), Some(MOST_CHARS));
        assert_eq!(shot.taken, None);
        let zero = "0000:00:00 00:00:00".to_owned();
        assert_eq!(date(zero), None);
    }

    #[test]
    fn damage_anywhere_is_no_panic() {
        let good = sample(false);
        for end in 0..good.len() {
            let _ = Shot::read(&good[..end]);
            set_upright(&mut good[..end].to_vec());
            for value in [0, 1, 5, 8, 127, 128, 255] {
                let mut bytes = good.clone();
                bytes[end] = value;
                let _ = Shot::read(&bytes);
                let _ = Rights::read(&bytes).block();
                set_upright(&mut bytes);
            }
        }
        assert_eq!(Shot::read(b"II*\0\xff\xff\xff\xff"), None);
    }
}

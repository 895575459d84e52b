//! Stripping an AVIF (ISO/IEC 14496-12 and 23008-12). Pictures are referred to by their offsets, so
//! nothing moves: bytes that no picture needs become zeroes. A sequence is left alone.

use std::ops::Range;

use crate::format::boxes::{Numbers, number, part};
use crate::format::strip::Cutting;

/// Types of items that are pictures: coded, assembled from tiles, or identical to another one.
const PICTURES: [&[u8; 4]; 3] = [b"av01", b"grid", b"iden"];
/// Types of items that are metadata, or that have been blanked.
const METADATA: [&[u8; 4]; 4] = [b"Exif", b"mime", b"uri ", b"free"];
/// Maximum number of items, above the tiles of a large picture and of its alpha.
const MOST_ITEMS: usize = 64;

/// URN of an auxiliary picture of alpha.
const ALPHA: &[u8] = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0";

pub(crate) fn strip(file: &mut Cutting) -> Option<()> {
    let bytes = &mut file.file[..];
    let (mut meta, mut data) = (None, Vec::new());
    let mut at = 0;
    while let Some((kind, content)) = part(bytes, at, bytes.len()) {
        match &kind {
            b"ftyp" if at == 0 => {}
            b"meta" if at > 0 && meta.is_none() => meta = Some(content.clone()),
            b"mdat" if at > 0 && data.len() < MOST_ITEMS => data.push(content.clone()),
            b"free" | b"skip" if at > 0 => bytes[content.clone()].fill(0),
            b"moov" => return None,
            _ => break, // behind the end, or of no use to a picture
        }
        at = content.end;
    }
    let mut kept = describe(bytes, meta?, &mut data)?;
    kept.sort_unstable_by_key(|place| place.start);
    let lies_in_data = |place: &Range<usize>| {
        let mut data = data.iter();
        data.any(|data| data.start <= place.start && place.end <= data.end)
    };
    if !kept.iter().all(lies_in_data) {
        return None;
    }
    for content in data {
        blank_between(bytes, content, &kept);
    }
    file.kept = at;
    Some(())
}

/// Returns the places of all pictures. Afterwards everything else in `meta` is known, or blank.
/// Data inside `meta` are added to `data`.
fn describe(
    bytes: &mut [u8],
    meta: Range<usize>,
    data: &mut Vec<Range<usize>>,
) -> Option<Vec<Range<usize>>> {
    let (mut items, mut locations, mut inside) = (Vec::new(), None, None);
    let mut at = meta.start + 4; // version and flags
    while at < meta.end {
        let (kind, content) = part(bytes, at, meta.end)?;
        at = content.end;
        match &kind {
            b"hdlr" => bytes.get_mut(content.start + 24..content.end)?.fill(0), // its name
            b"pitm" | b"iref" | b"dinf" | b"grpl" => {}
            b"iinf" if items.is_empty() => items = pictures(bytes, content)?,
            b"iloc" if locations.is_none() => locations = Some(content),
            b"idat" if inside.is_none() => inside = Some(content),
            b"iprp" => check_properties(bytes, content)?,
            b"free" | b"skip" => bytes[content].fill(0),
            _ => return None,
        }
    }
    data.extend(inside.clone());
    locate(bytes, locations?, &items, inside)
}

/// Returns the number of every picture, and whether the picture is coded. Names are blanked, and
/// metadata items become free ones.
fn pictures(bytes: &mut [u8], iinf: Range<usize>) -> Option<Vec<(u64, bool)>> {
    let mut items = Vec::new();
    let mut at = iinf.start + if *bytes.get(iinf.start)? == 0 { 6 } else { 8 };
    while at < iinf.end {
        let (kind, content) = part(bytes, at, iinf.end)?;
        at = content.end;
        let id_bytes = match (&kind, *bytes.get(content.start)?) {
            (b"infe", 2) => 2,
            (b"infe", 3) => 4,
            _ => return None,
        };
        let id = number(bytes, content.start + 4, id_bytes)?;
        let type_at = content.start + 4 + id_bytes + 2;
        bytes.get_mut(type_at + 4..content.end)?.fill(0);
        let kind: &mut [u8; 4] = bytes.get_mut(type_at..)?.first_chunk_mut()?;
        if PICTURES.contains(&&*kind) && items.len() < MOST_ITEMS {
            items.push((id, kind == b"av01"));
        } else if METADATA.contains(&&*kind) {
            *kind = *b"free";
        } else {
            return None;
        }
    }
    Some(items)
}

/// Checks that all properties only describe how a picture is shown. A profile, a description or an
/// unknown property may contain more.
fn check_properties(bytes: &mut [u8], iprp: Range<usize>) -> Option<()> {
    let mut at = iprp.start;
    while at < iprp.end {
        let (kind, content) = part(bytes, at, iprp.end)?;
        at = content.end;
        match &kind {
            b"ipma" => continue,
            b"ipco" => {}
            _ => return None,
        }
        let mut at = content.start;
        while at < content.end {
            let (kind, content) = part(bytes, at, content.end)?;
            at = content.end;
            match &kind {
                b"ispe" | b"pixi" | b"av1C" | b"pasp" | b"irot" | b"imir" | b"clli" | b"mdcv"
                | b"a1op" | b"a1lx" | b"lsel" => {}
                b"colr" if bytes[content.clone()].starts_with(b"nclx") => {}
                b"auxC" if bytes.get(content.start + 4..content.end)? == ALPHA => {}
                b"free" | b"skip" => bytes[content].fill(0),
                _ => return None,
            }
        }
    }
    Some(())
}

/// Returns the places of the pictures, in the file or in the data `inside` of `meta`.
fn locate(
    bytes: &[u8],
    iloc: Range<usize>,
    items: &[(u64, bool)],
    inside: Option<Range<usize>>,
) -> Option<Vec<Range<usize>>> {
    let mut numbers = Numbers {
        bytes: bytes.get(..iloc.end)?,
        at: iloc.start,
    };
    let version = numbers.next(1)?;
    numbers.next(3)?; // flags
    let (sizes, more) = (numbers.next(1)?, numbers.next(1)?);
    let id_bytes = if version < 2 { 2 } else { 4 };
    let index_bytes = if version > 0 { more & 15 } else { 0 };
    let mut places = Vec::new();
    for _ in 0..numbers.next(id_bytes)? {
        let id = numbers.next(id_bytes)?;
        let method = if version > 0 {
            numbers.next(2)? & 15
        } else {
            0
        };
        let (elsewhere, base) = (numbers.next(2)?, numbers.next(more >> 4)?);
        let parts = numbers.next(2)?;
        let picture = items.iter().find(|(picture, _)| *picture == id);
        for _ in 0..parts {
            numbers.next(index_bytes)?;
            let (offset, length) = (numbers.next(sizes >> 4)?, numbers.next(sizes & 15)?);
            let Some((_, is_coded)) = picture else {
                continue;
            };
            let from = match (method, &inside) {
                (0, _) => 0,
                (1, Some(inside)) => inside.start as u64,
                _ => return None,
            };
            let start = from.checked_add(base)?.checked_add(offset)?;
            let place =
                usize::try_from(start).ok()?..usize::try_from(start.checked_add(length)?).ok()?;
            let content = bytes.get(place.clone())?;
            let sound = !is_coded || (parts == 1 && is_plain(content));
            if elsewhere != 0 || content.is_empty() || places.len() == MOST_ITEMS || !sound {
                return None;
            }
            places.push(place);
        }
    }
    (places.len() >= items.len()).then_some(places)
}

/// Whether a picture's stream has no metadata and no padding (AV1, 5.3: open bitstream units).
fn is_plain(mut stream: &[u8]) -> bool {
    const METADATA: u8 = 5;
    const PADDING: u8 = 15;
    while let [head, rest @ ..] = stream {
        let (kind, extended, has_size) = (head >> 3 & 15, head >> 2 & 1, head >> 1 & 1);
        if kind == METADATA || kind == PADDING {
            return false;
        }
        let Some(mut rest) = rest.get(extended.into()..) else {
            return false;
        };
        if has_size == 0 {
            return true; // up to the end
        }
        let (mut size, mut shift) = (0usize, 0);
        loop {
            let [byte, others @ ..] = rest else {
                return false;
            };
            rest = others;
            size |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
            if shift > 21 {
                return false; // no picture here is so large
            }
        }
        let Some(next) = rest.get(size..) else {
            return false;
        };
        stream = next;
    }
    true
}

/// Fills with zeroes the parts of a box outside of the kept places, which are sorted.
fn blank_between(bytes: &mut [u8], content: Range<usize>, kept: &[Range<usize>]) {
    let mut at = content.start;
    for place in kept {
        if place.start >= content.end {
            break;
        }
        if let Some(gap) = bytes.get_mut(at..place.start) {
            gap.fill(0);
        }
        at = at.max(place.end);
    }
    if let Some(gap) = bytes.get_mut(at..content.end) {
        gap.fill(0);
    }
}

#[cfg(test)]
mod tests {
    use crate::format::strip::tests::{assert_strict, stripped};
    use crate::transform::Format::Avif;

    fn part(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u32 + 8).to_be_bytes();
        [&length[..], kind, content].concat()
    }

    /// A temporal delimiter, and a frame of a few bytes.
    const PICTURE: &[u8] = b"\x12\0\x32\x03abc";
    const SECRET: &[u8] = b"secret";

    struct File<'a> {
        properties: Vec<Vec<u8>>,
        other: &'a [u8; 4],
        name: &'a [u8],
        picture: &'a [u8],
        more: Vec<u8>,
    }

    impl Default for File<'_> {
        fn default() -> Self {
            File {
                properties: vec![
                    part(b"ispe", &[0; 12]),
                    part(b"colr", b"nclx\0\x01\0\x0d\0\x06\x80"),
                ],
                other: b"Exif",
                name: SECRET,
                picture: PICTURE,
                more: Vec::new(),
            }
        }
    }

    impl File<'_> {
        /// Writes the file with an item of metadata behind the picture, and bytes between the two.
        fn bytes(&self) -> Vec<u8> {
            let infe = |id: u8, kind: &[u8; 4]| {
                let content = [&[2, 0, 0, 0, 0, id, 0, 0], &kind[..], self.name, b"\0"].concat();
                part(b"infe", &content)
            };
            let iinf = [
                vec![0, 0, 0, 0, 0, 2],
                infe(1, b"av01"),
                infe(2, self.other),
            ]
            .concat();
            let file = |data_at: u32| {
                let extent = |id: u8, offset: u32, length: usize| {
                    let (at, length) = ((data_at + offset).to_be_bytes(), length as u32);
                    [&[0, id, 0, 0, 0, 1], &at[..], &length.to_be_bytes()].concat()
                };
                let behind = (self.picture.len() + SECRET.len()) as u32;
                let iloc = [
                    vec![0, 0, 0, 0, 0x44, 0, 0, 2],
                    extent(1, 0, self.picture.len()),
                    extent(2, behind, SECRET.len()),
                ]
                .concat();
                let hdlr = [&[0; 8], &b"pict"[..], &[0; 12], self.name, b"\0"].concat();
                let iprp = part(b"ipco", &self.properties.concat());
                let meta = [
                    vec![0; 4],
                    part(b"hdlr", &hdlr),
                    part(b"pitm", &[0, 0, 0, 0, 0, 1]),
                    part(b"iloc", &iloc),
                    part(b"iinf", &iinf),
                    part(b"iprp", &iprp),
                    self.more.clone(),
                ]
                .concat();
                let start = [part(b"ftyp", b"avif\0\0\0\0mif1"), part(b"meta", &meta)].concat();
                let data = part(b"mdat", &[self.picture, SECRET, SECRET].concat());
                (start.len() as u32 + 8, [start, data].concat())
            };
            file(file(0).0).1
        }
    }

    fn count(bytes: &[u8], wanted: &[u8]) -> usize {
        bytes
            .windows(wanted.len())
            .filter(|at| *at == wanted)
            .count()
    }

    #[test]
    fn metadata_names_and_what_is_between_become_zeroes_and_the_picture_stays() {
        for other in [b"Exif", b"mime", b"uri "] {
            let file = File {
                other,
                more: part(b"free", SECRET),
                ..File::default()
            }
            .bytes();
            assert_eq!(count(&file, SECRET), 6);
            let loaded = [&file[..], b"behind the end"].concat();
            let bare = stripped(Avif, &loaded).expect("a sound file");
            assert_eq!(bare.len(), file.len());
            assert_eq!((count(&bare, SECRET), count(&bare, other)), (0, 0));
            assert_eq!(count(&bare, PICTURE), 1);
        }
        assert_strict(&File::default().bytes(), |file| stripped(Avif, file));
    }

    #[test]
    fn what_is_not_known_is_left_alone() {
        let unknown = |file: File<'_>| assert_eq!(stripped(Avif, &file.bytes()), None);
        let colours = |content: &[u8]| File {
            properties: vec![part(b"colr", content)],
            ..File::default()
        };
        unknown(colours(b"profsecret"));
        unknown(File {
            properties: vec![part(b"udes", SECRET)],
            ..File::default()
        });
        unknown(File {
            properties: vec![part(b"auxC", b"\0\0\0\0urn:com:example:depth\0")],
            ..File::default()
        });
        unknown(File {
            other: b"tmap",
            ..File::default()
        });
        unknown(File {
            more: part(b"uuid", SECRET),
            ..File::default()
        });
        // Metadata, padding, and a unit that is longer than the picture, in the stream.
        for picture in [
            &b"\x2a\x01a\x32\x01a"[..],
            b"\x32\x01a\x7a\x01a",
            b"\x32\x09a",
        ] {
            unknown(File {
                picture,
                ..File::default()
            });
        }
        let sequence = [File::default().bytes(), part(b"moov", SECRET)].concat();
        assert_eq!(stripped(Avif, &sequence), None);
    }
}

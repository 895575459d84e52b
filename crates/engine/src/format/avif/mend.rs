//! Mending of AVIF files for their guest. The guest refuses two features that are no damage. The
//! first is a picture that does not repeat its depth in `pixi`, which files of libheif up to 1.11
//! never do. The second is a clean aperture (`clap`) whose edge lies between two samples of
//! chrominance. Mending adds a missing `pixi`, and replaces `clap`, which is applied here, by a
//! property without effect.

use std::ops::Range;

use crate::error::Error;
use crate::format::boxes::{Numbers, number, part};
use crate::pixels::buffer::reserved;

/// Returns a mended copy of a file. A file that is too odd for mending is copied unchanged, and the
/// guest decides.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn mended(file: &[u8]) -> Result<Vec<u8>, Error> {
    let mut patch = Patch::of(file).unwrap_or_default();
    patch.inserts.sort_by_key(|(at, _)| *at); // those at one place stay in their order
    let more: usize = patch.inserts.iter().map(|(_, bytes)| bytes.len()).sum();
    let mut copy = reserved((file.len() + more) as u64)?;
    copy.extend_from_slice(file);
    for (at, number, length) in patch.numbers {
        let bytes = number.to_be_bytes();
        copy[at..at + length].copy_from_slice(&bytes[bytes.len() - length..]);
    }
    for at in patch.apertures {
        copy[at..at + 4].copy_from_slice(b"pasp");
    }
    for (at, bytes) in patch.inserts.into_iter().rev() {
        copy.extend_from_slice(&bytes);
        copy[at..].rotate_right(bytes.len());
    }
    Ok(copy)
}

/// Upper bound on the bytes that mending takes beside the file.
pub(crate) const MENDING_BYTES: u64 = 64 << 10;

/// Maximum number of items and of properties that are mended. The tiles of a large picture are
/// fewer.
const MOST: usize = 256;

/// Changes to a file, by offsets in the original.
#[derive(Default)]
struct Patch {
    inserts: Vec<(usize, Vec<u8>)>,
    /// Offsets, new values, and their numbers of bytes.
    numbers: Vec<(usize, u64, usize)>,
    /// Offsets of the names of apertures.
    apertures: Vec<usize>,
}

/// A property, as far as mending depends on its kind.
#[derive(Clone, Copy, PartialEq)]
enum Property {
    /// `av1C`, and its depth.
    Coded(u8),
    Depth,
    Other,
}

impl Patch {
    fn of(file: &[u8]) -> Option<Patch> {
        let meta = children(file, 0..file.len())
            .find(|(kind, _)| kind == b"meta")?
            .1;
        let inside = meta.start + 4..meta.end;
        let find =
            |wanted: &[u8; 4]| children(file, inside.clone()).find(|(kind, _)| kind == wanted);
        let (pitm, iprp, iloc) = (find(b"pitm")?.1, find(b"iprp")?.1, find(b"iloc")?.1);
        let id_bytes = if file.get(pitm.start)? == &0 { 2 } else { 4 };
        let primary = number(file, pitm.start + 4, id_bytes)?;
        let ipco = children(file, iprp.clone())
            .find(|(kind, _)| kind == b"ipco")?
            .1;
        let mut patch = Patch::default();
        let mut properties = Vec::new();
        for (kind, content) in children(file, ipco.clone()).take(MOST) {
            properties.push(match &kind {
                b"av1C" => Property::Coded(match file.get(content.start + 2)? & 0x60 {
                    0x40 => 10,
                    0x60 => 12,
                    _ => 8,
                }),
                b"pixi" => Property::Depth,
                b"clap" => {
                    patch.apertures.push(content.start - 4);
                    Property::Other
                }
                _ => Property::Other,
            });
        }
        let associations = children(file, iprp.clone()).filter(|(kind, _)| kind == b"ipma");
        let mut depths = Vec::new();
        let mut more = 0;
        for (_, ipma) in associations.take(4) {
            let inserted =
                patch.say_depths(file, ipma.clone(), primary, &properties, &mut depths)?;
            patch.lengthen(file, ipma, inserted)?;
            more += inserted;
        }
        let boxes: Vec<u8> = depths.iter().flat_map(|depth| pixi(*depth)).collect();
        patch.lengthen(file, ipco.clone(), boxes.len())?;
        more += boxes.len();
        patch.inserts.push((ipco.end, boxes));
        patch.lengthen(file, iprp, more)?;
        patch.lengthen(file, meta.clone(), more)?;
        patch.shift(file, iloc, meta.end, more)?;
        Some(patch)
    }

    /// Adds a property to every picture that does not declare its depth. Returns the number of
    /// bytes added.
    fn say_depths(
        &mut self,
        file: &[u8],
        ipma: Range<usize>,
        primary: u64,
        properties: &[Property],
        depths: &mut Vec<u8>,
    ) -> Option<usize> {
        let mut numbers = Numbers {
            bytes: file.get(..ipma.end)?,
            at: ipma.start,
        };
        let version = numbers.next(1)?;
        let wide = numbers.next(3)? & 1;
        let mut inserted = 0;
        for _ in 0..numbers.next(4)?.min(MOST as u64) {
            let id = numbers.next(if version == 0 { 2 } else { 4 })?;
            let count_at = numbers.at;
            let count = numbers.next(1)?;
            let (mut own, mut says) = (None, false);
            for _ in 0..count {
                let named = numbers.next(1 + wide)? & if wide == 0 { 0x7f } else { 0x7fff };
                let place = (named as usize).checked_sub(1);
                match place.and_then(|place| properties.get(place)) {
                    Some(Property::Coded(depth)) => own = Some(*depth),
                    Some(Property::Depth) => says = true,
                    _ => {}
                }
            }
            // A picture that is assembled from others has their depth.
            let of_others = properties.iter().find_map(|property| match property {
                Property::Coded(depth) if id == primary => Some(*depth),
                _ => None,
            });
            let Some(depth) = own.or(of_others).filter(|_| !says) else {
                continue;
            };
            let place = depths.iter().position(|known| *known == depth);
            let place = place.unwrap_or_else(|| {
                depths.push(depth);
                depths.len() - 1
            });
            let named = (properties.len() + 1 + place) as u64;
            let bytes = named.to_be_bytes();
            let bytes = &bytes[7 - wide as usize..];
            if named > if wide == 0 { 0x7f } else { 0x7fff } || count == 0xff {
                return None;
            }
            self.numbers.push((count_at, count + 1, 1));
            self.inserts.push((numbers.at, bytes.to_vec()));
            inserted += bytes.len();
        }
        Some(inserted)
    }

    /// Adds to the length of a box.
    fn lengthen(&mut self, file: &[u8], content: Range<usize>, more: usize) -> Option<()> {
        let head = content.start.checked_sub(8)?;
        let length = number(file, head, 4)?;
        // A header with a long length has that elsewhere.
        (length == (content.end - head) as u64).then_some(())?;
        self.numbers.push((head, length + more as u64, 4));
        Some(())
    }

    /// Moves the offsets of data behind `meta`.
    fn shift(&mut self, file: &[u8], iloc: Range<usize>, from: usize, more: usize) -> Option<()> {
        let mut numbers = Numbers {
            bytes: file.get(..iloc.end)?,
            at: iloc.start,
        };
        let version = numbers.next(1)?;
        numbers.next(3)?; // flags
        let (sizes, others) = (numbers.next(1)?, numbers.next(1)?);
        let id_bytes = if version < 2 { 2 } else { 4 };
        let index_bytes = if version > 0 { others & 15 } else { 0 };
        let (offset_bytes, base_bytes) = (sizes >> 4, others >> 4);
        for _ in 0..numbers.next(id_bytes)?.min(MOST as u64) {
            numbers.next(id_bytes)?;
            let method = if version > 0 {
                numbers.next(2)? & 15
            } else {
                0
            };
            numbers.next(2)?; // in which file
            let base_at = numbers.at;
            let base = numbers.next(base_bytes)?;
            // Either the common base moves, or each offset.
            let mut by_base = base > 0;
            if by_base && method == 0 && base >= from as u64 {
                self.numbers
                    .push((base_at, base + more as u64, base_bytes as usize));
            } else {
                by_base = false;
            }
            for _ in 0..numbers.next(2)?.min(MOST as u64) {
                numbers.next(index_bytes)?;
                let at = numbers.at;
                let offset = numbers.next(offset_bytes)?;
                numbers.next(sizes & 15)?;
                if method == 0 && !by_base && base + offset >= from as u64 {
                    (offset_bytes > 0).then_some(())?;
                    self.numbers
                        .push((at, offset + more as u64, offset_bytes as usize));
                }
            }
        }
        Some(())
    }
}

/// Returns the boxes in a range.
fn children(file: &[u8], range: Range<usize>) -> impl Iterator<Item = ([u8; 4], Range<usize>)> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let found = part(file, at, range.end)?;
        at = found.1.end;
        Some(found)
    })
}

/// Returns a property that declares the depth of one channel.
fn pixi(depth: u8) -> [u8; 14] {
    [0, 0, 0, 14, b'p', b'i', b'x', b'i', 0, 0, 0, 0, 1, depth]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::{Coding, Header};

    const WITHOUT: &[u8] = include_bytes!("../../../../../tests/faults/avif-odd-nopixi.avif");

    fn header(file: &[u8]) -> Header {
        let header = Header::parse(file, true).expect("good");
        header.expect("whole")
    }

    fn is_mended(header: &Header) -> bool {
        matches!(header.coding, Coding::Guest { mended, .. } if mended)
    }

    /// Returns the data of the first item.
    fn data(file: &[u8]) -> &[u8] {
        let iloc = file
            .windows(4)
            .position(|name| name == b"iloc")
            .expect("a place");
        let extent = &file[iloc + 18..iloc + 26];
        let [start, length] = [0, 4].map(|at| number(extent, at, 4).expect("four bytes") as usize);
        &file[start..start + length]
    }

    #[test]
    fn a_picture_says_its_depth_and_its_data_are_where_they_are_looked_for() {
        assert!(is_mended(&header(WITHOUT)));
        let mended = mended(WITHOUT).expect("a few bytes");
        assert_eq!(mended.len(), WITHOUT.len() + 14 + 1);
        let after = header(&mended);
        assert!(!is_mended(&after));
        assert_eq!(after.stored, header(WITHOUT).stored);
        assert_eq!(data(&mended), data(WITHOUT));
    }

    #[test]
    fn damage_anywhere_is_a_copy_and_never_a_panic() {
        for at in 0..WITHOUT.len().min(300) {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut file = WITHOUT.to_vec();
                file[at] = value;
                assert!(mended(&file).expect("a few bytes").len() >= file.len());
            }
            assert!(mended(&WITHOUT[..at]).expect("a few bytes").len() >= at);
        }
    }
}

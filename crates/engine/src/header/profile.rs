//! ICC profiles in files: whole, in parts, or compressed.

use letterbox_inflate::Inflate;

use crate::pixels::buffer::{room, zeroes};

/// Minimum size of a profile: the header, and the number of tags.
const LEAST_PROFILE_BYTES: usize = 132;

/// Copies a profile that lies in one piece in its file.
pub(crate) fn copy(profile: &[u8]) -> Option<Vec<u8>> {
    join(profile.len(), [profile])
}

fn join<'a>(length: usize, parts: impl IntoIterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
    if !(LEAST_PROFILE_BYTES..=crate::header::colours::MOST_PROFILE_BYTES).contains(&length) {
        return None;
    }
    let mut whole = room(length).ok()?;
    parts
        .into_iter()
        .for_each(|part| whole.extend_from_slice(part));
    Some(whole)
}

/// Parts of a profile in a JPEG, each with its number and the number of parts (ICC.1, annex B.4).
pub(crate) struct Parts<'a> {
    /// Parts by their number, which starts at 1.
    parts: [&'a [u8]; 256],
    count: usize,
    damaged: bool,
}

impl Default for Parts<'_> {
    fn default() -> Self {
        Parts {
            parts: [&[]; 256],
            count: 0,
            damaged: false,
        }
    }
}

impl<'a> Parts<'a> {
    pub(crate) fn take(&mut self, marker: u8, segment: &'a [u8]) {
        let part = segment.strip_prefix(b"ICC_PROFILE\0");
        let (0xe2, Some([number, count, content @ ..])) = (marker, part) else {
            return;
        };
        let (number, count) = (usize::from(*number), usize::from(*count));
        self.damaged |= !(1..=count).contains(&number) || self.count != 0 && self.count != count;
        self.count = count;
        let place = &mut self.parts[number];
        self.damaged |= !place.is_empty();
        *place = content;
    }

    /// Returns the bytes of all parts; `None` where a part is missing, or comes twice.
    pub(crate) fn bytes(&self) -> Option<usize> {
        let parts = self.parts.get(1..=self.count)?;
        let whole = self.count > 0 && !self.damaged && parts.iter().all(|part| !part.is_empty());
        whole.then(|| parts.iter().map(|part| part.len()).sum())
    }

    /// Returns the complete profile.
    pub(crate) fn join(&self) -> Option<Vec<u8>> {
        join(self.bytes()?, self.parts.into_iter().skip(1))
    }
}

/// Returns the size that a PNG's compressed profile declares in its first four bytes.
pub(crate) fn inflated_bytes(chunk: &[u8]) -> Option<u32> {
    let mut start = [0; 4];
    Deflated::open(chunk)?.fill(&mut start)?;
    Some(u32::from_be_bytes(start))
}

/// Inflates a PNG's profile. The declared size is checked before anything is allocated.
pub(crate) fn inflate(chunk: &[u8]) -> Option<Vec<u8>> {
    let said = inflated_bytes(chunk)? as usize;
    if !(LEAST_PROFILE_BYTES..=crate::header::colours::MOST_PROFILE_BYTES).contains(&said) {
        return None;
    }
    let mut profile = zeroes(said as u64).ok()?;
    Deflated::open(chunk)?.fill(&mut profile)?;
    Some(profile)
}

/// Zlib stream in `iCCP`.
struct Deflated<'a> {
    inflate: Inflate,
    stream: &'a [u8],
}

impl<'a> Deflated<'a> {
    /// Opens the stream behind a name of up to 79 bytes and the number of the compression method,
    /// which can only be 0.
    fn open(chunk: &'a [u8]) -> Option<Deflated<'a>> {
        let name = chunk.iter().take(80).position(|&byte| byte == 0)?;
        let (&0, stream) = chunk.get(name + 1..)?.split_first()? else {
            return None;
        };
        let inflate = Inflate::new().ok()?;
        Some(Deflated { inflate, stream })
    }

    /// Fills all of the bytes; `None` where the stream has fewer.
    fn fill(&mut self, bytes: &mut [u8]) -> Option<()> {
        let mut filled = 0;
        while filled < bytes.len() {
            let (used, made) = self.inflate.read(self.stream, bytes, filled).ok()?;
            self.stream = self.stream.get(used..)?;
            filled += made;
            if (used, made) == (0, 0) {
                return None;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(number: u8, count: u8, content: &[u8]) -> Vec<u8> {
        [b"ICC_PROFILE\0", &[number, count][..], content].concat()
    }

    fn joined(segments: &[Vec<u8>]) -> Option<Vec<u8>> {
        let mut parts = Parts::default();
        segments.iter().for_each(|part| parts.take(0xe2, part));
        parts.join()
    }

    #[test]
    fn the_parts_of_a_profile_are_joined_by_number() {
        let (first, second) = (segment(1, 2, &[7; 100]), segment(2, 2, &[8; 100]));
        let whole = Some([[7; 100], [8; 100]].concat());
        assert_eq!(joined(&[first.clone(), second.clone()]), whole);
        assert_eq!(joined(&[second.clone(), first.clone()]), whole);
        assert_eq!(joined(std::slice::from_ref(&first)), None, "one is missing");
        assert_eq!(joined(&[first.clone(), second.clone(), second]), None);
        assert_eq!(joined(&[first, segment(3, 2, &[9; 100])]), None);
        assert_eq!(joined(&[segment(0, 0, &[9; 200])]), None);
        assert_eq!(joined(&[segment(1, 1, &[9; 100])]), None, "no profile");
    }

    #[test]
    fn a_profile_in_a_png_is_inflated_as_far_as_it_says() {
        let compressed = |length: u32, bytes: usize| {
            let mut profile = vec![5; bytes];
            profile[..4].copy_from_slice(&length.to_be_bytes());
            let mut chunk = b"name\0\0".to_vec();
            chunk.extend(crate::testing::zlib(&profile));
            chunk
        };
        let length = |chunk: Vec<u8>| inflate(&chunk).map(|profile| profile.len());
        assert_eq!(length(compressed(5000, 5000)), Some(5000));
        assert_eq!(length(compressed(5000, 9000)), Some(5000));
        assert_eq!(length(compressed(5000, 4999)), None);
        assert_eq!(length(compressed(5 << 20, 5 << 20)), None);
        assert_eq!(inflate(b"name\0"), None);
        assert_eq!(inflate(b"name"), None);
    }
}

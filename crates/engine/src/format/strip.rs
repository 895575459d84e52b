//! Stripping a source's own file of everything that is not its picture: EXIF, GPS, XMP, profiles,
//! text, comments, previews, further images, and bytes behind the end. Each format has one file.
//!
//! Nothing is decoded, and the pixels stay as they were. A file that deviates from its standard is
//! left alone. These functions know less than a decoder, and they refuse every file with a part
//! unknown to them.

/// Kinds of files that are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// Whether a WebP has to be lossless; a WebP may be either.
    pub(crate) lossless: bool,
    /// Whether the file has to be an animation; otherwise the file has to be a still.
    pub(crate) moves: bool,
}

/// A file that is read once. The parts that are kept move to its front.
pub(crate) struct Cutting {
    pub(crate) file: Vec<u8>,
    pub(crate) read: usize,
    /// Bytes that are kept, at most `read`.
    pub(crate) kept: usize,
}

impl Cutting {
    pub(crate) fn new(file: Vec<u8>) -> Cutting {
        Cutting {
            file,
            read: 0,
            kept: 0,
        }
    }

    /// Returns the bytes that have not been read.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.file[self.read..]
    }

    pub(crate) fn skip(&mut self, count: usize) -> Option<()> {
        self.read = self.end_of(count)?;
        Some(())
    }

    pub(crate) fn keep(&mut self, count: usize) -> Option<()> {
        let end = self.end_of(count)?;
        self.file.copy_within(self.read..end, self.kept);
        self.kept += count;
        self.read = end;
        Some(())
    }

    /// Writes bytes in the place of skipped ones.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Option<()> {
        let end = self.kept + bytes.len();
        let place = self.file[..self.read].get_mut(self.kept..end)?;
        place.copy_from_slice(bytes);
        self.kept = end;
        Some(())
    }

    /// Overwrites bytes that are kept already.
    pub(crate) fn mend(&mut self, at: usize, bytes: &[u8]) -> Option<()> {
        let place = self.file[..self.kept].get_mut(at..at + bytes.len())?;
        place.copy_from_slice(bytes);
        Some(())
    }

    fn end_of(&self, count: usize) -> Option<usize> {
        let end = self.read.checked_add(count)?;
        (end <= self.file.len()).then_some(end)
    }

    pub(crate) fn into_kept(mut self) -> Vec<u8> {
        self.file.truncate(self.kept);
        self.file.shrink_to_fit(); // which allocators do in place
        self.file
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::spec::Format;
    use proptest::prelude::*;

    pub(crate) fn strip(format: Format, file: Vec<u8>, wanted: Wanted) -> Option<Vec<u8>> {
        let mut cutting = Cutting::new(file);
        crate::format::codec_of(format).strip(&mut cutting, wanted)?;
        Some(cutting.into_kept())
    }

    /// Strips a still, for the tests of its format.
    pub(crate) fn stripped(format: Format, file: &[u8]) -> Option<Vec<u8>> {
        strip(format, file.to_vec(), Wanted::default())
    }

    /// Strips an animation, for the tests of its format.
    pub(crate) fn stripped_film(format: Format, file: &[u8]) -> Option<Vec<u8>> {
        let moves = Wanted {
            moves: true,
            ..Wanted::default()
        };
        strip(format, file.to_vec(), moves)
    }

    /// Asserts that a truncated file is left alone wherever it is cut off, and that stripping twice
    /// changes nothing.
    pub(crate) fn assert_strict(file: &[u8], strip: impl Fn(&[u8]) -> Option<Vec<u8>>) {
        let kept = strip(file).expect("a sound file");
        assert_eq!(strip(&kept).as_ref(), Some(&kept));
        for end in 0..kept.len() {
            assert_eq!(strip(&kept[..end]), None, "{end} bytes");
        }
    }

    #[test]
    fn what_is_kept_moves_to_the_front_and_nothing_is_written_where_it_is_not_read() {
        let mut cutting = Cutting::new(b"keepskipkeep".to_vec());
        cutting.keep(4).expect("there");
        assert_eq!(cutting.put(b"x"), None);
        cutting.skip(4).expect("there");
        cutting.put(b"xy").expect("room");
        cutting.keep(4).expect("there");
        cutting.mend(0, b"K").expect("kept");
        assert_eq!(cutting.mend(10, b"K"), None);
        assert_eq!(cutting.keep(1), None);
        assert_eq!(cutting.skip(usize::MAX), None);
        assert_eq!(cutting.into_kept(), b"Keepxykeep");
    }

    #[test]
    fn what_it_does_not_know_it_leaves_alone() {
        for format in [Format::Bmp, Format::Ico, Format::Tiff] {
            assert!(!format.spec().strips);
            assert_eq!(stripped(format, b"anything"), None);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            start in 0usize..5,
            lossless in any::<bool>(),
            moves in any::<bool>(),
        ) {
            let (format, magic): (_, &[u8]) = [
                (Format::Jpeg, &b"\xff\xd8\xff"[..]),
                (Format::Png, b"\x89PNG\r\n\x1a\n"),
                (Format::WebP, b"RIFF\x40\0\0\0WEBP"),
                (Format::WebP, b"RIFF\xa0\0\0\0WEBPVP8X\x0a\0\0\0\x12\0\0\0\x0f\0\0\x0f\0\0ANIM\x06\0\0\0\0\0\0\0\0\0ANMF\x20\0\0\0"),
                (Format::Gif, b"GIF89a\x10\0\x10\0\x80\0\0"),
                (Format::Avif, b"\0\0\0\x08ftyp\0\0\0\x40meta\0\0\0\0"),
            ][start];
            for file in [bytes.clone(), [magic, &bytes].concat()] {
                let length = file.len();
                let kept = strip(format, file, Wanted { lossless, moves });
                prop_assert!(kept.is_none_or(|kept| kept.len() <= length));
            }
        }
    }
}

//! RFC 9649, section 2: the picture's chunk, and of a lossy one its alpha. What moves is left alone.

use super::Cutting;

/// The flags of VP8X (section 2.7).
const ALPHA: u8 = 0x10;
const ANIMATION: u8 = 0x02;

pub(super) fn strip(file: &mut Cutting, lossless: bool) -> Option<()> {
    let start = *file.rest().first_chunk::<12>()?;
    if &start[..4] != b"RIFF" || &start[8..] != b"WEBP" {
        return None;
    }
    let end = 8 + read_u32(&start[4..])?;
    if end > file.rest().len() {
        return None;
    }
    file.keep(12)?;
    // What an extended file says of its alpha.
    let mut extended = None;
    loop {
        let length = read_u32(file.rest().get(4..)?)?;
        let whole = length.checked_add(8)?.checked_add(length % 2)?;
        if file.read.checked_add(whole)? > end {
            return None;
        }
        let (kind, content) = (*file.rest().first_chunk::<4>()?, file.rest().get(8..)?);
        match &kind {
            b"VP8X" if extended.is_none() && file.read == 12 && length >= 10 => {
                let flags = *content.first()?;
                if flags & ANIMATION != 0 {
                    return None;
                }
                extended = Some(flags & ALPHA != 0);
                file.skip(12)?;
                if flags & ALPHA != 0 {
                    file.put(b"VP8X\x0a\0\0\0\x10\0\0\0")?;
                    file.keep(6)?;
                } else {
                    file.skip(6)?; // and a simple file is left
                }
                file.skip(whole - 18)?;
            }
            b"ALPH" if extended == Some(true) => keep(file, length)?,
            b"VP8 " if !lossless => {
                keep(file, length)?;
                break;
            }
            b"VP8L" => {
                let alpha = content.get(4)? & 0x10 != 0;
                if extended.is_some_and(|extended| extended != alpha) {
                    return None;
                }
                keep(file, length)?;
                break;
            }
            b"VP8 " | b"VP8X" | b"ANIM" | b"ANMF" => return None,
            _ => file.skip(whole)?,
        }
    }
    let size = u32::try_from(file.kept - 8).ok()?;
    file.mend(4, &size.to_le_bytes())
}

/// A chunk, and a zero where it is padded.
fn keep(file: &mut Cutting, length: usize) -> Option<()> {
    file.keep(8 + length)?;
    if length % 2 == 1 {
        file.skip(1)?;
        file.put(&[0])?;
    }
    Some(())
}

fn read_u32(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(*bytes.first_chunk()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::super::strip;
    use super::super::tests::{assert_strict, stripped};
    use crate::transform::Format::WebP;

    fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u32).to_le_bytes();
        let pad: &[u8] = if content.len() % 2 == 1 { &[0] } else { &[] };
        [kind, &length[..], content, pad].concat()
    }

    fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
        let chunks = chunks.concat();
        let size = (chunks.len() as u32 + 4).to_le_bytes();
        [b"RIFF", &size[..], b"WEBP", &chunks].concat()
    }

    fn extended(flags: u8) -> Vec<u8> {
        chunk(b"VP8X", &[flags, 0, 0, 0, 9, 0, 0, 7, 0, 0])
    }

    const OPAQUE: &[u8] = b"\x2f\x09\xc0\x01\0pixels";
    const CLEAR: &[u8] = b"\x2f\x09\xc0\x01\x10pixels";

    #[test]
    fn profile_exif_and_xmp_go_and_picture_and_alpha_stay() {
        let (lossy, alpha) = (chunk(b"VP8 ", b"picture"), chunk(b"ALPH", b"alpha"));
        let clear = file(&[extended(0x10), alpha.clone(), lossy.clone()]);
        let loaded = file(&[
            extended(0x3c),
            chunk(b"ICCP", b"profile"),
            chunk(b"ABCD", b"unknown"),
            alpha.clone(),
            lossy.clone(),
            chunk(b"EXIF", b"secret"),
            chunk(b"XMP ", b"secret"),
        ]);
        let loaded = [&loaded[..], b"behind the end"].concat();
        assert_eq!(stripped(WebP, &loaded), Some(clear.clone()));
        assert_strict(WebP, &clear);
        // Alpha that is not announced is not shown.
        let opaque = file(std::slice::from_ref(&lossy));
        let loaded = file(&[extended(0x2c), alpha, lossy]);
        assert_eq!(stripped(WebP, &loaded), Some(opaque.clone()));
        assert_strict(WebP, &opaque);
    }

    #[test]
    fn a_lossless_file_is_a_simple_one_but_for_who_says_two_things() {
        for (flags, picture, stays) in [
            (0x0c, OPAQUE, true),
            (0x10, OPAQUE, false),
            (0x0c, CLEAR, false),
        ] {
            let picture = chunk(b"VP8L", picture);
            let loaded = file(&[extended(flags), picture.clone()]);
            let simple = stays.then(|| file(&[picture]));
            assert_eq!(stripped(WebP, &loaded), simple, "{flags:x}");
        }
        assert_strict(WebP, &file(&[chunk(b"VP8L", CLEAR)]));
    }

    #[test]
    fn where_nothing_may_be_lost_a_lossy_file_is_left_alone() {
        let lossy = file(&[chunk(b"VP8 ", b"picture")]);
        assert_eq!(strip(WebP, lossy, true), None);
        let lossless = file(&[chunk(b"VP8L", OPAQUE)]);
        assert_eq!(strip(WebP, lossless.clone(), true), Some(lossless));
    }

    #[test]
    fn padding_is_a_zero() {
        let plain = file(&[chunk(b"VP8 ", b"odd")]);
        let mut told = plain.clone();
        *told.last_mut().expect("a pad") = b'!';
        assert_eq!(stripped(WebP, &told), Some(plain));
    }

    #[test]
    fn what_moves_or_is_not_as_the_standard_has_it_is_left_alone() {
        let picture = chunk(b"VP8 ", b"picture");
        for chunks in [
            vec![extended(0x02), chunk(b"ANIM", &[0; 6])],
            vec![chunk(b"ANMF", &[0; 16]), picture.clone()],
            vec![extended(0x10), extended(0x10), picture.clone()],
            vec![chunk(b"ICCP", b""), extended(0x10), picture.clone()],
            vec![chunk(b"VP8X", b"short"), picture.clone()],
            vec![chunk(b"VP8L", b"/")],
            vec![],
        ] {
            assert_eq!(stripped(WebP, &file(&chunks)), None, "{chunks:x?}");
        }
        // A chunk beyond the end that the file says.
        let mut short = file(&[picture]);
        short[4] -= 2;
        assert_eq!(stripped(WebP, &short), None);
    }
}

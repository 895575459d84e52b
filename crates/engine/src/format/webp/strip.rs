//! Stripping a WebP (RFC 9649, section 2). Of a still the picture's chunk is kept, and the alpha of
//! a lossy one. Of an animation these chunks are kept for each frame, with the frame's timing.

use crate::format::strip::{Cutting, Wanted};

/// Flags of VP8X (section 2.7).
const ALPHA: u8 = 0x10;
const ANIMATION: u8 = 0x02;

pub(crate) fn strip(file: &mut Cutting, wanted: Wanted) -> Option<()> {
    let start = *file.rest().first_chunk::<12>()?;
    if &start[..4] != b"RIFF" || &start[8..] != b"WEBP" {
        return None;
    }
    let end = 8 + read_u32(&start[4..])?;
    if end > file.rest().len() {
        return None;
    }
    file.keep(12)?;
    if wanted.moves {
        animate(file, end, wanted.lossless)?;
    } else {
        still(file, end, wanted.lossless)?;
    }
    let size = u32::try_from(file.kept - 8).ok()?;
    file.mend(4, &size.to_le_bytes())
}

/// Keeps the chunks of a still, up to its picture.
fn still(file: &mut Cutting, end: usize, lossless: bool) -> Option<()> {
    // Whether the file is extended, and declares alpha.
    let mut extended = None;
    loop {
        let chunk = Head::of(file, end)?;
        match &chunk.kind {
            b"VP8X" if extended.is_none() && file.read == 12 && chunk.length >= 10 => {
                let flags = *file.rest().get(8)?;
                if flags & ANIMATION != 0 {
                    return None;
                }
                extended = Some(flags & ALPHA != 0);
                if flags & ALPHA != 0 {
                    extended_header(file, &chunk, ALPHA)?;
                } else {
                    file.skip(chunk.whole)?; // and a simple file is left
                }
            }
            b"ALPH" if extended == Some(true) => keep(file, chunk.length)?,
            b"VP8 " if !lossless => return keep(file, chunk.length),
            b"VP8L" => {
                let alpha = file.rest().get(12)? & 0x10 != 0;
                if extended.is_some_and(|extended| extended != alpha) {
                    return None;
                }
                return keep(file, chunk.length);
            }
            b"VP8 " | b"VP8X" | b"ANIM" | b"ANMF" => return None,
            _ => file.skip(chunk.whole)?,
        }
    }
}

/// Keeps the loop count of an animation, and its frames.
fn animate(file: &mut Cutting, end: usize, lossless: bool) -> Option<()> {
    let first = Head::of(file, end)?;
    let flags = *file.rest().get(8)? & (ALPHA | ANIMATION);
    if &first.kind != b"VP8X" || first.length < 10 || flags & ANIMATION == 0 {
        return None;
    }
    extended_header(file, &first, flags)?;
    let (mut begun, mut frames) = (false, 0);
    while file.read < end {
        let chunk = Head::of(file, end)?;
        match &chunk.kind {
            b"ANIM" if !begun && chunk.length == 6 => {
                begun = true;
                file.keep(chunk.whole)?;
            }
            b"ANMF" if begun && chunk.length >= 16 => {
                frames += 1;
                frame(file, &chunk, flags & ALPHA != 0, lossless)?;
            }
            b"VP8X" | b"ANIM" | b"ANMF" | b"ALPH" | b"VP8 " | b"VP8L" => return None,
            _ => file.skip(chunk.whole)?,
        }
    }
    (frames > 1).then_some(())
}

/// Keeps a frame with its picture and nothing else.
fn frame(file: &mut Cutting, chunk: &Head, may_have_alpha: bool, lossless: bool) -> Option<()> {
    let (start, end) = (file.kept, file.read + 8 + chunk.length);
    file.keep(8 + 15)?;
    let how = *file.rest().first()? & 3; // the other bits are reserved
    file.skip(1)?;
    file.put(&[how])?;
    let (mut alpha, mut pictures) = (false, 0);
    while file.read < end {
        let inside = Head::of(file, end)?;
        match &inside.kind {
            b"ALPH" if may_have_alpha && !alpha && pictures == 0 => {
                alpha = true;
                keep(file, inside.length)?;
            }
            b"VP8 " if pictures == 0 && !lossless => {
                pictures += 1;
                keep(file, inside.length)?;
            }
            // The stream's own alpha flag is only a hint, and encoders set the flag needlessly.
            b"VP8L" if pictures == 0 && !alpha => {
                pictures += 1;
                keep(file, inside.length)?;
            }
            b"ALPH" | b"VP8 " | b"VP8L" => return None,
            _ => file.skip(inside.whole)?,
        }
    }
    file.skip(chunk.length % 2)?;
    let length = u32::try_from(file.kept - start - 8).ok()?;
    file.mend(start + 4, &length.to_le_bytes())?;
    (pictures == 1).then_some(())
}

/// Header of a chunk.
struct Head {
    kind: [u8; 4],
    length: usize,
    /// Length of the chunk with header and padding.
    whole: usize,
}

impl Head {
    /// Reads the header of the next chunk; `None` unless all of the chunk is before `end`.
    fn of(file: &Cutting, end: usize) -> Option<Head> {
        let length = read_u32(file.rest().get(4..)?)?;
        let whole = length.checked_add(8)?.checked_add(length % 2)?;
        if file.read.checked_add(whole)? > end {
            return None;
        }
        let kind = *file.rest().first_chunk::<4>()?;
        Some(Head {
            kind,
            length,
            whole,
        })
    }
}

/// Writes VP8X with these flags, and keeps the canvas.
fn extended_header(file: &mut Cutting, chunk: &Head, flags: u8) -> Option<()> {
    file.skip(12)?;
    file.put(b"VP8X\x0a\0\0\0")?;
    file.put(&[flags, 0, 0, 0])?;
    file.keep(6)?;
    file.skip(chunk.whole - 18)
}

/// Keeps a chunk, and pads an odd length with a zero.
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
    use crate::format::strip::Wanted;
    use crate::format::strip::tests::strip;
    use crate::format::strip::tests::{assert_strict, stripped, stripped_film};
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
        assert_strict(&clear, |file| stripped(WebP, file));
        // Alpha that is not announced is not shown.
        let opaque = file(std::slice::from_ref(&lossy));
        let loaded = file(&[extended(0x2c), alpha, lossy]);
        assert_eq!(stripped(WebP, &loaded), Some(opaque.clone()));
        assert_strict(&opaque, |file| stripped(WebP, file));
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
        assert_strict(&file(&[chunk(b"VP8L", CLEAR)]), |file| stripped(WebP, file));
    }

    #[test]
    fn where_nothing_may_be_lost_a_lossy_file_is_left_alone() {
        let lossy = file(&[chunk(b"VP8 ", b"picture")]);
        let wanted = Wanted {
            lossless: true,
            moves: false,
        };
        assert_eq!(strip(WebP, lossy, wanted), None);
        let lossless = file(&[chunk(b"VP8L", OPAQUE)]);
        assert_eq!(strip(WebP, lossless.clone(), wanted), Some(lossless));
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

    fn frame(how: u8, inside: &[Vec<u8>]) -> Vec<u8> {
        let mut content = vec![0, 0, 0, 0, 0, 0, 9, 0, 0, 7, 0, 0, 70, 0, 0, how];
        content.extend(inside.concat());
        chunk(b"ANMF", &content)
    }

    #[test]
    fn of_an_animation_its_frames_stay_and_when_they_are_shown() {
        let anim = chunk(b"ANIM", &[1, 2, 3, 4, 5, 0]);
        let (lossy, alpha) = (chunk(b"VP8 ", b"picture"), chunk(b"ALPH", b"alpha"));
        let clear = chunk(b"VP8L", CLEAR);
        let unknown = chunk(b"ABCD", b"secret");
        let bare = file(&[
            extended(0x12),
            anim.clone(),
            frame(1, &[alpha.clone(), lossy.clone()]),
            frame(2, std::slice::from_ref(&clear)),
        ]);
        let loaded = file(&[
            extended(0x3e),
            chunk(b"ICCP", b"profile"),
            anim.clone(),
            frame(0xfd, &[unknown.clone(), alpha.clone(), lossy.clone()]),
            unknown.clone(),
            frame(
                2,
                &[clear.clone(), unknown.clone(), chunk(b"XMP ", b"secret")],
            ),
            chunk(b"EXIF", b"secret"),
            chunk(b"XMP ", b"secret"),
        ]);
        let loaded = [&loaded[..], b"behind the end"].concat();
        assert_eq!(stripped_film(WebP, &loaded), Some(bare.clone()));
        assert_eq!(stripped(WebP, &loaded), None);
        assert_strict(&bare, |file| stripped_film(WebP, file));
        let wanted = Wanted {
            lossless: true,
            moves: true,
        };
        assert_eq!(strip(WebP, bare, wanted), None);
        let without_loss = [frame(0, std::slice::from_ref(&clear)), frame(2, &[clear])];
        let [first, second] = without_loss;
        let animate = file(&[extended(0x12), anim, first, second]);
        assert_eq!(strip(WebP, animate.clone(), wanted), Some(animate));
    }

    #[test]
    fn an_animation_that_is_not_as_the_standard_has_it_is_left_alone() {
        let anim = chunk(b"ANIM", &[0; 6]);
        let (lossy, alpha) = (chunk(b"VP8 ", b"picture"), chunk(b"ALPH", b"alpha"));
        let clear = chunk(b"VP8L", CLEAR);
        let good = frame(0, std::slice::from_ref(&lossy));
        let animate = |flags: u8, chunks: &[&Vec<u8>]| {
            let chunks = chunks.iter().map(|chunk| chunk.to_vec());
            file(
                &std::iter::once(extended(flags))
                    .chain(chunks)
                    .collect::<Vec<_>>(),
            )
        };
        assert!(stripped_film(WebP, &animate(0x02, &[&anim, &good, &good])).is_some());
        let of = |inside: &[Vec<u8>]| frame(0, inside);
        for (flags, chunks) in [
            (0x02, &[&anim, &good][..]), // stands still
            (0x00, &[&anim, &good, &good]),
            (0x02, &[&good, &anim, &good]),
            (0x02, &[&anim, &anim, &good, &good]),
            (0x02, &[&anim, &good, &good, &lossy]),
            (0x02, &[&anim, &good, &of(&[])]),
            (0x02, &[&anim, &good, &of(&[lossy.clone(), lossy.clone()])]),
            (0x02, &[&anim, &good, &of(&[alpha.clone(), lossy.clone()])]),
            (0x12, &[&anim, &good, &of(&[lossy.clone(), alpha.clone()])]),
            (0x12, &[&anim, &good, &of(&[alpha.clone(), clear.clone()])]),
            (
                0x12,
                &[&anim, &good, &of(&[lossy.clone(), b"VP8".to_vec()])],
            ),
            (0x02, &[&anim, &good, &chunk(b"ANMF", &[0; 15])]),
        ] {
            let animate = animate(flags, chunks);
            assert_eq!(stripped_film(WebP, &animate), None, "{chunks:x?}");
        }
    }
}

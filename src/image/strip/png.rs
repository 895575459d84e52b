//! PNG, third edition, clause 11: the header, the palette that pixels refer to, transparency, pixels, and the end.
//!
//! What a file says of its colours goes too: nothing is stripped whose colours are not sRGB, which is what a file means that says nothing.

use super::Cutting;

pub(super) fn strip(file: &mut Cutting) -> Option<()> {
    if !file.rest().starts_with(b"\x89PNG\r\n\x1a\n") {
        return None;
    }
    file.keep(8)?;
    let mut indexed = None;
    let mut pixels = false;
    loop {
        let length = u32::from_be_bytes(*file.rest().first_chunk()?);
        let kind: [u8; 4] = *file.rest().get(4..)?.first_chunk()?;
        let whole = usize::try_from(length).ok()?.checked_add(12)?;
        match (&kind, indexed) {
            (b"IHDR", None) if length == 13 => {
                indexed = Some(file.rest().get(17)? == &3);
                file.keep(whole)?;
            }
            (b"PLTE", Some(true)) | (b"tRNS", Some(_)) if !pixels => file.keep(whole)?,
            (b"PLTE", Some(false)) => file.skip(whole)?, // a suggestion to who has few colours
            (b"IDAT", Some(_)) => {
                pixels = true;
                file.keep(whole)?;
            }
            (b"IEND", Some(_)) if length == 0 && pixels => return file.keep(whole),
            (_, Some(_)) if is_ancillary(kind) && kind != *b"tRNS" => file.skip(whole)?,
            _ => return None,
        }
    }
}

/// Clause 5.4: who does not know such a chunk may do without it.
fn is_ancillary(kind: [u8; 4]) -> bool {
    kind[0] & 0x20 != 0
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_strict, stripped};
    use crate::transform::Format::Png;

    fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u32).to_be_bytes();
        [&length[..], kind, content, b"crc!"].concat()
    }

    fn header(colour_type: u8) -> Vec<u8> {
        let numbers = [0, 0, 0, 1, 0, 0, 0, 1, 8, colour_type, 0, 0, 0];
        [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &numbers)].concat()
    }

    fn file(colour_type: u8, parts: &[&[u8]]) -> Vec<u8> {
        [header(colour_type), parts.concat(), chunk(b"IEND", b"")].concat()
    }

    #[test]
    fn text_time_and_colours_go_and_palette_transparency_and_pixels_stay() {
        let (palette, clear) = (chunk(b"PLTE", &[1; 9]), chunk(b"tRNS", &[7]));
        let (one, two) = (chunk(b"IDAT", b"pixels"), chunk(b"IDAT", b"more"));
        let plain = file(3, &[&palette, &clear, &one, &two]);
        let loaded = file(
            3,
            &[
                &chunk(b"iCCP", b"x\0\0profile"),
                &chunk(b"gAMA", &[0; 4]),
                &palette,
                &clear,
                &chunk(b"tEXt", b"Comment\0secret"),
                &chunk(b"eXIf", b"MM"),
                &one,
                &two,
                &chunk(b"fdAT", b"the next frame"),
                &chunk(b"tIME", &[0; 7]),
            ],
        );
        let loaded = [&loaded[..], b"behind the end"].concat();
        assert_eq!(stripped(Png, &loaded), Some(plain.clone()));
        assert_strict(&plain, |file| stripped(Png, file));
    }

    #[test]
    fn a_palette_that_is_only_suggested_goes() {
        let pixels = chunk(b"IDAT", b"pixels");
        assert_eq!(
            stripped(Png, &file(2, &[&chunk(b"PLTE", &[1; 9]), &pixels])),
            Some(file(2, &[&pixels]))
        );
    }

    #[test]
    fn what_is_not_as_the_standard_has_it_is_left_alone() {
        let pixels = chunk(b"IDAT", b"pixels");
        for parts in [
            vec![],
            vec![chunk(b"CgBI", b"critical, and of one company")],
            vec![header(2)[8..].to_vec(), pixels.clone()],
            vec![pixels.clone(), chunk(b"tRNS", &[7])],
            vec![pixels.clone(), chunk(b"IEND", b"more")],
        ] {
            let parts: Vec<_> = parts.iter().map(|part| &part[..]).collect();
            assert_eq!(stripped(Png, &file(2, &parts)), None, "{parts:x?}");
        }
        assert_eq!(stripped(Png, &header(2)[..20]), None);
    }
}

//! Stripping a PNG (third edition, clause 11). Kept are the header, the palette that pixels refer
//! to, transparency, pixels, and the end.
//!
//! Chunks about colours are dropped too: only files in sRGB are stripped, and a file without such
//! chunks is in sRGB. Kept chunks have their declared checksums. The checksum of the zlib stream is
//! left to the decoder.

use letterbox_png::checksum;

use crate::format::strip::Cutting;

/// Parts of a file met so far, in the order that the file has to have.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Met {
    Nothing,
    Header,
    Palette,
    Alphas,
    Pixels,
    /// Another chunk behind the pixels.
    More,
    End,
}

pub(crate) fn strip(file: &mut Cutting) -> Option<()> {
    if !file.rest().starts_with(b"\x89PNG\r\n\x1a\n") {
        return None;
    }
    file.keep(8)?;
    let (mut met, mut indexed) = (Met::Nothing, false);
    loop {
        let length = u32::from_be_bytes(*file.rest().first_chunk()?);
        let kind: [u8; 4] = *file.rest().get(4..)?.first_chunk()?;
        let whole = usize::try_from(length).ok()?.checked_add(12)?;
        met = match &kind {
            b"IHDR" if met == Met::Nothing && length == 13 => {
                indexed = file.rest().get(17)? == &3;
                Met::Header
            }
            b"PLTE" if met == Met::Header && indexed => Met::Palette,
            b"tRNS" if met == Met::Palette || (met == Met::Header && !indexed) => Met::Alphas,
            b"IDAT" if (Met::Header..=Met::Pixels).contains(&met) => Met::Pixels,
            b"IEND" if met >= Met::Pixels && length == 0 => Met::End,
            // The palette of a truecolour picture is a suggestion to viewers with few colours.
            b"PLTE" if met != Met::Nothing && !indexed => {
                file.skip(whole)?;
                continue;
            }
            b"tRNS" => return None,
            _ if met != Met::Nothing && is_ancillary(kind) => {
                file.skip(whole)?;
                met = if met == Met::Pixels { Met::More } else { met };
                continue;
            }
            _ => return None,
        };
        let content = file.rest().get(8..whole - 4)?;
        let said = file.rest().get(whole - 4..)?.first_chunk()?;
        if checksum(&kind, content) != u32::from_be_bytes(*said) {
            return None;
        }
        file.keep(whole)?;
        if met == Met::End {
            return Some(());
        }
    }
}

/// Whether a chunk is ancillary: a decoder that does not know such a chunk may ignore it (clause
/// 5.4).
fn is_ancillary(kind: [u8; 4]) -> bool {
    kind[0] & 0x20 != 0
}

#[cfg(test)]
mod tests {
    use crate::format::png::strip::checksum;
    use crate::format::strip::tests::{assert_strict, stripped};
    use crate::transform::Format::Png;

    fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u32).to_be_bytes();
        let checksum = checksum(kind, content).to_be_bytes();
        [&length[..], kind, content, &checksum].concat()
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
            vec![pixels.clone(), chunk(b"tEXt", b"a\0b"), pixels.clone()],
            vec![chunk(b"tRNS", &[7]), chunk(b"tRNS", &[7]), pixels.clone()],
        ] {
            let parts: Vec<_> = parts.iter().map(|part| &part[..]).collect();
            assert_eq!(stripped(Png, &file(2, &parts)), None, "{parts:x?}");
        }
        assert_eq!(stripped(Png, &header(2)[..20]), None);
        let (palette, clear) = (chunk(b"PLTE", &[1; 9]), chunk(b"tRNS", &[7]));
        for parts in [
            [&clear[..], &palette, &pixels],
            [&palette, &palette, &pixels],
            [&palette, &pixels, &clear],
        ] {
            assert_eq!(stripped(Png, &file(3, &parts)), None, "{parts:x?}");
        }
    }

    #[test]
    fn what_has_another_checksum_than_it_says_is_left_alone() {
        let (palette, clear) = (chunk(b"PLTE", &[1; 9]), chunk(b"tRNS", &[7]));
        let plain = file(3, &[&palette, &clear, &chunk(b"IDAT", b"pixels")]);
        assert!(stripped(Png, &plain).is_some());
        let mut start = 8;
        while start < plain.len() {
            let length = u32::from_be_bytes(*plain[start..].first_chunk().expect("four bytes"));
            let end = start + 12 + length as usize;
            for at in start + 8..end {
                let mut file = plain.clone();
                file[at] ^= 1;
                assert_eq!(stripped(Png, &file), None, "{at}");
            }
            start = end;
        }
        // What goes may be damaged.
        let mut text = chunk(b"tEXt", b"Comment\0secret");
        text[12] ^= 1;
        let loaded = file(3, &[&text, &palette, &clear, &chunk(b"IDAT", b"pixels")]);
        assert_eq!(stripped(Png, &loaded), Some(plain));
    }
}

//! Stripping a GIF (GIF 89a). Kept are the screen, the palettes, the image and its transparency; of
//! an animation all images, and the loop count.

use crate::format::gif::header::palette_bytes;
use crate::format::strip::Cutting;

pub(crate) fn strip(file: &mut Cutting, moves: bool) -> Option<()> {
    let start = *file.rest().first_chunk::<13>()?;
    if !start.starts_with(b"GIF87a") && !start.starts_with(b"GIF89a") {
        return None;
    }
    file.keep(13)?;
    file.keep(palette_bytes(start[10]))?;
    let mut images = 0;
    let (mut control, mut repeats) = (false, false);
    loop {
        match *file.rest() {
            // Graphic control, for the next image.
            [0x21, 0xf9, 4, ..] if (images == 0 || moves) && !control => {
                control = true;
                if file.rest().get(7) != Some(&0) {
                    return None;
                }
                file.keep(8)?;
            }
            [0x21, 0xff, ..] if moves && is_loop(file.rest()) => {
                if std::mem::replace(&mut repeats, true) {
                    return None;
                }
                file.keep(LOOP_BYTES)?;
            }
            // Comments and application extensions are dropped. A plain text extension is drawn, so
            // a file with one is left alone.
            [0x21, 0xfe | 0xff, ..] => {
                file.skip(2)?;
                let blocks = blocks_bytes(file.rest())?;
                file.skip(blocks)?;
            }
            [0x2c, ..] if images == 0 || moves => {
                // Viewers disagree about images beyond the screen.
                if !is_on_screen(&start, file.rest()) {
                    return None;
                }
                images += 1;
                control = false;
                let flags = *file.rest().get(9)?;
                file.keep(10 + palette_bytes(flags) + 1)?; // and the size of its first codes
                let blocks = blocks_bytes(file.rest())?;
                file.keep(blocks)?;
            }
            [0x3b, ..] if images > 0 && !control => {
                file.keep(1)?;
                return (moves == (images > 1)).then_some(());
            }
            _ => return None,
        }
    }
}

/// Whether an image lies on the screen.
fn is_on_screen(start: &[u8; 13], image: &[u8]) -> bool {
    let number = |bytes: &[u8], at: usize| {
        let bytes = bytes.get(at..).and_then(|bytes| bytes.first_chunk::<2>());
        bytes.map_or(0, |bytes| u32::from(u16::from_le_bytes(*bytes)))
    };
    let ends = |at: usize| number(image, at) + number(image, at + 4);
    ends(1) <= number(start, 6) && ends(3) <= number(start, 8)
}

/// Bytes of a loop extension: an application name of 11 letters, a block of three bytes, and the
/// block terminator.
const LOOP_BYTES: usize = 19;

/// Whether these bytes begin with a loop extension that has the loop count and nothing else.
fn is_loop(bytes: &[u8]) -> bool {
    let names = [&b"\x0bNETSCAPE2.0"[..], b"\x0bANIMEXTS1.0"];
    bytes.len() >= LOOP_BYTES
        && names.contains(&&bytes[2..14])
        && bytes[14..16] == [3, 1]
        && bytes[18] == 0
}

/// Returns the bytes of the blocks up to the empty one, each with its length.
fn blocks_bytes(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::format::strip::tests::{assert_strict, stripped, stripped_film};
    use crate::transform::Format::Gif;

    const SCREEN: &[u8] = b"GIF89a\x02\0\x01\0\x80\0\0\x01\x02\x03\x04\x05\x06";
    const CONTROL: &[u8] = b"\x21\xf9\x04\x01\0\0\x01\0";
    const IMAGE: &[u8] = b"\x2c\0\0\0\0\x02\0\x01\0\x80\x07\x08\x09\x0a\x0b\x0c\x02\x02\x44\x0a\0";
    const COMMENT: &[u8] = b"\x21\xfe\x06secret\x02!!\0";
    const LOOP: &[u8] = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0";

    fn file(parts: &[&[u8]]) -> Vec<u8> {
        [SCREEN, &parts.concat(), b"\x3b"].concat()
    }

    #[test]
    fn comments_and_applications_go_and_the_picture_stays() {
        let plain = file(&[CONTROL, IMAGE]);
        let loaded = file(&[COMMENT, LOOP, CONTROL, COMMENT, IMAGE, COMMENT]);
        let loaded = [&loaded[..], b"behind the end"].concat();
        assert_eq!(stripped(Gif, &loaded), Some(plain.clone()));
        assert_strict(&plain, |file| stripped(Gif, file));
        assert_strict(&file(&[IMAGE]), |file| stripped(Gif, file));
    }

    #[test]
    fn what_moves_or_is_not_as_the_standard_has_it_is_left_alone() {
        for parts in [
            &[IMAGE, IMAGE][..],
            &[CONTROL, IMAGE, CONTROL, IMAGE],
            &[CONTROL, CONTROL, IMAGE],
            &[b"\x21\x01\x0c............\x01x\0", IMAGE],
            &[b"\x21\xf9\x05.....\0", IMAGE],
            &[b"\x21\xf9\x04....\x01x\0", IMAGE],
            &[b"?", IMAGE],
            &[b"\x2c\x01\0\0\0\x02\0\x01\0\0\x02\x02\x44\x0a\0"],
            &[b"\x2c\0\0\0\0\x02\0\x02\0\0\x02\x02\x44\x0a\0"],
            &[],
        ] {
            assert_eq!(stripped(Gif, &file(parts)), None, "{parts:x?}");
        }
    }

    #[test]
    fn of_an_animation_its_images_stay_and_how_often_they_are_played() {
        const EXTS: &[u8] = b"\x21\xff\x0bANIMEXTS1.0\x03\x01\x07\0\0";
        const OTHER: &[u8] = b"\x21\xff\x0bNETSCAPE2.0\x05\x02\0\0\0\0\0";
        const XMP: &[u8] = b"\x21\xff\x0bXMP DataXMP\x03\x01\0\0\0";
        for how in [LOOP, EXTS] {
            let bare = file(&[how, CONTROL, IMAGE, IMAGE, CONTROL, IMAGE]);
            let loaded = file(&[
                OTHER, how, COMMENT, CONTROL, COMMENT, IMAGE, IMAGE, XMP, CONTROL, IMAGE, COMMENT,
            ]);
            let loaded = [&loaded[..], b"behind the end"].concat();
            assert_eq!(stripped_film(Gif, &loaded), Some(bare.clone()));
            assert_eq!(stripped(Gif, &loaded), None);
            assert_strict(&bare, |file| stripped_film(Gif, file));
        }
        assert_strict(&file(&[IMAGE, IMAGE]), |file| stripped_film(Gif, file));
    }

    #[test]
    fn an_animation_that_is_not_as_the_standard_has_it_is_left_alone() {
        for parts in [
            &[IMAGE][..],
            &[LOOP, IMAGE, LOOP, IMAGE],
            &[IMAGE, CONTROL, CONTROL, IMAGE],
            &[IMAGE, IMAGE, CONTROL],
            &[IMAGE, b"\0", IMAGE],
            &[IMAGE, b"\x21\x01\x0c............\x01x\0", IMAGE],
        ] {
            assert_eq!(stripped_film(Gif, &file(parts)), None, "{parts:x?}");
        }
    }
}

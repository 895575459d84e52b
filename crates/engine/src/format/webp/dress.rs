//! A finished WebP with metadata: the extended header, the profile before the picture, and the rest
//! behind it (RFC 9649, section 2.7).

use crate::error::Error;
use crate::header::kept::Kept;
use crate::pixels::buffer::reserved;

/// Flags of VP8X.
const PROFILE: u8 = 0x20;
const ALPHA: u8 = 0x10;
const EXIF: u8 = 0x08;
const XMP: u8 = 0x04;

pub(crate) fn dress(file: &[u8], kept: &Kept) -> Result<Vec<u8>, Error> {
    let damaged = || Error::Internal("a WebP of ours is none".to_owned());
    let (extended, pictures) = extended(file).ok_or_else(damaged)?;
    let mut dressed = reserved(file.len() as u64 + kept.bytes())?;
    dressed.extend(b"RIFF\0\0\0\0WEBP");
    let mut header = extended;
    for (flag, block) in [
        (PROFILE, &kept.profile),
        (EXIF, &kept.exif),
        (XMP, &kept.xmp),
    ] {
        header[0] |= if block.is_empty() { 0 } else { flag };
    }
    chunk(&mut dressed, b"VP8X", &header);
    chunk(&mut dressed, b"ICCP", &kept.profile);
    dressed.extend_from_slice(pictures);
    chunk(&mut dressed, b"EXIF", &kept.exif);
    chunk(&mut dressed, b"XMP ", &kept.xmp);
    let size = (dressed.len() - 8) as u32;
    dressed[4..8].copy_from_slice(&size.to_le_bytes());
    Ok(dressed)
}

/// Writes a chunk, where there is something in it.
fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    if !content.is_empty() {
        out.extend(kind);
        out.extend((content.len() as u32).to_le_bytes());
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(2), 0);
    }
}

/// Returns the content of a file's extended header, made of its picture's where it has none, and
/// the chunks behind.
fn extended(file: &[u8]) -> Option<([u8; 10], &[u8])> {
    let chunks = file.get(12..)?;
    let kind = chunks.first_chunk::<4>()?;
    let content = chunks.get(8..)?;
    if kind == b"VP8X" {
        return Some((*content.first_chunk()?, content.get(10..)?));
    }
    let (width, height, alpha) = match kind {
        b"VP8L" => {
            let bits = u32::from_le_bytes(*content.get(1..5)?.first_chunk()?);
            (bits & 0x3fff, bits >> 14 & 0x3fff, bits >> 28 & 1 == 1)
        }
        b"VP8 " => {
            let side = |at| Some(u16::from_le_bytes(*content.get(at..at + 2)?.first_chunk()?));
            let (width, height) = (side(6)?, side(8)?);
            let side = |length: u16| u32::from(length & 0x3fff).checked_sub(1);
            (side(width)?, side(height)?, false)
        }
        _ => return None,
    };
    let ([w, v, u, _], [h, g, f, _]) = (width.to_le_bytes(), height.to_le_bytes());
    let flags = if alpha { ALPHA } else { 0 };
    Some(([flags, 0, 0, 0, w, v, u, h, g, f], chunks))
}

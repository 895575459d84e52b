//! A finished PNG with metadata: chunks behind the first one (PNG, third edition, clauses 11.3.2.3,
//! 11.3.3.4 and 11.3.4.1).

use letterbox_png::checksum_of_parts;

use crate::error::Error;
use crate::header::kept::Kept;
use crate::pixels::buffer::reserved;

/// Keyword of XMP, and a text that is not compressed, of no language.
pub(crate) const XMP: &[u8] = b"XML:com.adobe.xmp\0\0\0\0\0";

/// Bytes of the signature and of the first chunk.
const HEAD: usize = 8 + 25;

/// Most bytes of a block that is stored (RFC 1951, section 3.2.4).
const MOST_STORED: usize = 65_535;

pub(crate) fn dress(file: &[u8], kept: &Kept) -> Result<Vec<u8>, Error> {
    let (head, rest) = file.split_at(HEAD.min(file.len()));
    let mut dressed = reserved(file.len() as u64 + kept.bytes())?;
    dressed.extend_from_slice(head);
    if !kept.profile.is_empty() {
        // Compressing would need memory that is not planned.
        let blocks: Vec<&[u8]> = kept.profile.chunks(MOST_STORED).collect();
        let heads: Vec<[u8; 5]> = blocks
            .iter()
            .enumerate()
            .map(|(at, block)| {
                let [low, high] = (block.len() as u16).to_le_bytes();
                [u8::from(at + 1 == blocks.len()), low, high, !low, !high]
            })
            .collect();
        let sum = adler32(&kept.profile).to_be_bytes();
        let mut parts: Vec<&[u8]> = vec![b"icc\0\0\x78\x01"];
        for (head, block) in heads.iter().zip(&blocks) {
            parts.extend([&head[..], block]);
        }
        parts.push(&sum);
        chunk(&mut dressed, b"iCCP", &parts);
    }
    if !kept.exif.is_empty() {
        chunk(&mut dressed, b"eXIf", &[&kept.exif]);
    }
    if !kept.xmp.is_empty() {
        chunk(&mut dressed, b"iTXt", &[XMP, &kept.xmp]);
    }
    dressed.extend_from_slice(rest);
    Ok(dressed)
}

fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.extend((length as u32).to_be_bytes());
    let start = out.len();
    out.extend(kind);
    parts.iter().for_each(|part| out.extend_from_slice(part));
    let sum = checksum_of_parts(&[&out[start..]]);
    out.extend(sum.to_be_bytes());
}

/// Checksum of RFC 1950, section 8.2.
fn adler32(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (a + b) % 65_521)
    });
    b << 16 | a
}

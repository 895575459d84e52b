//! Mends the checksums of PNG chunks: without this step, mutated files would be refused for their
//! checksums alone.

/// Returns the file with the right checksum behind every complete chunk.
pub fn mended(file: &[u8]) -> Vec<u8> {
    let mut mended = file.to_vec();
    let mut at = SIGNATURE;
    while let Some(start) = mended.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
        let content = at + 8..(at + 8).saturating_add(u32::from_be_bytes(*start) as usize);
        let Some(checked) = mended.get(at + 4..content.end) else {
            break;
        };
        let checksum = crc32(checked).to_be_bytes();
        if let Some(place) = mended.get_mut(content.end..content.end + 4) {
            place.copy_from_slice(&checksum);
        }
        at = content.end + 4;
    }
    mended
}

/// Bytes of the signature.
const SIGNATURE: usize = 8;

/// Computes the CRC-32 (PNG, annex D), half a byte at a time.
fn crc32(bytes: &[u8]) -> u32 {
    let half = |crc: u32| (crc >> 4) ^ TABLE[crc as usize & 15];
    !bytes
        .iter()
        .fold(!0, |crc, &byte| half(half(crc ^ u32::from(byte))))
}

const TABLE: [u32; 16] = {
    let mut table = [0; 16];
    let mut at = 0;
    while at < 16 {
        let (mut value, mut bit) = (at as u32, 0);
        while bit < 4 {
            value = (value >> 1) ^ ((value & 1) * 0xedb8_8320);
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
};

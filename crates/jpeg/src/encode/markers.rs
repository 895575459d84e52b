//! Marker segments of a file (T.81, annex B; JFIF 1.01).

use alloc::vec::Vec;

use super::tables::Book;
use super::writer::append;
use crate::error::Error;
use crate::frame::Frame;
use crate::segments::ZIGZAG;

/// Upper bound on the bytes of all segments of a file; the tables of ten scans are most of them.
pub(super) const MOST_BYTES: usize = 1024 + 10 * (2 * (21 + 12) + 2 * (21 + 256) + 14);

/// Coefficients that a scan codes (B.2.3).
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan {
    /// Index of the first component, and the number of components.
    pub(super) first: usize,
    pub(super) count: usize,
    /// Places, in zigzag order, of the first and the last coefficient.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Bit position that the previous scan of the band reached (0 in the first scan), and the bit
    /// position that this scan reaches.
    pub(super) high: u32,
    pub(super) low: u32,
}

impl Scan {
    /// Returns the only scan of a sequential file.
    pub(super) fn sequential(frame: &Frame) -> Scan {
        Scan {
            first: 0,
            count: frame.components.len(),
            start: 0,
            end: 63,
            high: 0,
            low: 0,
        }
    }
}

/// Writes everything before the first scan. The quantisation tables are given in natural order.
pub(super) fn begin(
    out: &mut Vec<u8>,
    frame: &Frame,
    quantisation: &[[u8; 64]; 2],
) -> Result<(), Error> {
    append(out, &[0xff, 0xd8])?;
    // Version 1.01, pixels as wide as they are high, no thumbnail.
    segment(out, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")?;
    let tables = frame.components.len().min(2);
    for (destination, table) in (0..).zip(&quantisation[..tables]) {
        let mut content = [destination; 65];
        for (to, &natural) in content[1..].iter_mut().zip(&ZIGZAG) {
            *to = table[usize::from(natural)];
        }
        segment(out, 0xdb, &content)?;
    }
    let mut content = [0; 6 + 3 * 3];
    content[0] = 8;
    content[1..3].copy_from_slice(&frame.height.to_be_bytes());
    content[3..5].copy_from_slice(&frame.width.to_be_bytes());
    content[5] = frame.components.len() as u8;
    for (to, c) in content[6..]
        .as_chunks_mut()
        .0
        .iter_mut()
        .zip(&frame.components)
    {
        *to = [c.name, (c.h << 4 | c.v) as u8, c.quantisation as u8];
    }
    let marker = if frame.progressive { 0xc2 } else { 0xc0 };
    segment(out, marker, &content[..6 + 3 * frame.components.len()])
}

/// Writes EOI.
pub(super) fn end(out: &mut Vec<u8>) -> Result<(), Error> {
    append(out, &[0xff, 0xd9])
}

/// Writes a DHT segment (B.2.4.2).
pub(super) fn huffman_table(out: &mut Vec<u8>, table: usize, book: &Book) -> Result<(), Error> {
    let mut content = [0; 17 + 256];
    content[0] = (((table % 2) << 4) | (table / 2)) as u8;
    content[1..17].copy_from_slice(&book.lengths);
    content[17..].copy_from_slice(&book.symbols);
    segment(out, 0xc4, &content[..17 + book.count])
}

/// Writes a scan header (B.2.3).
pub(super) fn scan_header(out: &mut Vec<u8>, frame: &Frame, scan: Scan) -> Result<(), Error> {
    let mut content = [0; 1 + 2 * 3 + 3];
    content[0] = scan.count as u8;
    for at in 0..scan.count {
        let component = &frame.components[scan.first + at];
        let table = component.quantisation as u8;
        // The selector of a table that the scan does not use is 0.
        let dc = if scan.start == 0 && scan.high == 0 {
            table
        } else {
            0
        };
        let ac = if scan.end > 0 { table } else { 0 };
        content[1 + 2 * at..][..2].copy_from_slice(&[component.name, dc << 4 | ac]);
    }
    let band = [
        scan.start as u8,
        scan.end as u8,
        (scan.high << 4 | scan.low) as u8,
    ];
    content[1 + 2 * scan.count..][..3].copy_from_slice(&band);
    segment(out, 0xda, &content[..4 + 2 * scan.count])
}

fn segment(out: &mut Vec<u8>, marker: u8, content: &[u8]) -> Result<(), Error> {
    let [high, low] = (content.len() as u16 + 2).to_be_bytes();
    append(out, &[0xff, marker, high, low])?;
    append(out, content)
}

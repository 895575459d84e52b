//! Files made by hand, bit by bit, for features that no encoder writes.

#![allow(
    dead_code,
    reason = "every test file is a crate of its own, and none needs it all"
)]

use letterbox_jpeg::{Decoder, Error, Event, Scale, Status};

pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) rows: Vec<Vec<u8>>,
    pub(crate) status: Status,
}

/// Decodes a file that arrives in chunks of this many bytes.
pub(crate) fn decode(file: &[u8], scale: Scale, chunk: usize) -> Result<Picture, Error> {
    decode_with(Decoder::new(), file, scale, chunk)
}

/// Decodes with a configured decoder a file that arrives in chunks.
pub(crate) fn decode_with(
    mut decoder: Decoder,
    file: &[u8],
    scale: Scale,
    chunk: usize,
) -> Result<Picture, Error> {
    let mut chunks = file.chunks(chunk);
    let mut rows: Vec<Vec<u8>> = Vec::new();
    loop {
        match decoder.next()? {
            Event::NeedMore => match chunks.next() {
                Some(chunk) => decoder.push(chunk)?,
                None => decoder.finish(),
            },
            Event::Header => decoder.set_scale(scale),
            Event::Row(row) => rows.push(row.to_vec()),
            Event::Samples { .. } => {}
            Event::End(status) => {
                let (width, height) = decoder.size(scale).expect("there was a header");
                assert_eq!(rows.len(), height as usize);
                let bytes = decoder.header().map_or(0, |header| header.pixels.bytes());
                assert!(rows.iter().all(|row| row.len() == width as usize * bytes));
                return Ok(Picture {
                    width: width as usize,
                    rows,
                    status,
                });
            }
        }
    }
}

/// Entropy-coded data in codes that are easy to write down: 4 bits for a DC size, 8 for an AC
/// symbol.
#[derive(Default)]
pub(crate) struct Bits {
    bits: Vec<bool>,
}

impl Bits {
    pub(crate) fn put(&mut self, value: u32, count: u32) -> &mut Self {
        self.bits
            .extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
        self
    }

    /// Bits of a signed value (F.1.2.1), and their number.
    fn signed(value: i32) -> (u32, u32) {
        let size = 32 - value.unsigned_abs().leading_zeros();
        let bits = if value < 0 { value - 1 } else { value };
        (bits as u32 & ((1 << size) - 1), size)
    }

    pub(crate) fn dc(&mut self, difference: i32) -> &mut Self {
        let (bits, size) = Bits::signed(difference);
        self.put(size, 4).put(bits, size)
    }

    pub(crate) fn ac(&mut self, run: u32, value: i32) -> &mut Self {
        let (bits, size) = Bits::signed(value);
        self.symbol((run << 4 | size) as u8).put(bits, size)
    }

    /// Writes an AC symbol alone: 0 is the end of the block.
    pub(crate) fn symbol(&mut self, symbol: u8) -> &mut Self {
        self.put(u32::from(symbol), 8)
    }

    /// Writes a code that no table has, as long as the longest that a reader looks for.
    pub(crate) fn no_code(&mut self) -> &mut Self {
        self.put(0x1_ffff, 17)
    }

    /// Returns the bytes, padded with ones and stuffed.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let byte = |bits: &[bool]| {
            (0..8).fold(0, |byte, at| {
                byte << 1 | u8::from(bits.get(at).is_none_or(|&bit| bit))
            })
        };
        let stuffed = |byte| [byte, 0].into_iter().take(1 + usize::from(byte == 0xff));
        self.bits.chunks(8).map(byte).flat_map(stuffed).collect()
    }
}

/// Builds a marker segment.
pub(crate) fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len() as u16 + 2;
    [&[0xff, marker], &length.to_be_bytes()[..], content].concat()
}

/// Builds the start of a file: SOI, one quantisation table of eights, so that a DC coefficient is a
/// level, the tables of [`Bits`], and a frame header. `components` are sampling factors.
pub(crate) fn start(marker: u8, width: u16, height: u16, components: &[(u8, u8)]) -> Vec<u8> {
    let mut quantisation = vec![0];
    quantisation.extend([8; 64]);
    let mut dc = vec![0];
    dc.extend([0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    dc.extend(0..12);
    // All codes of eight bits but the last, which is the start of longer ones.
    let mut ac = vec![0x10];
    ac.extend([0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
    ac.extend(0..255);
    let [h1, h0] = height.to_be_bytes();
    let [w1, w0] = width.to_be_bytes();
    let mut frame = vec![8, h1, h0, w1, w0, components.len() as u8];
    for (name, (h, v)) in (1..).zip(components) {
        frame.extend([name, h << 4 | v, 0]);
    }
    [
        vec![0xff, 0xd8],
        segment(0xdb, &quantisation),
        segment(0xc4, &dc),
        segment(0xc4, &ac),
        segment(marker, &frame),
    ]
    .concat()
}

/// Builds a scan header for these components, counted from 1, with a band and its bits.
pub(crate) fn scan(components: &[u8], band: (u8, u8), high_low: u8) -> Vec<u8> {
    let mut content = vec![components.len() as u8];
    for &name in components {
        content.extend([name, 0]);
    }
    content.extend([band.0, band.1, high_low]);
    segment(0xda, &content)
}

/// EOI marker.
pub(crate) const END: &[u8] = &[0xff, 0xd9];

/// Builds a grey picture of one row of blocks.
pub(crate) fn grey_row(blocks: usize, data: &Bits) -> Vec<u8> {
    [
        start(0xc0, 8 * blocks as u16, 8, &[(1, 1)]),
        scan(&[1], (0, 63), 0),
        data.bytes(),
        END.to_vec(),
    ]
    .concat()
}

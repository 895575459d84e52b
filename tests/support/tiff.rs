//! Writer of TIFF files in all layouts that mean the same picture.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::collections::HashMap;

/// Layout of the picture in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Chunk {
    /// Rows of a strip.
    Strip(u32),
    /// Columns and rows of a tile.
    Tile(u32, u32),
}

/// Compression of strips and tiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Packing {
    None,
    PackBits,
    Lzw,
    /// LZW as before the specification: codes from the lowest bit on, and no longer than they have
    /// to be.
    OldLzw,
    Deflate,
}

/// Layout and format of the file to be written.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    pub(crate) big_endian: bool,
    pub(crate) big: bool,
    pub(crate) chunk: Chunk,
    pub(crate) packing: Packing,
    pub(crate) predicted: bool,
    pub(crate) reversed: bool,
    pub(crate) planar: bool,
    /// Bits of a sample; the picture's samples have eight, or as many as this if that is less.
    pub(crate) bits: u32,
    pub(crate) photometric: u16,
    /// Further tags; the flag tells whether the values are SHORTs (or else LONGs).
    pub(crate) tags: Vec<(u16, bool, Vec<u32>)>,
}

impl Default for Writer {
    fn default() -> Self {
        Writer {
            big_endian: false,
            big: false,
            chunk: Chunk::Strip(u32::MAX),
            packing: Packing::None,
            predicted: false,
            reversed: false,
            planar: false,
            bits: 8,
            photometric: 2,
            tags: Vec::new(),
        }
    }
}

impl Writer {
    /// Writes a file of samples, row by row and pixel by pixel.
    pub(crate) fn write(&self, width: u32, height: u32, samples: usize, picture: &[u8]) -> Vec<u8> {
        let chunks = self.chunks(width, height, samples, picture);
        let chunks: Vec<Vec<u8>> = chunks.iter().map(|chunk| self.pack(chunk)).collect();
        self.file(width, height, samples, &chunks)
    }

    /// Splits the picture into raw strips or tiles, plane by plane.
    fn chunks(&self, width: u32, height: u32, samples: usize, picture: &[u8]) -> Vec<Vec<u8>> {
        let (chunk_width, chunk_height, whole) = match self.chunk {
            Chunk::Strip(rows) => (width, rows.min(height), false),
            Chunk::Tile(width, height) => (width, height, true),
        };
        let planes = if self.planar { samples } else { 1 };
        let mut chunks = Vec::new();
        for plane in 0..planes {
            for top in (0..height).step_by(chunk_height as usize) {
                for left in (0..width).step_by(chunk_width as usize) {
                    let rows = if whole {
                        chunk_height
                    } else {
                        chunk_height.min(height - top)
                    };
                    let mut chunk = Vec::new();
                    for y in top..top + rows {
                        // Pixels beyond the picture repeat its edge.
                        let pixels = (left..left + chunk_width).map(|x| {
                            let (x, y) = (x.min(width - 1), y.min(height - 1));
                            let at = (y * width + x) as usize * samples;
                            &picture[at..at + samples]
                        });
                        let row: Vec<u8> = if self.planar {
                            pixels.map(|pixel| pixel[plane]).collect()
                        } else {
                            pixels.flatten().copied().collect()
                        };
                        chunk.extend(self.row(&row, if self.planar { 1 } else { samples }));
                    }
                    chunks.push(chunk);
                }
            }
        }
        chunks
    }

    fn row(&self, row: &[u8], samples: usize) -> Vec<u8> {
        let value = |at: usize| u32::from(row[at]) * if self.bits == 16 { 257 } else { 1 };
        let before = |at: usize| match at.checked_sub(samples) {
            Some(at) if self.predicted => value(at),
            _ => 0,
        };
        let values = (0..row.len()).map(|at| value(at).wrapping_sub(before(at)));
        match self.bits {
            16 if self.big_endian => values.flat_map(|v| (v as u16).to_be_bytes()).collect(),
            16 => values.flat_map(|v| (v as u16).to_le_bytes()).collect(),
            8 => values.map(|value| value as u8).collect(),
            bits => {
                let each = 8 / bits as usize;
                let values: Vec<u32> = values.collect();
                let byte = |values: &[u32]| {
                    let filled = (0..each).map(|at| values.get(at).copied().unwrap_or(0));
                    filled.fold(0, |byte, value| byte << bits | value) as u8
                };
                values.chunks(each).map(byte).collect()
            }
        }
    }

    fn pack(&self, bytes: &[u8]) -> Vec<u8> {
        let mut packed = match self.packing {
            Packing::None => bytes.to_vec(),
            Packing::PackBits => pack_bits(bytes),
            Packing::Lzw => lzw(bytes, false),
            Packing::OldLzw => lzw(bytes, true),
            Packing::Deflate => stored(bytes),
        };
        if self.reversed {
            packed
                .iter_mut()
                .for_each(|byte| *byte = byte.reverse_bits());
        }
        packed
    }

    fn number(&self, value: u64, bytes: usize) -> Vec<u8> {
        if self.big_endian {
            value.to_be_bytes()[8 - bytes..].to_vec()
        } else {
            value.to_le_bytes()[..bytes].to_vec()
        }
    }

    /// Writes a file of strips or tiles that are compressed already.
    pub(crate) fn file(
        &self,
        width: u32,
        height: u32,
        samples: usize,
        chunks: &[Vec<u8>],
    ) -> Vec<u8> {
        let packing = match self.packing {
            Packing::None => 1,
            Packing::PackBits => 32773,
            Packing::Lzw | Packing::OldLzw => 5,
            Packing::Deflate => 8,
        };
        let mut tags = vec![
            (256, false, vec![width]),
            (257, false, vec![height]),
            (258, true, vec![self.bits; samples]),
            (259, true, vec![packing]),
            (262, true, vec![self.photometric.into()]),
            (277, true, vec![samples as u32]),
        ];
        // The directory comes first, so offsets are known once its length is.
        let (offsets, counts) = match self.chunk {
            Chunk::Strip(rows) => {
                tags.push((278, false, vec![rows]));
                (273, 279)
            }
            Chunk::Tile(width, height) => {
                tags.push((322, false, vec![width]));
                tags.push((323, false, vec![height]));
                (324, 325)
            }
        };
        if self.planar {
            tags.push((284, true, vec![2]));
        }
        if self.predicted {
            tags.push((317, true, vec![2]));
        }
        if self.reversed {
            tags.push((266, true, vec![2]));
        }
        tags.push((offsets, false, vec![0; chunks.len()]));
        let lengths = chunks.iter().map(|chunk| chunk.len() as u32);
        tags.push((counts, false, lengths.collect()));
        for (tag, short, values) in &self.tags {
            tags.retain(|(other, ..)| other != tag);
            tags.push((*tag, *short, values.clone()));
        }
        tags.sort_by_key(|(tag, ..)| *tag);
        let (entry_bytes, room, start) = if self.big { (20, 8, 24) } else { (12, 4, 10) };
        let behind = start + entry_bytes * tags.len() + room;
        let bytes = |short: &bool, values: &Vec<u32>| values.len() * if *short { 2 } else { 4 };
        let mut at = behind;
        for (_, short, values) in &tags {
            let long = bytes(short, values);
            at += if long > room { long } else { 0 };
        }
        if let Some((.., values)) = tags.iter_mut().find(|(tag, ..)| *tag == offsets)
            && values.iter().all(|&value| value == 0)
        {
            let mut place = at;
            for (value, chunk) in values.iter_mut().zip(chunks) {
                *value = place as u32;
                place += chunk.len();
            }
        }
        let mut file = if self.big_endian { b"MM" } else { b"II" }.to_vec();
        if self.big {
            file.extend(self.number(43, 2));
            file.extend(self.number(8, 2));
            file.extend(self.number(0, 2));
            file.extend(self.number(16, 8));
            file.extend(self.number(tags.len() as u64, 8));
        } else {
            file.extend(self.number(42, 2));
            file.extend(self.number(8, 4));
            file.extend(self.number(tags.len() as u64, 2));
        }
        let mut values_behind = Vec::new();
        for (tag, short, values) in &tags {
            let size = if *short { 2 } else { 4 };
            file.extend(self.number((*tag).into(), 2));
            file.extend(self.number(if *short { 3 } else { 4 }, 2));
            file.extend(self.number(values.len() as u64, room));
            let each = values.iter().flat_map(|&v| self.number(v.into(), size));
            let mut field: Vec<u8> = each.collect();
            if field.len() > room {
                let place = behind + values_behind.len();
                values_behind.extend(field);
                field = self.number(place as u64, room);
            }
            field.resize(room, 0);
            file.extend(field);
        }
        file.extend(self.number(0, room));
        file.extend(values_behind);
        file.extend(chunks.iter().flatten());
        file
    }
}

/// Compresses by PackBits: runs of three and more are repeated, other bytes are copied.
fn pack_bits(bytes: &[u8]) -> Vec<u8> {
    let mut packed = vec![128]; // no operation
    let mut at = 0;
    while at < bytes.len() {
        let same = bytes[at..].iter().take_while(|&&byte| byte == bytes[at]);
        let run = same.count().min(128);
        if run > 2 {
            packed.extend([(257 - run) as u8, bytes[at]]);
            at += run;
            continue;
        }
        let end = bytes.len().min(at + 1 + bytes[at] as usize % 128);
        packed.push((end - at - 1) as u8);
        packed.extend(&bytes[at..end]);
        at = end;
    }
    packed
}

fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    for block in bytes.chunks(0xffff) {
        let length = block.len() as u16;
        stream.push(0);
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend([1, 0, 0, 0xff, 0xff]);
    stream
}

fn lzw(bytes: &[u8], old: bool) -> Vec<u8> {
    let (mut bits, mut packed, mut count) = (0u64, Vec::new(), 0u32);
    let mut put = |code: u32, width: u32| {
        if old {
            bits |= u64::from(code) << count;
        } else {
            bits = bits << width | u64::from(code);
        }
        count += width;
        while count >= 8 {
            count -= 8;
            if old {
                packed.push(bits as u8);
                bits >>= 8;
            } else {
                packed.push((bits >> count) as u8);
            }
        }
        if code == 257 && count > 0 {
            packed.push(if old { bits } else { bits << (8 - count) } as u8);
        }
    };
    let early = u32::from(!old);
    let mut texts: HashMap<Vec<u8>, u32> = HashMap::new();
    let (mut width, mut next) = (9, 258);
    put(256, width);
    let mut at = 0;
    while at < bytes.len() {
        let mut end = at + 1;
        let mut code = bytes[at].into();
        while let Some(&longer) = bytes.get(at..end + 1).and_then(|text| texts.get(text)) {
            (code, end) = (longer, end + 1);
        }
        put(code, width);
        if end < bytes.len() {
            texts.insert(bytes[at..end + 1].to_vec(), next);
            next += 1;
        }
        // The reader is one code behind.
        if next - 1 + early == 1 << width {
            width += 1;
        }
        if next == 4094 {
            put(256, width);
            texts.clear();
            (width, next) = (9, 258);
        }
        at = end;
    }
    put(257, width);
    packed
}

//! GIF: decodes one frame of a file to its canvas, and encodes a still with its own palette.

use std::cell::RefCell;

use crate::animation::still::still;
use crate::error::Error;
use crate::format::buffered;
use crate::format::buffered::InPlace;
use crate::format::gif::frames::CodedFrames;
use crate::format::gif::lzw::encode::{PACKER_BYTES, Packer};
use crate::pixels::buffer::{reserved, zeroes};
use crate::pixels::frame::Picture;
use crate::pixels::layout::{Layout, Size};
use crate::pixels::rows::RowSink;
use crate::pixels::widen::widen;
use crate::plan::Plan;
use crate::quantise::count::Histogram;
use crate::quantise::map::Mapper;
use crate::quantise::palette::{Colour, MOST};

pub(crate) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn RowSink) -> Result<(), Error> {
    let (frame, is_sound) = still(Box::new(CodedFrames::new(file)), plan)?;
    if !is_sound {
        rows.damaged();
    }
    rows.frame(frame)
}

pub(crate) fn encode(plan: &Plan, picture: Picture) -> Result<Vec<u8>, Error> {
    let Size { width, height } = plan.canvas;
    let place = RefCell::new(InPlace::new(picture)?);
    let mut wide = zeroes(4 * u64::from(width))?;
    let mut histogram = Histogram::new(MOST)?;
    buffered::rows(plan, &place, |row| {
        widen(row, plan.layout, &mut wide, Layout::Rgba);
        harden(&mut wide);
        histogram.push(&wide);
        place.borrow_mut().write(&wide)
    })?;
    let mut mapper = Mapper::new(histogram.into_palette(), width, true)?;
    // Each row of indices overwrites pixels that have been mapped.
    let mut pixels = place.into_inner().into_file();
    let mut indices = zeroes(width.into())?;
    for y in 0..height as usize {
        let row = y * wide.len()..(y + 1) * wide.len();
        mapper.map(&pixels[row], &mut indices);
        pixels[y * indices.len()..(y + 1) * indices.len()].copy_from_slice(&indices);
    }
    pixels.truncate(plan.canvas.pixels() as usize);
    pixels.shrink_to_fit(); // which allocators do in place
    let table = Table::new(mapper.palette().colours(), false);
    let transparent = mapper.palette().transparent();
    drop(mapper); // as the plan says

    let mut file = reserved(file_bytes(plan.canvas.pixels()))?;
    file.extend_from_slice(&table.screen(plan.canvas));
    file.extend_from_slice(table.entries());
    if let Some(index) = transparent {
        file.extend_from_slice(&[0x21, 0xf9, 4, 1, 0, 0, index, 0]);
    }
    let [wl, wh] = (width as u16).to_le_bytes();
    let [hl, hh] = (height as u16).to_le_bytes();
    file.extend_from_slice(&[0x2c, 0, 0, 0, 0, wl, wh, hl, hh, 0]);
    let capacity = file.capacity() - 1;
    Packer::new()?.pack(&pixels, table.bits, &mut |bytes| {
        if capacity - file.len() < bytes.len() {
            return Err(Error::Internal("the file outgrows its plan".to_owned()));
        }
        file.extend_from_slice(bytes);
        Ok(())
    })?;
    file.push(0x3b);
    file.shrink_to_fit(); // which allocators do in place
    Ok(file)
}

/// Makes alpha binary, because GIF has no other. An alpha of 128 or more becomes opaque.
pub(crate) fn harden(rgba: &mut [u8]) {
    for pixel in rgba.as_chunks_mut::<4>().0 {
        *pixel = match *pixel {
            [.., 0..128] => [0; 4],
            [r, g, b, _] => [r, g, b, 255],
        };
    }
}

/// Colour table: 2 to 256 entries, a power of two.
pub(crate) struct Table {
    entries: [u8; 3 * MOST],
    pub(crate) bits: u32,
}

impl Table {
    /// Returns a table of the colours, with a free entry if `one_more`.
    pub(crate) fn new(colours: &[Colour], one_more: bool) -> Table {
        let mut entries = [0; 3 * MOST];
        for (entry, colour) in entries.as_chunks_mut::<3>().0.iter_mut().zip(colours) {
            entry.copy_from_slice(&colour[..3]);
        }
        let count = colours.len() + usize::from(one_more);
        let bits = count.next_power_of_two().trailing_zeros().clamp(1, 8);
        Table { entries, bits }
    }

    pub(crate) fn entries(&self) -> &[u8] {
        &self.entries[..3 << self.bits]
    }

    /// Returns the size in the coding of the flags.
    pub(crate) fn size(&self) -> u8 {
        (self.bits - 1) as u8
    }

    /// Returns the signature and the logical screen of a file whose global table this is.
    pub(crate) fn screen(&self, Size { width, height }: Size) -> [u8; 13] {
        let mut screen = *b"GIF89a\0\0\0\0\0\0\0";
        screen[6..8].copy_from_slice(&(width as u16).to_le_bytes());
        screen[8..10].copy_from_slice(&(height as u16).to_le_bytes());
        screen[10] = 0xf0 | self.size();
        screen
    }
}

/// Upper bound on the bytes held beside the RGBA that the picture becomes. First the quantiser is
/// held. Then the RGBA shrinks to an index for each pixel, and beside those the file is held.
pub(crate) fn encoder_bytes(plan: &Plan) -> u64 {
    let Size { width, .. } = plan.canvas;
    let pixels = plan.canvas.pixels();
    let row = 9 * u64::from(width.max(plan.resized.width).max(plan.resized.height));
    let choosing = Histogram::bytes().max(Mapper::bytes(width, true));
    let rgba = plan.capacity.unwrap_or(0);
    let writing = pixels + file_bytes(pixels) + PACKER_BYTES;
    row + SMALL_BYTES + choosing.max(writing.saturating_sub(rgba))
}

/// Upper bound on the bytes of a file. Noise takes a code of twelve bits for each index; a block of
/// 255 bytes has a length byte.
fn file_bytes(pixels: u64) -> u64 {
    let data = pixels * 3 / 2 + pixels / 1024 + 64;
    data + data / 255 + 1024
}

/// Bytes of palettes.
const SMALL_BYTES: u64 = 8 << 10;

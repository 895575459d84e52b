//! File formats to rows and back. Each format is one thin file; this one picks it.
//!
//! A decoder takes the file's bytes as they arrive and hands rows to a sink; an encoder takes pictures and gives the file.
//! Libraries that want the whole file, or the whole image, stand behind the two adapters of `whole`, so that a streaming
//! codec can take their place without anyone else noticing.

pub(crate) mod animation;
mod avif;
mod bmp;
mod gif;
mod guest;
mod ico;
mod jpeg;
mod png;
mod tiff;
mod vp8l;
mod webp;
pub(crate) mod whole;

pub(crate) use crate::codec::gif::unpack::{UNPACKER_BYTES, has_pixels as gif_has_pixels};
pub(crate) use crate::codec::png::pieces as png_pieces;
pub(crate) use crate::codec::png::write::room as png_room;
pub(crate) use crate::codec::vp8l::MOST_SIDE as WEBP_MOST_SIDE;
pub(crate) use crate::codec::webp::still::row_bytes as webp_row_bytes;
pub(crate) use crate::codec::webp::{lead_bytes as webp_lead_bytes, most_bytes as webp_bytes};

use crate::error::Error;
use crate::frame::{Frame, Picture};
use crate::guest::Guests;
use crate::header::webp::Still;
use crate::header::{Coding, Header};
use crate::plan::Plan;
use crate::transform::Format;

/// Takes decoded rows, top to bottom, in the layout and size that each of [`Plan::planes`] says, or [`Plan::components`] where there are some.
pub(crate) trait Rows {
    /// A plane's next row.
    fn row(&mut self, plane: usize, row: &[u8]) -> Result<(), Error>;

    /// All rows of the first plane at once, from a decoder that has them so anyway.
    fn frame(&mut self, frame: Frame) -> Result<(), Error>;

    /// Some of the rows are not what the file was meant to have.
    fn damaged(&mut self) {}
}

/// Bytes in, rows out.
pub(crate) trait Decode {
    /// The file has that many bytes in all: room for it, where it is kept.
    fn promise(&mut self, _: usize) -> Result<(), Error> {
        Ok(())
    }

    /// The next bytes of the file.
    fn push(&mut self, bytes: &[u8], rows: &mut dyn Rows) -> Result<(), Error>;

    /// What is kept of the file, where it is needed as a whole.
    fn file(&self) -> &[u8] {
        &[]
    }

    /// The same, given away.
    fn into_file(self: Box<Self>) -> Vec<u8> {
        Vec::new()
    }

    /// The file is complete: the remaining rows, or what is wrong with it.
    fn finish(self: Box<Self>, plan: &Plan, rows: &mut dyn Rows) -> Result<(), Error>;
}

/// The decoder of a planned source; `start` is what has been read of the file.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn decoder<'g>(
    plan: &Plan,
    start: Vec<u8>,
    guests: &'g dyn Guests,
) -> Result<Box<dyn Decode + 'g>, Error> {
    if let Coding::Guest { .. } = plan.header.coding {
        let decode =
            |file: &[u8], plan: &Plan, rows: &mut dyn Rows| guest::decode(file, plan, rows, guests);
        return Ok(Box::new(whole::File::new(start, decode)));
    }
    Ok(match plan.header.format {
        Format::Jpeg => Box::new(jpeg::Decoder::new(plan, &start)?),
        Format::Png => match plan.header.coding {
            Coding::Rows { .. } => Box::new(png::Decoder::new(plan, start)),
            _ => Box::new(whole::File::new(start, png::decode)),
        },
        Format::WebP => Box::new(whole::File::new(start, webp::decode)),
        Format::Avif => return Err(Error::Internal("AVIF without a guest".to_owned())),
        Format::Gif => Box::new(whole::File::new(start, gif::decode)),
        Format::Bmp => Box::new(whole::File::new(start, bmp::decode)),
        Format::Ico => Box::new(whole::File::new(start, ico::decode)),
        Format::Tiff => Box::new(whole::File::new(start, tiff::decode)),
    })
}

/// The file of the pictures of a plan's planes, upright; only JPEG has more than one.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn encode(
    plan: &Plan,
    mut pictures: Vec<Picture>,
    guests: &dyn Guests,
) -> Result<Vec<u8>, Error> {
    if plan.format == Format::Jpeg {
        return jpeg::encode(plan, pictures);
    }
    let picture = pictures
        .pop()
        .ok_or(Error::Internal("an image without planes".to_owned()))?;
    match plan.format {
        _ if plan.by_guest => guest::encode(plan, picture, guests),
        Format::WebP => webp::encode(plan, picture),
        Format::Gif => gif::encode(plan, picture),
        _ => png::encode(plan, picture),
    }
}

/// The pixels of the canvas, of a plan that has one plane.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn canvas(plan: &Plan, mut pictures: Vec<Picture>) -> Result<Vec<u8>, Error> {
    let picture = pictures
        .pop()
        .ok_or(Error::Internal("an image without planes".to_owned()))?;
    whole::canvas(plan, picture)
}

/// What a guest holds that encodes, if one does.
pub(crate) fn guest_encoder_bytes(plan: &Plan) -> u64 {
    if plan.by_guest && plan.moving().is_some() {
        webp::film_guest_bytes(plan)
    } else if plan.by_guest {
        guest::memory_bytes(plan)
    } else {
        0
    }
}

/// What decoding holds at its peak: rows, or where a library wants it so the whole decoded image; the file not included.
pub(crate) fn decoder_bytes(plan: &Plan) -> u64 {
    match plan.header.coding {
        Coding::Rows { bits_per_pixel } => png::decoder_bytes(plan, bits_per_pixel),
        Coding::Vp8 | Coding::Vp8l => webp::decoder_bytes(plan),
        Coding::Bitmap { runs } => bmp::decoder_bytes(plan, runs),
        Coding::Tiff(shape) => tiff::decoder_bytes(plan, &shape),
        Coding::Whole { peak_bytes, .. } => peak_bytes,
        Coding::Jpeg { .. } => jpeg::decoder_bytes(plan),
        // The picture waits in the runtime's heap for its rows to be taken.
        Coding::Guest {
            memory_bytes,
            picture,
            mended,
            ..
        } => {
            let mending = if mended { avif::MENDING_BYTES } else { 0 };
            memory_bytes + 4 * picture.pixels() + 7 * u64::from(plan.decoded.width) + mending
        }
    }
}

/// What a file holds while it grows and nobody has said how far: as much again, and the quarter that it grows by.
pub(crate) const fn growing(bytes: u64) -> u64 {
    bytes * 9 / 4
}

/// What a source file of this length holds while it is decoded: itself where it is kept, and what a library copies of it.
pub(crate) fn file_bytes(header: &Header, bytes: u64) -> u64 {
    match (header.format, header.coding) {
        (_, Coding::Whole { copies, .. }) => bytes * (1 + u64::from(copies)),
        (_, Coding::Guest { mended, .. }) => {
            bytes * (1 + u64::from(mended)) + guest_bytes_of_file(bytes).0
        }
        (Format::Png, Coding::Rows { .. }) => 0, // used up as it arrives
        (_, Coding::Jpeg { resident, .. }) if !resident => bytes.min(PIECE_BYTES),
        _ => bytes,
    }
}

/// Bytes that a file of this length adds to the memory of the guest that decodes it: at least, and at most.
pub(crate) fn guest_bytes_of_file(bytes: u64) -> (u64, u64) {
    crate::guest::avif_symbols(bytes)
}

/// What decoding takes that only the whole file tells; above `most` it is only known to be more.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn late_bytes(header: &Header, file: &[u8], most: u64) -> Result<u64, Error> {
    match header.coding {
        Coding::Vp8 | Coding::Vp8l => Still::of_file(file)
            .ok_or(Error::Corrupt("the file breaks off in its header"))?
            .late_bytes(most),
        _ => Ok(0),
    }
}

/// What is held at most of a file that is decoded as it arrives: the piece that has come, and what the last one left.
const PIECE_BYTES: u64 = 256 << 10;

/// What encoding holds at its peak beside the picture, whatever the picture; where it is encoded in place, the file is the picture's.
pub(crate) fn encoder_bytes(plan: &Plan) -> u64 {
    match plan.format {
        Format::Jpeg => jpeg::encoder_bytes(plan),
        _ if plan.by_guest => guest::encoder_bytes(plan),
        Format::Gif => gif::encoder_bytes(plan),
        Format::WebP => webp::encoder_bytes(plan),
        _ => png::encoder_bytes(plan),
    }
}

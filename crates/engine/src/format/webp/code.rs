//! WebP: lossy and lossless pictures are decoded row by row, `vp8l` writes lossless ones, and
//! animations are assembled here from frames that a guest may have coded.

use std::cell::RefCell;

use crate::animation::still::still;
use crate::error::Error;
use crate::format::buffered;
use crate::format::buffered::InPlace;
use crate::format::webp::frames::CodedFrames;
use crate::format::webp::header::Still;
use crate::format::webp::vp8l;
use crate::format::webp::vp8l::Shape;
use crate::pixels::buffer::reserved;
use crate::pixels::frame::Picture;
use crate::pixels::rows::RowSink;
use crate::plan::Plan;

/// Decodes a complete file.
pub(crate) fn decode(file: &[u8], plan: &Plan, rows: &mut dyn RowSink) -> Result<(), Error> {
    if plan.animation.is_some() {
        let (frame, _) = still(Box::new(CodedFrames::new(file)), plan)?;
        return rows.frame(frame);
    }
    let still = Still::of_file(file).ok_or(Error::Corrupt("the WebP has no image"))?;
    crate::format::webp::decode::decode(&still, plan, rows)
}

/// Encodes one lossless picture, in the place of its pixels.
pub(crate) fn encode(plan: &Plan, picture: Picture) -> Result<Vec<u8>, Error> {
    let place = RefCell::new(InPlace::new(picture)?);
    place.borrow_mut().write(&HEAD)?;
    let rows = |take: vp8l::Take<'_>| {
        place.borrow_mut().rewind()?;
        buffered::rows(plan, &place, take)
    };
    vp8l::encode(&shape(plan), &rows, &mut |bytes| {
        place.borrow_mut().write(bytes)
    })?;
    let mut file = place.into_inner().into_file();
    set_lengths(&mut file);
    Ok(file)
}

/// Encodes one lossless picture to a buffer apart from its pixels.
pub(crate) fn encode_apart(shape: &Shape, pixels: &[u8]) -> Result<Vec<u8>, Error> {
    let row_bytes = shape.size.width as usize * shape.layout.channels();
    let rows = |take: vp8l::Take<'_>| pixels.chunks_exact(row_bytes).try_for_each(take);
    let mut file = reserved(apart_bytes(shape))?;
    file.extend_from_slice(&HEAD);
    vp8l::encode(shape, &rows, &mut |bytes| {
        file.extend_from_slice(bytes);
        Ok(())
    })?;
    set_lengths(&mut file);
    Ok(file)
}

/// Upper bound on the bytes of a file by [`encode_apart`].
pub(crate) fn apart_bytes(shape: &Shape) -> u64 {
    HEAD.len() as u64 + shape.most_bytes()
}

/// Beginning of a file whose lengths are not known yet. The bytes behind the first 12 are a frame
/// of an animation, too.
const HEAD: [u8; 20] = *b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0";

/// Sets the lengths of a file that begins with [`HEAD`], and of its only chunk. Both lengths are
/// even, because the stream's is.
fn set_lengths(file: &mut [u8]) {
    for (at, before) in [(4, 8), (16, HEAD.len())] {
        let length = file.len().saturating_sub(before) as u32;
        if let Some(to) = file.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
            *to = length.to_le_bytes();
        }
    }
}

fn shape(plan: &Plan) -> Shape {
    Shape {
        size: plan.canvas,
        layout: plan.layout,
        picture: plan.busy(),
    }
}

/// Upper bound on the bytes of a plan's file.
pub(crate) fn most_bytes(plan: &Plan) -> u64 {
    apart_bytes(&shape(plan))
}

/// Upper bound on the bytes by which the file may be ahead of its proportional share of the image.
pub(crate) fn lead_bytes(plan: &Plan) -> u64 {
    HEAD.len() as u64 + shape(plan).lead_bytes()
}

/// Upper bound on the bytes held beside the picture, which becomes the file: the encoder's, and a
/// row of the image.
pub(crate) fn encoder_bytes(plan: &Plan) -> u64 {
    let row = 4 * u64::from(plan.resized.width.max(plan.resized.height));
    shape(plan).encoder_bytes() + row
}

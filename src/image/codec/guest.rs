//! What a guest decodes and encodes: files and RGBA pixels go out of our memory, pictures and files come back.

use std::cell::RefCell;

use super::Rows;
use super::whole::{self, InPlace};
use crate::image::frame::{Layout, Picture, Size, zeroes};
use crate::image::guest::{self, Encoding, Fault, Guests};
use crate::image::plan::Plan;
use crate::image::{Error, colour};
use crate::transform::{Format, Quality};

/// A complete file, whose rows are taken one by one.
pub(super) fn decode(
    file: &[u8],
    plan: &Plan,
    rows: &mut dyn Rows,
    guests: &dyn Guests,
) -> Result<(), Error> {
    let format = plan.header.format;
    let most = plan.guest_bytes();
    let decoded = guests
        .decode(format, file, most)
        .map_err(|fault| damage(fault, format))?;
    if decoded.size != plan.decoded {
        return Err(Error::Corrupt("the image's headers contradict each other"));
    }
    let alpha = plan.header.layout.alpha();
    let width = u64::from(plan.decoded.width);
    let mut rgba = zeroes(4 * width)?;
    let mut rgb = zeroes(if alpha { 0 } else { 3 * width })?;
    for y in 0..plan.decoded.height as usize {
        (decoded.copy)(y * rgba.len(), &mut rgba);
        if alpha {
            rows.row(0, &rgba)?;
        } else {
            drop_alpha(&rgba, &mut rgb);
            rows.row(0, &rgb)?;
        }
    }
    Ok(())
}

fn drop_alpha(rgba: &[u8], rgb: &mut [u8]) {
    for (from, to) in rgba.chunks_exact(4).zip(rgb.chunks_exact_mut(3)) {
        to.copy_from_slice(&from[..3]);
    }
}

pub(super) fn encode(plan: &Plan, picture: Picture, guests: &dyn Guests) -> Result<Vec<u8>, Error> {
    let place = RefCell::new(InPlace::new(picture)?);
    let mut wide = zeroes(4 * u64::from(plan.canvas.width))?;
    whole::rows(plan, &place, |row| {
        colour::widen(row, plan.layout, &mut wide, Layout::Rgba);
        place.borrow_mut().write(&wide)
    })?;
    let rgba = place.into_inner().into_file();
    let encoding = Encoding {
        format: plan.format,
        size: plan.canvas,
        quality: quality(plan.format, plan.quality),
        most_bytes: memory_bytes(plan),
    };
    guests
        .encode(&encoding, &rgba)
        .map_err(|fault| trouble(fault, plan.format))
}

/// What a guest says that encodes.
pub(super) fn trouble(fault: Fault, format: Format) -> Error {
    match fault {
        Fault::Full => Error::OutOfMemory,
        fault => Error::Internal(format!("{} encoder: {fault:?}", format.name())),
    }
}

/// What encoding holds: the guest's memory; here a row, and the file, which comes over from there, at a bit and a half a sample of noise.
pub(super) fn encoder_bytes(plan: &Plan) -> u64 {
    let Size { width, .. } = plan.canvas;
    memory_bytes(plan) + 4 * u64::from(width) + plan.canvas.pixels()
}

/// What of it is the guest's.
pub(super) fn memory_bytes(plan: &Plan) -> u64 {
    let memory = match plan.format {
        Format::Avif => guest::AVIF_ENCODE,
        _ => guest::webp_encode(plan.layout.alpha()),
    };
    memory.bytes(plan.canvas.pixels())
}

/// A quality on JPEG's scale as a format's own number: 80 is 79 of WebP's and 60 of AVIF's, and the ends of the scales are the same.
pub(super) fn quality(format: Format, quality: Quality) -> u8 {
    let middle = match format {
        Format::Avif => 60,
        Format::WebP => 79,
        _ => 80,
    };
    let asked = u32::from(quality.get());
    let own = if asked <= 80 {
        1 + ((asked - 1) * (middle - 1) * 2 + 79) / (2 * 79)
    } else {
        middle + ((asked - 80) * (100 - middle) + 10) / 20
    };
    own as u8
}

pub(super) fn damage(fault: Fault, format: Format) -> Error {
    match (fault, format) {
        (Fault::Full, _) => Error::OutOfMemory,
        (Fault::Starved, _) => Error::Corrupt("the image needs more memory than its header says"),
        (_, Format::Avif) => Error::Corrupt("the AVIF is damaged or breaks off"),
        _ => Error::Corrupt("the WebP is damaged or breaks off"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualities_keep_their_ends_their_defaults_and_their_order() {
        let on = |format, value| quality(format, Quality::new(value).expect("1 to 100"));
        for (format, default) in [(Format::WebP, 79), (Format::Avif, 60)] {
            assert_eq!(
                [1, 80, 100].map(|value| on(format, value)),
                [1, default, 100]
            );
            assert!((1..100).all(|value| on(format, value) <= on(format, value + 1)));
        }
    }
}

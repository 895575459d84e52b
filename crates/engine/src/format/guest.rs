//! Decoding and encoding by guests: files and RGBA pixels leave our memory, pictures and files come
//! back.
#![deny(clippy::wildcard_enum_match_arm)] // a format that is new is decided on

use std::cell::RefCell;

use crate::error::Error;
use crate::format::avif::mend as avif;
use crate::format::buffered;
use crate::format::buffered::InPlace;
use crate::guest::{Encoding, Fault, Guests, Memory};
use crate::header::Coding;
use crate::pixels::buffer::zeroes;
use crate::pixels::frame::Picture;
use crate::pixels::layout::{Layout, Size};
use crate::pixels::rows::RowSink;
use crate::pixels::widen::widen;
use crate::plan::Plan;
use crate::spec::Format;

/// Decodes a complete file with a guest, and hands out the rows one by one.
pub(crate) fn decode(
    file: &[u8],
    plan: &Plan,
    rows: &mut dyn RowSink,
    guests: &dyn Guests,
) -> Result<(), Error> {
    let Coding::Guest {
        picture,
        at,
        mended,
        ..
    } = plan.header.coding
    else {
        return Err(Error::Internal("no guest is planned".to_owned()));
    };
    let mending = match mended {
        true => Some(avif::mended(file)?),
        false => None,
    };
    let most = plan.guest_bytes(file.len() as u64);
    let decoded = guests
        .decode(plan.header.format, mending.as_deref().unwrap_or(file), most)
        .map_err(|fault| image_fault(fault, picture, most))?;
    drop(mending);
    if decoded.size != picture {
        return Err(Error::Corrupt("the image's headers contradict each other"));
    }
    let alpha = plan.header.layout.alpha();
    let width = u64::from(plan.decoded.width);
    let mut rgba = zeroes(4 * width)?;
    let mut rgb = zeroes(if alpha { 0 } else { 3 * width })?;
    for y in 0..plan.decoded.height as usize {
        let first = (y + at.1 as usize) * picture.width as usize + at.0 as usize;
        (decoded.copy)(4 * first, &mut rgba);
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

/// Encodes a picture with a guest that gets this much memory.
///
/// # Errors
/// [`Error::OutOfMemory`], and [`Error::Internal`] for a guest that fails.
pub(crate) fn encode(
    plan: &Plan,
    picture: Picture,
    guests: &dyn Guests,
    memory: Memory,
) -> Result<Vec<u8>, Error> {
    let place = RefCell::new(InPlace::new(picture)?);
    let mut wide = zeroes(4 * u64::from(plan.canvas.width))?;
    let mut grain = Grain::default();
    buffered::rows(plan, &place, |row| {
        widen(row, plan.layout, &mut wide, Layout::Rgba);
        if plan.layout.alpha() {
            grain.row(&wide);
        }
        place.borrow_mut().write(&wide)
    })?;
    let rgba = place.into_inner().into_file();
    let encoding = Encoding {
        format: plan.format,
        size: plan.canvas,
        quality: plan.transform.quality_of(plan.format),
        raw_alpha: grain.is_noise(),
        most_bytes: memory.bytes(plan.canvas.pixels()),
    };
    call(guests, &encoding, &rgba)
}

/// Calls a guest to encode. WebP alpha whose compression starves the guest is stored uncompressed
/// instead.
pub(crate) fn call(
    guests: &dyn Guests,
    encoding: &Encoding,
    rgba: &[u8],
) -> Result<Vec<u8>, Error> {
    let compresses = encoding.format == Format::WebP && !encoding.raw_alpha;
    let file = match guests.encode(encoding, rgba) {
        Err(Fault::Starved) if compresses => {
            let raw_alpha = true;
            guests.encode(
                &Encoding {
                    raw_alpha,
                    ..*encoding
                },
                rgba,
            )
        }
        file => file,
    };
    file.map_err(|fault| fault_of(fault, encoding.format))
}

/// Share of noise in the alpha of a picture: pixels with a large second difference along their row,
/// where alpha is neither 0 nor 255.
#[derive(Default)]
pub(crate) struct Grain {
    pixels: u64,
    bent: u64,
}

impl Grain {
    /// Counts the pixels of rows of RGBA.
    pub(crate) fn row(&mut self, rgba: &[u8]) {
        let pixels = rgba.as_chunks::<4>().0;
        self.pixels += pixels.len() as u64;
        let bent = pixels.windows(3).filter(|three| {
            let [before, alpha, after] = [0, 1, 2].map(|at| i32::from(three[at][3]));
            alpha % 255 != 0 && (before - 2 * alpha + after).abs() > 2
        });
        self.bent += bent.count() as u64;
    }

    /// Whether most pixels are noise.
    pub(crate) fn is_noise(&self) -> bool {
        2 * self.bent > self.pixels
    }
}

/// Maps the faults of a guest that encodes.
pub(crate) fn fault_of(fault: Fault, format: Format) -> Error {
    match fault {
        Fault::Full => Error::OutOfMemory,
        fault @ (Fault::Refused | Fault::Starved | Fault::Trapped) => {
            Error::Internal(format!("{} encoder: {fault:?}", format.name()))
        }
    }
}

/// Upper bound on the bytes that encoding holds: the guest's memory, a row of RGBA here, and the
/// file that is copied from the guest. The file is planned with a byte a pixel, where noise takes a
/// bit and a half a sample.
pub(crate) fn encoder_bytes(plan: &Plan, memory: Memory) -> u64 {
    let Size { width, .. } = plan.canvas;
    memory.bytes(plan.canvas.pixels()) + 4 * u64::from(width) + plan.canvas.pixels()
}

/// Maps the faults of a guest that decodes.
fn image_fault(fault: Fault, picture: Size, most: u64) -> Error {
    match fault {
        Fault::Full => Error::OutOfMemory,
        Fault::Starved => Error::Starved {
            pixels: picture.pixels(),
            most,
        },
        Fault::Refused | Fault::Trapped => Error::Corrupt("the AVIF is damaged or breaks off"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::Quality;

    #[test]
    fn noise_is_told_from_edges_masks_and_slopes() {
        let is_noise = |alpha: fn(u32) -> u32| {
            let mut grain = Grain::default();
            let pixels = (0..3000).map(|at| [1, 2, 3, alpha(at) as u8]);
            grain.row(pixels.collect::<Vec<_>>().as_flattened());
            grain.is_noise()
        };
        fn dice(at: u32) -> u32 {
            let mixed = at.wrapping_mul(0x9e37_79b1);
            (mixed ^ mixed >> 15).wrapping_mul(0x85eb_ca6b) >> 24
        }
        assert!(is_noise(dice));
        assert!(is_noise(|at| at / 30 + dice(at) / 16));
        assert!(!is_noise(|at| if dice(at) < 128 { 0 } else { 255 }));
        assert!(!is_noise(|at| at / 16 + (at & 1)));
        assert!(!is_noise(|at| if at < 2000 { 255 } else { dice(at) }));
        assert!(!is_noise(|_| 255));
        assert!(!Grain::default().is_noise());
    }

    /// A guest that starves as long as it is asked to compress alpha.
    struct Hungry;

    impl Guests for Hungry {
        fn offer(&self) -> crate::spec::FormatSet {
            crate::spec::FormatSet::default()
        }

        fn encode(&self, encoding: &Encoding, _: &[u8]) -> Result<Vec<u8>, Fault> {
            let fed = encoding.raw_alpha;
            fed.then(|| b"raw".to_vec()).ok_or(Fault::Starved)
        }

        fn decode(&self, _: Format, _: &[u8], _: u64) -> Result<crate::guest::Decoded, Fault> {
            Err(Fault::Refused)
        }
    }

    #[test]
    fn alpha_that_takes_too_much_is_stored_as_it_is() {
        let of = |format| Encoding {
            format,
            size: Size {
                width: 1,
                height: 1,
            },
            quality: 80,
            raw_alpha: false,
            most_bytes: 1,
        };
        let webp = call(&Hungry, &of(Format::WebP), &[0; 4]);
        assert_eq!(webp, Ok(b"raw".to_vec()));
        assert!(call(&Hungry, &of(Format::Avif), &[0; 4]).is_err());
    }

    #[test]
    fn qualities_keep_their_ends_their_defaults_and_their_order() {
        let on = |format, value| Quality::new(value).expect("1 to 100").on_scale_of(format);
        for (format, default) in [(Format::WebP, 79), (Format::Avif, 60)] {
            assert_eq!(
                [1, 80, 100].map(|value| on(format, value)),
                [1, default, 100]
            );
            assert!((1..100).all(|value| on(format, value) <= on(format, value + 1)));
        }
    }
}

//! A picture squeezed to a square, in the two steps of libvips' `resize`: the mean of whole blocks
//! first, and Lanczos for the rest. Places of highest attention depend on it.

use letterbox_resize::{Axis, Channels, Resizer, Settings};

use crate::error::Error;
use crate::pipeline::placeholder::Small;
use crate::pixels::buffer::filled;
use crate::pixels::layout::Size;
use crate::stage::fault::fault;

/// Lanczos is left at least this factor.
const GAP: u32 = 2;

/// Returns the RGB of a picture that is squeezed to `SIDE` x `SIDE`. What is clear is black.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn squeezed<const SIDE: usize>(small: &Small) -> Result<[[[u8; 3]; SIDE]; SIDE], Error> {
    let Size { width, height } = small.size();
    let side = SIDE as u32;
    let block = |length: u32| (length / side / GAP).max(1);
    let (across, down) = (block(width), block(height));
    let columns = width.div_ceil(across);
    let axis = |length: u32, block: u32| Axis {
        source: length.div_ceil(block),
        start: 0.0,
        length: f64::from(length) / f64::from(block),
        result: side,
    };
    let settings = Settings::new(axis(width, across), axis(height, down), Channels::Rgb);
    let mut resizer = Resizer::new(&settings).map_err(fault)?;
    let mut row = filled(3 * columns as usize, 0_u8)?;
    let mut sums = filled(row.len(), 0_u32)?;
    let mut square = [[[0; 3]; SIDE]; SIDE];
    let mut rows = square.iter_mut();
    for top in (0..height).step_by(down as usize) {
        sums.fill(0);
        for y in top..top + down {
            for x in 0..columns * across {
                // Beyond the edge there is the edge.
                let [r, g, b, a] = small.at(x.min(width - 1), y.min(height - 1));
                let sums = &mut sums[3 * (x / across) as usize..][..3];
                for (sum, sample) in sums.iter_mut().zip([r, g, b]) {
                    *sum += u32::from(sample) * u32::from(a) / 255;
                }
            }
        }
        let all = across * down;
        for (sample, sum) in row.iter_mut().zip(&sums) {
            *sample = ((sum + all / 2) / all) as u8;
        }
        resizer.push(&row).map_err(fault)?;
        while let Some(made) = resizer.next_row() {
            let to = rows.next().into_iter().flatten();
            for (pixel, samples) in to.zip(made.chunks_exact(3)) {
                pixel.copy_from_slice(samples);
            }
        }
    }
    Ok(square)
}

/// Upper bound on the memory of [`squeezed`] for any picture of these sides, in bytes.
pub(crate) fn bytes(size: Size, side: u32) -> u64 {
    let block = |length: u32| (length / side / GAP).max(1);
    let rest = |length: u32| length.div_ceil(block(length));
    let axis = |length: u32| Axis::whole(rest(length), side);
    let settings = Settings::new(axis(size.width), axis(size.height), Channels::Rgb);
    let resizer = Resizer::peak_bytes(&settings).unwrap_or(0) as u64;
    resizer + 16 * u64::from(rest(size.width))
}

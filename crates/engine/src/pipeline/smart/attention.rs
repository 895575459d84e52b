//! Attention, as libvips' `smartcrop` measures it: edges, skin and colour, summed and blurred. The
//! point is the highest place of the sum.

use crate::colour::lab;
use crate::error::Error;
use crate::pipeline::placeholder::Small;
use crate::pipeline::smart::squeezed::{self, squeezed};
use crate::pixels::layout::Size;
use crate::plan::geometry::Cut;
use crate::stage::kernel::Kernel;

/// Side of the square that attention is measured in.
const SIDE: usize = 32;

/// A value at each place of the small picture.
type Map = [[f32; SIDE]; SIDE];

/// Direction of skin in XYZ.
const SKIN: [f32; 3] = [0.78, 0.57, 0.44];

/// Luminance up to which a pixel is too dark to have a colour, of 100.
const DARK: f32 = 5.0;

/// The point with most attention, as shares of the sides.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub(crate) fn point(small: &Small, cut: Cut) -> Result<(f64, f64), Error> {
    let score = blurred(&score(&squeezed(small)?), sigma(cut));
    let mut best = (0, 0);
    for (y, row) in score.iter().enumerate() {
        for (x, value) in row.iter().enumerate() {
            if *value > score[best.1][best.0] {
                best = (x, y);
            }
        }
    }
    let share = |at: usize| at as f64 / SIDE as f64;
    Ok((share(best.0), share(best.1)))
}

/// Deviation of the blur: a tenth of the crop's diagonal, in pixels of the small picture.
fn sigma(cut: Cut) -> f32 {
    let part = |shown: u32, scaled: u32| f64::from(shown) * SIDE as f64 / f64::from(scaled);
    let across = part(cut.shown.width, cut.scaled.width);
    let down = part(cut.shown.height, cut.scaled.height);
    (across.hypot(down) / 10.0).max(1.0) as f32
}

/// Upper bound on the memory of a search in a picture of this size, in bytes.
pub(crate) fn bytes(size: Size) -> u64 {
    squeezed::bytes(size, SIDE as u32)
}

fn score(square: &[[[u8; 3]; SIDE]; SIDE]) -> Map {
    let mut luminance = [[0.0; SIDE]; SIDE];
    let mut score = luminance;
    for (y, row) in square.iter().enumerate() {
        for (x, pixel) in row.iter().enumerate() {
            let xyz = lab::xyz(pixel.map(|sample| f32::from(sample) / 255.0));
            luminance[y][x] = 100.0 * xyz[1];
            if luminance[y][x] > DARK {
                score[y][x] = skin(xyz) + lab::redness(xyz);
            }
        }
    }
    for (y, row) in score.iter_mut().enumerate() {
        for (x, value) in row.iter_mut().enumerate() {
            *value += 5.0 * edge(&luminance, x, y);
        }
    }
    score
}

/// How near the direction of a colour is to that of skin: 100 for the same.
fn skin(xyz: [f32; 3]) -> f32 {
    let length = xyz.iter().map(|v| v * v).sum::<f32>().sqrt();
    let apart = (0..3).map(|at| (xyz[at] / length - SKIN[at]).powi(2));
    100.0 - 100.0 * apart.sum::<f32>().sqrt()
}

/// How much a place differs from the four beside it. Beyond the edge there is the edge.
fn edge(map: &Map, x: usize, y: usize) -> f32 {
    let last = SIDE - 1;
    let around = map[y][x.saturating_sub(1)]
        + map[y][(x + 1).min(last)]
        + map[y.saturating_sub(1)][x]
        + map[(y + 1).min(last)][x];
    (4.0 * map[y][x] - around).abs()
}

fn blurred(map: &Map, sigma: f32) -> Map {
    let kernel = Kernel::gaussian(sigma, 0.2);
    transposed_sums(&transposed_sums(map, &kernel), &kernel)
}

/// Means along rows, with rows and columns exchanged. Beyond the edge there is the edge.
fn transposed_sums(map: &Map, kernel: &Kernel) -> Map {
    let (sum, radius) = (kernel.sum() as f32, kernel.radius as isize);
    let mut means = [[0.0; SIDE]; SIDE];
    for (y, row) in map.iter().enumerate() {
        for (x, means) in means.iter_mut().enumerate() {
            let taps = kernel.each().zip(-radius..=radius).map(|(tap, at)| {
                let at = (x as isize + at).clamp(0, SIDE as isize - 1);
                tap as f32 * row[at as usize]
            });
            means[y] = taps.sum::<f32>() / sum;
        }
    }
    means
}

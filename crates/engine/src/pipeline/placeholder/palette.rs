//! Colours of a picture: k-means (S. Lloyd, "Least squares quantization in PCM", 1982) over the
//! cells of a coarse grid. The first colour is that of the fullest cell, and each further one is
//! that of the cell with the most pixels times squared distance from those before. Nothing depends
//! on chance.

use crate::pipeline::placeholder::Small;

/// Most colours of a palette.
const MOST: usize = 5;

/// Rounds after which colours have settled, or nearly so.
const ROUNDS: usize = 16;

/// Squared distance from which on colours are two.
const APART: f64 = 16.0;

/// A colour of a picture, and the part of the pixels that are nearest to it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shade {
    /// Red, green and blue.
    pub(crate) colour: [u8; 3],
    /// 0 to 1.
    pub(crate) share: f64,
}

/// Pixels of a cell, and the mean of their colours.
type Cell = (f64, [f64; 3]);

fn apart(one: &[f64; 3], other: &[f64; 3]) -> f64 {
    let squares = one.iter().zip(other).map(|(a, b)| (a - b).powi(2));
    squares.sum()
}

/// Returns the index of the nearest of some colours.
fn nearest(colours: &[[f64; 3]], colour: &[f64; 3]) -> usize {
    let away = |at: &usize| apart(&colours[*at], colour);
    let indices = 0..colours.len();
    indices
        .min_by(|a, b| away(a).total_cmp(&away(b)))
        .unwrap_or(0)
}

impl Small {
    /// Returns at most five colours, those of the most pixels first. Pixels with an alpha below 128
    /// do not count.
    pub(crate) fn palette(&self) -> Vec<Shade> {
        let cells = self.cells();
        let total: f64 = cells.iter().map(|(pixels, _)| pixels).sum();
        let mut colours: Vec<[f64; 3]> = Vec::with_capacity(MOST);
        while colours.len() < MOST {
            let weight = |(pixels, mean): &Cell| match colours[..] {
                [] => *pixels,
                _ => {
                    let away = apart(&colours[nearest(&colours, mean)], mean);
                    if away < APART { 0.0 } else { pixels * away }
                }
            };
            let next = cells
                .iter()
                .max_by(|a, b| weight(a).total_cmp(&weight(b)))
                .filter(|cell| weight(cell) > 0.0);
            let Some((_, mean)) = next else { break };
            colours.push(*mean);
        }
        let mut sums: [Cell; MOST] = Default::default();
        for _ in 0..ROUNDS {
            sums.fill((0.0, [0.0; 3]));
            for (pixels, mean) in &cells {
                let (all, sum) = &mut sums[nearest(&colours, mean)];
                *all += pixels;
                for (sum, sample) in sum.iter_mut().zip(mean) {
                    *sum += pixels * sample;
                }
            }
            for (colour, (pixels, sum)) in colours.iter_mut().zip(&sums) {
                if *pixels > 0.0 {
                    *colour = sum.map(|sum| sum / pixels);
                }
            }
        }
        let all = colours
            .iter()
            .zip(&sums)
            .filter(|(_, (pixels, _))| *pixels > 0.0);
        let shades = all.map(|(colour, (pixels, _))| Shade {
            colour: colour.map(|sample| sample.round() as u8),
            share: pixels / total,
        });
        let mut shades: Vec<Shade> = shades.collect();
        shades.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.colour.cmp(&b.colour)));
        shades
    }

    /// Returns the cells of a grid of eight levels each way. They are no allocation, because none
    /// is planned for a description.
    fn cells(&self) -> [Cell; 512] {
        let mut cells = [[0_u32; 4]; 512];
        for (_, _, [r, g, b, a]) in self.each() {
            if a < 128 {
                continue;
            }
            let place = |sample: u8, bits: u32| usize::from(sample >> 5) << bits;
            let cell = &mut cells[place(r, 6) | place(g, 3) | place(b, 0)];
            for (sum, value) in cell.iter_mut().zip([1, r, g, b]) {
                *sum += u32::from(value);
            }
        }
        cells.map(|[pixels, sums @ ..]| {
            let pixels = f64::from(pixels);
            (pixels, sums.map(|sum| f64::from(sum) / pixels.max(1.0)))
        })
    }
}

impl Shade {
    /// Returns the colour as `#rrggbb`.
    pub(crate) fn hex(&self) -> String {
        let [r, g, b] = self.colour;
        format!("#{r:02x}{g:02x}{b:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::layout::{Layout, Size};
    use crate::quantise::count::Histogram;
    use crate::transform::Colour;

    fn small(width: u32, pixels: Vec<u8>) -> Small {
        Small {
            size: Size {
                width,
                height: pixels.len() as u32 / 4 / width,
            },
            layout: Layout::Rgba,
            pixels,
            background: Colour::WHITE,
        }
    }

    /// The mean squared error of pixels in their nearest colours.
    fn error(pixels: &[[f64; 3]], colours: &[[f64; 3]]) -> f64 {
        let squares = pixels
            .iter()
            .map(|pixel| apart(&colours[nearest(colours, pixel)], pixel));
        squares.sum::<f64>() / pixels.len() as f64
    }

    #[test]
    fn drawn_colours_come_back_with_their_shares() {
        let drawn = [
            ([200, 30, 40], 40),
            ([20, 20, 120], 25),
            ([250, 240, 230], 20),
            ([30, 160, 60], 10),
            ([0, 0, 0], 5),
        ];
        // Each colour is two that are a level apart.
        let pixels = drawn.iter().flat_map(|([r, g, b], rows)| {
            (0..rows * 100).flat_map(move |at| [*r, g + at as u8 % 2, *b, 255])
        });
        let clear = std::iter::repeat_n([255, 0, 255, 127], 1000).flatten();
        let palette = small(100, pixels.chain(clear).collect()).palette();
        assert_eq!(palette.len(), 5);
        for (shade, (colour, rows)) in palette.iter().zip(drawn) {
            let off = shade
                .colour
                .iter()
                .zip(colour)
                .map(|(a, b)| a.abs_diff(b))
                .max();
            assert!(off <= Some(1), "{shade:?} {colour:?}");
            assert!((shade.share - f64::from(rows) / 100.0).abs() < 1e-9);
        }
        let one = small(2, [[9, 9, 9, 255]; 4].concat());
        assert_eq!(one.palette().len(), 1);
        assert_eq!(one.palette()[0].hex(), "#090909");
        assert_eq!(small(2, vec![0; 16]).palette(), []);
    }

    /// The oracle is Wu's quantiser, which makes the palettes of answers.
    #[test]
    fn colours_are_as_near_to_a_picture_as_those_of_a_quantiser() {
        let mut chance = 1_u32;
        let mut noise = move || {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (chance >> 24) as i32 % 24
        };
        for kind in 0..6 {
            let mut pixels = Vec::new();
            for at in 0..100 * 100 {
                let (x, y) = (at % 100, at / 100);
                let sky = [90 + y + 10 * kind, 140 + y, 230 - y / 2];
                let wood = [120 - x / 2, 80 + 20 * (kind % 3), 40 + x / 4];
                let colour = match (x * x + y * y * (kind + 1)) % 7000 < 3500 + 300 * kind {
                    true => sky,
                    false => wood,
                };
                let [r, g, b] = colour.map(|sample| (sample + noise()).clamp(0, 255) as u8);
                pixels.extend([r, g, b, 255]);
            }
            let mut histogram = Histogram::new(MOST).expect("memory");
            pixels.chunks(400).for_each(|row| histogram.push(row));
            let wu = histogram.into_palette().colours().to_vec();
            let wu: Vec<_> = wu
                .iter()
                .map(|c| [c[0], c[1], c[2]].map(f64::from))
                .collect();
            let all = pixels.as_chunks::<4>().0.iter();
            let all: Vec<_> = all.map(|c| [c[0], c[1], c[2]].map(f64::from)).collect();
            let ours = small(100, pixels.clone()).palette();
            let ours: Vec<_> = ours
                .iter()
                .map(|shade| shade.colour.map(f64::from))
                .collect();
            let (ours, theirs) = (error(&all, &ours), error(&all, &wu));
            assert!(ours <= 1.15 * theirs, "{kind}: {ours:.1} and {theirs:.1}");
        }
    }
}

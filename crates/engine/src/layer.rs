//! Layers: pictures that are laid over the answer, one after the other.
//!
//! A layer is decoded, or drawn, at the size at which it is shown. It stays in memory while the
//! answer is encoded, and every frame of an animation gets it.

use std::sync::Arc;

use crate::pixels::layout::Size;
use crate::transform::{Colour, Place};

/// Size, place and memory of a layer, before it has pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerPlan {
    /// Columns and rows.
    pub size: Size,
    /// Place on the answer.
    pub place: Place,
    /// Bytes that the layer's pixels take.
    pub bytes: u64,
}

/// The pixels of a layer, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Red, green, blue and straight alpha: four bytes a pixel.
    Rgba(Vec<u8>),
    /// One colour, and how much of each pixel it covers: a byte a pixel.
    Coverage(Vec<u8>, Colour),
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    size: Size,
    place: Place,
    /// Percent of the ink's own opacity.
    opacity: u8,
    ink: Ink,
}

impl Layer {
    /// Returns a layer; `None` where the ink has another number of pixels than its size.
    pub fn new(size: Size, place: Place, opacity: u8, ink: Ink) -> Option<Layer> {
        let (bytes, a_pixel) = match &ink {
            Ink::Rgba(bytes) => (bytes, 4),
            Ink::Coverage(bytes, _) => (bytes, 1),
        };
        let fits = bytes.len() as u64 == size.pixels() * a_pixel;
        let has_pixels = size.pixels() > 0;
        let opacity = opacity.min(100);
        (fits && has_pixels).then_some(Layer {
            size,
            place,
            opacity,
            ink,
        })
    }

    /// Returns the size, the place and the memory.
    pub fn plan(&self) -> LayerPlan {
        let (Ink::Rgba(bytes) | Ink::Coverage(bytes, _)) = &self.ink;
        LayerPlan {
            size: self.size,
            place: self.place,
            bytes: bytes.capacity() as u64,
        }
    }

    /// Returns the row of the layer that lies on this row of the answer, if one does.
    pub(crate) fn row_at(&self, y: u32) -> Option<u32> {
        let down = i64::from(y) - i64::from(self.place.top);
        let row = match self.place.step {
            Some((_, step)) => down.rem_euclid(i64::from(step.max(1))),
            None => down,
        };
        (0..i64::from(self.size.height))
            .contains(&row)
            .then_some(row as u32)
    }

    /// Returns each stretch of a row of the answer, `width` pixels long, that the layer lies on:
    /// the first column of the answer, the first column of the layer, and the columns.
    pub(crate) fn stretches(&self, width: u32) -> impl Iterator<Item = (usize, usize, usize)> {
        let (length, width) = (i64::from(self.size.width), i64::from(width));
        let left = i64::from(self.place.left);
        let (first, step) = match self.place.step {
            Some((step, _)) => {
                let step = i64::from(step.max(1));
                (left.rem_euclid(step) - step, step)
            }
            None => (left, width.max(left) + length),
        };
        let tiles = (0..).map(move |tile| first + tile * step);
        let tiles = tiles.take_while(move |start| *start < width);
        tiles.filter_map(move |start| {
            let (from, to) = (start.max(0), (start + length).min(width));
            (from < to).then_some((from as usize, (from - start) as usize, (to - from) as usize))
        })
    }

    /// Returns the straight RGBA of the columns from `from` on in a row of the layer.
    pub(crate) fn pixels(&self, row: u32, from: usize) -> impl Iterator<Item = [u8; 4]> {
        let at = row as usize * self.size.width as usize + from;
        let percent = u32::from(self.opacity);
        let (bytes, colour) = match &self.ink {
            Ink::Rgba(bytes) => (bytes, None),
            Ink::Coverage(bytes, colour) => (bytes, Some(*colour)),
        };
        let channels = if colour.is_some() { 1 } else { 4 };
        let pixels = bytes.get(at * channels..).unwrap_or_default();
        pixels.chunks_exact(channels).map(move |pixel| {
            let [r, g, b, a] = match (pixel, colour) {
                (&[covered], Some(colour)) => {
                    let alpha = u32::from(covered) * u32::from(colour.a);
                    [colour.r, colour.g, colour.b, ((alpha + 127) / 255) as u8]
                }
                (&[r, g, b, a], _) => [r, g, b, a],
                _ => [0; 4],
            };
            let alpha = (u32::from(a) * percent + 50) / 100;
            [r, g, b, alpha as u8]
        })
    }
}

/// The layers of an answer, the lowest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layers {
    /// Plans, as soon as the layers' sizes are known.
    pub(crate) plans: Arc<[LayerPlan]>,
    /// The layers, once they have pixels.
    pub(crate) list: Arc<[Layer]>,
}

impl Layers {
    /// Returns the bytes that all of them take.
    pub(crate) fn bytes(&self) -> u64 {
        self.plans.iter().map(|plan| plan.bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(place: Place) -> Layer {
        let size = Size {
            width: 3,
            height: 2,
        };
        let ink = Ink::Coverage((0..6).map(|at| at * 40).collect(), Colour::rgb(0x01_0203));
        Layer::new(size, place, 50, ink).expect("six pixels")
    }

    fn at(left: i32, top: i32, step: Option<(u32, u32)>) -> Layer {
        layer(Place { left, top, step })
    }

    #[test]
    fn a_layer_lies_where_its_place_says_and_is_cut_at_the_edges() {
        let stretches = |layer: Layer, width| layer.stretches(width).collect::<Vec<_>>();
        assert_eq!(stretches(at(2, 0, None), 9), [(2, 0, 3)]);
        assert_eq!(stretches(at(-1, 0, None), 9), [(0, 1, 2)]);
        assert_eq!(stretches(at(8, 0, None), 9), [(8, 0, 1)]);
        assert_eq!(stretches(at(9, 0, None), 9), []);
        assert_eq!(stretches(at(-3, 0, None), 9), []);
        let rows = |layer: Layer| (0..6).map(|y| layer.row_at(y)).collect::<Vec<_>>();
        assert_eq!(rows(at(0, 4, None))[3..], [None, Some(0), Some(1)]);
        assert_eq!(rows(at(0, -1, None))[..2], [Some(1), None]);
    }

    #[test]
    fn tiles_go_on_in_all_directions() {
        let tiled = at(4, 3, Some((5, 3)));
        let stretches: Vec<_> = tiled.stretches(11).collect();
        assert_eq!(stretches, [(0, 1, 2), (4, 0, 3), (9, 0, 2)]);
        let rows: Vec<_> = (0..5).map(|y| tiled.row_at(y)).collect();
        assert_eq!(rows, [Some(0), Some(1), None, Some(0), Some(1)]);
    }

    #[test]
    fn opacity_is_a_share_of_what_the_ink_covers() {
        let pixels: Vec<_> = at(0, 0, None).pixels(1, 1).collect();
        assert_eq!(pixels, [[1, 2, 3, 80], [1, 2, 3, 100]]);
    }

    #[test]
    fn ink_of_another_size_is_no_layer() {
        let size = Size {
            width: 2,
            height: 2,
        };
        let place = Place {
            left: 0,
            top: 0,
            step: None,
        };
        for ink in [
            Ink::Rgba(vec![0; 4]),
            Ink::Coverage(vec![0; 16], Colour::WHITE),
        ] {
            assert_eq!(Layer::new(size, place, 100, ink), None);
        }
        assert!(Layer::new(size, place, 100, Ink::Rgba(vec![0; 16])).is_some());
    }
}

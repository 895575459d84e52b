//! Stage: lays pictures over everything else, one after the other.
//!
//! The formula is `over` of Porter and Duff on sRGB samples, as libvips' `composite` has it. The
//! weight of a colour is how much of it is seen. The answer's alpha, where there is one, is that of
//! both.

use std::sync::Arc;

use crate::error::Error;
use crate::layer::Layer;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSource;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::link::{Pull, Reach, Samples, Stage};

/// The stage.
pub(crate) struct Overlay;

impl Stage for Overlay {
    fn name(&self) -> &'static str {
        "overlay"
    }

    fn reach(&self) -> Reach {
        Reach::Pixel
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Pixels
    }

    fn has_work(&self, plan: &Plan, _: &Plane) -> bool {
        plan.transform.has_layers()
    }

    /// The layers are a part of the plan, and a row changes in its place.
    fn bytes(&self, _: &Plan, _: &Plane) -> u64 {
        0
    }
}

impl Pull for Overlay {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        if plan.layers.list.is_empty() || plane.layout.grey() {
            return Err(Error::Internal("there is no layer to lay over".to_owned()));
        }
        Ok(Box::new(Rows {
            from,
            layout: plane.layout,
            layers: Arc::clone(&plan.layers.list),
            y: 0,
        }))
    }
}

struct Rows<'r> {
    from: Box<dyn RowSource + 'r>,
    layout: Layout,
    layers: Arc<[Layer]>,
    /// The next row.
    y: u32,
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let Some(row) = self.from.next_row()? else {
            return Ok(None);
        };
        let channels = self.layout.channels();
        let width = (row.len() / channels) as u32;
        for layer in self.layers.iter() {
            let Some(own) = layer.row_at(self.y) else {
                continue;
            };
            for (to, from, count) in layer.stretches(width) {
                let under = &mut row[to * channels..(to + count) * channels];
                let over = layer.pixels(own, from);
                match self.layout.alpha() {
                    true => lay_over_clear(under.as_chunks_mut::<4>().0, over),
                    false => lay_over(under.as_chunks_mut::<3>().0, over),
                }
            }
        }
        self.y += 1;
        Ok(Some(row))
    }
}

/// Lays pixels over opaque ones.
fn lay_over(under: &mut [[u8; 3]], over: impl Iterator<Item = [u8; 4]>) {
    for (under, [r, g, b, alpha]) in under.iter_mut().zip(over) {
        let alpha = u32::from(alpha);
        for (under, over) in under.iter_mut().zip([r, g, b]) {
            let mixed = u32::from(over) * alpha + u32::from(*under) * (255 - alpha);
            *under = ((mixed + 127) / 255) as u8;
        }
    }
}

/// Lays pixels over pixels with alpha.
fn lay_over_clear(under: &mut [[u8; 4]], over: impl Iterator<Item = [u8; 4]>) {
    for (under, [r, g, b, alpha]) in under.iter_mut().zip(over) {
        let upper = u32::from(alpha) * 255;
        let lower = u32::from(under[3]) * (255 - u32::from(alpha));
        let sum = upper + lower;
        if sum == 0 {
            continue;
        }
        let [below @ .., seen] = under;
        for (under, over) in below.iter_mut().zip([r, g, b]) {
            let mixed = u32::from(over) * upper + u32::from(*under) * lower;
            *under = ((mixed + sum / 2) / sum) as u8;
        }
        *seen = ((sum + 127) / 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(under: [u8; 4], pixel: [u8; 4]) -> [u8; 4] {
        let mut row = [under];
        lay_over_clear(&mut row, [pixel].into_iter());
        row[0]
    }

    #[test]
    fn colours_weigh_as_much_as_they_are_seen() {
        assert_eq!(over([1, 2, 3, 4], [9, 9, 9, 0]), [1, 2, 3, 4]);
        assert_eq!(over([1, 2, 3, 4], [9, 8, 7, 255]), [9, 8, 7, 255]);
        assert_eq!(over([1, 2, 3, 0], [9, 8, 7, 100]), [9, 8, 7, 100]);
        assert_eq!(
            over([0, 0, 0, 255], [255, 255, 255, 128]),
            [128, 128, 128, 255]
        );
        // Half over half: three quarters, two thirds of them the upper colour's.
        assert_eq!(over([0, 0, 0, 128], [255, 0, 0, 128]), [170, 0, 0, 192]);
        assert_eq!(over([7, 7, 7, 0], [9, 9, 9, 0]), [7, 7, 7, 0]);
    }

    #[test]
    fn opaque_pixels_are_mixed_as_opaque_ones_with_alpha_are() {
        for under in (0..=255).step_by(15) {
            for sample in (0..=255).step_by(17) {
                for alpha in [0, 1, 64, 127, 128, 200, 254, 255] {
                    let pixel = [sample, 255 - sample, 77, alpha];
                    let mut row = [[under; 3]];
                    lay_over(&mut row, [pixel].into_iter());
                    let [r, g, b, a] = over([under, under, under, 255], pixel);
                    assert_eq!((row[0], a), ([r, g, b], 255));
                }
            }
        }
    }
}

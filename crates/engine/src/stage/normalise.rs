//! Stage: the two percentiles of lightness become black and white, by the rule of sharp and of
//! libvips' `percent`. The colour of each pixel stays, and so does alpha.
//!
//! Lightness is counted in whole steps, of the whole picture: one pass counts, and one changes.
//! Samples have to be sRGB for that, so this stage converts them where they are not.

use crate::colour::lab::{Tables, colours, recolour};
use crate::error::Error;
use crate::pixels::frame::Picture;
use crate::pixels::layout::Layout;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::convert;
use crate::stage::link::{Reach, Samples, Stage, Turn};

/// The stage.
pub(crate) struct Normalise;

impl Stage for Normalise {
    fn name(&self) -> &'static str {
        "normalise"
    }

    fn reach(&self) -> Reach {
        Reach::Picture
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Pixels
    }

    fn has_work(&self, plan: &Plan, _: &Plane) -> bool {
        plan.transform.normalise.is_some()
    }

    /// The tables, and the counts.
    fn bytes(&self, _: &Plan, _: &Plane) -> u64 {
        Tables::BYTES + size_of::<Counts>() as u64
    }
}

impl Turn for Normalise {
    fn run(&self, plan: &Plan, _: &Plane, mut picture: Picture) -> Result<Picture, Error> {
        let Some(percentiles) = plan.transform.normalise else {
            return Ok(picture);
        };
        let tables = Tables::new()?;
        let conversion = convert::of_pixels(plan);
        let layout = picture.layout;
        let mut counts = Counts([0; 101]);
        for row in picture.rows_mut() {
            if let Some(conversion) = &conversion {
                conversion.run(row, layout);
            }
            for pixel in row.chunks_exact(layout.channels()) {
                counts.add(tables.lightness(colours(pixel)));
            }
        }
        let low = counts.percentile(percentiles.lower());
        let high = counts.percentile(percentiles.upper());
        if low.abs_diff(high) > 1 {
            let factor = 100.0 / (high as f32 - low as f32);
            for row in picture.rows_mut() {
                stretch(row, layout, &tables, low as f32, factor);
            }
        }
        Ok(picture)
    }
}

fn stretch(row: &mut [u8], layout: Layout, tables: &Tables, low: f32, factor: f32) {
    for pixel in row.chunks_exact_mut(layout.channels()) {
        let [l, a, b] = tables.lab(colours(pixel));
        recolour(pixel, tables.pixel([(l - low) * factor, a, b]));
    }
}

/// Pixels of each whole step of lightness.
struct Counts([u32; 101]);

impl Counts {
    fn add(&mut self, lightness: f32) {
        if let Some(count) = self.0.get_mut(lightness as usize) {
            *count += 1;
        }
    }

    /// Returns the step at which so many percent of the pixels are darker. libvips scales the sums
    /// of the counts to the last step, cuts them off, and takes the first that is above so many
    /// percent of the steps; one more than the last where there is none. Numbers are as narrow as
    /// there, as a last bit may be a whole step. At 0 and at 100 it is the darkest step and the
    /// lightest.
    fn percentile(&self, percent: u8) -> usize {
        let darkest = self.0.iter().position(|&count| count > 0).unwrap_or(0);
        let lightest = self.0.iter().rposition(|&count| count > 0).unwrap_or(0);
        if percent == 0 {
            return darkest;
        }
        if percent == 100 {
            return lightest;
        }
        let least = f64::from(percent) / 100.0 * (lightest + 1) as f64;
        let all: u64 = self.0.iter().copied().map(u64::from).sum();
        let scale = (lightest as f64 / all.max(1) as f64) as f32;
        let mut sum = 0;
        let found = self.0[..=lightest].iter().position(|&count| {
            sum += u64::from(count);
            f64::from((scale * sum as f32).trunc()) > least
        });
        found.unwrap_or(lightest + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checked against sharp's results on photos of little contrast.
    #[test]
    fn a_percentile_is_a_whole_step_of_lightness() {
        let mut counts = Counts([0; 101]);
        (20..60).for_each(|step| counts.0[step] = 10);
        assert_eq!(counts.percentile(0), 20);
        assert_eq!(counts.percentile(100), 59);
        assert_eq!(counts.percentile(1), 20);
        assert_eq!(counts.percentile(50), 41);
        assert_eq!(counts.percentile(99), 60);
    }
}

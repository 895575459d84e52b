//! The transform that a draft of all operations means.

use std::num::NonZeroU16;

use crate::dialect::call::{Refusal, set_quality, side};
use crate::dialect::thumbor::draft::Draft;
use letterbox_engine::transform::{Border, Clip, Crop, Fit, Gravity, Pad, Side, Third, Transform};

impl Draft {
    /// Returns the transform.
    ///
    /// # Errors
    /// Operations that cannot be put into one transform together.
    pub(super) fn finished(&mut self) -> Result<Transform, Refusal> {
        let mut transform = *self.transform();
        let (mut width, mut height) = self.sides.unwrap_or((Side::Auto, Side::Auto));
        if let Some(share) = self.proportion {
            let parts = NonZeroU16::new((share * 10_000.0).round() as u16);
            let scaled = |asked| match asked {
                Side::Px(pixels) => side(((f64::from(pixels.get()) * share).round() as u64).max(1)),
                other => other,
            };
            (width, height) = match (width, height) {
                (Side::Auto, Side::Auto) => (parts.map_or(Side::Auto, Side::Share), Side::Auto),
                (width, height) => (scaled(width), scaled(height)),
            };
        }
        let both = width != Side::Auto && height != Side::Auto;
        transform.fit = match () {
            () if self.stretch => Fit::Fill,
            () if self.fit_in && self.full && both => Fit::Outside,
            () if self.fit_in && self.filled && both && !self.full => Fit::Contain,
            () if self.fit_in || !both => Fit::Inside,
            () => Fit::Cover,
        };
        transform.shape.adaptive = self.adaptive && both;
        let enlarges = !self.fit_in || self.full || self.stretch;
        transform.enlarge = self.upscale.unwrap_or(enlarges);
        // The turn comes last there; here sides are those of the answer.
        let [mut left, mut top, mut right, mut bottom] = self.room;
        for _ in 0..self.counter_quarters {
            (width, height) = (height, width);
            (left, top, right, bottom) = (top, right, bottom, left);
            transform.gravity = match transform.gravity {
                Gravity::Position(x, y) => Gravity::Position(
                    y,
                    match x {
                        Third::Start => Third::End,
                        Third::Middle => Third::Middle,
                        Third::End => Third::Start,
                    },
                ),
                Gravity::Focus(x, y) => Gravity::Focus(y, 10_000 - x),
                Gravity::Smart(smart) => Gravity::Smart(smart),
                Gravity::Pixel(..) => {
                    return Err(Refusal::unequalled(
                        "",
                        "rotate with a focal point in pixels",
                    ));
                }
            };
        }
        if self.counter_quarters > 0 && transform.shape.kept != Crop::NONE {
            return Err(Refusal::unequalled("", "rotate with the filter crop"));
        }
        transform.turn.quarters = (4 - self.counter_quarters) % 4;
        if self.counter_quarters % 2 == 1 && transform.turn.flip != transform.turn.flop {
            (transform.turn.flip, transform.turn.flop) = (transform.turn.flop, transform.turn.flip);
        }
        (transform.width, transform.height) = (width, height);
        transform.shape.pad = Pad {
            top,
            right,
            bottom,
            left,
        };
        let is_rounded = transform.shape.clip != Clip::NONE;
        if is_rounded && (transform.shape.pad != Pad::NONE || self.line.is_some()) {
            return Err(Refusal::unequalled("", "round_corner beside padding"));
        }
        transform.shape.border = self.line.map(|(width, colour)| Border { width, colour });
        set_quality(&mut transform, self.quality.unwrap_or(80));
        Ok(transform)
    }
}

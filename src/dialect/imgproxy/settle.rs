//! The transform that a draft of all options means.

use std::num::NonZeroU16;

use crate::dialect::call::{Refusal, aspect_crop, set_quality, side};
use crate::dialect::imgproxy::draft::Draft;
use crate::dialect::imgproxy::place::{Anchor, crop};
use crate::dialect::imgproxy::refusal::unequalled;
use letterbox_engine::transform::{Extend, Fit, Side, Target, Transform};

impl Draft<'_> {
    /// Returns the transform.
    pub(super) fn finished(&self) -> Result<Transform, Refusal> {
        let mut transform = self.transform;
        transform.width = zoomed(transform.width, self.zoom.0)?;
        transform.height = zoomed(transform.height, self.zoom.1)?;
        transform.enlarge = self.enlarge;
        if let Some(alpha) = self.alpha {
            transform.background.a = alpha;
        }
        let both = transform.width != Side::Auto && transform.height != Side::Auto;
        match &*self.kind {
            "fill" if both => transform.fit = Fit::Cover,
            "fill-down" if both => match self.enlarge {
                true => transform.fit = Fit::Cover,
                false => aspect_crop(&mut transform),
            },
            "auto" if both => transform.fit = Fit::Auto,
            "force" => transform.fit = Fit::Fill,
            _ => {}
        }
        let crops = matches!(transform.fit, Fit::Cover | Fit::AspectCrop | Fit::Auto);
        let canvas = [
            (self.extend, Extend::Size),
            (self.extend_ratio, Extend::Ratio),
        ];
        let canvas = canvas.into_iter().find(|(canvas, _)| canvas.on);
        let mut anchor = if crops { self.anchor } else { Anchor::CENTRE };
        if let Some((canvas, extend)) = canvas {
            transform.shape.extend = Some(extend);
            let of_canvas = canvas.gravity.unwrap_or(Anchor::CENTRE);
            match crops && of_canvas != self.anchor {
                // One place is said for both. A crop that is enlarged leaves no canvas to fill.
                true if !self.enlarge => {
                    return Err(unequalled(
                        "extend with another gravity than that of the crop",
                    ));
                }
                true => {}
                false => anchor = of_canvas,
            }
        }
        transform.gravity = anchor.gravity;
        transform.shape.offset = anchor.offset;
        if let Some((width, height, place)) = self.crop {
            transform.crop = crop(width, height, place.unwrap_or(self.anchor))?;
        }
        let target = match transform.target {
            Target::Image(format) => Some(format),
            _ => None,
        };
        let usual = self
            .of_formats
            .iter()
            .find(|(format, _)| Some(*format) == target);
        let quality = match (self.quality, usual) {
            (0, Some((_, quality))) => *quality,
            (0, None) => 80,
            (quality, _) => quality,
        };
        set_quality(&mut transform, if quality == 0 { 80 } else { quality });
        // The format is that of the source, which is known with its first bytes.
        if target.is_none() && self.quality == 0 && self.has_qualities {
            // The one that was given last stands first.
            for (format, quality) in self.of_formats.iter().rev() {
                let quality = if *quality == 0 { 80 } else { *quality };
                let own = transform.own_qualities;
                transform.own_qualities = own.with(*format, quality).unwrap_or(own);
            }
        }
        Ok(transform)
    }
}

/// Multiplies a side. The source's own side may only shrink.
fn zoomed(asked: Side, zoom: f64) -> Result<Side, Refusal> {
    if (zoom - 1.0).abs() < f64::EPSILON {
        return Ok(asked);
    }
    match asked {
        Side::Px(pixels) => {
            let pixels = (f64::from(pixels.get()) * zoom).round().max(1.0);
            Ok(side(pixels as u64))
        }
        Side::Auto if zoom < 1.0 => {
            let share = NonZeroU16::new((zoom * 10_000.0).round() as u16);
            Ok(share.map_or(Side::Auto, Side::Share))
        }
        other if zoom < 1.0 => Ok(other),
        _ => Err(unequalled("zoom above 1 without width and height")),
    }
}

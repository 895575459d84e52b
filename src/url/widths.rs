//! Closed lists of widths: the widths that a signed URL allows, and the ladder of a deployment.
//!
//! Both reduce requests to a few pictures. Heights scale with the width, so that the picture keeps
//! the requested shape.

use std::fmt;
use std::num::NonZeroU16;

use crate::url::value::whole;
use letterbox_engine::transform::{Dpr, Side, Transform};

/// Most widths of a list.
const MAX_WIDTHS: usize = 32;

/// List of at least one width, ascending, in device pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widths(Vec<NonZeroU16>);

impl Widths {
    /// Parses `320,640,1280`; `None` unless the text is 1 to 32 ascending whole numbers from 1.
    pub fn parse(text: &str) -> Option<Widths> {
        let widths: Vec<_> = text
            .split(',')
            .map(|width| NonZeroU16::new(u16::try_from(whole(width)?).ok()?))
            .collect::<Option<_>>()?;
        let ascending = widths.windows(2).all(|pair| pair[0] < pair[1]);
        (ascending && widths.len() <= MAX_WIDTHS).then_some(Widths(widths))
    }

    /// Returns the largest width.
    pub fn widest(&self) -> NonZeroU16 {
        *self.0.last().expect("a list has a width")
    }

    /// Returns the list's width of exactly `pixels` pixels.
    pub(super) fn of(&self, pixels: u32) -> Option<NonZeroU16> {
        self.0
            .iter()
            .copied()
            .find(|width| u32::from(width.get()) == pixels)
    }

    /// Returns the least width of at least `pixels` pixels, or else the widest.
    pub(super) fn rung(&self, pixels: u32) -> NonZeroU16 {
        self.0
            .iter()
            .copied()
            .find(|width| u32::from(width.get()) >= pixels)
            .unwrap_or_else(|| self.widest())
    }

    /// Moves a request up to the next width, counted in device pixels, and scales its height and
    /// the lengths beside the box. If the width follows from the height, the height is moved
    /// instead.
    pub(super) fn snap(&self, transform: &mut Transform) {
        let dpr = transform.dpr;
        let unit = u64::from(Dpr::UNIT);
        match (transform.width, transform.height) {
            (Side::Px(width), height) => {
                let asked = dpr.times(width);
                let rung = self.rung(asked);
                transform.width = Side::Px(rung);
                transform.dpr = ratio(rung, width);
                if let Side::Px(height) = height {
                    let numerator = u64::from(height.get()) * u64::from(dpr.millionths());
                    transform.height = Side::Px(scaled(
                        numerator,
                        rung.get().into(),
                        u64::from(asked) * unit,
                    ));
                }
            }
            (Side::Auto, Side::Px(height)) => {
                let rung = self.rung(dpr.times(height));
                transform.height = Side::Px(rung);
                transform.dpr = ratio(rung, height);
            }
            // The source's own size, of which there is one. Shares are refused before.
            (Side::Auto | Side::Share(_), _) => {}
        }
        transform.take_dpr();
    }
}

/// Returns the factor of lengths beside a box that becomes another one, within the bounds of
/// [`Dpr`].
pub(super) fn ratio(to: NonZeroU16, from: NonZeroU16) -> Dpr {
    let unit = u64::from(Dpr::UNIT);
    let millionths = u64::from(to.get()) * unit / u64::from(from.get());
    let bounded = millionths.clamp(unit / 10, 8 * unit);
    Dpr::from_millionths(bounded as u32).unwrap_or(Dpr::ONE)
}

/// Computes `value * to / from`, rounded to nearest, as a number of pixels. Results beyond `u16`
/// are clamped, because they exceed every canvas.
pub(super) fn scaled(value: u64, to: u64, from: u64) -> NonZeroU16 {
    let from = from.max(1);
    let pixels = value.saturating_mul(to).saturating_add(from / 2) / from;
    u16::try_from(pixels)
        .map_or(Some(NonZeroU16::MAX), NonZeroU16::new)
        .unwrap_or(NonZeroU16::MIN)
}

impl fmt::Display for Widths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, width) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{width}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn snapped(width: &str, height: &str, dpr: &str) -> (String, String) {
        let side = |text| crate::url::shape::side(text).expect("a side");
        let mut transform = Config::default().transform;
        transform.width = side(width);
        transform.height = side(height);
        transform.dpr = crate::url::shape::millionths(dpr)
            .and_then(Dpr::from_millionths)
            .expect("a ratio");
        Widths::parse("320,640,960")
            .expect("a list")
            .snap(&mut transform);
        assert_eq!(transform.dpr, Dpr::ONE);
        let text = crate::url::shape::write_side;
        (text(transform.width), text(transform.height))
    }

    #[test]
    fn a_list_ascends() {
        assert_eq!(
            Widths::parse("1,2,65535").map(|w| w.to_string()).as_deref(),
            Some("1, 2, 65535")
        );
        let many = |n: u16| (1..=n).map(|w| w.to_string()).collect::<Vec<_>>().join(",");
        assert!(Widths::parse(&many(32)).is_some());
        assert_eq!(Widths::parse(&many(33)), None);
    }

    #[test]
    fn a_request_goes_up_to_the_next_rung_and_keeps_its_shape() {
        for ((width, height, dpr), (to_width, to_height)) in [
            (("1", "1", "1"), ("320", "320")),
            (("320", "100", "1"), ("320", "100")),
            (("321", "100", "1"), ("640", "199")),
            (("300", "200", "2"), ("640", "427")),
            (("320", "100", "1.5"), ("640", "200")),
            (("4000", "2000", "1"), ("960", "480")),
            (("500", "auto", "1"), ("640", "auto")),
            (("auto", "300", "2"), ("auto", "640")),
            (("auto", "auto", "2"), ("auto", "auto")),
            (("65535", "1", "8"), ("960", "1")),
            (("1", "65535", "8"), ("320", "65535")),
        ] {
            assert_eq!(
                snapped(width, height, dpr),
                (to_width.to_owned(), to_height.to_owned()),
                "{width}x{height}@{dpr}"
            );
        }
    }
}

//! Where things are put: gravity with its offsets, canvases, and the crop before the resize.

use crate::dialect::call::Refusal;
use crate::dialect::call::{decimal, length};
use crate::dialect::imgproxy::refusal::{gravities, unequalled};
use crate::url::value;
use letterbox_engine::transform::{Crop, Gravity, Length, Offset, Smart, Third};

/// Canvas of `extend` or `extend_aspect_ratio`, with its gravity.
#[derive(Clone, Copy, Default)]
pub(super) struct Canvas {
    pub(super) on: bool,
    pub(super) gravity: Option<Anchor>,
}

/// Gravity with its offsets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Anchor {
    pub(super) gravity: Gravity,
    pub(super) offset: (Option<Offset>, Option<Offset>),
}

impl Anchor {
    pub(super) const CENTRE: Anchor = Anchor {
        gravity: Gravity::CENTRE,
        offset: (None, None),
    };
}

/// Reads a switch with a gravity behind it.
pub(super) fn canvas(
    on: Option<bool>,
    args: &[&str],
    bad: &impl Fn(&str) -> Refusal,
) -> Result<Canvas, Refusal> {
    let gravity = match args.get(1..) {
        None | Some([] | [""]) => None,
        Some(["sm", ..]) => return Err(bad("a canvas with a place: sm looks for one in a crop")),
        Some(rest) => Some(anchor(rest).ok_or_else(|| gravities(bad, rest))?),
    };
    let on = on.unwrap_or(false);
    Ok(Canvas { on, gravity })
}

/// Reads a gravity and its offsets.
pub(super) fn anchor(args: &[&str]) -> Option<Anchor> {
    let name = match args.first().copied()? {
        "ce" | "" => "center",
        "sm" => {
            return Some(Anchor {
                gravity: Gravity::Smart(Smart::Attention),
                offset: (None, None),
            });
        }
        "no" => "top",
        "so" => "bottom",
        "we" => "left",
        "ea" => "right",
        "nowe" => "top-left",
        "noea" => "top-right",
        "sowe" => "bottom-left",
        "soea" => "bottom-right",
        "fp" => {
            let share = |at: usize| {
                let share = decimal(args.get(at)?).filter(|share| (0.0..=1.0).contains(share))?;
                Some((share * 10_000.0).round() as u16)
            };
            let gravity = Gravity::Focus(share(1)?, share(2)?);
            let offset = (None, None);
            return Some(Anchor { gravity, offset });
        }
        _ => return None,
    };
    let offset = |at: usize| {
        let text = args.get(at).copied().filter(|text| !text.is_empty());
        let Some(number) = text.map(decimal) else {
            return Some(None);
        };
        let number = number.filter(|number| number.abs() <= 65_535.0)?;
        Some(match number {
            0.0 => None,
            number if number.abs() < 1.0 => {
                let share = (number * 10_000.0).round() as i16;
                (share != 0).then_some(Offset::Share(share))
            }
            number => Some(Offset::Px(number.round_ties_even() as i32)),
        })
    };
    Some(Anchor {
        gravity: value::gravity(name)?,
        offset: (offset(1)?, offset(2)?),
    })
}

/// Returns the rectangle of a crop before the resize. Where it begins can be said of a crop at the
/// left or top, and of shares.
pub(super) fn crop(width: f64, height: f64, anchor: Anchor) -> Result<Crop, Refusal> {
    let Gravity::Position(across, down) = anchor.gravity else {
        return Err(unequalled("a crop around a point"));
    };
    if anchor.offset != (None, None) {
        return Err(unequalled("a crop with offsets"));
    }
    let along = |extent: f64, third: Third| {
        if extent == 0.0 {
            return Ok((None, None));
        }
        if extent < 1.0 {
            let parts = ((extent * 10_000.0).round() as u16).clamp(1, 10_000);
            let start = match third {
                Third::Start => 0,
                Third::Middle => (10_000 - parts) / 2,
                Third::End => 10_000 - parts,
            };
            let (start, parts) = (Length::Share(start), Length::Share(parts));
            return Ok((start.unless(0), parts.unless(10_000)));
        }
        match third {
            Third::Start => Ok((None, Some(length(extent.round() as u64)))),
            _ => Err(unequalled(
                "a crop in pixels that is not at the left and the top",
            )),
        }
    };
    let (x, width) = along(width, across)?;
    let (y, height) = along(height, down)?;
    Ok(Crop {
        x,
        y,
        width,
        height,
    })
}

//! Where things are put: gravity with its offsets, canvases, and the crop before the resize.

use crate::dialect::call::Refusal;
use crate::dialect::call::{decimal, length};
use crate::dialect::imgproxy::refusal::{gravities, unequalled};
use crate::dialect::watermark;
use crate::url::value;
use letterbox_engine::transform::{Crop, Gravity, Length, Offset, Overlay, Smart};

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

/// Reads position, offsets and scale of a watermark; between copies of it offsets are gaps.
pub(super) fn watermark(args: &[&str]) -> Option<Overlay> {
    let mut place = args.get(..3.min(args.len()))?.to_vec();
    let tiled = place.first() == Some(&"re");
    if tiled {
        place[0] = "nowe";
    }
    let anchor = match place[..] {
        [] => Anchor::CENTRE,
        _ => anchor(&place)?,
    };
    let Gravity::Position(across, down) = anchor.gravity else {
        return None;
    };
    let scale = match args.get(3).copied().unwrap_or_default() {
        "" => None,
        text => watermark::share(decimal(text).filter(|s| (0.0..=1.0).contains(s))? * 100.0),
    };
    let none = Offset::Px(0);
    Some(Overlay {
        position: (across, down),
        offset: (
            anchor.offset.0.unwrap_or(none),
            anchor.offset.1.unwrap_or(none),
        ),
        scale: (scale, scale),
        tiled,
        ..Overlay::PLAIN
    })
}

/// Returns the rectangle of a crop before the resize.
pub(super) fn crop(width: f64, height: f64, anchor: Anchor) -> Result<Crop, Refusal> {
    if matches!(anchor.gravity, Gravity::Smart(_)) {
        return Err(unequalled("a crop around what sm finds"));
    }
    let extent = |extent: f64| match extent {
        0.0 => None,
        share if share < 1.0 => {
            let parts = ((share * 10_000.0).round() as u16).clamp(1, 10_000);
            Length::Share(parts).unless(10_000)
        }
        pixels => Some(length(pixels.round() as u64)),
    };
    let shift = |offset: Option<Offset>| {
        let shift = match offset {
            None => None,
            Some(Offset::Px(pixels)) => u64::try_from(pixels).ok().map(length),
            Some(Offset::Share(share)) => u16::try_from(share).ok().map(Length::Share),
        };
        match (offset, shift) {
            (Some(_), None) => Err(unequalled("a crop with negative offsets")),
            (_, shift) => Ok(shift),
        }
    };
    let (width, height) = (extent(width), extent(height));
    // A side that is not cut has no place.
    let (x, y) = (shift(anchor.offset.0)?, shift(anchor.offset.1)?);
    Ok(Crop {
        x: x.filter(|_| width.is_some()),
        y: y.filter(|_| height.is_some()),
        width,
        height,
        from: anchor.gravity,
        ..Crop::NONE
    })
}
